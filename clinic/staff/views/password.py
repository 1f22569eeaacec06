"""Forgotten and changed passwords, and the invitation that sets the first one."""

from typing import Any
from uuid import UUID

from allauth.account.views import (
    PasswordResetDoneView,
    PasswordResetFromKeyDoneView,
    PasswordResetFromKeyView,
    PasswordResetView,
)
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic.core import rates
from clinic.core.actor import Actor
from clinic.core.errors import ClinicError, to_form
from clinic.staff.access import allow_signed_in, public
from clinic.staff.client import client_ip
from clinic.staff.forms import ChangePasswordForm, ForgotForm, JoinForm
from clinic.staff.limits import TOKEN_LINK, is_within
from clinic.staff.lockout import forget_failures
from clinic.staff.models import Member
from clinic.staff.services import members, secrets
from clinic.staff.tokens import invitation_token
from clinic.ui.responses import invalid, saved


def too_many_links(request: HttpRequest) -> HttpResponse | None:
    """429 for an address that tries links faster than anybody opens them."""
    if is_within(request, TOKEN_LINK):
        return None
    response = render(request, "account/too_many.html", status=429)
    response["Retry-After"] = str(TOKEN_LINK.seconds)
    return response


class ForgotView(PasswordResetView):
    """Ask for a link by e-mail. The answer is the same for every address."""

    template_name = "account/password_reset.html"
    form_class = ForgotForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = f"reset:{client_ip(request)}"
        if request.method == "POST" and not rates.allow(key, limit=10, seconds=600):
            response = render(request, "account/too_many.html", status=429)
            response["Retry-After"] = "600"
            return response
        return super().dispatch(request, *args, **kwargs)


class NewPasswordView(PasswordResetFromKeyView):
    """Set a new password by the link; afterwards every session of the member has ended."""

    template_name = "account/password_reset_from_key.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return too_many_links(request) or super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        by = Actor(
            member_id=self.reset_user.pk,
            label=self.reset_user.name,
            ip=client_ip(self.request),
            request_id=getattr(self.request, "request_id", ""),
        )
        secrets.password_was_reset(by=by, member=self.reset_user)
        forget_failures(self.reset_user.username, client_ip(self.request))
        return response


forgot = public(ForgotView.as_view())
forgot_sent = public(PasswordResetDoneView.as_view(template_name="account/password_reset_done.html"))
new_password = public(NewPasswordView.as_view())
new_password_done = public(
    PasswordResetFromKeyDoneView.as_view(template_name="account/password_reset_from_key_done.html")
)


def password_matches(request: HttpRequest, password: str) -> bool:
    """The member's own password, asked again before something sensitive; wrong ones count like a sign-in's."""
    member = authenticate(request, username=request.user.username, password=password)
    if member is None or member.pk != request.user.pk:
        return False
    forget_failures(member.username, client_ip(request))
    return True


@allow_signed_in
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other session of the member ends."""
    form = ChangePasswordForm(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid():
        if password_matches(request, form.cleaned_data["current"]):
            member = Member.objects.get(pk=request.user.pk)
            secrets.change_own_password(
                by=request.actor,
                member=member,
                password=form.cleaned_data["password1"],
                keep_session=str(request.staff_session.pk),
            )
            update_session_auth_hash(request, member)
            return saved(request, "Password changed. Your other sessions have ended.", to="staff:profile")
        form.add_error("current", "That is not your password.")
    context = {"form": form}
    if form.is_bound:
        return invalid(request, "account/password_change.html", context)
    return render(request, "account/password_change.html", context)


@public
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def invitation(request: HttpRequest, member_id: UUID, token: str) -> HttpResponse:
    """The invited person chooses a password. The link works once and for the set hours."""
    limited = too_many_links(request)
    if limited:
        return limited
    member = Member.objects.filter(pk=member_id).first()
    if not invitation_token.check_token(member, token):
        return render(request, "account/invitation_over.html", status=410)
    form = JoinForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        by = Actor(member_id=member.pk, label=member.name, ip=client_ip(request))
        try:
            members.accept_invitation(by=by, member=member, password=form.cleaned_data["password1"])
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, "Welcome. Sign in with your new password.", to="account_login")
    context = {"form": form, "invited": member}
    return render(request, "account/invitation.html", context, status=422 if form.is_bound else 200)
