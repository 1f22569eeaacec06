"""What a person might do about a text that the program does not act on. Pure words in, suggestions out.

The program suggests and never acts here; the first suggestion is the likeliest. A text that sounds like a symptom
or a question is for the telephone: nobody answers it by text.
"""

import re
from enum import StrEnum

from clinic.messaging.rules.replies import Meaning, plain


class Act(StrEnum):
    CONFIRM = "confirm"
    CANCEL = "cancel"
    MOVE = "move"
    LATE = "late"
    STOP = "stop"
    CALL = "call"
    NOTED = "noted"


ACT_WORDS = {
    Act.CONFIRM: "Confirm the visit",
    Act.CANCEL: "Cancel the visit",
    Act.MOVE: "Find another time",
    Act.LATE: "Thank them for telling that they are late",
    Act.STOP: "Opt this number out",
    Act.CALL: "Ask them to call",
    Act.NOTED: "Say that it is noted",
}

_HEALTH = (
    r"pain|hurt\w*|fever|bleed\w*|blood|swell\w*|swollen|rash|dizz\w*|vomit\w*|sick|cough\w*|breath\w*|chest|medicin\w*|meds?"
    r"|pill\w*|prescri\w*|refill\w*|insulin|result\w*|dolor|duele|fiebre|sangr\w*|hinchad\w*|mareo\w*|vomit\w*|enferm\w*|tos"
    r"|pecho|pastilla\w*|receta\w*|resultado\w*|emergency|emergencia|911|hospital"
)
_LATE = (
    r"late|behind|traffic|delay\w*|on my way|minutes away|min away|tarde|retras\w*|en camino|trafico|demor\w*"
)
_CANCEL = (
    r"cancel\w*|(?:cant|can t|cannot|can not|wont|won t|not going to|unable to) (?:be able to )?(?:come|make|be there|attend)"
    r"|not coming|no puedo (?:ir|venir|asistir)|no (?:voy|ire|vamos|podre|asistire)"
)
_MOVE = (
    r"reschedul\w*|(?:another|different|other|new|later|earlier|better|sooner) (?:time|day|date|hour|appointment|slot)"
    r"|come (?:later|earlier|sooner|another)|(?:move|change|switch|push) (?:it|my|the|to)|make it (?:later|earlier)"
    r"|otro dia|otra (?:hora|fecha)|mas (?:tarde|temprano)|cambi\w*|reprogram\w*|mover"
)
_COMING = (
    r"(?:i|we) (?:will|ll|am|are) (?:be there|come|coming|go|going)|ill be there|im coming|be there|see you|alli (?:estare|estaremos)"
    r"|ahi (?:estare|estaremos)|si (?:voy|vamos|ire)|(?:yes|yep|yeah|ok|okay|sure|confirm\w*|claro|si)"
)
_STOP = r"stop|unsubscri\w*|no more|leave me|wrong|quit|basta|alto|molest\w*|equivocad\w*"
_HEALTH_P, _LATE_P, _CANCEL_P, _MOVE_P, _STOP_P = (
    re.compile(rf"\b(?:{words})\b") for words in (_HEALTH, _LATE, _CANCEL, _MOVE, _STOP)
)
_COMING_P = re.compile(rf"^(?:{_COMING})\b")


def suggest(body: str, meaning: str, *, has_visit: bool) -> list[Act]:
    """Acts for one text, the likeliest first, each once. Without a visit nothing about one is suggested."""
    words = plain(body)
    acts: list[Act] = []
    if _HEALTH_P.search(words):
        acts.append(Act.CALL)
    if has_visit:
        acts += _about_the_visit(words, meaning)
    if _STOP_P.search(words):
        acts.append(Act.STOP)
    if "?" in body:
        acts.append(Act.CALL)
    return list(dict.fromkeys([*acts, Act.CALL, Act.NOTED]))


def _about_the_visit(words: str, meaning: str) -> list[Act]:
    found: list[Act] = []
    if _LATE_P.search(words):
        found.append(Act.LATE)
    if meaning == Meaning.RESCHEDULE or _MOVE_P.search(words):
        found.append(Act.MOVE)
    if meaning == Meaning.CANCEL_VISIT or _CANCEL_P.search(words):
        found.append(Act.CANCEL)
    if meaning == Meaning.CONFIRM or (not found and _COMING_P.search(words)):
        found.append(Act.CONFIRM)
    # Somebody who asks for another time has not called the visit off yet: the new time first.
    return found
