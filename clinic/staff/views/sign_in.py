"""Signing in and out: by password (allauth), by PIN at a PC where one signed in before, switching user."""

from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic.core import rates
from clinic.staff import queries
from clinic.staff.access import allow_signed_in, public, stays_open
from clinic.staff.client import client_ip
from clinic.staff.forms import SignInForm
from clinic.staff.models import StaffSession
from clinic.staff.services import sessions
from clinic.staff.walls import wall_screen

BACKEND = "clinic.staff.backends.StaffBackend"
TRIES_PER_MINUTE = 60


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where to go on to: an address of this site, or the default. Never somebody else's site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else default


def colleagues(request: HttpRequest) -> list[StaffSession]:
    """Who may come back to this PC by PIN; nobody on an unregistered one."""
    workstation = sessions.current_workstation(request)
    return queries.may_return_by_pin(workstation, sessions.policy().pin_hours) if workstation else []


def too_many(request: HttpRequest) -> HttpResponse | None:
    """429 when this address tries to sign in more than once a second for a minute."""
    key = f"sign-in:{client_ip(request)}"
    if request.method == "POST" and not rates.allow(key, limit=TRIES_PER_MINUTE, seconds=60):
        response = render(request, "account/too_many.html", status=429)
        response["Retry-After"] = "60"
        return response
    return None


class SignInView(LoginView):
    """allauth's sign-in with our form and page. A second factor later is a stage of the adapter."""

    form_class = SignInForm
    template_name = "account/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and "person" not in request.GET and wall_screen(request):
            # Whatever a wall screen opens when it is switched on leads to its board.
            return redirect("desk:wall")
        return too_many(request) or super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["colleagues"] = colleagues(self.request)
        context["next"] = safe_next(self.request, "")
        context["chosen"] = self.request.GET.get("colleague", "")
        if settings.CLINIC_DEMO:
            context["pcs"] = queries.workstation_list()
            context["this_pc"] = sessions.current_workstation(self.request)
        if not context["chosen"]:
            context["form"].fields["login"].widget.attrs["autofocus"] = True
        return context

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


sign_in = public(SignInView.as_view())


@public
@require_POST
@sensitive_post_parameters("pin")
def sign_in_by_pin(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A colleague comes back to a registered PC: name and PIN, within the set hours of the password sign-in."""
    limited = too_many(request)
    if limited:
        return limited
    if request.user.is_authenticated:
        return HttpResponseRedirect(safe_next(request))
    row = next((r for r in colleagues(request) if r.pk == session_id), None)
    if row is None:
        raise Http404
    outcome = sessions.sign_in_by_pin(request=request, session=row, pin=request.POST.get("pin", ""))
    if isinstance(outcome, sessions.PinRefused):
        context = {
            "form": SignInForm(request=request),
            "colleagues": colleagues(request),
            "chosen": str(row.pk),
            "pin_error": outcome.message,
            "next": safe_next(request, ""),
        }
        return render(request, "account/login.html", context, status=422)
    request.pin_stands_on = outcome
    record_authentication(request, row.member, method="pin")
    login(request, row.member, backend=BACKEND)
    return HttpResponseRedirect(safe_next(request))


def leave(request: HttpRequest, why: str) -> None:
    """End this browser's session for good."""
    if request.staff_session:
        by = sessions.actor_of(request.user, request.staff_session, request)
        sessions.end_session(by=by, session=request.staff_session, why=why)
    logout(request)


def to_sign_in(query: str = "") -> HttpResponse:
    """The sign-in page, with what the browser kept of the last user cleared."""
    response = HttpResponseRedirect(resolve_url("account_login") + query)
    # Not "cookies": the mark of a registered PC has to stay.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@stays_open
@allow_signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; coming back takes the password."""
    leave(request, "signed out")
    return to_sign_in()


@stays_open
@allow_signed_in
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Hand the PC over: GET offers who was here today, POST ends this session and asks the next person in.

    What was typed and not saved stays as a draft of the member who typed it.
    """
    if request.method == "GET":
        others = [row for row in colleagues(request) if row.member_id != request.user.pk]
        return render(request, "staff/session/switch.html", {"colleagues": others})
    colleague = request.POST.get("colleague", "")
    leave(request, "switched")
    try:
        return to_sign_in(f"?colleague={UUID(colleague)}" if colleague else "")
    except ValueError:
        return to_sign_in()
