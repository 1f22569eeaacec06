"""Charges: proposed by who did it, pointed at diagnoses, approved by who answers for them."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing import services
from billing.models import (
    Charge,
    EncounterDiagnosis,
    FeeItem,
    JournalEntry,
    PatientBalance,
    UnchargedVisit,
    VisitTypeFee,
)
from billing.queries import balance, uncharged_encounters
from billing.queries.charges import capture
from billing.queries.codes import diagnosis_on, outdated_release
from billing.queries.fees import fee_on
from billing.queries.queue import billing_queue
from billing.queries.verify import verify_ledger
from clinic.audit.models import AuditEvent
from clinic.core.errors import ClinicError, Refused, Stale
from tests.factories.billing import (
    SYSTEM,
    give_dose,
    make_code,
    make_encounter,
    make_fee,
    make_visit,
    paid,
)
from tests.factories.scheduling import EARLY, TUESDAY, Clinic, at, make_patient, visit_type
from tests.inventory.test_races import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def pointed_charge(encounter, code="LOC-101", diagnosis=None):
    diagnosis = diagnosis or services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
    return services.propose_charge(by=SYSTEM, encounter=encounter, code=code, diagnoses=[diagnosis])


def test_a_charge_takes_the_price_of_the_day_of_service():
    make_fee("LOC-101", "100.00", effective_to=dt.date(2026, 2, 28))
    make_fee("LOC-101", "110.00", effective_from=dt.date(2026, 3, 1))
    before, after = make_encounter(day=dt.date(2026, 2, 28)), make_encounter()
    charges = [
        services.propose_charge(by=SYSTEM, encounter=row, code="loc-101", units=2) for row in (before, after)
    ]
    assert [(row.unit_price, row.amount, row.service_on) for row in charges] == [
        (100, 200, dt.date(2026, 2, 28)),
        (110, 220, TUESDAY),
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"code": "LOC-999"}, "no price on 03/10/2026"), ({"units": 0}, "1 to 99"), ({"units": 100}, "1 to 99")],
)
def test_propose_charge_refuses(fields, words):
    make_fee("LOC-101")
    with pytest.raises(Refused, match=words):
        services.propose_charge(by=SYSTEM, encounter=make_encounter(), **{"code": "LOC-101"} | fields)
    assert not Charge.objects.exists()


def test_a_visit_proposes_its_type_and_each_dose_with_its_administration_once():
    make_fee("LOC-101")
    make_fee("VAC-150", "32.00", kind="vaccine", cvx="150")
    make_fee("ADM-1", "20.00", kind="admin")
    _, encounter = make_visit(code="LOC-101")
    dose, free = give_dose(encounter), give_dose(encounter, funding="vfc")
    made = services.propose_visit_charges(by=SYSTEM, encounter=encounter)
    assert sorted(row.code for row in made) == ["ADM-1", "ADM-1", "LOC-101", "VAC-150"]
    assert {row.source for row in made if row.code == "VAC-150"} == {f"immunization:{dose.pk}"}
    assert not any(row.source == f"immunization:{free.pk}" for row in made)
    assert services.propose_visit_charges(by=SYSTEM, encounter=encounter) == []


def test_a_voided_proposal_is_not_proposed_again_and_a_retracted_dose_takes_its_own_back():
    make_fee("VAC-150", kind="vaccine", cvx="150")
    make_fee("LOC-101")
    _, encounter = make_visit(code="LOC-101")
    dose = give_dose(encounter)
    first = services.propose_visit_charges(by=SYSTEM, encounter=encounter)
    services.void_charge(
        by=SYSTEM, charge=next(row for row in first if row.code == "LOC-101"), reason="No charge"
    )
    retract(dose)
    assert services.propose_visit_charges(by=SYSTEM, encounter=encounter) == []
    assert set(Charge.objects.values_list("code", "state", "void_reason")) == {
        ("LOC-101", "void", "No charge"),
        ("VAC-150", "void", "Dose retracted"),
    }


def retract(dose):
    dose.retracted_at, dose.retracted_by, dose.retract_reason = EARLY, dose.given_by, "Wrong patient"
    dose.save(update_fields=["retracted_at", "retracted_by", "retract_reason"])


def test_a_charge_of_a_retracted_dose_is_not_approved_and_an_approved_one_is_on_the_queue():
    make_fee("VAC-150", "32.00", kind="vaccine", cvx="150")
    encounter = make_encounter()
    services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
    early, late = give_dose(encounter), give_dose(encounter)
    first, second = services.propose_visit_charges(by=SYSTEM, encounter=encounter)
    services.approve_charges(by=SYSTEM, charges=[first])
    retract(early)
    retract(late)
    with pytest.raises(Refused, match="was retracted"):
        services.approve_charges(by=SYSTEM, charges=[second])
    assert [(row.kind, row.money, row.act) for row in billing_queue("retracted").rows] == [
        ("retracted", 32, "Void")
    ]
    services.void_charge(by=SYSTEM, charge=first, reason="Dose retracted")
    assert billing_queue("retracted").rows == []


def test_diagnoses_are_lettered_in_order_and_the_first_is_pointed_at_by_itself():
    make_fee("LOC-101")
    encounter = make_encounter()
    charge = services.propose_charge(by=SYSTEM, encounter=encounter, code="LOC-101")
    first, second, third = (
        services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code()) for _ in range(3)
    )
    assert [row.letter for row in (first, second, third)] == ["A", "B", "C"]
    assert [pointer.diagnosis for pointer in charge.pointers.all()] == [first]
    services.move_diagnosis(by=SYSTEM, diagnosis=third, up=True)
    assert list(EncounterDiagnosis.objects.filter(encounter=encounter).values_list("pk", flat=True)) == [
        first.pk,
        third.pk,
        second.pk,
    ]
    services.remove_diagnosis(by=SYSTEM, diagnosis=first)
    assert list(EncounterDiagnosis.objects.values_list("pk", "rank")) == [(third.pk, 1), (second.pk, 2)]
    assert not charge.pointers.exists()


def test_a_visit_carries_twelve_diagnoses_and_a_charge_four():
    make_fee("LOC-101")
    encounter = make_encounter()
    rows = [services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code()) for _ in range(12)]
    with pytest.raises(Refused, match="up to 12"):
        services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
    charge = services.propose_charge(by=SYSTEM, encounter=encounter, code="LOC-101")
    services.point_charge(by=SYSTEM, charge=charge, diagnoses=[rows[3], rows[0], rows[2], rows[1]])
    assert [pointer.diagnosis.letter for pointer in charge.pointers.all()] == ["D", "A", "C", "B"]
    with pytest.raises(Refused, match="up to 4"):
        services.point_charge(by=SYSTEM, charge=charge, diagnoses=rows[:5])
    with pytest.raises(Refused, match="one to four"):
        services.point_charge(by=SYSTEM, charge=charge, diagnoses=[])
    assert charge.pointers.count() == 4


def test_diagnoses_refused():
    encounter = make_encounter()
    listed = make_code("E119")
    services.add_diagnosis(by=SYSTEM, encounter=encounter, code=listed)
    with pytest.raises(Refused, match="on the list already"):
        services.add_diagnosis(by=SYSTEM, encounter=encounter, code=listed)
    with pytest.raises(Refused, match="is a heading"):
        services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code("E11", is_billable=False))
    assert EncounterDiagnosis.objects.count() == 1


def test_a_diagnosis_is_checked_in_the_release_of_the_service_date():
    make_code("E119", release="2025-10")
    dropped, added = make_code("E118", release="2025-10"), make_code("E117", release="2026-04")
    make_code("E119", release="2026-04")
    march, april = make_encounter(), make_encounter(day=dt.date(2026, 4, 1))
    with pytest.raises(Refused, match="not a valid ICD-10-CM code on 03/10/2026"):
        services.add_diagnosis(by=SYSTEM, encounter=march, code=added)
    with pytest.raises(Refused, match="not a valid ICD-10-CM code on 04/01/2026"):
        services.add_diagnosis(by=SYSTEM, encounter=april, code=dropped)
    services.add_diagnosis(by=SYSTEM, encounter=march, code=dropped)
    services.add_diagnosis(by=SYSTEM, encounter=april, code=added)
    assert diagnosis_on("E11.9", dt.date(2025, 9, 30)).release == "2025-10"
    assert diagnosis_on("E11.9", dt.date(2026, 3, 31)).release == "2025-10"
    assert diagnosis_on("E11.9", dt.date(2026, 4, 1)).release == "2026-04"
    assert outdated_release(dt.date(2026, 9, 30)) == ""
    assert outdated_release(dt.date(2026, 10, 1)) == "2026-04"


def test_the_rest_is_pointed_at_the_main_reason():
    make_fee("LOC-101")
    encounter = make_encounter()
    bare = services.propose_charge(by=SYSTEM, encounter=encounter, code="LOC-101")
    with pytest.raises(Refused, match="Add a diagnosis"):
        services.point_rest(by=SYSTEM, encounter=encounter)
    main, other = (services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code()) for _ in range(2))
    services.point_charge(by=SYSTEM, charge=bare, diagnoses=[other])
    second = services.propose_charge(by=SYSTEM, encounter=encounter, code="LOC-101")
    second.pointers.all().delete()
    assert services.point_rest(by=SYSTEM, encounter=encounter) == [second]
    assert [row.pointers.get().diagnosis for row in (bare, second)] == [other, main]


def test_a_charge_points_only_at_diagnoses_of_its_own_visit():
    make_fee("LOC-101")
    mine, other = make_encounter(), make_encounter()
    theirs = services.add_diagnosis(by=SYSTEM, encounter=other, code=make_code())
    with pytest.raises(Refused, match="another visit"):
        services.propose_charge(by=SYSTEM, encounter=mine, code="LOC-101", diagnoses=[theirs])
    assert not Charge.objects.exists()


def test_approving_posts_each_charge_once_and_raises_the_balance():
    make_fee("LOC-101", "120.00")
    encounter = make_encounter()
    charge = pointed_charge(encounter)
    [approved] = services.approve_charges(by=SYSTEM, charges=[charge])
    assert approved.entry.key == f"charge:{charge.pk}"
    assert balance(encounter.patient_id) == 120
    with pytest.raises(Refused, match="no longer a proposal"):
        services.approve_charges(by=SYSTEM, charges=[charge])
    assert balance(encounter.patient_id) == 120
    assert AuditEvent.objects.filter(action="charge.approved").count() == 1


def test_approving_is_all_or_none():
    make_fee("LOC-101")
    encounter = make_encounter()
    good = pointed_charge(encounter)
    bare = services.propose_charge(by=SYSTEM, encounter=encounter, code="LOC-101")
    bare.pointers.all().delete()
    with pytest.raises(Refused, match="points at no diagnosis"):
        services.approve_charges(by=SYSTEM, charges=[good, bare])
    assert Charge.objects.filter(state="approved").count() == 0
    assert not JournalEntry.objects.exists()


def test_a_charge_of_nothing_is_approved_without_an_entry():
    make_fee("LOC-000", "0.00")
    encounter = make_encounter()
    [row] = services.approve_charges(by=SYSTEM, charges=[pointed_charge(encounter, "LOC-000")])
    assert (row.state, row.entry) == ("approved", None)
    assert verify_ledger().wrong == []


def test_changing_a_proposal():
    make_fee("LOC-101", "100.00")
    make_fee("LOC-102", "150.00")
    charge = pointed_charge(make_encounter())
    changed = services.change_charge(
        by=SYSTEM, charge=charge, code="LOC-102", units=2, version=charge.version
    )
    assert (changed.code, changed.units, changed.amount) == ("LOC-102", 2, 300)
    with pytest.raises(Stale):
        services.change_charge(by=SYSTEM, charge=charge, code="LOC-101", units=1, version=charge.version)
    services.approve_charges(by=SYSTEM, charges=[changed])
    with pytest.raises(Refused, match="Only a proposal"):
        services.change_charge(by=SYSTEM, charge=charge, code="LOC-101", units=1)
    assert Charge.objects.get().amount == 300


def test_voiding_takes_the_entry_back_and_stays_visible():
    make_fee("LOC-101", "120.00")
    encounter = make_encounter()
    charge = pointed_charge(encounter)
    services.approve_charges(by=SYSTEM, charges=[charge])
    with pytest.raises(Refused, match="Say why"):
        services.void_charge(by=SYSTEM, charge=charge, reason="")
    services.void_charge(by=SYSTEM, charge=charge, reason="Wrong visit")
    assert balance(encounter.patient_id) == 0
    assert Charge.objects.get().void_reason == "Wrong visit"
    with pytest.raises(Refused, match="void already"):
        services.void_charge(by=SYSTEM, charge=charge, reason="Again")
    assert JournalEntry.objects.count() == 2
    assert verify_ledger().wrong == []


def test_a_diagnosis_of_an_approved_charge_stays():
    make_fee("LOC-101")
    encounter = make_encounter()
    services.approve_charges(by=SYSTEM, charges=[pointed_charge(encounter)])
    diagnosis = EncounterDiagnosis.objects.get()
    with pytest.raises(Refused, match="An approved charge points"):
        services.remove_diagnosis(by=SYSTEM, diagnosis=diagnosis)
    assert EncounterDiagnosis.objects.count() == 1


def test_visits_without_charges_and_the_queue_by_money():
    make_fee("LOC-101", "120.00")
    make_fee("LOC-200", "300.00")
    clinic = Clinic()
    _, uncharged = make_visit(clinic=clinic, code="LOC-101")
    _, proposed = make_visit(clinic=clinic, clock="10:00")
    make_visit(clinic=clinic, clock="11:00", ended=False)
    make_encounter(ended=True)
    services.propose_charge(by=SYSTEM, encounter=proposed, code="LOC-200")
    work = billing_queue()
    assert [(row.kind, row.money, row.act) for row in work.rows] == [
        ("approve", 300, "Complete"),
        ("uncharged", 120, "Propose charges"),
    ]
    assert (work.count, work.money, work.total, work.more) == (2, 420, 2, 0)
    charge = services.propose_charge(by=SYSTEM, encounter=uncharged, code="LOC-101")
    assert list(uncharged_encounters(None, TUESDAY)) == []
    services.void_charge(by=SYSTEM, charge=charge, reason="Not done")
    assert list(uncharged_encounters(None, TUESDAY)) == [uncharged]


def test_only_visits_that_may_lack_a_charge_are_looked_at():
    """Listed when they end without one or lose one; a visit listed too often is told by its charges."""
    make_fee("LOC-101")
    clinic = Clinic()
    _, bare = make_visit(clinic=clinic)
    _, charged = make_visit(clinic=clinic, clock="10:00")
    first, second = (services.propose_charge(by=SYSTEM, encounter=charged, code="LOC-101") for _ in range(2))
    listed = UnchargedVisit.objects.values_list("encounter", flat=True)
    assert set(listed) == {bare.pk}
    services.void_charge(by=SYSTEM, charge=first, reason="Twice")
    assert set(listed.all()) == {bare.pk, charged.pk}
    assert list(uncharged_encounters(None, TUESDAY)) == [bare]
    services.void_charge(by=SYSTEM, charge=second, reason="Not done")
    assert set(uncharged_encounters(None, TUESDAY)) == {bare, charged}
    with pytest.raises(DatabaseError), transaction.atomic():
        UnchargedVisit.objects.all().delete()


def test_the_queue_shows_the_most_money_and_counts_the_rest():
    make_fee("LOC-200", "10.00")
    for units in (1, 4, 3, 2):
        services.propose_charge(by=SYSTEM, encounter=make_encounter(), code="LOC-200", units=units)
    charges = Charge.objects.order_by("units")
    point = services.add_diagnosis(by=SYSTEM, encounter=charges[3].encounter, code=make_code())
    services.point_charge(by=SYSTEM, charge=charges[3], diagnoses=[point])
    with CaptureQueriesContext(connection) as caught:
        work = billing_queue(shown=2)
    assert [(row.money, row.act, row.patient.pk) for row in work.rows] == [
        (40, "Approve", charges[3].patient_id),
        (30, "Complete", charges[2].patient_id),
    ]
    assert (work.count, work.money, work.more) == (4, 100, 2)
    assert (
        len([one for one in caught if "core_settingsmark" not in one["sql"]]) == 12
    )  # the prices of visit types are read once
    assert (billing_queue("balance").count, billing_queue("balance").total) == (0, 4)


def test_an_old_balance_is_on_the_queue_until_it_is_paid():
    patient = make_patient()
    with time_machine.travel(EARLY - dt.timedelta(days=31), tick=False):
        services.adjust_balance(
            by=SYSTEM, patient=patient, amount=Decimal("80"), reason="Carried over", is_increase=True
        )
    assert [(row.kind, row.money, row.days) for row in billing_queue().rows] == [("balance", 80, 31)]
    paid(patient, "80")
    assert billing_queue().rows == []


def test_the_application_cannot_write_a_balance_itself():
    patient = make_patient()
    paid(patient, "80")
    for sql in (
        "UPDATE billing_patientbalance SET owed = 0",
        "DELETE FROM billing_patientbalance",
        f"INSERT INTO billing_patientbalance VALUES ('{make_patient().pk}', 5, now())",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert PatientBalance.objects.get().owed == -80


def test_capture_makes_as_many_queries_with_3_charges_as_with_1(django_assert_max_num_queries):
    make_fee("LOC-101")
    encounter = make_encounter()
    for number in range(3):
        pointed_charge(encounter)
        with django_assert_max_num_queries(6):
            page = capture(encounter)
            assert len(page.charges) == number + 1
            assert all(charge.pointers.all()[0].diagnosis.code.display for charge in page.charges)


@pytest.mark.django_db(transaction=True)
def test_twenty_approvals_at_once_post_one_entry():
    make_fee("LOC-101")
    encounter = make_encounter()
    charge = pointed_charge(encounter)
    answers = [
        result for result, _ in together(20, lambda _: services.approve_charges(by=SYSTEM, charges=[charge]))
    ]
    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert balance(encounter.patient_id) == 120


@pytest.mark.django_db(transaction=True)
def test_ten_checkouts_at_once_propose_each_thing_once():
    make_fee("LOC-101")
    make_fee("VAC-150", kind="vaccine", cvx="150")
    _, encounter = make_visit(code="LOC-101")
    give_dose(encounter)
    together(10, lambda _: services.propose_visit_charges(by=SYSTEM, encounter=encounter))
    assert sorted(Charge.objects.values_list("code", flat=True)) == ["LOC-101", "VAC-150"]


# The fee schedule.


def fee_file(tmp_path, *rows):
    path = tmp_path / "fees.csv"
    path.write_text("code,words,price,kind,effective_from\n" + "\n".join(rows) + "\n")
    return str(path)


def test_import_fees_loads_all_and_again_nothing(tmp_path, capsys):
    path = fee_file(tmp_path, "LOC-101,Visit,100,visit,2026-01-01", "LOC-101,Visit,110,visit,2026-03-01")
    call_command("import_fees", path, "--dry-run")
    assert not FeeItem.objects.exists()
    call_command("import_fees", path)
    call_command("import_fees", path)
    assert "0 prices loaded, 2 were on file already" in capsys.readouterr().out
    assert [fee_on("LOC-101", day).price for day in (dt.date(2026, 2, 28), dt.date(2026, 3, 1))] == [100, 110]
    assert FeeItem.objects.order_by("effective_from").values_list("effective_to", flat=True)[0] == dt.date(
        2026, 2, 28
    )


def test_import_fees_is_all_or_nothing_and_names_each_line(tmp_path, capsys):
    path = fee_file(
        tmp_path,
        "LOC-101,Visit,100,visit,2026-01-01",
        "LOC-102,Visit,ten,visit,2026-01-01",
        "00001,Visit,1,visit,2026-01-01",
    )
    with pytest.raises(CommandError, match="2 error"):
        call_command("import_fees", path)
    said = capsys.readouterr().err
    assert "line 3: price" in said
    assert "line 4: 00001 looks like a licensed" in said
    assert not FeeItem.objects.exists()


def test_import_fees_refuses_another_price_for_the_same_day(tmp_path, capsys):
    call_command("import_fees", fee_file(tmp_path, "LOC-101,Visit,100,visit,2026-01-01"))
    with pytest.raises(CommandError):
        call_command(
            "import_fees",
            fee_file(tmp_path, "NEW-1,New,5,lab,2026-01-01", "LOC-101,Visit,90,visit,2026-01-01"),
        )
    assert FeeItem.objects.values_list("code", "price").get() == ("LOC-101", 100)


def test_two_prices_for_one_day_are_refused_by_the_database_too():
    make_fee("LOC-101")
    with pytest.raises(ClinicError, match="Start the new one later"):
        services.add_fee(
            by=SYSTEM,
            code="LOC-101",
            words="x",
            price=Decimal(1),
            kind="lab",
            effective_from=dt.date(2019, 12, 31),
        )
    assert FeeItem.objects.count() == 1


def test_a_visit_type_proposes_only_a_code_with_a_price():
    make_fee("LOC-101")
    with pytest.raises(Refused, match="no price today"):
        services.set_visit_type_fee(by=SYSTEM, visit_type=visit_type(), code="LOC-999")
    services.set_visit_type_fee(by=SYSTEM, visit_type=visit_type(), code="loc-101")
    assert VisitTypeFee.objects.get().code == "LOC-101"
    services.set_visit_type_fee(by=SYSTEM, visit_type=visit_type(), code="")
    assert not VisitTypeFee.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_verify_ledger_notices_what_was_tampered_with(owner_connection, capsys):
    make_fee("LOC-101")
    encounter = make_encounter()
    services.approve_charges(by=SYSTEM, charges=[pointed_charge(encounter)])
    paid(encounter.patient, "25")
    call_command("verify_ledger")
    assert (
        "2 entries, 1 patients, 1 visits, 1 days, 1 approved charges, 1 payments, 0 decisions of payers; patients owe $95.00"
        in capsys.readouterr().out
    )
    owner_connection.execute("ALTER TABLE billing_posting DISABLE TRIGGER USER")
    owner_connection.execute(
        "UPDATE billing_posting SET amount = amount * 0.8 WHERE amount IN (25, -25) AND account = 'receivable'"
    )
    with pytest.raises(CommandError, match="does not add up"):
        call_command("verify_ledger")
    found = capsys.readouterr().err
    assert "does not sum to zero" in found
    assert "the kept balance is not the sum of the ledger" in found
    assert at("9:00") == encounter.started_at
