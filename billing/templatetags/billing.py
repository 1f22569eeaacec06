"""How money is written on billing's pages: `{% load billing %}`."""

from django import template

from billing.rules.claim_states import STATES
from billing.rules.ledger import receipt_words
from billing.rules.remittances import reason_words as in_words
from billing.tabs import Group, tab_groups
from clinic.ui.templatetags.ui import pill

register = template.Library()


@register.filter
def receipt(number: int) -> str:
    """R-000042."""
    return receipt_words(number)


@register.filter
def negated(amount):
    """The amount with its sign turned."""
    return -amount


@register.filter
def reason_words(reason: str) -> str:
    """A payer's reason in the clinic's words, with its number: "Filed too late (29)"."""
    return in_words(reason)


_TONES = {
    "draft": "plain",
    "ready": "now",
    "sent": "now",
    "accepted": "now",
    "rejected": "danger",
    "paid": "done",
    "denied": "danger",
    "closed": "past",
}


@register.simple_tag
def claim_state(state: str):
    """The state of a claim as a pill."""
    return pill(state, STATES.get(state, state), _TONES.get(state, "plain"))


@register.simple_tag
def batch_state(batch):
    """The state of a file of claims as a pill."""
    tones = {"accepted": "done", "sent": "done", "refused": "danger", "uncertain": "soon"}
    return pill(batch.state, batch.get_state_display(), tones.get(batch.state, "now"))


@register.simple_tag(takes_context=True)
def billing_tabs(context, here: str) -> list[Group]:
    """The groups of tabs that the one who looks may open."""
    return tab_groups(context["actor"], here)
