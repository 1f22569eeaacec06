"""What the phone provider asks while an automated call goes on. Nothing is believed without its signature."""

from functools import wraps

from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.inbox.views.hooks import from_provider
from clinic.messaging.gateways.twilio_voice import twiml
from clinic.messaging.gateways.twilio_voice.callbacks import address, message_id_from
from clinic.messaging.queries.voice import AFTER_KEY, GOODBYE, spoken, voicemail_of
from clinic.messaging.rules.spoken import readings
from clinic.messaging.rules.voice import HUMAN, KEYS, MACHINE
from clinic.messaging.services.voice import hear
from clinic.staff.access import public

GATEWAY = "twilio_voice"


def _one_call(view):
    """Gives the view the outbox id that our own signature vouches for, and the provider's id of the call."""

    @wraps(view)
    def checked(request):
        message_id = message_id_from(request.GET.get("m", ""))
        if message_id is None:
            return HttpResponseForbidden()
        ref = request.POST.get("CallSid", "")[:64]
        if not ref:
            return HttpResponse(status=400)
        return view(request, message_id, ref)

    return checked


def _xml(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/xml")


@public
@csrf_exempt
@require_POST
@from_provider
@_one_call
def voice_answer(request, message_id, ref):
    """Somebody or something picked up: the script for a person, the few words for a machine."""
    who = request.POST.get("AnsweredBy", "") or HUMAN
    call = hear(gateway=GATEWAY, message_id=message_id, ref=ref, kind="answer", value=who)
    if call is None:
        return _xml(twiml.say("", language="en"))
    message = call.message
    if call.answered_by == MACHINE:
        return _xml(twiml.say(voicemail_of(message), language=message.language))
    if call.answered_by != HUMAN:
        return _xml(twiml.say("", language=message.language))
    return _xml(_question(message, asked="1"))


def _question(message, *, asked: str) -> str:
    """The script, read as often as a minute allows; once more after a key that meant nothing."""
    goodbye = spoken(message, GOODBYE)
    return twiml.ask_for_key(
        message.body,
        language=message.language,
        action=address("hooks:voice-key", message.pk, n=asked),
        times=readings(message.body, goodbye) if asked == "1" else 1,
        goodbye=goodbye,
    )


@public
@csrf_exempt
@require_POST
@from_provider
@_one_call
def voice_key(request, message_id, ref):
    """A key was pressed. One that means nothing is asked for once more."""
    key = request.POST.get("Digits", "").strip()[:1]
    call = hear(gateway=GATEWAY, message_id=message_id, ref=ref, kind="key", value=key or "none")
    if call is None:
        return _xml(twiml.say("", language="en"))
    message = call.message
    if key in KEYS:
        return _xml(twiml.say(spoken(message, AFTER_KEY[KEYS[key]]), language=message.language))
    if request.GET.get("n") == "1":
        return _xml(_question(message, asked="2"))
    return _xml(twiml.say(spoken(message, GOODBYE), language=message.language))


@public
@csrf_exempt
@require_POST
@from_provider
@_one_call
def voice_status(request, message_id, ref):
    """A report on one call, in any order, any number of times."""
    status = request.POST.get("CallStatus", "").strip().lower()
    if not status:
        return HttpResponse(status=400)
    hear(gateway=GATEWAY, message_id=message_id, ref=ref, kind="status", value=status[:24])
    return HttpResponse(status=204)
