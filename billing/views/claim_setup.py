"""Set-up of claims: who bills, payers and their contracts, and the rules."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import (
    BillingProviderForm,
    ClaimRuleForm,
    ContractForm,
    EndContractForm,
    PayerTermsForm,
    RateForm,
)
from billing.queries.claim_setup import (
    billing_provider,
    contract_or_404,
    payer_or_404,
    payer_rows,
    provider_to_edit,
    rule_or_404,
    rule_rows,
    terms_to_edit,
)
from billing.rules.scrub import CHECKS
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@require_GET
@allow(Permission.FEE_EDIT)
def payers(request):
    """Who bills, and every payer with its terms and contracts."""
    context = {"provider": billing_provider(), "rows": payer_rows()}
    return render(request, "billing/claim/payers.html", context)


@allow(Permission.FEE_EDIT)
def provider(request):
    """Set who bills."""
    form = BillingProviderForm(request.POST or None, instance=provider_to_edit())

    def do(values):
        services.save_billing_provider(by=request.actor, **values)

    return _act(request, form, do, "claim_provider.save", "Billing provider", "billing:claim-payers")


@allow(Permission.FEE_EDIT)
def terms(request, pk):
    """Set how a payer wants its claims."""
    payer = payer_or_404(pk)
    form = PayerTermsForm(request.POST or None, instance=terms_to_edit(payer))

    def do(values):
        services.save_payer_terms(by=request.actor, payer=payer_or_404(pk), **values)

    return _act(request, form, do, f"payer_terms.save:{pk}", payer.name, "billing:claim-payers")


@allow(Permission.FEE_EDIT)
def contract_add(request, pk):
    """Put a contract on file."""
    payer = payer_or_404(pk)
    form = ContractForm(request.POST or None, initial={"effective_from": time.today(clinic_zone())})

    def do(values):
        return str(services.add_contract(by=request.actor, payer=payer, **values).pk)

    title = f"Contract with {payer.name}"
    return _act(request, form, do, f"contract.add:{pk}", title, "billing:claim-payers")


@require_GET
@allow(Permission.FEE_EDIT)
def contract(request, pk):
    """A contract with its prices."""
    row = contract_or_404(pk)
    return render(request, "billing/claim/contract.html", {"contract": row, "rates": row.rates.all()})


@allow(Permission.FEE_EDIT)
def contract_end(request, pk):
    """The last day of a contract."""
    row = contract_or_404(pk)
    form = EndContractForm(request.POST or None, initial={"effective_to": time.today(clinic_zone())})

    def do(values):
        services.end_contract(by=request.actor, contract=row, **values)

    return _act(request, form, do, f"contract.end:{pk}", f"End {row.name}", "billing:claim-payers")


@allow(Permission.FEE_EDIT)
def rate_set(request, pk):
    """Set or take away the price of one code."""
    row = contract_or_404(pk)
    form = RateForm(request.POST or None)

    def do(values):
        services.set_rate(by=request.actor, contract=row, **values)

    return _act(request, form, do, f"contract.rate:{pk}", f"Price in {row.name}", "billing:contract", pk)


@require_GET
@allow(Permission.FEE_EDIT, Permission.CLAIM_WORK)
def rules(request):
    """Every rule that claims are checked by."""
    rows = [
        (row, CHECKS[row.kind].words if row.kind in CHECKS else row.kind, _takes(row.parameters))
        for row in rule_rows()
    ]
    return render(request, "billing/claim/rules.html", {"rows": rows})


@allow(Permission.FEE_EDIT)
def rule_add(request):
    """A rule of the clinic's own."""
    form = ClaimRuleForm(request.POST or None)

    def do(values):
        values.pop("version", None)
        return str(services.save_claim_rule(by=request.actor, **values).pk)

    return _act(request, form, do, "claim_rule.add", "Add a claim rule", "billing:claim-rules")


@allow(Permission.FEE_EDIT)
def rule_edit(request, pk):
    """Change a rule: how grave, in which words, with what, from when to when."""
    row = rule_or_404(pk)
    form = ClaimRuleForm(request.POST or None, instance=rule_or_404(pk))

    def do(values):
        services.save_claim_rule(by=request.actor, rule=row, **values)

    return _act(request, form, do, f"claim_rule.edit:{pk}", row.name, "billing:claim-rules")


def _takes(parameters: dict) -> list[str]:
    """Parameters as people read them: "prefixes: V, W"."""
    said = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
    return [f"{name}: {', '.join(map(str, values))}" for name, values in said.items()]


def _act(request, form, do, verb, title, to, *args):
    url = reverse(to, args=args)
    return form_act(
        request,
        form,
        verb=verb,
        do=do,
        to=url,
        message="Saved.",
        context={"title": title, "submit_label": "Save", "cancel_url": url},
    )
