"""A hundred voice trees, walked against an independent model: lost answers, repeats, disorder, wrong keys."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from clinic.messaging.models import Message
from clinic.messaging.queries.consent import may_contact
from clinic.messaging.tasks import resolve_uncertain, send_due
from scheduling.rules.follow_ups import State
from scheduling.tasks.follow_ups import plan_follow_ups, settle_follow_ups
from tests.factories.follow_ups import agreeing, at_noon, make_follow_up
from tests.factories.scheduling import make_location
from tests.fakes.voice_provider import Handset, VoiceProvider

pytestmark = pytest.mark.django_db
TREES = 100
LOSSES = ("ok", "ok", "ok", "lose", "500_taken", "garbage", "lose_before", "429")
WHO = (
    "human",
    "human",
    "human",
    "unknown",
    "machine_end_beep",
    "machine_end_silence",
    "fax",
    "nobody",
    "busy",
)


class Story:
    """One patient's call, drawn by dice: what the provider does, who picks up, which keys, in what disorder."""

    def __init__(self, dice: random.Random):
        self.order = dice.choice(LOSSES)
        self.who = dice.choice(WHO)
        self.keys = [dice.choice("1290#57") for _ in range(dice.randint(0, 2))]
        self.dice = dice

    def expected(self) -> tuple[str, str]:
        """(state, outcome) by a second reading of the promise: written as prose would be."""
        if self.who in ("nobody", "busy"):
            return State.CALLING, "no_answer"  # another try is planned
        if self.who.startswith("machine"):
            return State.CALLING, "left_message"
        if self.who == "fax":
            return State.CALLING, "no_answer"
        heard = self._keys_heard()
        if "9" in heard:
            return State.QUEUE, "stop"
        for key in heard:
            if key == "1":
                return State.CLOSED, "well"
            if key == "2":
                return State.QUEUE, "call_me"
        return State.QUEUE, "no_key"

    def _keys_heard(self) -> list[str]:
        """The clinic asks again after a first wrong key, and hangs up after a good one."""
        heard = []
        for key in self.keys:
            heard.append(key)
            if key in "129":
                break
        return heard

    def tell(self, phone: Handset) -> None:
        """Plays the call, each report up to three times and in any order, answers and keys repeated."""
        last = {"nobody": "no-answer", "busy": "busy"}.get(self.who, "completed")
        reports = ["initiated", "ringing", last] * self.dice.randint(1, 3)
        self.dice.shuffle(reports)
        early, late = reports[: len(reports) // 2], reports[len(reports) // 2 :]
        for status in early:
            assert phone.reports(status) == 204
        if self.who not in ("nobody", "busy"):
            for _ in range(self.dice.randint(1, 2)):
                phone.picks_up(self.who)
            self._press(phone)
        for status in late or [last]:
            assert phone.reports(status) == 204

    def _press(self, phone: Handset) -> None:
        if self.who not in ("human", "unknown"):
            assert phone.action == ""
            return
        for key in self.keys:
            action = phone.action
            heard = phone.presses(key)
            if self.dice.random() < 0.3:
                phone.action = action
                phone.presses(key)  # the provider asks twice
            if not heard.action:
                return
            phone.action = heard.action


@pytest.mark.parametrize("seed", range(5))
def test_twenty_voice_trees_at_a_time(settings, seed):
    dice = random.Random(seed)
    with time_machine.travel(at_noon(10), tick=False) as clock, VoiceProvider(seed=seed) as provider:
        settings.MESSAGE_GATEWAYS = {"voice": "twilio"}
        settings.TWILIO = provider.settings()
        make_location()
        stories = {}
        for _ in range(TREES // 5):
            row = make_follow_up(agreeing(), is_due=False)
            stories[row.pk] = (row, Story(dice))
        plan_follow_ups()
        assert Message.objects.count() == TREES // 5
        clock.move_to(at_noon(11))
        in_turn = list(Message.objects.order_by("next_try_at", "pk"))
        by_message = {str(m.pk): stories[UUID(m.subject_id)] for m in in_turn}
        provider.script.extend(story.order for _, story in by_message.values())
        for _ in range(4):
            send_due()
            clock.shift(timedelta(minutes=2))
            resolve_uncertain()
        assert provider.accepted_ids() == dict.fromkeys(by_message, 1)
        for call in list(provider.taken):
            by_message[call.message_id][1].tell(Handset(call))
        for _ in range(2):
            settle_follow_ups()
        for row, story in stories.values():
            row.refresh_from_db()
            told = (story.who, story.keys, story.order)
            assert (row.state, row.last_outcome) == story.expected(), told
            assert row.attempts.count() == 1, told
            number = row.attempts.get().address
            allowed = may_contact(row.patient, "voice", number, "followup").is_allowed
            assert allowed == (story.expected()[1] != "stop"), told
