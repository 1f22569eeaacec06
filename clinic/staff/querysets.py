"""Rows of the staff app, limited and looked up."""

from typing import Any

from django.contrib.auth.models import BaseUserManager
from django.db import models

from clinic.staff.rules import normalize_email, normalize_username


class MemberQuerySet(models.QuerySet):
    def active(self) -> "MemberQuerySet":
        """Members who may sign in."""
        return self.filter(is_active=True)

    def with_role(self, role: str) -> "MemberQuerySet":
        """Members who hold the role, alone or beside others."""
        return self.filter(roles__contains=[str(role)])

    def in_name_order(self) -> "MemberQuerySet":
        """By last and first name, as lists show them."""
        return self.order_by("last_name", "first_name", "username")


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):
    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> Any:
        """Look a member up by any spelling of the username."""
        return self.get(username=normalize_username(username or ""))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Any:
        """Make a member. Without a password nobody can sign in as them until one is set by link."""
        fields["email"] = normalize_email(fields.get("email", ""))
        fields["roles"] = [str(role) for role in fields.get("roles", [])]
        member = self.model(username=normalize_username(username), **fields)
        member.set_password(password)
        member.full_clean(exclude=["password"])
        member.save(using=self._db)
        return member
