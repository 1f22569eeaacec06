"""Who works in billing."""

from clinic.staff.models import Member
from clinic.staff.roles import Role


def billers() -> list[Member]:
    """Active members who bill or manage, by name. One query."""
    return list(
        Member.objects.filter(is_active=True, roles__overlap=[Role.BILLER, Role.MANAGER]).order_by(
            "last_name", "first_name"
        )
    )
