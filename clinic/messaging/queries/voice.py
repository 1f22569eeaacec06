"""What an automated call says, and which calls wait for the app that wanted them."""

from clinic.core.errors import ClinicError
from clinic.messaging.models import Message, VoiceCall
from clinic.messaging.queries.policy import template_for
from clinic.messaging.rules import texts
from clinic.messaging.rules.voice import Outcome

VOICEMAIL = "_voicemail"
# What is said after a key, by wording.
AFTER_KEY = {Outcome.WELL: "call_well", Outcome.CALL_ME: "call_back", Outcome.STOP: "call_stopped"}
GOODBYE = "call_goodbye"


def has_voicemail(message: Message) -> bool:
    """Whether there are words for a machine; without them nothing is left."""
    return template_for(message.template_code + VOICEMAIL, "voice", message.language) is not None


def voicemail_of(message: Message) -> str:
    """The few words for a machine: who called and the number, never why. Empty: leave nothing."""
    return spoken(message, message.template_code + VOICEMAIL)


def spoken(message: Message, code: str) -> str:
    """A wording filled for this call; empty when there is none or it can't be filled."""
    template = template_for(code, "voice", message.language)
    if template is None:
        return ""
    try:
        return texts.fill(template.body, message.variables, channel="voice")
    except (texts.UnknownVariable, ClinicError):
        return ""


def unsettled_calls(kind: str, limit: int = 200) -> list[VoiceCall]:
    """Calls about subjects of this kind that came to something nobody has acted on, oldest news first."""
    return list(
        VoiceCall.objects.filter(settled_at=None, message__subject__startswith=f"{kind}:")
        .exclude(outcome="")
        .select_related("message")
        .order_by("heard_at", "pk")[:limit]
    )


def spoken_digits(phone: str) -> str:
    """A phone number as a voice reads it: digit by digit, with pauses."""
    return ", ".join(" ".join(part) for part in phone.split("-"))
