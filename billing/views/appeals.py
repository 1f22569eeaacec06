"""Appeal letters of denials."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import AppealForm
from billing.queries.appeals import appeal_draft, appeal_or_404, appeals_of
from billing.queries.remittances import denial_or_404
from clinic import audit
from clinic.files.services import read_file
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@allow(Permission.CHARGE_APPROVE)
def write(request, pk):
    """Read the proposed letter, change it, and make it."""
    row = denial_or_404(pk)
    audit.looked(request, row.patient_id, page="appeal letter")
    to = reverse("billing:denial-appeal", args=[pk])

    def do(values):
        return str(services.make_appeal(by=request.actor, denial=row, **values).pk)

    return form_act(
        request,
        AppealForm(request.POST or None, initial={"body": appeal_draft(row)}),
        verb=f"appeal.make:{pk}",
        do=do,
        to=to,
        message="Letter made. Print it from the list.",
        refresh=("denials",),
        template="billing/denial/appeal.html",
        context=lambda: {
            "row": row,
            "patient": row.patient,
            "letters": appeals_of(row),
            "cancel_url": reverse("billing:denials"),
        },
    )


@require_GET
@allow(Permission.CHARGE_APPROVE)
def paper(request, pk):
    """A letter as it was made."""
    row = appeal_or_404(pk)
    audit.looked(request, row.denial.patient_id, page="appeal letter printed")
    response = HttpResponse(read_file(row.file), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="appeal.pdf"'
    return response
