"""Insurance verification in the demo: asked in earnest of the payer inside the program, and worked on by the desk."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db.models import Q

from billing.edi.payer import Silent, answer_eligibility
from billing.edi.payer.cases import ELIGIBILITY_CASES, ending
from billing.models import CoverageIssue, EligibilityCheck, EligibilityRequest
from billing.queries.estimates import expected_fees, owed_estimates
from billing.services import (
    add_authorization,
    hand_over_estimate,
    make_estimate,
    record_check,
    resolve_issue,
    work_issue,
)
from billing.services.asking import ask_due, request_soon
from billing.services.checks import told_card
from billing.services.questions import question_of
from billing.services.readings import card_of
from clinic.core.actor import Actor
from clinic.core.errors import ClinicError
from clinic.core.ids import uuid7
from clinic.demo.world import World
from clinic.staff.permissions import Permission
from records.models import Coverage
from records.services.registration import refresh_search
from scheduling.models import Appointment
from scheduling.rules.visit_states import UPCOMING

DAYS = 3
PLAN_CHANGES = "96"
# Endings of member IDs (`billing.edi.payer.cases`) that the demo sees to having among its coming patients.
SAID = ("90", "95", "97", "93", "90", "92", "91", "97", "93", "94", "95", "96")


def is_special(member_id: str) -> bool:
    """Whether the payer has something to say that is not “active, as on file”."""
    return ending(member_id) in ELIGIBILITY_CASES


def write_insurance(world: World, *, is_new: bool) -> None:
    """Asks about the visits of the next days, as the sweep would; the first time also earlier answers and the desk's work."""
    if settings.CLEARINGHOUSE["KIND"] != "simulated":
        return
    if is_new:
        _something_to_say(world)
        _earlier_answers(world)
    system = Actor.system("billing.sweep_eligibility")
    request_soon(by=system)
    ask_due(by=system)
    if is_new:
        _by_phone(world)
        _authorizations(world)
        _estimates(world)
        _work(world)


def _something_to_say(world: World) -> None:
    """Some of the patients of the next days get a member ID to which the payer answers something else than “active”."""
    seen = set(Coverage.objects.values_list("member_id", flat=True))
    coverages = _coming(world).filter(rank=1).select_related("patient").order_by("created_at", "pk")
    chosen = [one for one in coverages if not is_special(one.member_id) and one.member_id[-2:].isdigit()]
    for coverage, case in zip(chosen[::5], SAID, strict=False):
        member_id = coverage.member_id[:-2] + case
        if member_id in seen:
            continue
        is_change = case == PLAN_CHANGES
        Coverage.objects.filter(pk=coverage.pk).update(
            member_id=member_id,
            verified_at=world.now - dt.timedelta(days=45) if is_change else None,
            verified_by=coverage.verified_by_id if is_change else None,
            verify_note="",
        )
        refresh_search(coverage.patient)


def _coming(world: World):
    soon = Appointment.objects.filter(
        local_day__range=(world.today, world.today + dt.timedelta(days=DAYS))
    ).values("patient")
    return Coverage.objects.filter(patient__in=soon).exclude(payer__kind="self")


def _earlier_answers(world: World) -> None:
    """What the payer said when coverages of the coming patients were checked last."""
    held = Q(verified_at__isnull=False) | Q(member_id__endswith=PLAN_CHANGES)
    coverages = _coming(world).filter(held)
    rows = []
    for coverage in coverages.select_related("payer", "patient").order_by("created_at", "pk"):
        at = coverage.verified_at or world.now - dt.timedelta(days=45)
        on = at.astimezone(world.zone).date()
        request = EligibilityRequest(coverage=coverage, service_on=on, trace=uuid7().hex)
        try:
            question = question_of(request)
            answer = answer_eligibility(question)
        except (ClinicError, Silent):
            continue
        card = card_of(answer, trace=request.trace)
        if ending(coverage.member_id) == PLAN_CHANGES:
            card["plan"] = "CHOICE PPO 1500"
        rows.append(_answer(coverage, at, on, card))
    EligibilityCheck.objects.bulk_create(rows)


def _answer(coverage: Coverage, at: dt.datetime, on: dt.date, card: dict) -> EligibilityCheck:
    return EligibilityCheck(
        coverage=coverage, coverage_version=coverage.version, patient=coverage.patient, service_on=on,
        source="electronic", status=card["status"], checked_at=at, checked_by_label="system:billing.ask_payers", card=card,
    )  # fmt: skip


def _by(world: World, name: str) -> Actor:
    member = world.members[name]
    return Actor(member_id=member.pk, label=member.name, permissions=frozenset(Permission))


def _by_phone(world: World) -> None:
    """A payer that could not answer was called, and another one looked up on its website."""
    unanswered = CoverageIssue.objects.filter(kind="no_answer", resolved_at=None).select_related(
        "coverage__payer", "coverage__patient"
    )
    for issue, how in zip(unanswered.order_by("opened_at")[:2], ("phone", "portal"), strict=False):
        record_check(
            by=_by(world, "frontdesk"), coverage=issue.coverage, service_on=issue.service_on, source=how, status="active",
            card=told_card(plan=issue.coverage.plan_name, copay_office=Decimal(30), deductible_left=Decimal(250)),
            representative="Renee" if how == "phone" else "", reference="IVR-550871" if how == "phone" else "",
        )  # fmt: skip


def _authorizations(world: World) -> None:
    """Some with visits left, one used up, a referral."""
    visits = Appointment.objects.filter(
        state__in=sorted(UPCOMING),
        local_day__gt=world.today,
        visit_type__in=[world.types["follow-up"], world.types["nurse"]],
    )
    done: set = set()
    for visit in visits.select_related("visit_type").order_by("starts_at", "pk"):
        coverage = (
            Coverage.objects.filter(patient=visit.patient_id, rank=1).exclude(payer__kind="self").first()
        )
        if coverage is None or visit.patient_id in done:
            continue
        number = len(done)
        done.add(visit.patient_id)
        is_referral = number == 2
        add_authorization(
            by=_by(world, "frontdesk"), coverage=coverage, kind="referral" if is_referral else "authorization",
            number=f"{'R' if is_referral else 'PA'}-{40_210 + 37 * number}", what_for="Follow-up visits",
            units=(1, 6, 3, 12)[number], starts_on=world.today - dt.timedelta(days=30),
            ends_on=world.today + dt.timedelta(days=(60, 90, 12, 180)[number]), visit_type=visit.visit_type,
            referred_by="Dr. Imani Holt" if is_referral else "",
        )  # fmt: skip
        if number == 3:
            return


def _estimates(world: World) -> None:
    """Of the patients who pay themselves one has the estimate, one waits for it, the others are still owed theirs."""
    for number, owed in enumerate(owed_estimates()[:2]):
        lines = [(fee, 1) for fee in expected_fees(owed.visit)]
        if not lines:
            continue
        row = make_estimate(by=_by(world, "biller"), visit=owed.visit, lines=lines, trigger="scheduled")
        if number == 0:
            hand_over_estimate(by=_by(world, "biller"), estimate=row, how="mail")


def _work(world: World) -> None:
    """The desk has begun on its list: one line is somebody's, one has a note, one is done."""
    open_now = list(CoverageIssue.objects.filter(resolved_at=None).order_by("service_on", "opened_at", "pk"))
    desk, biller = world.members["frontdesk"], world.members["biller"]
    for issue, (owner, note) in zip(
        open_now,
        ((desk, "Left a message for the patient to bring the new card."), (biller, "")),
        strict=False,
    ):
        work_issue(by=_by(world, "frontdesk"), issue_id=issue.pk, owner=owner, note=note)
    if len(open_now) > 4:
        resolve_issue(
            by=_by(world, "biller"),
            issue_id=open_now[-1].pk,
            resolution="Patient brought the new card; copied.",
        )
