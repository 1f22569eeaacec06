"""The remittance (835): one payment of a payer, the claims it is for, and whether all of it adds up.

Claims come one at a time, so that memory stays flat. Whether the file balances is known once the last has been read: whoever posts
money reads the file once to know, and a second time to post, or keeps the claims until the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from billing.edi.envelopes import TransactionSet
from billing.edi.errors import EdiError
from billing.edi.readers.remittance_claims import RemittanceClaim, read_claim
from billing.edi.tokens import Segment
from billing.edi.values import date, money, period

_ENDS_CLAIM = {"CLP", "LX", "PLB", "SE"}
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """Money that concerns no claim. A positive `amount` makes the payment smaller, a negative one larger."""

    provider: str
    period_end: dt.date | None
    reason: str
    reference: str
    amount: Decimal


class Remittance:
    """What the 835 `source` says. Go through `claims()` to its end; only then are the totals and `is_balanced` known.

    `payment` is the amount in US dollars that the payer says it pays (negative where it says that it takes), `method` how: ACH,
    CHK, NON (nothing) ... `trace` is the number of the check or transfer, `trace_origin` who numbered it.

    `is_balanced` is true when every claim balances, the claims' payments less the provider adjustments are the payment, and the set is whole.
    `problems` are the reasons not to post without a person's look, those of its claims included; empty when there are none.
    Refused with `EdiError`: a set of another kind.
    """

    def __init__(self, source: TransactionSet):
        source.check()
        if source.kind != "835":
            raise EdiError(f"This is no remittance (835) but a {source.kind}.")
        self.source = source
        self.payer = self.payer_id = self.payee = self.payee_id = self.method = ""
        self.trace = self.trace_origin = self.handling = ""
        self.payment: Decimal | None = None
        self.paid_on: dt.date | None = None
        self.produced_on: dt.date | None = None
        self.provider_adjustments: list[ProviderAdjustment] = []
        self.claim_count = 0
        self.charged = self.paid = self.adjusted = _ZERO
        self.problems: list[str] = []
        self.head: list[Segment] = []
        self._unbalanced_claims = 0
        self._is_readable = True
        self._is_read = False
        self._payments = 0
        self._stream = iter(source.segments)
        self._pending = self._read_head()
        self.is_balanced = False

    def claims(self) -> Iterator[RemittanceClaim]:
        """Each claim, once: a second call gives none."""
        if self._is_read:
            return
        while self._pending is not None:
            start = self._pending
            if start.id == "CLP":
                yield self._claim(start)
                continue
            if start.id == "PLB":
                self._plb(start)
            else:
                self.head.append(start)
            self._pending = next(self._stream, None)
        self._finish()

    def _claim(self, start: Segment) -> RemittanceClaim:
        segments = [start]
        self._pending = None
        for segment in self._stream:
            if segment.id in _ENDS_CLAIM:
                self._pending = segment
                break
            segments.append(segment)
        claim = read_claim(segments)
        self.claim_count += 1
        self.charged += claim.charge or _ZERO
        self.paid += claim.paid or _ZERO
        self._unbalanced_claims += not claim.is_balanced
        self.problems += claim.problems
        self.source.warnings += claim.warnings
        return claim

    def _read_head(self) -> Segment | None:
        """Reads up to the first claim, which it hands back, or to the end."""
        party = ""
        for segment in self._stream:
            if segment.id in ("CLP", "PLB", "LX"):
                return segment
            self.head.append(segment)
            match segment.id:
                case "BPR":
                    self._bpr(segment)
                case "TRN" if segment[1] == "1":
                    self.trace, self.trace_origin = segment[2], segment[3]
                case "DTM" if segment[1] == "405":
                    self.produced_on, _ = period("D8", segment[2])
                case "N1":
                    party = segment[1]
                    self._n1(segment)
                case "REF" if segment[1] == "2U" and party == "PR":
                    self.payer_id = self.payer_id or segment[2]
        return None

    def _n1(self, segment: Segment) -> None:
        if segment[1] == "PR":
            self.payer, self.payer_id = segment[2], segment[4]
        elif segment[1] == "PE":
            self.payee, self.payee_id = segment[2], segment[4]

    def _bpr(self, segment: Segment) -> None:
        self._payments += 1
        self.handling, self.method = segment[1], segment[4]
        amount = money(segment[2])
        if amount is None or amount < 0:
            self._unreadable(f"Segment {segment.number}: the payment's amount is missing or is no amount.")
        if segment[3] not in ("C", "D"):
            self._unreadable(f"Segment {segment.number}: whether the payment is given or taken is not said.")
        self.payment = -amount if amount and segment[3] == "D" else amount
        self.paid_on = date(segment[16])
        if self.paid_on is None:
            self.source.warn("the payment's date does not exist.", segment)

    def _unreadable(self, words: str) -> None:
        self._is_readable = False
        self.problems.append(words)

    def _plb(self, segment: Segment) -> None:
        period_end = date(segment[2])
        found = False
        for index in range(3, 15, 2):
            if not segment[index] and not segment[index + 1]:
                continue
            found = True
            amount, reason = money(segment[index + 1]), segment.part(index, 1)
            if amount is None or not reason:
                self._unreadable(
                    f"Segment {segment.number}: a provider adjustment's reason or amount is missing or cannot be read."
                )
                continue
            self.provider_adjustments.append(
                ProviderAdjustment(segment[1], period_end, reason, segment.part(index, 2), amount)
            )
            self.adjusted += amount
        if not found or len(segment) > 14:
            self._unreadable(f"Segment {segment.number}: a provider adjustment cannot be read.")

    def _finish(self) -> None:
        self._is_read = True
        if self._payments != 1:
            self._unreadable(f"There are {self._payments} payments (BPR) where one is expected.")
        if not self.trace:
            self.problems.append("The payment has no trace number.")
        if not self.source.is_closed:
            self._unreadable("The remittance is not whole: its end (SE) is missing.")
        elif not self.source.is_whole:
            self.problems.append(
                "The count at its end (SE) is wrong: something may be missing or stand twice."
            )
        if self.payment is not None and self.paid - self.adjusted != self.payment:
            self._unreadable(
                f"{self.paid} paid for claims less {self.adjusted} provider adjustments is not {self.payment} paid."
            )
        self.is_balanced = self._is_readable and not self._unbalanced_claims
