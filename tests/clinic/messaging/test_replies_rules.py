"""What a text means. Sixty ways to say stop, and what must never be taken for one."""

import pytest

from clinic.messaging.rules.replies import Meaning, plain, read_reply

STOP = """STOP|stop|Stop.|STOP!!!|stop please|please stop|Stop it|stop now|STOPALL|stop all|quit|QUIT.|end|END|revoke|
opt out|OPT-OUT|optout|opt me out|unsubscribe|Unsubscribe me please|unsub|remove me|remove me from your list|
take me off your list|take me off this|delete my number|wrong number|You have the wrong number|
this is the wrong person|it’s the wrong number|sorry wrong number|no more texts|no more messages|stop texting me|
Stop sending me these messages|please stop all messages|stop messaging|do not text me|don't text me|dont text me again|
never text this number|don't contact me|do not call me|I revoke my consent|I withdraw consent|leave me alone|go away|
stop bothering me|quit texting me|cease texting|not me|nobody here by that name|no mas|No más|NO MÁS.|
no mas mensajes|ya no|alto|ALTO|pare|parar|basta|baja|no quiero recibir mensajes|número equivocado|
dejen de mandar mensajes|no me escriban|stop 🛑|🛑 STOP 🛑|S\u200bTOP|stop\u00a0please|\u2003STOP\u2003|stop\u202fall|
ＳＴＯＰ|cancel all|cancel texts"""


@pytest.mark.parametrize("words", [w.strip("\n") for w in STOP.replace("|\n", "|").split("|")])
def test_clear_wordings_opt_out(words):
    assert read_reply(words) is Meaning.STOP


def test_there_are_at_least_sixty():
    assert len(STOP.split("|")) >= 60


@pytest.mark.parametrize(
    "words", ["C", "c", "Yes", "YES!", "y", "sí", "Si", "confirm", "Confirmed", "ok", "👍 yes", "1"]
)
def test_confirming(words):
    assert read_reply(words) is Meaning.CONFIRM


@pytest.mark.parametrize(
    "words", ["2", " 2 ", "x", "X", "cancel my appointment", "Cancel visit", "cancelar mi cita"]
)
def test_cancelling_the_visit(words):
    assert read_reply(words) is Meaning.CANCEL_VISIT


@pytest.mark.parametrize("words", ["cancel", "CANCEL", "Cancel.", "cancelar", "please cancel"])
def test_a_bare_cancel_is_asked_back(words):
    assert read_reply(words) is Meaning.ASK_BACK


@pytest.mark.parametrize("words", ["R", "reschedule", "change time", "reprogramar"])
def test_another_time(words):
    assert read_reply(words) is Meaning.RESCHEDULE


@pytest.mark.parametrize(
    ("words", "meaning"), [("START", Meaning.START), ("unstop", Meaning.START), ("help", Meaning.HELP)]
)
def test_start_and_help(words, meaning):
    assert read_reply(words) is meaning


@pytest.mark.parametrize(
    "words",
    [
        "",
        "🙂",
        "I'll stop by at 9 to drop off the form",
        "Can I stop in earlier?",
        "I have to end my shift first, is 3 ok?",
        "yes but can we make it later",
        "What should I bring?",
        "my number has changed to 555 010 0199",
        "is the bus stop near you?",
        "Can you text me the address?",
        "I can not come, no more sick days",
        "Running 10 min late",
    ],
)
def test_everything_else_is_for_a_person(words):
    assert read_reply(words) is Meaning.UNCLEAR


def test_plain_takes_away_accents_signs_and_odd_spaces():
    assert plain("  ¡NO\u2009MÁS!  ") == "no mas"
