"""Whether a message may leave this very moment: for what is of no use later, such as an offer that stands for minutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.messaging.models import Message
from clinic.messaging.queries.consent import reachable
from clinic.messaging.queries.hold import current_hold
from clinic.messaging.queries.policy import limits_of, send_settings, window_of
from clinic.messaging.rules import limits, window
from clinic.messaging.rules.states import LEFT_THE_HOUSE


@dataclass(frozen=True)
class Room:
    """The channel to use now, or the reason why none may be used, in words that staff read."""

    channel: str = ""
    why_not: str = ""


def room_now(
    patient,
    addresses: dict[str, str],
    *,
    purpose: str,
    zone: str,
    present: datetime,
    channels: Iterable[str] = ("sms", "email"),
) -> Room:
    """The first of `channels` on which the patient may be written to at this moment.

    `addresses` names the number or address of each channel. The consent, the send window of `zone`, the limits
    a day and a week, and the hold of all messages are asked; each again when the message is about to leave.
    """
    wanted = {name: addresses[name] for name in channels if name in addresses}
    if not wanted:
        return Room(why_not="No mobile number or e-mail address on file.")
    if current_hold():
        return Room(why_not="All messages are held back.")
    rules = send_settings()
    if not window.is_inside(present, zone, window_of(rules)):
        return Room(why_not="Outside the hours for messages.")
    agreed = [name for name in reachable(patient, wanted, {purpose})[purpose] if name in wanted]
    if not agreed:
        return Room(why_not="The patient has not agreed to messages.")
    left = _left_lately([wanted[name] for name in agreed], rules.limited_purposes, present)
    for name in agreed:
        lately = left.get(wanted[name], [])
        if purpose not in rules.limited_purposes:
            return Room(channel=name)
        if limits.free_at(present, lately, limits_of(rules), zone) <= present:
            return Room(channel=name)
    return Room(why_not="The patient got enough messages lately.")


def _left_lately(addresses: list[str], purposes: list[str], present: datetime) -> dict[str, list[datetime]]:
    rows = Message.objects.filter(
        address__in=addresses,
        purpose__in=purposes,
        state__in=LEFT_THE_HOUSE,
        left_at__gt=present - limits.WEEK - timedelta(days=1),
    )
    found: dict[str, list[datetime]] = {}
    for address, at in rows.values_list("address", "left_at"):
        found.setdefault(address, []).append(at)
    return found
