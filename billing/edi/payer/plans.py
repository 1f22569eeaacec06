"""The plan of a made-up member: always the same for the same number, so that benefits and payments fit together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from billing.edi.payer.cases import dice, ending

ALLOWED = Decimal("0.80")  # what the payer's contract allows of any charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Amounts in dollars, `coinsurance` as a fraction. `met` is what the patient has paid of the deductible this year."""

    name: str
    kind: str  # as the 271 names it: HM, PR (PPO), MB, MC
    deductible: Decimal
    met: Decimal
    coinsurance: Decimal
    copay: Decimal
    specialist_copay: Decimal
    urgent_copay: Decimal
    out_of_pocket: Decimal
    spent: Decimal

    @property
    def deductible_left(self) -> Decimal:
        """What the patient still pays alone, in dollars."""
        return self.deductible - self.met

    @property
    def has_copay(self) -> bool:
        """Whether a visit costs a fixed amount; otherwise deductible and coinsurance apply."""
        return self.copay > 0

    @property
    def is_public(self) -> bool:
        """Medicare or Medicaid."""
        return self.kind in ("MB", "MC")


def plan_of(member_id: str, payer: str = "") -> Plan:
    """The plan of a member, and how much of its deductible is used up. `payer` is its name: Medicare and Medicaid have
    one plan each, others three."""
    family = member_id[: member_id.rfind("-0")] if "-0" in member_id else member_id
    share = Decimal(0) if ending(member_id) == "99" else Decimal(dice(f"met {family}", 5)) / 4
    if "MEDICARE" in payer.upper():
        return _plan("PART B", "MB", 250, share, Decimal("0.2"), (0, 0, 0), 9000)
    if "MEDICAID" in payer.upper():
        return _plan("STATE MEDICAID", "MC", 0, share, Decimal(0), (3, 3, 3), 500)
    kind = 2 if ending(member_id) == "99" else dice(family, 3)
    if kind == 0:
        return _plan("CHOICE PPO 1500", "PR", 1500, share, Decimal("0.2"), (25, 40, 60), 6000)
    if kind == 1:
        return _plan("HOME HMO 500", "HM", 500, share, Decimal("0.1"), (15, 30, 45), 4000)
    return _plan("SAVER HDHP 3200", "PR", 3200, share, Decimal("0.2"), (0, 0, 0), 7000)


def _plan(
    name: str,
    kind: str,
    deductible: int,
    share: Decimal,
    coinsurance: Decimal,
    copays: tuple[int, int, int],
    most: int,
) -> Plan:
    """`share` of the deductible is met; copays are those of the office, of a specialist and of urgent care."""
    office, specialist, urgent = map(Decimal, copays)
    return Plan(
        name=name, kind=kind, deductible=Decimal(deductible), met=deductible * share, coinsurance=coinsurance, copay=office,
        specialist_copay=specialist, urgent_copay=urgent, out_of_pocket=Decimal(most), spent=deductible * share + 5 * office,
    )  # fmt: skip


def month_starts(day: dt.date) -> dt.date:
    """The first of a day's month."""
    return day.replace(day=1)
