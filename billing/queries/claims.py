"""Claims as their pages show them: the worklist by state, and one claim with its problems beside their fields."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404

from billing.models import Charge, Claim, ClaimBatch, ClaimEvent, ClaimLine, Denial
from billing.queries.claim_setup import billing_provider
from billing.rules.claim_states import AT_PAYER, CLOSED, DENIED, DRAFT, READY, REJECTED, STATES, VOID
from billing.rules.scrub.about_codes import dotted
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Coverage, DiagnosisCode, Encounter, Patient, Payer

ZERO = Decimal("0.00")
DAYS_BACK = 90
SHOWN = 100
HELD, FIX = "held", "fix"
TABS = {FIX: "To fix", READY: "Ready", HELD: "On hold", **{k: v for k, v in STATES.items() if k != READY}}


@dataclass(frozen=True)
class Worklist:
    """Claims of one tab, those that earn most first; `tabs` are (key, words, count, dollars)."""

    tab: str
    tabs: list[tuple[str, str, int, Decimal]]
    rows: list[Claim]
    count: int
    money: Decimal
    unclaimed: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def worklist(tab: str, shown: int = SHOWN) -> Worklist:
    """The biller's claims. `tab` is a state, "fix" (rejected, denied, or drafts with a problem that stops them)
    or "held"; unknown ones are "fix". Three queries."""
    tab = tab if tab in TABS else FIX
    totals = Claim.objects.order_by().aggregate(
        **{f"n_{key}": Count("pk", filter=_of(key)) for key in TABS},
        **{f"sum_{key}": Sum(may_bring(), filter=_of(key)) for key in TABS},
    )
    tabs = [(key, words, totals[f"n_{key}"], totals[f"sum_{key}"] or ZERO) for key, words in TABS.items()]
    rows = Claim.objects.filter(_of(tab)).select_related("patient", "payer", "rendering")
    found = list(rows.annotate(worth=may_bring()).order_by("-worth", "file_by", "pk")[:shown])
    count, money = next((count, money) for key, _, count, money in tabs if key == tab)
    return Worklist(tab, tabs, found, count, money, unclaimed_visits().count())


def may_bring():
    """What a claim may still bring: what the contract allows, else what was charged, less what was paid."""
    return Coalesce(F("expected"), F("total")) - F("paid")


def claims_to_correct() -> QuerySet[Claim]:
    """Rejected and denied claims that nothing replaces yet, and drafts with a problem that stops them."""
    return Claim.objects.filter(_of(FIX))


def _of(tab: str) -> Q:
    if tab == HELD:
        return ~Q(hold_reason="") & ~Q(state=CLOSED)
    if tab == FIX:
        replacing = Claim.objects.filter(replaces=OuterRef("pk"), state__in=[DRAFT, READY])
        return Q(hold_reason="") & (
            (Q(state__in=[REJECTED, DENIED]) & ~Exists(replacing)) | Q(state=DRAFT, errors__gt=0)
        )
    return Q(state=tab)


def unclaimed_visits(today: dt.date | None = None) -> QuerySet[Encounter]:
    """Visits of the last three months with approved charges, none still proposed, an insurance that holds, and
    no claim yet."""
    today = today or time.today(clinic_zone())
    mine = Charge.objects.filter(encounter=OuterRef("pk"))
    coverage = (
        Coverage.objects.filter(patient=OuterRef("patient"))
        .exclude(payer__kind=Payer.Kind.SELF)
        .filter(Q(starts_on__isnull=True) | Q(starts_on__lte=OuterRef("started_at__date")))
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("started_at__date")))
    )
    since = today - dt.timedelta(days=DAYS_BACK)
    approved = Charge.objects.order_by().filter(state=Charge.State.APPROVED, service_on__gte=since)
    return Encounter.objects.filter(
        ~Exists(mine.filter(state=Charge.State.PROPOSED)),
        ~Exists(Claim.objects.filter(encounter=OuterRef("pk"))),
        Exists(coverage),
        pk__in=approved.values("encounter"),
    )


@dataclass(frozen=True)
class Unclaimed:
    """A visit to claim: its approved charges in dollars, its day, and days since then (the charge lag so far)."""

    encounter: Encounter
    patient: Patient
    day: dt.date
    lag: int
    money: Decimal


def unclaimed_rows(limit: int = SHOWN) -> list[Unclaimed]:
    """Visits to claim with the most money first. One query."""
    today = time.today(clinic_zone())
    rows = (
        unclaimed_visits(today)
        .annotate(money=Sum("charges__amount", filter=Q(charges__state=Charge.State.APPROVED)))
        .select_related("patient", "provider")
        .order_by("-money", "started_at")[:limit]
    )
    zone = time.zone(clinic_zone())
    found = []
    for row in rows:
        day = row.started_at.astimezone(zone).date()
        found.append(Unclaimed(row, row.patient, day, (today - day).days, row.money))
    return found


@dataclass(frozen=True)
class Fact:
    """One row of a claim's page: what it is, what it says, and what is wrong with it."""

    label: str
    value: str
    fields: tuple[str, ...]
    problems: list[dict[str, Any]]


@dataclass(frozen=True)
class LineRow:
    """A line with its letters and what is wrong with it."""

    line: ClaimLine
    letters: str
    problems: list[dict[str, Any]]


@dataclass(frozen=True)
class ClaimPage:
    """Everything on the page of one claim."""

    claim: Claim
    facts: list[Fact]
    lines: list[LineRow]
    diagnoses: list[tuple[str, str, str]]
    problems: list[dict[str, Any]]
    events: list[ClaimEvent]
    later: list[Claim]
    next_coverage: Coverage | None
    denial: Denial | None

    @property
    def stops(self) -> list[dict[str, Any]]:
        return [one for one in self.problems if one["severity"] == "error"]

    @property
    def may_replace(self) -> bool:
        return self.claim.state in AT_PAYER and not any(one.state != CLOSED for one in self._replacing)

    @property
    def may_go_on(self) -> bool:
        """Whether the claim to the next payer can be drafted."""
        sent_on = any(one.follows_id == self.claim.pk for one in self.later)
        return bool(self.claim.adjudication and self.next_coverage and not sent_on)

    @property
    def _replacing(self) -> list[Claim]:
        return [one for one in self.later if one.replaces_id == self.claim.pk]


def claim_page(claim: Claim) -> ClaimPage:
    """One claim with lines, problems beside their fields, and its trail. Six queries."""
    problems = list(claim.problems) if claim.state in (DRAFT, READY) else []
    by_line = defaultdict(list)
    for one in problems:
        by_line[one["line"]].append(one)
    letters = {place: chr(64 + place) for place in range(1, 13)}
    lines = [
        LineRow(line, "".join(letters.get(place, "?") for place in line.pointers), by_line[line.number])
        for line in claim.lines.all()
    ]
    events = list(claim.events.select_related("by"))
    later = list(Claim.objects.filter(Q(replaces=claim) | Q(follows=claim)).order_by("created_at"))
    words = dict(DiagnosisCode.objects.filter(code__in=claim.diagnoses).values_list("code", "description"))
    diagnoses = [
        (letters.get(place, "?"), dotted(code), words.get(code, ""))
        for place, code in enumerate(claim.diagnoses, 1)
    ]
    return ClaimPage(
        claim,
        _facts(claim, problems),
        lines,
        diagnoses,
        problems,
        events,
        later,
        next_coverage(claim),
        claim.denials.filter(state=Denial.State.OPEN).first(),
    )


def next_coverage(claim: Claim) -> Coverage | None:
    """The coverage that pays after this claim's on the day of service, None for none. One query."""
    rows = Coverage.objects.filter(patient=claim.patient_id, rank__gt=claim.coverage.rank)
    rows = rows.exclude(payer=claim.payer_id).select_related("payer").order_by("rank", "created_at")
    return next((row for row in rows if row.is_effective(claim.service_from)), None)


def _facts(claim: Claim, problems: list[dict[str, Any]]) -> list[Fact]:
    coverage, patient = claim.coverage, claim.patient
    subscriber = "the patient" if coverage.relationship == "self" else coverage.subscriber_name or "not named"
    related = claim.get_related_to_display() if claim.related_to else "No"
    referring = f"{claim.referring_first} {claim.referring_last} {claim.referring_npi}".strip()
    town = " ".join(filter(None, [patient.city, patient.state, patient.postal_code]))
    rows = [
        ("Payer", f"{claim.payer.name} {claim.payer.payer_id}".strip(), ("payer.",)),
        (
            "Member ID",
            coverage.member_id or "none",
            ("coverage.member_id", "coverage.starts_on", "coverage.payer"),
        ),
        ("Subscriber", subscriber, ("coverage.",)),
        ("Patient", ", ".join(filter(None, [patient.address_line1, town])) or "no address", ("patient.",)),
        ("Billing provider", _named(billing_provider()), ("billing.",)),
        ("Rendering", _named(claim.rendering), ("rendering.", "claim.rendering")),
        ("Supervising", _named(claim.supervising), ("supervising.",)),
        ("Referring", referring, ("claim.referring",)),
        ("Authorization", claim.authorization, ("claim.authorization",)),
        ("Accident", related, ("claim.accident", "claim.related")),
        ("File by", f"{claim.file_by:%m/%d/%Y}" if claim.file_by else "", ("claim.file_by",)),
        ("Earlier claim", _earlier(claim), ("claim.payer_control", "claim.follows")),
        ("Diagnoses and lines", "", ("claim.diagnoses", "claim.lines")),
    ]
    facts, left = [], [one for one in problems if one["line"] is None]
    for label, value, fields in rows:
        mine = [one for one in left if one["field"].startswith(fields)]
        left = [one for one in left if one not in mine]
        if value or mine:
            facts.append(Fact(label, value, fields, mine))
    return facts


def _named(member) -> str:
    return f"{member.name} {member.npi}".strip() if member else ""


def _earlier(claim: Claim) -> str:
    if claim.replaces:
        return f"{claim.replaces.account}, payer’s number {claim.replaces.payer_control or 'unknown'}"
    return f"{claim.follows.account} to {claim.follows.payer.name}" if claim.follows else ""


def claim_or_404(pk) -> Claim:
    """One claim with everything its page shows. Two queries."""
    lines = Prefetch("lines", queryset=ClaimLine.objects.select_related("charge").order_by("number"))
    rows = Claim.objects.select_related(
        "patient",
        "payer",
        "coverage__payer",
        "encounter",
        "rendering",
        "supervising",
        "replaces",
        "follows__payer",
        "batch",
    )
    return get_object_or_404(rows.prefetch_related(lines), pk=pk)


def line_or_404(pk, claim: Claim) -> ClaimLine:
    """One line of this claim."""
    return get_object_or_404(
        ClaimLine.objects.select_related("charge__encounter", "charge__fee"), pk=pk, claim=claim
    )


def decided_claims(encounter_id, payer_id) -> QuerySet[Claim]:
    """Closed claims of a visit that this payer has decided about, without those that were voided or replaced since."""
    later = Claim.objects.filter(replaces=OuterRef("pk"), sent_at__isnull=False)
    rows = Claim.objects.filter(encounter=encounter_id, payer=payer_id, state=CLOSED).exclude(frequency=VOID)
    return rows.filter(Q(adjudication__isnull=False) | ~Q(paid=0)).filter(~Exists(later))


def claims_named(pks: list[str]) -> list[Claim]:
    """The claims with these keys; keys that are none are a 404."""
    try:
        wanted = [UUID(pk) for pk in pks]
    except ValueError as error:
        raise Http404 from error
    return list(Claim.objects.filter(pk__in=wanted))


def batches(limit: int = 50) -> list[ClaimBatch]:
    """The latest files of claims, with who made them. One query, without their texts."""
    return list(ClaimBatch.objects.defer("text").select_related("made_by")[:limit])


def batch_or_404(pk) -> ClaimBatch:
    """One file with its claims."""
    rows = ClaimBatch.objects.select_related("made_by").prefetch_related("claims__patient", "claims__payer")
    return get_object_or_404(rows, pk=pk)
