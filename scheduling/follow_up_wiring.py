"""What follow-up calls tell messaging, and what they add to the frame."""

from clinic.files.services import register_access
from clinic.messaging.subjects import register_subject
from clinic.staff.permissions import Permission
from clinic.ui import nav, panels


def register() -> None:
    """Called once, when the app is ready."""
    from scheduling.services.follow_up_sweep import SETTLE, check_follow_up
    from scheduling.services.letters import OWNER

    # A letter that was sent says no more than that we wrote; who may open documents may open it.
    register_access(OWNER, lambda by, file: by.can(Permission.DOCUMENT_VIEW))
    register_subject(
        "follow-up", check=check_follow_up, page_url_name="scheduling:follow-up", settle_task=SETTLE
    )
    nav.register(
        label="Calls",
        url_name="scheduling:follow-ups",
        icon="phone-call",
        permission=Permission.FOLLOW_UP_WORK,
        order=42,
    )
    panels.register(
        slot="home",
        name="follow-ups",
        title="Follow-up calls",
        url_name="scheduling:follow-ups-home",
        permission=Permission.FOLLOW_UP_WORK,
        order=25,
        icon="phone-call",
    )
    panels.register(
        slot="patient.page",
        name="follow-ups.patient",
        title="Follow-up calls",
        url_name="scheduling:patient-follow-ups",
        permission=Permission.FOLLOW_UP_WORK,
        order=62,
        icon="phone-call",
    )
    panels.register(
        slot="visit.checkout",
        name="follow-ups.checkout",
        title="Follow-up call",
        url_name="scheduling:checkout-follow-up",
        permission=Permission.FOLLOW_UP_PLAN,
        order=40,
        icon="phone-call",
    )
