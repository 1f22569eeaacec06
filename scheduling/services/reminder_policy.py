"""Editing when patients are reminded: rows with a first day, earlier ones stay as history."""

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from clinic.core.tasks import enqueue
from clinic.core.time import today
from clinic.messaging.queries.policy import template_for
from scheduling.models import ReminderPolicy

MAX_HOURS = 24 * 14


@service
def save_reminder_policy(
    *,
    by,
    hours_before: int,
    channel: str,
    template_code: str,
    visit_type=None,
    effective_from=None,
    is_active=True,
) -> ReminderPolicy:
    """Sets one reminder from a day on; `hours_before` 0 is the confirmation at booking.

    A row of the same lead, channel and day is replaced, earlier ones stay. Switching off is a row too.
    Messages already planned are not touched; missing ones are planned by the sweep, which is woken.
    Audited as `reminder_policy.saved`. Refuses a day in the past, more than 14 days ahead of a visit, and a
    wording that does not exist for the channel.
    """
    first_day = effective_from or today(clinic_zone())
    if first_day < today(clinic_zone()):
        raise Refused("A change can't begin in the past.", field="effective_from")
    if not 0 <= hours_before <= MAX_HOURS:
        raise Refused("Between 0 and 336 hours (14 days) before the visit.", field="hours_before")
    if template_for(template_code, channel, "en") is None:
        raise Refused("There is no such wording for this channel.", field="template_code")
    lock_keys("reminder-policy")
    row, is_new = ReminderPolicy.objects.update_or_create(
        visit_type=visit_type,
        hours_before=hours_before,
        channel=channel,
        effective_from=first_day,
        defaults={"template_code": template_code, "is_active": is_active, "set_by_id": by.member_id},
    )
    audit.record(
        by,
        "reminder_policy.saved",
        obj=row,
        hours_before=hours_before,
        channel=channel,
        template=template_code,
        is_active=is_active,
        is_new=is_new,
        visit_type=visit_type.code if visit_type else "",
    )
    enqueue("scheduling.plan_reminders")
    return row
