"""The ways out: one package per provider, chosen per channel by the environment (MESSAGE_GATEWAYS)."""

from django.conf import settings

from clinic.messaging.gateways.base import Gateway, NotSent


def gateway(name: str) -> Gateway:
    """The gateway of that name. Refuses (NotSent) a name that is not known."""
    if name == "capture":
        from clinic.messaging.gateways.capture import CaptureGateway

        return CaptureGateway()
    if name == "smtp":
        from clinic.messaging.gateways.smtp import SmtpGateway

        return SmtpGateway()
    if name == "twilio":
        from clinic.messaging.gateways.twilio import TwilioGateway

        return TwilioGateway.from_settings()
    if name == "twilio_voice":
        from clinic.messaging.gateways.twilio_voice import TwilioVoiceGateway

        return TwilioVoiceGateway.from_settings()
    raise NotSent(f"There is no gateway called {name}.", code="no_gateway")


def can_be_asked(name: str) -> bool:
    """Whether the gateway of that name can say what it took; False for a name that is not known."""
    try:
        return gateway(name).can_be_asked
    except NotSent:
        return False


def name_for(channel: str) -> str:
    """The gateway that the environment names for a channel; capture when it names none. One provider's name
    stands for its texts and its calls."""
    name = settings.MESSAGE_GATEWAYS.get(channel, "capture")
    return "twilio_voice" if (channel, name) == ("voice", "twilio") else name


def for_channel(channel: str) -> Gateway:
    """The gateway of a channel."""
    return gateway(name_for(channel))
