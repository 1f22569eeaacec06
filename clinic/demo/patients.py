"""The patients' own rows: demographics, contacts, families, coverage, and the chart they bring along."""

from __future__ import annotations

import datetime as dt

from clinic.demo.data.insurance import Plan
from clinic.demo.dice import stream
from clinic.demo.hours import at
from clinic.demo.insurance import is_special
from clinic.demo.measures import measure
from clinic.demo.people import Person
from clinic.demo.rows import Rows
from clinic.demo.world import DEMO_KEY, World
from clinic.messaging.models import ContactConsent
from records.models import (
    Allergy,
    AllergyStatement,
    ContactPoint,
    Coverage,
    Encounter,
    Immunization,
    Medication,
    Note,
    Patient,
    Problem,
    RelatedPerson,
    VitalReading,
    VitalSet,
)
from records.rules.vaccines import vaccine_name
from records.services.registration import next_mrn, search_of

_EARLIER = (
    (
        "Check-up",
        "Here for a check-up. No new worries.",
        "Exam as before.",
        "Continue. Next visit as planned.",
    ),
    (
        "Cold and cough",
        "Runny nose and cough for five days.",
        "Throat red, lungs clear.",
        "Rest, fluids, honey.",
    ),
    ("Medicine review", "Medicines gone through together.", "No side effects found.", "No change."),
    ("Follow-up", "Feels better than last time.", "Exam improved.", "Continue, call if it comes back."),
)


def write_patients(rows: Rows, world: World) -> None:
    """All patients, each with a chart. Registered on different days over the last three years."""
    for person in world.people:
        dice = stream("registered", person.index)
        day = world.anchor - dt.timedelta(days=dice.randint(110, 1100))
        day = max(day, person.born + dt.timedelta(days=2))
        when = min(at(day, dt.time(9, dice.randint(0, 59)), world.zone), world.now - dt.timedelta(days=1))
        patient = _patient(rows, world, person, when)
        world.patients[person.index] = patient.pk
        clerk = world.members[("frontdesk", "lmarrero")[person.index % 2]]
        rows.audit("patient.registered", patient, at=when, by=clerk, patient=patient.pk, mrn=patient.mrn)
        _contacts(rows, world, person, patient, when)
        _relatives(rows, world, person, patient, when)
        _coverages(rows, world, person, patient, when)
        _lists(rows, world, person, patient, when)
        _history(rows, world, person, patient)


def _patient(rows: Rows, world: World, person: Person, when: dt.datetime) -> Patient:
    providers = [world.members["provider"], world.members["dbrandt"]]
    patient = Patient(
        pk=rows.id("patient", person.index, at=when), mrn=next_mrn(), first_name=person.first,
        middle_name=person.middle, last_name=person.last, preferred_name=person.preferred, pronouns=person.pronouns,
        sex_at_birth=person.sex, birth_date=person.born, language=person.language,
        needs_interpreter=person.interpreter, address_line1=person.address, address_line2=person.unit,
        city=person.city, state="IL", postal_code=person.postal_code, zone=world.location.zone,
        primary_provider=providers[person.provider], notes_for_desk=person.note,
        is_sensitive=stream("sensitive", person.index).random() < 0.008, external_ids={DEMO_KEY: person.index},
        created_at=when,
    )  # fmt: skip
    values = [person.phone, *([person.email] if person.email else [])]
    patient.search = search_of(patient, values, [person.member_id] if person.member_id else [])
    return rows.add(patient)


def _contacts(rows: Rows, world: World, person: Person, patient: Patient, when: dt.datetime) -> None:
    dice = stream("contacts", person.index)
    has_mobile = person.age(world.anchor) < 78 or dice.random() < 0.5
    kinds = [("mobile" if has_mobile else "home", person.phone)]
    kinds += [("email", person.email)] if person.email else []
    for rank, (kind, value) in enumerate(kinds, 1):
        rows.add(
            ContactPoint(pk=rows.id("contact", person.index, kind, at=when), patient=patient, kind=kind, value=value,
                         rank=rank, is_preferred=rank == 1, created_at=when)
        )  # fmt: skip
    for channel, value in (("sms", person.phone if has_mobile else ""), ("email", person.email)):
        agrees = dice.random() < 0.9
        if value:
            rows.add(
                ContactConsent(
                    pk=rows.id("consent", person.index, channel, at=when), patient=patient, channel=channel,
                    address=value, purpose="all", is_granted=agrees, how="written", at=when, created_at=when,
                    wording="May we send you reminders of your visits?", by=world.members["frontdesk"],
                    by_label=world.members["frontdesk"].name,
                )
            )  # fmt: skip


def _relatives(rows: Rows, world: World, person: Person, patient: Patient, when: dt.datetime) -> None:
    adults = [p for p in person.relatives if p.age(world.anchor) >= 18]
    is_child = person.age(world.anchor) < 18
    for number, other in enumerate(adults[: 2 if is_child else 1]):
        words = ("Mother" if other.sex == "female" else "Father") if is_child else _relation(person, other)
        if is_child and other.place == "elder":
            words = "Grandparent"
        rows.add(
            RelatedPerson(
                pk=rows.id("related", person.index, number, at=when), patient=patient, name=other.name, relation=words,
                phone=other.phone, is_emergency=number == 0, is_guardian=is_child and other.place != "elder",
                may_discuss=True, starts_on=when.date(), created_at=when,
            )
        )  # fmt: skip


def _relation(person: Person, other: Person) -> str:
    if {person.place, other.place} == {"head", "partner"}:
        return "Spouse"
    if person.place == "elder":
        return "Daughter" if other.sex == "female" else "Son"
    return "Mother" if other.sex == "female" and other.age(person.born) > 14 else "Family"


def _coverages(rows: Rows, world: World, person: Person, patient: Patient, when: dt.datetime) -> None:
    for rank, plan in enumerate([p for p in (person.plan, person.second_plan) if p], 1):
        dice = stream("coverage", person.index, rank)
        start = dt.date(world.anchor.year - dice.choice((0, 0, 1, 2)), dice.choice((1, 1, 1, 4, 7)), 1)
        # Where the payer has something to say, nobody has asked yet: the demo shows it being found out.
        verified = dice.random() < 0.8 and not (rank == 1 and is_special(person.member_id))
        rows.add(_coverage(rows, world, person, patient, when, rank, plan, start, verified, dice))


def _coverage(
    rows, world, person: Person, patient, when, rank, plan: Plan, start, verified, dice
) -> Coverage:
    holder = person.subscriber
    checked = max(
        when + dt.timedelta(minutes=6),
        world.now - dt.timedelta(days=dice.randint(1, 20), minutes=dice.randint(0, 400)),
    )
    relation = "self" if holder is None else "spouse" if person.place == "partner" else "child"
    return Coverage(
        pk=rows.id("coverage", person.index, rank, at=when), patient=patient, payer=world.payers[plan.payer],
        plan_name=plan.plan, rank=rank,
        member_id=person.member_id if rank == 1 else f"{plan.prefix}{dice.randint(10_000_000, 99_999_999)}",
        group_number=person.group if rank == 1 else "", relationship=relation,
        subscriber_name=holder.name if holder else "", subscriber_birth_date=holder.born if holder else None,
        starts_on=min(start, world.anchor), copay_office=plan.copay, created_at=when,
        verified_at=checked if verified else None, verified_by=world.members["frontdesk"] if verified else None,
        verify_note="Checked on the payer's website" if verified else "",
    )  # fmt: skip


def _lists(rows: Rows, world: World, person: Person, patient: Patient, when: dt.datetime) -> None:
    chart = world.charts[person.index]
    nurse = world.members["ma"]
    common = {"patient": patient, "recorded_by": nurse, "recorded_at": when, "created_at": when}
    for condition, since in chart.conditions:
        rows.add(
            Problem(pk=rows.id("problem", person.index, condition.key, at=when), text=condition.words,
                    code=world.codes.get(condition.code), onset_on=since, **common)
        )  # fmt: skip
    medicines = [(*m[:5], m[5], False) for m in chart.medicines]
    medicines += [(*m, "taking", None, True) for m in chart.over_the_counter]
    for number, (name, dose, route, often, status, since, counter) in enumerate(medicines):
        rows.add(
            Medication(pk=rows.id("medicine", person.index, number, at=when), name=name, dose=dose, route=route,
                       frequency=often, status=status, started_on=since, is_over_the_counter=counter, **common)
        )  # fmt: skip
    for substance, category, reaction, severity in chart.allergies:
        rows.add(
            Allergy(pk=rows.id("allergy", person.index, substance, at=when), substance=substance, category=category,
                    reaction=reaction, severity=severity, kind="intolerance" if severity == "mild" else "allergy",
                    **common)
        )  # fmt: skip
    if not chart.allergies and stream("no allergies", person.index).random() < 0.93:
        rows.add(
            AllergyStatement(pk=rows.id("no-allergy", person.index, at=when), patient=patient, no_known=True, by=nurse,
                             at=when, created_at=when)
        )  # fmt: skip
    for number, (cvx, day) in enumerate(chart.doses):
        noon = at(day, dt.time(12), world.zone)
        rows.add(
            Immunization(pk=rows.id("dose", person.index, number, at=when), patient=patient, source="historical",
                         cvx=cvx, vaccine=vaccine_name(cvx), given_at=noon, is_day_only=True, recorded_by=nurse,
                         recorded_at=max(when, noon), created_at=when, note="From the state registry")
        )  # fmt: skip


def _history(rows: Rows, world: World, person: Person, patient: Patient) -> None:
    """Earlier visits with vitals and a signed note, so that trends have something to show."""
    chart = world.charts[person.index]
    author = world.members[("provider", "dbrandt")[person.provider]]
    for number, day in enumerate(chart.visited_on):
        dice = stream("history", person.index, number)
        start = at(day, dt.time(dice.randint(8, 15), dice.choice((0, 10, 20, 30, 40, 50))), world.zone)
        words = dice.choice(_EARLIER)
        encounter = rows.add(
            Encounter(pk=rows.id("history", person.index, number, at=start), patient=patient, provider=author,
                      started_at=start, ended_at=start + dt.timedelta(minutes=dice.randint(28, 62)), status="signed",
                      reason=words[0], location_label=world.location.name, opened_by=world.members["frontdesk"],
                      created_at=start)
        )  # fmt: skip
        measured = start + dt.timedelta(minutes=11)
        write_vitals(rows, encounter, measure(person, chart, day, world.limits, complaint=None, name=number),
                     measured, world.members["tboyd"], name=("history", person.index, number), flags=False)  # fmt: skip
        signed = start + dt.timedelta(minutes=75)
        rows.add(
            Note(pk=rows.id("history note", person.index, number, at=signed), patient=patient, encounter=encounter,
                 author=author, signed_at=signed, signed_by=author, version=2, created_at=start,
                 sections={"subjective": words[1], "objective": words[2], "assessment": words[0], "plan": words[3]})
        )  # fmt: skip


def write_vitals(rows: Rows, encounter: Encounter, values, measured: dt.datetime, who, *, name, flags: bool):
    """One set with its readings; values in the red tier are returned so that the caller raises flags."""
    recorded = measured + dt.timedelta(minutes=1)
    vital_set = rows.add(
        VitalSet(pk=rows.id("vitals", *name, at=measured), patient_id=encounter.patient_id, encounter=encounter,
                 measured_at=measured, recorded_at=recorded, recorded_by=who, created_at=recorded)
    )  # fmt: skip
    red = []
    for value in values:
        confirmed = value.tier == "confirm"
        reading = rows.add(
            VitalReading(
                pk=rows.id("reading", *name, value.vital, value.sequence, at=measured), set=vital_set,
                vital=value.vital, sequence=value.sequence, entered_value=value.entered, entered_unit=value.unit,
                value=value.value, detail=value.detail or {}, tier=value.tier if flags or value.tier != "red" else "ok",
                confirmed_at=recorded if confirmed else None, confirmed_by=who if confirmed else None,
                created_at=recorded,
            )
        )  # fmt: skip
        if flags and value.tier == "red":
            red.append((reading, value.text))
    return vital_set, red
