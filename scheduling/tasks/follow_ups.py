"""Beat wakes these; each asks the database what there is to do, so a lost or doubled call is harmless."""

from clinic.core.tasks import clinic_task


@clinic_task(name="scheduling.plan_follow_ups")
def plan_follow_ups() -> None:
    """Makes follow-ups of completed visits due, and plans or queues their calls."""
    from scheduling.services import follow_up_sweep

    follow_up_sweep.plan_due()


@clinic_task(name="scheduling.settle_follow_ups")
def settle_follow_ups() -> None:
    """Acts on what automated calls came to."""
    from scheduling.services import follow_up_sweep

    follow_up_sweep.settle_calls()
