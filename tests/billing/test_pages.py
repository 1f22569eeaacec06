"""Billing pages over HTTP: who may, what they do, whose patient it is, and how many queries they make."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import services
from billing.models import Charge, Drawer, EncounterDiagnosis, FeeItem, JournalEntry, Payment, VisitTypeFee
from billing.queries import balance
from clinic.audit.models import AuditEvent
from clinic.core.ids import uuid7
from clinic.staff.roles import Role
from tests.factories.billing import (
    SYSTEM,
    make_code,
    make_coverage,
    make_drawer,
    make_encounter,
    make_fee,
    make_visit,
    paid,
)
from tests.factories.scheduling import EARLY, Clinic, make_patient, visit_type
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db
URL = "billing:"


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


@pytest.fixture
def biller():
    return signed_in(make_member(Role.BILLER))


@pytest.fixture
def desk():
    return signed_in(make_member(Role.FRONT_DESK))


def url(name, *args):
    return reverse(f"billing:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def ready(encounter, code="LOC-101"):
    """A proposal that could be approved."""
    if not FeeItem.objects.filter(code=code).exists():
        make_fee(code)
    diagnosis = EncounterDiagnosis.objects.filter(encounter=encounter).first() or services.add_diagnosis(
        by=SYSTEM, encounter=encounter, code=make_code()
    )
    return services.propose_charge(by=SYSTEM, encounter=encounter, code=code, diagnoses=[diagnosis])


def test_the_desk_takes_a_copay_and_gets_a_receipt(desk):
    appointment, _ = make_visit()
    make_coverage(appointment.patient, "25.00")
    drawer = make_drawer()
    page = url("payment-take", appointment.patient) + f"?appointment={appointment.pk}"
    assert b'value="25.00"' in desk.get(page).content
    response = desk.post(
        page,
        {
            "amount": "$25.00",
            "method": "card",
            "purpose": "copay",
            "drawer": drawer.pk,
            "reference": "last four 4242",
        },
    )
    payment = Payment.objects.get()
    assert response.url == url("receipt", payment)
    assert (payment.amount, payment.appointment_id, payment.received_by_id) == (
        25,
        appointment.pk,
        _member(desk),
    )
    shown = desk.get(response.url).content.decode()
    assert "R-000001" in shown
    assert "$25.00" in shown


def _member(client):
    return UUID(client.session["_auth_user_id"])


def test_a_repeated_payment_form_pays_once(desk):
    patient, drawer = make_patient(), make_drawer()
    form = {
        "form_key": str(uuid7()),
        "amount": "10",
        "method": "cash",
        "purpose": "balance",
        "drawer": drawer.pk,
    }
    first, second = (desk.post(url("payment-take", patient), form) for _ in range(2))
    assert first.url == second.url
    assert Payment.objects.count() == 1


def test_a_card_number_is_refused_and_not_shown_again(desk):
    patient, drawer = make_patient(), make_drawer()
    response = desk.post(
        url("payment-take", patient),
        {
            "amount": "10",
            "method": "card",
            "purpose": "balance",
            "drawer": drawer.pk,
            "reference": "4111 1111 1111 1111",
        },
    )
    assert response.status_code == 422
    assert b"looks like a card number" in response.content
    assert b"4111" not in response.content
    assert not Payment.objects.exists()


def test_in_a_dialog_the_receipt_is_offered_and_boards_are_told(desk):
    patient, drawer = make_patient(), make_drawer()
    response = desk.post(
        url("payment-take", patient),
        {"amount": "10", "method": "cash", "purpose": "balance", "drawer": drawer.pk},
        headers={"HX-Request": "true", "X-Clinic-Dialog": "1"},
    )
    assert response.status_code == 200
    assert url("receipt", Payment.objects.get()).encode() in response.content
    assert "refresh-balance" in response["HX-Trigger"]


def test_capture_from_the_visit_to_approval(biller):
    make_fee("LOC-101")
    make_fee("LAB-7", "15.00", kind="lab", words="Strep test")
    _, encounter = make_visit(code="LOC-101")
    first, second = make_code(), make_code()
    ma = signed_in(make_member(Role.MA))
    assert ma.post(url("charges-from-visit", encounter)).url == url("charges", encounter)
    for code in (first, second):
        ma.post(url("diagnosis-add", encounter), {"diagnosis": code.pk})
    ma.post(url("charge-propose", encounter), {"code_text": "lab-7 strep", "units": "2", "letters": "BA"})
    lab = Charge.objects.get(code="LAB-7")
    assert (lab.units, lab.amount) == (2, 30)
    assert [pointer.diagnosis.letter for pointer in lab.pointers.order_by("rank")] == ["B", "A"]
    ma.post(url("charge-point", encounter, lab), {"letters": "a"})
    assert [pointer.diagnosis.letter for pointer in lab.pointers.all()] == ["A"]
    pks = [str(pk) for pk in Charge.objects.values_list("pk", flat=True)]
    assert ma.post(url("charges-approve", encounter), {"charge": pks}).status_code == 403
    assert Charge.objects.filter(state="approved").count() == 0
    biller.post(url("charge-change", encounter, lab), {"code": "LAB-7", "units": "1", "version": lab.version})
    assert biller.post(url("charges-approve", encounter), {"charge": pks}).url == url("charges", encounter)
    assert balance(encounter.patient_id) == Decimal("135.00")
    biller.post(url("charge-void", encounter, lab), {"reason": "Not done"})
    assert balance(encounter.patient_id) == Decimal("120.00")


def test_checkout_proposes_what_the_visit_shows():
    make_fee("LOC-101")
    appointment, _ = make_visit(code="LOC-101")
    ma = signed_in(make_member(Role.MA))
    assert b"Propose from the visit" in ma.get(url("checkout-panel", appointment)).content
    shown = ma.post(url("checkout-propose", appointment), headers={"HX-Request": "true"})
    assert b"LOC-101" in shown.content
    assert Charge.objects.count() == 1
    fresh = Clinic().book("11:00", patient=make_patient())
    assert ma.post(url("checkout-propose", fresh), headers={"HX-Request": "true"}).status_code == 422


def test_an_approved_charge_is_not_voided_by_who_only_proposes():
    encounter = make_encounter()
    charge = ready(encounter)
    services.approve_charges(by=SYSTEM, charges=[charge])
    ma = signed_in(make_member(Role.MA))
    ma.post(url("charge-void", encounter, charge), {"reason": "Mine"})
    assert Charge.objects.get().state == "approved"


def test_capture_says_what_is_wrong_in_its_piece(biller):
    encounter = make_encounter()
    charge = ready(encounter)
    for name, args, values, words in [
        ("charge-point", (encounter, charge), {"letters": "C"}, "Use the letter A"),
        ("charge-propose", (encounter,), {"code_text": "", "units": "1"}, "Choose a service"),
        ("charge-propose", (encounter,), {"code": "NOPE", "units": "1"}, "no price"),
        ("diagnosis-add", (encounter,), {"diagnosis": "x"}, "from the list"),
    ]:
        response = biller.post(url(name, *args), values, headers={"HX-Request": "true"})
        assert response.status_code == 422
        assert words in response.content.decode()
    assert Charge.objects.count() == 1


def test_lookups_offer_what_holds_on_the_date_of_service(biller):
    make_fee("LOC-101", words="Office visit, short", effective_to=dt.date(2026, 3, 9))
    make_fee("LOC-102", words="Office visit, long")
    make_code("J029", description="Acute pharyngitis", search=" j02.9 j029 acute pharyngitis")
    encounter = make_encounter()
    shown = biller.post(url("service-search", encounter), {"q": "visit"}).content.decode()
    assert "LOC-102" in shown
    assert "LOC-101" not in shown
    assert "J02.9" in biller.post(url("diagnosis-search", encounter), {"q": "pharyng"}).content.decode()


# Another patient's ids change nothing.


def test_the_visit_of_another_patient_cannot_be_paid_for(desk):
    appointment, _ = make_visit()
    stranger, drawer = make_patient(), make_drawer()
    page = url("payment-take", stranger) + f"?appointment={appointment.pk}"
    assert desk.get(page).status_code == 404
    values = {"amount": "10", "method": "cash", "purpose": "copay", "drawer": drawer.pk}
    assert desk.post(page, values).status_code == 404
    assert desk.post(url("payment-take", stranger) + "?appointment=nonsense", values).status_code == 404
    assert not Payment.objects.exists()


def test_charges_and_diagnoses_of_another_visit_are_not_found_and_nothing_changes(biller):
    mine, other = make_encounter(), make_encounter()
    charge = ready(other)
    diagnosis = EncounterDiagnosis.objects.get()
    services.add_diagnosis(by=SYSTEM, encounter=other, code=make_code())
    for name, row, values in [
        ("charge-point", charge, {"letters": "A"}),
        ("charge-void", charge, {"reason": "x"}),
        ("charge-change", charge, {"code": "LOC-101", "units": "9", "version": charge.version}),
        ("diagnosis-remove", diagnosis, {}),
        ("diagnosis-up", diagnosis, {}),
    ]:
        assert biller.post(url(name, mine, row), values).status_code == 404
    biller.post(url("charges-approve", mine), {"charge": [str(charge.pk)]})
    charge.refresh_from_db()
    assert (charge.state, charge.units, charge.version) == ("proposed", 1, 1)
    assert EncounterDiagnosis.objects.filter(encounter=other).count() == 2
    assert not JournalEntry.objects.exists()


def test_an_adjustment_of_another_patient_is_not_found(biller):
    entry = services.adjust_balance(by=SYSTEM, patient=make_patient(), amount=Decimal(5), reason="Discount")
    response = biller.post(url("adjustment-reverse", make_patient(), entry), {"reason": "x"})
    assert response.status_code == 404
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "charges",
        "charges-from-visit",
        "payment-take",
        "ledger",
        "receipt",
        "payment-reverse",
        "patient-panel",
        "checkout-panel",
        "fee-end",
        "drawer-edit",
    ],
)
def test_unknown_ids_are_not_found(name):
    manager = signed_in(make_member(Role.MANAGER, Role.BILLER))
    call = manager.post if name == "charges-from-visit" else manager.get
    assert call(url(name, uuid7())).status_code == 404


# Who may.

PAGES = [
    ("queue", {Role.BILLER, Role.MANAGER}),
    ("day", {Role.BILLER, Role.MANAGER, Role.FRONT_DESK}),
    ("fees", {Role.BILLER, Role.MANAGER}),
    ("visit-type-fees", {Role.BILLER, Role.MANAGER}),
    ("drawers", {Role.BILLER, Role.MANAGER}),
    ("home-panel", {Role.BILLER, Role.MANAGER}),
]
PATIENT_PAGES = [
    ("ledger", {Role.BILLER, Role.MANAGER}),
    ("payment-take", {Role.BILLER, Role.MANAGER, Role.FRONT_DESK}),
    ("patient-panel", {Role.BILLER, Role.MANAGER, Role.FRONT_DESK}),
    ("balance-adjust", {Role.BILLER}),
]
VISIT_PAGES = [("charges", {Role.BILLER, Role.MANAGER, Role.MA, Role.LEAD_MA, Role.PROVIDER})]


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_which_page(role):
    client, encounter = signed_in(make_member(role)), make_encounter()
    for pages, args in ((PAGES, ()), (PATIENT_PAGES, (encounter.patient,)), (VISIT_PAGES, (encounter,))):
        for name, roles in pages:
            assert (name, client.get(url(name, *args)).status_code) == (name, 200 if role in roles else 403)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MA, Role.PROVIDER, Role.PRIVACY])
def test_only_biller_and_manager_write_what_is_theirs(role):
    client, encounter = signed_in(make_member(role)), make_encounter()
    charge, payment = ready(encounter), paid(encounter.patient)
    for name, args, values in [
        ("charges-approve", (encounter,), {"charge": [str(charge.pk)]}),
        ("charge-change", (encounter, charge), {"code": "LOC-101", "units": "2", "version": "1"}),
        ("payment-reverse", (payment,), {"reason": "x"}),
        ("balance-adjust", (encounter.patient,), {"amount": "5"}),
        ("fee-add", (), {"code": "X-1"}),
        ("drawer-add", (), {"name": "Mine"}),
        ("visit-type-fee-set", (visit_type(),), {"code": "LOC-101"}),
    ]:
        assert (name, client.post(url(name, *args), values).status_code) == (name, 403)
    assert Charge.objects.get().state == "proposed"
    assert JournalEntry.objects.count() == 1
    assert not VisitTypeFee.objects.exists()


def test_the_desk_sees_only_its_own_takings(desk):
    drawer = make_drawer()
    paid(make_patient(), "77.00", drawer=drawer)
    desk.post(
        url("payment-take", make_patient()),
        {"amount": "5", "method": "cash", "purpose": "copay", "drawer": drawer.pk},
    )
    shown = desk.get(url("day")).content.decode()
    assert "$5.00" in shown
    assert "$77.00" not in shown
    assert "$82.00" in signed_in(make_member(Role.MANAGER)).get(url("day")).content.decode()


def test_looking_at_a_ledger_is_recorded_once(biller):
    patient = make_patient()
    biller.get(url("ledger", patient))
    looks = AuditEvent.objects.filter(action="chart.viewed", patient_id=patient.pk)
    assert [row.detail for row in looks] == [{"page": "ledger"}]


# Prices and drawers.


def test_prices_drawers_and_visit_types_are_kept(biller):
    biller.post(
        url("fee-add"),
        {
            "code": "loc-300",
            "words": "Wart removal",
            "kind": "procedure",
            "price": "95",
            "effective_from": "2026-03-01",
        },
    )
    fee = FeeItem.objects.get()
    assert (fee.code, fee.price) == ("LOC-300", 95)
    biller.post(url("visit-type-fee-set", visit_type()), {"code": "LOC-300"})
    assert VisitTypeFee.objects.get().code == "LOC-300"
    biller.post(url("fee-end", fee), {"effective_to": "2026-12-31"})
    fee.refresh_from_db()
    assert fee.effective_to == dt.date(2026, 12, 31)
    biller.post(url("drawer-add"), {"name": "Front desk", "is_active": "on"})
    drawer = Drawer.objects.get()
    biller.post(url("drawer-edit", drawer), {"name": "Front desk 1", "version": drawer.version})
    drawer.refresh_from_db()
    assert (drawer.name, drawer.is_active) == ("Front desk 1", False)


# As many queries with 3 rows as with 1.


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200
    return len(made)


def test_pages_make_as_many_queries_with_3_rows_as_with_1(biller):
    clinic, patient = Clinic(), make_patient()
    encounter = make_encounter(patient)
    manager = signed_in(make_member(Role.MANAGER))

    def grow(number):
        make_visit(clinic=clinic, clock=f"{8 + number}:00")
        charge = ready(encounter)
        ready(make_encounter())
        services.approve_charges(by=SYSTEM, charges=[ready(encounter)])
        services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
        paid(patient)
        paid(make_patient(), drawer=make_drawer())
        with time_machine.travel(EARLY - dt.timedelta(days=40), tick=False):
            services.adjust_balance(
                by=SYSTEM, patient=make_patient(), amount=Decimal(5), reason="x", is_increase=True
            )
        return charge

    addresses = [
        (biller, url("queue")),
        (biller, url("day")),
        (biller, url("fees")),
        (biller, url("drawers")),
        (biller, url("visit-type-fees")),
        (biller, url("home-panel")),
        (manager, url("day-panel")),
        (biller, url("ledger", patient)),
        (biller, url("patient-panel", patient)),
        (biller, url("charges", encounter)),
    ]
    grow(0)
    before = [(address, queries(client, address)) for client, address in addresses]
    for number in (1, 2):
        grow(number)
    assert [(address, queries(client, address)) for client, address in addresses] == before
