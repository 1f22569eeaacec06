"""The piles of the biller's list that are about payers: claims, denials, payments and coverages."""

import datetime as dt

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse

from billing.models import Charge, Claim, CoverageIssue, Denial, Remittance, RemittanceClaim
from billing.queries.claims import claims_to_correct, may_bring, unclaimed_visits
from billing.queries.piles import ZERO, Pile, pile_of, price_of_visit, row_of, summed
from billing.rules.claim_states import READY
from billing.rules.remittances import CATEGORIES
from clinic.core import time
from clinic.core.profile import clinic_zone
from scheduling.models import Appointment
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING

DAYS_AHEAD = 7

_CLAIM_WORDS = {
    "rejected": "The payer turned it away on arrival. Correct it and send it again.",
    "denied": "The payer decided not to pay. Replace it, appeal, or close it.",
}


def unclaimed(today: dt.date, _shown: int) -> Pile:
    """Visits to claim, as one line: one button builds them all."""
    found = (
        Charge.objects.order_by()
        .filter(state=Charge.State.APPROVED, encounter__in=unclaimed_visits(today).values("pk"))
        .aggregate(many=Count("encounter", distinct=True), money=Sum("amount"), day=Min("service_on"))
    )
    return summed(
        "unclaimed",
        found,
        lambda row: row_of(
            today,
            row,
            "unclaimed",
            what=_counted(row["many"], "visit has no claim yet", "visits have no claim yet"),
            why="Their charges are approved and an insurance holds. Build the claims.",
            url=reverse("billing:claims-unclaimed"),
            act="Build claims",
            many=row["many"],
        ),
    )


def ready_claims(today: dt.date, _shown: int) -> Pile:
    """Claims that wait for nothing but being sent, as one line."""
    found = Claim.objects.order_by().filter(state=READY, hold_reason="")
    return summed(
        "ready",
        found.aggregate(many=Count("pk"), money=Sum(may_bring()), day=Min("service_from")),
        lambda row: row_of(
            today,
            row,
            "ready",
            what=_counted(row["many"], "claim is ready to send", "claims are ready to send"),
            why="They passed every check. They go out together in one file.",
            url=f"{reverse('billing:claims')}?state={READY}",
            act="Send",
            many=row["many"],
        ),
    )


def claims(today: dt.date, shown: int) -> Pile:
    """Claims to correct; one whose denial is worked off stands among the denials."""
    denied = Denial.objects.filter(claim=OuterRef("pk"), state=Denial.State.OPEN)
    found = (
        claims_to_correct()
        .filter(~Exists(denied))
        .order_by()
        .values("pk", "patient_id", "account", "state", "errors", money=may_bring(), day=F("service_from"))
    )
    return pile_of(
        "claim",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "claim",
            what=f"Claim {row['account']} is {'not ready' if row['state'] == 'draft' else row['state']}",
            why=_CLAIM_WORDS.get(
                row["state"], f"{row['errors']} thing{'s' * (row['errors'] != 1)} to fix first."
            ),
            url=reverse("billing:claim", args=[row["pk"]]),
            act="Correct",
        ),
    )


def denials(today: dt.date, shown: int) -> Pile:
    """What payers refused and nobody has settled."""
    found = Denial.objects.filter(state=Denial.State.OPEN).values(
        "pk",
        "claim_id",
        "patient_id",
        "category",
        "deadline",
        money=F("amount"),
        day=TruncDate("opened_at", tzinfo=time.zone(clinic_zone())),
        account=F("claim__account"),
        payer=F("claim__payer__name"),
    )
    return pile_of(
        "denial",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "denial",
            what=f"{row['payer']} refused to pay on claim {row['account']}",
            why=f"{CATEGORIES[row['category']]}. {_last_day(row['deadline'], today)}",
            url=reverse("billing:denial", args=[row["pk"]]),
            read_url=reverse("billing:claim", args=[row["claim_id"]]),
            act="Work",
        ),
    )


def remittances(today: dt.date, shown: int) -> Pile:
    """Payments that do not balance, and those with decisions that found no claim."""
    held = Q(claims__outcome=RemittanceClaim.Outcome.HELD)
    is_held = RemittanceClaim.objects.filter(remittance=OuterRef("pk"), outcome=RemittanceClaim.Outcome.HELD)
    review = Remittance.State.REVIEW
    found = (
        Remittance.objects.filter(Q(state=review) | Exists(is_held))
        .order_by()
        .annotate(held=Count("claims", filter=held), held_paid=Sum("claims__paid", filter=held, default=ZERO))
        .values(
            "pk",
            "payer_name",
            "state",
            "held",
            money=Case(When(state=review, then=Coalesce("payment", ZERO)), default=F("held_paid")),
            day=TruncDate("created_at", tzinfo=time.zone(clinic_zone())),
        )
    )
    return pile_of(
        "remittance",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "remittance",
            what=f"Payment of {row['payer_name'] or 'an unnamed payer'} is not posted"
            if row["state"] == review
            else _counted(row["held"], "decision is not posted", "decisions are not posted")
            + f" in a payment of {row['payer_name'] or 'an unnamed payer'}",
            why="It does not add up. See what the payer sent."
            if row["state"] == review
            else "Post each to the right claim, or set it aside with a reason.",
            url=reverse("billing:remittance", args=[row["pk"]]),
            read_url="",
            act="Review",
        ),
    )


def coverages(today: dt.date, shown: int) -> Pile:
    """Visits of the next days whose coverage is in doubt: what they will bill hangs on it."""
    issues = CoverageIssue.objects.filter(patient=OuterRef("patient"), resolved_at=None)
    found = (
        Appointment.objects.filter(
            Exists(issues),
            local_day__range=(today, today + dt.timedelta(days=DAYS_AHEAD)),
            state__in=sorted(UPCOMING | IN_CLINIC),
        )
        .order_by("patient", "starts_at")
        .distinct("patient")
        .values(
            "patient_id",
            money=price_of_visit(today, "visit_type"),
            day=F("local_day"),
            words=Subquery(issues.order_by("opened_at").values("words")[:1]),
            coverage=Subquery(issues.order_by("opened_at").values("coverage")[:1]),
            issue=Subquery(issues.order_by("opened_at").values("kind")[:1]),
        )
    )
    return pile_of(
        "insurance",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "insurance",
            what=f"Coverage before a visit: {CoverageIssue.Kind(row['issue']).label.lower()}",
            why=row["words"],
            url=reverse("insurance:coverage", args=[row["coverage"]]),
            act="See to it",
        ),
    )


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _last_day(deadline: dt.date, today: dt.date) -> str:
    days = (deadline - today).days
    if days < 0:
        return "The last day for an appeal has passed."
    return f"The last day for an appeal is {time.format_day(deadline)}."
