"""What the booking dialog shows about the patient on the phone."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from records.models import Patient
from scheduling.queries.contact import text_status
from scheduling.queries.visits import VisitLine, patient_visits


@dataclass(frozen=True)
class PatientLine:
    """The patient in one line, with what matters for a booking."""

    patient: Patient
    born: str
    age: str
    phone: str
    next_visit: VisitLine | None
    no_shows: int
    can_text: bool
    text_words: str

    @property
    def needs_call(self) -> bool:
        """Who did not come twice within a year is confirmed by phone."""
        return self.no_shows >= 2


def patient_line(patient: Patient) -> PatientLine:
    """Born, phone, next visit, no-shows and whether texts are welcome."""
    visits = patient_visits(patient.pk, past=0)
    contact = text_status(patient)
    return PatientLine(
        patient=patient,
        born=f"{patient.birth_date:%m/%d/%Y}",
        age=patient.age_words(today(clinic_zone())),
        phone=display(contact.number) if contact.number else "",
        next_visit=visits.next,
        no_shows=visits.no_shows,
        can_text=contact.is_allowed,
        text_words=contact.words,
    )
