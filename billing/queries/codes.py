"""ICD-10-CM and HCPCS Level II codes as they hold on the date of service."""

import datetime as dt
from collections.abc import Iterable

from billing.models import ProcedureCode
from billing.rules.icd import is_out_of_date
from records.models import DiagnosisCode


def _release(day: dt.date) -> str | None:
    """The release in force on a day: the newest begun by then, else the oldest on file."""
    # Releases are named by their month, so text order is their order and the index gives the newest at once.
    names = DiagnosisCode.objects.values_list("release", flat=True)
    begun = names.filter(release__lte=f"{day:%Y-%m}").order_by("-release").first()
    return begun or names.order_by("release").first()


def diagnosis_on(code: str, day: dt.date) -> DiagnosisCode | None:
    """The row of a code (without its dot) in the release that holds on `day`, or None if it is not in it."""
    releases = {row.release: row for row in DiagnosisCode.objects.filter(code=code.replace(".", "").upper())}
    if not releases:
        return None
    return releases.get(_release(day) or "")


def billable_on(codes: Iterable[str], day: dt.date) -> frozenset[str]:
    """Those of the codes (without dots) that are billable in the release that holds on a day. Two queries."""
    rows = DiagnosisCode.objects.filter(code__in=list(codes), release=_release(day) or "", is_billable=True)
    return frozenset(rows.values_list("code", flat=True))


def procedures_hold(asked: Iterable[tuple[str, dt.date]]) -> dict[tuple[str, dt.date], bool]:
    """(code, day) -> whether it holds that day, for codes in the form of HCPCS Level II; others are left out.

    Empty while no release is on file: then nothing is known. At most two queries.
    """
    level_two = {(code, day) for code, day in asked if _is_level_two(code)}
    if not level_two:
        return {}
    rows = list(ProcedureCode.objects.filter(code__in={code for code, _ in level_two}))
    if not rows and not ProcedureCode.objects.exists():
        return {}
    return {
        (code, day): any(
            row.code == code and row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
            for row in rows
        )
        for code, day in level_two
    }


def _is_level_two(code: str) -> bool:
    return len(code) == 5 and code[0].isalpha() and code[1:].isdigit()


def outdated_release(day: dt.date) -> str:
    """The release in use on `day` if a newer ICD year has begun since; empty when up to date."""
    release = _release(day)
    return release if release and is_out_of_date(release, day) else ""


def code_or_none(pk) -> DiagnosisCode | None:
    """A code by its id."""
    return DiagnosisCode.objects.filter(pk=pk).first()
