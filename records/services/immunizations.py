"""Giving, refusing, recording and taking back a vaccine dose."""

import datetime as dt
from decimal import Decimal

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import insert_together, service
from clinic.core.errors import NotAllowed, NotFound, Refused
from clinic.core.ids import uuid7
from clinic.core.profile import clinic_zone
from clinic.core.time import local_day, now, today, zone
from clinic.staff.scope import may_perform
from inventory import services as stock
from records.models import Encounter, Immunization, Patient
from records.rules import vaccines
from records.services._common import check_fields, clean_text, need_member, retraction
from records.services.encounters import same_patient

TASK = "give_vaccine"


def permission_to_give(by: Actor, on: dt.date):
    """Scope of practice, asked at the keyboard and again on saving. The answer says why not.

    A denial is written to the audit trail, so this is asked before a transaction that the denial ends.
    """
    need_member(by)
    return may_perform(TASK, by, on)


def give_immunization(
    *,
    by: Actor,
    encounter: Encounter,
    item,
    lot,
    place,
    route: str,
    site: str,
    dose_ml: Decimal,
    vis_edition_on: dt.date,
    vis_given_on: dt.date,
    ordered_by: str = "",
    eligibility: str = "V01",
    given_at: dt.datetime | None = None,
    note: str = "",
) -> Immunization:
    """Records a dose given now and takes it from its lot in the same transaction.

    Audited as `immunization.given` (and `scope.denied` when refused by scope of practice). Refuses: no
    scope, no order where one is needed, an item that is no vaccine, a lot that is expired, quarantined,
    empty, of another item or of the wrong funding, a route or site that is none, an information statement
    handed out in the future.
    """
    at = given_at or now()
    on = at.astimezone(zone(clinic_zone())).date()
    allowed = permission_to_give(by, on)
    if not allowed.allowed:
        raise NotAllowed(allowed.reason)
    if allowed.order_needed and not clean_text(ordered_by):
        raise Refused("An order is needed: who ordered it, or which standing order?", field="ordered_by")
    _check_dose(item, lot, route, site, dose_ml, eligibility)
    _check_dates(at, on, vis_edition_on, vis_given_on)
    row = Immunization(
        pk=uuid7(),
        patient_id=encounter.patient_id,
        encounter=encounter,
        source=Immunization.Source.ADMINISTERED,
        cvx=item.cvx.zfill(2),
        vaccine=vaccines.vaccine_name(item.cvx),
        mvx=lot.manufacturer or item.mvx,
        lot=lot,
        lot_number=lot.number,
        expires_on=lot.expires_on,
        ndc=lot.ndc or item.ndc,
        dose_ml=dose_ml,
        route=route,
        site="" if route in vaccines.NO_SITE else site,
        given_at=at,
        given_by_id=by.member_id,
        given_by_label=by.label[:160],
        ordered_by=clean_text(ordered_by)[:160],
        vis_edition_on=vis_edition_on,
        vis_given_on=vis_given_on,
        funding=lot.funding,
        eligibility=eligibility,
        note=clean_text(note)[:300],
        recorded_by_id=by.member_id,
        recorded_at=now(),
    )
    return _give(by=by, row=row, item=item, place=place, on=on)


@service
def _give(*, by: Actor, row: Immunization, item, place, on: dt.date) -> Immunization:
    row.movement = stock.issue_stock(
        by=by,
        item=item,
        lot=row.lot,
        place=place,
        quantity=Decimal(1),
        reference=f"immunization:{row.pk}",
        on=on,
    )
    check_fields(row)
    event = audit.event(
        by,
        "immunization.given",
        obj=row,
        patient=row.patient_id,
        cvx=row.cvx,
        lot=str(row.lot_id),
        movement=str(row.movement_id),
    )
    insert_together(row, event)
    return row


def _check_dose(item, lot, route: str, site: str, dose_ml: Decimal, eligibility: str) -> None:
    if not item.cvx:
        raise Refused("This item is no vaccine.", field="item")
    if lot.item_id != item.pk:
        raise Refused("This lot is of another item.", field="lot")
    if eligibility not in vaccines.FUNDING_OF:
        raise Refused("Choose the patient’s eligibility.", field="eligibility")
    if lot.funding and vaccines.FUNDING_OF[eligibility] != lot.funding:
        raise Refused(
            "This lot was paid for by another program.",
            field="lot",
            hint="Choose a lot of the funding that fits the eligibility.",
        )
    if route not in dict(vaccines.ROUTES):
        raise Refused("Choose the route.", field="route")
    if route not in vaccines.NO_SITE and site not in dict(vaccines.SITES):
        raise Refused("Choose the site.", field="site")
    if not Decimal("0.01") <= dose_ml <= 10:
        raise Refused("The dose has to be 0.01 to 10 mL.", field="dose_ml")


def _check_dates(at: dt.datetime, on: dt.date, edition: dt.date, handed: dt.date) -> None:
    if at > now() + dt.timedelta(minutes=1):
        raise Refused("A dose can’t be given in the future.", field="given_at")
    if handed > on:
        raise Refused("The statement is handed out before the dose.", field="vis_given_on")
    if edition > handed:
        raise Refused("This edition is newer than the day it was handed out.", field="vis_edition_on")


@service
def record_historical_immunization(
    *,
    by: Actor,
    patient: Patient,
    cvx: str,
    given_on: dt.date,
    mvx: str = "",
    lot_number: str = "",
    note: str = "",
    encounter: Encounter | None = None,
    source_key: str | None = None,
) -> Immunization:
    """Records a dose given elsewhere, by its day. Audited as `immunization.recorded`.

    Refuses a code that is none, a day in the future or before birth, and the same vaccine on the same day.
    """
    same_patient(getattr(encounter, "pk", None), patient.pk)
    code = cvx.strip().zfill(2)
    if code not in vaccines.vaccines():
        raise Refused("This is no vaccine code.", field="cvx")
    if given_on > today(clinic_zone()) or given_on < patient.birth_date:
        raise Refused("The day has to be between birth and today.", field="given_on")
    start, end = local_day(given_on, clinic_zone())
    if Immunization.objects.filter(
        patient=patient,
        cvx=code,
        given_at__gte=start,
        given_at__lt=end,
        retracted_at__isnull=True,
        status=Immunization.Status.COMPLETED,
    ).exists():
        raise Refused("This vaccine is recorded for that day already.", field="given_on")
    row = Immunization(
        patient=patient,
        encounter=encounter,
        source=Immunization.Source.HISTORICAL,
        cvx=code,
        vaccine=vaccines.vaccine_name(code),
        mvx=mvx.strip().upper(),
        lot_number=clean_text(lot_number)[:60],
        given_at=start + (end - start) / 2,
        is_day_only=True,
        note=clean_text(note)[:300],
        recorded_by_id=by.member_id,
        recorded_at=now(),
        source_key=source_key,
    )
    check_fields(row)
    row.save(force_insert=True)
    audit.record(by, "immunization.recorded", obj=row, patient=patient, cvx=code, source="historical")
    return row


@service
def refuse_immunization(
    *, by: Actor, encounter: Encounter, cvx: str, reason: str, note: str = ""
) -> Immunization:
    """Records that a vaccine was offered and refused, and why. Audited as `immunization.refused`."""
    need_member(by)
    code = cvx.strip().zfill(2)
    if code not in vaccines.vaccines():
        raise Refused("This is no vaccine code.", field="cvx")
    if reason not in dict(vaccines.REFUSALS):
        raise Refused("Choose the reason.", field="reason")
    row = Immunization.objects.create(
        patient_id=encounter.patient_id,
        encounter=encounter,
        source=Immunization.Source.ADMINISTERED,
        status=Immunization.Status.REFUSED,
        refusal_reason=reason,
        cvx=code,
        vaccine=vaccines.vaccine_name(code),
        given_at=now(),
        recorded_by_id=by.member_id,
        recorded_at=now(),
        note=clean_text(note)[:300],
    )
    audit.record(by, "immunization.refused", obj=row, patient=row.patient_id, cvx=code, reason=reason)
    return row


@service
def retract_immunization(*, by: Actor, immunization: Immunization, reason: str) -> Immunization:
    """Marks a dose as entered in error and puts it back into its lot. Audited as `immunization.retracted`.

    For a dose that was not given. A dose given wrongly stays on record. Refuses a second time.
    """
    values = retraction(by, reason)
    changed = Immunization.objects.filter(pk=immunization.pk, retracted_at__isnull=True).update(**values)
    row = Immunization.objects.select_related("movement").filter(pk=immunization.pk).first()
    if row is None:
        raise NotFound("This dose is not in the chart.")
    if not changed:
        raise Refused("This dose was marked as entered in error already.")
    if row.movement_id:
        stock.reverse_movement(by=by, movement=row.movement, reason=values["retract_reason"])
    audit.record(
        by,
        "immunization.retracted",
        obj=row,
        patient=row.patient_id,
        reason=values["retract_reason"],
        movement=str(row.movement_id or ""),
    )
    return row
