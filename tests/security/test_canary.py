"""A patient who can be recognised anywhere goes through the whole clinic: outside PostgreSQL nobody hears of her."""

import base64
import datetime as dt
import json
import logging
import os
import re
import threading
from html.parser import HTMLParser
from pathlib import Path

import pytest
import redis
import time_machine
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse

from clinic.celery import app
from clinic.core.errors import Refused
from clinic.messaging.models import Message
from clinic.staff.roles import Role
from records.models import Patient
from tests.architecture.test_access import GUARDED
from tests.clinic.messaging.conftest import noon, provider  # noqa: F401 - fixtures
from tests.factories.messaging import make_message, make_reachable, number_of
from tests.factories.staff import make_member, signed_in
from tests.runtime.waiting import wait_for
from tests.support import small_clinic
from tests.support.log_watch import LogWatch

NAME, BORN, SSN, MEMBER = "Zyxwhistle", "1931-02-28", "987-65-4320", "ZYXMEMBER77"
PHONE = "+13125557788"
CANARIES = re.compile(
    "|".join([NAME, BORN, "02/28/1931", SSN, MEMBER, "3125557788", r"312\W+555\W+7788"]), re.IGNORECASE
)


@pytest.fixture
def watch(transactional_db):
    """Log lines as production writes them, from INFO on."""
    root, found = logging.getLogger(), LogWatch(CANARIES)
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(found)
    yield found
    root.removeHandler(found)
    root.setLevel(level)


class Monitor(threading.Thread):
    """Everything that clients send to Redis, as its MONITOR tells it."""

    END = "the-monitor-ends-here"

    def __init__(self):
        super().__init__(daemon=True)
        self.client = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=None)
        self.said, self.is_ready = [], threading.Event()

    def run(self):
        with self.client.monitor() as feed:
            self.is_ready.set()
            for line in feed.listen():
                self.said.append(line["command"])
                if self.END in line["command"]:
                    return

    def __enter__(self):
        self.start()
        assert self.is_ready.wait(10)
        return self

    def __exit__(self, *_):
        self.client.set(self.END, "1")
        self.join(10)
        assert not self.is_alive()


def unpacked(commands: list[str]) -> str:
    """The commands, and the bodies of tasks in them in clear (kombu sends base64)."""
    text = "\n".join(commands)
    bodies = re.findall(r'\\?"body\\?":\s*\\?"([A-Za-z0-9+/=]+)\\?"', text)
    return text + "\n" + "\n".join(base64.b64decode(body).decode() for body in bodies)


class Addresses(HTMLParser):
    """Every address on a page."""

    NAMES = {
        "href",
        "src",
        "action",
        "hx-get",
        "hx-post",
        "data-url",
        "data-href",
        "data-find",
        "data-combobox",
    }

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value or "" for name, value in attributes if name in self.NAMES]


def addresses_in(response) -> list[str]:
    reader = Addresses()
    if not response.streaming and "html" in response.get("Content-Type", ""):
        reader.feed(response.content.decode())
    return [*reader.found, *(response.get(name, "") for name in ("Location", "HX-Redirect", "HX-Push-Url"))]


def plant() -> Patient:
    """The small clinic, whose patient now has everything by which somebody is known."""
    small_clinic.build()
    patient = Patient.objects.get(last_name=NAME, first_name="Ottoline")
    Patient.objects.filter(pk=patient.pk).update(birth_date=BORN)
    patient.contacts.filter(kind="mobile").update(value=PHONE)
    patient.coverages.update(member_id=MEMBER)
    return patient


def work_of_a_day(client, patient) -> list:
    """The main forms, sent with her data in every field that takes some."""
    sent = [
        (reverse("records:finder"), {"q": NAME}),
        (reverse("records:patient-options"), {"q": PHONE}),
        (reverse("records:finder"), {"q": BORN}),
        (
            reverse("records:patient-register"),
            {
                "first_name": "Ottoline",
                "last_name": NAME,
                "birth_date": "02/28/1931",
                "sex_at_birth": "female",
                "phone": PHONE,
            },
        ),
        (reverse("inbox:task-add"), {"title": f"Call {NAME} {SSN}", "to_whom": "pool:front_desk"}),
        (reverse("records:problem-add", args=[patient.pk]), {"text": f"{NAME} {SSN}", "status": "active"}),
        (reverse("staff:draft"), {"key": "k", "url": "/", "fields": json.dumps({"text": NAME})}),
        (reverse("audit:patient"), {"mrn": patient.mrn}),
        (
            reverse("staff:member-invite"),
            {"first_name": "Pat", "last_name": NAME, "username": "zz", "email": "x@y.zz"},
        ),
        (reverse("scheduling:patient-facts"), {"patient": str(patient.pk)}),
    ]
    return [client.post(path, data) for path, data in sent]


def test_a_day_leaves_nothing_of_her_in_logs_broker_or_addresses(watch, redis_client):
    patient = plant()
    with Monitor() as monitor, time_machine.travel(small_clinic.NOW, tick=False):
        client, told = signed_in(make_member(*Role), raise_request_exception=False), []
        for address in GUARDED:
            response = client.get(address.path(small_clinic.known_ids(address)))
            told += addresses_in(response)
        for response in work_of_a_day(client, patient):
            assert response.status_code < 500
            told += addresses_in(response)
        make_message(patient, address=PHONE, purpose="receipt")
    said = unpacked(monitor.said)
    assert "messaging.send_due" in said
    assert CANARIES.findall(said) == []
    assert len(told) > 1_000
    # A number to call goes to the phone, not to a server.
    assert [one for one in told if CANARIES.search(one) and not one.startswith("tel:")] == []
    assert watch.caught == []
    kept = [redis_client.dump(key) for key in redis_client.scan_iter()]
    assert not [one for one in kept if one and NAME.encode() in one]


FAILURES = {
    "an error of ours": RuntimeError(f"{NAME} born {BORN}"),
    "the database quotes the row": IntegrityError(f"DETAIL: Key (last_name)=({NAME}) already exists."),
    "the database is away": OperationalError(f"could not send {NAME}"),
    "out of range": ValueError(f"{SSN} is no date"),
}


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_an_error_page_and_its_log_line_do_not_name_her(watch, monkeypatch, failure):
    from records.views import patients

    def fail(*args, **kwargs):
        raise FAILURES[failure] from KeyError(NAME)

    monkeypatch.setattr(patients, "chart", fail)
    monkeypatch.setattr(patients, "find_patients", fail)
    client, patient = (
        signed_in(make_member(*Role), raise_request_exception=False),
        make_reachable(last_name=NAME),
    )
    for headers in ({}, {"HX-Request": "true"}, {"X-Clinic-Dialog": "1"}):
        for response in (
            client.get(reverse("records:patient", args=[patient.pk]), headers=headers),
            client.post(reverse("records:finder"), {"q": NAME}, headers=headers),
        ):
            assert response.status_code in {500, 503}
            assert not CANARIES.search(response.content.decode() + str(response.headers))
    assert watch.lines >= 6
    assert watch.caught == []


def test_what_is_refused_is_answered_without_her(watch, settings):
    """400, 403, 404, 405, 413, 423 and 429, whatever a stranger or a member put into them."""
    stranger = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client = signed_in(make_member(Role.BILLER), raise_request_exception=False)
    answers = [
        stranger.get(f"/nothing/{NAME}/"),
        stranger.get("/sign-in/", headers={"Host": f"{NAME}.example"}),
        stranger.post("/sign-in/", {"login": NAME, "password": SSN}),
        stranger.post("/hooks/sms/inbound", {"From": PHONE, "Body": NAME}),
        stranger.generic("TRACE", f"/patients/?q={NAME}"),
        client.get("/staff/invite/", {"q": NAME}),
        client.post("/session/lock/"),
    ]
    assert [a.status_code for a in answers] == [404, 400, 403, 403, 405, 403, 200]
    for answer in answers:
        assert not CANARIES.search(answer.content.decode())
    assert watch.caught == []


def test_a_task_that_fails_logs_its_kind_and_place_only(watch, celery_worker_thread, monkeypatch):
    """Celery writes the error into its message; a real worker, fed by the real Redis, must not."""
    from clinic.inbox import tasks

    def fail(**kwargs):
        raise Refused(f"{NAME} {PHONE} {SSN}")

    monkeypatch.setattr(tasks.services, "watch_access", fail)
    seen = []

    class Errors(logging.Handler):
        def emit(self, record):
            seen.append(record.name)

    errors = Errors(level=logging.ERROR)
    logging.getLogger().addHandler(errors)
    try:
        app.send_task("inbox.watch_access")
        wait_for(lambda: any(name.startswith("celery") for name in seen), seconds=30, what="the failed task")
    finally:
        logging.getLogger().removeHandler(errors)
    assert watch.caught == []


def test_the_servers_own_logs_do_not_quote_rows(transactional_db):
    """A refused statement is where PostgreSQL would write the values it was given."""
    from django.db import connection, transaction

    patient = make_reachable(last_name=NAME)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO records_patient SELECT * FROM records_patient WHERE last_name = '{NAME}' AND id = %s",
            [patient.pk],
        )
    folder = Path(os.environ["CLINIC_TEST_FOLDER"])
    logs = [path for path in (folder / "postgres.log", folder / "redis.log") if path.exists()]
    if not logs:
        pytest.skip("The servers of this run are somebody else's.")
    assert "duplicate key value" in (folder / "postgres.log").read_text(errors="replace")
    assert [path.name for path in logs if CANARIES.search(path.read_text(errors="replace"))] == []


@pytest.mark.django_db(transaction=True)
def test_a_text_names_her_by_the_first_name_alone(provider):  # noqa: F811
    from clinic.messaging.tasks import send_due
    from tests.factories.scheduling import TUESDAY, Clinic

    patient = make_reachable(
        first_name="Ottoline", last_name=NAME, birth_date=dt.date(1931, 2, 28), number=PHONE
    )
    Clinic().book("9:00", day=TUESDAY + dt.timedelta(days=7), patient=patient, reason=f"{NAME} {SSN}")
    send_due()
    assert provider.taken
    assert Message.objects.filter(patient=patient).exists()
    for text in provider.taken:
        assert "Ottoline" in text.body
        assert not CANARIES.search(text.body)
        assert not CANARIES.search(text.callback)
    assert number_of(patient) == PHONE
