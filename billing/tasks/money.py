"""Beat wakes these; each asks the database what there is to do, so a lost or doubled call is harmless."""

from clinic.core.tasks import clinic_task


@clinic_task(name="billing.follow_plans")
def follow_plans() -> None:
    """Makes a task of each missed payment of a plan, and ends the plans that are paid."""
    from billing import services

    services.follow_plans()
