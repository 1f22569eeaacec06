"""The words that patients text, as `plain` leaves them: lower case, no accents, no signs. English and Spanish.

Whole texts stand in the sets; `STOP_PHRASES` are clear wordings inside a longer text.
"""

STOP = {
    "stop", "stopall", "stop all", "quit", "end", "revoke", "optout", "opt out", "opt me out", "unsubscribe",
    "unsub", "cancel all", "cancel texts", "cancel messages", "arret", "remove", "remove me", "parar", "pare",
    "para", "alto", "baja", "basta", "no mas", "no mas mensajes", "no mas textos", "ya no", "detener", "detengan",
    "cancelar mensajes", "wrong number", "wrong person", "numero equivocado", "numero incorrecto", "not me",
    "no texts", "no more", "no more texts", "no more messages", "fuck off", "leave me alone", "go away",
    "dejen de escribir", "no me escriban", "no me manden mensajes", "borrenme", "eliminar", "stop thanks", "stop thank you",
    "stop ok", "ok stop", "no stop", "stop stop", "stop stop stop", "enough", "no thanks stop", "cancele los mensajes",
    "quitenme", "quiteme", "cancelar textos", "darme de baja", "quiero darme de baja", "no deseo mensajes", "stop forever",
}  # fmt: skip

# Said as a sentence of its own in a longer text these are as clear as alone.
STOP_SENTENCES = {
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "opt out",
    "quit",
    "alto",
    "basta",
    "no mas",
    "ya basta",
}

_THINGS = r"(?:text|txt|messag|remind|sms|notif|alert|mensaj|texto|recordator|llamad|correo|email)\w*"
_OF_THEM = r"(?: all| any| more| of| the| this| that| these| those| your| sus| los| estos| so many)*"
# "Don't call me before ten" is a wish, not a goodbye.
_NO_CONDITION = (
    r"(?! (?:before|after|until|till|at|on|in|today|tomorrow|when|if|during|while|with|about|antes|despues|hasta|a las|en el"
    r"|por la|cuando|si)\b)"
)
# Each needs its own object ("texting me", "from your list"), so that "please stop by at 9" or "should I stop it
# before the visit" never counts.
STOP_PHRASES = [
    rf"(?:stop|quit|cease|end){_OF_THEM} {_THINGS}",
    r"(?:stop|quit|cease) (?:texting|messaging|contacting|reminding|calling|bothering|spamming|harassing)",
    rf"(?:stop|quit) sending(?: me)?(?:{_OF_THEM} {_THINGS}| (?:these|this|those|stuff|things))?$",
    rf"(?:stop|quit) sending(?: me)?{_OF_THEM} {_THINGS}",
    rf"(?:do not|dont|don t|never) (?:text|txt|message|contact|sms|call)(?: (?:me|this|us|again|anymore|any more)\b|$){_NO_CONDITION}",
    rf"(?:do not|dont|don t) (?:send|want)(?: me| to get| to receive)?{_OF_THEM} {_THINGS}",
    rf"(?:take|remove|delete|get) me (?:off|from|of|out)(?: of| from)?(?:{_OF_THEM} (?:list|thread|chat|database|system|contacts?|{_THINGS})|{_OF_THEM}$)",
    r"(?:remove|delete) (?:my|this) (?:number|phone|name)",
    r"take (?:my|this) (?:number|name) (?:off|out)",
    rf"(?:opt|opting)(?: me)? out(?! of (?!{_OF_THEM.replace('(?: ', '(?:')} ?{_THINGS}))",
    r"unsubscribe|unsubcribe|unsuscribe",
    r"(?:revoke|withdraw)(?: my)? (?:consent|permission)",
    r"(?:wrong|incorrect) (?:number|person|phone)(?! of)",
    r"(?:there is |theres )?(?:no one|nobody) (?:here )?(?:by|with) (?:that|this) name",
    r"(?:i am|im|i m) not (?:that person|who you think|the person)",
    rf"no (?:quiero|deseo|necesito)(?: mas| recibir| que me manden)*{_OF_THEM} {_THINGS}",
    r"no (?:quiero|deseo) (?:recibir )?mas$",
    rf"(?:no|ya no|nunca) me (?:manden|envien|escriban|mande|envie|escriba|llamen|contacten|molesten)(?: mas)?(?:{_OF_THEM} {_THINGS})?{_NO_CONDITION}",
    r"(?:dejen|deje|deja|paren|pare) de (?:mandar|enviar|escribir|molestar|llamar|contactar)\w*",
    r"(?:quiten|quite|borren|borre|saquen|saque|eliminen|elimine)(?:me)? (?:de (?:la|su|esta) lista|mi numero|este numero)",
    r"(?:quitenme|quiteme|borrenme|saquenme|eliminenme)\b",
    rf"(?:cancelar|cancelen|cancele|cancela|terminar|terminen) (?:los|sus|estos) {_THINGS}",
    r"no mas (?:mensajes|textos|recordatorios|llamadas)",
    r"(?:numero|persona) (?:equivocad|incorrect)\w",
    r"^(?:ok |okay |no |please |pls |just )?(?:stop|alto|pare|parar|basta) (?:please|pls|por favor|it|now|already|ya|thanks|thank you|gracias|forever|asap)(?: .{0,12})?$",
    r"(?:please|pls|plz|por favor) (?:stop|quit|unsubscribe|pare|paren|alto)(?: (?:it|now|this|all|already|thanks|thank you|everything))*$",
]  # fmt: skip
# What takes the meaning back when it stands right before: "don't stop the reminders", "did you stop texting".
NOT_STOP = (
    r"(?:\b(?:dont|don t|do not|never|cant|can t|cannot|wont|won t|didnt|did not|did you|have you|has it)"
    r"(?: ever| please| want to| want you to| mean to| need to)?)$"
)
SPANISH_VERBS = ("dej", "pare", "borr", "quiten", "quite", "saq", "elimin", "cancel", "termin")
WRONG_NUMBER = (
    r"\b(?:wrong|incorrect) (?:number|person|phone)\b(?! of)|\b(?:numero|persona) (?:equivocad|incorrect)\w"
    r"|\b(?:no one|nobody) (?:here )?(?:by|with) (?:that|this) name|^not me$"
)

CONFIRM = {
    "c", "y", "yes", "yep", "yeah", "yup", "confirm", "confirmed", "confirming", "i confirm", "1", "ok", "okay",
    "si", "s", "confirmo", "confirmar", "confirmado", "yes confirm", "yes i confirm", "yes i will be there",
    "i will be there", "ill be there", "see you then", "claro", "si confirmo", "yes thank you", "yes thanks",
    "yes please", "ok thank you", "ok thanks", "sure", "si gracias", "alli estare",
}  # fmt: skip
CANCEL_VISIT = {
    "2", "x", "cancel visit", "cancel my visit", "cancel appointment", "cancel my appointment", "cancel appt",
    "cancel my appt", "cancel the appointment", "please cancel my appointment", "please cancel appointment",
    "cancelar cita", "cancelar mi cita", "cancele mi cita", "cancelar la cita", "cancel the visit",
}  # fmt: skip
RESCHEDULE = {
    "r", "3", "reschedule", "reschedule please", "please reschedule", "change", "change time", "different time",
    "reprogramar", "cambiar", "cambiar cita", "otra hora", "new time", "need to reschedule", "i need to reschedule",
    "can i reschedule", "can we reschedule", "cambiar mi cita",
}  # fmt: skip
START = {
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
HELP = {"help", "info", "ayuda"}
ASK_BACK = {
    "cancel",
    "cancelar",
    "cancela",
    "cancele",
    "please cancel",
    "cancel please",
    "cancel it",
    "cancelled",
}

# What answers "cancel what? Reply 2 for the visit, or STOP".
THE_VISIT = {
    "visit", "the visit", "my visit", "appointment", "the appointment", "my appointment", "appt", "the appt", "my appt",
    "cita", "la cita", "mi cita", "visita", "la visita", "mi visita", "just the visit", "only the visit", "solo la cita",
}  # fmt: skip
THE_TEXTS = {
    "texts", "text", "the texts", "these texts", "the messages", "messages", "text messages", "the text messages",
    "mensajes", "los mensajes", "textos", "los textos", "estos mensajes", "just the texts", "only the texts",
}  # fmt: skip
