"""Vital signs, lists, notes and vaccines through the services."""

import datetime as dt
from decimal import Decimal as D

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import NotAllowed, Refused, Stale
from clinic.core.time import now
from inventory.models import Lot, StockLevel
from records import services
from records.models import (
    Allergy,
    AllergyStatement,
    Immunization,
    Medication,
    Note,
    Problem,
    RedFlag,
    ReviewStamp,
    VitalReading,
    VitalSet,
)
from records.services import VitalsRefused
from tests.factories import inventory as shelf
from tests.factories import records as make
from tests.factories.staff import actor_for, make_member

entry, pressure = make.entry, make.pressure


def actions(name):
    return AuditEvent.objects.filter(action=name).count()


def test_record_vitals_keeps_what_was_typed_and_what_it_means(ma, encounter):
    row = make.record(
        ma,
        encounter,
        *pressure(128, 84, detail={"site": "LA"}),
        entry("temp", "98.6"),
        entry("weight", "154.3"),
        entry("pulse", not_done="refused"),
    )
    found = {one.vital: one for one in row.readings.all()}
    assert (found["weight"].entered_value, found["weight"].value) == ("154.3", D("69.989"))
    assert found["temp"].value == 37
    assert found["temp"].detail == {"route": "oral"}
    assert found["pulse"].not_done_reason == "refused"
    assert found["pulse"].value is None
    assert found["systolic"].detail == {"site": "LA"}
    assert not row.is_late
    event = AuditEvent.objects.get(action="vitals.recorded")
    assert event.detail["vitals"] == ["diastolic", "pulse", "systolic", "temp", "weight"]
    assert event.detail["red"] == 0


def test_record_vitals_refuses_and_saves_nothing(ma, encounter):
    with pytest.raises(VitalsRefused) as caught:
        make.record(ma, encounter, entry("pulse", "310"), entry("resp", "22"), entry("temp", "98.6"))
    assert {key: one.tier for key, one in caught.value.problems.items()} == {
        ("pulse", 1): "reject",
        ("resp", 1): "confirm",
    }
    assert not VitalSet.objects.exists()
    assert not VitalReading.objects.exists()
    assert actions("vitals.recorded") == 0


def test_a_pressure_red_in_both_numbers_is_one_flag(ma, encounter):
    row = make.record(ma, encounter, *pressure(212, 124))
    flag = row.red_flags.get()
    assert "ystolic" in flag.text
    assert "iastolic" in flag.text
    assert row.readings.filter(tier="red").count() == 2


def test_a_confirmed_value_says_who_confirmed(ma, encounter):
    row = make.record(ma, encounter, entry("resp", "22", is_confirmed=True))
    reading = row.readings.get()
    assert (reading.tier, reading.confirmed_by_id) == ("confirm", ma.member_id)
    assert reading.confirmed_at == row.recorded_at


def test_a_red_value_saves_and_flags_until_acknowledged(ma, provider, encounter):
    row = make.record(ma, encounter, *pressure(190, 95), entry("spo2", "90"))
    flags = {flag.text: flag for flag in RedFlag.objects.filter(encounter=encounter)}
    assert sorted(flags) == ["SpO₂ at or below 91 %", "Systolic above 180 mmHg"]
    flag = flags["Systolic above 180 mmHg"]
    with pytest.raises(Refused, match="what was done"):
        services.acknowledge_red_flag(by=provider, flag=flag, action=" ")
    services.acknowledge_red_flag(by=provider, flag=flag, action="Repeat")
    with pytest.raises(Refused, match="already"):
        services.acknowledge_red_flag(by=provider, flag=flag, action="Again")
    flag.refresh_from_db()
    assert (flag.action, flag.acknowledged_by_id) == ("Repeat", provider.member_id)
    assert RedFlag.objects.filter(acknowledged_at__isnull=True).count() == 1
    assert row.readings.get(vital="systolic").tier == "red"


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (dt.timedelta(minutes=5), "future"),
        (dt.timedelta(days=-2), "more than a day before"),
    ],
)
def test_a_wrong_time_is_refused(ma, encounter, shift, words):
    with pytest.raises(Refused, match=words):
        make.record(ma, encounter, entry("pulse", "72"), measured_at=now() + shift)
    assert not VitalSet.objects.exists()


def test_a_late_entry_is_labeled(ma, encounter):
    assert make.record(ma, encounter, entry("pulse", "72"), measured_at=now() - dt.timedelta(hours=3)).is_late


def test_an_empty_set_is_refused(ma, encounter):
    with pytest.raises(Refused, match="Nothing to save"):
        make.record(ma, encounter)


def test_retracting_takes_a_set_out_of_comparisons_and_closes_its_flags(ma, encounter):
    wrong = make.record(ma, encounter, entry("weight", "300"), *pressure(190, 95))
    services.retract_vitals(by=ma, vital_set=wrong, reason="Typed for somebody else")
    assert not RedFlag.objects.filter(acknowledged_at__isnull=True).exists()
    make.record(ma, encounter, entry("weight", "154.3"))
    with pytest.raises(Refused, match="already"):
        services.retract_vitals(by=ma, vital_set=wrong, reason="Again")
    with pytest.raises(Refused, match="why"):
        services.retract_vitals(by=ma, vital_set=VitalSet.objects.latest("measured_at"), reason="")
    assert VitalSet.objects.filter(retracted_at__isnull=True).count() == 1


def test_replacing_another_patients_set_is_refused(ma, encounter):
    other = make.make_encounter(make.make_patient("Tom", "Chen"))
    theirs = make.record(ma, other, entry("pulse", "72"))
    with pytest.raises(Refused, match="another patient"):
        make.record(ma, encounter, entry("pulse", "80"), replaces=theirs)
    theirs.refresh_from_db()
    assert theirs.retracted_at is None
    assert VitalSet.objects.count() == 1


def test_the_last_weight_of_another_patient_is_not_compared(ma, encounter):
    other = make.make_encounter(make.make_patient("Tom", "Chen"))
    make.record(ma, other, entry("weight", "300"))
    assert make.record(ma, encounter, entry("weight", "154.3")).readings.get().tier == "ok"


def test_allergies_and_the_explicit_none(ma, patient, encounter):
    services.state_no_known_allergies(by=ma, patient=patient, encounter=encounter)
    row = services.add_allergy(
        by=ma, patient=patient, substance="Penicillin", reaction="anaphylaxis", severity="severe"
    )
    assert row.is_dangerous
    assert AllergyStatement.objects.latest("at").no_known is False
    with pytest.raises(Refused, match="already"):
        services.add_allergy(by=ma, patient=patient, substance="penicillin")
    with pytest.raises(Refused, match="active allergy"):
        services.state_no_known_allergies(by=ma, patient=patient)
    assert Allergy.objects.count() == 1
    services.retract_allergy(by=ma, allergy_id=row.pk, reason="Was the sister")
    services.state_no_known_allergies(by=ma, patient=patient)
    row.refresh_from_db()
    assert row.is_error
    assert row.retract_reason == "Was the sister"


def test_reviewing_blank_allergies_is_refused(ma, patient):
    with pytest.raises(Refused, match="blank"):
        services.review_list(by=ma, patient=patient, list_name="allergies")
    assert not ReviewStamp.objects.exists()
    services.review_list(by=ma, patient=patient, list_name="medications", changed=True)
    stamp = ReviewStamp.objects.get()
    assert (stamp.list_name, stamp.changed, stamp.kind, stamp.by_id) == (
        "medications",
        True,
        "reviewed",
        ma.member_id,
    )


def test_another_patients_visit_changes_nothing(ma, patient):
    other = make.make_encounter(make.make_patient("Tom", "Chen"))
    for act in (
        lambda: services.add_allergy(by=ma, patient=patient, substance="Latex", encounter=other),
        lambda: services.add_problem(by=ma, patient=patient, text="Asthma", encounter=other),
        lambda: services.add_medication(by=ma, patient=patient, name="Lisinopril", encounter=other),
        lambda: services.review_list(by=ma, patient=patient, list_name="problems", encounter=other),
        lambda: services.confirm_identity(
            by=ma, patient=patient, identifiers=("name", "mrn"), moment="rooming", encounter=other
        ),
    ):
        with pytest.raises(Refused, match="another patient"):
            act()
    assert [m.objects.count() for m in (Allergy, Problem, Medication)] == [0, 0, 0]
    assert not ReviewStamp.objects.exists()


def test_a_stale_medication_edit_is_refused(ma, provider, patient):
    row = services.add_medication(by=ma, patient=patient, name="Lisinopril", dose="10 mg")
    services.update_medication(by=provider, medication_id=row.pk, version=1, dose="20 mg")
    with pytest.raises(Stale) as caught:
        services.update_medication(by=ma, medication_id=row.pk, version=1, dose="40 mg")
    assert caught.value.theirs == {"dose": "20 mg"}
    row.refresh_from_db()
    assert (row.dose, row.version) == ("20 mg", 2)
    services.stop_medication(by=ma, medication_id=row.pk, on=dt.date(2026, 1, 2), reason="Cough")
    with pytest.raises(Refused, match="already"):
        services.stop_medication(by=ma, medication_id=row.pk, on=dt.date(2026, 1, 2))
    row.refresh_from_db()
    assert (row.status, row.stop_reason) == ("stopped", "Cough")


def test_identity_needs_two_identifiers(ma, patient):
    with pytest.raises(Refused, match="two identifiers"):
        services.confirm_identity(by=ma, patient=patient, identifiers=("name", "name"), moment="call")
    row = services.confirm_identity(by=ma, patient=patient, identifiers=("name", "birth_date"), moment="call")
    assert row.identifiers == ["name", "birth_date"]


def test_a_note_is_saved_signed_and_added_to(provider, ma, encounter):
    note = services.save_note(by=provider, encounter=encounter, sections={"plan": "Rest", "x": "no"})
    assert note.sections == {"plan": "Rest"}
    with pytest.raises(Stale):
        services.save_note(by=provider, encounter=encounter, sections={"plan": "B"}, version=7)
    with pytest.raises(NotAllowed):
        services.sign_note(by=ma, note=note)
    with pytest.raises(Refused, match="draft"):
        services.addend_note(by=provider, note=note, text="More")
    services.sign_note(by=provider, note=note)
    note.refresh_from_db()
    with pytest.raises(Refused, match="signed already"):
        services.sign_note(by=provider, note=note)
    more = services.addend_note(by=ma, note=note, text="Called back")
    assert (more.addends_id, more.signed_by_id, more.kind) == (note.pk, ma.member_id, "addendum")
    assert Note.objects.count() == 2


def test_an_empty_note_is_not_signed(provider, encounter):
    note = services.save_note(by=provider, encounter=encounter, sections={"plan": " "})
    with pytest.raises(Refused, match="empty"):
        services.sign_note(by=provider, note=note)
    note.refresh_from_db()
    assert note.signed_at is None


def test_an_encounter_is_signed_when_closed_with_a_signed_note(provider, encounter):
    note = services.save_note(by=provider, encounter=encounter, sections={"plan": "Rest"})
    closed = services.close_encounter(by=provider, encounter=encounter)
    assert closed.status == "closed"
    assert services.close_encounter(by=provider, encounter=encounter).ended_at == closed.ended_at
    services.sign_note(by=provider, note=note)
    encounter.refresh_from_db()
    assert encounter.status == "signed"
    services.reopen_encounter(by=provider, encounter=encounter, reason="Left too early")
    encounter.refresh_from_db()
    assert (encounter.status, encounter.ended_at) == ("open", None)


@pytest.fixture
def dose(db):
    return shelf.stocked(shelf.make_vaccine(cvx="150"), quantity=2)


def give(by, encounter, dose, **fields):
    item, lot, place = dose
    today = now().date() - dt.timedelta(days=1)
    given = {
        "route": "IM",
        "site": "LD",
        "dose_ml": D("0.5"),
        "vis_edition_on": dt.date(2025, 1, 31),
        "vis_given_on": today,
        "ordered_by": "Dr. Shah",
    }
    return services.give_immunization(
        by=by, encounter=encounter, item=item, lot=lot, place=place, **given | fields
    )


def on_hand(dose):
    return StockLevel.objects.get(lot=dose[1], place=dose[2]).on_hand


def test_giving_a_vaccine_takes_the_dose_and_retracting_puts_it_back(ma, encounter, dose):
    row = give(ma, encounter, dose)
    assert on_hand(dose) == 1
    assert (row.lot_number, row.cvx, row.route, row.site, row.given_by_id) == (
        dose[1].number,
        "150",
        "IM",
        "LD",
        ma.member_id,
    )
    assert row.movement.reference == f"immunization:{row.pk}"
    services.retract_immunization(by=ma, immunization=row, reason="Not given, patient fainted")
    assert on_hand(dose) == 2
    with pytest.raises(Refused, match="already"):
        services.retract_immunization(by=ma, immunization=row, reason="Again")
    assert on_hand(dose) == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"site": ""}, "site"),
        ({"route": "IV"}, "route"),
        ({"dose_ml": D(0)}, "dose_ml"),
        ({"ordered_by": ""}, "ordered_by"),
        ({"eligibility": "V02"}, "lot"),
        ({"eligibility": "V99"}, "eligibility"),
        ({"vis_given_on": dt.date(2999, 1, 1)}, "vis_given_on"),
        ({"vis_edition_on": dt.date(2998, 1, 1)}, "vis_edition_on"),
    ],
)
def test_a_dose_that_is_refused_leaves_the_shelf_alone(ma, encounter, dose, fields, field):
    with pytest.raises(Refused) as caught:
        give(ma, encounter, dose, **fields)
    assert caught.value.field == field
    assert on_hand(dose) == 2
    assert not Immunization.objects.exists()


def test_an_expired_lot_is_refused(ma, encounter):
    expired = shelf.stocked(shelf.make_vaccine(cvx="150"), quantity=1)
    Lot.objects.filter(pk=expired[1].pk).update(expires_on=dt.date(2020, 1, 1))
    with pytest.raises(Refused, match="expired"):
        give(ma, encounter, expired)
    assert on_hand(expired) == 1
    assert not Immunization.objects.exists()


def test_who_may_not_give_is_denied_and_the_denial_is_kept(clinic, encounter, dose):
    clerk = actor_for(make_member("front_desk"))
    with pytest.raises(NotAllowed):
        give(clerk, encounter, dose)
    assert on_hand(dose) == 2
    assert not Immunization.objects.exists()
    assert AuditEvent.objects.get(action="scope.denied").detail["task"] == "give_vaccine"


def test_history_and_refusals(ma, patient, encounter):
    services.record_historical_immunization(by=ma, patient=patient, cvx="3", given_on=dt.date(1990, 1, 1))
    with pytest.raises(Refused, match="already"):
        services.record_historical_immunization(
            by=ma, patient=patient, cvx="03", given_on=dt.date(1990, 1, 1)
        )
    for cvx, day in (("777", dt.date(1990, 1, 1)), ("03", dt.date(1980, 1, 1)), ("03", dt.date(2999, 1, 1))):
        with pytest.raises(Refused):
            services.record_historical_immunization(by=ma, patient=patient, cvx=cvx, given_on=day)
    refusal = services.refuse_immunization(by=ma, encounter=encounter, cvx="141", reason="religious")
    assert (refusal.status, refusal.movement_id) == ("refused", None)
    assert sorted(Immunization.objects.values_list("cvx", "source", "status")) == [
        ("03", "historical", "completed"),
        ("141", "administered", "refused"),
    ]
