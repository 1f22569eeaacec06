"""Addresses that the provider calls while an automated call goes on. Each carries the outbox id, signed."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

_SALT = "messaging.voice"


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=".")


def address(url_name: str, message_id, **more: str) -> str:
    """The public address of one step of one call: `hooks:voice-answer`, `-key` or `-status`."""
    asked = urlencode({"m": _signer().sign(str(message_id)), **more})
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(url_name)}?{asked}"


def message_id_from(signed: str) -> str | None:
    """The outbox id of a callback's address, or None when it was not signed by us for a call."""
    try:
        return _signer().unsign(signed)
    except BadSignature:
        return None
