"""Texts of patients that need a person: read, acted on with one press, answered."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit
from clinic.inbox import services
from clinic.inbox.forms import HandleReplyForm
from clinic.inbox.message_forms import AnswerTextForm
from clinic.inbox.views._shared import press
from clinic.inbox.views.outbox import REFRESH
from clinic.messaging.models import InboundMessage
from clinic.messaging.queries.answers import may_answer, suggestions
from clinic.messaging.queries.attention import attention, replies_lately, replies_to_handle
from clinic.messaging.rules.suggestions import Act
from clinic.messaging.subjects import page_of_subject
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of

AFTER = ("replies", "inbox", "inbox.mine", *REFRESH)
VISIT_ACTS = {Act.CONFIRM.value, Act.CANCEL.value}


@allow(Permission.MESSAGE_SEND)
@require_GET
def messages_home(request):
    """The panel on the home page: what of messaging needs a person."""
    replies = list(replies_to_handle()[:5])
    audit.looked_many(request, [row.patient_id for row in replies if row.patient_id], page="home")
    return render(request, "messaging/home.html", {"attention": attention(), "replies": replies})


@allow(Permission.MESSAGE_VIEW)
@require_GET
def reply_list(request):
    """Texts that need a person, or all of them."""
    is_all = request.GET.get("view") == "all"
    page = page_of(request, replies_lately() if is_all else replies_to_handle())
    audit.looked_many(request, [row.patient_id for row in page.rows if row.patient_id], page="replies")
    return render(request, "messaging/replies.html", {"page": page, "is_all": is_all})


def _reply_or_404(request, pk) -> InboundMessage:
    reply = get_object_or_404(InboundMessage.objects.select_related("patient", "message"), pk=pk)
    if reply.patient_id:
        audit.looked(request, reply.patient_id, page="reply")
    return reply


@allow(Permission.MESSAGE_SEND)
@require_http_methods(["GET", "POST"])
def reply_handle(request, pk):
    """Read a text, with what might be done about it; say what was done."""
    reply = _reply_or_404(request, pk)
    return form_act(
        request,
        HandleReplyForm(request.POST or None),
        verb=f"reply.handle:{pk}",
        do=lambda values: str(services.settle_text(by=request.actor, reply=reply, **values).pk),
        to="messaging:replies",
        message="Handled.",
        refresh=AFTER,
        template="messaging/reply_handle.html",
        context=lambda: _about(request, reply),
    )


def _about(request, reply: InboundMessage) -> dict:
    may_change = Permission.APPOINTMENT_CANCEL in request.actor.permissions
    acts = [] if reply.handled_at else suggestions(reply, may_change_visits=may_change)
    return {
        "reply": reply,
        "acts": [(one, page_of_subject(one.reference) if one.act == Act.MOVE else "") for one in acts],
        "answer_form": AnswerTextForm(),
        "why_not": may_answer(reply.patient, reply.from_address).reason,
    }


@allow(Permission.MESSAGE_SEND)
@require_POST
def reply_act(request, pk):
    """Do one suggested act about a text."""
    reply = _reply_or_404(request, pk)
    act, _, reference = request.POST.get("act", "").partition("|")
    if act in VISIT_ACTS and Permission.APPOINTMENT_CANCEL not in request.actor.permissions:
        act = ""
    return press(
        request,
        lambda: services.act_on_text(by=request.actor, reply=reply, act=act, reference=reference[:64]),
        message="Done, and the text is handled.",
        to="messaging:replies",
        refresh=AFTER,
    )


@allow(Permission.MESSAGE_SEND)
@require_http_methods(["GET", "POST"])
def reply_answer(request, pk):
    """Answer a text in own words."""
    reply = _reply_or_404(request, pk)
    return form_act(
        request,
        AnswerTextForm(request.POST or None),
        verb=f"reply.answer:{pk}",
        do=lambda values: str(services.answer_text(by=request.actor, reply=reply, **values).pk),
        to="messaging:replies",
        message="Answered.",
        refresh=AFTER,
        template="messaging/reply_answer.html",
        context={"reply": reply, "cancel_url": reverse("messaging:reply-handle", args=[pk])},
    )
