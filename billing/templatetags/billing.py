"""How money is written on billing's pages: `{% load billing %}`."""

from django import template

from billing.rules.ledger import receipt_words

register = template.Library()


@register.filter
def receipt(number: int) -> str:
    """R-000042."""
    return receipt_words(number)


@register.filter
def negated(amount):
    """The amount with its sign turned."""
    return -amount
