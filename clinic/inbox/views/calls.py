"""Logging a phone call, with the red flags that every call taker listens for."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic import audit
from clinic.core.time import now
from clinic.inbox import services
from clinic.inbox.forms import LogCallForm
from clinic.inbox.models import PhoneCall
from clinic.inbox.queries.calls import script_in_force
from clinic.inbox.views._shared import patient_or_404
from clinic.inbox.views.inbox import REFRESH
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@allow(Permission.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def call_log(request, patient_pk=None):
    """Log a call, about a patient or not. The time of opening the form is when the call began."""
    patient = patient_or_404(patient_pk) if patient_pk else None
    script = script_in_force()
    initial = {"started_at": now().isoformat()}
    if patient:
        audit.looked(request, patient, page="call")
        initial |= {"caller": patient.name, "relation": "patient", "callback_number": _number_of(patient)}
    form = LogCallForm(request.POST or None, initial=initial, script=script, about=patient)
    return form_act(
        request,
        form,
        verb="call.log",
        do=lambda _: str(services.log_call(by=request.actor, **form.values()).pk),
        to=lambda _: reverse("inbox:list") + "?view=calls",
        message="Call logged.",
        refresh=REFRESH,
        template="inbox/call_log.html",
        context={"patient": patient, "script": script},
    )


def _number_of(patient) -> str:
    contacts = sorted(patient.contacts.all(), key=lambda row: (not row.is_preferred, row.rank))
    return next((row.value for row in contacts if row.is_active and row.kind != "email"), "")


@allow(Permission.INBOX_VIEW)
@require_GET
def call_detail(request, pk):
    """One call as it was recorded."""
    call = get_object_or_404(
        PhoneCall.objects.select_related("patient", "by", "advice_by", "task__owner", "script"), pk=pk
    )
    if call.patient_id:
        audit.looked(request, call.patient_id, page="call")
    groups = call.script.groups if call.script else []
    flags = [(group, call.red_flags.get(group["code"], False)) for group in groups]
    return render(request, "inbox/call.html", {"call": call, "flags": flags})
