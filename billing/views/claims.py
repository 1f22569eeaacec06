"""The worklist of claims, one claim, and building one from a visit."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import ClaimForm, ClaimNoteForm, ReasonForm
from billing.queries.claims import claim_or_404, claim_page, claims_named, unclaimed_rows, worklist
from billing.queries.visits import encounter_or_404
from clinic import audit
from clinic.core.errors import ClinicError
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved

from .claim_fixes import with_fixes

REFRESH = ("claim",)


@require_GET
@allow(Permission.CLAIM_WORK, Permission.BILLING_QUEUE)
def claims(request):
    """Claims by state, those that earn most first."""
    work = worklist(request.GET.get("state", ""))
    audit.looked_many(request, [row.patient_id for row in work.rows], page="claims")
    return render(request, "billing/claim/list.html", {"work": work})


@require_GET
@allow(Permission.CLAIM_WORK, Permission.BILLING_QUEUE)
def unclaimed(request):
    """Visits whose charges are approved and that nobody claimed yet."""
    rows = unclaimed_rows()
    audit.looked_many(request, [row.patient.pk for row in rows], page="visits to claim")
    return render(request, "billing/claim/unclaimed.html", {"rows": rows})


@require_GET
@allow(Permission.CLAIM_WORK, Permission.BILLING_QUEUE)
def claim(request, pk):
    """One claim: what stops it, what it says, and its trail."""
    row = claim_or_404(pk)
    audit.looked(request, row.patient_id, page="claim")
    page = with_fixes(claim_page(row), request.actor)
    return render(request, "billing/claim/detail.html", {"page": page, "claim": row, "patient": row.patient})


@require_POST
@allow(Permission.CLAIM_WORK)
def build(request, pk):
    """Build the claim of a visit."""
    encounter = encounter_or_404(pk)
    try:
        made = services.build_claim(by=request.actor, encounter=encounter)
    except ClinicError as error:
        return refused(request, error, to=reverse("billing:charges", args=[pk]))
    return redirect("billing:claim", pk=made.pk)


@require_POST
@allow(Permission.CLAIM_WORK)
def build_all(request):
    """Build the claims of every visit that waits for one; what cannot be built stays on the list."""
    built, left = services.build_claims(
        by=request.actor, encounters=[row.encounter for row in unclaimed_rows()]
    )
    words = f"{built} claim{'' if built == 1 else 's'} built."
    return saved(request, f"{words} {left} could not be." if left else words, to=reverse("billing:claims"))


@allow(Permission.CLAIM_WORK)
def edit(request, pk):
    """Change what stands on the claim itself."""
    row = claim_or_404(pk)
    form = ClaimForm(request.POST or None, instance=claim_or_404(pk))

    def do(values):
        services.change_claim(by=request.actor, claim=row, **values)

    return _dialog(request, row, form, do, "claim.edit", f"Claim {row.account}", "Save")


@allow(Permission.CLAIM_WORK)
def hold(request, pk):
    """Keep a claim from going out."""
    row = claim_or_404(pk)

    def do(values):
        services.hold_claim(by=request.actor, claim=row, **values)

    return _dialog(
        request, row, ReasonForm(request.POST or None), do, "claim.hold", "Hold this claim", "Hold"
    )


@allow(Permission.CLAIM_WORK)
def close(request, pk):
    """End a claim."""
    row = claim_or_404(pk)

    def do(values):
        services.close_claim(by=request.actor, claim=row, **values)

    form = ReasonForm(request.POST or None)
    return _dialog(request, row, form, do, "claim.close", "Close this claim", "Close", tone="danger")


@allow(Permission.CLAIM_WORK)
def note(request, pk):
    """Write a note into the trail."""
    row = claim_or_404(pk)

    def do(values):
        services.note_on_claim(by=request.actor, claim=row, **values)

    form = ClaimNoteForm(request.POST or None)
    return _dialog(request, row, form, do, "claim.note", "Note on this claim", "Save")


ACTS = {
    "ready": services.mark_ready,
    "draft": services.back_to_draft,
    "check": services.check_claim,
    "refresh": services.refresh_claim,
    "release": services.release_claim,
    "printed": services.mark_printed,
}
SAID = {
    "ready": "Ready to go with the next batch.",
    "draft": "Back in draft.",
    "check": "Checked again.",
    "refresh": "Taken from the visit anew.",
    "release": "The hold is off.",
    "printed": "Marked as sent on paper.",
}


@require_POST
@allow(Permission.CLAIM_WORK)
def act(request, pk, verb):
    """One of the buttons that need no form."""
    row = claim_or_404(pk)
    to = reverse("billing:claim", args=[pk])
    try:
        ACTS[verb](by=request.actor, claim=row)
    except ClinicError as error:
        return refused(request, error, to=to)
    return saved(request, SAID[verb], to=to)


@require_POST
@allow(Permission.CLAIM_WORK)
def follow(request, pk, verb):
    """Draft a claim that comes of this one: a replacement, a void, or the claim to the next payer."""
    row = claim_or_404(pk)
    try:
        if verb == "next":
            new = services.build_next_claim(by=request.actor, claim=row)
        else:
            new = services.replace_claim(
                by=request.actor, claim=row, frequency="8" if verb == "void" else "7"
            )
    except ClinicError as error:
        return refused(request, error, to=reverse("billing:claim", args=[pk]))
    return redirect("billing:claim", pk=new.pk)


@require_POST
@allow(Permission.CLAIM_WORK)
def send(request):
    """Put the ticked claims into one file and send it."""
    to = f"{reverse('billing:claims')}?state=ready"
    chosen = claims_named(request.POST.getlist("claim"))
    if not chosen:
        return refused(request, "Tick at least one claim.", to=to)
    try:
        result = services.send_claims(by=request.actor, claims=chosen)
    except ClinicError as error:
        return refused(request, error, to=to)
    sent = result.batch.count if result.batch else 0
    words = f"{sent} claim{'' if sent == 1 else 's'} on the way."
    if result.taken_back:
        words += f" No longer ready, back in draft: {', '.join(result.taken_back)}."
    return saved(request, words, to=f"{reverse('billing:claims')}?state=sent" if sent else to)


def _dialog(request, row, form, do, verb, title, label, **context):
    audit.looked(request, row.patient_id, page="claim")
    to = reverse("billing:claim", args=[row.pk])
    return form_act(
        request,
        form,
        verb=f"{verb}:{row.pk}",
        do=do,
        to=to,
        message="Saved.",
        refresh=REFRESH,
        template="billing/charge/dialog.html",
        context={
            "title": title,
            "submit_label": label,
            "cancel_url": to,
            "patient": row.patient,
            **context,
        },
    )
