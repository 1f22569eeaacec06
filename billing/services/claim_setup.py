"""What claims stand on: who bills, how each payer wants its claims, contracts and rules."""

import datetime as dt
from decimal import Decimal

from billing.models import BillingProvider, ClaimRule, ContractRate, PayerContract, PayerTerms
from billing.rules.scrub import CHECKS
from clinic.audit import record
from clinic.core.db import service
from clinic.core.errors import Refused, Stale


@service
def save_billing_provider(*, by, version: int | None = None, **fields) -> BillingProvider:
    """Set who bills. Refuses a save over somebody else's change. Audited with the fields' names."""
    row = BillingProvider.objects.select_for_update().first()
    if row is not None and version is not None and row.version != version:
        raise Stale("Somebody else changed the billing provider meanwhile. Look again and save once more.")
    if row is None:
        row = BillingProvider.objects.create(**fields)
    else:
        _set(row, fields)
    record(by, "billing_provider.saved", obj=row, fields=sorted(fields))
    return row


@service
def save_payer_terms(*, by, payer, payer_number: str | None = None, **fields) -> PayerTerms:
    """Set how a payer wants its claims, and its electronic number when one is given. Audited with before and after."""
    row, _ = PayerTerms.objects.select_for_update().get_or_create(payer=payer)
    _set(row, fields)
    if payer_number is not None and payer_number != payer.payer_id:
        record(by, "payer.number_changed", obj=payer, before=payer.payer_id, after=payer_number)
        payer.payer_id = payer_number
        payer.save(update_fields=["payer_id", "updated_at"])
    record(by, "payer_terms.saved", obj=row, payer=str(payer.pk), fields=sorted(fields))
    return row


@service
def add_contract(
    *,
    by,
    payer,
    name: str,
    effective_from: dt.date,
    effective_to: dt.date | None = None,
    percent_of_fee: Decimal | None = None,
) -> PayerContract:
    """Put a contract on file; one that is open ends the day before. Audited as contract.added.

    Refuses one that starts on or before the start of the payer's latest.
    """
    latest = PayerContract.objects.select_for_update().filter(payer=payer).order_by("-effective_from").first()
    if latest is not None and latest.effective_from >= effective_from:
        raise Refused(
            f"This payer has a contract from {latest.effective_from:%m/%d/%Y} on. Start the new one later.",
            field="effective_from",
        )
    if latest is not None and (latest.effective_to is None or latest.effective_to >= effective_from):
        _set(latest, {"effective_to": effective_from - dt.timedelta(days=1)})
    row = PayerContract.objects.create(
        payer=payer,
        name=name.strip(),
        effective_from=effective_from,
        effective_to=effective_to,
        percent_of_fee=percent_of_fee,
    )
    record(by, "contract.added", obj=row, payer=str(payer.pk), effective_from=str(effective_from))
    return row


@service
def end_contract(*, by, contract: PayerContract, effective_to: dt.date) -> PayerContract:
    """Let a contract end on a day. Refuses a day before its first. Audited as contract.ended."""
    row = PayerContract.objects.select_for_update().get(pk=contract.pk)
    if effective_to < row.effective_from:
        raise Refused("A contract cannot end before it starts.", field="effective_to")
    _set(row, {"effective_to": effective_to})
    record(by, "contract.ended", obj=row, effective_to=str(effective_to))
    return row


@service
def set_rate(*, by, contract: PayerContract, code: str, allowed: Decimal | None, modifier: str = "") -> None:
    """Set the allowed amount (dollars for one unit) of a code under a contract; None takes it away. Audited.

    Claims that were built keep what was expected then.
    """
    code, modifier = code.strip().upper(), modifier.strip().upper()
    row = ContractRate.objects.filter(contract=contract, code=code, modifier=modifier).first()
    before = row.allowed if row else None
    if allowed is None:
        if row is None:
            raise Refused(f"{code} has no price in this contract.", field="code")
        row.delete()
    elif row is None:
        ContractRate.objects.create(contract=contract, code=code, modifier=modifier, allowed=allowed)
    else:
        row.allowed = allowed
        row.save()
    record(by, "contract_rate.set", obj=contract, code=code, modifier=modifier, before=before, after=allowed)


@service
def save_claim_rule(*, by, rule: ClaimRule | None = None, version: int | None = None, **fields) -> ClaimRule:
    """Add a claim rule or change one. Drafts meet it at their next check. Audited with before and after.

    Refuses a kind that is none, parameters that this kind does not take, and a save over somebody else's change.
    """
    kind = fields.get("kind") or (rule.kind if rule else "")
    if kind not in CHECKS:
        raise Refused("Choose what is checked.", field="kind")
    odd = sorted(set(fields.get("parameters") or {}) - set(CHECKS[kind].takes))
    if odd:
        known = ", ".join(sorted(CHECKS[kind].takes))
        raise Refused(f"This check does not take {', '.join(odd)}. It takes: {known}.", field="parameters")
    if rule is None:
        row = ClaimRule.objects.create(**fields)
        record(by, "claim_rule.added", obj=row, rule=row.code, severity=row.severity)
        return row
    row = ClaimRule.objects.select_for_update().get(pk=rule.pk)
    if version is not None and row.version != version:
        raise Stale("Somebody else changed this rule meanwhile. Look again and save once more.")
    before = {name: str(getattr(row, name)) for name in fields}
    _set(row, fields)
    after = {name: str(getattr(row, name)) for name in fields}
    changed = {name: [before[name], after[name]] for name in fields if before[name] != after[name]}
    record(by, "claim_rule.changed", obj=row, rule=row.code, changed=changed)
    return row


def _set(row, fields) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
