"""People, the book and the flow of a day: the same each time, and believable."""

import datetime as dt
from collections import Counter
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from clinic.core.phones import e164
from clinic.demo.book import Book, Kind
from clinic.demo.charts import make_chart
from clinic.demo.data.complaints import COMPLAINTS
from clinic.demo.data.stock import FEES, VISIT_FEES
from clinic.demo.hours import ordinary_day, past_days, today_around
from clinic.demo.measures import measure
from clinic.demo.people import make_people
from records.rules.vitals.defaults import DEFAULTS
from scheduling.rules.visit_states import IN_CLINIC, State, legal_moves

ZONE = ZoneInfo("America/Chicago")
ANCHOR = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 12, 10, tzinfo=ZONE).astimezone(dt.UTC)
KINDS = {
    "new-patient": Kind(40, 15, 5, True, "", "", 20), "follow-up": Kind(20, 10, 0, True, "", "", 10),
    "acute": Kind(15, 10, 0, True, "", "", 10), "wellness": Kind(40, 15, 5, True, "", "", 20),
    "well-child": Kind(30, 15, 5, True, "", "", 10), "procedure": Kind(30, 15, 15, True, "procedure", "", 10),
    "nurse": Kind(0, 15, 15, True, "", "", 5), "lab": Kind(0, 10, 5, True, "lab", "", 5),
    "ecg": Kind(0, 15, 5, True, "", "ecg", 5), "telehealth": Kind(15, 5, 0, False, "", "", 10),
}  # fmt: skip


@pytest.fixture(scope="module")
def people():
    return make_people(ANCHOR)


@pytest.fixture(scope="module")
def charts(people):
    return {person.index: make_chart(person, ANCHOR) for person in people}


@pytest.fixture(scope="module")
def weeks(people, charts):
    """Two past weeks and today."""
    book = Book(people, KINDS, lambda person, key: charts[person.index].has(key), ZONE)
    past = [book.fill(ordinary_day(day, ZONE), fill=0.95, now=NOW) for day in past_days(ANCHOR, 10)]
    return past, book.fill(today_around(NOW, ZONE), fill=0.86, now=NOW, is_today=True)


def test_there_are_600_people_of_all_ages_and_they_are_the_same_each_time(people):
    again = make_people(ANCHOR)
    assert [(p.name, p.born, p.phone, p.member_id) for p in again] == [
        (p.name, p.born, p.phone, p.member_id) for p in people
    ]
    decades = Counter(int(p.age(ANCHOR) // 10) for p in people)
    assert len(people) == 600
    assert all(decades[decade] >= 20 for decade in range(9))
    assert len({(p.first, p.last, p.born) for p in people}) == 600


def test_phones_and_mail_are_kept_for_fiction(people):
    assert all(e164(p.phone) == p.phone and p.phone[5:10] == "55501" for p in people)
    assert {p.email.split("@")[1] for p in people if p.email} <= {
        "example.org",
        "example.com",
        "example.net",
        "mail.test",
    }


def test_children_live_with_adults_who_share_phone_and_address(people):
    children = [p for p in people if p.age(ANCHOR) < 14]
    heads = {p.household: p for p in people if p.place == "head"}
    assert len(children) > 80
    assert all(child.phone == heads[child.household].phone for child in children)
    assert all(child.address == heads[child.household].address for child in children)
    assert all(heads[child.household].age(ANCHOR) >= 18 for child in children)


def test_every_complaint_has_a_price_for_its_visit():
    codes = {code for code, *_ in FEES}
    assert {complaint.visit_type for complaint in COMPLAINTS} == set(VISIT_FEES)
    assert {extra for complaint in COMPLAINTS for extra in complaint.extras} <= codes


def test_the_book_is_the_same_each_time(people, charts, weeks):
    book = Book(people, KINDS, lambda person, key: charts[person.index].has(key), ZONE)
    again = [book.fill(ordinary_day(day, ZONE), fill=0.95, now=NOW) for day in past_days(ANCHOR, 10)]
    assert [[(v.key, v.person.index, v.complaint.key, v.script) for v in day] for day in again] == [
        [(v.key, v.person.index, v.complaint.key, v.script) for v in day] for day in weeks[0]
    ]


def test_nobody_and_nothing_is_booked_twice_at_once(weeks):
    for day in [*weeks[0], weeks[1]]:
        spans: dict[tuple, list] = {}
        for visit in day:
            if visit.outcome == "cancelled" or visit.is_walk_in:
                continue
            wanted = {
                ("column", visit.column): (visit.start, visit.start + visit.told),
                ("patient", visit.person.index): visit.whole,
            }
            if visit.room_kind:
                wanted["room", visit.room_kind] = visit.whole
            for key, (start, end) in wanted.items():
                assert all(end <= a or start >= b for a, b in spans.get(key, [])), (key, visit.key)
                spans.setdefault(key, []).append((start, end))


def test_scripts_follow_the_table_of_states_in_order_of_time(weeks):
    for day in [*weeks[0], weeks[1]]:
        for visit in day:
            states = [State(step[0]) for step in visit.script]
            times = [step[1] for step in visit.script]
            assert times == sorted(times), visit.key
            for before, after in zip(states, states[1:], strict=False):
                moves = legal_moves(before, has_provider=visit.is_provider_visit, needs_room=visit.needs_room)
                assert after in moves, (visit.key, before, after)


def test_no_two_patients_are_in_one_room(weeks):
    for day in [*weeks[0], weeks[1]]:
        stays: dict[str, list] = {}
        for visit in day:
            inside = [step[1] for step in visit.script if step[2]]
            room = next((step[2] for step in visit.script if step[2]), None)
            left = next((step[1] for step in visit.script if step[0] == "checkout"), None)
            if room:
                assert all(left <= a or inside[0] >= b for a, b in stays.get(room, [])), visit.key
                stays.setdefault(room, []).append((inside[0], left))


def test_waits_are_those_of_a_clinic(weeks):
    lobby, cycle = [], []
    visits = [visit for day in weeks[0] for visit in day]
    for visit in visits:
        at = {step[0]: step[1] for step in visit.script}
        if "with_provider" in at and "roomed" in at:
            lobby.append((at["roomed"] - at["arrived"]).total_seconds() / 60)
            cycle.append((at["completed"] - at["arrived"]).total_seconds() / 60)
    assert 5 <= median(lobby) <= 15
    assert 40 <= median(cycle) <= 65
    missed = sum(visit.outcome == "no_show" for visit in visits) / len(visits)
    assert 0.02 <= missed <= 0.12


def test_today_is_half_over_with_people_in_every_stage(weeks):
    _, today = weeks
    states = Counter()
    for visit in today:
        past = [step[0] for step in visit.script if step[1] <= NOW]
        states[past[-1] if past else "unbooked"] += 1
    over = states["completed"] + states["no_show"] + states["cancelled"] + states["left"]
    ahead = states["scheduled"] + states["confirmed"]
    inside = sum(states[state] for state in IN_CLINIC)
    assert states["unbooked"] == 0
    assert 0.3 <= over / len(today) <= 0.6
    assert 0.3 <= ahead / len(today) <= 0.6
    assert 4 <= inside <= 14


def test_vital_signs_fit_the_person_and_rarely_need_a_second_look(people, charts):
    tiers = Counter()
    for person in people[:300]:
        values = measure(person, charts[person.index], ANCHOR, list(DEFAULTS), complaint=None, name="test")
        found = {value.vital: value for value in values}
        assert found["weight"].tier != "reject"
        tiers.update(value.tier for value in values)
        if person.age(ANCHOR) > 20:
            bmi = float(found["weight"].value) / (float(found["height"].value) / 100) ** 2
            assert 15.5 < bmi < 60
    assert tiers["reject"] == 0
    assert (tiers["confirm"] + tiers["red"]) / 300 < 0.35
