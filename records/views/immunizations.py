"""Vaccines: history, giving, refusing, retracting."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.core.errors import NotAllowed
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from records import services
from records.forms.immunizations import (
    GiveImmunizationForm,
    HistoricalImmunizationForm,
    RefuseImmunizationForm,
)
from records.forms.lists import RetractForm
from records.queries import rows
from records.queries.banners import banner
from records.queries.immunizations import (
    dose_line,
    dose_rows,
    eligibility_of,
    search_vaccines,
    vaccine_at_hand,
    vaccine_lines,
)
from records.rules import vaccines


def _history_url(patient_pk) -> str:
    return reverse("records:immunizations", args=[patient_pk])


@require_GET
@allow(P.CHART_VIEW)
def immunizations(request, pk):
    """Every dose on record, given here, elsewhere or refused."""
    patient = rows.patient(pk)
    page = page_of(request, dose_rows(pk))
    audit.looked(request, pk, "immunizations")
    return render(
        request,
        "records/immunization/list.html",
        {"patient": patient, "page": page, "doses": [dose_line(row) for row in page.rows]},
    )


@allow(P.IMMUNIZATION_GIVE)
def immunization_choose(request, pk):
    """Which vaccine: what the clinic stocks, with what is at hand."""
    encounter = rows.encounter(pk)
    audit.looked(request, encounter.patient_id, "immunizations")
    return render(
        request,
        "records/immunization/choose.html",
        {
            "encounter": encounter,
            "patient": encounter.patient,
            "lines": vaccine_lines(today(clinic_zone())),
            "banner": banner(encounter.patient_id),
        },
    )


@allow(P.IMMUNIZATION_GIVE)
def immunization_give(request, pk):
    """Give a vaccine: the lot (first expiry first), the sheet handed out, route and site."""
    if not request.GET.get("item"):
        return immunization_choose(request, pk)
    encounter = rows.encounter(pk)
    on = today(clinic_zone())
    item, lots = vaccine_at_hand(request.GET["item"], on)
    # Scope of practice is asked before the form, so that nobody draws up a dose for nothing, and again on saving.
    decision = services.permission_to_give(request.actor, on)
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    statements = vaccines.current_statements(item.cvx)
    form = GiveImmunizationForm(
        request.POST or None,
        lots=lots,
        statements=statements,
        initial={
            "vis_given_on": on,
            "ordered_by": encounter.provider.name if encounter.provider else "",
        },
    )

    def do(values):
        values.pop("screened")
        dose = values.pop("dose")
        chosen = next(one for one in lots if one.key == dose)
        services.give_immunization(
            by=request.actor, encounter=encounter, item=item, lot=chosen.lot, place=chosen.place, **values
        )

    def shown():
        audit.looked(request, encounter.patient_id, "immunizations")
        form.propose(lots, eligibility_of(encounter.patient, on))
        return {
            "title": f"Give {item.name}",
            "submit_label": "Given",
            "encounter": encounter,
            "item": item,
            "patient": encounter.patient,
            "banner": banner(encounter.patient_id),
            "lots": lots,
            "decision": decision,
            "statements": statements,
            "supervision": decision.supervision.replace("_", " "),
            "cancel_url": _history_url(encounter.patient_id),
        }

    return form_act(
        request,
        form,
        verb="immunization.give",
        do=do,
        to=_history_url(encounter.patient_id),
        message=f"{vaccines.vaccine_name(item.cvx)} given; the dose is off the shelf.",
        refresh=("immunizations", "rooming"),
        template="records/immunization/give.html",
        context=shown,
    )


@allow(P.IMMUNIZATION_GIVE)
def immunization_refuse(request, pk):
    """Record that a vaccine was offered and refused."""
    encounter = rows.encounter(pk)
    audit.looked(request, encounter.patient_id, "immunizations")
    form = RefuseImmunizationForm(request.POST or None, search_url=reverse("records:vaccine-options"))

    def do(values):
        row = services.refuse_immunization(
            by=request.actor,
            encounter=encounter,
            cvx=values["cvx"],
            reason=values["reason"],
            note=values["note"],
        )
        return str(row.pk)

    return form_act(
        request,
        form,
        verb="immunization.refuse",
        do=do,
        to=_history_url(encounter.patient_id),
        message="Refusal recorded.",
        refresh=("immunizations",),
        template="records/lists/form.html",
        context={
            "title": "Vaccine refused",
            "submit_label": "Record",
            "patient_pk": encounter.patient_id,
            "cancel_url": _history_url(encounter.patient_id),
        },
    )


@allow(P.CHART_EDIT)
def immunization_add(request, pk):
    """Record a dose given elsewhere."""
    patient = rows.patient(pk)
    audit.looked(request, pk, "immunizations")
    form = HistoricalImmunizationForm(request.POST or None, search_url=reverse("records:vaccine-options"))

    def do(values):
        values.pop("vaccine")
        return str(services.record_historical_immunization(by=request.actor, patient=patient, **values).pk)

    return form_act(
        request,
        form,
        verb="immunization.record",
        do=do,
        to=_history_url(pk),
        message="Dose recorded.",
        refresh=("immunizations",),
        template="records/lists/form.html",
        context={
            "title": "Dose given elsewhere",
            "submit_label": "Record",
            "patient_pk": pk,
            "cancel_url": _history_url(pk),
        },
    )


@allow(P.IMMUNIZATION_GIVE)
def immunization_retract(request, pk):
    """Mark a dose as entered in error; it goes back to its lot."""
    row = rows.immunization(pk)
    audit.looked(request, row.patient_id, "immunizations")
    back = _history_url(row.patient_id)
    return form_act(
        request,
        RetractForm(request.POST or None),
        verb="immunization.retract",
        to=back,
        do=lambda v: str(services.retract_immunization(by=request.actor, immunization=row, **v).pk),
        message="Marked as entered in error." + (" The dose is back in stock." if row.movement_id else ""),
        refresh=("immunizations",),
        template="records/lists/form.html",
        context={
            "title": f"{row.vaccine}: entered in error",
            "submit_label": "Mark as error",
            "cancel_url": back,
            "patient_pk": row.patient_id,
            "intro": "For a dose that was not given. A dose that was given stays on record.",
        },
    )


@require_POST
@allow(P.CHART_EDIT, P.IMMUNIZATION_GIVE)
def vaccine_options(request):
    """Vaccines as options of a combobox."""
    return render(
        request,
        "records/immunization/_options.html",
        {"vaccines": search_vaccines(request.POST.get("q", ""))},
    )
