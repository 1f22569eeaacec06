"""US phone numbers: typed any usual way, kept as E.164, shown as (312) 555-0142."""

from __future__ import annotations

import re

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError

REGION = "US"
BAD = "This is not a complete phone number. Type ten digits, area code first."
# Area code and exchange begin with 2 to 9 everywhere in the North American plan: what doesn't is a slip.
_NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
_USUAL = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


def normalize(text: str) -> str:
    """E.164 (+13125550142) of a number typed in any usual way; abroad with a plus. The one rule of the clinic.

    Raises ValueError for what cannot be a number. Possible, not assigned: clinics also keep numbers that the
    numbering plan's tables do not know yet.
    """
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError(BAD) from error
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    is_home = number.country_code == 1
    if not phonenumbers.is_possible_number(number) or (is_home and not _NORTH_AMERICAN.fullmatch(found)):
        raise ValueError(BAD)
    return found


def e164(text: str) -> str | None:
    """Like `normalize`, with None for what is not a number: for imports and for asking."""
    try:
        return normalize(text)
    except ValueError:
        return None


def display(e164: str) -> str:
    """The number as people read it; what is not a number comes back unchanged."""
    usual = _USUAL.fullmatch(e164)
    if usual:
        return "({}) {}-{}".format(*usual.groups())
    try:
        number = phonenumbers.parse(e164, REGION)
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        number, style.NATIONAL if number.country_code == 1 else style.INTERNATIONAL
    )


class PhoneField(forms.CharField):
    """A form field that gives E.164."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel"}))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return display(value) if isinstance(value, str) and value.startswith("+") else value

    def clean(self, value) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return normalize(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
