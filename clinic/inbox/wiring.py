"""What the inbox adds to the frame."""

from clinic.staff.permissions import Permission
from clinic.ui import nav, panels


def register() -> None:
    """Called once, when the app is ready."""
    nav.register(
        label="Inbox",
        url_name="inbox:list",
        icon="inbox",
        permission=Permission.INBOX_VIEW,
        order=40,
        key="i",
        badge_url_name="inbox:badge",
    )
    nav.register(
        label="Messages",
        url_name="messaging:outbox",
        icon="message",
        permission=Permission.MESSAGE_VIEW,
        order=45,
        key="m",
    )
    panels.register(
        slot="home",
        name="inbox.mine",
        title="Waiting for you",
        url_name="inbox:home",
        permission=Permission.INBOX_VIEW,
        order=20,
        icon="inbox",
    )
    panels.register(
        slot="home",
        name="messages.attention",
        title="Patient messages",
        url_name="messaging:home",
        permission=Permission.MESSAGE_SEND,
        order=40,
        icon="message",
    )
    panels.register(
        slot="patient.page",
        name="inbox.patient",
        title="Tasks and calls",
        url_name="inbox:patient",
        permission=Permission.INBOX_VIEW,
        order=60,
        icon="phone",
    )
    panels.register(
        slot="patient.page",
        name="messages.patient",
        title="Messages",
        url_name="messaging:patient",
        permission=Permission.MESSAGE_VIEW,
        order=70,
        icon="message",
    )
