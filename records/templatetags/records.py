"""`{% load records %}`: the patient banner and small helpers of chart templates."""

from decimal import Decimal
from uuid import UUID

from django import template

from clinic.staff.permissions import Permission as P
from clinic.ui import panels
from records.queries.banners import Banner
from records.queries.banners import banner as read_banner

register = template.Library()


@register.inclusion_tag("records/patient/_banner.html", takes_context=True)
def patient_banner(context, patient):
    """The banner of a patient (row, id or a Banner read already). Clinical facts only for who may read the chart."""
    if not isinstance(patient, Banner):
        patient = read_banner(patient if isinstance(patient, UUID) else patient.pk)
    actor = getattr(context.get("request"), "actor", None)
    return {
        "banner": patient,
        "chip_panels": panels.permitted("patient.banner", actor, patient.id),
        "request": context.get("request"),
        "is_dialog": context.get("is_dialog"),
        "may_chart": bool(actor and actor.can(P.CHART_VIEW)),
        "may_open": bool(actor and actor.can(P.PATIENT_VIEW)),
    }


@register.filter
def may(request, permission: str) -> bool:
    """`{% if request|may:"chart_edit" %}`"""
    actor = getattr(request, "actor", None)
    return bool(actor and actor.can(P(permission)))


@register.filter
def item(mapping, key):
    """A value of a mapping by a name that is itself a variable."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def number(value: Decimal | None, places: int = 1) -> str:
    """A Decimal with so many places, rounded half up."""
    if value is None:
        return ""
    return f"{value.quantize(Decimal(1).scaleb(-int(places)), rounding='ROUND_HALF_UP')}"
