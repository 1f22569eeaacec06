"""What the check-in, rooming and check-out pages of one visit show."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from billing.queries import balance, copay_due, copay_paid
from clinic.core.errors import NotFound
from clinic.core.lookups import by_key
from clinic.core.money import dollars
from clinic.core.time import format_clock, format_day, today
from clinic.desk.models import DeskBlock
from records.models import ContactPoint, Coverage, Patient, RelatedPerson
from records.queries.banners import language_name
from scheduling.models import Appointment
from scheduling.rules.visit_states import UPCOMING

Block = DeskBlock.Block


_visit = by_key(
    lambda: Appointment.objects.select_related(
        "patient", "visit_type", "provider", "location", "encounter", "room"
    )
)


def get_visit(pk: UUID) -> Appointment:
    """The appointment with what every visit page needs. Raises NotFound."""
    found = _visit(pk)
    if found is None:
        raise NotFound("There is no such visit.")
    return found


@dataclass(frozen=True)
class BlockView:
    """One block as the page draws it."""

    code: str
    title: str
    is_done: bool
    is_open_issue: bool
    words: str


@dataclass(frozen=True)
class CheckIn:
    """The whole check-in page."""

    appointment: Appointment
    patient: Patient
    when: str
    has_arrived: bool
    may_arrive: bool
    contacts: list[ContactPoint]
    language: str
    related: list[RelatedPerson]
    coverages: list[Coverage]
    copay: Decimal | None
    copay_paid: bool
    balance: Decimal
    blocks: dict[str, BlockView] = field(default_factory=dict)

    @property
    def next_block(self) -> str:
        """The first block that is not done, "" when all are."""
        return next((code for code, block in self.blocks.items() if not block.is_done), "")

    @property
    def open_count(self) -> int:
        return sum(not block.is_done for block in self.blocks.values())


def check_in_page(pk: UUID) -> CheckIn:
    """Everything the check-in page shows, in a fixed number of queries."""
    visit = get_visit(pk)
    patient = visit.patient
    day = today(visit.zone)
    due, paid = copay_due(visit), copay_paid(visit)
    done = {row.block: row for row in DeskBlock.objects.filter(appointment=visit).select_related("by")}
    coverages = [
        c
        for c in Coverage.objects.filter(patient=patient).select_related("payer").order_by("rank")
        if c.ends_on is None or c.ends_on >= day
    ]
    local = visit.local_day
    return CheckIn(
        appointment=visit,
        patient=patient,
        when=f"{format_day(local)}, {format_clock(visit.starts_at, visit.zone)}",
        has_arrived=visit.state not in UPCOMING,
        may_arrive=visit.state in UPCOMING and local == day,
        contacts=[c for c in patient.contacts.all() if c.is_active],
        language=language_name(patient.language),
        related=list(patient.related.all()),
        coverages=coverages,
        copay=due,
        copay_paid=due == 0,
        balance=balance(patient.pk),
        blocks=_blocks(done, due, paid, visit.zone),
    )


CHECK_IN_BLOCKS = (Block.IDENTITY, Block.DEMOGRAPHICS, Block.COVERAGE, Block.COPAY)


def _blocks(
    done: dict[str, DeskBlock], due: Decimal | None, paid: Decimal, zone: str
) -> dict[str, BlockView]:
    views = {}
    for block in CHECK_IN_BLOCKS:
        row = done.get(block)
        nothing_due = block == Block.COPAY and due == 0
        finished = row is not None or nothing_due
        words = (
            f"{row.get_outcome_display()} by {row.by.short_name}, {format_clock(row.at, zone)}"
            if row
            else ((f"{dollars(paid)} paid" if paid else "Nothing due") if nothing_due else "")
        )
        if row and row.note:
            words += f": {row.note}"
        missed = row is not None and row.outcome == DeskBlock.Outcome.NOT_DONE and not nothing_due
        views[str(block)] = BlockView(str(block), block.label, finished and not missed, missed, words)
    return views
