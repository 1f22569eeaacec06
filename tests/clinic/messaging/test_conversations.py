"""Two hundred conversations by text, English and Spanish, against a small independent model of what must follow.

Each conversation is drawn from a seed: one patient with a visit, the reminders as they come due, and a handful of
texts at odd times, some of them repeated by the provider. The model knows nothing of the program: it keeps for
each patient whether they are out, whether a question is open, and what became of the visit.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.queries.consent import may_contact
from clinic.messaging.tasks import resolve_uncertain, send_due, settle_replies
from scheduling.models import Appointment
from tests.clinic.messaging.test_hooks import text
from tests.factories.messaging import make_reachable, number_of
from tests.factories.scheduling import Clinic, at, make_provider
from tests.fakes.sms_provider import SmsProvider, Taken

CONVERSATIONS, IN_ONE_TEST = 200, 20
# Friday noon in Chicago, four days before the clinic's Tuesday.
FRIDAY = datetime(2026, 3, 6, 18, tzinfo=UTC)

SAYS = {
    "en": {
        "confirm": ["C", "yes", "Yes!", "I will be there", "ok thanks"],
        "cancel_visit": ["2", "x", "cancel my appointment"],
        "stop": ["STOP", "stop texting me", "Unsubscribe", "Please take me off your list", "STOP. not Maria"],
        "start": ["START", "unstop"],
        "ask_back": ["cancel", "CANCEL"],
        "person": [
            "can I bring my son",
            "R",
            "running late",
            "what should I bring?",
            "don't stop the reminders",
        ],
        "help": ["help", "INFO"],
        "visit": ["the visit", "2"],
        "texts": ["texts", "stop"],
    },
    "es": {
        "confirm": ["sí", "confirmo", "Claro", "allí estaré"],
        "cancel_visit": ["2", "cancelar mi cita"],
        "stop": ["ALTO", "no más mensajes", "ya no me manden textos", "no quiero recibir mensajes"],
        "start": ["empezar", "START"],
        "ask_back": ["cancelar", "Cancela"],
        "person": ["¿puedo llevar a mi hijo?", "cambiar", "voy tarde", "no quiero recibir la vacuna"],
        "help": ["ayuda"],
        "visit": ["la cita", "mi cita"],
        "texts": ["los mensajes", "alto"],
    },
}


@dataclass
class Model:
    """What has to be true of one patient, told by what they said and when."""

    is_out: bool = False
    is_asked: bool = False
    visit: str = "scheduled"
    receipts: list[str] = field(default_factory=list)
    for_people: int = 0

    def hear(self, kind: str) -> None:
        """One text of that kind."""
        was_asked, self.is_asked = self.is_asked, False
        if was_asked and kind == "confirm":
            self.for_people += 1
        elif kind in ("stop", "texts"):
            if not self.is_out:
                self.receipts.append("opted_out")
            self.is_out = True
        elif kind == "start":
            self.is_out = False
            self.receipts.append("opted_in")
        elif kind == "ask_back":
            self.is_asked = True
            self.receipts.append("ask_back")
        elif kind == "help":
            self.receipts.append("help")
        elif kind == "person" or self.visit == "cancelled":
            self.for_people += 1
        elif kind in ("cancel_visit", "visit"):
            self.visit = "cancelled"
            self.receipts.append("reply_cancelled")
        else:
            self.visit = "confirmed"
            self.receipts.append("reply_confirmed")


def talk(seed: int, clinic: Clinic, clock, provider: SmsProvider) -> None:
    """One whole conversation, checked after every text and at the end."""
    chance = random.Random(seed)
    language = chance.choice(["en", "es"])
    clock.move_to(FRIDAY)
    already = len(provider.taken)
    patient = make_reachable(language=language)
    visit = clinic.book("10:00", patient=patient, provider=make_provider(clinic.location))
    model, said = Model(), []
    work()
    for turn in range(chance.randint(1, 6)):
        clock.shift(timedelta(minutes=chance.choice([1, 7, 50, 400, 1500])))
        if clock_is_past(visit):
            break
        heard = len(provider.taken)
        work()
        if model.is_out or model.is_asked or model.visit == "cancelled":
            assert len(provider.taken) == heard, said
        kinds = ["visit", "texts", "confirm", "person"] if model.is_asked else [
            "confirm", "confirm", "cancel_visit", "stop", "start", "ask_back", "person", "help"
        ]  # fmt: skip
        kind = chance.choice(kinds)
        body = chance.choice(SAYS[language][kind])
        before = len(provider.taken)
        for _ in range(chance.choice([1, 1, 3])):  # the provider may bring a text more than once
            assert text(body, patient, sid=f"SM{seed}x{turn}").status_code == 200
        model.hear(kind)
        said.append(f"{kind}: {body}")
        work()
        check(model, patient, visit, said)
        answers = provider.taken[before:]
        assert len(answers) <= 1, said
    clock.move_to(at("13:00"))
    left = len(provider.taken)
    work()
    assert len(provider.taken) == left, said
    check(model, patient, visit, said)
    check_texts(patient, language, provider, provider.taken[already:], said)


def clock_now() -> datetime:
    return datetime.now(UTC)


def clock_is_past(visit) -> bool:
    return clock_now() >= visit.starts_at - timedelta(hours=1)


def work() -> None:
    """What beat does; twice, as what a text causes is sent by the next beat."""
    for _ in range(2):
        settle_replies()
        send_due()
        resolve_uncertain()


def check(model: Model, patient, visit, said: list[str]) -> None:
    assert Appointment.objects.get(pk=visit.pk).state == model.visit, said
    assert may_contact(patient, "sms", number_of(patient), "reminder").allowed is not model.is_out, said
    assert may_contact(patient, "voice", number_of(patient), "reminder").allowed is False, said
    receipts = Message.objects.filter(patient=patient, purpose="receipt").order_by("created_at", "id")
    assert list(receipts.values_list("template_code", flat=True)) == model.receipts, said
    open_ones = InboundMessage.objects.filter(patient=patient, needs_person=True, handled_at=None)
    assert open_ones.count() == model.for_people, said


def check_texts(patient, language: str, provider: SmsProvider, taken: list[Taken], said: list[str]) -> None:
    """Every text that the provider got: to this number only, one part, in the patient's language, none twice."""
    assert {one.to for one in taken} <= {number_of(patient)}, said
    assert max((len(one.body) for one in taken), default=0) <= 160, said
    assert max(provider.accepted_ids().values(), default=1) == 1, said
    spoken = set(Message.objects.filter(patient=patient).values_list("language", flat=True))
    assert spoken <= {language}, said
    waiting = Message.objects.filter(patient=patient, state__in=("planned", "due", "held", "claimed"))
    assert waiting.count() == 0, said


@pytest.mark.django_db
@pytest.mark.parametrize("first", range(0, CONVERSATIONS, IN_ONE_TEST))
def test_two_hundred_conversations_end_as_the_model_says(first, settings):
    with time_machine.travel(FRIDAY, tick=False) as clock, SmsProvider() as provider:
        settings.MESSAGE_GATEWAYS = {"sms": "twilio", "email": "capture", "voice": "capture"}
        settings.TWILIO = provider.settings()
        clinic = Clinic()
        for seed in range(first, first + IN_ONE_TEST):
            talk(seed, clinic, clock, provider)
