"""The coverage card: what the desk needs of a payer's answer, picked from all that it says.

The card comes from the reader of the answer (or from a form) as plain JSON: amounts as text in dollars, shares as
text in percent, dates as ISO text. What is missing stays missing: nothing here guesses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from billing.rules.rejections import Rejection, rejections

SERVICE_WORDS = {
    "1": "Medical care",
    "4": "X-ray",
    "5": "Lab",
    "30": "Whole plan",
    "33": "Chiropractic",
    "35": "Dental",
    "47": "Hospital",
    "48": "Hospital stay",
    "50": "Hospital outpatient",
    "68": "Well-baby care",
    "80": "Immunizations",
    "86": "Emergency",
    "88": "Pharmacy",
    "98": "Office visit",
    "AL": "Vision",
    "BY": "Office visit, sick",
    "BZ": "Office visit, well",
    "MH": "Mental health",
    "UC": "Urgent care",
}
# The visit at hand, from the most to the least fitting kind of service.
OFFICE = ("98", "BY", "BZ", "1", "30")
URGENT = ("UC", "98", "1", "30")
PARTS = {
    "remaining": "remaining",
    "year_to_date": "met",
    "calendar_year": "total",
    "service_year": "total",
    "contract": "total",
    "years": "total",
    "": "total",
}
INDIVIDUAL, FAMILY = "individual", "family"


def service_words(codes: Iterable[str]) -> str:
    """Kinds of service as staff read them; unknown codes stand as they are."""
    return ", ".join(SERVICE_WORDS.get(code, code) for code in codes)


@dataclass(frozen=True, slots=True)
class Copay:
    """Dollars for one visit. `services` are codes of kinds of service; `is_in_network` None where it was not said."""

    amount: Decimal
    services: tuple[str, ...]
    is_in_network: bool | None
    note: str = ""

    @property
    def words(self) -> str:
        text = service_words(self.services) or "Visit"
        return f"{text} ({self.note})" if self.note else text


@dataclass(frozen=True, slots=True)
class Bucket:
    """A deductible or an out-of-pocket maximum in dollars: the whole, what is met, and what remains of it."""

    scope: str
    is_in_network: bool | None
    total: Decimal | None = None
    met: Decimal | None = None
    remaining: Decimal | None = None

    @property
    def words(self) -> str:
        return "Family" if self.scope == FAMILY else "Individual"


@dataclass(frozen=True, slots=True)
class Coinsurance:
    """The patient's part as a fraction: 0.2 is 20 percent."""

    fraction: Decimal
    services: tuple[str, ...]
    is_in_network: bool | None

    @property
    def percent(self) -> str:
        return f"{(self.fraction * 100).normalize():f}%"

    @property
    def words(self) -> str:
        return service_words(self.services) or "Care"


@dataclass(frozen=True, slots=True)
class CardSummary:
    """A card, typed and in the desk's order."""

    status: str
    payer: str
    plan: str
    member_id: str
    patient_name: str
    relationship: str
    subscriber_name: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    copays: tuple[Copay, ...] = ()
    deductibles: tuple[Bucket, ...] = ()
    coinsurance: tuple[Coinsurance, ...] = ()
    out_of_pocket: tuple[Bucket, ...] = ()
    primary_care: str = ""
    authorization_for: tuple[str, ...] = ()
    other_payers: tuple[str, ...] = ()
    is_in_network: bool | None = None
    problems: tuple[Rejection, ...] = field(default_factory=tuple)

    @property
    def authorization_words(self) -> str:
        return service_words(self.authorization_for)

    def copay_for(self, kinds: Iterable[str]) -> Decimal | None:
        """The copay of the first of these kinds of service that has one, in network before unsaid."""
        for kind in kinds:
            fitting = [c for c in self.copays if kind in c.services and c.is_in_network is not False]
            if fitting:
                return min(fitting, key=lambda c: c.is_in_network is None).amount
        return None

    def coinsurance_for(self, kinds: Iterable[str]) -> Decimal | None:
        """The coinsurance of the first of these kinds of service that has one, as a fraction."""
        for kind in kinds:
            for one in self.coinsurance:
                if kind in one.services and one.is_in_network is not False:
                    return one.fraction
        return None

    def left(self, buckets: Iterable[Bucket]) -> Decimal | None:
        """What remains in network: the patient's own, and no more than the family's where both are known."""
        known = [b.remaining for b in buckets if b.remaining is not None and b.is_in_network is not False]
        return min(known) if known else None


def summary(card: Mapping[str, Any]) -> CardSummary:
    """The card as the desk reads it. Takes any JSON: what is not of the expected shape is left out."""
    benefits = _rows(card.get("benefits"))
    patient, holder = card.get("patient") or {}, card.get("subscriber") or {}
    starts_on, ends_on = _dates(card.get("dates"))
    return CardSummary(
        status=str(card.get("status") or "not_verified"),
        payer=_name(card.get("payer")),
        plan=_name(card.get("plan")),
        member_id=str(card.get("member_id") or ""),
        patient_name=_name(patient),
        relationship=str(patient.get("relationship") or "") if isinstance(patient, Mapping) else "",
        subscriber_name=_name(holder),
        starts_on=starts_on,
        ends_on=ends_on,
        copays=tuple(_copays(card.get("copays"))),
        deductibles=_buckets(card.get("deductibles")),
        coinsurance=tuple(_coinsurance(card.get("coinsurance"))),
        out_of_pocket=_buckets(card.get("out_of_pocket")),
        primary_care=_name(card.get("primary_care")),
        authorization_for=_codes(card.get("authorization")),
        other_payers=tuple(
            dict.fromkeys(
                _name(one.get("payer")) or "another payer" for one in _rows(card.get("other_coverage"))
            )
        ),
        is_in_network=_network(benefits),
        problems=tuple(rejections(_rows(card.get("errors")))),
    )


def money(value: object) -> Decimal | None:
    """Dollars from JSON, None for what is no amount."""
    if value in (None, "") or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.01")) if found.is_finite() and abs(found) < 10**9 else None


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _copays(value: object) -> Iterable[Copay]:
    for row in _rows(value):
        amount = money(row.get("amount"))
        if amount is not None:
            messages = row.get("messages") or ()
            yield Copay(amount, _services(row), _in_network(row), str(messages[0])[:80] if messages else "")


def _coinsurance(value: object) -> Iterable[Coinsurance]:
    for row in _rows(value):
        percent = money(row.get("percent"))
        if percent is not None and 0 <= percent <= 100:
            yield Coinsurance(percent / 100, _services(row), _in_network(row))


def _buckets(value: object) -> tuple[Bucket, ...]:
    """Whole, met and remaining of each scope and network put together; what two of them say about the third is worked out."""
    found: dict[tuple[str, bool | None], dict[str, Decimal]] = {}
    for row in _rows(value):
        amount, part = money(row.get("amount")), PARTS.get(str(row.get("period") or ""))
        services = _services(row)
        # A deductible of one kind of care alone (dental, say) is none of the plan's.
        if amount is None or part is None or (services and not set(services) & set(OFFICE)):
            continue
        scope = FAMILY if row.get("scope") == FAMILY else INDIVIDUAL
        found.setdefault((scope, _in_network(row)), {}).setdefault(part, amount)
    buckets = [Bucket(scope, network, **_completed(parts)) for (scope, network), parts in found.items()]
    return tuple(sorted(buckets, key=lambda b: (b.is_in_network is False, b.scope == FAMILY)))


def _completed(parts: dict[str, Decimal]) -> dict[str, Decimal]:
    total, met, left = parts.get("total"), parts.get("met"), parts.get("remaining")
    if total is not None and left is not None and met is None and total >= left:
        return {**parts, "met": total - left}
    if total is not None and met is not None and left is None:
        return {**parts, "remaining": max(total - met, Decimal("0.00"))}
    return parts


def _services(row: Mapping[str, Any]) -> tuple[str, ...]:
    return _codes(row.get("service_types"))


def _network(benefits: list[Mapping[str, Any]]) -> bool | None:
    """Whether the office visit's benefits are those in network: None where the answer does not say."""
    said = {
        _in_network(one)
        for one in benefits
        if str(one.get("code") or "") in ("1", "A", "B") and set(_services(one) or ("30",)) & set(OFFICE)
    } - {None}
    return said.pop() if len(said) == 1 else None


def _in_network(row: Mapping[str, Any]) -> bool | None:
    """True in network, False out of it; None where both are meant or nothing was said."""
    return {"in": True, "out": False, "Y": True, "N": False}.get(str(row.get("network") or ""))


def _codes(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _name(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("name") or "")
    return str(value or "")


def _dates(value: object) -> tuple[dt.date | None, dt.date | None]:
    if not isinstance(value, Mapping):
        return None, None
    return _day(value.get("begin")), _day(value.get("end"))


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None
