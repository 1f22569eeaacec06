"""Places of service, by their public two-digit codes. Words are the clinic's own."""

PLACES = {
    "02": "Telehealth, patient not at home",
    "10": "Telehealth, patient at home",
    "11": "Office",
    "12": "Patient's home",
    "13": "Assisted living",
    "20": "Urgent care",
    "22": "Hospital outpatient",
    "31": "Skilled nursing facility",
    "32": "Nursing facility",
    "81": "Laboratory",
}
_OF_MODALITY = {"telehealth": "10", "phone": "10"}


def usual_place(modality: str) -> str:
    """Where a kind of visit takes place unless said otherwise: at a distance the patient is at home."""
    return _OF_MODALITY.get(modality, "11")
