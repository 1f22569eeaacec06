"""A form that is sent twice acts once."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest

from clinic.core.submissions import once


def send_once(request: HttpRequest, form: Form, verb: str, act: Callable[[], Any]) -> str:
    """Run `act` for this form and return the id of the row it gives; a repeat returns the first one's id.

    `verb` names the act, with the id of what it is about where there is one.
    """
    key = form.cleaned_data.get("form_key", "")
    result, _ = once(by=request.actor, verb=verb[:64], form_key=key, do=lambda: str(getattr(act(), "pk", "")))
    return result
