"""US phone numbers: typed any usual way, kept as E.164, shown as (312) 555-0142."""

from __future__ import annotations

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError

REGION = "US"
BAD = "This is not a complete phone number. Type ten digits, area code first."


def normalize(text: str) -> str:
    """E.164 (+13125550142) of a number typed in any usual way. Raises ValueError when it is not a possible one.

    Possible, not assigned: clinics also keep numbers that the numbering plan's tables do not know yet.
    """
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError(BAD) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(BAD)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def display(e164: str) -> str:
    """The number as people read it; what is not a number comes back unchanged."""
    try:
        number = phonenumbers.parse(e164, REGION)
    except phonenumbers.NumberParseException:
        return e164
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 1
        else (phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    )
    return phonenumbers.format_number(number, style)


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
