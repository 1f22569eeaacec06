"""How stock figures are written: `{% load inventory %}`."""

import datetime as dt
from decimal import Decimal

from django import template

from clinic.ui.templatetags.ui import pill
from inventory.rules.packs import plural

register = template.Library()


@register.filter
def units(number) -> str:
    """A quantity without trailing zeros."""
    return f"{Decimal(number or 0).normalize():,f}"


@register.filter
def of(number, word: str) -> str:
    """A quantity with its unit: `{{ 3|of:"box" }}` is 3 boxes."""
    return f"{units(number)} {plural(word, Decimal(number or 0))}" if word else units(number)


@register.filter
def signed(number) -> str:
    """A quantity with its sign, minus as a real minus."""
    return f"{'+' if number > 0 else '−'}{units(abs(number))}"


@register.filter
def within(day: dt.date, today: dt.date) -> bool:
    """Whether a day comes within 90 days."""
    return (day - today).days <= 90


@register.filter
def is_elsewhere(reference: str) -> bool:
    """Whether a movement belongs to a record that takes it back itself (a dose given)."""
    return reference.startswith("immunization:")


@register.simple_tag
def lot_pill(lot, today: dt.date):
    """The state of a lot: held before expired before expiring."""
    if lot.status != "usable":
        return pill(lot.status)
    days = (lot.expires_on - today).days
    return pill("expired") if days < 0 else pill("expiring") if days <= 90 else pill("usable")


@register.filter
def control(field):
    """The bare control of a form field in a table cell, in the look of the other fields."""
    css = "form-control form-control-sm" + (" is-invalid" if field.errors else "")
    return field.as_widget(attrs={"class": css})
