"""Holding every outgoing message, and letting them go again."""

from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.inbox.forms import HoldForm
from clinic.inbox.views._shared import press
from clinic.messaging.services.hold import hold_sending, release_sending
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act

REFRESH = ("outbox", "messages.attention")


def _page(request) -> str:
    """Where messages are read, for those who may; else where their rules are set."""
    return (
        "messaging:outbox" if Permission.MESSAGE_VIEW in request.actor.permissions else "messaging:templates"
    )


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def sending_hold(request):
    """Keep every message inside, with a reason."""
    return form_act(
        request,
        HoldForm(request.POST or None),
        verb="messages.hold",
        do=lambda values: str(hold_sending(by=request.actor, **values).pk),
        to=_page(request),
        message="Nothing leaves until sending is released.",
        refresh=REFRESH,
        context={
            "title": "Hold all messages",
            "intro": "Messages go on being planned and wait in the outbox. Answers of patients are still read.",
            "submit_label": "Hold all messages",
            "cancel_url": reverse(_page(request)),
        },
    )


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_POST
def sending_release(request):
    """Let messages leave again."""
    return press(
        request,
        lambda: release_sending(by=request.actor),
        message="Messages leave again.",
        to=reverse(_page(request)),
        refresh=REFRESH,
    )
