"""Tokens of the invitation link: no table, one use (the password ends them), limited time."""

from datetime import datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int

from clinic.core.time import now
from clinic.staff.models import Member, SessionPolicy


class InvitationToken(PasswordResetTokenGenerator):
    """Like Django's reset token with its own salt; the lifetime is the clinic's setting."""

    key_salt = "clinic.staff.invitation"

    def _now(self) -> datetime:
        """UTC, so that a change of the clocks makes no link live longer."""
        return now().replace(tzinfo=None)

    def check_token(self, user: Member | None, token: str | None) -> bool:
        """True while the member has not joined, is active, and the link is younger than the setting."""
        if not user or not token or user.joined_at or not user.is_active:
            return False
        try:
            stamp = base36_to_int(token.split("-")[0])
        except ValueError:
            return False
        secrets = [self.secret, *self.secret_fallbacks]
        if not any(
            constant_time_compare(self._make_token_with_timestamp(user, stamp, s), token) for s in secrets
        ):
            return False
        policy = SessionPolicy.objects.first() or SessionPolicy()
        age = self._num_seconds(self._now()) - stamp
        return age <= policy.invite_hours * 3600


invitation_token = InvitationToken()
