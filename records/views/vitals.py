"""Vital signs: recording, history, retraction, and the provider's answer to a red flag."""

import json

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clinic import audit
from clinic.core.errors import ClinicError
from clinic.core.ids import uuid7
from clinic.core.profile import clinic_zone
from clinic.core.submissions import once
from clinic.core.time import now, today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from clinic.ui.responses import invalid, saved
from records import services
from records.forms import vitals as sheets
from records.forms.lists import RetractForm
from records.forms.vitals_acts import AcknowledgeForm
from records.queries import rows
from records.queries.chart import vitals_summary
from records.queries.curves import curves
from records.queries.growth import growth_of
from records.queries.vitals import recent_sets, red_flags_of, set_line, set_rows
from records.rules.growth import ADULT
from records.rules.vitals.limits import months_old
from records.services.vitals import VitalsRefused, form_setting

RECORD = "records/vitals/record.html"


@allow(P.VITALS_RECORD)
def vitals_record(request, pk):
    """The vitals form of a visit, with what was measured in it so far."""
    encounter = rows.encounter(pk)
    if request.method != "POST":
        return render(request, RECORD, _context(request, encounter))
    set_pk, made = uuid7(), []
    try:
        done, _ = once(
            by=request.actor,
            verb="vitals.record",
            form_key=request.POST.get("form_key", ""),
            do=lambda: made.append(_record(request, encounter, set_pk)),
            known=str(set_pk),
        )
    except VitalsRefused as error:
        return invalid(request, RECORD, _context(request, encounter, error.problems, str(error)))
    except ClinicError as error:
        return invalid(request, RECORD, _context(request, encounter, {}, str(error)), status=error.status)
    count = made[0] if made else red_flags_of(done)
    words = (
        "Vitals saved."
        if not count
        else (f"Vitals saved. {count} red flag{'s' if count > 1 else ''}: the provider has to acknowledge.")
    )
    return saved(
        request, words, to=reverse("records:vitals-record", args=[pk]), refresh=("vitals", "flags", "rooming")
    )


def _record(request, encounter, set_pk) -> int:
    """How many red flags the set raised."""
    post = request.POST
    row = services.record_vitals(
        by=request.actor,
        encounter=encounter,
        readings=sheets.entries(post),
        measured_at=sheets.measured_at(post, clinic_zone()),
        pregnancy=post["pregnancy"] if post.get("pregnancy") in {"pregnant", "postpartum"} else "",
        note=post.get("note", ""),
        pk=set_pk,
    )
    return len(row.raised)


def _context(request, encounter, problems=None, error: str = "") -> dict:
    patient, post = encounter.patient, request.POST if request.method == "POST" else None
    audit.looked(request, patient, "vitals")
    setting = form_setting(patient, now())
    sheet = sheets.sheet(patient, setting, vitals_summary(patient.pk, patient.birth_date), post, problems)
    months = setting.months
    sets = [set_line(row, months) for row in recent_sets(patient.pk, 5, encounter_id=encounter.pk)]
    return {
        "encounter": encounter,
        "patient": patient,
        "sheet": sheet,
        "data": json.dumps(sheet.data),
        "error": error,
        "sets": sets,
        "is_again": post is None and any(not one.is_retracted for one in sets),
        "form_key": (post or {}).get("form_key", ""),
    }


@require_GET
@allow(P.CHART_VIEW)
def vitals_history(request, pk):
    """Every set, newest first, wrong ones struck through, with the curves above."""
    patient = rows.patient(pk)
    months = months_old(patient.birth_date, today(clinic_zone()))
    page = page_of(request, set_rows(pk), 20)
    audit.looked(request, pk, "vitals")
    charts = curves(pk, months) if page.number == 1 else []
    return render(
        request,
        "records/vitals/history.html",
        {
            "patient": patient,
            "page": page,
            "sets": [set_line(row, months) for row in page.rows],
            "charts": charts,
            "growth": growth_of(patient, page.rows) if months <= ADULT else None,
        },
    )


@allow(P.VITALS_RECORD)
def vitals_retract(request, pk):
    """Mark a set as entered in error."""
    row = rows.vital_set(pk)
    audit.looked(request, row.patient_id, "vitals")
    back = reverse("records:vitals-history", args=[row.patient_id])
    return form_act(
        request,
        RetractForm(request.POST or None),
        verb="vitals.retract",
        to=back,
        do=lambda v: str(services.retract_vitals(by=request.actor, vital_set=row, **v).pk),
        message="Marked as entered in error.",
        refresh=("vitals", "flags", "rooming"),
        template="records/lists/form.html",
        context={
            "title": "These vitals were entered in error",
            "submit_label": "Mark as error",
            "cancel_url": back,
            "patient_pk": row.patient_id,
        },
    )


@allow(P.FLAG_ACKNOWLEDGE)
def flag_acknowledge(request, pk):
    """The provider has seen a red flag and says what was done."""
    flag = rows.red_flag(pk)
    audit.looked(request, flag.patient_id, "red flag")
    back = reverse("records:patient", args=[flag.patient_id])
    return form_act(
        request,
        AcknowledgeForm(request.POST or None),
        verb="red_flag.acknowledge",
        to=back,
        do=lambda v: str(services.acknowledge_red_flag(by=request.actor, flag=flag, **v).pk),
        message="Acknowledged.",
        refresh=("flags", "vitals", "rooming"),
        template="records/vitals/acknowledge.html",
        context={
            "title": "Acknowledge a red flag",
            "submit_label": "Acknowledge",
            "cancel_url": back,
            "flag": flag,
            "patient_pk": flag.patient_id,
        },
    )
