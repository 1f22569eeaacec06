"""Watches every log line of a test, as production would write it, for made-up people.

The names that factories give to patients are their canaries, so that the whole suite is the tour.
"""

from __future__ import annotations

import logging
import re

from clinic.core.logs import JsonFormatter

# Surnames and numbers that only patients of factories and of the small clinic carry.
PEOPLE = re.compile(r"Zyxwhistle|\bOrtiz\d*\b|\bHiddenname\b|\+1312555\d{4}\b", re.IGNORECASE)


class LogWatch(logging.Handler):
    """Keeps the lines that name somebody. Attach it to the root logger."""

    def __init__(self, pattern: re.Pattern[str] = PEOPLE) -> None:
        super().__init__()
        self.pattern = pattern
        self.setFormatter(JsonFormatter())
        self.lines = 0
        self.caught: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        self.lines += 1
        if self.pattern.search(line):
            self.caught.append(line)
