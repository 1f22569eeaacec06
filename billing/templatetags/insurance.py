"""What payers' answers say, in the office's words."""

from django import template

from billing.rules.card import money as amount_of
from billing.rules.card import service_words
from clinic.core.money import dollars

register = template.Library()
KINDS = {
    "1": "Active",
    "2": "Active",
    "3": "Active",
    "4": "Active",
    "5": "Active",
    "6": "Not active",
    "7": "Not active",
    "8": "Not active",
    "A": "Coinsurance",
    "B": "Copay",
    "C": "Deductible",
    "F": "Limit",
    "G": "Out-of-pocket maximum",
    "I": "Not covered",
    "L": "Primary care provider",
    "R": "Other payer",
    "CB": "Basis of coverage",
}
PERIODS = {
    "22": "Plan year",
    "23": "Calendar year",
    "24": "This year so far",
    "26": "Episode",
    "27": "Visit",
    "29": "Remaining",
    "32": "Lifetime",
}


@register.filter
def benefit(code: object) -> str:
    """What a benefit is about; the payer's own code where we have no word."""
    return KINDS.get(str(code or ""), str(code or ""))


@register.filter
def period(code: object) -> str:
    """The time that an amount is for."""
    return PERIODS.get(str(code or ""), str(code or ""))


@register.filter
def whom(code: object) -> str:
    """Whose amount it is."""
    return {"IND": "Individual", "FAM": "Family"}.get(str(code or ""), str(code or ""))


@register.filter
def yes_no(code: object) -> str:
    """A payer's Y, N, W (both) and U in words."""
    return {"Y": "Yes", "N": "No", "W": "Either", "U": "Not said"}.get(str(code or ""), "")


@register.filter
def usd(text: object) -> str:
    """An amount out of JSON as $1,234.50; nothing for what is no amount."""
    amount = amount_of(text)
    return "" if amount is None else dollars(amount)


@register.filter
def services(codes: object) -> str:
    """Kinds of service as staff read them."""
    return service_words(codes) if isinstance(codes, list) else ""
