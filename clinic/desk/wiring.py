"""What the desk adds to the frame: places of the top bar and panels of the home page."""

from clinic.staff.permissions import Permission as P
from clinic.ui import nav, panels


def register() -> None:
    nav.register(
        label="Flow", url_name="desk:flow", icon="layout-board", permission=P.FLOW_VIEW, order=20, key="f"
    )
    nav.register(
        label="Today", url_name="desk:manager", icon="chart-bar", permission=P.REPORT_VIEW, order=80, key="t"
    )
    nav.register(
        label="Settings", url_name="desk:settings", icon="settings", permission=P.TEMPLATE_EDIT, order=90
    )
    panels.register(
        slot="home",
        name="manager",
        title="Today",
        url_name="desk:manager-panel",
        permission=P.REPORT_VIEW,
        order=5,
        icon="chart-bar",
        width=2,
    )
    panels.register(
        slot="home",
        name="oversight",
        title="Chart access today",
        url_name="desk:oversight-panel",
        permission=P.AUDIT_VIEW,
        order=60,
        icon="eye",
    )
    panels.register(
        slot="home",
        name="gaps",
        title="Set-up",
        url_name="desk:gaps-panel",
        permission=P.STAFF_MANAGE,
        order=70,
        icon="settings",
    )
