"""What a patient's text means. Plain words in, one `Meaning` out; what is not clear goes to a person.

Opting out: stop, quit, end, revoke, opt out, cancel and unsubscribe are enough by themselves
(47 CFR 64.1200(a)(10)), and so is any other clear wording. "Cancel" alone is both an opt-out word and the
natural word for calling off a visit, so it is asked back once and nothing more is sent meanwhile; that is
why the visit itself is called off with "2".
"""

import re
import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    CONFIRM = "confirm"
    STOP = "stop"
    START = "start"
    CANCEL_VISIT = "cancel_visit"
    RESCHEDULE = "reschedule"
    ASK_BACK = "ask_back"
    HELP = "help"
    UNCLEAR = "unclear"


MEANING_WORDS = {
    Meaning.CONFIRM: "Confirms",
    Meaning.STOP: "Opts out",
    Meaning.START: "Opts in again",
    Meaning.CANCEL_VISIT: "Cancels the visit",
    Meaning.RESCHEDULE: "Wants another time",
    Meaning.ASK_BACK: "“Cancel”: asked back",
    Meaning.HELP: "Asks for help",
    Meaning.UNCLEAR: "To be read",
}

_STOP_WORDS = {
    "stop", "stopall", "stop all", "quit", "end", "revoke", "optout", "opt out", "opt me out", "unsubscribe",
    "unsub", "cancel all", "cancel texts", "cancel messages", "arret", "remove", "remove me", "parar", "pare",
    "para", "alto", "baja", "basta", "no mas", "no mas mensajes", "no mas textos", "ya no", "detener", "detengan",
    "cancelar mensajes", "wrong number", "wrong person", "numero equivocado", "numero incorrecto", "not me",
    "no texts", "no more", "no more texts", "no more messages", "fuck off", "leave me alone", "go away",
    "dejen de escribir", "no me escriban", "no me manden mensajes", "borrenme", "eliminar",
}  # fmt: skip

# Clear wordings inside a longer text. Each needs its own object ("texting me", "from your list"), so that
# "please stop by at 9" or "I have to end my shift first" never counts.
_STOP_PHRASES = [
    r"(please )?(stop|quit|cease|end)( all)?( of)?( the| these| this| your| those)? (text|txt|messag|remind|sms|contact|send|notif)\w*",
    r"(stop|quit) (calling|bothering|spamming|harassing)",
    r"(do not|dont|don t|never) (text|txt|message|contact|sms|call)( me| this| us)?",
    r"(do not|dont|don t) (send|want)( me)?( any)?( more| these| the| your)* (text|txt|messag|remind|sms)\w*",
    r"(take|remove|delete|get|drop) me (off|from|of)",
    r"(remove|delete|take) (my|this) (number|phone|name)",
    r"(opt|opting)( me)? out",
    r"unsubscribe|unsubcribe|unsuscribe",
    r"(i )?(revoke|withdraw)( my)? (consent|permission)",
    r"(you have|you got|youve got|this is|its|it s)( got)?( the| a)? wrong (number|person|phone)",
    r"wrong number",
    r"(there is )?(no one|nobody) (here )?(by|with) that name",
    r"no (quiero|deseo) (mas |recibir )",
    r"(no|ya no) me (manden|envien|escriban|mande|envie|escriba|llamen)",
    r"(dejen|deje|deja|paren) de (mandar|enviar|escribir|molestar|llamar)\w*",
    r"no mas (mensajes|textos|recordatorios)",
    r"(numero|persona) (equivocad|incorrect)\w",
    r"(stop|alto|pare|parar) (please|pls|por favor|it|now|already|thanks|thank you)",
    r"(please|pls|por favor) (stop|quit|unsubscribe|pare|paren|alto)",
]  # fmt: skip
_STOP_PATTERN = re.compile(r"(?:^|\b)(?:" + "|".join(_STOP_PHRASES) + r")(?:\b|$)")
_STOP_BY = re.compile(r"\b(stop|stopping) (by|in|over|at)\b")

_CONFIRM = {
    "c", "y", "yes", "yep", "yeah", "yup", "confirm", "confirmed", "confirming", "i confirm", "1", "ok", "okay",
    "si", "s", "confirmo", "confirmar", "confirmado", "yes confirm", "yes i confirm", "yes i will be there",
    "i will be there", "ill be there", "see you then", "claro", "si confirmo", "yes thank you", "yes thanks",
    "yes please", "ok thank you", "ok thanks", "sure", "si gracias", "alli estare",
}  # fmt: skip
_CANCEL_VISIT = {
    "2", "x", "cancel visit", "cancel my visit", "cancel appointment", "cancel my appointment", "cancel appt",
    "cancel my appt", "cancel the appointment", "please cancel my appointment", "please cancel appointment",
    "cancelar cita", "cancelar mi cita", "cancele mi cita", "cancelar la cita", "cancel the visit",
}  # fmt: skip
_RESCHEDULE = {
    "r", "3", "reschedule", "reschedule please", "please reschedule", "change", "change time", "different time",
    "reprogramar", "cambiar", "cambiar cita", "otra hora", "new time", "need to reschedule", "i need to reschedule",
    "can i reschedule", "can we reschedule", "cambiar mi cita",
}  # fmt: skip
_START = {
    "start",
    "unstop",
    "start again",
    "resume",
    "subscribe",
    "opt in",
    "optin",
    "empezar",
    "iniciar",
    "comenzar",
}
_HELP = {"help", "info", "ayuda"}
_ASK_BACK = {
    "cancel",
    "cancelar",
    "cancela",
    "cancele",
    "please cancel",
    "cancel please",
    "cancel it",
    "cancelled",
}


def plain(text: str) -> str:
    """Lower case, no accents, no emoji or punctuation, every kind of space (Unicode ones too) made one."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").replace("'", "")).casefold()
    kept = []
    for char in folded:
        category = unicodedata.category(char)
        if category.startswith(("L", "N")):
            kept.append(char)
        elif category.startswith(("Z", "P", "S")) or char.isspace():
            kept.append(" ")
    return " ".join("".join(kept).split())


def read_reply(text: str) -> Meaning:
    """The meaning of one incoming text. Opting out is looked for first and wins over everything else."""
    words = plain(text)
    if not words:
        return Meaning.UNCLEAR
    exact = {
        Meaning.STOP: _STOP_WORDS,
        Meaning.ASK_BACK: _ASK_BACK,
        Meaning.CONFIRM: _CONFIRM,
        Meaning.CANCEL_VISIT: _CANCEL_VISIT,
        Meaning.RESCHEDULE: _RESCHEDULE,
        Meaning.START: _START,
        Meaning.HELP: _HELP,
    }
    for meaning, phrases in exact.items():
        if words in phrases:
            return meaning
    if _STOP_PATTERN.search(words) and not _STOP_BY.search(words):
        return Meaning.STOP
    return Meaning.UNCLEAR
