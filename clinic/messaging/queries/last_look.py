"""What the last look at a chunk of messages needs to know, in a handful of statements for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet

from clinic.messaging.models import ContactConsent, InboundMessage, Message, SendSettings
from clinic.messaging.queries.consent import Decision, decide, fits, is_gone
from clinic.messaging.queries.limits import ASKED_BACK_FOR, is_question_open, left_today, rival_of, today_of
from clinic.messaging.queries.policy import send_settings
from clinic.messaging.rules.limits import WEEK
from clinic.messaging.rules.states import LEFT_THE_HOUSE, WAITING
from clinic.messaging.subjects import why_not_many

TWO_DAYS = timedelta(days=2)
# What the last look asks of a message, and what leaves; it has many more columns.
NEEDED = (
    "key", "patient_id", "purpose", "channel", "address", "language", "heading", "body", "subject", "wanted_at",
    "not_after", "zone", "state", "next_try_at", "lease_until", "lease_token", "attempts", "gateway", "error", "held_reason",
    "left_at", "is_quiet_exempt", "hurried_by_id", "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class Whom:
    """What of a patient decides whether they may be contacted."""

    deceased_on: date | None
    restrictions: dict | None


@dataclass(frozen=True)
class Left:
    """When a counted message left for an address."""

    message_id: object
    purpose: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """The present state of everything that decides whether these messages may leave."""

    present: datetime
    rules: SendSettings
    reasons: dict
    consents: dict[str, list[ContactConsent]]
    newest_reply: dict[str, InboundMessage]
    left: dict[str, list[Left]]
    waiting: dict[str, list[Message]]

    def may_contact(self, message: Message) -> Decision:
        """Whether this address may be used for this purpose now."""
        rows = self.consents.get(message.address, ())
        fitting = [row for row in rows if fits(row, message.patient_id, message.channel, message.purpose)]
        whom = Whom(message.deceased_on, message.restrictions) if message.patient_id else None
        return decide(
            whom,
            message.channel,
            message.address,
            message.purpose,
            newest=fitting[0] if fitting else None,
            is_bad=is_gone(rows, message.channel, message.address),
            rules=self.rules,
        )

    def is_asked_back(self, address: str) -> bool:
        """Whether a bare "cancel" from this address still waits for its answer."""
        return is_question_open(self.newest_reply.get(address))

    def left_lately(self, message: Message) -> list[datetime]:
        """When other counted messages left for this address in the last days; doubtful ones count as left."""
        return [row.at for row in self.left.get(message.address, ()) if row.message_id != message.pk]

    def more_useful_today(self, message: Message, lately: list[datetime]) -> datetime | None:
        """When today's last message to this address would be taken from a more useful one, that one's time."""
        day = today_of(self.present, message.zone)
        if left_today(lately, day) + 1 < self.rules.per_day:
            return None
        return rival_of(message, self.waiting.get(message.address, ()), day)


def with_whom(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Has each message bring what `Facts` asks about its patient: two columns, and no patient is made of them."""
    return messages.annotate(
        deceased_on=F("patient__deceased_on"), restrictions=F("patient__restrictions")
    ).only(*NEEDED)


def facts_for(messages: list[Message], present: datetime) -> Facts:
    """Reads what decides about these messages, which come from `with_whom`; the number of statements does not
    depend on how many."""
    rules = send_settings()
    addresses = sorted({message.address for message in messages})
    return Facts(
        present=present,
        rules=rules,
        reasons=why_not_many(messages),
        consents=_by_address(
            ContactConsent.objects.filter(address__in=addresses, at__lte=present)
            .order_by("-at", "-id")
            .values_list("patient_id", "channel", "address", "purpose", "is_granted", named=True)
        ),
        newest_reply={
            reply.from_address: reply
            for reply in InboundMessage.objects.filter(
                from_address__in=addresses, received_at__gt=present - ASKED_BACK_FOR
            )
            .order_by("received_at", "id")
            .only("from_address", "meaning", "handled_at")
        },
        left=_left(addresses, rules, present),
        waiting=_by_address(
            Message.objects.filter(
                address__in=addresses,
                purpose__in=rules.limited_purposes,
                state__in=WAITING,
                next_try_at__gt=present,
                next_try_at__lt=present + TWO_DAYS,
            ).only("address", "next_try_at", "not_after", "wanted_at")
        ),
    )


def _left(addresses: list[str], rules: SendSettings, present: datetime) -> dict[str, list[Left]]:
    found: dict[str, list[Left]] = {}
    rows = Message.objects.filter(
        address__in=addresses,
        purpose__in=rules.limited_purposes,
        state__in=LEFT_THE_HOUSE,
        left_at__gt=present - WEEK - timedelta(days=1),
    )
    for address, pk, purpose, at in rows.values_list("address", "pk", "purpose", "left_at"):
        found.setdefault(address, []).append(Left(pk, purpose, at))
    return found


def _by_address(rows: Iterable) -> dict[str, list]:
    found: dict[str, list] = {}
    for row in rows:
        found.setdefault(row.address, []).append(row)
    return found
