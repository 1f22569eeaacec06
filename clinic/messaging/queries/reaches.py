"""Where a patient may be written to or called, for what, and who said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects

from clinic.messaging.models import ContactConsent
from clinic.messaging.models.choices import ASKED, Channel, Purpose
from clinic.messaging.queries.consent import Decision, decide, decisions_about, fits, is_gone
from clinic.messaging.queries.policy import send_settings

# What each kind of number or address on file can be used for.
CHANNELS_OF = {
    "mobile": (Channel.SMS, Channel.VOICE),
    "home": (Channel.VOICE,),
    "email": (Channel.EMAIL,),
}


@dataclass(frozen=True)
class Answer:
    """What holds for one purpose, and since when."""

    purpose: str
    words: str
    decision: Decision
    decided_at: datetime | None


@dataclass(frozen=True)
class Reach:
    """One number or address by one channel, with what the patient said for each purpose."""

    channel: str
    words: str
    address: str
    shown: str
    answers: tuple[Answer, ...]
    is_bad: bool

    @property
    def decision(self) -> Decision:
        """The one about reminders."""
        return self.answers[0].decision

    @property
    def decided_at(self) -> datetime | None:
        return self.answers[0].decided_at


def reaches(patient) -> list[Reach]:
    """The numbers and e-mail addresses on file, by channel, each with "may we?" for every purpose that patients are
    asked about. Two statements however many; their order is that of the file, so that a place names one."""
    prefetch_related_objects([patient], "contacts")  # read once, whoever else on the page asks for them
    contacts = [row for row in patient.contacts.all() if row.is_active and row.kind in CHANNELS_OF]
    rows = list(decisions_about(patient).filter(address__in={row.value for row in contacts}))
    return [
        _reach(patient, contact, channel, rows)
        for contact in contacts
        for channel in CHANNELS_OF[contact.kind]
    ]


def _reach(patient, contact, channel: str, rows: list[ContactConsent]) -> Reach:
    address = contact.value
    is_bad = is_gone(rows, channel, address)
    answers = []
    for purpose in ASKED:
        said = (row for row in rows if row.address == address and fits(row, patient.pk, channel, purpose))
        newest = next(said, None)
        decision = decide(
            patient, channel, address, purpose, newest=newest, is_bad=is_bad, rules=send_settings()
        )
        answers.append(Answer(purpose, str(Purpose(purpose).label), decision, newest.at if newest else None))
    words = str(Channel(channel).label)
    return Reach(str(channel), words, address, contact.shown, tuple(answers), is_bad)


def consent_history(patient, limit: int = 100) -> list[ContactConsent]:
    """Every decision about the patient's numbers and addresses, theirs and that of whoever texted from them, the
    newest first, with who recorded it."""
    addresses = {row.value for row in patient.contacts.all()}
    rows = decisions_about(patient).filter(address__in=addresses) | decisions_about(patient).filter(
        patient=patient
    )
    return list(rows.select_related("by").order_by("-at", "-id")[:limit])


def texting_numbers(patient) -> list[tuple[str, str]]:
    """The patient's mobile numbers as choices, the preferred one first."""
    rows = [row for row in patient.contacts.all() if row.is_active and row.kind == "mobile"]
    rows.sort(key=lambda row: (not row.is_preferred, row.rank))
    return [(row.value, row.shown) for row in rows]
