"""Prices, by code and day."""

import datetime as dt

from django.db.models import Q
from django.shortcuts import get_object_or_404

from billing.models import Drawer, FeeItem, VisitTypeFee
from clinic.core import time
from clinic.core.kept import kept
from clinic.core.profile import clinic_zone


def valid_fees(day: dt.date | None = None):
    """The fee schedule as it holds on a day."""
    day = day or time.today(clinic_zone())
    return FeeItem.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=day), effective_from__lte=day
    )


@kept
def fee_on(code: str, day: dt.date) -> FeeItem | None:
    """The price of a code on a day, or None."""
    return valid_fees(day).filter(code=code.strip().upper()).first()


@kept
def fee_of_vaccine(cvx: str, day: dt.date) -> FeeItem | None:
    """The price of a vaccine on a day, by its CVX code."""
    if not cvx:
        return None
    forms = {cvx, cvx.lstrip("0"), cvx.zfill(2), cvx.zfill(3)}
    return valid_fees(day).filter(kind=FeeItem.Kind.VACCINE, cvx__in=forms).order_by("code").first()


@kept
def first_fee_of_kind(kind: str, day: dt.date) -> FeeItem | None:
    """The first code of a kind that holds on a day: what administration of a vaccine is charged by."""
    return valid_fees(day).filter(kind=kind).order_by("code").first()


@kept
def visit_type_code(visit_type_id) -> str:
    """The code that a visit type proposes, or nothing."""
    row = VisitTypeFee.objects.filter(visit_type_id=visit_type_id).first()
    return row.code if row else ""


def search_fees(text: str, day: dt.date, limit: int = 12) -> list[FeeItem]:
    """Codes whose code or words hold every typed word. One query."""
    rows = valid_fees(day)
    for word in text.split():
        rows = rows.filter(Q(code__icontains=word) | Q(words__icontains=word))
    return list(rows.order_by("code")[:limit])


def fee_schedule(text: str = "", kind: str = "", with_past: bool = False) -> list[FeeItem]:
    """The schedule as a list: what holds today or later, or all of it. One query."""
    rows = FeeItem.objects.all()
    if not with_past:
        today = time.today(clinic_zone())
        rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=today))
    if kind:
        rows = rows.filter(kind=kind)
    for word in text.split():
        rows = rows.filter(Q(code__icontains=word) | Q(words__icontains=word))
    return list(rows.order_by("kind", "code", "-effective_from"))


@kept
def visit_type_fees() -> dict:
    """Visit type id -> code."""
    return dict(VisitTypeFee.objects.values_list("visit_type_id", "code"))


def fee_or_404(pk) -> FeeItem:
    """One price."""
    return get_object_or_404(FeeItem, pk=pk)


def drawer_or_404(pk) -> Drawer:
    """One drawer."""
    return get_object_or_404(Drawer, pk=pk)
