"""The clinic's own profile."""

from django.conf import settings

from clinic.core.kept import kept
from clinic.core.models import ClinicProfile


@kept
def clinic() -> ClinicProfile:
    """The clinic's profile, to be read only; before set-up an unsaved one that says so."""
    return ClinicProfile.objects.first() or ClinicProfile(name="New clinic", zone=settings.TIME_ZONE)


def clinic_zone() -> str:
    """The IANA name of the clinic's zone."""
    return clinic().zone or settings.TIME_ZONE
