"""The sweep over visits that nobody closed."""

from clinic.core.tasks import clinic_task


@clinic_task(name="scheduling.sweep_visits")
def sweep_visits() -> None:
    """Puts open visits of past days on the desk's list. A second run finds nothing to do."""
    from scheduling.services import soft_holds, sweep

    sweep.sweep_visits()
    soft_holds.sweep_soft_holds()
