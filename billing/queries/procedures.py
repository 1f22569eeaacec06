"""Procedures as charges tell them, for whoever has to do something after one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from billing.models import Charge, FeeItem
from scheduling.procedures import Procedure


def charged_procedures(codes: Collection[str], since: datetime) -> list[Procedure]:
    """Charges with one of these codes, proposed or approved, of visits since `since`; void ones are left out."""
    rows = (
        Charge.objects.filter(code__in=codes, service_on__gte=since.date() - timedelta(days=1))
        .exclude(state=Charge.State.VOID)
        .order_by("proposed_at", "pk")
    )
    return [Procedure(*row) for row in rows.values_list("encounter_id", "code", "words")]


def procedure_fees() -> list[tuple[str, str]]:
    """(code, description) of every procedure on the fee list, by its newest price."""
    rows = FeeItem.objects.filter(kind=FeeItem.Kind.PROCEDURE).order_by("code", "-effective_from")
    return list(rows.distinct("code").values_list("code", "words"))
