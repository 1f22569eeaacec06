"""The outbox: what waits, what left, what needs a decision, each message as the patient sees it."""

from urllib.parse import urlencode

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit
from clinic.inbox.forms import CallOffForm
from clinic.inbox.message_forms import OutboxFilterForm
from clinic.inbox.views._shared import press
from clinic.messaging import gateways
from clinic.messaging.models import Message
from clinic.messaging.queries.attention import attention
from clinic.messaging.queries.hold import current_hold
from clinic.messaging.queries.outbox import TABS, outbox, reasons
from clinic.messaging.queries.policy import send_settings
from clinic.messaging.rules.states import STATE_WORDS, WAITING, State
from clinic.messaging.services import desk
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of

REFRESH = ("outbox", "messages.attention", "messages.patient")


@allow(Permission.MESSAGE_VIEW)
@require_GET
def outbox_list(request):
    """The messages of one tab, narrowed by channel, kind, days and reason."""
    counts = attention()
    usual = "attention" if counts.doubts or counts.failed else "waiting"
    tab = request.GET.get("tab", usual)
    tab = tab if tab in TABS else usual
    form = OutboxFilterForm(request.GET)
    filters = form.filters()
    page = page_of(request, outbox(tab, filters))
    # What the links of the page keep: the filters, not the page number.
    narrowed = {name: value for name, value in form.kept().items() if name != "reason"}
    audit.looked_many(request, [row.patient_id for row in page.rows if row.patient_id], page="outbox")
    context = {
        "tab": tab,
        "tabs": [(key, words, _at(tab=key, **narrowed)) for key, words in TABS.items()],
        "form": form,
        "reasons": [
            (words, count, _at(tab=tab, **narrowed, reason=words), words == filters.reason)
            for words, count in reasons(tab)
        ],
        "without_reason": _at(tab=tab, **narrowed) if filters.reason else "",
        "is_narrowed": form.is_narrowed,
        "page": page,
        "attention": counts,
        "rules": send_settings(),
        "hold": current_hold(),
        "is_captured": gateways.name_for("sms") == "capture",
        "states": STATE_WORDS,
    }
    return render(request, "messaging/outbox.html", context)


def _at(**query: str) -> str:
    """The address of the outbox with these parameters; empty ones are left out."""
    return f"{reverse('messaging:outbox')}?{urlencode({k: v for k, v in query.items() if v})}"


@allow(Permission.MESSAGE_VIEW)
@require_GET
def message_detail(request, pk):
    """One message as the patient sees it, with every try and report."""
    message = get_object_or_404(Message.objects.select_related("patient", "template"), pk=pk)
    if message.patient_id:
        audit.looked(request, message.patient_id, page="message")
    context = {
        "message": message,
        "state_words": STATE_WORDS[State(message.state)],
        "tries": list(message.tries.order_by("number")),
        "events": list(message.events.order_by("received_at")),
        "is_waiting": message.state in WAITING,
        "is_captured": gateways.name_for(message.channel) == "capture",
        "is_in_doubt": message.state == State.UNCERTAIN,
    }
    return render(request, "messaging/message.html", context)


def _press(request, pk, act, words):
    message = get_object_or_404(Message, pk=pk)
    return press(
        request,
        lambda: act(by=request.actor, message=message),
        message=words,
        to=reverse("messaging:message", args=[pk]),
        refresh=REFRESH,
    )


@allow(Permission.MESSAGE_SEND)
@require_POST
def message_hurry(request, pk):
    """Send a waiting message now, where nothing really leaves."""
    return _press(request, pk, desk.hurry, "It leaves now.")


@allow(Permission.MESSAGE_SEND)
@require_POST
def message_retry(request, pk):
    """Try a failed or doubtful message once more."""
    return _press(request, pk, desk.send_again, "It will be tried again.")


@allow(Permission.MESSAGE_SEND)
@require_POST
def message_leave(request, pk):
    """Leave a failed or doubtful message as it is."""
    return _press(request, pk, desk.leave_it, "It will not be tried again.")


@allow(Permission.MESSAGE_SEND)
@require_POST
def message_arrived(request, pk):
    """Note that a doubtful message did arrive."""
    return _press(request, pk, desk.note_arrived, "Noted as sent.")


@allow(Permission.MESSAGE_SEND)
@require_http_methods(["GET", "POST"])
def message_call_off(request, pk):
    """Take a waiting message out of the queue, with a reason."""
    message = get_object_or_404(Message.objects.select_related("patient"), pk=pk)
    if message.patient_id:
        audit.looked(request, message.patient_id, page="messages")
    form = CallOffForm(request.POST or None)
    return form_act(
        request,
        form,
        verb=f"message.call_off:{pk}",
        do=lambda values: str(desk.call_off(by=request.actor, message=message, **values).pk),
        to="messaging:outbox",
        message="Taken out of the queue.",
        refresh=REFRESH,
        context={
            "title": "Don't send this message",
            "intro": message.body,
            "submit_label": "Don't send",
            "cancel_url": reverse("messaging:outbox"),
        },
    )
