"""What stands open on each visit of patients, and what became of its price: for statements, for many at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from billing.models import Charge, Claim, OpenBalance, Posting
from billing.queries.claims import unclaimed_visits
from billing.rules.adjudication import read_decision
from billing.rules.claim_states import ACCEPTED, DRAFT, READY, REJECTED, SENT, VOID
from billing.rules.ledger import ADJUSTMENT, BANK, RECEIVABLE, REVENUE
from billing.rules.statements import VisitItem, shares_of
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Encounter

ZERO = Decimal("0.00")
# The payer has still something to say about a claim in these.
UNDECIDED = (DRAFT, READY, SENT, ACCEPTED, REJECTED)
OF_PAYERS = ("remittance", "reversal")


def visit_items(patient_ids: Iterable, today: dt.date) -> dict:
    """Patient id -> what stands open with the patient on each visit, the oldest first; money at no visit first of all.

    Six queries and the clinic's profile, however many patients. A visit waits while a claim of it is undecided, or while it should be claimed and
    nobody has said yet what the payer owes.
    """
    ids = list(patient_ids)
    opened = list(
        OpenBalance.objects.filter(patient__in=ids, payer__isnull=True)
        .exclude(open=0)
        .order_by("service_on", "pk")
        .values_list("patient_id", "encounter_id", "open")
    )
    visits = Encounter.objects.select_related("appointment__visit_type").in_bulk(
        {encounter for _, encounter, _ in opened if encounter}
    )
    sums, services = _sums(visits), _services(visits)
    waiting, decided = _claims(visits)
    unclaimed = _unclaimed(visits, today)
    zone, found = time.zone(clinic_zone()), {key: [] for key in ids}
    for patient, encounter, amount in opened:
        if encounter is None:
            found[patient].insert(0, VisitItem(None, yours=amount))
            continue
        mine = sums[encounter]
        found[patient].append(
            VisitItem(
                day=visits[encounter].started_at.astimezone(zone).date(),
                what=_what(visits[encounter]),
                services=tuple(services[encounter]),
                charged=mine["charged"],
                insurance=mine["insurance"],
                taken_off=mine["taken_off"],
                with_insurance=mine["with_insurance"],
                yours=amount,
                waits=amount > 0 and (encounter in waiting or encounter in unclaimed),
                why=shares_of(decided.get(encounter)),
            )
        )
    return found


def _what(encounter: Encounter) -> str:
    appointment = getattr(encounter, "appointment", None)
    return appointment.visit_type.name if appointment else ""


def _sums(visits) -> dict:
    sums: dict = defaultdict(
        lambda: dict.fromkeys(("charged", "insurance", "taken_off", "with_insurance"), ZERO)
    )
    rows = (
        Posting.objects.filter(encounter__in=list(visits))
        .order_by()
        .values_list("encounter_id", "account", "payer_id", "entry__kind")
        .annotate(total=Sum("amount"))
    )
    for encounter, account, payer, kind, total in rows:
        mine = sums[encounter]
        if account == REVENUE:
            mine["charged"] -= total
        elif account == ADJUSTMENT:
            mine["taken_off"] += total
        elif account == BANK and kind in OF_PAYERS:
            mine["insurance"] += total
        elif account == RECEIVABLE and payer is not None:
            mine["with_insurance"] += total
    return sums


def _services(visits) -> dict:
    found = defaultdict(list)
    rows = Charge.objects.filter(encounter__in=list(visits), state=Charge.State.APPROVED)
    for encounter, words, amount in rows.order_by("created_at").values_list(
        "encounter_id", "words", "amount"
    ):
        found[encounter].append((words, amount))
    return found


def _claims(visits) -> tuple[set, dict]:
    """Visits with an undecided claim, and what the last payer in line has decided on the others."""
    waiting, decided = set(), {}
    rows = (
        Claim.objects.filter(encounter__in=list(visits))
        .exclude(frequency=VOID)
        .order_by("rank", "created_at")
    )
    for encounter, state, adjudication in rows.values_list("encounter_id", "state", "adjudication"):
        if state in UNDECIDED:
            waiting.add(encounter)
        if adjudication:
            decided[encounter] = _read(adjudication)
    return waiting, decided


def _read(adjudication):
    """One decision kept in a form of its own must not hold up everybody's statements: it explains nothing."""
    try:
        return read_decision(adjudication)
    except ValueError:
        return None


def _unclaimed(visits, today: dt.date) -> set:
    """Those that wait to be claimed, unless somebody has moved a part of them to a payer by hand."""
    told = Posting.objects.filter(encounter=OuterRef("pk"), account=RECEIVABLE, payer__isnull=False)
    return set(
        unclaimed_visits(today).filter(~Exists(told), pk__in=list(visits)).values_list("pk", flat=True)
    )
