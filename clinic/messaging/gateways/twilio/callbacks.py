"""Callbacks of the provider: the address they are sent to, and the proof of who sends them."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from twilio.request_validator import RequestValidator

_SALT = "messaging.status"


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=".")


def status_callback_url(message_id: str) -> str:
    """The public address for reports on one message. It carries the outbox id, signed."""
    path = reverse("hooks:sms-status")
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}?m={_signer().sign(str(message_id))}"


def message_id_from(signed: str) -> str | None:
    """The outbox id of a callback's address, or None when it was not signed by us."""
    try:
        return _signer().unsign(signed)
    except BadSignature:
        return None


def is_from_provider(full_path: str, params, signature: str) -> bool:
    """Whether the request was signed with our token, over the exact public address and every parameter.

    The comparison takes the same time for any wrong signature. Without a token nothing is believed.
    """
    token = settings.TWILIO["AUTH_TOKEN"]
    if not token or not signature:
        return False
    return RequestValidator(token).validate(settings.PUBLIC_URL.rstrip("/") + full_path, params, signature)
