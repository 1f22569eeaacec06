"""The staff list, a member's page, and everything an administrator does to an account."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.core.errors import ClinicError, to_form
from clinic.staff import queries
from clinic.staff.access import allow
from clinic.staff.forms import ExceptionForm, InviteForm, MemberForm, ReasonForm, RolesForm
from clinic.staff.lockout import minutes_left, paused_accounts
from clinic.staff.models import Member, MemberMail, PermissionException, StaffSession
from clinic.staff.permissions import Permission
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from clinic.staff.services import exceptions, mail, members, secrets, sessions
from clinic.staff.views.once import send_once
from clinic.ui.responses import invalid, refused, saved


@allow(Permission.STAFF_VIEW, Permission.STAFF_MANAGE)
@require_GET
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, with who is paused, invited or signed in."""
    show = request.GET.get("show", "active")
    show = show if show in {"active", "inactive", "all"} else "active"
    text = request.GET.get("q", "")[:80]
    rows = queries.member_list(show=show, text=text)
    return render(request, "staff/member/list.html", {"rows": rows, "show": show, "text": text})


@allow(Permission.STAFF_VIEW, Permission.STAFF_MANAGE)
@require_GET
def member_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One member: state, roles, what they may do and why, sessions."""
    member = get_object_or_404(Member, pk=pk)
    paused = paused_accounts()
    context = {
        "member": member,
        "state": queries.member_state(member, paused),
        "paused_minutes": minutes_left(paused[member.username]) if member.username in paused else 0,
        "may_manage": request.actor.can(Permission.STAFF_MANAGE),
        "lines": queries.permission_lines(member),
        "exceptions": queries.exceptions_of(member),
        "sessions": queries.live_sessions(member),
        "credentials": queries.credentials_of(member),
        "is_self": member.pk == request.user.pk,
    }
    return render(request, "staff/member/detail.html", context)


@allow(Permission.STAFF_VIEW, Permission.STAFF_MANAGE)
@require_GET
def permission_table(request: HttpRequest) -> HttpResponse:
    """Which role brings which permission."""
    lines = [(p, [p in ROLE_PERMISSIONS[role] for role in Role]) for p in Permission]
    return render(request, "staff/permission/table.html", {"roles": list(Role), "lines": lines})


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def member_invite(request: HttpRequest) -> HttpResponse:
    """Invite a new member by e-mail."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = {k: v for k, v in form.cleaned_data.items() if k != "form_key"}
        try:
            pk = send_once(
                request, form, "member-invite", lambda: members.invite_member(by=request.actor, **fields)
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            name = f"{fields['first_name']} {fields['last_name']}"
            return saved(request, f"{name} is invited.", to=reverse("staff:member", args=[pk]))
    return _form(request, form, "Invite a member", "Send invitation", reverse("staff:list"))


def _page(member: Member) -> str:
    return reverse("staff:member", args=[member.pk])


def _form(
    request: HttpRequest, form: Any, title: str, label: str, back: str, intro: str = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "submit_label": label, "cancel_url": back, "intro": intro}
    if form.is_bound:
        return invalid(request, "staff/form.html", context)
    return render(request, "staff/form.html", context)


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def member_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Names, e-mail, credential, NPI, color."""
    member = get_object_or_404(Member, pk=pk)
    initial = {name: getattr(member, name) for name in (*members.EDITABLE, "version")}
    form = MemberForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = {k: v for k, v in form.cleaned_data.items() if k != "form_key"}
        try:
            send_once(
                request,
                form,
                f"member-edit:{pk}",
                lambda: members.edit_member(by=request.actor, member=member, **fields),
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, "Saved.", to=_page(member))
    return _form(request, form, f"Edit {member.name}", "Save", _page(member))


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def member_roles(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Replace the roles, with a reason."""
    member = get_object_or_404(Member, pk=pk)
    form = RolesForm(request.POST or None, initial={"roles": member.roles})
    if request.method == "POST" and form.is_valid():
        try:
            roles, reason = form.cleaned_data["roles"], form.cleaned_data["reason"]
            send_once(
                request,
                form,
                f"member-roles:{pk}",
                lambda: members.set_roles(by=request.actor, member=member, roles=roles, reason=reason),
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, "Roles changed. They hold from the next click on.", to=_page(member))
    return _form(request, form, f"Roles of {member.name}", "Save roles", _page(member))


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def exception_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Grant or revoke one permission beside the roles."""
    member = get_object_or_404(Member, pk=pk)
    form = ExceptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = (
            exceptions.grant_permission
            if data["effect"] == PermissionException.GRANT
            else exceptions.revoke_permission
        )
        try:
            send_once(
                request,
                form,
                f"exception-add:{pk}",
                lambda: act(
                    by=request.actor, member=member, permission=data["permission"], reason=data["reason"]
                ),
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, "Saved. It holds from the next click on.", to=_page(member))
    return _form(request, form, f"Exception for {member.name}", "Save", _page(member))


@allow(Permission.STAFF_MANAGE)
@require_POST
def exception_end(request: HttpRequest, pk: UUID, exception_id: UUID) -> HttpResponse:
    """Go back to what the roles say."""
    row = get_object_or_404(
        PermissionException.objects.select_related("member"), pk=exception_id, member_id=pk
    )
    return _act(request, row.member, "Exception ended.", exceptions.end_exception, exception=row)


def _act(request: HttpRequest, about: Member, words: str, act: Callable, **kwargs: Any) -> HttpResponse:
    """A button without a form: do it, or say why not."""
    try:
        act(by=request.actor, **kwargs)
    except ClinicError as error:
        return refused(request, error, to=_page(about))
    return saved(request, words, to=_page(about))


def _with_reason(
    request: HttpRequest, pk: UUID, act: Callable, title: str, label: str, words: str
) -> HttpResponse:
    member = get_object_or_404(Member, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(by=request.actor, member=member, reason=form.cleaned_data["reason"])
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, words.format(name=member.name), to=_page(member))
    return _form(request, form, title.format(name=member.name), label, _page(member))


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def member_deactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the account; every session ends with it."""
    words = "{name} is deactivated and signed out everywhere."
    return _with_reason(request, pk, members.deactivate_member, "Deactivate {name}", "Deactivate", words)


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def member_reactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the account again."""
    words = "{name} may sign in again."
    return _with_reason(request, pk, members.reactivate_member, "Reactivate {name}", "Reactivate", words)


@allow(Permission.STAFF_UNLOCK, Permission.STAFF_MANAGE)
@require_POST
def member_unlock(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the pause after too many wrong passwords."""
    member = get_object_or_404(Member, pk=pk)
    return _act(
        request, member, f"{member.name} can sign in again now.", members.unlock_sign_in, member=member
    )


@allow(Permission.STAFF_MANAGE)
@require_POST
def member_clear_pin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the PIN away."""
    member = get_object_or_404(Member, pk=pk)
    words = f"The PIN of {member.name} is cleared; a new one is set under My settings."
    return _act(request, member, words, secrets.clear_pin, member=member)


@allow(Permission.STAFF_MANAGE)
@require_POST
def member_end_sessions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign a member out everywhere."""
    member = get_object_or_404(Member, pk=pk)
    words = f"{member.name} is signed out everywhere."
    return _act(request, member, words, sessions.end_all_sessions, member=member, why="ended by a manager")


@allow(Permission.STAFF_MANAGE)
@require_POST
def session_end(request: HttpRequest, pk: UUID, session_id: UUID) -> HttpResponse:
    """End one session of a member."""
    row = get_object_or_404(StaffSession.objects.select_related("member"), pk=session_id, member_id=pk)
    return _act(
        request, row.member, "Session ended.", sessions.end_session, session=row, why="ended by a manager"
    )


@allow(Permission.STAFF_MANAGE)
@require_POST
def member_invite_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a fresh invitation."""
    member = get_object_or_404(Member, pk=pk)
    return _act(
        request, member, f"A new invitation goes to {member.email}.", members.invite_again, member=member
    )


@allow(Permission.STAFF_MANAGE)
@require_GET
def invitation_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the invitation link itself, where no mail goes out: only in the trial."""
    member = get_object_or_404(Member, pk=pk, joined_at__isnull=True, invited_at__isnull=False)
    link = mail.link_for(member, MemberMail.INVITE) if settings.CLINIC_DEMO else ""
    return render(request, "staff/member/link.html", {"member": member, "link": link})
