"""Coverage: add, edit, verify."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.core.errors import ClinicError
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved
from records import services
from records.forms.coverage import CoverageForm
from records.models import Payer
from records.queries import rows
from records.services.coverage import FIELDS
from records.views._back import page_below

FORM = "records/coverage/form.html"


def _url(pk) -> str:
    return reverse("records:patient", args=[pk])


def _payer(by, values: dict) -> Payer:
    name = values.pop("new_payer", "")
    chosen = values.pop("payer", None)
    return chosen or Payer.objects.filter(name__iexact=name).first() or services.add_payer(by=by, name=name)


@allow(P.COVERAGE_EDIT)
def coverage_add(request, pk):
    """Add a coverage, with pictures of the card."""
    patient = rows.patient(pk)
    audit.looked(request, pk, "coverage")

    def do(values):
        values.pop("version", None)
        payer = _payer(request.actor, values)
        return str(services.add_coverage(by=request.actor, patient=patient, payer=payer, **values).pk)

    return form_act(
        request,
        CoverageForm(request.POST or None, request.FILES or None),
        verb="coverage.add",
        do=do,
        message="Coverage added.",
        to=page_below(request, _url(pk)),
        template=FORM,
        context={"title": "Add coverage", "submit_label": "Add", "cancel_url": _url(pk), "patient_pk": pk},
    )


@allow(P.COVERAGE_EDIT)
def coverage_edit(request, pk):
    """Change a coverage, end it, or put other card pictures."""
    row = rows.coverage(pk)
    audit.looked(request, row.patient_id, "coverage")
    initial = {name: getattr(row, name) for name in FIELDS} | {"payer": row.payer_id, "version": row.version}

    def do(values):
        payer = _payer(request.actor, values)
        return str(services.update_coverage(by=request.actor, coverage_id=pk, payer=payer, **values).pk)

    form = CoverageForm(request.POST or None, request.FILES or None, initial=initial)
    return form_act(
        request,
        form,
        verb="coverage.update",
        do=do,
        message="Coverage saved.",
        template=FORM,
        to=page_below(request, _url(row.patient_id)),
        context={
            "title": f"Edit {row.payer.name}",
            "submit_label": "Save",
            "cancel_url": _url(row.patient_id),
            "patient_pk": row.patient_id,
            "coverage": row,
        },
    )


@require_POST
@allow(P.COVERAGE_EDIT)
def coverage_verify(request, pk):
    """Stamp that the coverage was checked with the payer just now."""
    row = rows.coverage(pk)
    try:
        services.verify_coverage(by=request.actor, coverage_id=pk, note=request.POST.get("note", ""))
    except ClinicError as error:
        return refused(request, error, to=_url(row.patient_id))
    return saved(
        request, "Coverage checked today.", to=_url(row.patient_id), refresh=("coverage", "check-in")
    )


@allow(P.PATIENT_VIEW)
def coverage_list(request, pk):
    """A patient's coverages with their last checks."""
    patient = rows.patient(pk)
    audit.looked(request, pk, "coverage")
    found = rows.coverages(pk)
    return render(
        request, "records/coverage/list.html", {"patient": patient, "coverages": found, "patient_pk": pk}
    )
