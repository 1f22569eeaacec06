"""What the decisions of one payment do to claims and books: gathered claim by claim, written together."""

import json
from collections import defaultdict
from decimal import Decimal

from django.db import connection

from billing.models import Claim, ClaimEvent, Denial, JournalEntry, Posting, RemittanceClaim
from billing.queries.remittances import claims_of, decisions_on, standing_of
from billing.rules.claim_states import may_move, why_not
from billing.rules.ledger import OF_THE_ENTRY, RECEIVABLE, Line, mirrored
from billing.rules.remittances import category_of, claim_lines, part_of, split_claim
from clinic.audit import record_many
from clinic.core import time
from clinic.core.locks import lock_keys
from clinic.core.money import dollars

from ._posting import money_key
from .denying import deadline_of

ZERO = Decimal("0.00")
BATCH = 1000
# Statuses of a claim (CLP02) that decide nothing about it.
NO_DECISION = {
    "23": "They say that this is not their claim and that they passed it on.",
    "25": "This is an estimate beforehand, no decision.",
}


class Books:
    """Everything that one payment touches, locked and read at once: a claim costs no query of its own."""

    def __init__(self, *, by, remittance, decided, day, make):
        self.by, self.remittance, self.day, self.make, self.at = by, remittance, day, make, time.now()
        found = claims_of(decided)
        lock_keys(*{money_key(claim.patient_id) for claim in found})
        locked = {
            claim.pk: claim
            for claim in Claim.objects.filter(pk__in=[claim.pk for claim in found])
            .select_related("payer")
            .order_by("pk")
            .select_for_update(of=("self",))
        }
        self.by_account = {claim.account: claim for claim in locked.values()}
        self.by_control: dict[str, list[Claim]] = defaultdict(list)
        for claim in locked.values():
            if claim.payer_control:
                self.by_control[claim.payer_control].append(claim)
        self.standing = standing_of(locked.values())
        self.decisions = decisions_on(locked)
        self.entries, self.postings, self.rows, self.events, self.denials = [], [], [], [], []
        self.changed: dict = {}
        self.taken_back: list[RemittanceClaim] = []

    def decide(self, one) -> None:
        """One decision: posted, or held with the reason."""
        claim, why = self._claim_of(one)
        why = why or (one.problems[0] if one.problems else "")
        if not why:
            why = self._take_back(one, claim) if one.is_reversal else self._pay(one, claim)
        if why:
            self.rows.append(self.make(self.remittance, one, why=why, claim=claim))

    def _claim_of(self, one) -> tuple[Claim | None, str]:
        claim = self.by_account.get(one.account)
        if claim is None and one.payer_control:
            # Two payers may give one number to claims of two patients.
            same = [row for row in self.by_control.get(one.payer_control, []) if self._is_theirs(row)]
            claim = same[0] if len(same) == 1 else None
        return claim, "" if claim else "No claim has this account number."

    def _is_theirs(self, claim: Claim) -> bool:
        payer, said = claim.payer, self.remittance
        names = {text.strip().casefold() for text in (payer.payer_id, payer.name) if text.strip()}
        return bool(names & {said.payer_identifier.strip().casefold(), said.payer_name.strip().casefold()})

    def _pay(self, one, claim: Claim) -> str:
        if one.status in NO_DECISION:
            return NO_DECISION[one.status]
        if claim.sent_at is None:
            return "This claim was never sent."
        if one.charge != claim.total:
            return f"They decided on {dollars(one.charge)}, the claim was {dollars(claim.total)}."
        if self._standing_decision(claim) is not None:
            return "A decision on this claim is posted already and was not taken back."
        split = split_claim(one.charge, one.paid, one.shares, is_denied=one.is_denial)
        if not split.is_whole:
            return "The adjustments do not add up to what was not paid."
        is_refused = one.is_denial or (split.denied > 0 and not split.paid)
        state = "denied" if is_refused else "paid"
        if claim.state != state and not may_move(claim.state, state):
            return f"{why_not(claim.state, state)} Look at the claim first."
        key = (claim.patient_id, claim.encounter_id, claim.payer_id)
        row = self._row(one, claim, claim_lines(split, self.standing.get(key, ZERO), claim.payer))
        claim.paid, claim.adjusted, claim.patient_owes = split.paid, split.written_off, split.patient
        claim.payer_control = one.payer_control[:50] or claim.payer_control
        claim.adjudication = {
            "decided_on": self.remittance.paid_on and self.remittance.paid_on.isoformat(),
            "paid": str(split.paid),
            "patient_owes": str(split.patient),
            **one.detail,
        }
        self._move(claim, state, f"{dollars(split.paid)} paid by {claim.payer.name}")
        if split.denied > 0:
            self.denials.append(self._denial(one, claim, row, split.denied))
        return ""

    def _take_back(self, one, claim: Claim) -> str:
        """A reversal takes exactly one decision back: its entry is mirrored, and the claim waits for the next decision."""
        first = self._standing_decision(claim)
        if first is None or (first.charge, first.paid) != (-one.charge, -one.paid):
            return "No posted payment of this claim has these amounts, so nothing was taken back."
        sides = self._sides(first)
        row = self._row(one, claim, mirrored(sides), reverses=first)
        first.reversed_by = row
        self.taken_back.append(first)
        self.decisions[claim.pk].remove(first)
        claim.paid = claim.adjusted = claim.patient_owes = ZERO
        claim.adjudication = None
        self._move(claim, "accepted", f"{claim.payer.name} took {dollars(-one.paid)} back")
        return ""

    def _sides(self, first: RemittanceClaim) -> list[Line]:
        mine = [side for side in self.postings if side.entry_id == first.entry_id] if first.entry_id else []
        if first.entry_id and not mine:
            mine = list(Posting.objects.filter(entry=first.entry_id).select_related("payer"))
        return [Line(side.account, side.amount, side.payer) for side in mine]

    def _standing_decision(self, claim: Claim) -> RemittanceClaim | None:
        rows = self.decisions[claim.pk]
        return rows[-1] if rows else None

    def _row(self, one, claim: Claim, lines, *, reverses: RemittanceClaim | None = None) -> RemittanceClaim:
        entry = self._entry(one, claim, lines, reverses) if lines else None
        row = self.make(
            self.remittance,
            one,
            outcome=RemittanceClaim.Outcome.POSTED,
            claim=claim,
            entry=entry,
            decided_at=self.at,
            decided_by_id=self.by.member_id,
        )
        if reverses is None:
            self.decisions[claim.pk].append(row)
        self.rows.append(row)
        return row

    def _entry(self, one, claim, lines, reverses) -> JournalEntry:
        original = reverses.entry_id if reverses is not None else None
        entry = JournalEntry(
            kind=JournalEntry.Kind.REVERSAL if original else JournalEntry.Kind.REMITTANCE,
            key=f"remittance:{self.remittance.pk}:{one.number}",
            reverses_id=original,
            business_day=self.day,
            at=self.at,
            by_id=self.by.member_id,
            by_label=self.by.label[:120],
            memo=f"{claim.payer.name}, claim {claim.account}"[:200],
        )
        self.entries.append(entry)
        for line in lines:
            self.postings.append(
                Posting(
                    entry=entry,
                    account=line.account,
                    amount=line.amount,
                    patient_id=claim.patient_id,
                    encounter_id=claim.encounter_id if line.encounter is OF_THE_ENTRY else line.encounter,
                    payer=line.payer,
                )
            )
            if line.account == RECEIVABLE and line.payer is not None:
                key = (claim.patient_id, claim.encounter_id, claim.payer_id)
                self.standing[key] = self.standing.get(key, ZERO) + line.amount
        return entry

    def _move(self, claim: Claim, state: str, words: str) -> None:
        before = claim.state
        if state != before and may_move(before, state):
            claim.state, claim.state_since = state, self.at
        claim.version += 1
        self.changed[claim.pk] = claim
        self.events.append(
            ClaimEvent(
                claim=claim,
                kind="decided",
                before=before,
                after=claim.state,
                words=words[:500],
                at=self.at,
                by_id=self.by.member_id,
                by_label=self.by.label[:120],
            )
        )

    def _denial(self, one, claim: Claim, row: RemittanceClaim, amount: Decimal) -> Denial:
        refused = [s for s in one.shares if s.amount and part_of(s, is_denied=one.is_denial) == "denied"]
        largest = max(refused, key=lambda share: share.amount)
        return Denial(
            decision=row,
            claim=claim,
            patient_id=claim.patient_id,
            amount=amount,
            reasons=list(dict.fromkeys(f"{share.group}-{share.reason}" for share in refused)),
            remarks=one.detail["remarks"],
            category=category_of(largest.reason),
            deadline=deadline_of(self.remittance.paid_on or self.day),
            opened_at=self.at,
        )

    def write(self, *, is_on_file: bool = False) -> None:
        """Everything gathered, in few statements. `is_on_file`: the decisions were kept before, held."""
        JournalEntry.objects.bulk_create(self.entries, batch_size=BATCH)
        Posting.objects.bulk_create(self.postings, batch_size=BATCH)
        if is_on_file:
            RemittanceClaim.objects.bulk_update(
                self.rows, ["outcome", "why", "claim", "entry", "decided_at", "decided_by"]
            )
        else:
            RemittanceClaim.objects.bulk_create(self.rows, batch_size=BATCH)
        RemittanceClaim.objects.bulk_update(self.taken_back, ["reversed_by"], batch_size=BATCH)
        Denial.objects.bulk_create(self.denials, batch_size=BATCH)
        Denial.objects.filter(decision__in=self.taken_back, state=Denial.State.OPEN).update(
            state=Denial.State.DONE,
            action=Denial.Action.PAID,
            root_cause=Denial.Cause.PAYER,
            note="The payer took its decision back.",
            closed_at=self.at,
        )
        _update_claims(list(self.changed.values()))
        ClaimEvent.objects.bulk_create(self.events, batch_size=BATCH)
        record_many(
            self.by,
            "claim.decided",
            ((claim, {"state": claim.state, "paid": str(claim.paid)}) for claim in self.changed.values()),
        )


_COLUMNS = {
    "state": "text",
    "state_since": "timestamptz",
    "paid": "numeric",
    "adjusted": "numeric",
    "patient_owes": "numeric",
    "payer_control": "text",
    "adjudication": "jsonb",
    "version": "integer",
}


def _update_claims(claims: list[Claim]) -> None:
    """One statement for all: a CASE for each column of thousands of rows takes longer than everything else together."""
    if not claims:
        return
    columns = ", ".join(f'"{name}" = v."{name}"' for name in _COLUMNS)
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("uuid", *_COLUMNS.values()))
    names = ", ".join(f'"{name}"' for name in ("id", *_COLUMNS))
    values = [[claim.pk for claim in claims]]
    for name, kind in _COLUMNS.items():
        column = [getattr(claim, name) for claim in claims]
        values.append([None if v is None else json.dumps(v) for v in column] if kind == "jsonb" else column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE billing_claim c SET {columns}, updated_at = now() "  # noqa: S608 - names of our own columns
            f"FROM unnest({arrays}) AS v({names}) WHERE c.id = v.id",
            values,
        )
