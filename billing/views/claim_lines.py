"""What a claim says of a charge: from the claim's line, or from the charges of the visit."""

from django.urls import reverse

from billing import services
from billing.forms import ChargeDetailsForm
from billing.queries.charges import capture, charge_or_404
from billing.queries.claims import claim_or_404, line_or_404
from billing.queries.visits import encounter_or_404
from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act

from .capture import REFRESH


@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def charge_details(request, pk, charge):
    """Modifiers, place of service, NDC and pointers of a charge."""
    encounter = encounter_or_404(pk)
    row = charge_or_404(charge, encounter.pk)
    to = reverse("billing:charges", args=[encounter.pk])
    return _details(request, encounter, row, to=to, refresh=REFRESH)


@allow(Permission.CLAIM_WORK)
def claim_line(request, pk, line):
    """The same from a draft of a claim, which then takes it over."""
    claim = claim_or_404(pk)
    row = line_or_404(line, claim)
    to = reverse("billing:claim", args=[claim.pk])
    encounter = encounter_or_404(claim.encounter_id)
    return _details(request, encounter, row.charge, to=to, refresh=("claim",), claim=claim)


def _details(request, encounter, charge, *, to, refresh, claim=None):
    audit.looked(request, encounter.patient_id, page="charges")
    listed = capture(encounter).diagnoses
    pointed = [pointer.diagnosis.letter for pointer in charge.pointers.select_related("diagnosis")]
    form = ChargeDetailsForm(
        request.POST or None,
        count=len(listed),
        initial={
            "letters": "".join(pointed),
            "modifiers": " ".join(charge.modifiers),
            "place_of_service": charge.place_of_service,
            "ndc": charge.ndc,
            "ndc_quantity": charge.ndc_quantity,
            "ndc_unit": charge.ndc_unit,
        },
    )

    def do(values):
        places = values.pop("letters")
        services.detail_charge_of(
            by=request.actor,
            charge=charge,
            claim=claim,
            diagnoses=[listed[place - 1] for place in places],
            **values,
        )

    return form_act(
        request,
        form,
        verb=f"charge.detail:{charge.pk}",
        do=do,
        to=to,
        message="Saved.",
        refresh=refresh,
        template="billing/charge/dialog.html",
        context={
            "title": f"{charge.code} on the claim",
            "submit_label": "Save",
            "cancel_url": to,
            "patient": encounter.patient,
        },
    )
