"""One patient's conversation and consent: what was said both ways, where we may write, writing to them."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit
from clinic.core.errors import Refused
from clinic.inbox.forms import ConsentForm
from clinic.inbox.message_forms import WriteForm
from clinic.inbox.views._shared import patient_or_404
from clinic.inbox.views.outbox import REFRESH
from clinic.messaging.queries.answers import may_answer
from clinic.messaging.queries.conversation import conversation
from clinic.messaging.queries.reaches import consent_history, reaches, texting_numbers
from clinic.messaging.rules.texts import gsm7_length, lint_answer, segments
from clinic.messaging.services import record_consent
from clinic.messaging.services.answers import as_sent, write_to_patient
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import fragment

WHOLE = 500


@allow(Permission.MESSAGE_VIEW)
@require_GET
def patient_messages(request, pk):
    """The panel on a patient's page (and a page of its own): what was said, where we may write, who said so."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="messages")
    is_panel = bool(request.headers.get("HX-Request"))
    is_whole = request.GET.get("view") == "whole"
    limit = 6 if is_panel else WHOLE if is_whole else 60
    lines = conversation(patient.pk, limit=limit + 1, with_void=is_whole)
    context = {
        "patient": patient,
        "lines": lines[:limit],
        "has_more": len(lines) > limit,
        "reaches": reaches(patient),
        "wishes": patient.restrictions or {},
        "is_panel": is_panel,
        "is_whole": is_whole,
        "history": [] if is_panel else consent_history(patient),
    }
    return render(request, "messaging/conversation.html", context)


@allow(Permission.MESSAGE_SEND)
@require_http_methods(["GET", "POST"])
def patient_write(request, pk):
    """Write a text to a patient, within what they agreed to."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="write")
    numbers = texting_numbers(patient)
    refusals = [may_answer(patient, value).reason for value, _ in numbers]
    form = WriteForm(request.POST or None, numbers=numbers)
    page = reverse("messaging:patient", args=[pk])
    return form_act(
        request,
        form,
        verb=f"message.write:{pk}",
        do=lambda values: str(write_to_patient(by=request.actor, patient=patient, **values).pk),
        to=page,
        message="It leaves in a moment, or when the send window opens.",
        refresh=REFRESH,
        template="messaging/write.html",
        context={
            "patient": patient,
            "why_not": "" if "" in refusals else (refusals or ["No mobile number on file."])[0],
            "cancel_url": page,
        },
    )


@allow(Permission.MESSAGE_SEND)
@require_POST
def answer_preview(request):
    """What is typed as it would leave, in how many parts, and what is wrong with it."""
    text = request.POST.get("text", "")[:400]
    sent = as_sent(text) if text.strip() else ""
    context = {
        "sent": sent,
        "parts": segments(sent),
        "length": gsm7_length(sent),
        "findings": lint_answer(text) if sent else [],
    }
    return fragment(request, "messaging/_answer_preview.html", context)


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
        if values.pop("asked_about") not in ("", reach.address):
            raise Refused("The patient's numbers have changed meanwhile.", hint="Look at them again.")
        row = record_consent(
            by=request.actor, patient=patient, channel=reach.channel, address=reach.address, **values
        )
        return str(row.pk)

    return form_act(
        request,
        ConsentForm(request.POST or None, initial={"asked_about": reach.address}),
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
