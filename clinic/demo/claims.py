"""Claims in the demo: old visits were claimed and settled, the last days' are on their way in every state."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from billing.models import (
    BillingProvider,
    Charge,
    Claim,
    ClaimEvent,
    ClaimLine,
    ClaimRule,
    PayerContract,
    PayerTerms,
)
from billing.queries.claim_setup import contract_on
from billing.queries.claims import unclaimed_visits
from billing.rules.claim_answers import told
from billing.rules.claim_states import account_number
from billing.rules.places import usual_place
from billing.services import (
    answer_claim,
    build_claim,
    hold_claim,
    mark_ready,
    note_on_claim,
    send_claims,
    settle_remittances,
)
from billing.services.claim_files import settle_claim_answers
from billing.services.handing_over import send_and_keep
from clinic.core.actor import Actor
from clinic.core.db import attempt
from clinic.core.errors import ClinicError
from clinic.demo.dice import stream
from clinic.demo.hours import at
from clinic.demo.insurance import is_special
from clinic.demo.world import World
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from records.models import Coverage, Encounter, Payer
from records.services.registration import refresh_search

RECENT = 4
MOST_BUILT = 80
LEFT_ALONE, LEFT_DRAFT, LEFT_READY = 8, 6, 9
DENIED = ("70", "71", "85")  # something missing, no authorization, sent before
FILING_DAYS = {"commercial": 180, "medicare": 365, "medicaid": 120}
SHARES = {"commercial": "72", "medicare": "58", "medicaid": "46"}
_CODES = {"commercial": "CI", "medicare": "MB", "medicaid": "MC"}


def write_claims(world: World, *, is_new: bool) -> None:
    """Claims the visits that have become due by now; the first time also what claims stand on, and examples."""
    if is_new:
        _set_up(world)
    _settled(world)
    built = _recent(world)
    if not is_new or not built:
        return
    by = _biller(world)
    ready, drafts = built[LEFT_DRAFT:], built[:LEFT_DRAFT]
    with attempt():
        for claim in drafts[:2]:
            hold_claim(by=by, claim=claim, reason="Waits for the report of the laboratory")
    going = [mark_ready(by=by, claim=claim) for claim in ready if not claim.errors]
    _send(by, going[LEFT_READY:])


def _biller(world: World) -> Actor:
    member = world.members["biller"]
    return Actor(member_id=member.pk, label=member.name, permissions=ROLE_PERMISSIONS[Role.BILLER])


def _set_up(world: World) -> None:
    """Who bills, every payer's terms and contract. The demo's codes are its own, so the rule about them rests."""
    from clinic.core.profile import clinic

    profile = clinic()
    BillingProvider.objects.get_or_create(
        only=True,
        defaults={
            "name": profile.name, "npi": profile.npi, "tax_id": "991234567", "taxonomy": "207Q00000X",
            "clia": "14D9999999", "address_line1": profile.address_line1, "city": profile.city,
            "state": profile.state, "postal_code": f"{profile.postal_code[:5]}0001",
            "contact_name": "Billing office", "contact_phone": profile.phone,
        },
    )  # fmt: skip
    ClaimRule.objects.filter(code="code-form").update(severity="off")
    year = dt.date(world.today.year, 1, 1)
    for payer in Payer.objects.exclude(kind=Payer.Kind.SELF):
        kind = payer.kind if payer.kind in SHARES else "commercial"
        PayerTerms.objects.get_or_create(
            payer=payer, defaults={"filing_code": _CODES[kind], "filing_days": FILING_DAYS[kind]}
        )
        PayerContract.objects.get_or_create(
            payer=payer, name=f"{payer.name} {year.year}",
            defaults={"effective_from": year - dt.timedelta(days=365), "percent_of_fee": Decimal(SHARES[kind])},
        )  # fmt: skip


def _settled(world: World) -> None:
    """Visits older than a few days were claimed and settled on paper: their claims are closed."""
    before = world.today - dt.timedelta(days=RECENT)
    start = at(before, dt.time(0), world.zone)
    visits = list(unclaimed_visits(world.today).filter(started_at__lt=start).order_by("started_at", "pk"))
    if not visits:
        return
    coverages: dict = {}
    for row in Coverage.objects.filter(patient__in={visit.patient_id for visit in visits}).select_related(
        "payer"
    ):
        coverages.setdefault(row.patient_id, []).append(row)
    charges: dict = {}
    rows = Charge.objects.filter(encounter__in=visits, state=Charge.State.APPROVED)
    for row in rows.prefetch_related("pointers__diagnosis__code").order_by("created_at", "pk"):
        charges.setdefault(row.encounter_id, []).append(row)
    numbers = _numbers(len(visits))
    claims, lines, events = [], [], []
    for visit, number in zip(visits, numbers, strict=True):
        day = visit.started_at.astimezone(world.zone).date()
        fitting = [row for row in coverages[visit.patient_id] if row.is_effective(day)]
        coverage = min(fitting, key=lambda row: row.rank, default=None)
        if coverage is not None:
            _one(world, visit, coverage, charges[visit.pk], number, day, claims, lines, events)
    Claim.objects.bulk_create(claims, batch_size=500)
    ClaimLine.objects.bulk_create(lines, batch_size=1000)
    ClaimEvent.objects.bulk_create(events, batch_size=1000)


def _one(world, visit, coverage, charges, number, day, claims, lines, events) -> None:
    """One closed claim with its lines and trail, yet to be inserted."""
    biller, dice = world.members["biller"], stream("claim", visit.pk)
    sent = min(at(day + dt.timedelta(days=dice.randint(1, 3)), dt.time(11), world.zone), world.now)
    settled = min(sent + dt.timedelta(days=dice.randint(5, 9)), world.now)
    codes = list(dict.fromkeys(p.diagnosis.code.code for row in charges for p in row.pointers.all()))
    contract = contract_on(coverage.payer_id, day)
    total = sum((row.amount for row in charges), Decimal(0))
    is_over = settled < world.now - dt.timedelta(days=1)
    claim = Claim(
        account=account_number(number), patient_id=visit.patient_id, encounter=visit, coverage=coverage,
        payer=coverage.payer, state="closed" if is_over else "accepted", state_since=settled if is_over else sent,
        sent_at=sent, service_from=day, service_to=day, diagnoses=codes[:12], total=total, rendering_id=visit.provider_id,
        file_by=day + dt.timedelta(days=FILING_DAYS.get(coverage.payer.kind, 180)), created_at=sent,
        expected=contract.allowed("", (), 1, total) if contract else None, payer_control=f"P{number:09d}",
    )  # fmt: skip
    claims.append(claim)
    for place, row in enumerate(charges, 1):
        pointers = [codes.index(p.diagnosis.code.code) + 1 for p in row.pointers.all()]
        lines.append(
            ClaimLine(
                claim=claim, number=place, charge=row, code=row.code, words=row.words, units=row.units, amount=row.amount,
                pointers=pointers, service_on=row.service_on, place_of_service=usual_place(visit.kind), created_at=sent,
                expected=contract.allowed(row.code, (), row.units, row.amount) if contract else None,
            )
        )  # fmt: skip
    steps = [("built", "", "draft", "", sent), ("sent", "ready", "sent", "", sent)]
    steps.append(("accepted", "sent", "accepted", "Accepted for processing.", sent + dt.timedelta(hours=5)))
    if is_over:
        steps.append(("closed", "accepted", "closed", "Settled by a paper remittance.", settled))
    for kind, before, after, words, when in steps:
        who = None if kind == "accepted" else biller
        events.append(
            ClaimEvent(claim=claim, kind=kind, before=before, after=after, words=words, at=min(when, world.now), by=who,
                       by_label=who.name if who else "system:billing.settle_claim_answers")
        )  # fmt: skip


def _recent(world: World) -> list[Claim]:
    """Builds the claims of the last days but a few; what cannot be built stays on the list for a person."""
    by, built = _biller(world), []
    waiting = (
        unclaimed_visits(world.today)
        .filter(Exists(Charge.objects.filter(encounter=OuterRef("pk"), approved_at__lt=world.now)))
        .order_by("started_at", "pk")
    )
    visits: list[Encounter] = list(waiting.select_related("provider")[: MOST_BUILT + LEFT_ALONE])
    for visit in visits[:-LEFT_ALONE]:
        try:
            with attempt():
                built.append(build_claim(by=by, encounter=visit))
        except ClinicError:
            continue
    return built


def _send(by: Actor, claims: list[Claim]) -> None:
    """Sends what is ready to the payer inside the program: two claims are rejected, three denied,
    the rest paid."""
    if settings.CLEARINGHOUSE["KIND"] != "simulated" or len(claims) < 4:
        return
    denied = _to_be_denied(claims)
    batch = send_claims(by=by, claims=claims).batch
    if batch is None:
        return
    system = Actor.system("billing.settle_claim_answers")
    send_and_keep(by=system, pk=batch.pk)
    settle_claim_answers(by=system)
    accepted = Claim.objects.filter(batch=batch, state="accepted").exclude(coverage__in=denied)
    taken = list(accepted.order_by("account")[:3])
    for claim, answer in zip(taken, (told("A7", "562", "82"), told("A3", "33", "IL")), strict=False):
        answer_claim(by=system, account=claim.account, answers=[answer])
    for claim in taken[2:3]:
        note_on_claim(by=by, claim=claim, words="Called the payer: they have it, decision in two weeks.")
    settle_remittances(by=Actor.system("billing.settle_remittances"))


def _to_be_denied(claims: list[Claim]) -> list[Coverage]:
    """Gives three coverages a member ID whose claims the payer inside the program denies; which ones."""
    changed = []
    pks = [claim.coverage_id for claim in claims]
    held = set(Coverage.objects.values_list("member_id", flat=True))
    rows = Coverage.objects.filter(pk__in=pks).select_related("patient").order_by("created_at", "pk")
    free = [row for row in rows if row.member_id[-2:].isdigit() and not is_special(row.member_id)]
    for coverage, case in zip(free, DENIED, strict=False):
        member_id = coverage.member_id[:-2] + case
        if member_id not in held:
            Coverage.objects.filter(pk=coverage.pk).update(member_id=member_id)
            refresh_search(coverage.patient)
            changed.append(coverage)
    return changed


def _numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('billing_claim_account') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]
