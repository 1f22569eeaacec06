"""The sections of a visit note, in order."""

SECTIONS = (
    ("subjective", "What the patient says"),
    ("objective", "Findings"),
    ("assessment", "Assessment"),
    ("plan", "Plan"),
)
