"""What is suggested about a text that the program does not act on."""

import pytest

from clinic.messaging.rules.replies import read_reply
from clinic.messaging.rules.suggestions import Act, suggest

FIRST = [
    ("Running 10 min late", Act.LATE),
    ("stuck in traffic sorry", Act.LATE),
    ("voy tarde, hay mucho tráfico", Act.LATE),
    ("I can't make it tomorrow", Act.CANCEL),
    ("no puedo ir mañana", Act.CANCEL),
    ("cancel it please I am away", Act.CANCEL),
    ("yes but can we make it later", Act.MOVE),
    ("Can we do another day?", Act.MOVE),
    ("I need to cancel and reschedule", Act.MOVE),
    ("necesito otra fecha", Act.MOVE),
    ("R", Act.MOVE),
    ("We will be there", Act.CONFIRM),
    ("yes see you friday", Act.CONFIRM),
    ("ahí estaremos", Act.CONFIRM),
    ("my chest hurts", Act.CALL),
    ("I have a fever, should I still come?", Act.CALL),
    ("¿me duele mucho, qué hago?", Act.CALL),
    ("can you refill my pills", Act.CALL),
    ("What should I bring?", Act.CALL),
    ("why do you keep writing, leave me", Act.STOP),
    ("The address is 14 Maple Street", Act.CALL),
]


@pytest.mark.parametrize(("body", "act"), FIRST)
def test_the_likeliest_comes_first(body, act):
    assert suggest(body, read_reply(body), has_visit=True)[0] is act


def test_health_is_for_the_telephone_before_anything_else():
    acts = suggest("I have pain and can't come", "unclear", has_visit=True)
    assert acts == [Act.CALL, Act.CANCEL, Act.NOTED]


def test_without_a_visit_nothing_about_one_is_suggested():
    for body, _ in FIRST:
        acts = suggest(body, read_reply(body), has_visit=False)
        assert {Act.CONFIRM, Act.CANCEL, Act.MOVE, Act.LATE}.isdisjoint(acts)


@pytest.mark.parametrize("body", [body for body, _ in FIRST])
def test_calling_and_noting_are_always_there_and_each_act_once(body):
    acts = suggest(body, read_reply(body), has_visit=True)
    assert acts[-1] is Act.NOTED
    assert Act.CALL in acts
    assert len(acts) == len(set(acts))
