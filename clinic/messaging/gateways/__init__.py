"""The ways out: one package per provider, chosen per channel by the environment (MESSAGE_GATEWAYS).

A package holds one class with the shape of `base.Gateway` and a `from_settings`; a new provider is a package and
a line in `GATEWAYS`. Packages are imported when they are first needed: their libraries take time to load.
"""

from importlib import import_module

from django.conf import settings

from clinic.messaging.gateways.base import Gateway, NotSent, Reason

GATEWAYS = {
    "capture": ("clinic.messaging.gateways.capture", "CaptureGateway"),
    "smtp": ("clinic.messaging.gateways.smtp", "SmtpGateway"),
    "twilio": ("clinic.messaging.gateways.twilio", "TwilioGateway"),
    "twilio_voice": ("clinic.messaging.gateways.twilio_voice", "TwilioVoiceGateway"),
}


def gateway(name: str) -> Gateway:
    """The gateway of that name. Refuses (NotSent) a name that is not known."""
    if name not in GATEWAYS:
        raise NotSent(f"There is no gateway called {name}.", code="no_gateway")
    package, class_name = GATEWAYS[name]
    return getattr(import_module(package), class_name).from_settings()


def can_be_asked(name: str) -> bool:
    """Whether the gateway of that name can say what it took; False for a name that is not known."""
    try:
        return gateway(name).can_be_asked
    except NotSent:
        return False


def explain(name: str, code: str, status: str) -> Reason:
    """What a provider's report means, by the gateway that it came from."""
    try:
        return gateway(name).explain(code, status)
    except NotSent:
        return Reason(f"Reported {status}{f' ({code})' if code else ''}.")


def name_for(channel: str) -> str:
    """The gateway that the environment names for a channel; capture when it names none. One provider's name
    stands for its texts and its calls."""
    name = settings.MESSAGE_GATEWAYS.get(channel, "capture")
    return "twilio_voice" if (channel, name) == ("voice", "twilio") else name


def for_channel(channel: str) -> Gateway:
    """The gateway of a channel."""
    return gateway(name_for(channel))
