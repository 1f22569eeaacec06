"""Finding, registering and opening a patient."""

import datetime as dt

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.core.errors import ClinicError, to_form
from clinic.core.submissions import once
from clinic.core.time import now, today
from clinic.messaging.services.consent import record_consent
from clinic.staff.access import allow
from clinic.staff.limits import FINDER, limited
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, saved
from records.forms.patients import RegisterPatientForm
from records.queries import find_patients
from records.queries.chart import KINDS, chart, timeline
from records.services import Contact, PossibleDuplicate, register_patient

CHART_LISTS = (
    ("problems", "Problems", "list-check"),
    ("medications", "Medications", "pill"),
    ("allergies", "Allergies", "alert-triangle"),
)
CONSENT_WORDS = "May we text you about your appointments? Reply STOP at any time."


@require_GET
@allow(P.PATIENT_FIND)
def finder_page(request):
    """The finder as a page of its own."""
    return render(request, "records/patient/find.html")


@require_POST
@allow(P.PATIENT_FIND)
@limited(FINDER)
def finder(request):
    """The finder's results for what was typed. By POST, so that no name is ever in an address."""
    text = request.POST.get("q", "")
    # The server's own zone will do for an age in years, and saves a query on every letter typed.
    found = find_patients(text, today(settings.TIME_ZONE))
    audit.looked_many(request, [row.id for row in found.rows], page="finder")
    context = {"found": found, "may_register": request.actor.can(P.PATIENT_REGISTER)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "records/patient/_found.html", context)
    return render(request, "records/patient/find.html", context | {"typed": text[:80]})


@require_POST
@allow(P.PATIENT_FIND)
@limited(FINDER)
def patient_options(request):
    """The finder inside a form: options for a combobox."""
    found = find_patients(request.POST.get("q", ""), today(settings.TIME_ZONE), limit=8)
    audit.looked_many(request, [row.id for row in found.rows], page="finder")
    return render(request, "records/patient/_options.html", {"found": found})


@allow(P.PATIENT_REGISTER)
def patient_register(request):
    """Registers a patient; a likely duplicate is shown first, with its score and reasons."""
    form = RegisterPatientForm(request.POST or None, initial=_typed(request))
    context = {"form": form, "to": request.GET.get("to", "")[:40]}
    if request.method != "POST":
        return render(request, "records/patient/register.html", context)
    if not form.is_valid():
        return invalid(request, "records/patient/register.html", context)
    data = dict(form.cleaned_data)
    key = data.pop("form_key")

    def do():
        return _register(request.actor, data)

    try:
        pk, _ = once(by=request.actor, verb="patient.register", form_key=key, do=do)
    except PossibleDuplicate as error:
        audit.looked_many(request, [one.patient_id for one in error.candidates], page="duplicates")
        context["duplicates"] = error.candidates
        return invalid(request, "records/patient/register.html", context, status=409)
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, "records/patient/register.html", context, status=error.status)
    return saved(request, "Registered.", to=reverse("records:patient", args=[pk]))


def _typed(request) -> dict:
    """Words typed into a finder that found nobody become the name fields' first values."""
    words = request.POST.get("q", "").split() if request.method == "POST" else []
    return {"first_name": words[0], "last_name": " ".join(words[1:])} if len(words) > 1 else {}


def _register(by, data: dict) -> str:
    phone, email, may_text = data.pop("phone"), data.pop("email"), data.pop("may_text")
    contacts = [Contact("mobile", phone, is_preferred=True)] if phone else []
    contacts += [Contact("email", email)] if email else []
    patient = register_patient(by=by, contacts=contacts, **data)
    if may_text:
        record_consent(
            by=by, patient=patient, channel="sms", address=phone, is_granted=True, wording=CONSENT_WORDS
        )
    return str(patient.pk)


@require_GET
@allow(P.PATIENT_VIEW)
def patient(request, pk):
    """The patient's page. Who may not read the chart sees who the patient is, and panels of their own work."""
    page = chart(pk)
    audit.looked(request, pk, "chart" if request.actor.can(P.CHART_VIEW) else "patient")
    reviews = {one["list_name"]: one for one in page.row["reviews"]}
    context = {
        "page": page,
        "row": page.row,
        "banner": page.banner,
        "patient_pk": pk,
        "lists": CHART_LISTS,
        "reviews": reviews,
    }
    return render(request, "records/patient/detail.html", context)


@allow(P.CHART_VIEW)
def patient_timeline(request, pk):
    """What happened, newest first; filtered by kind and by a text, which comes by POST."""
    given = request.POST if request.method == "POST" else request.GET
    before = _instant(given.get("before", ""))
    kinds = [kind for kind in given.getlist("kind") if kind in KINDS]
    events, has_more = timeline(pk, kinds, request.POST.get("text", ""), before)
    audit.looked(request, pk, "timeline")
    context = {
        "events": events,
        "has_more": has_more,
        "patient_pk": pk,
        "kinds": KINDS,
        "chosen": kinds,
        "text": request.POST.get("text", ""),
        "is_more": before is not None,
    }
    return render(request, "records/patient/timeline.html", context)


def _instant(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


@require_GET
@allow(P.CHART_VIEW)
def patient_print(request, pk):
    """The chart's summary on paper."""
    page = chart(pk)
    audit.looked(request, pk, "print")
    return render(
        request,
        "records/patient/print.html",
        {
            "page": page,
            "row": page.row,
            "banner": page.banner,
            "printed_at": now(),
            "layout": "layouts/print.html",
        },
    )
