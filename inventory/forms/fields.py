"""Fields that stock forms share."""

from decimal import Decimal

from django import forms

from inventory.models import Place
from inventory.rules.expiry import parse_expiry


class ExpiryField(forms.CharField):
    """An expiry as printed: a full date, or month and year only (the last day of that month)."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "Expiry")
        kwargs.setdefault("help_text", "03/31/2027, or 03/2027 when only the month is printed.")
        kwargs.setdefault("max_length", 10)
        super().__init__(**kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_expiry(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class QuantityField(forms.DecimalField):
    """Units of use, more than zero."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_digits", 9)
        kwargs.setdefault("decimal_places", 3)
        kwargs.setdefault("min_value", Decimal("0.001"))
        super().__init__(**kwargs)


def active_places():
    """Places that stock may be put into."""
    return Place.objects.filter(is_active=True)


def scan_field(url: str) -> forms.CharField:
    """Where a scanner types. The page's script asks `url` what the carton says and fills the rest in."""
    return forms.CharField(
        label="Scan the carton",
        required=False,
        max_length=120,
        strip=False,
        help_text="Or fill in the fields below.",
        widget=forms.TextInput(attrs={"data-scan": url, "autofocus": True, "spellcheck": "false"}),
    )
