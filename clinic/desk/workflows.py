"""What crosses apps: one atomic function each, calling the apps' services in order."""

from __future__ import annotations

from uuid import UUID

from billing.services import propose_visit_charges
from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.desk.models import DeskBlock
from records.services.encounters import confirm_identity
from scheduling.models import Appointment
from scheduling.rules.visit_states import UPCOMING, State
from scheduling.services import visits

NEED_REASON = {DeskBlock.Outcome.NOT_DONE}


@service
def record_block(
    *,
    by: Actor,
    appointment: Appointment,
    block: str,
    outcome: str,
    note: str = "",
    identifiers: tuple[str, ...] = (),
) -> DeskBlock:
    """Marks one block of check-in or check-out. Audits `desk.block_recorded`.

    The identity block also stores which two identifiers were confirmed. Refuses an unknown block, fewer than two
    identifiers, and “not done” without a reason.
    """
    if block not in DeskBlock.Block.values or outcome not in DeskBlock.Outcome.values:
        raise Refused("Choose one of the buttons.")
    if outcome in NEED_REASON and not note.strip():
        raise Refused("Say why it was not done.", field="note")
    if block == DeskBlock.Block.IDENTITY and outcome == DeskBlock.Outcome.DONE:
        confirm_identity(
            by=by,
            patient=appointment.patient,
            identifiers=identifiers,
            moment="check_in",
            encounter=appointment.encounter,
        )
    row, _ = DeskBlock.objects.update_or_create(
        appointment=appointment,
        block=block,
        defaults={"outcome": outcome, "note": note.strip()[:200], "by_id": by.member_id, "at": now()},
    )
    audit.record(
        by, "desk.block_recorded", obj=row, patient=appointment.patient_id, block=block, outcome=outcome
    )
    return row


@service
def check_in(*, by: Actor, appointment: Appointment) -> Appointment:
    """The patient has arrived: the visit moves to arrived and its encounter opens. Open blocks stay on the list.

    Refuses a visit that has already arrived, ended, or belongs to another day.
    """
    if appointment.state not in UPCOMING:
        raise Refused(f"This visit is already “{appointment.state_words}”.")
    return visits.check_in(by=by, appointment=appointment)


@service
def check_out(*, by: Actor, appointment_id: UUID) -> Appointment:
    """The patient leaves: the visit completes and its encounter closes; what the visit shows is proposed to billing.

    Refuses a visit that is not in the clinic. Charges, follow-up and summary may still be open; they stay on
    their work lists.
    """
    appointment = visits.lock_visit(appointment_id)
    if appointment.encounter is not None:
        propose_visit_charges(by=by, encounter=appointment.encounter)
    via = None if appointment.state == State.CHECKOUT else State.CHECKOUT
    return visits.move_visit(by=by, appointment=appointment, to=State.COMPLETED, via=via)
