"""The two addresses that the phone provider calls. Nothing is believed without its signature."""

from functools import wraps

from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.core.time import now
from clinic.messaging.gateways.twilio.callbacks import is_from_provider, message_id_from
from clinic.messaging.services.replies import receive_text
from clinic.messaging.services.reports import record_report
from clinic.staff.access import public

MAX_BODY = 64 * 1024
EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def from_provider(view):
    """Refuses, with the same empty 403, what is too large, not signed, or signed for another address."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return HttpResponseForbidden()
        if length > MAX_BODY:
            return HttpResponse(status=413)
        signature = request.headers.get("X-Twilio-Signature", "")
        if not is_from_provider(request.get_full_path(), request.POST, signature):
            return HttpResponseForbidden()
        return view(request, *args, **kwargs)

    return checked


@public
@csrf_exempt
@require_POST
@from_provider
def sms_inbound(request):
    """A text from a patient: kept, opt-outs acted on, the rest left to a task."""
    told = request.POST
    if not told.get("MessageSid") or not told.get("From"):
        return HttpResponse(status=400)
    receive_text(
        gateway="twilio",
        ref=told["MessageSid"][:64],
        from_address=told["From"][:254],
        to_address=told.get("To", "")[:254],
        body=told.get("Body", ""),
        received_at=now(),
        is_answered_by_carrier=bool(told.get("OptOutType")),
    )
    return HttpResponse(EMPTY_ANSWER, content_type="text/xml")


@public
@csrf_exempt
@require_POST
@from_provider
def sms_status(request):
    """A report on one message. The signed id in the address finds it even when we never learned its reference."""
    told = request.POST
    message_id = message_id_from(request.GET.get("m", ""))
    if message_id is None:
        return HttpResponseForbidden()
    if not told.get("MessageSid") or not told.get("MessageStatus"):
        return HttpResponse(status=400)
    record_report(
        gateway="twilio",
        ref=told["MessageSid"][:64],
        status=told["MessageStatus"].strip().lower(),
        code=told.get("ErrorCode", ""),
        message_id=message_id,
    )
    return HttpResponse(status=204)
