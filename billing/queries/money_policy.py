"""The clinic's rules about money, and how much one person may decide."""

import datetime as dt
from decimal import Decimal

from django.db.models import Sum

from billing.models import JournalEntry, MoneyPolicy, Posting
from billing.rules.ledger import ADJUSTMENT
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.permissions import Permission

# Within so many days write-offs of one person for one patient count together.
LIMIT_DAYS = 30


def money_policy(day: dt.date | None = None) -> MoneyPolicy:
    """The rules that hold on a day (today unless said); the defaults where the clinic has set none. One query."""
    day = day or time.today(clinic_zone())
    return MoneyPolicy.objects.filter(effective_from__lte=day).first() or MoneyPolicy(effective_from=day)


def limit_of(by, policy: MoneyPolicy) -> Decimal | None:
    """Up to how many dollars this person takes off a balance without asking; None is any amount, 0 none."""
    if by.is_system:
        return None
    limits = []
    if by.can(Permission.CHARGE_APPROVE):
        limits.append(policy.biller_limit)
    if by.can(Permission.MONEY_APPROVE):
        if policy.approver_limit is None:
            return None
        limits.append(policy.approver_limit)
    return max(limits, default=Decimal(0))


def written_off_lately(by, patient) -> Decimal:
    """Dollars that this person took off a patient's ledger alone in the last `LIMIT_DAYS` days: neither what a second
    person approved nor what was taken back since. One query."""
    rows = Posting.objects.filter(
        account=ADJUSTMENT,
        patient=patient,
        amount__gt=0,
        entry__kind=JournalEntry.Kind.ADJUSTMENT,
        entry__by=by.member_id,
        entry__at__gt=time.now() - dt.timedelta(days=LIMIT_DAYS),
        entry__request__isnull=True,
        entry__reversed_by__isnull=True,
    )
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def policy_rows(limit: int = 20) -> list[MoneyPolicy]:
    """What was set when, the newest first. One query."""
    return list(MoneyPolicy.objects.select_related("set_by")[:limit])
