"""Reports as pages: who sees what, how many statements, CSV, and what the trail says."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.staff.roles import Role
from scheduling.models import Appointment, VisitInterval
from scheduling.rules.visit_states import State
from tests.factories.scheduling import TUESDAY, at, make_patient, visit_type
from tests.factories.staff import make_member, signed_in

CODES = (
    "daily-visits",
    "patient-flow",
    "no-shows",
    "access",
    "fill",
    "reminders",
    "waitlist",
    "follow-up-calls",
)
MOST_STATEMENTS = 8


@pytest.fixture
def clinic(db):
    import time_machine

    from tests.factories.scheduling import EARLY, Clinic

    with time_machine.travel(EARLY + timedelta(hours=12), tick=False):
        yield Clinic()


@pytest.fixture
def manager(clinic):
    return signed_in(make_member(Role.MANAGER))


def made(clinic, state=State.COMPLETED, **fields):
    values = {
        "patient": make_patient(), "location": clinic.location, "visit_type": visit_type(), "provider": clinic.provider,
        "starts_at": at("9:00"), "ends_at": at("9:20"), "zone": clinic.location.zone, "local_day": TUESDAY,
        "local_time": "09:00", "state": state, "created_at": at("9:00") - timedelta(days=5),
    }  # fmt: skip
    if state == State.CANCELLED:
        values |= {"cancelled_at": at("8:00"), "cancel_reason": "patient_better"}
    return Appointment.objects.create(**{**values, **fields})


def went(visit, **minutes):
    """Intervals of a visit, begun so many minutes after its start and recorded then."""
    steps = [(state, visit.starts_at + timedelta(minutes=after)) for state, after in minutes.items()]
    for (state, when), (_, end) in zip(steps, [*steps[1:], (None, None)], strict=True):
        VisitInterval.objects.create(
            appointment=visit, state=state, started_at=when, recorded_at=when, ended_at=end, by_label="x"
        )


@pytest.mark.parametrize("code", CODES)
def test_every_report_is_shown_empty_and_full(manager, clinic, code):
    url = reverse("reports:report", args=[code])
    assert manager.get(url).status_code == 200
    for state in (State.COMPLETED, State.NO_SHOW, State.LEFT, State.CANCELLED, State.SCHEDULED):
        made(clinic, state)
    page = manager.get(url)
    assert page.status_code == 200
    assert "What was left out" in page.content.decode()
    assert "What the numbers mean" in page.content.decode()


@pytest.mark.parametrize("code", CODES)
def test_a_report_takes_few_statements_however_many_visits(manager, clinic, code):
    url = reverse("reports:report", args=[code])
    manager.get(url)
    counts = []
    for _ in range(2):
        made(clinic)
        with CaptureQueriesContext(
            connection,
        ) as log:
            assert manager.get(url).status_code == 200
        counts.append(len(log))
        for _ in range(5):
            made(clinic)
    assert counts[0] == counts[1]
    assert counts[0] <= MOST_STATEMENTS


def test_the_list_names_every_report(manager):
    page = manager.get(reverse("reports:list")).content.decode()
    assert all(reverse("reports:report", args=[code]) in page for code in CODES)


def test_rows_open_from_a_number_and_are_looks(manager, clinic):
    visit = made(clinic, State.NO_SHOW)
    made(clinic)
    page = manager.get(reverse("reports:report", args=["no-shows"])).content.decode()
    url = f"{reverse('reports:rows', args=['no-shows'])}?from=2026-02-11&amp;to=2026-03-10&amp;pick=weekday%3A1&amp;pick=outcome%3Ano_show"
    assert url in page
    before = AuditEvent.objects.count()
    rows = manager.get(url.replace("&amp;", "&")).content.decode()
    assert visit.patient.last_name in rows
    assert rows.count("row-link") == 1
    looks = AuditEvent.objects.order_by("pk")[before:]
    assert [(one.kind, one.patient_id, one.detail["page"]) for one in looks] == [
        ("look", visit.patient_id, "report no-shows")
    ]


@pytest.mark.parametrize("code", [code for code in CODES if code not in ("waitlist", "follow-up-calls")])
def test_every_link_of_a_report_opens_its_rows(manager, clinic, code):
    for state in (State.COMPLETED, State.NO_SHOW, State.LEFT, State.CANCELLED, State.RESCHEDULED):
        visit = made(clinic, state)
        if state == State.COMPLETED:
            went(visit, arrived=0, roomed=12, completed=40)
    page = manager.get(reverse("reports:report", args=[code])).content.decode()
    links = {html.unescape(link) for link in re.findall(r'href="(/reports/[^"]+/rows/[^"]+)"', page)}
    assert links
    for link in sorted(links):
        answer = manager.get(link)
        assert answer.status_code == 200, link
        assert "No rows here" not in answer.content.decode(), link


@pytest.mark.parametrize("pick", ["outcome", "id;--", "patient:1", "type:(select 1)", "weekday:" + "1" * 50])
def test_unknown_picks_show_nobody(manager, clinic, pick):
    visit = made(clinic)
    answer = manager.get(reverse("reports:rows", args=["no-shows"]), {"pick": pick})
    assert answer.status_code in (200, 404)
    assert visit.patient.last_name not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"from": "2026-03-10", "to": "2026-03-01"}, "The last day is before the first."),
        ({"from": "2020-01-01", "to": "2026-03-01"}, "At most two years at once."),
        ({"from": "yesterday"}, "Enter a valid date."),
        ({"from": "0001-01-01", "to": "0001-03-05"}, "Ensure this value is greater"),
        ({"location": "x' OR 1=1"}, "Select a valid choice"),
    ],
)
def test_wrong_filters_are_said_and_the_usual_weeks_shown(manager, clinic, query, words):
    page = manager.get(reverse("reports:report", args=["daily-visits"]), query)
    assert page.status_code == 200
    assert words in page.content.decode()


def test_who_has_no_schedule_sees_figures_but_no_rows(clinic):
    made(clinic, State.NO_SHOW)
    privacy = signed_in(make_member(Role.PRIVACY))
    page = privacy.get(reverse("reports:report", args=["no-shows"]))
    assert page.status_code == 200
    assert "/rows/" not in page.content.decode()
    assert privacy.get(reverse("reports:rows", args=["no-shows"])).status_code == 403


def test_rows_are_downloaded_by_managers_alone(manager, clinic):
    made(clinic)
    url = reverse("reports:rows-export", args=["daily-visits"])
    assert manager.post(url).status_code == 200
    biller = signed_in(make_member(Role.BILLER))
    assert biller.get(reverse("reports:rows", args=["daily-visits"])).status_code == 200
    assert biller.post(url).status_code == 403
    desk = signed_in(make_member(Role.FRONT_DESK))
    assert desk.get(reverse("reports:list")).status_code == 403


def test_downloaded_rows_hold_no_formula_and_each_patient_is_a_look(manager, clinic):
    visit = made(clinic, patient=make_patient(last_name="=HYPERLINK(1)", search=" x"))
    answer = manager.post(reverse("reports:rows-export", args=["daily-visits"]))
    text = b"".join(answer.streaming_content).decode()
    assert text.splitlines()[1].startswith('"\'=HYPERLINK(1), Maria"')
    assert list(
        AuditEvent.objects.filter(action__in=("report.exported", "chart.viewed"))
        .order_by("pk")
        .values_list("action", "patient_id")
    ) == [("report.exported", None), ("chart.viewed", visit.patient_id)]


def test_figures_are_downloaded_with_their_definitions(manager, clinic):
    made(clinic, State.NO_SHOW)
    made(clinic)
    answer = manager.post(reverse("reports:export", args=["no-shows"]) + "?from=2026-03-09&to=2026-03-10")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "No-shows and cancellations"
    assert '"Tue, Mar 10",2,1,50.0,0,0.0,0' in lines
    assert any(line.startswith('No-show rate,"No-shows divided by') for line in lines)


def test_exports_are_limited(manager, clinic):
    url = reverse("reports:export", args=["no-shows"])
    assert [manager.post(url).status_code for _ in range(11)] == [200] * 10 + [429]


def test_shared_outside_hides_small_counts_and_the_way_to_rows(manager, clinic):
    for _ in range(3):
        made(clinic, State.NO_SHOW)
    for _ in range(12):
        made(clinic)
    page = manager.get(reverse("reports:report", args=["no-shows"]), {"shared": "on"}).content.decode()
    assert "&lt;11" in page
    assert "20.0%" not in page
    assert "/rows/" not in page


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"shared": "on"},
        {"measure": "no-show-rate"},
        {"measure": "fill"},
        {"measure": "third-next"},
        {"measure": "lead-time"},
        {"measure": "reminders-delivered"},
        {"measure": "turnover"},
    ],
)
def test_before_and_after_is_shown_and_downloaded(manager, clinic, query):
    made(clinic)
    made(clinic, State.NO_SHOW, local_day=TUESDAY - timedelta(days=20), starts_at=at("9:00", TUESDAY - timedelta(days=20)),
         ends_at=at("9:20", TUESDAY - timedelta(days=20)))  # fmt: skip
    assert manager.get(reverse("reports:compare"), query).status_code == 200
    answer = manager.post(reverse("reports:compare-export"), query)
    assert b"before and after" in b"".join(answer.streaming_content)


def test_before_and_after_says_the_difference(manager, clinic):
    then = TUESDAY - timedelta(days=20)
    for count, state in ((3, State.COMPLETED), (1, State.NO_SHOW)):
        for _ in range(count):
            made(clinic, state, local_day=then, starts_at=at("9:00", then), ends_at=at("9:20", then))
    for count, state in ((9, State.COMPLETED), (1, State.NO_SHOW)):
        for _ in range(count):
            made(clinic, state)
    page = manager.get(reverse("reports:compare"), {"measure": "no-show-rate"}).content.decode()
    assert "No-show rate: 25.0% before, 10.0% after: 15.0 percentage points less (−60.0%)." in page
    assert "easily chance" in page
