"""The reminders in force and those to come."""

from dataclasses import dataclass

from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.messaging.models import MessageTemplate
from scheduling.models import ReminderPolicy


@dataclass(frozen=True)
class PolicyRow:
    """One row as the editor shows it."""

    policy: ReminderPolicy
    lead: str
    is_ahead: bool
    is_past: bool
    wording: str

    @property
    def is_in_force(self) -> bool:
        return self.policy.is_active and not self.is_ahead and not self.is_past


def lead_words(hours: int) -> str:
    """`At booking`, `2 hours before`, `3 days before`."""
    if hours == 0:
        return "At booking"
    if hours % 24 == 0:
        days = hours // 24
        return f"{days} day{'s' if days != 1 else ''} before"
    return f"{hours} hour{'s' if hours != 1 else ''} before"


def policy_rows() -> list[PolicyRow]:
    """Every reminder that is in force or ahead, longest lead first; replaced ones are left out."""
    day = today(clinic_zone())
    names = dict(
        MessageTemplate.objects.filter(language="en").order_by("version").values_list("code", "name")
    )
    newest: dict[tuple, PolicyRow] = {}
    ahead: list[PolicyRow] = []
    for policy in ReminderPolicy.objects.select_related("visit_type", "set_by").order_by("effective_from"):
        is_ahead = policy.effective_from > day
        row = PolicyRow(
            policy=policy,
            lead=lead_words(policy.hours_before),
            is_ahead=is_ahead,
            is_past=False,
            wording=names.get(policy.template_code, policy.template_code),
        )
        if is_ahead:
            ahead.append(row)
        else:
            newest[policy.visit_type_id, policy.hours_before, policy.channel] = row
    rows = [*newest.values(), *ahead]
    return sorted(
        rows,
        key=lambda row: (
            row.policy.visit_type.name if row.policy.visit_type else "",
            -row.policy.hours_before,
            row.policy.channel != "sms",
            row.policy.effective_from,
        ),
    )


def wording_choices() -> list[tuple[str, str]]:
    """Wordings that a reminder may use."""
    rows = MessageTemplate.objects.filter(
        language="en", purpose__in=("reminder", "confirmation", "preparation"), is_active=True
    )
    return sorted(
        dict(rows.order_by("version").values_list("code", "name")).items(), key=lambda pair: pair[1]
    )


def policy_history(limit: int = 200) -> list[PolicyRow]:
    """Every row that was ever set, the newest change first, with who set it."""
    day = today(clinic_zone())
    names = dict(
        MessageTemplate.objects.filter(language="en").order_by("version").values_list("code", "name")
    )
    rows = ReminderPolicy.objects.select_related("visit_type", "set_by").order_by(
        "-effective_from", "-updated_at", "-hours_before", "channel"
    )
    return [
        PolicyRow(
            policy=row,
            lead=lead_words(row.hours_before),
            is_ahead=row.effective_from > day,
            is_past=False,
            wording=names.get(row.template_code, row.template_code),
        )
        for row in rows[:limit]
    ]
