"""Phone calls: one record, and the follow-up that it asks for."""

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.profile import clinic_zone
from clinic.core.time import now, zone
from clinic.inbox.models import Alert, PhoneCall
from clinic.inbox.queries.calls import script_in_force
from clinic.inbox.rules.targets import PRIORITY_OF, CallClass, first_action_due
from clinic.inbox.services.alerts import raise_alert
from clinic.inbox.services.tasks import add_task
from clinic.staff.roles import Role


@service
def log_call(
    *,
    by,
    caller: str,
    relation: str,
    reason: str,
    outcome: str,
    direction: str = PhoneCall.Direction.IN,
    call_class: str = CallClass.ADMINISTRATIVE,
    patient=None,
    identifiers: str = PhoneCall.Identifiers.NONE,
    callback_number: str = "",
    may_leave_voicemail: bool = False,
    caller_location: str = "",
    onset: str = "",
    red_flags: dict[str, bool] | None = None,
    outcome_note: str = "",
    started_at=None,
    owner=None,
    pool: str = "",
    title: str = "",
    is_alert_raised: bool = False,
    **record,
) -> PhoneCall:
    """Records one call; a message for a colleague becomes a task with the due time of its class, and any red
    flag an alert to the providers. Audited as `call.logged`.

    Refuses a red flag that was not acted on by the emergency script, an outcome that leaves a message
    without a number to call back or without anybody to give it to, and a patient's matter without two
    identifiers. `record` is what a longer record adds: clinical_context, protocol, words_used, advice (a clinician's
    own words) with advice_by, agreement, follow_up_due_at. `title` names the task other than "Call back ...";
    `is_alert_raised`: the caller raises a fuller alert itself. Source: domain specification 4.2 and 4.3.
    """
    record = {name: value.strip() if isinstance(value, str) else value for name, value in record.items()}
    if record.get("advice") and record.get("advice_by") is None:
        raise Refused("Say whose advice it is: only a clinician advises.", field="advice_by")
    flags = {code: bool(is_yes) for code, is_yes in (red_flags or {}).items()}
    has_flag = any(flags.values())
    _check(
        has_flag=has_flag,
        outcome=outcome,
        callback_number=callback_number,
        patient=patient,
        identifiers=identifiers,
        to_whom=owner or pool,
    )
    at = now()
    chosen = CallClass.EMERGENT if has_flag else CallClass(call_class)
    task = None
    if outcome == PhoneCall.Outcome.MESSAGE:
        task = add_task(
            by=by,
            title=(title or f"Call back {caller.strip()}")[:120],
            detail=reason.strip(),
            patient=patient,
            owner=owner,
            pool=pool,
            priority=PRIORITY_OF[chosen],
            due_at=first_action_due(chosen, at.astimezone(zone(clinic_zone()))),
        )
    call = PhoneCall.objects.create(
        direction=direction,
        started_at=min(started_at or at, at),
        ended_at=at,
        caller=caller.strip(),
        relation=relation,
        patient=patient,
        identifiers=identifiers,
        callback_number=callback_number,
        may_leave_voicemail=may_leave_voicemail,
        caller_location=caller_location.strip(),
        reason=reason.strip(),
        onset=onset.strip(),
        script=script_in_force(),
        red_flags=flags,
        call_class=chosen,
        outcome=outcome,
        outcome_note=outcome_note.strip()[:300],
        task=task,
        by_id=by.member_id,
        by_label=by.label[:120],
        **record,
    )
    audit.record(
        by, "call.logged", obj=call, patient=call.patient_id, call_class=str(chosen), outcome=outcome
    )
    if has_flag and not is_alert_raised:
        _tell_providers(by=by, call=call)
    return call


def _check(*, has_flag, outcome, callback_number, patient, identifiers, to_whom) -> None:
    if has_flag and outcome not in PhoneCall.EMERGENCY_OUTCOMES:
        raise Refused(
            "A red flag needs the emergency script: 911 or a hand-over on the line.", field="outcome"
        )
    if outcome == PhoneCall.Outcome.MESSAGE and not callback_number:
        raise Refused("Ask for a number to call back.", field="callback_number")
    if outcome == PhoneCall.Outcome.MESSAGE and not to_whom:
        raise Refused("Say who should get the message.", field="to_whom")
    spoke = outcome not in (*PhoneCall.NOBODY_SPOKE, *PhoneCall.EMERGENCY_OUTCOMES)
    if patient is not None and identifiers == PhoneCall.Identifiers.NONE and spoke and not has_flag:
        # An emergency never waits for a date of birth, and a machine has none.
        raise Refused("Check two identifiers before you speak about a patient.", field="identifiers")


def _tell_providers(*, by, call: PhoneCall) -> None:
    names = {group["code"]: group["name"] for group in (call.script.groups if call.script else [])}
    heard = ", ".join(names.get(code, code) for code, is_yes in call.red_flags.items() if is_yes)
    raise_alert(
        by=by,
        patient=call.patient,
        kind="call_red_flag",
        text=f"Red flag on the phone ({heard}): {call.caller}. {call.get_outcome_display()}.",
        severity=Alert.Severity.DANGER,
        source_key=f"call:{call.pk}",
        pool=Role.PROVIDER.value,
    )
