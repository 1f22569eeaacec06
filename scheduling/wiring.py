"""What scheduling adds to the frame: its places in the top bar and its panels on other apps' pages."""

from clinic.staff.permissions import Permission
from clinic.ui import nav, panels


def register() -> None:
    """Called once, when the app is ready."""
    nav.register(
        label="Schedule",
        url_name="scheduling:day",
        icon="calendar",
        permission=Permission.SCHEDULE_VIEW,
        order=10,
        key="s",
    )
    nav.register(
        label="Outreach",
        url_name="scheduling:waitlist",
        icon="calendar-time",
        permission=Permission.SCHEDULE_VIEW,
        order=12,
        key="w",
    )
    panels.register(
        slot="patient.page",
        name="scheduling.waiting",
        title="Waitlist and recalls",
        url_name="scheduling:patient-waiting",
        permission=Permission.SCHEDULE_VIEW,
        order=12,
        icon="calendar-time",
    )
    panels.register(
        slot="patient.page",
        name="scheduling.visits",
        title="Visits",
        url_name="scheduling:patient-visits",
        permission=Permission.SCHEDULE_VIEW,
        order=10,
        icon="calendar",
    )
    panels.register(
        slot="patients.page",
        name="scheduling.today",
        title="Today",
        url_name="scheduling:todays-patients",
        permission=Permission.SCHEDULE_VIEW,
        order=10,
        icon="calendar",
    )
    panels.register(
        slot="home",
        name="scheduling.next",
        title="Who is next",
        url_name="scheduling:home-next",
        permission=Permission.SCHEDULE_VIEW,
        order=10,
        icon="clock",
    )
    panels.register(
        slot="me.page",
        name="scheduling.feed",
        title="Calendar on my phone",
        url_name="scheduling:calendar-feed",
        permission=Permission.SCHEDULE_VIEW,
        order=10,
        icon="calendar-share",
    )
