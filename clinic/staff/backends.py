"""Password check: by username or e-mail, with the same work whoever is named."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from clinic.staff.models import Member
from clinic.staff.rules import normalize_email, normalize_username


class StaffBackend(ModelBackend):
    """One query and one hash for every try: unknown, deactivated and wrong-password look alike from outside."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> Member | None:
        """The active member with this name (or e-mail) and password, else None."""
        named = fields.get("email") or username or ""
        if not named or not password or len(password) > 4096:
            return None
        member = find_member(named)
        if member is None or not member.has_usable_password():
            Member().set_password(password)
            return None
        if member.check_password(password) and self.user_can_authenticate(member):
            return member
        return None

    def get_user(self, user_id: UUID) -> Member | None:
        """The member of a running session, unless deactivated meanwhile."""
        return Member.objects.filter(pk=user_id, is_active=True).first()


def find_member(named: str) -> Member | None:
    """The member with this username or e-mail address, in any spelling."""
    if "@" in named:
        return Member.objects.filter(email=normalize_email(named)).first()
    return Member.objects.filter(username=normalize_username(named)).first()
