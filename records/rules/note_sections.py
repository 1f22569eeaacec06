"""The sections of a visit note, in order."""

SECTIONS = (
    ("subjective", "Subjective: what the patient says"),
    ("objective", "Objective: findings"),
    ("assessment", "Assessment"),
    ("plan", "Plan"),
)
