"""Panels of the home page and smaller pages of the chart."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.paging import page_of
from records.queries import rows
from records.queries.flags import open_flags
from records.queries.notes import notes_of, unsigned_notes
from records.queries.recent import recent_patients
from records.queries.results import result_rows
from records.queries.visits import visit_record


@require_GET
@allow(P.FLAG_ACKNOWLEDGE)
def home_flags(request):
    """Red flags that nobody has acknowledged."""
    flags = open_flags()
    audit.looked_many(request, [flag.patient_id for flag in flags], page="red flags")
    return render(request, "records/home/flags.html", {"flags": flags})


@require_GET
@allow(P.NOTE_WRITE)
def home_notes(request):
    """One's own unsigned notes."""
    notes = unsigned_notes(request.actor.member_id)
    audit.looked_many(request, [note.patient_id for note in notes], page="unsigned notes")
    return render(request, "records/home/notes.html", {"notes": notes})


@require_GET
@allow(P.PATIENT_VIEW)
def recent(request):
    """The patients whose pages this member opened lately."""
    found = recent_patients(request.actor.member_id)
    audit.looked_many(request, [row.id for row in found], page="recent patients")
    return render(request, "records/home/recent.html", {"rows": found})


@require_GET
@allow(P.CHART_VIEW)
def results(request, pk):
    """Results on file, newest first."""
    patient = rows.patient(pk)
    page = page_of(request, result_rows(pk))
    audit.looked(request, pk, "results")
    return render(request, "records/result/list.html", {"patient": patient, "page": page})


@require_GET
@allow(P.CHART_VIEW)
def encounter(request, pk):
    """One visit: its notes, vital signs, vaccines."""
    row = rows.encounter(pk)
    audit.looked(request, row.patient_id, "visit")
    return render(
        request,
        "records/encounter/detail.html",
        {"encounter": row, "patient": row.patient, "record": visit_record(row), "notes": notes_of(pk)},
    )
