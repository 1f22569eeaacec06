"""Where a patient asks to be reached, and nowhere else."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from records.forms.reach import ReachForm
from records.models import Patient
from records.queries.reach import reach_choices
from records.services.reach import set_reach


@allow(P.PATIENT_EDIT)
@require_http_methods(["GET", "POST"])
def patient_reach(request, pk):
    """Set the one number or address, and where letters go."""
    patient = get_object_or_404(Patient.objects.prefetch_related("contacts"), pk=pk)
    audit.looked(request, patient, page="reach")
    phones, emails = reach_choices(patient)
    held = patient.restrictions or {}
    names = ("only_phone", "only_email", "mail_to")
    form = ReachForm(
        request.POST or None,
        phones=phones,
        emails=emails,
        initial={name: held.get(name, "") for name in names} | {"version": patient.version},
    )
    page = reverse("records:patient", args=[pk])
    return form_act(
        request,
        form,
        verb=f"patient.reach:{pk}",
        do=lambda values: str(set_reach(by=request.actor, patient_id=pk, **values).pk),
        to=page,
        message="Saved. Nothing goes anywhere else.",
        refresh=("messages.patient",),
        context={
            "title": "Reach only here",
            "intro": f"What {patient.name} asked for. It holds for every message, call and letter.",
            "submit_label": "Save",
            "cancel_url": page,
        },
    )
