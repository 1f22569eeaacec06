"""What follows from missed visits: the call list, letters, the provider's decision, and tasks where it is urgent.

Nothing here marks a visit: a person does. The sweep only finds what was marked.
"""

from __future__ import annotations

from datetime import timedelta

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotAllowed, Refused
from clinic.core.failures import each
from clinic.core.locks import lock_rows
from clinic.core.time import format_day, now
from clinic.inbox.models import Task
from clinic.inbox.services.tasks import add_task, complete_task
from clinic.staff.permissions import Permission
from clinic.staff.roles import Role
from scheduling.models import Appointment, MissedVisit
from scheduling.queries.missed import MISSED_STATES, STILL_MISSED, kind_of, number_of, risks_of
from scheduling.queries.outreach import outreach_settings
from scheduling.queries.settings import flow_settings
from scheduling.rules import missed as rules

NAME = "scheduling.follow_missed"
LOOK_BACK = timedelta(days=7)
AT_ONCE = 200


def follow_missed() -> int:
    """Lists what was missed, and raises tasks once the time for undoing is over. Returns how many were listed
    and raised; a second run finds nothing."""
    by = Actor.system(NAME)
    # A move that was undone before anything followed leaves nothing behind.
    MissedVisit.objects.filter(raised_at=None).exclude(STILL_MISSED).delete()
    fresh = (
        Appointment.objects.filter(MISSED_STATES, state_since__gte=now() - LOOK_BACK, missed=None)
        .select_related("patient")
        .order_by("state_since")[:AT_ONCE]
    )
    listed = each(NAME, fresh, lambda visit: _list(by=by, visit=visit), key=lambda visit: visit.pk)
    settled = now() - timedelta(minutes=flow_settings().undo_minutes)
    rows = (
        MissedVisit.objects.filter(STILL_MISSED, raised_at=None, missed_at__lte=settled)
        .select_related("patient", "appointment__provider", "appointment__visit_type")
        .order_by("missed_at")[:AT_ONCE]
    )
    return listed + each(f"{NAME}.raise", rows, lambda row: _raise(by=by, missed=row), key=lambda row: row.pk)


@service
def _list(*, by: Actor, visit: Appointment) -> None:
    kind = kind_of(visit)
    row = MissedVisit(
        appointment=visit,
        patient=visit.patient,
        kind=kind,
        missed_at=visit.state_since,
        number=number_of(visit),
        risks=[risk.value for risk in risks_of(visit)],
    )
    MissedVisit.objects.bulk_create([row], ignore_conflicts=True)
    if not MissedVisit.objects.filter(pk=row.pk).exists():
        return  # another run was first
    audit.record(by, "missed_visit.listed", obj=row, patient=row.patient_id, missed=kind, number=row.number)


@service
def _raise(*, by: Actor, missed: MissedVisit) -> None:
    row = lock_rows(MissedVisit.objects.filter(pk=missed.pk, raised_at=None))
    if not row:
        return
    visit = missed.appointment
    told = (
        f"{visit.visit_type.name} on {format_day(visit.local_day)}: {rules.Kind(missed.kind).words.lower()}."
    )
    whom = {"owner": visit.provider} if visit.provider else {"pool": Role.PROVIDER}
    if missed.risks:
        why = ", ".join(rules.Risk(risk).words for risk in missed.risks)
        add_task(
            by=by,
            title="High-risk patient missed a visit",
            detail=f"{told} Risk: {why}. Say how the patient is to be reached, and how soon.",
            patient=missed.patient,
            priority=Task.Priority.URGENT,
            due_at=now() + timedelta(hours=4),
            source_key=f"missed-risk:{visit.pk}",
            **whom,
        )
    if _is_to_be_decided(missed):
        add_task(
            by=by,
            title=f"Decide after {missed.number} missed visits",
            detail=f"{told} Number {missed.number} in {outreach_settings().count_months} months. "
            "The decision is made on the list of missed visits.",
            patient=missed.patient,
            source_key=_decision_key(visit),
            **whom,
        )
    row[0].raised_at = now()
    row[0].save()


def _is_to_be_decided(row: MissedVisit) -> bool:
    return rules.needs_decision(row.number, outreach_settings().decision_at)


def _decision_key(visit: Appointment) -> str:
    return f"missed-decision:{visit.pk}"


@service
def decide_missed(*, by: Actor, missed: MissedVisit, decision: str) -> MissedVisit:
    """The provider decides how to go on after repeated missed visits; the task is done with it.

    Audited `missed_visit.decided`. Refuses whoever may not sign notes, an unknown decision, a visit that needs
    none, and a second decision.
    """
    if not by.can(Permission.NOTE_SIGN):
        raise NotAllowed("Only a provider decides this.")
    if decision not in MissedVisit.Decision.values:
        raise Refused("Choose how to go on.", field="decision")
    row = lock_rows(MissedVisit.objects.filter(pk=missed.pk).select_related("appointment"))[0]
    if not _is_to_be_decided(row) or not MissedVisit.objects.filter(STILL_MISSED, pk=row.pk).exists():
        raise Refused("Nothing has to be decided about this visit.")
    if row.decided_at:
        raise Refused("This has been decided already.")
    row.decision, row.decided_at, row.decided_by_id = decision, now(), by.member_id
    row.save()
    task = Task.objects.filter(source_key=_decision_key(row.appointment), state=Task.State.OPEN).first()
    if task:
        complete_task(by=by, task=task, outcome=row.get_decision_display())
    audit.record(by, "missed_visit.decided", obj=row, patient=row.patient_id, decision=decision)
    return row
