"""Charge capture of a visit: who did it proposes, who answers for it approves."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import ChangeChargeForm, ChargeForm, DiagnosisForm, PointForm, ReasonForm
from billing.queries.charges import capture, charge_or_404, charges_of, diagnosis_or_404
from billing.queries.codes import code_or_none
from billing.queries.visits import encounter_or_404
from clinic import audit
from clinic.core.errors import ClinicError
from clinic.core.submissions import once
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import fragment, is_htmx, refused

PAGE, PIECE = "billing/charge/capture.html", "billing/charge/_capture.html"
TOLD = ("money", "balance", "check-out")
REFRESH = (*TOLD, "charges")


@require_GET
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE, Permission.BILLING_QUEUE)
def charges(request, pk):
    """The visit's diagnoses and charges."""
    encounter = encounter_or_404(pk)
    audit.looked(request, encounter.patient_id, page="charges")
    return render(request, PAGE, _context(request, encounter))


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def from_visit(request, pk):
    """Propose what the visit shows by itself."""
    encounter = encounter_or_404(pk)
    return _do(
        request, encounter, lambda: services.propose_visit_charges(by=request.actor, encounter=encounter)
    )


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def propose(request, pk):
    """Propose one service by its code."""
    encounter = encounter_or_404(pk)
    listed = capture(encounter).diagnoses
    form = ChargeForm(request.POST, count=len(listed))
    if not form.is_valid():
        return _show(request, encounter, form=form, status=422)
    values = form.cleaned_data
    pointed = [listed[place - 1] for place in values["letters"]]

    def do():
        charge = services.propose_charge(
            by=request.actor,
            encounter=encounter,
            code=values["code"],
            units=values["units"],
            diagnoses=pointed,
        )
        return str(charge.pk)

    return _do(
        request,
        encounter,
        lambda: once(by=request.actor, verb="charge.propose", form_key=values["form_key"], do=do),
        form=form,
    )


@require_POST
@allow(Permission.CHARGE_APPROVE)
def approve(request, pk):
    """Approve the ticked proposals of this visit."""
    encounter = encounter_or_404(pk)
    chosen = charges_of(encounter.pk, request.POST.getlist("charge"))
    return _do(request, encounter, lambda: services.approve_charges(by=request.actor, charges=chosen))


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def point_rest(request, pk):
    """Point what points at nothing yet at the main diagnosis."""
    encounter = encounter_or_404(pk)
    return _do(request, encounter, lambda: services.point_rest(by=request.actor, encounter=encounter))


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def point(request, pk, charge):
    """Point a proposal at diagnoses by their letters."""
    encounter = encounter_or_404(pk)
    row = charge_or_404(charge, encounter.pk)
    listed = capture(encounter).diagnoses
    form = PointForm(request.POST, count=len(listed))
    if not form.is_valid():
        return _show(request, encounter, error=f"{row.code}: {form.errors['letters'][0]}", status=422)
    chosen = [listed[place - 1] for place in form.cleaned_data["letters"]]
    return _do(
        request, encounter, lambda: services.point_charge(by=request.actor, charge=row, diagnoses=chosen)
    )


@allow(Permission.CHARGE_APPROVE)
def change(request, pk, charge):
    """Change code or units of a proposal."""
    encounter = encounter_or_404(pk)
    row = charge_or_404(charge, encounter.pk)
    form = ChangeChargeForm(
        request.POST or None, initial={"code": row.code, "units": row.units, "version": row.version}
    )

    def do(values):
        services.change_charge(by=request.actor, charge=row, **values)

    return _dialog(request, encounter, form, do, f"charge.change:{charge}", f"Change {row.code}", "Save")


@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def void(request, pk, charge):
    """Void a charge. A proposal may be taken back by who proposes; an approved charge by who approves."""
    encounter = encounter_or_404(pk)
    row = charge_or_404(charge, encounter.pk)
    if row.state == "approved" and not request.actor.can(Permission.CHARGE_APPROVE):
        return refused(request, "An approved charge is voided by the biller.", to=_url(encounter))

    def do(values):
        services.void_charge(by=request.actor, charge=row, **values)

    return _dialog(
        request,
        encounter,
        ReasonForm(request.POST or None),
        do,
        f"charge.void:{charge}",
        f"Void {row.code}",
        "Void",
        tone="danger",
    )


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def diagnosis_add(request, pk):
    """Put a diagnosis on the visit's list."""
    encounter = encounter_or_404(pk)
    form = DiagnosisForm(request.POST)
    code = code_or_none(form.cleaned_data["diagnosis"]) if form.is_valid() else None
    if code is None:
        return _show(request, encounter, error="Choose a diagnosis from the list.", status=422)
    return _do(
        request, encounter, lambda: services.add_diagnosis(by=request.actor, encounter=encounter, code=code)
    )


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def diagnosis_remove(request, pk, diagnosis):
    """Take a diagnosis off the list."""
    encounter = encounter_or_404(pk)
    row = diagnosis_or_404(diagnosis, encounter.pk)
    return _do(request, encounter, lambda: services.remove_diagnosis(by=request.actor, diagnosis=row))


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def diagnosis_up(request, pk, diagnosis):
    """Move a diagnosis up: the first is the main reason."""
    encounter = encounter_or_404(pk)
    row = diagnosis_or_404(diagnosis, encounter.pk)
    return _do(request, encounter, lambda: services.move_diagnosis(by=request.actor, diagnosis=row, up=True))


def _url(encounter) -> str:
    return reverse("billing:charges", args=[encounter.pk])


def _context(request, encounter, form=None, error="") -> dict:
    page = capture(encounter)
    may_approve = request.actor.can(Permission.CHARGE_APPROVE)
    may = {"approve": may_approve, "propose": may_approve or request.actor.can(Permission.CHARGE_PROPOSE)}
    return {
        "page": page,
        "encounter": encounter,
        "patient": encounter.patient,
        "error": error,
        "may": may,
        "form": form or ChargeForm(count=len(page.diagnoses)),
    }


def _show(request, encounter, form=None, error="", status=200):
    context = _context(request, encounter, form, error)
    if is_htmx(request):
        return fragment(request, PIECE, context, status=status, refresh=() if status != 200 else TOLD)
    return render(request, PAGE, context, status=status)


def _do(request, encounter, act, form=None):
    try:
        act()
    except ClinicError as error:
        return _show(request, encounter, form=form, error=str(error), status=error.status)
    return _show(request, encounter) if is_htmx(request) else redirect(_url(encounter))


def _dialog(request, encounter, form, do, verb, title, label, **context):
    return form_act(
        request,
        form,
        verb=verb,
        do=do,
        to=_url(encounter),
        message="Saved.",
        refresh=REFRESH,
        template="billing/charge/dialog.html",
        context={
            "title": title,
            "submit_label": label,
            "cancel_url": _url(encounter),
            "patient": encounter.patient,
            **context,
        },
    )
