"""Calls and the script for taking them."""

from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.inbox.models import CallScript, PhoneCall


def script_in_force() -> CallScript | None:
    """The newest script whose first day has come."""
    return CallScript.objects.filter(effective_from__lte=today(clinic_zone())).order_by("-version").first()


def calls():
    """Every call, newest first."""
    return PhoneCall.objects.select_related("patient", "by", "task").order_by("-started_at", "-id")


def calls_of(patient_id, limit: int = 5) -> list[PhoneCall]:
    """The last calls about a patient."""
    return list(calls().filter(patient_id=patient_id)[:limit])
