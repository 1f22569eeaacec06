"""The sweep that plans what the policy asks for and the bookings did not: a new policy, an import."""

from clinic.core.tasks import clinic_task


@clinic_task(name="scheduling.plan_reminders")
def plan_reminders() -> None:
    """Plans missing reminders of coming visits. A second run finds nothing to do."""
    from scheduling.services import reminder_sweep

    reminder_sweep.plan_missing()
