"""When coverage is checked anew, as the clinic decides it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from billing.models import VerificationPolicy
from clinic import audit
from clinic.core import time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.profile import clinic_zone
from records.models import Payer


@service
def set_verification_policy(
    *,
    by: Actor,
    effective_from: dt.date,
    days_ahead: int,
    stale_days: int,
    monthly_kinds: Iterable[str],
    is_yearly: bool,
    most_tries: int,
) -> VerificationPolicy:
    """Decides when coverage is checked, from a day on; earlier decisions stay on file. Audited as
    `verification_policy.set`. Refuses a day in the past and kinds of payer that there are not."""
    if effective_from < time.today(clinic_zone()):
        raise Refused("What was decided for past days stays.", field="effective_from")
    kinds = sorted(set(monthly_kinds))
    if set(kinds) - set(Payer.Kind.values):
        raise Refused("There is no such kind of payer.", field="monthly_kinds")
    row = VerificationPolicy.objects.create(
        effective_from=effective_from,
        days_ahead=days_ahead,
        stale_days=stale_days,
        monthly_kinds=kinds,
        is_yearly=is_yearly,
        most_tries=most_tries,
        decided_at=time.now(),
        decided_by_id=by.member_id,
    )
    audit.record(by, "verification_policy.set", obj=row, days_ahead=days_ahead, stale_days=stale_days)
    return row
