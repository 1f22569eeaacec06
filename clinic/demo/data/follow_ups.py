"""What demo patients say on follow-up calls."""

WELL = {
    "feeling": "better", "pain": "1", "bleeding": "none", "fever": "none", "wound": "slight",
    "medicines": "taking", "instructions": "clear", "next_visit": "booked", "teach_back": "understood",
}  # fmt: skip
# changed answers, what the script makes of them, the patient's words, the provider's answer
CONCERNS = (
    ({"instructions": "questions"}, "Instructions: has questions", "May I take the bandage off to shower?",
     "Yes, from the third day on. Pat dry and put a clean bandage on."),
    ({"pain": "5"}, "Pain 0 to 10: 5", "It throbs in the evening.",
     "That is usual for three days. Keep it raised; call us if it is not better by Thursday."),
    ({"medicines": "not_obtained"}, "Medicines: could not get them", "The pharmacy did not have it.",
     "We sent it to Depot Street Pharmacy. Please start tonight."),
    ({"wound": "growing"}, "Redness, swelling, drainage: growing redness or swelling", "The edge looks redder.",
     "Please come in tomorrow so that we can look at it."),
)  # fmt: skip
RED_ANSWERS = WELL | {"bleeding": "does_not_stop", "pain": "6"}
RED_FINDINGS = "Bleeding: does not stop; Pain 0 to 10: 6"
RED_WORDS = "I have pressed on it for twenty minutes and it comes through."
RESULT = "The tissue was examined: it is harmless. Nothing more needs to be done."
REASONS = {
    "skin_tag": "Skin tag removal",
    "wart": "Wart freezing",
    "joint_injection": "Knee injection",
}
# For the calls that a provider asked for.
ASKED = (
    "New blood pressure medicine", "Stitches, left hand", "Bad cough, new inhaler", "Ankle sprain",
    "Started insulin", "Abscess opened, right arm", "Stomach flu, elderly", "Burn, left forearm",
)  # fmt: skip
