"""Reading the chart. Each query says how many statements it takes; none depends on the rows shown."""

from records.queries.banners import banner
from records.queries.codes import code_by_display, search_diagnoses
from records.queries.duplicates import candidates
from records.queries.finder import find_patients

__all__ = ["banner", "candidates", "code_by_display", "find_patients", "search_diagnoses"]
