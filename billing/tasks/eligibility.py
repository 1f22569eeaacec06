"""Insurance verification. Each asks the database what there is to do, so a lost or doubled call is harmless."""

from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.tasks import clinic_task


@clinic_task(name="billing.verify_visit")
def verify_visit(visit_id: str) -> None:
    """A visit was booked or has arrived: asks its payers where that is due. A second run finds nothing due."""
    from billing.services import asking

    by = Actor.system("billing.verify_visit")
    if asking.request_for_visit(by=by, visit_id=UUID(visit_id)):
        asking.ask_due(by=by)


@clinic_task(name="billing.verify_coverage")
def verify_coverage(coverage_id: str) -> None:
    """A coverage was added or edited: asks about the next visit, or today. A second run finds nothing due."""
    from billing.services import asking

    by = Actor.system("billing.verify_coverage")
    if asking.request_for_coverage(by=by, coverage_id=UUID(coverage_id)):
        asking.ask_due(by=by)


@clinic_task(name="billing.sweep_eligibility")
def sweep_eligibility() -> None:
    """Adds the questions for the visits of the next days. A second run finds nothing to add."""
    from billing.services import asking

    asking.request_soon(by=Actor.system("billing.sweep_eligibility"))


@clinic_task(name="billing.ask_payers")
def ask_payers() -> None:
    """Asks what is due. A second run finds the rows taken."""
    from billing.services import asking

    asking.ask_due(by=Actor.system("billing.ask_payers"))


@clinic_task(name="billing.fetch_answers")
def fetch_answers() -> None:
    """Fetches the files that wait at the clearinghouse. A second run finds them stored."""
    from billing.services import answers

    answers.fetch_answers(by=Actor.system("billing.fetch_answers"))


@clinic_task(name="billing.settle_answers")
def settle_answers() -> None:
    """Gives fetched answers to their questions. A second run finds them read."""
    from billing.services import answers

    answers.settle_answers(by=Actor.system("billing.settle_answers"))
