"""Pure rules of the staff app: names, permissions, and when a session locks or ends."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from clinic.staff.permissions import Permission
from clinic.staff.roles import ROLE_PERMISSIONS, Role

PIN_TRIES = 5
DRAFT_LIFETIME = timedelta(hours=12)
_COMMON_PINS = frozenset(
    {"1212", "1004", "2000", "6969", "1122", "1313", "2001", "1010", "2580", "0852", "121212"}
)


def normalize_username(raw: str) -> str:
    """The one form in which a username is stored and looked up: NFKC, case-folded, without any white space.

    "Admin", "admin " and the full-width "ａｄｍｉｎ" are one name, so no variant can pose as another member.
    """
    name, before = raw or "", None
    while name != before:  # folding can make room for further composition, and the other way round
        before = name
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
        name = "".join(c for c in folded if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return name


def normalize_email(raw: str) -> str:
    """E-mail addresses are compared without case; the clinic's own mail is never case-sensitive."""
    return unicodedata.normalize("NFKC", raw or "").strip().casefold()


def effective_permissions(
    roles: Iterable[str], grants: Iterable[str] = (), revokes: Iterable[str] = ()
) -> frozenset[Permission]:
    """Union of the role bundles, plus grants, minus revokes. A revoke beats every role and grant.

    Unknown role or permission names (left over from an older release) give nothing.
    """
    held: set[Permission] = set()
    for role in roles:
        if role in Role.__members__.values():
            held |= ROLE_PERMISSIONS[Role(role)]
    known = {p.value: p for p in Permission}
    held |= {known[name] for name in grants if name in known}
    return frozenset(held - {known[name] for name in revokes if name in known})


def is_idle(last_human_at: datetime, limit: timedelta, now: datetime) -> bool:
    """True from the instant at which `limit` has passed since a person last did something."""
    return now - last_human_at >= limit


def is_expired(expires_at: datetime, now: datetime) -> bool:
    """True from the instant at which the session's absolute end has come."""
    return now >= expires_at


def pin_problem(pin: str) -> str:
    """ "" for an acceptable PIN, else what is wrong: 4 to 8 digits, not all alike, not a run, not a common one."""
    if not (pin.isascii() and pin.isdecimal() and 4 <= len(pin) <= 8):
        return "A PIN has 4 to 8 digits."
    steps = {int(b) - int(a) for a, b in zip(pin, pin[1:], strict=False)}
    if len(set(pin)) == 1 or steps in ({1}, {-1}) or pin in _COMMON_PINS:
        return "This PIN is too easy to guess. Choose another."
    return ""
