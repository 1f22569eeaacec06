"""Questions to payers: which are asked, once each, and what becomes of the answers."""

import datetime as dt

import pytest

from billing.clearinghouse import Answer, Later, NoAnswer, NotTaken
from billing.edi import payer
from billing.models import CoverageIssue, EligibilityCheck, EligibilityRequest, PayerFile
from billing.queries.eligibility import to_check_soon, with_checks
from billing.services import answers, asking, request_check
from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.errors import Refused
from records.models import Coverage
from tests.factories import insurance as make
from tests.factories.scheduling import TUESDAY, Clinic, make_patient
from tests.factories.staff import actor_for, make_member
from tests.support.statements import counted

BY = Actor.system("tests.insurance")


def booked(coverage, *, day=TUESDAY, clinic=None, clock="9:00"):
    return (clinic or Clinic()).book(clock, day=day, patient=coverage.patient)


def sweep() -> EligibilityCheck | None:
    asking.request_soon(by=BY)
    asking.ask_due(by=BY)
    return EligibilityCheck.objects.first()


def kinds() -> list[str]:
    return sorted(CoverageIssue.objects.filter(resolved_at=None).values_list("kind", flat=True))


def test_a_payer_who_was_silent_two_days_ago_is_asked_again_by_the_sweep(clinic_open):
    """The sweep reads the errors of the last check with its one statement, past the models."""
    coverage = make.make_insured()
    booked(coverage)
    clinic_open.shift(dt.timedelta(days=-2))
    make.make_check(coverage, "not_verified", card={"errors": [{"level": "payer", "code": "42"}]})
    clinic_open.shift(dt.timedelta(days=2))
    assert [(one.coverage_id, one.reason) for one in to_check_soon(TUESDAY)] == [(coverage.pk, "again")]


def test_a_coming_visit_is_asked_about_with_its_day_and_the_answer_is_kept_as_it_came(clinic_open):
    coverage = make.make_insured()
    booked(coverage)
    check = sweep()
    assert (check.status, check.service_on, check.source) == ("active", TUESDAY, "electronic")
    assert f"DTP*291*D8*{TUESDAY:%Y%m%d}" in check.raw_question
    assert check.raw_answer.startswith("ISA*")
    assert len(check.answer_sha256) == 64
    assert check.card["trace"] == check.request.trace
    assert EligibilityRequest.objects.get().state == "answered"
    coverage.refresh_from_db()
    assert (coverage.verified_at, coverage.verified_by_id) == (check.checked_at, None)
    assert kinds() == []
    assert (
        AuditEvent.objects.filter(action="eligibility.checked", patient_id=coverage.patient_id).count() == 1
    )


def test_a_second_sweep_asks_nothing(clinic_open):
    booked(make.make_insured())
    sweep()
    sweep()
    assert (EligibilityRequest.objects.count(), EligibilityCheck.objects.count()) == (1, 1)


def test_only_the_next_days_and_only_coverage_that_holds_then(clinic_open):
    clinic = Clinic()
    booked(make.make_insured(), day=TUESDAY + dt.timedelta(days=7), clinic=clinic)
    ended = make.make_insured(ends_on=TUESDAY - dt.timedelta(days=1))
    booked(ended, clinic=clinic, clock="10:00")
    own = make.make_insured(kind="self")
    booked(own, clinic=clinic, clock="11:00")
    second = make.make_insured(
        "10", booked(make.make_insured(), clinic=clinic, clock="11:30").patient, rank=2
    )
    found = {(one.coverage_id, one.reason) for one in to_check_soon(TUESDAY)}
    assert len(found) == 2
    assert (second.pk, "new") in found


@pytest.mark.parametrize(
    ("ending", "status", "found"),
    [
        ("10", "active", []),
        ("90", "inactive", ["inactive"]),
        ("91", "not_verified", ["fix_fields"]),
        ("94", "not_verified", ["fix_fields"]),
        ("93", "not_verified", ["no_answer"]),
        ("95", "active", ["other_payer"]),
        ("97", "active", ["authorization"]),
    ],
)
def test_what_a_payer_says_puts_on_the_list_what_has_to_be_looked_at(clinic_open, ending, status, found):
    booked(make.make_insured(ending))
    assert sweep().status == status
    assert kinds() == found


def test_another_plan_than_last_time_is_looked_at(clinic_open):
    coverage = make.make_insured("96")
    make.make_check(coverage, card={"plan": "CHOICE PPO 1500"}, checked_at=_past(60))
    booked(coverage)
    sweep()
    assert kinds() == ["plan_changed"]


def _past(days: int) -> dt.datetime:
    return dt.datetime(2026, 3, 10, 11, tzinfo=dt.UTC) - dt.timedelta(days=days)


def test_a_dependent_is_asked_about_under_the_subscriber(clinic_open):
    coverage = make.make_insured(
        relationship="child", subscriber_name="Rosa Ortiz", subscriber_birth_date=dt.date(1960, 5, 6)
    )
    booked(coverage)
    check = sweep()
    assert check.status == "active"
    assert check.card["patient"]["relationship"] == "child"
    assert check.card["subscriber"]["last_name"].upper() == "ORTIZ"


def test_a_payer_who_is_silent_is_asked_again_and_never_called_inactive(clinic_open):
    coverage = make.make_insured("92")
    old = make.make_check(coverage, card={"plan": "CHOICE"}, checked_at=_past(60))
    booked(coverage)
    asking.request_soon(by=BY)
    for tries in (1, 2, 3):
        asking.ask_due(by=BY)
        row = EligibilityRequest.objects.get()
        assert (row.state, row.tries) == ("due", tries)
        clinic_open.shift(row.due_at - dt.datetime.now(dt.UTC))
    asking.ask_due(by=BY)
    row = EligibilityRequest.objects.get()
    assert (row.state, row.tries, row.trouble) == ("given_up", 4, "The payer did not answer.")
    assert EligibilityCheck.objects.first().status == "not_verified"
    assert kinds() == ["no_answer"]
    (shown,) = with_checks([coverage])
    assert (shown.known, shown.card.plan, shown.is_older_known) == (old, "CHOICE", True)


def test_a_later_answer_takes_its_lines_off_the_list(clinic_open):
    coverage = make.make_insured("90")
    booked(coverage)
    sweep()
    assert kinds() == ["inactive"]
    Coverage.objects.filter(pk=coverage.pk).update(member_id="BPX555510", version=2)
    sweep()
    row = CoverageIssue.objects.get()
    assert row.resolution == "A later check came back without it."
    assert sorted(EligibilityRequest.objects.values_list("reason", flat=True)) == ["changed", "new"]


def test_silence_resolves_nothing(clinic_open):
    coverage = make.make_insured("90")
    booked(coverage)
    sweep()
    Coverage.objects.filter(pk=coverage.pk).update(member_id="BPX555593", version=2)
    sweep()
    assert kinds() == ["inactive", "no_answer"]


def test_without_an_npi_the_question_cannot_be_put_and_says_so(clinic_open):
    from clinic.core.models import ClinicProfile

    ClinicProfile.objects.update(npi="")
    booked(make.make_insured())
    check = sweep()
    assert (check.status, check.note) == ("not_verified", "The clinic’s own NPI is not on file.")
    assert CoverageIssue.objects.get().kind == "fix_fields"


def test_an_answer_about_somebody_else_is_not_believed(connection):
    house = connection(lambda text: payer.answer_eligibility(text).replace(_trace(text), "0" * 32))
    booked(make.make_insured())
    check = sweep()
    assert len(house.asked) == 1
    assert (check.status, check.card["errors"][0]["code"]) == ("not_verified", "other")


def _trace(text: str) -> str:
    return text.split("TRN*1*")[1].split("*")[0]


@pytest.mark.parametrize("said", ["", "<html>busy</html>", "ISA*00*", "\0\0"])
def test_an_answer_that_is_none_is_kept_and_not_believed(connection, said):
    connection(lambda text: said)
    booked(make.make_insured())
    check = sweep()
    assert (check.status, check.card["errors"][0]["code"]) == ("not_verified", "unread")
    assert check.raw_answer


@pytest.mark.parametrize(
    ("error", "state"),
    [(Later("busy"), "due"), (NoAnswer("gone"), "due"), (NotTaken("wrong password"), "given_up")],
)
def test_what_may_pass_is_asked_again_and_what_may_not_is_shown(connection, error, state):
    connection(error)
    booked(make.make_insured())
    sweep()
    assert EligibilityRequest.objects.get().state == state


def test_a_worker_that_died_leaves_its_question_to_the_next(clinic_open):
    booked(make.make_insured())
    asking.request_soon(by=BY)
    (taken,) = asking.take_due(limit=5)
    assert asking.take_due(limit=5) == []
    clinic_open.shift(301)
    asking.ask_due(by=BY)
    taken.refresh_from_db()
    assert (taken.state, taken.tries) == ("answered", 2)


def test_answers_that_come_as_files_find_their_questions(connection):
    house = connection(None)
    booked(make.make_insured())
    asking.request_soon(by=BY)
    asking.ask_due(by=BY)
    row = EligibilityRequest.objects.get()
    assert row.state == "waiting"
    ((_, question),) = house.asked
    house.files.append(Answer("a.271", payer.answer_eligibility(question)))
    assert answers.fetch_answers(by=BY) == 1
    assert house.put_away == ["a.271"]
    assert answers.settle_answers(by=BY) == 1
    row.refresh_from_db()
    assert (row.state, EligibilityCheck.objects.get().status) == ("answered", "active")
    file = PayerFile.objects.get()
    assert (file.kind, file.handled_at is not None) == ("271", True)
    assert answers.settle_answers(by=BY) == 0


def test_the_same_file_again_is_kept_once(connection):
    house = connection(None, files=(Answer("a", "ISA no file at all"),))
    answers.fetch_answers(by=BY)
    house.files.append(Answer("b", "ISA no file at all"))
    answers.fetch_answers(by=BY)
    assert PayerFile.objects.get().name == "a"
    assert house.put_away == ["a", "b"]


def test_a_file_that_never_comes_counts_as_silence_the_next_day(connection, clinic_open):
    connection(None)
    booked(make.make_insured())
    sweep()
    clinic_open.shift(dt.timedelta(hours=21))
    asking.ask_due(by=BY)
    assert (EligibilityRequest.objects.get().state, kinds()) == ("given_up", ["no_answer"])


def test_asking_by_hand_finds_the_question_that_is_on_its_way(clinic_open):
    coverage = make.make_insured()
    clerk = actor_for(make_member("front_desk"))
    first = request_check(by=clerk, coverage=coverage, service_on=TUESDAY)
    second = request_check(by=clerk, coverage=coverage, service_on=TUESDAY)
    assert first == second
    assert (first.reason, first.asked_by_id) == ("hand", clerk.member_id)


def test_asking_by_hand_is_refused_without_a_payer_or_a_connection(clinic_open, settings):
    with pytest.raises(Refused, match="no payer to ask"):
        request_check(by=BY, coverage=make.make_insured(kind="self"), service_on=TUESDAY)
    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "none"}
    with pytest.raises(Refused, match="No connection"):
        request_check(by=BY, coverage=make.make_insured(), service_on=TUESDAY)
    assert EligibilityRequest.objects.count() == 0


def test_booking_and_registering_ask_at_once_however_far_away_the_visit_is(clinic_open):
    coverage = make.make_insured()
    visit = booked(coverage, day=TUESDAY + dt.timedelta(days=14))
    assert asking.request_for_visit(by=BY, visit_id=visit.pk) == 1
    assert asking.request_for_visit(by=BY, visit_id=visit.pk) == 0
    assert asking.request_for_coverage(by=BY, coverage_id=coverage.pk) == 0
    other = make.make_insured()
    assert asking.request_for_coverage(by=BY, coverage_id=other.pk) == 1
    assert EligibilityRequest.objects.get(coverage=other).service_on == TUESDAY


def test_the_sweep_asks_the_database_the_same_for_one_visit_and_for_three(clinic_open):
    clinic = Clinic()
    asking.request_soon(by=BY)  # the policy is in memory from here on
    booked(make.make_insured(), clinic=clinic)
    with counted() as one:
        asking.request_soon(by=BY)
    EligibilityRequest.objects.all().delete()
    for clock in ("10:00", "11:00"):
        booked(make.make_insured(patient=make_patient()), clinic=clinic, clock=clock)
    with counted() as three:
        asking.request_soon(by=BY)
    assert EligibilityRequest.objects.count() == 3
    assert len(three) == len(one)
