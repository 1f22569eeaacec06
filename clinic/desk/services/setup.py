"""The first start of a real clinic, and later edits of its profile."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F

from billing.models import Drawer
from clinic import audit
from clinic.core import kept
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused, Stale
from clinic.core.locks import lock_keys
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.files.services import register_access, store_file
from clinic.staff.models import Member
from clinic.staff.roles import Role
from scheduling.models import Location, Room

SALT = "clinic.desk.set-up"
CODE_SECONDS = 24 * 3600
PROFILE_FIELDS = (
    "name",
    "phone",
    "email",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "postal_code",
    "zone",
    "npi",
)
LOGO = "desk.logo"
register_access(LOGO, lambda by, file: True)


def is_set_up() -> bool:
    """True once a profile or a member exists: the set-up page is then gone for good."""
    return ClinicProfile.objects.exists() or Member.objects.exists()


def set_up_code() -> str:
    """A code for the set-up page, valid for 24 hours, only on this server's secret key."""
    return signing.TimestampSigner(salt=SALT).sign("set-up").split(":", 1)[1]


def code_is_valid(code: str) -> bool:
    """True for a code of this server, not older than 24 hours."""
    try:
        signing.TimestampSigner(salt=SALT).unsign(f"set-up:{code.strip()}", max_age=CODE_SECONDS)
    except signing.BadSignature:
        return False
    return True


@service
def set_up_clinic(
    *,
    by: Actor,
    code: str,
    values: dict[str, Any],
    hours: dict,
    rooms: list[str],
    drawers: list[str],
    admin: dict[str, str],
    logo: UploadedFile | None = None,
) -> Member:
    """Makes the clinic, its location, rooms, drawers and first administrator (who also manages the office).

    Audits `clinic.set_up`. Refused: a wrong or old code, a clinic that is set up already.
    """
    if not code_is_valid(code):
        raise Refused(
            "This set-up code is wrong or older than a day.",
            field="code",
            hint="Run “manage.py setup_code” on the server again.",
        )
    lock_keys("desk:set-up")
    if is_set_up():
        raise Refused("This clinic is set up already.", hint="Sign in instead.")
    clinic = ClinicProfile(set_up_at=now(), **{field: values.get(field) or "" for field in PROFILE_FIELDS})
    clinic.save(force_insert=True)
    address = ", ".join(filter(None, (clinic.address_line1, clinic.address_line2, clinic.city, clinic.state)))
    location = Location.objects.create(
        name=clinic.name,
        zone=clinic.zone,
        address=f"{address} {clinic.postal_code}",
        phone=clinic.phone,
        hours=hours,
    )
    Room.objects.bulk_create(
        Room(location=location, name=name, label=_label(name), kind=_kind(name), rank=rank)
        for rank, name in enumerate(rooms)
    )
    Drawer.objects.bulk_create(Drawer(name=name, location=location) for name in drawers)
    member = Member(
        username=admin["username"],
        email=admin["email"].lower(),
        first_name=admin["first_name"],
        last_name=admin["last_name"],
        roles=[Role.ADMINISTRATOR, Role.MANAGER],
        joined_at=now(),
    )
    member.set_password(admin["password"])
    member.full_clean()
    member.save(force_insert=True)
    if logo:
        clinic.logo_id = store_file(by=by, upload=logo, owner_kind=LOGO, owner_id=str(clinic.pk)).pk
        clinic.save(update_fields=["logo_id"])
    audit.record(by, "clinic.set_up", obj=clinic, rooms=rooms, drawers=drawers, administrator=str(member.pk))
    kept.forget()
    return member


def _kind(name: str) -> str:
    words = name.casefold()
    if "procedure" in words:
        return Room.Kind.PROCEDURE
    return Room.Kind.LAB if "lab" in words or "draw" in words else Room.Kind.EXAM


def _label(name: str) -> str:
    """What the board shows: the number of “Exam 3”, else the first letters."""
    last = name.split()[-1]
    return last[:8] if last.isdigit() else name[:3]


@service
def edit_clinic(
    *, by: Actor, version: int, values: dict[str, Any], logo: UploadedFile | None = None
) -> ClinicProfile:
    """Edits the profile. Audits `clinic.edited` with what changed. Stale when somebody saved meanwhile."""
    clinic = ClinicProfile.objects.select_for_update().get()
    before = {field: getattr(clinic, field) for field in PROFILE_FIELDS}
    if clinic.version != version:
        theirs = {field: before[field] for field in PROFILE_FIELDS if before[field] != values.get(field)}
        raise Stale(
            "Somebody else changed the clinic's data while this form was open.",
            theirs=theirs,
            fields=list(theirs),
            hint="Their values stand beside yours; save again to keep yours.",
        )
    for field in PROFILE_FIELDS:
        setattr(clinic, field, values.get(field) or "")
    if logo:
        clinic.logo_id = store_file(by=by, upload=logo, owner_kind=LOGO, owner_id=str(clinic.pk)).pk
    clinic.version = F("version") + 1
    clinic.save()
    changed = {
        f: [before[f], values.get(f) or ""] for f in PROFILE_FIELDS if before[f] != (values.get(f) or "")
    }
    audit.record(by, "clinic.edited", obj=clinic, changed=changed, logo=bool(logo))
    kept.forget()
    return clinic
