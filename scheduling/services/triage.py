"""Triage of patients who are here: a level with its time, red flags, and an alert where it can't wait."""

from __future__ import annotations

from collections.abc import Iterable

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.inbox.models import Alert
from clinic.inbox.queries.calls import script_in_force
from clinic.inbox.services.alerts import raise_alert
from clinic.staff.roles import Role
from scheduling.models import Appointment, TriageAssessment
from scheduling.queries.outreach import triage_levels
from scheduling.rules.triage import is_alerting
from scheduling.rules.visit_states import IN_CLINIC, State
from scheduling.services._record import locked

# Once with the provider, the provider's judgment counts.
BEFORE_PROVIDER = IN_CLINIC - {State.WITH_PROVIDER, State.ORDERS, State.DISCHARGE, State.CHECKOUT}


@service
def assess_triage(
    *, by: Actor, appointment: Appointment, level: int, red_flags: Iterable[str] = (), note: str = ""
) -> TriageAssessment:
    """Sets how urgent a waiting patient is; the newest assessment counts, earlier ones stay.

    `level` is 1 (most urgent) to 5; `red_flags` are codes of the call script's groups. Levels 1 and 2 and any
    red flag alert the providers. Audited `triage.assessed`. Refuses an unknown level or flag, and a patient who
    is not here or is with the provider already.
    """
    names = {row.level: row.name for row in triage_levels()}
    if level not in names:
        raise Refused("Choose a level.", field="level")
    script = script_in_force()
    known = {group["code"]: group["name"] for group in (script.groups if script else [])}
    flags = sorted(set(red_flags))
    if set(flags) - set(known):
        raise Refused("There is no such red flag.", field="red_flags")
    visit = locked(appointment)
    if visit.state not in BEFORE_PROVIDER:
        raise Refused(f"This visit is {visit.state_words.lower()}: triage is for patients who wait.")
    row = TriageAssessment.objects.create(
        appointment=visit, level=level, red_flags=flags, note=note.strip()[:200], at=now(), by_id=by.member_id
    )
    audit.record(by, "triage.assessed", obj=row, patient=visit.patient_id, level=level, red_flags=flags)
    if is_alerting(level, bool(flags)):
        heard = f": {', '.join(known[flag] for flag in flags)}" if flags else ""
        raise_alert(
            by=by,
            patient=visit.patient,
            kind="triage",
            text=f"Triage {level} ({names[level].lower()}){heard}. The patient waits at {visit.location.name}.",
            severity=Alert.Severity.DANGER,
            source_key=f"triage:{row.pk}",
            pool=Role.PROVIDER,
        )
    return row
