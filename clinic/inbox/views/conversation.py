"""One patient's conversation and consent, and the replies that need a person."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic import audit
from clinic.inbox.forms import ConsentForm, HandleReplyForm
from clinic.inbox.views._shared import patient_or_404
from clinic.inbox.views.outbox import REFRESH
from clinic.messaging.models import InboundMessage
from clinic.messaging.queries.attention import attention, replies_lately, replies_to_handle
from clinic.messaging.queries.conversation import conversation, reaches
from clinic.messaging.services import record_consent
from clinic.messaging.services.replies import handle_reply
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of


@allow(Permission.MESSAGE_SEND)
@require_GET
def messages_home(request):
    """The panel on the home page: what of messaging needs a person."""
    replies = list(replies_to_handle()[:5])
    audit.looked_many(request, [row.patient_id for row in replies if row.patient_id], page="home")
    return render(request, "messaging/home.html", {"attention": attention(), "replies": replies})


@allow(Permission.MESSAGE_VIEW)
@require_GET
def patient_messages(request, pk):
    """The panel on a patient's page (and a page of its own): what was said, and where we may write."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="messages")
    limit = 6 if request.headers.get("HX-Request") else 60
    context = {
        "patient": patient,
        "lines": conversation(patient.pk, limit=limit),
        "reaches": reaches(patient),
        "is_panel": limit == 6,
    }
    return render(request, "messaging/conversation.html", context)


@allow(Permission.MESSAGE_VIEW)
@require_GET
def reply_list(request):
    """Texts that need a person, or all of them."""
    is_all = request.GET.get("view") == "all"
    page = page_of(request, replies_lately() if is_all else replies_to_handle())
    audit.looked_many(request, [row.patient_id for row in page.rows if row.patient_id], page="replies")
    return render(request, "messaging/replies.html", {"page": page, "is_all": is_all})


@allow(Permission.MESSAGE_SEND)
@require_http_methods(["GET", "POST"])
def reply_handle(request, pk):
    """Say what was done about a text."""
    reply = get_object_or_404(InboundMessage.objects.select_related("patient", "message"), pk=pk)
    if reply.patient_id:
        audit.looked(request, reply.patient_id, page="reply")
    return form_act(
        request,
        HandleReplyForm(request.POST or None),
        verb=f"reply.handle:{pk}",
        do=lambda values: str(handle_reply(by=request.actor, reply=reply, **values).pk),
        to="messaging:replies",
        message="Handled.",
        refresh=("replies", *REFRESH),
        template="messaging/reply_handle.html",
        context={"reply": reply},
    )


@allow(Permission.PATIENT_REGISTER, Permission.PATIENT_EDIT, Permission.MESSAGE_SEND)
@require_http_methods(["GET", "POST"])
def consent_record(request, pk, number):
    """Record the patient's yes or no for one number or address, named by its place on file."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="consent")
    on_file = reaches(patient)
    if number >= len(on_file):
        raise Http404
    reach = on_file[number]

    def do(values):
        row = record_consent(
            by=request.actor, patient=patient, channel=reach.channel, address=reach.address, **values
        )
        return str(row.pk)

    return form_act(
        request,
        ConsentForm(request.POST or None),
        verb=f"consent.record:{pk}:{number}",
        do=do,
        to=reverse("messaging:patient", args=[pk]),
        message="Recorded.",
        refresh=REFRESH,
        context={
            "title": "May we write here?",
            "intro": f"{reach.words} to {reach.shown}, {patient.name}",
            "submit_label": "Record",
            "cancel_url": reverse("messaging:patient", args=[pk]),
        },
    )
