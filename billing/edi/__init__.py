"""X12: what clinics and payers send each other. Pure Python: no database, no Django, no clock."""
