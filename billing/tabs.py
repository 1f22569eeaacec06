"""The tabs of billing and insurance in groups, so that a first row of five words leads everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clinic.staff.permissions import Permission as P


@dataclass(frozen=True)
class Tab:
    """A page with the word on its tab. Any one of `permissions` shows it."""

    key: str
    label: str
    url_name: str
    permissions: tuple[P, ...]


@dataclass(frozen=True)
class Group:
    """Tabs that belong together; `is_current` where one of them is the page that is open."""

    label: str
    tabs: tuple[Tab, ...]
    is_current: bool = False

    @property
    def first(self) -> Tab:
        return self.tabs[0]


_CLAIMS = (P.CLAIM_WORK, P.BILLING_QUEUE)
_TAKES = (P.PAYMENT_TAKE, P.DRAWER_MANAGE)
GROUPS = (
    Group(
        "Work",
        (
            Tab("queue", "What to do", "billing:queue", (P.BILLING_QUEUE,)),
            Tab("denials", "Denials", "billing:denials", (P.CHARGE_APPROVE,)),
            Tab("approvals", "Approvals", "billing:approvals", (P.MONEY_APPROVE, P.CHARGE_APPROVE)),
        ),
    ),
    Group(
        "Claims",
        (
            Tab("claims", "Claims", "billing:claims", _CLAIMS),
            Tab("unclaimed", "Visits to claim", "billing:claims-unclaimed", _CLAIMS),
            Tab("files", "Files sent", "billing:claim-batches", (P.CLAIM_WORK,)),
            Tab("remittances", "Payer payments", "billing:remittances", (P.CHARGE_APPROVE,)),
        ),
    ),
    Group(
        "Insurance",
        (
            Tab("insurance", "To look at", "insurance:work", (P.INSURANCE_WORK,)),
            Tab("estimates", "Good-faith estimates", "insurance:estimates", (P.INSURANCE_WORK,)),
        ),
    ),
    Group(
        "Money",
        (
            Tab("day", "Money today", "billing:day", _TAKES),
            Tab("board", "Count drawers", "billing:drawer-board", _TAKES),
            Tab("close", "Day close", "billing:day-close", (P.DRAWER_MANAGE,)),
            Tab("ageing", "Ageing", "billing:ageing", (P.LEDGER_VIEW,)),
            Tab("plans", "Payment plans", "billing:plans", (P.LEDGER_VIEW,)),
            Tab("statements", "Statements", "billing:statements", (P.CHARGE_APPROVE,)),
            Tab("collections", "Collections", "billing:collections", (P.LEDGER_VIEW,)),
        ),
    ),
    Group(
        "Set-up",
        (
            Tab("fees", "Fee schedule", "billing:fees", (P.FEE_EDIT, P.CHARGE_APPROVE)),
            Tab("visit_types", "Visit types", "billing:visit-type-fees", (P.FEE_EDIT,)),
            Tab("payers", "Payers", "billing:claim-payers", (P.FEE_EDIT,)),
            Tab("rules", "Claim rules", "billing:claim-rules", (P.FEE_EDIT, P.CLAIM_WORK)),
            Tab("policy", "Money rules", "billing:money-policy", (P.MONEY_APPROVE,)),
            Tab("drawers", "Drawer set-up", "billing:drawers", (P.DRAWER_MANAGE,)),
            Tab("verification", "Coverage checks", "insurance:rules", (P.INSURANCE_POLICY_EDIT,)),
        ),
    ),
)


def tab_groups(actor: Any, here: str) -> list[Group]:
    """The groups with the tabs that `actor` may open, none empty. `here` is the key of the open page."""
    return list(_of(actor, here))


def _of(actor: Any, here: str) -> Iterator[Group]:
    for group in GROUPS:
        may = tuple(tab for tab in group.tabs if any(actor.can(one) for one in tab.permissions))
        if may:
            yield Group(group.label, may, any(tab.key == here for tab in group.tabs))
