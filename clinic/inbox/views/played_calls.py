"""An automated call that stayed inside: how it went, and playing the patient."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.inbox.views._shared import press
from clinic.inbox.views.outbox import REFRESH
from clinic.messaging.models import Message
from clinic.messaging.queries.voice import voicemail_of
from clinic.messaging.rules.states import State
from clinic.messaging.services.voice import answer_kept_call
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.responses import fragment


@allow(Permission.MESSAGE_VIEW)
@require_http_methods(["GET", "POST"])
def message_call(request, pk):
    """What an automated call said and what came back; where calls are kept inside, its buttons play the patient."""
    message = get_object_or_404(
        Message.objects.select_related("patient", "voice_call"), pk=pk, channel="voice"
    )
    may_play = request.actor.can(Permission.MESSAGE_SEND)
    if request.method == "POST" and may_play:
        return press(
            request,
            lambda: answer_kept_call(
                by=request.actor, message=message, answer=request.POST.get("answer", "")
            ),
            message="Answered.",
            to=reverse("messaging:message", args=[pk]),
            refresh=(*REFRESH, "follow-ups"),
        )
    if message.patient_id:
        audit.looked(request, message.patient_id, page="call")
    context = {
        "message": message,
        "call": getattr(message, "voice_call", None),
        "steps": list(message.voice_steps.order_by("received_at", "pk")),
        "voicemail": voicemail_of(message),
        "is_ringing": may_play and message.gateway == "capture" and message.state == State.SENT,
    }
    return fragment(request, "messaging/_voice_call.html", context)
