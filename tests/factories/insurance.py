"""Coverages that can be asked about, checks and connections to payers for tests."""

from itertools import count

from billing.clearinghouse import Answer, Receipt
from billing.models import CoverageIssue, EligibilityCheck
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from records.models import Coverage, Payer
from tests.factories.scheduling import TUESDAY, make_patient

_numbers = count(1)


def make_clinic(**fields) -> ClinicProfile:
    """The clinic with a number that payers know it by."""
    values = {"name": "Maple Street", "phone": "+13125550100", "zone": "America/Chicago", "npi": "1234567893"}
    return ClinicProfile.objects.create(**values | fields)


def make_insured(ending: str = "10", patient=None, *, kind: str = "commercial", **fields) -> Coverage:
    """A coverage with the simulated payer; the last two digits of the member ID decide what it answers."""
    payer, _ = Payer.objects.get_or_create(
        name=f"Blue Prairie {kind}", defaults={"payer_id": f"BP{kind[:3].upper()}", "kind": kind}
    )
    number = next(_numbers)
    return Coverage.objects.create(
        **{
            "patient": patient or make_patient(sex_at_birth="female"),
            "payer": payer,
            "member_id": f"BPX{number:04d}{ending}",
            **fields,
        }
    )


def make_check(coverage: Coverage, status: str = "active", **fields) -> EligibilityCheck:
    """A check that was made electronically just now."""
    card = {"status": status} | fields.pop("card", {})
    values = {
        "coverage": coverage,
        "coverage_version": coverage.version,
        "patient": coverage.patient,
        "service_on": TUESDAY,
        "source": "electronic",
        "status": status,
        "checked_at": now(),
        "card": card,
    }
    return EligibilityCheck.objects.create(**values | fields)


def make_issue(check: EligibilityCheck, kind: str = "inactive", **fields) -> CoverageIssue:
    """Something to look at that a check found."""
    values = {
        "coverage": check.coverage,
        "patient": check.patient,
        "kind": kind,
        "words": "This coverage is not active.",
        "service_on": check.service_on,
        "found_in": check,
        "opened_at": check.checked_at,
    }
    return CoverageIssue.objects.create(**values | fields)


class Connection:
    """A clearinghouse under a test's control: `says` is what it answers, an exception or None for “later”."""

    name = "test"

    def __init__(self, says=None, files: tuple[Answer, ...] = ()):
        self.says, self.files = says, list(files)
        self.asked: list[tuple[str, str]] = []
        self.put_away: list[str] = []

    def eligibility(self, text: str, *, key: str):
        self.asked.append((key, text))
        said = self.says(text) if callable(self.says) and not isinstance(self.says, type) else self.says
        if isinstance(said, Exception):
            raise said
        return said

    status = eligibility

    def claims(self, text: str, *, key: str) -> Receipt:
        return Receipt(ref=key)

    def fetch(self) -> list[Answer]:
        return list(self.files)

    def done(self, answer: Answer) -> None:
        self.put_away.append(answer.name)
        self.files.remove(answer)
