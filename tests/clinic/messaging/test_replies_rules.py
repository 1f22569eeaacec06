"""What a text means. Sixty ways to say stop, and what must never be taken for one."""

import pytest

from clinic.messaging.rules.replies import Meaning, is_wrong_number, plain, read_answer, read_reply

STOP = """STOP|stop|Stop.|STOP!!!|stop please|please stop|Stop it|stop now|STOPALL|stop all|quit|QUIT.|end|END|revoke|
opt out|OPT-OUT|optout|opt me out|unsubscribe|Unsubscribe me please|unsub|remove me|remove me from your list|
take me off your list|take me off this|delete my number|wrong number|You have the wrong number|
this is the wrong person|it’s the wrong number|sorry wrong number|no more texts|no more messages|stop texting me|
Stop sending me these messages|please stop all messages|stop messaging|do not text me|don't text me|dont text me again|
never text this number|don't contact me|do not call me|I revoke my consent|I withdraw consent|leave me alone|go away|
stop bothering me|quit texting me|cease texting|not me|nobody here by that name|no mas|No más|NO MÁS.|
no mas mensajes|ya no|alto|ALTO|pare|parar|basta|baja|no quiero recibir mensajes|número equivocado|
dejen de mandar mensajes|no me escriban|stop 🛑|🛑 STOP 🛑|S\u200bTOP|stop\u00a0please|\u2003STOP\u2003|stop\u202fall|
ＳＴＯＰ|cancel all|cancel texts|STOP. I am not Maria|I said no. Stop!|🛑|no stop texting me|please stop sending me stuff|
do not send me any more reminders|I don't want these texts|get me off this list|take me off|quítenme de su lista|
ya no me manden mensajes|no me llamen más|dejen de llamarme|por favor paren|quiero darme de baja|borren mi número|
cancelen los mensajes|no deseo recibir textos|this is not Maria, wrong person|stop thanks|enough"""


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


NOT_STOP = """I'll stop by at 9 to drop off the form|Can I stop in earlier?|I have to end my shift first, is 3 ok?|
yes but can we make it later|What should I bring?|my number has changed to 555 010 0199|is the bus stop near you?|
Can you text me the address?|I can not come, no more sick days|Running 10 min late|please don't cancel my visit|
Don't stop the reminders, they help|please do not stop texting me|the pain won't stop, what should I do|
Should I stop taking my pills before the visit?|should I stop it before I come?|Can I quit the metformin?|
When does the visit end?|I will be there at the end of the day|We stop at the pharmacy first|did you stop the texts?|
Is my appointment cancelled?|I need to cancel and reschedule|Who is this?|wrong time, it should be 3pm|wrong day!|
is this the right number?|I never got the text message|please don't call me before 10, I work nights|
don't text me at work|do not call the house phone|take me off the schedule for Friday|my son will drop me off|
can you get me off the waitlist|you gave me the wrong number of pills|I opt out of the flu shot|
no quiero recibir la vacuna|no dejen de mandar recordatorios|no me llamen antes de las 9|para mañana puedo|
¿debo dejar de comer antes?|no más dolor, gracias|¿a qué hora termina la cita?|alto nivel de azúcar|
please stop my prescription refill|I have two numbers, use the other one|can I stop and get coffee|quit smoking last week|
remove the stitches then?|nobody can drive me|the end of March is better"""


@pytest.mark.parametrize("words", [w.strip("\n") for w in NOT_STOP.replace("|\n", "|").split("|")])
def test_what_only_sounds_like_it_goes_to_a_person(words):
    assert read_reply(words) is Meaning.UNCLEAR


def test_there_are_at_least_forty():
    assert len(NOT_STOP.split("|")) >= 40


@pytest.mark.parametrize("words", ["", "🙂", "gracias doctor", "7"])
def test_everything_else_is_for_a_person(words):
    assert read_reply(words) is Meaning.UNCLEAR


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("the visit", Meaning.CANCEL_VISIT),
        ("2", Meaning.CANCEL_VISIT),
        ("mi cita", Meaning.CANCEL_VISIT),
        ("texts", Meaning.STOP),
        ("los mensajes", Meaning.STOP),
        ("STOP", Meaning.STOP),
        ("yes", Meaning.UNCLEAR),
        ("sí", Meaning.UNCLEAR),
        ("both", Meaning.UNCLEAR),
        ("cancel", Meaning.ASK_BACK),
    ],
)
def test_what_answers_the_question_back(words, meaning):
    assert read_answer(words) is meaning


@pytest.mark.parametrize(
    ("words", "is_wrong"),
    [("Wrong number", True), ("número equivocado", True), ("not me", True), ("nobody here by that name", True),
     ("wrong number of pills", False), ("STOP", False), ("is this the right number?", False)],
)  # fmt: skip
def test_somebody_elses_number(words, is_wrong):
    assert is_wrong_number(words) is is_wrong


def test_plain_takes_away_accents_signs_and_odd_spaces():
    assert plain("  ¡NO\u2009MÁS!  ") == "no mas"
