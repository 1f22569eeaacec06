"""E-mail: what a mail server says, and why an interrupted hand-over goes to people."""

import smtplib

import pytest
from django.core import mail

from clinic.messaging.gateways.base import Later, NoAnswer, NotSent, Outgoing
from clinic.messaging.gateways.smtp import SmtpGateway
from clinic.messaging.models import MessageTemplate
from clinic.messaging.rules.states import State
from clinic.messaging.services.policy import shipped_templates
from clinic.messaging.tasks import resolve_uncertain, send_due
from tests.factories.messaging import make_message, make_reachable

OUT = Outgoing(
    id="0190",
    channel="email",
    address="maria@example.org",
    heading="Your visit",
    body="Hello",
    html="<p>Hello</p>",
)


class Server:
    """Stands for Django's mail connection."""

    def __init__(self, on_open=None, on_send=None):
        self.on_open, self.on_send = on_open, on_send
        self.sent = []

    def open(self):
        if self.on_open:
            raise self.on_open

    def send_messages(self, messages):
        if self.on_send:
            raise self.on_send
        self.sent += messages
        return len(messages)

    def close(self):
        """Nothing to close."""


@pytest.fixture
def server(monkeypatch):
    def use(**kwargs):
        made = Server(**kwargs)
        monkeypatch.setattr("clinic.messaging.gateways.smtp.get_connection", lambda **_: made)
        return made

    return use


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ({"on_open": ConnectionRefusedError()}, Later),
        ({"on_open": smtplib.SMTPAuthenticationError(535, b"no")}, Later),
        ({"on_send": smtplib.SMTPServerDisconnected()}, NoAnswer),
        ({"on_send": TimeoutError()}, NoAnswer),
        ({"on_send": smtplib.SMTPDataError(451, b"later")}, Later),
        ({"on_send": smtplib.SMTPDataError(554, b"no")}, NotSent),
        ({"on_send": smtplib.SMTPRecipientsRefused({"a": (550, b"no")})}, NotSent),
        ({"on_send": smtplib.SMTPRecipientsRefused({"a": (450, b"later")})}, Later),
    ],
)
def test_each_trouble_has_its_answer(server, when, answer):
    server(**when)
    with pytest.raises(answer):
        SmtpGateway().send(OUT)


def test_the_message_id_is_the_outbox_row(server):
    made = server()
    accepted = SmtpGateway().send(OUT)
    assert accepted.ref == "<0190@testserver>"
    assert made.sent[0].extra_headers["Message-ID"] == "<0190@testserver>"


@pytest.mark.django_db
class TestFromTheOutbox:
    @pytest.fixture(autouse=True)
    def _smtp(self, settings, noon):
        settings.MESSAGE_GATEWAYS = {"sms": "capture", "email": "smtp"}

    def message(self):
        patient = make_reachable(email="maria@example.org")
        return make_message(patient, channel="email", address="maria@example.org", template_code="visit_soon")

    def test_it_is_readable_as_text_and_as_a_page(self, monkeypatch):
        monkeypatch.setattr("clinic.messaging.subjects.link_for", lambda *_: "http://testserver/v/x")
        monkeypatch.setattr("clinic.messaging.services.planning.link_for", lambda *_: "http://testserver/v/x")
        message = self.message()
        send_due()
        message.refresh_from_db()
        assert message.state == State.SENT
        sent = mail.outbox[0]
        assert sent.to == ["maria@example.org"]
        assert sent.subject == "See you Wed, Mar 11 at 9:00 AM"
        page = sent.alternatives[0][0]
        assert 'href="http://testserver/v/x"' in page
        assert "style=" not in page
        assert message.patient.last_name not in sent.body + page

    def test_an_interrupted_hand_over_goes_to_people_and_is_never_repeated_by_itself(
        self, server, monkeypatch
    ):
        monkeypatch.setattr("clinic.messaging.services.planning.link_for", lambda *_: "http://testserver/v/x")
        server(on_send=smtplib.SMTPServerDisconnected())
        message = self.message()
        send_due()
        resolve_uncertain()
        send_due()
        message.refresh_from_db()
        assert message.state == State.UNCERTAIN
        assert message.is_staff_needed
        assert message.attempts == 1

    def test_markup_in_a_name_stays_text(self, monkeypatch):
        monkeypatch.setattr("clinic.messaging.services.planning.link_for", lambda *_: "http://testserver/v/x")
        patient = make_reachable(email="bob@example.org", first_name="<b>Bob</b>")
        make_message(patient, channel="email", address="bob@example.org", template_code="visit_soon")
        send_due()
        assert "&lt;b&gt;Bob&lt;/b&gt;" in mail.outbox[0].alternatives[0][0]


@pytest.mark.django_db
def test_wordings_are_shipped():
    rows = MessageTemplate.objects.filter(version=1).values_list("code", "channel", "language")
    assert sorted(rows) == sorted(
        (row["code"], row["channel"], row["language"]) for row in shipped_templates()
    )


def test_both_languages_are_whole():
    spoken: dict[tuple[str, str], set[str]] = {}
    for row in shipped_templates():
        spoken.setdefault((row["code"], row["channel"]), set()).add(row["language"])
    assert {key for key, languages in spoken.items() if languages != {"en", "es"}} == set()
