"""What inventory shows on other pages, and its place in the top bar."""

from clinic.staff.permissions import Permission
from clinic.ui import nav
from clinic.ui import panels as slots


def register():
    """Called once, when the app is ready."""
    nav.register(
        label="Inventory",
        url_name="inventory:stock",
        icon="package",
        permission=Permission.STOCK_VIEW,
        order=60,
        key="k",
    )
    slots.register(
        slot="manager.day",
        name="stock",
        title="Stock",
        url_name="inventory:day-panel",
        permission=Permission.STOCK_VIEW,
        order=60,
        icon="package",
    )
