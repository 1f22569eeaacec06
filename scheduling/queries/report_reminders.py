"""What became of the reminders of a scope's visits."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.core.time import local_day
from clinic.messaging.models import ContactConsent
from scheduling.queries.report_scope import DIMENSIONS, VISITS, VisitScope, all_locations, run

CHANNELS = ("sms", "email", "voice")


@dataclass(frozen=True, slots=True)
class Sent:
    """Reminder messages: planned in all, left the clinic, delivered, failed, never sent, still to leave."""

    planned: int = 0
    left: int = 0
    delivered: int = 0
    failed: int = 0
    void: int = 0
    waiting: int = 0
    addresses_failed: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """Visits with a reminder that was delivered, and how many of them were confirmed after it left."""

    delivered: int = 0
    confirmed: int = 0


def reminders(scope: VisitScope) -> tuple[dict[tuple[str, str], Sent], dict[tuple[str, str], Answered]]:
    """Messages and answers under ("", ""), by channel and by the scope's bucket; one statement.

    A visit that was reminded by two channels counts under each, and once in all.
    """
    bucket = DIMENSIONS[scope.bucket]
    sql = f"""
        WITH {VISITS}, told AS MATERIALIZED (
            SELECT v.id, m.channel, ({bucket})::text AS bucket, m.state, m.left_at, m.address, v.confirmed_at
            FROM visits v JOIN messaging_message m ON m.subject = 'appointment:' || v.id AND m.purpose = 'reminder'
        )
        SELECT 'sent', GROUPING(channel), GROUPING(bucket), channel, bucket, count(*),
            count(*) FILTER (WHERE left_at IS NOT NULL), count(*) FILTER (WHERE state = 'delivered'),
            count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'void'),
            count(*) FILTER (WHERE state NOT IN ('sent', 'delivered', 'failed', 'void')),
            count(DISTINCT address) FILTER (WHERE state = 'failed')
        FROM told GROUP BY GROUPING SETS ((), (channel), (bucket))
        UNION ALL
        SELECT 'answered', GROUPING(channel), GROUPING(bucket), channel, bucket, count(DISTINCT id),
            count(DISTINCT id) FILTER (WHERE confirmed_at >= left_at), 0, 0, 0, 0, 0
        FROM told WHERE state = 'delivered' GROUP BY GROUPING SETS ((), (channel), (bucket))
    """  # noqa: S608 - constants of this module; every value is a parameter
    sent: dict[tuple[str, str], Sent] = {}
    answered: dict[tuple[str, str], Answered] = {}
    for what, no_channel, no_bucket, channel, value, *counts in run(sql, scope.parameters()):
        key = (
            ("", "")
            if no_channel and no_bucket
            else ("channel", channel)
            if no_bucket
            else (scope.bucket, value)
        )
        if what == "sent":
            sent[key] = Sent(*counts)
        else:
            answered[key] = Answered(*counts[:2])
    return sent, answered


def opt_outs(scope: VisitScope) -> dict[str, int]:
    """Words against being contacted that came in on these days, by channel, for the whole clinic."""
    zones = {place.zone for place in all_locations() if scope.location_id in (None, place.pk)}
    if not zones:
        return {}
    zone = min(zones)
    start, end = local_day(scope.first, zone)[0], local_day(scope.last, zone)[1]
    said = ContactConsent.objects.filter(is_granted=False, at__gte=start, at__lt=end)
    counted: dict[str, int] = dict.fromkeys(CHANNELS, 0)
    for channel, address in said.order_by().values_list("channel", "address").distinct():
        counted[channel] = counted.get(channel, 0) + bool(address)
    return counted
