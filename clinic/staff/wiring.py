"""What the staff app adds to the frame."""

from clinic.staff.permissions import Permission
from clinic.ui import nav


def register() -> None:
    """Add the staff and audit pages to the top bar, where each is shown to those who may open it."""
    nav.register(
        label="Staff", url_name="staff:list", icon="users-group", permission=Permission.STAFF_VIEW, order=80
    )
    nav.register(
        label="Audit", url_name="audit:list", icon="shield-search", permission=Permission.AUDIT_VIEW, order=90
    )
