"""What the page's scripts call: lock, unlock, "somebody is here", drafts."""

import json

from django.contrib.auth import authenticate
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic.core.errors import ClinicError
from clinic.staff import queries
from clinic.staff.access import allow_signed_in, passive, stays_open, takes
from clinic.staff.client import client_ip, wants_data, workstation_id
from clinic.staff.forms import UnlockForm
from clinic.staff.lockout import forget_failures
from clinic.staff.middleware import lock_facts, locked_answer
from clinic.staff.services import drafts, sessions
from clinic.staff.views.sign_in import leave, safe_next, to_sign_in


@passive
@stays_open
@allow_signed_in
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock this session now."""
    sessions.lock_session(by=request.actor, session=request.staff_session)
    if wants_data(request):
        return JsonResponse(lock_facts(request))
    response = locked_answer(request)
    response.status_code = 200
    return response


@stays_open
@allow_signed_in
@require_POST
@sensitive_post_parameters("pin", "password")
def unlock(request: HttpRequest) -> HttpResponse:
    """Unlock by PIN, or by password when the PIN no longer counts."""
    form = UnlockForm(request.POST)
    if not form.is_valid():
        return _refused(request, "That can't be read.", password_needed=False)
    try:
        if form.cleaned_data["password"]:
            failure = _by_password(request, form.cleaned_data["password"])
            if failure:
                return failure
        else:
            sessions.unlock_with_pin(
                by=request.actor,
                session=request.staff_session,
                pin=form.cleaned_data["pin"],
                workstation_pk=workstation_id(request),
            )
    except sessions.PinRefused as error:
        return _refused(request, error.message, password_needed=error.password_needed)
    except ClinicError:
        leave(request, "expired")
        return JsonResponse({"signed_out": True}, status=401) if wants_data(request) else to_sign_in()
    if wants_data(request):
        return JsonResponse({"ok": True, "locked": False})
    return HttpResponseRedirect(safe_next(request))


def _by_password(request: HttpRequest, password: str) -> HttpResponse | None:
    """None when the password is right; wrong ones count like those of a sign-in."""
    member = authenticate(request, username=request.user.username, password=password)
    if member is None or member.pk != request.user.pk:
        return _refused(request, "That is not your password.", password_needed=True)
    forget_failures(member.username, client_ip(request))
    sessions.unlock_with_password(by=request.actor, session=request.staff_session)
    return None


def _refused(request: HttpRequest, words: str, *, password_needed: bool) -> HttpResponse:
    if wants_data(request):
        body = {
            "ok": False,
            "locked": True,
            "message": words,
            "error": words,
            "password_needed": password_needed,
        }
        return JsonResponse(body, status=422)
    facts = lock_facts(request)
    facts["has_pin"] = facts["has_pin"] and not password_needed
    context = {"facts": facts, "next": safe_next(request), "error": words}
    return render(request, "staff/session/lock.html", context, status=422)


@allow_signed_in
@require_POST
def activity(request: HttpRequest) -> HttpResponse:
    """Somebody types or points without sending anything else: the middleware has noted it."""
    return HttpResponse(status=204)


@takes("GET", "HEAD", "POST", "DELETE")
@passive
@allow_signed_in
@require_http_methods(["GET", "POST", "DELETE"])
def draft(request: HttpRequest) -> HttpResponse:
    """The unsaved state of one form, the member's own: save, read, throw away. Saving is no sign of a person."""
    if request.method == "POST":
        return _save_draft(request)
    key = request.GET.get("key", "")
    if request.method == "DELETE":
        drafts.drop_draft(member_id=request.user.pk, key=key)
        return HttpResponse(status=204)
    row = queries.draft(request.user.pk, key)
    if row is None:
        if not key:
            raise Http404
        return HttpResponse(status=204)
    return JsonResponse(
        {"key": row.key, "url": row.url, "fields": row.fields, "saved_at": row.saved_at.isoformat()}
    )


def _save_draft(request: HttpRequest) -> HttpResponse:
    try:
        if request.content_type == "application/json":
            body = json.loads(request.body)
            key, url, fields = body["key"], body.get("url", ""), body["fields"]
        else:
            key, url = request.POST["key"], request.POST.get("url", "")
            fields = json.loads(request.POST["fields"])
        if not isinstance(fields, dict) or not isinstance(key, str) or not isinstance(url, str):
            raise ValueError("shape")
        if "\\u0000" in json.dumps([key, url, fields]):
            raise ValueError("a null byte, which no text in the database holds")
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": "This draft can't be read."}, status=400)
    try:
        drafts.save_draft(member_id=request.user.pk, key=key, url=url, fields=fields)
    except ClinicError as error:
        return JsonResponse({"message": error.message}, status=422)
    return HttpResponse(status=204)
