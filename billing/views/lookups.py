"""Lists under the fields of charge capture, as one types."""

from django.shortcuts import render
from django.views.decorators.http import require_POST

from billing.queries.fees import search_fees
from billing.queries.visits import encounter_or_404, service_day
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from records.queries.codes import search_diagnoses


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def diagnoses(request, pk):
    """ICD-10-CM codes as they hold on the visit's date of service."""
    rows = search_diagnoses(request.POST.get("q", "")[:80], on=service_day(encounter_or_404(pk)), limit=12)
    return render(request, "billing/charge/_diagnosis_options.html", {"rows": rows})


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def services(request, pk):
    """Codes of the fee schedule with their price on the visit's date of service."""
    rows = search_fees(request.POST.get("q", "")[:80], service_day(encounter_or_404(pk)))
    return render(request, "billing/charge/_service_options.html", {"rows": rows})
