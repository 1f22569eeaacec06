"""The fee schedule, what visit types propose, and the drawers."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Drawer, FeeItem, VisitTypeFee
from billing.queries.fees import fee_on
from billing.rules.codes import is_code
from billing.rules.fee_file import FeeLine
from clinic.audit import record
from clinic.core import time
from clinic.core.db import attempt, service
from clinic.core.errors import Refused, Stale
from clinic.core.locks import lock_keys
from clinic.core.money import cents
from clinic.core.profile import clinic_zone


@dataclass
class FeeImport:
    """How many lines were new prices, how many stood there already, and what was wrong with the rest."""

    created: int = 0
    unchanged: int = 0
    errors: tuple[str, ...] = ()


@service
def add_fee(
    *, by, code: str, words: str, price: Decimal, kind: str, effective_from: dt.date, cvx: str = ""
) -> FeeItem:
    """Put a price on the schedule; the code's present price ends the day before. Audited as fee.added.

    Refuses a price for a day on or before the present price's first day, so that no past bill changes.
    """
    code = code.strip().upper()
    if not is_code(code):
        raise Refused("A code has 2-16 letters, digits, dots or dashes.", field="code")
    lock_keys(f"fee:{code}")
    latest = FeeItem.objects.filter(code=code).order_by("-effective_from").first()
    if latest is not None and latest.effective_from >= effective_from:
        raise Refused(
            f"{code} has a price from {latest.effective_from:%m/%d/%Y} on. Start the new one later.",
            field="effective_from",
        )
    if latest is not None and (latest.effective_to is None or latest.effective_to >= effective_from):
        latest.effective_to = effective_from - dt.timedelta(days=1)
        latest.version += 1
        latest.save()
    fee = FeeItem.objects.create(
        code=code, words=words.strip(), price=cents(price), kind=kind, effective_from=effective_from, cvx=cvx
    )
    record(by, "fee.added", obj=fee, code=code, price=str(fee.price), effective_from=str(effective_from))
    return fee


@service
def end_fee(*, by, fee: FeeItem, effective_to: dt.date) -> FeeItem:
    """Let a price end on a day. Refuses a day before its first. Audited as fee.ended."""
    fee = FeeItem.objects.select_for_update().get(pk=fee.pk)
    if effective_to < fee.effective_from:
        raise Refused("A price cannot end before it starts.", field="effective_to")
    fee.effective_to = effective_to
    fee.version += 1
    fee.save()
    record(by, "fee.ended", obj=fee, code=fee.code, effective_to=str(effective_to))
    return fee


class _RolledBack(Exception):
    """Undoes an import that was tried or had errors."""


def import_fees(*, by, lines: Sequence[FeeLine], is_dry_run: bool = False) -> FeeImport:
    """Load a whole schedule or none of it; a line that is on file already changes nothing.

    A dry run does everything and takes it back. Audited as fees.imported and per price.
    """
    result = FeeImport()
    with contextlib.suppress(_RolledBack):
        _import(by=by, lines=lines, result=result, is_dry_run=is_dry_run)
    return result


@service
def _import(*, by, lines, result: FeeImport, is_dry_run: bool) -> None:
    errors = []
    for line in sorted(lines, key=lambda row: (row.effective_from, row.number)):
        there = FeeItem.objects.filter(code=line.code, effective_from=line.effective_from).first()
        if there is not None:
            if (there.words, there.price, there.kind, there.cvx) == (
                line.words,
                line.price,
                line.kind,
                line.cvx,
            ):
                result.unchanged += 1
            else:
                errors.append(
                    f"line {line.number}: {line.code} has another price or text from {line.effective_from} on"
                )
            continue
        try:
            with attempt():
                add_fee(
                    by=by,
                    code=line.code,
                    words=line.words,
                    price=line.price,
                    kind=line.kind,
                    effective_from=line.effective_from,
                    cvx=line.cvx,
                )
            result.created += 1
        except Refused as error:
            errors.append(f"line {line.number}: {error}")
    result.errors = tuple(errors)
    if errors or is_dry_run:
        raise _RolledBack
    record(by, "fees.imported", created=result.created, unchanged=result.unchanged)


@service
def set_visit_type_fee(*, by, visit_type, code: str) -> None:
    """Set the code that a visit type proposes by itself; an empty code proposes none. Audited."""
    code = code.strip().upper()
    if code and fee_on(code, time.today(clinic_zone())) is None:
        raise Refused(f"{code} has no price today.", field="code")
    row = VisitTypeFee.objects.select_for_update().filter(visit_type=visit_type).first()
    before = row.code if row else ""
    if before == code:
        return
    if not code:
        row.delete()
    else:
        row = row or VisitTypeFee(visit_type=visit_type)
        row.code = code
        row.save()
    record(by, "visit_type_fee.set", obj=visit_type, before=before, after=code)


@service
def save_drawer(*, by, drawer: Drawer | None = None, version: int | None = None, **fields) -> Drawer:
    """Put a drawer on file or change it. Audited."""
    if drawer is None:
        drawer = Drawer.objects.create(**fields)
        record(by, "drawer.created", obj=drawer)
        return drawer
    drawer = Drawer.objects.select_for_update().get(pk=drawer.pk)
    if version is not None and version != drawer.version:
        raise Stale("Somebody else changed this drawer meanwhile. Look again and save once more.")
    for name, value in fields.items():
        setattr(drawer, name, value)
    drawer.version += 1
    drawer.save()
    record(by, "drawer.changed", obj=drawer, fields=sorted(fields))
    return drawer
