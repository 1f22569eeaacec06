"""Counting statements as a request sends them: the mark of the settings is known, as its session's query brought it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.core import kept
from clinic.core.models import SettingsMark


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    """`len(log)` is how many statements ran inside."""
    kept.begin()
    kept.tell(SettingsMark.objects.get().mark)
    try:
        with CaptureQueriesContext(connection) as log:
            yield log
    finally:
        kept.end()
