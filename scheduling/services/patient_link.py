"""What a patient does by the link in a message."""

from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.messaging.services import note_answer
from scheduling.models import CancelReason
from scheduling.services.booking import cancel_appointment, confirm_appointment


@service
def answer_link(*, by, link, answer: str) -> None:
    """Confirms or cancels the visit of a link, through the same services as the desk. Refuses anything else."""
    if answer == "confirm":
        confirm_appointment(by=by, appointment=link.appointment, how="link")
    elif answer == "cancel":
        cancel_appointment(
            by=by, appointment=link.appointment, reason=CancelReason.PATIENT_OTHER, note="Cancelled by link."
        )
    else:
        raise Refused("There is no such answer.")
    note_answer(link.message, answer)
