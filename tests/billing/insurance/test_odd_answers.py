"""Answers about coverage that are odd or about somebody else: not believed, and no hindrance to the others."""

import pytest

from billing.clearinghouse import Answer, Later
from billing.edi import payer
from billing.models import EligibilityCheck, EligibilityRequest, PayerFile
from billing.services import answers, asking
from tests.billing.insurance.test_asking import BY, booked, sweep
from tests.factories import insurance as make
from tests.factories.scheduling import Clinic


def unmarked(text: str) -> str:
    """An answer without the trace of its question."""
    kept = [one for one in text.split("~") if not one.strip().startswith("TRN*")]
    return "~".join(
        f"SE*{int(one.split('*')[1]) - 1}*{one.split('*')[2]}" if one.strip().startswith("SE*") else one
        for one in kept
    )


def test_an_answer_without_a_trace_is_believed_about_this_member_only(connection):
    connection(lambda text: unmarked(payer.answer_eligibility(text)))
    coverage = make.make_insured()
    booked(coverage)
    assert sweep().status == "active"


def test_an_answer_without_a_trace_about_another_member_is_not_believed(connection):
    coverage = make.make_insured()
    connection(
        lambda text: (
            unmarked(payer.answer_eligibility(text))
            .replace(coverage.member_id, "BPX777777")
            .replace(coverage.patient.last_name.upper(), "OTHER")
        )
    )
    booked(coverage)
    check = sweep()
    coverage.refresh_from_db()
    assert (check.status, check.card["errors"][0]["code"]) == ("not_verified", "other")
    assert coverage.verified_at is None


@pytest.mark.parametrize("error", [RuntimeError("broken"), ValueError("odd")])
def test_a_question_that_breaks_the_connection_does_not_hold_up_the_others(connection, error):
    clinic = Clinic()
    odd, good = make.make_insured(), make.make_insured()
    booked(odd, clinic=clinic)
    booked(good, clinic=clinic, clock="11:00")

    def says(text):
        if odd.member_id in text:
            raise error
        return payer.answer_eligibility(text)

    connection(says)
    sweep()
    assert EligibilityCheck.objects.get(coverage=good).status == "active"
    assert EligibilityRequest.objects.get(coverage=odd).state == "due"


def test_an_answer_that_cannot_be_kept_is_given_up_and_the_others_are_kept(connection, monkeypatch):
    clinic = Clinic()
    odd, good = make.make_insured(), make.make_insured()
    booked(odd, clinic=clinic)
    booked(good, clinic=clinic, clock="11:00")
    real = asking.keep_answer

    def keep(*, by, request, text):
        if request.coverage_id == odd.pk:
            raise RuntimeError("cannot be kept")
        return real(by=by, request=request, text=text)

    monkeypatch.setattr(asking, "keep_answer", keep)
    connection(payer.answer_eligibility)
    sweep()
    assert EligibilityCheck.objects.get(coverage=good).status == "active"
    assert EligibilityRequest.objects.get(coverage=odd).state == "given_up"
    assert EligibilityCheck.objects.get(coverage=odd).status == "not_verified"


def test_a_file_that_cannot_be_kept_does_not_hold_up_the_others(connection, monkeypatch):
    house = connection(None, files=(Answer("a", "ISA odd"), Answer("b", "ISA good")))
    real = answers.kind_of

    def kind_of(text):
        if "odd" in text:
            raise RuntimeError("cannot be told")
        return real(text)

    monkeypatch.setattr(answers, "kind_of", kind_of)
    assert answers.fetch_answers(by=BY) == 1
    assert (PayerFile.objects.get().name, house.put_away) == ("b", ["b"])


def test_a_payer_that_wants_to_be_left_alone_for_ever_is_asked_tomorrow(connection, clinic_open):
    connection(Later("busy", retry_after=1e300))
    booked(make.make_insured())
    sweep()
    assert EligibilityRequest.objects.get().state == "due"
