"""A member's calendar for the phone: the secret link, and a file without patients."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.errors import Refused
from clinic.staff.limits import CALENDAR_FEED
from clinic.staff.models import PermissionException
from clinic.staff.roles import Role
from clinic.staff.services.members import deactivate_member
from scheduling.models import CalendarFeed, Closure, SessionException
from scheduling.queries.feeds import feed_file, owner_of
from scheduling.services.booking import cancel_appointment, reschedule_appointment
from scheduling.services.feeds import open_calendar_feed, revoke_calendar_feed
from scheduling.services.rearranging import resize_appointment
from tests.factories.scheduling import TUESDAY, at, make_location, make_patient, make_provider
from tests.factories.staff import actor_for, make_member, signed_in
from tests.support.statements import counted


@pytest.fixture
def token(clinic):
    return open_calendar_feed(by=actor_for(clinic.provider))


def read(token: str, client: Client | None = None):
    return (client or Client()).get(reverse("scheduling:calendar-feed-file", args=[token]))


def events(text: str) -> list[dict[str, str]]:
    """The events of a file, each as its properties."""
    plain = text.replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", plain, re.S)
    return [dict(line.split(":", 1) for line in one.strip().split("\r\n")) for one in found]


def test_the_file_says_when_and_where_and_not_who(clinic, token):
    clinic.location.address = "18 Maple Street"
    clinic.location.save()
    visit = clinic.book(
        "9:00", patient=make_patient(first_name="Ottoline", last_name="Zyxwhistle"), reason="cough"
    )
    clinic.book("9:00", provider=make_provider(clinic.location))
    answer = read(token)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    text = answer.content.decode()
    (event,) = events(text)
    assert event["UID"] == str(visit.pk)
    assert event["SUMMARY"] == "Visit (20 min)"
    assert event["LOCATION"] == f"{clinic.location.name}\\, 18 Maple Street"
    assert (event["DTSTART"], event["DTEND"]) == ("20260310T140000Z", "20260310T142000Z")
    patient = visit.patient
    for secret in ("Zyxwhistle", "Ottoline", "cough", "follow-up", patient.mrn, str(patient.pk)):
        assert secret not in text


def test_a_change_raises_the_sequence_and_keeps_the_uid(clinic, token):
    visit = clinic.book("9:00")
    (before,) = events(read(token).content.decode())
    resize_appointment(by=clinic.by, appointment=visit, minutes=40)
    (after,) = events(read(token).content.decode())
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
    assert after["SUMMARY"] == "Visit (40 min)"


def test_cancelled_and_moved_visits_are_gone(clinic, token):
    cancel_appointment(by=clinic.by, appointment=clinic.book("8:00"), reason="patient_better")
    new = reschedule_appointment(by=clinic.by, appointment=clinic.book("9:00"), starts_at=at("10:00"))
    assert [event["UID"] for event in events(read(token).content.decode())] == [str(new.pk)]


def test_leave_is_there_without_its_reason_and_closed_days_leave_the_time_free(clinic, token):
    SessionException.objects.create(
        provider=clinic.provider,
        starts_at=at("10:00"),
        ends_at=at("11:00"),
        kind="leave",
        reason="Own surgery",
    )
    Closure.objects.create(location=clinic.location, day=TUESDAY + timedelta(1), reason="Holiday")
    Closure.objects.create(location=make_location(), day=TUESDAY + timedelta(2), reason="Elsewhere")
    text = read(token).content.decode()
    leave, closed = events(text)
    assert (leave["SUMMARY"], leave["DTSTART"], leave["TRANSP"]) == ("Leave", "20260310T150000Z", "OPAQUE")
    assert (closed["SUMMARY"], closed["DTSTART;VALUE=DATE"]) == ("Closed: Holiday", "20260311")
    assert closed["TRANSP"] == "TRANSPARENT"
    assert "surgery" not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_statements_do_not_depend_on_visits(clinic, rows):
    for clock in ("8:00", "9:00", "10:00")[:rows]:
        clinic.book(clock)
    feed_file(clinic.provider)
    with counted() as log:
        feed_file(clinic.provider)
    assert len(log) == 4


def test_only_the_newest_link_works_and_none_after_revoking(clinic, token):
    by = actor_for(clinic.provider)
    newer = open_calendar_feed(by=by)
    assert [read(one).status_code for one in (token, newer)] == [404, 200]
    revoke_calendar_feed(by=by)
    assert read(newer).status_code == 404
    with pytest.raises(Refused, match="no calendar link"):
        revoke_calendar_feed(by=by)
    names = (
        AuditEvent.objects.filter(action__startswith="calendar_feed.")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(names) == ["calendar_feed.opened", "calendar_feed.opened", "calendar_feed.revoked"]


def test_the_database_keeps_no_token_and_one_live_link(clinic, token):
    row = CalendarFeed.objects.get()
    assert token not in (row.token_hash, str(row.pk))
    assert len(row.token_hash) == 64
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(member=clinic.provider, token_hash="0" * 64)


def test_who_left_or_may_no_longer_see_the_schedule_has_no_calendar(clinic, token):
    assert owner_of(token) == clinic.provider
    grant = PermissionException.objects.create(
        member=clinic.provider, permission="schedule_view", effect="revoke", reason="review"
    )
    assert owner_of(token) is None
    grant.delete()
    deactivate_member(by=clinic.by, member=clinic.provider, reason="left")
    assert read(token).status_code == 404


@pytest.mark.parametrize("wrong", ["x", "A" * 43, "Bobby'--", "%20", "é"])
def test_tokens_that_are_nobody_s_are_not_found(clinic, token, wrong):
    answer = read(wrong)
    assert (answer.status_code, answer.content) == (404, b"There is no such calendar.")
    assert owner_of(token[:-1]) is None


def test_reading_is_limited_and_only_reading_is_answered(clinic, token):
    client = Client()
    path = reverse("scheduling:calendar-feed-file", args=[token])
    assert client.post(path).status_code == 405
    statuses = [read(token, client).status_code for _ in range(CALENDAR_FEED.times + 1)]
    assert set(statuses[:-1]) == {200}
    assert statuses[-1] == 429


def test_a_member_makes_copies_and_ends_the_link_on_a_page(clinic):
    browser = signed_in(clinic.provider)
    page = browser.get(reverse("scheduling:calendar-feed"))
    assert "There is no link." in page.content.decode()
    made = browser.post(reverse("scheduling:calendar-feed-open"))
    link = re.search(r'value="(http[^"]+/calendar/([\w-]+)\.ics)"', made.content.decode())
    assert made["Cache-Control"] == "no-store"
    assert read(link[2]).status_code == 200
    again = browser.get(reverse("scheduling:calendar-feed")).content.decode()
    assert link[2] not in again
    assert "New link" in again
    assert browser.post(reverse("scheduling:calendar-feed-revoke")).status_code == 302
    assert read(link[2]).status_code == 404


def test_another_s_link_is_untouched(clinic, token):
    other = signed_in(make_member(Role.PROVIDER))
    other.post(reverse("scheduling:calendar-feed-open"))
    assert other.post(reverse("scheduling:calendar-feed-revoke")).status_code == 302
    assert read(token).status_code == 200


def test_the_program_itself_has_no_calendar(db):
    with pytest.raises(Refused, match="Only a member"):
        open_calendar_feed(by=Actor.system("test"))
