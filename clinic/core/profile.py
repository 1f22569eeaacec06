"""The clinic's own profile, read once a request."""

from contextvars import ContextVar

from django.conf import settings

from clinic.core.models import ClinicProfile

_cached: ContextVar[ClinicProfile | None] = ContextVar("clinic_profile", default=None)


def clinic() -> ClinicProfile:
    """The clinic's profile; before set-up an unsaved one that says so."""
    profile = _cached.get()
    if profile is None:
        profile = ClinicProfile.objects.first() or ClinicProfile(name="New clinic", zone=settings.TIME_ZONE)
        _cached.set(profile)
    return profile


def forget() -> None:
    """Called at the start of each request, of each task, and after an edit."""
    _cached.set(None)


def clinic_zone() -> str:
    """The IANA name of the clinic's zone."""
    return clinic().zone or settings.TIME_ZONE
