"""Files of claims that were sent, and claims on paper."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.printing.cms1500 import form_pdf
from billing.queries.claim_documents import claims_for_sending, document
from billing.queries.claims import batch_or_404, batches, claim_or_404
from billing.rules.cms1500 import boxes
from clinic import audit
from clinic.core.errors import ClinicError
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.responses import refused, saved


@require_GET
@allow(Permission.CLAIM_WORK)
def batch_list(request):
    """Files of claims, the newest first."""
    return render(request, "billing/claim/batches.html", {"rows": batches()})


@require_GET
@allow(Permission.CLAIM_WORK)
def batch(request, pk):
    """One file with its claims and its text."""
    row = batch_or_404(pk)
    claims = list(row.claims.all())
    audit.looked_many(request, [claim.patient_id for claim in claims], page="claim file")
    segments = row.text.replace("~\n", "~").split("~")
    return render(
        request, "billing/claim/batch.html", {"batch": row, "claims": claims, "segments": segments[:-1]}
    )


@require_POST
@allow(Permission.CLAIM_WORK)
def batch_settle(request, pk, verb):
    """Say whether an uncertain file arrived."""
    to = reverse("billing:claim-batch", args=[pk])
    try:
        services.settle_batch(by=request.actor, batch=batch_or_404(pk), has_arrived=verb == "arrived")
    except ClinicError as error:
        return refused(request, error, to=to)
    words = "Kept as sent." if verb == "arrived" else "The same file goes out once more."
    return saved(request, words, to=to)


@require_GET
@allow(Permission.CLAIM_WORK)
def boxes_page(request, pk):
    """The boxes of the paper form, to be read and checked."""
    claim = claim_or_404(pk)
    audit.looked(request, claim.patient_id, page="claim form")
    (whole,) = claims_for_sending([claim.pk])
    context = {"claim": claim, "patient": claim.patient, "pages": boxes(document(whole))}
    return render(request, "billing/claim/boxes.html", context)


@require_GET
@allow(Permission.CLAIM_WORK)
def form_page(request, pk):
    """The paper form as PDF: the data alone, at the places of the pre-printed form."""
    claim = claim_or_404(pk)
    audit.looked(request, claim.patient_id, page="claim form")
    (whole,) = claims_for_sending([claim.pk])
    response = HttpResponse(form_pdf(boxes(document(whole))), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="claim-{claim.account}.pdf"'
    return response
