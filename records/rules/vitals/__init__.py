"""Vital signs: what is measured, in which units, what is unusual, and what follows from the numbers.

Pure: no ORM, no clock. Thresholds come in as data (see `limits`); nothing here diagnoses.
"""
