"""Beat wakes these; each asks the database what there is to do, so a lost or doubled call is harmless."""

from clinic.core.tasks import clinic_task


@clinic_task(name="billing.follow_plans")
def follow_plans() -> None:
    """Makes a task of each missed payment of a plan, and ends the plans that are paid."""
    from billing import services

    services.follow_plans()


@clinic_task(name="billing.settle_remittances")
def settle_remittances() -> None:
    """Posts the remittances that clearinghouses have delivered."""
    from billing import services
    from clinic.core.actor import Actor

    services.settle_remittances(by=Actor.system("billing.settle_remittances"))


@clinic_task(name="billing.make_statements")
def make_statements() -> None:
    """Makes the statements that are due, where the clinic's rules say so."""
    from billing import services

    services.make_due_statements()
