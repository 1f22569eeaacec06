"""A drawer is counted blind by one, verified by another, and takes nothing more for its day; a closed day neither."""

import datetime as dt
from decimal import Decimal

import psycopg
import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import services
from billing.models import DayClose, DrawerCount, DrawerSession, JournalEntry
from billing.queries import balance
from billing.queries.day_close import day_page, day_totals
from billing.queries.drawers import checks_of, drawer_board, open_day, session_page
from billing.queries.verify import verify_ledger
from billing.rules.drawers import DENOMINATIONS, cash_of, deposit_of, piece_key
from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused
from clinic.staff.roles import Role
from tests.factories.billing import SYSTEM, make_coverage, make_drawer, make_visit, paid
from tests.factories.scheduling import EARLY, TUESDAY, make_patient
from tests.factories.staff import actor_for, make_member, signed_in
from tests.inventory.test_races import together

pytestmark = pytest.mark.django_db
WEDNESDAY = TUESDAY + dt.timedelta(days=1)
TWENTIES = {"2000": 5}  # $100.00


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


@pytest.fixture
def ana():
    return actor_for(make_member(Role.FRONT_DESK, first_name="Ana", last_name="Cole"))


@pytest.fixture
def boss():
    return actor_for(make_member(Role.MANAGER, first_name="Bea", last_name="Lund"))


def opened(drawer=None, amount="100.00", **fields):
    return services.open_drawer(
        by=SYSTEM, drawer=drawer or make_drawer(), opening_float=Decimal(amount), **fields
    )


def counted(session, by, pieces=TWENTIES, **totals):
    return services.close_drawer(by=by, session=session, pieces=pieces, **totals)


@given(st.dictionaries(st.sampled_from([piece_key(v) for v in DENOMINATIONS]), st.integers(0, 9999)))
def test_pieces_are_worth_their_cents(pieces):
    assert cash_of(pieces) * 100 == sum(int(key) * number for key, number in pieces.items())


@pytest.mark.parametrize("pieces", [{"3000": 1}, {"2000": -1}, {"2000": 10000}])
def test_pieces_that_do_not_exist_are_refused(pieces):
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is the message
        cash_of(pieces)


def test_the_float_stays_and_is_filled_up_before_anything_goes_to_the_bank():
    assert deposit_of(Decimal(100), Decimal("163.25"), Decimal(40)) == (Decimal("63.25"), 40)
    assert deposit_of(Decimal(100), Decimal(80), Decimal(0)) == (0, 0)


def test_a_count_is_compared_with_the_books_and_the_float(boss, ana):
    drawer = make_drawer()
    session = opened(drawer)
    paid(make_patient(), "20", drawer=drawer, by=ana)
    paid(make_patient(), "35", drawer=drawer, by=ana, method="card")
    paid(make_patient(), "60", drawer=drawer, by=ana, method="check", reference="77")
    wrong = paid(make_patient(), "10", drawer=drawer, by=ana)
    services.reverse_payment(by=ana, payment=wrong, reason="Typed wrong")
    counted(session, boss, {"2000": 5, "1000": 1, "500": 1}, check_total=Decimal(60), card_total=Decimal(35))
    page = session_page(DrawerSession.objects.get(pk=session.pk))
    assert [(row.method, row.expected, row.counted, row.variance) for row in page.rows] == [
        ("cash", 120, 115, -5),
        ("check", 60, 60, 0),
        ("card", 35, 35, 0),
        ("other", 0, 0, 0),
    ]
    assert (page.deposit_cash, page.deposit_checks) == (15, 60)
    assert [payment.reference for payment in checks_of(session)] == ["77"]


def test_two_errors_that_cancel_out_are_still_off(boss):
    session = opened(amount="100")
    session = counted(session, boss, {"2000": 4}, check_total=Decimal(20))
    page = session_page(session)
    assert (page.variance, page.has_variance) == (0, True)


def test_who_took_all_the_money_does_not_count_it(ana, boss):
    drawer = make_drawer()
    session = opened(drawer)
    paid(make_patient(), "20", drawer=drawer, by=ana)
    with pytest.raises(Refused, match="Somebody else counts"):
        counted(session, ana)
    assert DrawerSession.objects.get().closed_at is None
    assert not DrawerCount.objects.exists()
    paid(make_patient(), "20", drawer=drawer, by=boss)
    assert counted(session, ana).state == "counted"


def test_a_second_person_verifies_and_a_variance_needs_words(ana, boss):
    session = counted(opened(), ana, {"2000": 4})
    with pytest.raises(Refused, match="second person"):
        services.verify_drawer(by=ana, session=session)
    with pytest.raises(Refused, match=r"\$20.00 short. Say why"):
        services.verify_drawer(by=boss, session=session)
    with pytest.raises(Refused, match="Say why"):
        services.explain_variance(by=ana, session=session, reason=" ")
    services.explain_variance(by=ana, session=session, reason="Change given twice")
    done = services.verify_drawer(by=boss, session=session)
    assert (done.state, done.verified_by_id, done.variance_reason) == (
        "verified",
        boss.member_id,
        "Change given twice",
    )
    with pytest.raises(Conflict, match="verified already"):
        services.verify_drawer(by=boss, session=session)
    with pytest.raises(Conflict, match="verified"):
        services.recount_drawer(by=ana, session=session, pieces=TWENTIES)
    event = AuditEvent.objects.get(action="drawer.verified")
    assert event.detail["variance"] == "-20.00"


def test_a_recount_counts_and_the_first_count_stays(ana, boss):
    session = counted(opened(), ana, {"2000": 4})
    services.recount_drawer(by=ana, session=session, pieces=TWENTIES)
    page = session_page(session)
    assert [count.cash for count in page.counts] == [80, 100]
    assert not page.has_variance
    with pytest.raises(Refused, match="second person"):
        services.verify_drawer(by=ana, session=session)
    services.recount_drawer(by=boss, session=session, pieces=TWENTIES)
    with pytest.raises(Refused, match="second person"):
        services.verify_drawer(by=boss, session=session)


def test_money_after_the_count_is_of_the_next_day(ana, boss):
    drawer = make_drawer()
    counted(opened(drawer), boss)
    late = paid(make_patient(), "25", drawer=drawer, by=ana)
    assert late.business_day == late.entry.business_day == WEDNESDAY
    other = paid(make_patient(), "25", by=ana)
    assert other.business_day == TUESDAY
    with pytest.raises(Refused, match="again tomorrow"):
        opened(drawer)
    with time_machine.travel(EARLY + dt.timedelta(days=3), tick=False):
        session = opened(drawer)
        assert (session.covers_from, session.business_day) == (WEDNESDAY, TUESDAY + dt.timedelta(days=3))
        session = counted(session, boss, {"2000": 6, "500": 1})
        assert (session.booked_cash, session_page(session).has_variance) == (25, False)


def test_a_drawer_is_opened_once():
    drawer = make_drawer()
    opened(drawer)
    with pytest.raises(Conflict, match="Count it first"):
        opened(drawer)
    with pytest.raises(Refused, match="no longer in use"):
        opened(make_drawer(is_active=False))
    with pytest.raises(Refused, match="negative"):
        opened(amount="-1")


def test_the_database_refuses_money_into_a_counted_drawer(boss, ana):
    drawer = make_drawer()
    counted(opened(drawer), boss)
    from billing.rules.ledger import payment_lines
    from billing.services._posting import post
    from clinic.core.db import service

    @service
    def late():
        post(by=ana, kind="payment", key="late", lines=payment_lines(Decimal(5)), patient=make_patient(),
             drawer=drawer, business_day=TUESDAY)  # fmt: skip

    with pytest.raises(Refused, match="closed a moment ago"):
        late()
    assert not JournalEntry.objects.exists()


def finished(drawer, by, second):
    session = DrawerSession.objects.filter(drawer=drawer, closed_at=None).first() or opened(drawer)
    totals = {}
    pieces = {"2000": 5}
    session = counted(session, by, pieces, **totals)
    if session_page(session).has_variance:
        services.explain_variance(by=by, session=session, reason="Not looked at here")
    return services.verify_drawer(by=second, session=session)


def test_a_day_is_closed_once_every_drawer_is_verified_and_then_takes_nothing(ana, boss):
    drawer = make_drawer(name="Front")
    patient = make_patient()
    payment = paid(patient, "25", drawer=drawer, by=ana)
    with pytest.raises(Refused, match="Front has money since 03/10 and was not opened"):
        services.close_day(by=boss, day=TUESDAY)
    opened(drawer)
    with pytest.raises(Refused, match="Front of 03/10 is not counted yet"):
        services.close_day(by=boss, day=TUESDAY)
    finished(drawer, boss, ana)
    row = services.close_day(by=boss, day=TUESDAY, note="Quiet")
    assert (row.charges, row.payments, row.adjustments, row.receivable) == (0, 25, 0, -25)
    with pytest.raises(Refused, match="last closed day"):
        services.close_day(by=boss, day=TUESDAY)
    with pytest.raises(Refused, match="not come yet"):
        services.close_day(by=boss, day=WEDNESDAY)
    reversal = services.reverse_payment(by=boss, payment=payment, reason="Bounced")
    assert reversal.business_day == WEDNESDAY
    off = services.adjust_balance(by=boss, patient=patient, amount=Decimal(5), reason="Discount")
    assert off.business_day == WEDNESDAY
    assert day_totals(TUESDAY, TUESDAY).payments == 25
    assert balance(patient.pk) == -5
    assert verify_ledger().wrong == []


def test_the_next_close_covers_the_days_between(boss):
    services.close_day(by=boss, day=TUESDAY)
    with time_machine.travel(EARLY + dt.timedelta(days=4), tick=False):
        row = services.close_day(by=boss, day=TUESDAY + dt.timedelta(days=4))
        assert row.from_day == WEDNESDAY
        page = day_page(WEDNESDAY)
        assert (page.closed, page.from_day, page.day) == (row, WEDNESDAY, row.day)
    assert open_day(TUESDAY) == TUESDAY + dt.timedelta(days=5)


def test_what_is_missing_is_listed_and_does_not_hold_the_day_up(boss):
    appointment, _ = make_visit()
    make_coverage(appointment.patient, "40.00")
    type(appointment).objects.filter(pk=appointment.pk).update(state="completed")
    paid(appointment.patient, "15", appointment=appointment, drawer=make_drawer(), method="card")
    page = day_page(TUESDAY)
    assert [(row.appointment.pk, row.due) for row in page.copays] == [(appointment.pk, 25)]
    assert [row.pk for row in page.uncharged] == [appointment.encounter_id]
    for row in drawer_board(TUESDAY):
        if row.since:
            finished(row.drawer, boss, actor_for(make_member(Role.BILLER)))
    row = services.close_day(by=boss, day=TUESDAY)
    assert (row.open_copays, row.uncharged_visits) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_application_cannot_change_what_was_counted_or_closed(raw_connections, boss, ana):
    session = counted(opened(), ana)
    services.verify_drawer(by=boss, session=session)
    services.close_day(by=boss, day=TUESDAY)
    for statement in (
        "UPDATE billing_drawersession SET booked_cash = 1",
        "UPDATE billing_drawersession SET variance_reason = 'x'",
        "DELETE FROM billing_drawersession",
        "UPDATE billing_drawercount SET cash = 1",
        "DELETE FROM billing_drawercount",
        "UPDATE billing_dayclose SET day = day + 1",
        "DELETE FROM billing_dayclose",
    ):
        [connection] = raw_connections(1)
        with pytest.raises(psycopg.Error) as caught:
            connection.execute(statement)
        assert caught.value.sqlstate in {"42501", "23001"}, statement
        connection.rollback()


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_close_one_drawer_one_does():
    people = [actor_for(make_member(Role.MANAGER)) for _ in range(10)]
    session = opened()
    answers = [r for r, _ in together(10, lambda n: counted(session, people[n], {"2000": n}))]
    won = [answer for answer in answers if isinstance(answer, DrawerSession)]
    assert len(won) == 1
    assert {str(answer) for answer in answers if isinstance(answer, Exception)} == {
        f"{session.drawer.name} was closed meanwhile. Look at the count."
    }
    count = DrawerCount.objects.get()
    assert count.counted_by_id == won[0].closed_by_id


@pytest.mark.django_db(transaction=True)
def test_payments_and_a_count_at_the_same_moment_lose_no_cent():
    """Each payment is either in what the count was compared with, or counts on the next day."""
    boss, drawer = actor_for(make_member(Role.MANAGER)), make_drawer()
    patients = [make_patient() for _ in range(8)]
    session = opened(drawer)

    def act(number):
        if number == 4:
            return counted(session, boss)
        return paid(patients[number], "10", drawer=drawer)

    answers = [result for result, _ in together(8, act)]
    session.refresh_from_db()
    done = [
        answer for answer in answers if hasattr(answer, "business_day") and hasattr(answer, "receipt_number")
    ]
    today = [payment for payment in done if payment.business_day == TUESDAY]
    assert session.booked_cash == 10 * len(today)
    refused = [str(a) for a in answers if isinstance(a, Refused)]
    assert all("closed a moment ago" in words for words in refused)
    assert len(done) + len(refused) == 7


@pytest.mark.django_db(transaction=True)
def test_of_five_who_close_one_day_one_does():
    people = [actor_for(make_member(Role.MANAGER)) for _ in range(5)]
    answers = [r for r, _ in together(5, lambda n: services.close_day(by=people[n], day=TUESDAY))]
    assert sum(isinstance(answer, DayClose) for answer in answers) == 1
    assert DayClose.objects.count() == 1


def test_an_unfinished_session_of_an_earlier_day_is_on_the_board_once(ana):
    drawer, other = make_drawer(name="A"), make_drawer(name="B")
    counted(opened(drawer), ana)
    opened(other)
    with time_machine.travel(EARLY + dt.timedelta(days=1), tick=False):
        opened(drawer)
        shown = signed_in(make_member(Role.MANAGER)).get(url("drawer-board"))
        assert [(row.drawer.name, row.state) for row in shown.context["waiting"]] == [
            ("A", "counted"),
            ("B", "open"),
        ]
        assert [(row.drawer.name, row.state) for row in shown.context["rows"]] == [("A", "open")]


# Pages.


def url(name, *args):
    return reverse(f"billing:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def test_a_count_over_http_is_blind_and_closes(boss):
    drawer = make_drawer(name="Front")
    paid(make_patient(), "37.00", drawer=drawer)
    desk, manager = (signed_in(make_member(role)) for role in (Role.FRONT_DESK, Role.MANAGER))
    assert desk.post(url("drawer-open", drawer), {"opening_float": "100"}).status_code == 302
    session = DrawerSession.objects.get()
    for page in (url("drawer-session", session), url("drawer-count", session), url("drawer-board")):
        assert "$37.00" not in desk.get(page).content.decode()
        assert "$137.00" not in desk.get(page).content.decode()
    response = desk.post(url("drawer-count", session), {"pieces_2000": "5", "pieces_500": "7"})
    assert response.url == url("drawer-session", session)
    shown = desk.get(response.url).content.decode()
    assert "$137.00" in shown
    assert "$2.00 short" in shown
    assert desk.post(url("drawer-verify", session)).status_code == 403
    manager.post(url("drawer-explain", session), {"reason": "Coins fell down"})
    session.refresh_from_db()
    shown = {"version": session.version}
    assert manager.post(url("drawer-verify", session), shown).status_code == 302
    session.refresh_from_db()
    assert session.state == "verified"
    slip = manager.get(url("drawer-deposit", session)).content.decode()
    assert "$35.00" in slip
    assert "$20 bills" in slip
    day = f"{url('day-close')}?day={TUESDAY}"
    assert "Close the day" in manager.get(day).content.decode()
    manager.post(f"{url('day-close-post')}?day={TUESDAY}", {"note": ""})
    assert DayClose.objects.get().payments == 37
    assert "Closed:" in manager.get(day).content.decode()


@pytest.mark.parametrize("field", ["pieces_2000", "check_total"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5.5", "99999999999"])
def test_a_count_that_cannot_be_is_refused(field, value):
    session, client = opened(), signed_in(make_member(Role.MANAGER))
    response = client.post(url("drawer-count", session), {field: value})
    assert response.status_code == 422
    assert value in response.content.decode()
    assert not DrawerCount.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_which_drawer_page(role):
    client, session = signed_in(make_member(role)), opened()
    takes = {Role.FRONT_DESK, Role.BILLER, Role.MANAGER}
    manages = {Role.BILLER, Role.MANAGER}
    for name, args, roles in (
        ("drawer-board", (), takes),
        ("drawer-session", (session,), takes),
        ("drawer-count", (session,), takes),
        ("drawer-deposit", (session,), manages),
        ("day-close", (), manages),
    ):
        assert (name, client.get(url(name, *args)).status_code) == (name, 200 if role in roles else 403)


def test_pages_make_as_many_queries_with_3_rows_as_with_1(boss, ana):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    manager = signed_in(make_member(Role.MANAGER))

    def grow(number):
        drawer = make_drawer()
        payment = paid(make_patient(), "20", drawer=drawer)
        services.reverse_payment(by=SYSTEM, payment=payment, reason="x")
        services.adjust_balance(by=SYSTEM, patient=make_patient(), amount=Decimal(1), reason="x")
        appointment, _ = make_visit(clock=f"{9 + number}:00")
        make_coverage(appointment.patient, "40.00")
        type(appointment).objects.filter(pk=appointment.pk).update(state="completed")
        finished(drawer, boss, ana)

    def made(address):
        manager.get(address)
        with CaptureQueriesContext(connection) as found:
            assert manager.get(address).status_code == 200
        return len(found)

    addresses = [url("drawer-board"), f"{url('day-close')}?day={TUESDAY}"]
    grow(0)
    before = [made(address) for address in addresses]
    grow(1)
    grow(2)
    assert [made(address) for address in addresses] == before
