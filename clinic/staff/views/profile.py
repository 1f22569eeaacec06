"""One's own account: name, password, PIN, appearance, open sessions."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.core.errors import ClinicError, to_form
from clinic.staff import queries
from clinic.staff.access import allow_signed_in
from clinic.staff.forms import PinForm, ProfileForm
from clinic.staff.models import StaffSession
from clinic.staff.services import members, secrets, sessions
from clinic.staff.views.password import password_matches
from clinic.ui.responses import invalid, saved


@allow_signed_in
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """My settings."""
    context = {
        "member": request.user,
        "sessions": queries.live_sessions(request.user),
        "current_id": request.staff_session.pk,
        "policy": sessions.policy(),
        "lines": [line for line in queries.permission_lines(request.user) if line.held],
    }
    return render(request, "staff/profile/detail.html", context)


@allow_signed_in
@require_http_methods(["GET", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Change one's own name."""
    member = request.user
    initial = {"first_name": member.first_name, "last_name": member.last_name, "version": member.version}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            members.edit_own_name(
                by=request.actor,
                member=member,
                version=data["version"],
                first_name=data["first_name"],
                last_name=data["last_name"],
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, "Saved.", to="staff:profile")
    return _form(request, form, "My name", "Save")


@allow_signed_in
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def pin(request: HttpRequest) -> HttpResponse:
    """Set one's own PIN."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not password_matches(request, form.cleaned_data["current"]):
            form.add_error("current", "That is not your password.")
        else:
            try:
                secrets.set_own_pin(by=request.actor, member=request.user, pin=form.cleaned_data["pin"])
            except ClinicError as error:
                to_form(form, error)
            else:
                return saved(request, "PIN set. It unlocks this PC during the day.", to="staff:profile")
    return _form(request, form, "My PIN", "Set PIN")


def _form(request: HttpRequest, form: object, title: str, label: str) -> HttpResponse:
    context = {"form": form, "title": title, "submit_label": label, "cancel_url": reverse("staff:profile")}
    if form.is_bound:
        return invalid(request, "staff/form.html", context)
    return render(request, "staff/form.html", context)


@allow_signed_in
@require_POST
def own_session_end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one of one's own sessions, on this PC or elsewhere."""
    row = get_object_or_404(StaffSession, pk=session_id, member=request.user)
    sessions.end_session(by=request.actor, session=row, why="ended by the member")
    return saved(request, "That session has ended.", to="staff:profile")


@allow_signed_in
@require_POST
def own_sessions_end(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    ended = sessions.end_all_sessions(
        by=request.actor, member=request.user, why="ended by the member", but=str(request.staff_session.pk)
    )
    words = "No other session was open." if not ended else "Your other sessions have ended."
    return saved(request, words, to="staff:profile")
