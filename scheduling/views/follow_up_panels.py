"""Follow-up calls on other pages: check-out, the patient's page; putting one on the list; consent to be called."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic import audit
from clinic.core.errors import ClinicError, Refused
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.responses import fragment, refused, saved
from records.models import Patient
from scheduling.forms.follow_ups import CallConsentForm, PlanFollowUpForm
from scheduling.models import Appointment
from scheduling.queries.follow_up_numbers import phones_of
from scheduling.queries.follow_up_setup import rules_by_hand
from scheduling.queries.follow_ups import check_out_call, patient_calls
from scheduling.services.follow_ups import plan_follow_up, set_call_consent, visit_key
from scheduling.views.follow_ups import REFRESH


@allow(P.FOLLOW_UP_WORK)
@require_GET
def patient_follow_ups(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The panel on a patient's page."""
    patient = get_object_or_404(Patient.objects.prefetch_related("contacts"), pk=pk)
    audit.looked(request, pk, "follow-up calls")
    return fragment(
        request, "scheduling/follow_up/patient.html", {"patient": patient, "calls": patient_calls(patient)}
    )


@allow(P.FOLLOW_UP_PLAN)
@require_http_methods(["GET", "POST"])
def checkout_follow_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The panel of check-out: what is due after this visit, one press to add one, and whether we may call."""
    visit = get_object_or_404(
        Appointment.objects.select_related("patient", "visit_type", "provider").prefetch_related(
            "patient__contacts"
        ),
        pk=pk,
    )
    page = check_out_call(visit)
    if request.method == "POST":
        to = reverse("desk:check-out", args=[pk])
        try:
            words = _check_out_act(request, visit, page)
        except ClinicError as error:
            return refused(request, error, to=to)
        return saved(request, words, to=to, refresh=REFRESH)
    audit.looked(request, visit.patient_id, "check-out")
    return fragment(request, "scheduling/follow_up/checkout.html", {"page": page})


def _check_out_act(request: HttpRequest, visit: Appointment, page) -> str:
    answer = request.POST.get("calls", "")
    if answer in ("yes", "no"):
        # The button names the number that was read out: an answer is never kept for another one.
        if page.number is None or request.POST.get("asked_about") != page.number.address:
            raise Refused("The patient's numbers have changed meanwhile.", hint="Look at them again.")
        set_call_consent(
            by=request.actor, patient=visit.patient, address=page.number.address, is_granted=answer == "yes"
        )
        return "Recorded."
    rule = next((one for one in page.by_hand if str(one.pk) == request.POST.get("rule")), None)
    if rule is None:
        raise Http404
    plan_follow_up(
        by=request.actor,
        patient=visit.patient,
        rule=rule,
        appointment=visit,
        source_key=visit_key(visit.pk, rule.code),
    )
    return "On the list of follow-up calls."


@allow(P.FOLLOW_UP_PLAN)
@require_http_methods(["GET", "POST"])
def follow_up_plan(request: HttpRequest, patient_pk: UUID) -> HttpResponse:
    """Put a follow-up call on the list by hand, from the chart."""
    patient = get_object_or_404(Patient, pk=patient_pk)
    audit.looked(request, patient_pk, "follow-up calls")
    form = PlanFollowUpForm(request.POST or None, rules=rules_by_hand())
    return form_act(
        request,
        form,
        verb=f"follow_up.plan:{patient_pk}",
        do=lambda _: str(plan_follow_up(by=request.actor, patient=patient, **form.values()).pk),
        to=reverse("records:patient", args=[patient_pk]),
        message="On the list of follow-up calls.",
        refresh=REFRESH,
        context={
            "title": "Follow-up call",
            "intro": f"About {patient.name}, MRN {patient.mrn}",
            "submit_label": "Put on the list",
            "cancel_url": reverse("records:patient", args=[patient_pk]),
        },
    )


@allow(P.FOLLOW_UP_PLAN)
@require_http_methods(["GET", "POST"])
def call_consent(request: HttpRequest, patient_pk: UUID, number: int) -> HttpResponse:
    """Record whether the patient agrees to automated calls to one number, named by its place on file."""
    patient = get_object_or_404(Patient.objects.prefetch_related("contacts"), pk=patient_pk)
    audit.looked(request, patient_pk, "consent")
    phones = phones_of(patient)
    if number >= len(phones):
        raise Http404
    phone = phones[number]

    def do(values: dict) -> None:
        if values.pop("asked_about") not in ("", phone.address):
            raise Refused("The patient's numbers have changed meanwhile.", hint="Look at them again.")
        set_call_consent(by=request.actor, patient=patient, address=phone.address, **values)

    return form_act(
        request,
        CallConsentForm(request.POST or None, initial={"asked_about": phone.address}),
        verb=f"follow_up.consent:{patient_pk}:{number}",
        do=do,
        to=reverse("records:patient", args=[patient_pk]),
        message="Recorded.",
        refresh=REFRESH,
        context={
            "title": "Automated calls",
            "intro": f"{phone.kind}: {phone.shown}, {patient.name}",
            "submit_label": "Record",
            "cancel_url": reverse("records:patient", args=[patient_pk]),
        },
    )
