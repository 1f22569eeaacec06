"""The recall list: patients who are asked back, one by one or many at once."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.core.errors import ClinicError, to_form
from clinic.core.ids import uuid_of
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from clinic.ui.responses import invalid, refused, saved
from records.models import Patient
from scheduling.forms.outreach import CloseRecallForm, RecallForm
from scheduling.models import Recall
from scheduling.queries.booking import patient_line
from scheduling.queries.outreach import recall_reasons, usual_due
from scheduling.queries.recalls import VIEWS, recall_line, recall_rows
from scheduling.services import recalls as services
from scheduling.services.attempts import RECALL, log_attempt
from scheduling.views._common import only_once, patient_of
from scheduling.views.booking import duplicates_of
from scheduling.views.calls import call_form

ADD_PAGE = "scheduling/recalls/add.html"
REFRESH = ("recalls", "scheduling.waiting", "inbox")


@allow(P.SCHEDULE_VIEW)
@require_GET
def recall_list(request: HttpRequest) -> HttpResponse:
    """Who is to be asked back, with what was tried."""
    view = request.GET.get("view", "due")
    view = view if view in VIEWS else "due"
    reasons = recall_reasons()
    reason = next((row.code for row in reasons if row.code == request.GET.get("reason")), "")
    page = page_of(request, recall_rows(view, reason))
    page.rows[:] = [recall_line(row) for row in page.rows]
    audit.looked_many(request, [line.patient_id for line in page], "recalls")
    base = reverse("scheduling:recalls")
    context = {
        "page": page,
        "view": view,
        "views": [(key, words, f"{base}?view={key}&reason={reason}") for key, words in VIEWS.items()],
        "reasons": reasons,
        "reason": reason,
        "may_book": request.actor.can(P.APPOINTMENT_BOOK),
        "may_send": request.actor.can(P.MESSAGE_SEND) and view != "closed",
    }
    return render(request, "scheduling/recalls/list.html", context)


@allow(P.APPOINTMENT_BOOK)
def recall_add(request: HttpRequest) -> HttpResponse:
    """Puts a patient on the recall list, from their page or at check-out."""
    if request.method != "POST":
        reasons = recall_reasons()
        first = next((row for row in reasons if row.code == request.GET.get("reason")), None)
        chosen = first or (reasons[0] if reasons else None)
        initial = {"reason": chosen, "due_on": usual_due(chosen, today(clinic_zone()))}
        patient = Patient.objects.filter(pk=uuid_of(request.GET.get("patient"))).first()
        if patient:
            initial |= {"patient": patient.pk, "patient_search": patient.list_name}
        return render(request, ADD_PAGE, _add_context(request, RecallForm(initial=initial), patient))
    form = RecallForm(request.POST)
    if not form.is_valid():
        return invalid(request, ADD_PAGE, _add_context(request, form, form.found_patient))
    try:
        only_once(request, "recall.add", lambda: _add(request, form))
    except ClinicError as error:
        to_form(form, error)
        context = _add_context(request, form, form.found_patient)
        return invalid(
            request, ADD_PAGE, context | {"duplicates": duplicates_of(request, error)}, status=error.status
        )
    return saved(request, "On the recall list.", to="scheduling:recalls", refresh=REFRESH)


def _add(request: HttpRequest, form: RecallForm) -> str:
    values = form.cleaned_data
    row = services.add_recall(
        by=request.actor,
        patient=patient_of(request, form),
        **{name: values[name] for name in ("reason", "due_on", "visit_type", "provider", "note")},
    )
    return str(row.pk)


def _add_context(request: HttpRequest, form: RecallForm, patient: Patient | None) -> dict:
    if patient is not None:
        audit.looked(request, patient, "recall")
    return {
        "form": form,
        "line": patient_line(patient) if patient else None,
        "may_register": request.actor.can(P.PATIENT_REGISTER),
    }


@require_POST
@allow(P.MESSAGE_SEND)
def recall_contact(request: HttpRequest) -> HttpResponse:
    """Asks the chosen patients to come back: a message where they agreed to it, else a call."""
    chosen = [pk for pk in map(uuid_of, request.POST.getlist("recall")) if pk]
    if not chosen:
        return refused(request, "Choose at least one patient.", to="scheduling:recalls")
    rows = Recall.objects.filter(pk__in=chosen[:200])
    try:
        done = only_once(
            request,
            "recall.contact",
            lambda: services.contact_recalls(by=request.actor, recalls=rows).words,
        )
    except ClinicError as error:
        return refused(request, error, to="scheduling:recalls", refresh=REFRESH)
    return saved(request, f"{done[:1].upper()}{done[1:]}.", to="scheduling:recalls", refresh=REFRESH)


def _recall(pk: UUID) -> Recall:
    return get_object_or_404(Recall.objects.select_related("patient", "reason", "visit_type"), pk=pk)


@allow(P.APPOINTMENT_BOOK)
def recall_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A call that asked a patient to come back."""
    row = _recall(pk)
    return call_form(
        request,
        patient=row.patient,
        about=f"{row.reason.name}: {row.visit_type.name}",
        outcomes=RECALL,
        verb=f"recall.call:{pk}",
        do=lambda values: str(log_attempt(by=request.actor, recall=row, **values).pk),
        to="scheduling:recalls",
        refresh=REFRESH,
        extra={"recall": row},
    )


@allow(P.APPOINTMENT_BOOK)
def recall_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Closes a recall with a coded reason."""
    row = _recall(pk)
    audit.looked(request, row.patient_id, "recall")
    return form_act(
        request,
        CloseRecallForm(request.POST or None, initial={"version": row.version}),
        verb=f"recall.close:{pk}",
        do=lambda values: str(services.close_recall(by=request.actor, recall=row, **values).pk),
        to="scheduling:recalls",
        message="Recall closed.",
        refresh=REFRESH,
        context={
            "title": "Close the recall",
            "intro": f"{row.patient.name}: {row.reason.name}. A booked visit closes it by itself.",
            "submit_label": "Close",
            "cancel_url": reverse("scheduling:recalls"),
        },
    )
