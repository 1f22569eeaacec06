"""Recording, retracting and answering for vital signs."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import insert_together, service
from clinic.core.errors import NotFound, Refused
from clinic.core.ids import uuid7
from clinic.core.profile import clinic_zone
from clinic.core.time import now, zone
from records.models import Encounter, RedFlag, VitalReading, VitalSet
from records.queries.limits import limits_on
from records.queries.vitals import past_values
from records.rules.vitals.check import Checked, Entry, Setting, check
from records.rules.vitals.limits import CONFIRM, RED, REJECT, months_old, select
from records.services._common import clean_text, need_member, retraction

PRESSURE = frozenset({"systolic", "diastolic"})

LATE = dt.timedelta(hours=2)
_DETAIL_LONGEST = 60


class VitalsRefused(Refused):
    """Some values cannot be saved as they stand; `problems` says which: (vital, sequence) -> Checked."""

    def __init__(self, problems: list[Checked]):
        rejected = sum(one.tier == REJECT for one in problems)
        message = "Correct the values marked red." if rejected else "Re-check the values marked amber."
        super().__init__(message, hint="Nothing was saved yet; what you typed is still here.")
        self.problems = {one.entry.key: one for one in problems}


@service
def record_vitals(
    *,
    by: Actor,
    encounter: Encounter,
    readings: Sequence[Entry],
    measured_at: dt.datetime | None = None,
    pregnancy: str = "",
    note: str = "",
    replaces: VitalSet | None = None,
    pk: UUID | None = None,
) -> VitalSet:
    """Saves one set with its readings; audited as `vitals.recorded`; a value in the red tier raises a flag.

    `pk` is the new set's key, for a caller that has to know it beforehand. The returned set has the flags
    that were raised as `raised`.

    Refuses (VitalsRefused) implausible values and unusual ones that were not re-checked, an empty set, a
    time in the future or before the visit's day, and replacing another patient's set.
    """
    need_member(by)
    at = measured_at or now()
    _check_time(encounter, at)
    patient = encounter.patient
    checked = check(readings, setting_for(patient, at, pregnancy))
    if not checked:
        raise Refused("Nothing to save yet: enter a value or a reason why there is none.")
    problems = [one for one in checked if one.is_problem]
    if problems:
        raise VitalsRefused(problems)
    row = VitalSet(
        pk=pk or uuid7(),
        patient=patient,
        encounter=encounter,
        measured_at=at,
        recorded_at=now(),
        recorded_by_id=by.member_id,
        pregnancy=pregnancy,
        note=clean_text(note)[:300],
        is_late=now() - at > LATE,
    )
    if replaces is not None:
        _replace(by, replaces, row)
    rows = [_reading(row, one, by) for one in checked]
    row.raised = _flags(row, checked, rows)
    event = audit.event(
        by,
        "vitals.recorded",
        obj=row,
        patient=patient,
        encounter=encounter.pk,
        vitals=sorted({one.entry.vital for one in checked}),
        red=len(row.raised),
        confirmed=sorted({one.entry.vital for one in checked if one.tier == CONFIRM}),
    )
    insert_together(row, *rows, *row.raised, event)
    return row


def setting_for(patient, at: dt.datetime, pregnancy: str) -> Setting:
    """Limits for the patient's age that day, and earlier values to compare with. Two queries."""
    day = at.astimezone(zone(clinic_zone())).date()
    months = months_old(patient.birth_date, day)
    conditions = frozenset({pregnancy} - {""})
    return Setting(select(limits_on(day), months, conditions), months, day, past_values(patient.pk, at))


def form_setting(patient, at: dt.datetime) -> Setting:
    """The same for the form's script, with the limits of every condition, as it may be chosen while typing."""
    day = at.astimezone(zone(clinic_zone())).date()
    months = months_old(patient.birth_date, day)
    every = frozenset(value for value in VitalSet.Pregnancy.values if value)
    return Setting(select(limits_on(day), months, every), months, day, past_values(patient.pk, at))


def _check_time(encounter: Encounter, at: dt.datetime) -> None:
    if at > now() + dt.timedelta(minutes=1):
        raise Refused("Vitals can’t be measured in the future.", field="measured_at")
    if at < encounter.started_at - dt.timedelta(hours=24):
        raise Refused("This time is more than a day before the visit.", field="measured_at")


def _replace(by: Actor, old: VitalSet, new: VitalSet) -> None:
    if old.patient_id != new.patient_id:
        raise Refused("These vitals are another patient’s.")
    if old.retracted_at is None:
        retract_vitals(by=by, vital_set=old, reason="Corrected by a new set")
    new.replaces = old


def _reading(row: VitalSet, one: Checked, by: Actor) -> VitalReading:
    entry = one.entry
    is_code = one.value is None or entry.vital == "lmp"
    code = (entry.code or entry.text.strip()) if is_code and not entry.not_done else ""
    confirmed = one.tier == CONFIRM and entry.is_confirmed
    return VitalReading(
        set=row,
        vital=entry.vital,
        sequence=entry.sequence,
        entered_value="" if entry.not_done else (entry.text.strip() or entry.code)[:24],
        entered_unit=entry.unit[:12],
        value=_stored(one),
        code_value=code[:24],
        detail={k: clean_text(v)[:_DETAIL_LONGEST] for k, v in entry.detail.items() if v},
        device=clean_text(entry.device)[:60],
        tier=one.tier,
        confirmed_at=row.recorded_at if confirmed else None,
        confirmed_by_id=by.member_id if confirmed else None,
        not_done_reason=entry.not_done,
        is_excluded=entry.is_excluded,
        exclude_reason=clean_text(entry.exclude_reason)[:120] if entry.is_excluded else "",
    )


def _stored(one: Checked):
    return None if one.value is None else round(one.value, 3)


def _flags(row: VitalSet, checked: Sequence[Checked], rows: Sequence[VitalReading]) -> list[RedFlag]:
    """One flag per measurement: a blood pressure that is red in both numbers is acknowledged once."""
    found: dict[tuple[str, int], tuple[VitalReading, list[str]]] = {}
    for one, reading in zip(checked, rows, strict=True):
        if one.tier == RED:
            what = "pressure" if reading.vital in PRESSURE else reading.vital
            found.setdefault((what, reading.sequence), (reading, []))[1].append(one.text)
    return [
        RedFlag(
            pk=uuid7(),
            patient_id=row.patient_id,
            encounter_id=row.encounter_id,
            set=row,
            reading=reading,
            text="; ".join(texts)[:200],
            raised_at=row.recorded_at,
        )
        for reading, texts in found.values()
    ]


@service
def retract_vitals(*, by: Actor, vital_set: VitalSet, reason: str) -> VitalSet:
    """Marks a set as entered in error: struck through, out of trends, its open red flags closed.

    Audited as `vitals.retracted`. Refuses a second time, and without a reason.
    """
    values = retraction(by, reason)
    changed = VitalSet.objects.filter(pk=vital_set.pk, retracted_at__isnull=True).update(**values)
    if not changed:
        raise Refused("This set was marked as entered in error already.")
    RedFlag.objects.filter(set_id=vital_set.pk, acknowledged_at__isnull=True).update(
        acknowledged_at=values["retracted_at"],
        acknowledged_by_id=by.member_id,
        action="Closed: the vitals were entered in error.",
    )
    audit.record(
        by, "vitals.retracted", obj=vital_set, patient=vital_set.patient_id, reason=values["retract_reason"]
    )
    for name, value in values.items():
        setattr(vital_set, name, value)
    return vital_set


@service
def acknowledge_red_flag(*, by: Actor, flag: RedFlag | UUID, action: str) -> RedFlag:
    """The provider has seen the flag and says what was done. Audited as `red_flag.acknowledged`.

    Refuses without an action in words, and a flag that somebody acknowledged already.
    """
    need_member(by)
    words = clean_text(action)
    if not words:
        raise Refused("Say what was done about it.", field="action")
    pk = getattr(flag, "pk", flag)
    changed = RedFlag.objects.filter(pk=pk, acknowledged_at__isnull=True).update(
        acknowledged_at=now(), acknowledged_by_id=by.member_id, action=words[:300]
    )
    row = RedFlag.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound("This red flag is not on file.")
    if not changed:
        raise Refused("Somebody has acknowledged this already.")
    audit.record(by, "red_flag.acknowledged", obj=row, patient=row.patient_id, action_taken=words[:300])
    return row
