"""Reports on the desk's side of billing: each visit in one class, each dollar counted once."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
import time_machine

from billing import services
from billing.models import Charge
from billing.reports import charge_lag, copays, verification
from billing.rules.verification import LastCheck, Policy, why_check
from clinic.core.errors import NotFound
from clinic.reports.scope import Scope
from records.models import Payer
from scheduling.models import Appointment, VisitInterval
from scheduling.rules.visit_states import State
from tests.factories.billing import SYSTEM, make_code, make_coverage, make_encounter, make_fee, paid
from tests.factories.insurance import make_check, make_insured
from tests.factories.scheduling import EARLY, TUESDAY, Clinic, at, make_patient, visit_type
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db
WEDNESDAY = TUESDAY + dt.timedelta(days=1)
DAY = Scope(TUESDAY, TUESDAY)


@pytest.fixture
def clinic():
    with time_machine.travel(EARLY + dt.timedelta(hours=12), tick=False):
        yield Clinic()


def visit(clinic, patient, state=State.COMPLETED, *, clock="9:00", day=TUESDAY, **fields):
    starts = at(clock, day)
    values = {
        "patient": patient, "location": clinic.location, "visit_type": visit_type(), "provider": clinic.provider,
        "starts_at": starts, "ends_at": starts + dt.timedelta(minutes=20), "zone": clinic.location.zone, "local_day": day,
        "local_time": starts.time(), "state": state, "created_at": starts - dt.timedelta(days=5),
    }  # fmt: skip
    if state == State.CANCELLED:
        values |= {"cancelled_at": starts - dt.timedelta(days=2), "cancel_reason": "patient_better"}
    return Appointment.objects.create(**{**values, **fields})


def checked(clinic, status, *, days=2, **fields):
    coverage = make_insured(**fields)
    make_check(coverage, status, checked_at=at("8:00") - dt.timedelta(days=days))
    return visit(clinic, coverage.patient)


@pytest.fixture
def insured(clinic):
    checked(clinic, "active")
    checked(clinic, "active")
    checked(clinic, "inactive")
    checked(clinic, "not_verified")
    checked(clinic, "active", days=31)
    late = make_insured()
    make_check(late, checked_at=at("9:05"))
    visit(clinic, late.patient)
    visit(clinic, make_insured().patient, State.CANCELLED)
    visit(clinic, make_insured().patient, is_walk_in=True)
    visit(clinic, make_insured().patient, State.SCHEDULED, clock="20:00")
    visit(clinic, make_patient())
    return clinic


def test_verified_before_the_visit(insured):
    found = verification.build(DAY)
    assert [tile.value for tile in found.tiles] == [3 / 6, 1, 1]
    assert found.sections[0].table.total.cells == ("All", 6, 3, 0.5, 1, 1, 1, 1)
    assert [line.cells for line in found.sections[1].table.lines] == [
        ("Never checked", 1), ("Last check too old", 1), ("Asked, no answer that counts", 1),
    ]  # fmt: skip
    assert (found.population, found.left_out) == (10, 4)
    assert [one.count for one in found.excluded] == [1, 1, 1, 1]
    assert verification.read(DAY).value == 0.5
    elsewhere = Scope(TUESDAY, TUESDAY, provider=make_member("provider").pk)
    assert verification.build(elsewhere).population == 0
    rows = verification.REPORT.detail.read(DAY, ("became:old",))[0:9]
    assert [row.cells[3] for row in rows] == ["Last check too old"]
    assert len(verification.REPORT.detail.read(DAY, ("asked:true",))[0:50]) == 6
    assert verification.REPORT.detail.read(DAY, ("became",))[0:9] == []
    with pytest.raises(NotFound):
        verification.REPORT.detail.read(DAY, ("x:1",))


def test_too_old_is_what_the_rules_call_too_old(clinic):
    days = [(2025, 12, 30), (2026, 1, 2), (2026, 2, 7), (2026, 2, 8), (2026, 3, 2)]
    expected = {}
    for kind, made, about in itertools.product(("commercial", "medicaid"), days, (False, True)):
        on = dt.date(*made)
        coverage = make_insured(kind=kind)
        make_check(coverage, checked_at=at("8:00", on), service_on=TUESDAY if about else on)
        visit(clinic, coverage.patient)
        reason = why_check(LastCheck(on, TUESDAY if about else on), kind, TUESDAY, TUESDAY, Policy())
        expected[coverage.patient_id] = "Last check too old" if reason else "Verified, active"
    rows = verification.REPORT.detail.read(DAY, ())[0:50]
    assert {row.patient_id: row.cells[3] for row in rows} == expected
    assert set(expected.values()) == {"Last check too old", "Verified, active"}


def arrived(row, member):
    VisitInterval.objects.create(
        appointment=row, state="arrived", started_at=row.starts_at, recorded_at=row.starts_at, by=member, by_label="x"
    )  # fmt: skip


@pytest.fixture
def copay_day(clinic):
    ana = make_member("front_desk", first_name="Ana", last_name="Cole")
    rows = []
    for copay in ("25.00", "25.00", "40.00", "30.00", None):
        patient = make_patient()
        make_coverage(patient, copay)
        rows.append(visit(clinic, patient))
    for row in rows[:2]:
        arrived(row, ana)
    paid(rows[0].patient, "25.00", appointment=rows[0], at=at("9:00"))
    paid(rows[1].patient, "10.00", appointment=rows[1], at=at("9:00"))
    paid(rows[1].patient, "15.00", appointment=rows[1], at=at("9:00", WEDNESDAY))
    paid(rows[2].patient, "60.00", appointment=rows[2], at=at("9:00"))
    back = paid(rows[3].patient, "30.00", appointment=rows[3], at=at("9:00"))
    services.reverse_payment(by=SYSTEM, payment=back, reason="Wrong card")
    visit(clinic, make_patient())
    return clinic


def test_copays_taken_of_those_due(copay_day):
    found = copays.build(DAY)
    # Due 25 + 25 + 40 + 30; taken 25 + 10 + 40 (of 60) + 0 (taken back); 15 a day later.
    assert found.sections[0].table.total.cells == ("All", 4, 2, 120, 75, 0.625, 15, 30)
    assert [tile.value for tile in found.tiles] == [0.625, 120, 75, 15]
    assert [line.cells[:6] for line in found.sections[1].table.lines] == [
        ("The patient, or nobody named", 2, 1, 70, 40, 40 / 70), ("Ana Cole", 2, 1, 50, 35, 0.7),
    ]  # fmt: skip
    assert (found.population, [one.count for one in found.excluded]) == (6, [1, 1])
    assert copays.read(DAY).value == 0.625
    assert len(copays.REPORT.detail.read(DAY, ("became:due", "open:true"))[0:50]) == 1


def charge(clinic, *, lag=None, state="approved", amount="100.00"):
    encounter = make_encounter(make_patient(), ended=True, provider=clinic.provider)
    fee = make_fee(price=amount)
    row = services.propose_charge(by=SYSTEM, encounter=encounter, code=fee.code)
    if state == "approved":
        services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
        with time_machine.travel(at("12:00", TUESDAY + dt.timedelta(days=lag)), tick=False):
            services.approve_charges(by=SYSTEM, charges=list(Charge.objects.filter(pk=row.pk)))
    if state == "void":
        services.void_charge(by=SYSTEM, charge=row, reason="Twice")
    return encounter


def test_charge_lag_and_visits_without_a_charge(clinic):
    for lag in (0, 0, 1, 4):
        charge(clinic, lag=lag)
    charge(clinic, state="proposed")
    charge(clinic, state="void")
    bare = make_encounter(make_patient(), ended=True, provider=clinic.provider)
    visit(clinic, bare.patient, encounter=bare)
    charged = Charge.objects.filter(state="approved").first().encounter
    visit(clinic, charged.patient, encounter=charged)
    found = charge_lag.build(DAY)
    assert found.sections[0].table.total.cells == ("All", 4, 0, 4, 1, Decimal(400))
    assert [tile.value for tile in found.tiles] == [0, 1, 1]
    assert found.sections[2].table.total.cells == ("All", 2, 1, 0.5)
    assert (found.population, [one.count for one in found.excluded]) == (6, [1, 1])
    assert (charge_lag.read(DAY).value, charge_lag.read(DAY).p90) == (0, 4)
    assert [row.cells[5] for row in charge_lag.REPORT.detail.read(DAY, ("late:true",))[0:9]] == [4]


def test_self_pay_is_no_insurance(clinic):
    patient = make_patient()
    payer = Payer.objects.create(name="Pays alone", kind="self")
    make_coverage(patient, "25.00")
    patient.coverages.update(payer=payer)
    visit(clinic, patient)
    assert [one.count for one in verification.build(DAY).excluded] == [0, 0, 0, 1]
    assert [one.count for one in copays.build(DAY).excluded] == [0, 1]
