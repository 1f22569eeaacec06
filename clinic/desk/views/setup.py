"""The first start, and the settings page."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError, Stale, to_form
from clinic.core.models import ClinicProfile
from clinic.core.rates import allow as within_rate
from clinic.desk.forms.clinic import ProfileForm, SetUpForm
from clinic.desk.services.setup import edit_clinic, is_set_up, set_up_clinic
from clinic.staff.access import allow, public
from clinic.staff.client import client_ip
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, saved


@public
def set_up(request: HttpRequest) -> HttpResponse:
    """Asks for everything a new clinic needs; does not exist once it is set up."""
    if is_set_up():
        raise Http404
    form = SetUpForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "desk/set_up.html", {"form": form})
    address = client_ip(request)
    if not within_rate(f"set-up:{address}", limit=20, seconds=600):
        form.add_error(None, "Too many tries. Wait ten minutes.")
    if not form.is_valid():
        return invalid(request, "desk/set_up.html", {"form": form})
    data = form.cleaned_data
    admin = {name: data[name] for name in ("username", "first_name", "last_name", "password")}
    try:
        set_up_clinic(
            by=Actor.outside("set-up", ip=address),
            code=data["code"],
            values=data,
            hours=data["hours"],
            rooms=data["rooms"],
            drawers=data["drawers"],
            admin=admin | {"email": data["admin_email"]},
            logo=data["logo"],
        )
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, "desk/set_up.html", {"form": form})
    return redirect("/sign-in/")


@dataclass(frozen=True)
class Setting:
    """One line of the settings page: where a part of the clinic is edited, and by whom."""

    title: str
    words: str
    url_name: str
    icon: str
    permission: str


GROUPS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    (
        "Clinic",
        (
            Setting(
                "Clinic",
                "Name, logo, address, phone, time zone",
                "desk:clinic-edit",
                "building",
                P.SETTINGS_EDIT,
            ),
            Setting(
                "Locations",
                "Addresses, opening hours and time zones",
                "scheduling:locations",
                "map-pin",
                P.TEMPLATE_EDIT,
            ),
            Setting("Rooms", "Exam, procedure and lab rooms", "scheduling:rooms", "door", P.ROOM_MANAGE),
            Setting(
                "Cash drawers",
                "Drawers that are counted at day's end",
                "billing:drawers",
                "cash",
                P.DRAWER_MANAGE,
            ),
        ),
    ),
    (
        "Schedule",
        (
            Setting(
                "Visit types",
                "How long each takes and what it needs",
                "scheduling:visit-types",
                "stethoscope",
                P.TEMPLATE_EDIT,
            ),
            Setting(
                "Provider sessions",
                "Weekly hours, leave and meetings",
                "scheduling:templates",
                "calendar-time",
                P.TEMPLATE_EDIT,
            ),
            Setting(
                "Filling the day",
                "Waitlist offers, recalls, no-shows, triage levels, letters",
                "scheduling:filling",
                "calendar-repeat",
                P.TEMPLATE_EDIT,
            ),
            Setting(
                "Reminders",
                "When patients are reminded, and by which channel",
                "scheduling:reminder-policy",
                "bell",
                P.MESSAGE_POLICY_EDIT,
            ),
            Setting(
                "Message wording",
                "Texts and e-mails to patients, English and Spanish",
                "messaging:templates",
                "message",
                P.MESSAGE_POLICY_EDIT,
            ),
            Setting(
                "Sending rules",
                "Hours of the day, and how many messages a patient gets",
                "messaging:send-settings",
                "clock",
                P.MESSAGE_POLICY_EDIT,
            ),
        ),
    ),
    (
        "People and PCs",
        (
            Setting("Staff", "Invite, roles, exceptions, deactivate", "staff:list", "users", P.STAFF_VIEW),
            Setting(
                "Workstations",
                "Register PCs and say which are shared",
                "staff:workstation-list",
                "device-desktop",
                P.WORKSTATION_MANAGE,
            ),
            Setting(
                "Sessions", "Idle lock and longest session", "staff:session-policy", "lock", P.SETTINGS_EDIT
            ),
        ),
    ),
    (
        "Clinical rules",
        (
            Setting(
                "Limits of vital signs",
                "What is refused, asked again or red, by age",
                "records:vital-limits",
                "heartbeat",
                P.VITAL_LIMIT_EDIT,
            ),
            Setting(
                "Scope of practice",
                "Who may do which task, by credential and state",
                "staff:scope-rules",
                "shield-check",
                P.SCOPE_EDIT,
            ),
        ),
    ),
    (
        "Money and stock",
        (
            Setting("Fee schedule", "Codes, words and prices", "billing:fees", "receipt", P.FEE_EDIT),
            Setting(
                "Items and places",
                "What is stocked, where, and how much",
                "inventory:items",
                "package",
                P.ITEM_EDIT,
            ),
        ),
    ),
    (
        "Oversight",
        (
            Setting(
                "Audit trail", "Who did and who looked at what", "audit:list", "list-search", P.AUDIT_VIEW
            ),
        ),
    ),
)
ANY_SETTING = tuple(sorted({setting.permission for _, group in GROUPS for setting in group}))


@allow(*ANY_SETTING)
def settings(request: HttpRequest) -> HttpResponse:
    """One page from which everything that set-up asked for, and all that came later, is edited."""
    groups = []
    for title, group in GROUPS:
        lines = [
            (line, url)
            for line in group
            if request.actor.can(line.permission) and (url := _url(line.url_name))
        ]
        if lines:
            groups.append((title, lines))
    return render(request, "desk/settings.html", {"groups": groups})


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@allow(P.SETTINGS_EDIT)
def clinic_edit(request: HttpRequest) -> HttpResponse:
    """Edits the clinic's own data."""
    current = ClinicProfile.objects.first() or ClinicProfile()
    form = ProfileForm(request.POST or None, request.FILES or None, instance=current)
    context = {"form": form, "version": current.version, "theirs": {}}
    if request.method != "POST":
        return render(request, "desk/clinic_edit.html", context)
    if not form.is_valid():
        return invalid(
            request, "desk/clinic_edit.html", context | {"version": request.POST.get("version", "")}
        )
    try:
        edit_clinic(
            by=request.actor,
            version=int(request.POST.get("version") or 0),
            values=form.cleaned_data,
            logo=form.cleaned_data["logo"],
        )
    except Stale as error:
        form.add_error(None, str(error))
        theirs = {
            form.fields[name].label or name: value
            for name, value in error.theirs.items()
            if name in form.fields
        }
        version = ClinicProfile.objects.get().version
        return invalid(
            request, "desk/clinic_edit.html", context | {"version": version, "theirs": theirs}, status=409
        )
    except (ClinicError, ValueError) as error:
        form.add_error(None, str(error))
        return invalid(request, "desk/clinic_edit.html", context)
    return saved(request, "The clinic's data is saved.", to="desk:settings")
