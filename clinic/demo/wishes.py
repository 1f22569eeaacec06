"""What patients asked for about messages, what they are told to prepare, and what staff wrote back."""

from __future__ import annotations

import datetime as dt
import hashlib

from clinic.demo.rows import Rows
from clinic.demo.world import World
from clinic.messaging.models import ContactConsent, Message
from clinic.messaging.models.choices import REACHES
from clinic.messaging.queries.receipts import practice_name
from clinic.staff.models import Member
from records.models import ContactPoint, Patient
from scheduling.models import Preparation, VisitType

PREPARATION = {
    "procedure": (
        "Eat and drink as usual, unless we told you otherwise on the phone.\n"
        "Take your usual medicines. If you take a blood thinner, call us first.\n"
        "Wear loose clothes, and leave jewelry at home.\n"
        "Bring somebody who can drive you home.",
        "Coma y beba como siempre, a menos que le hayamos dicho otra cosa por teléfono.\n"
        "Tome sus medicinas de siempre. Si toma un anticoagulante, llámenos antes.\n"
        "Use ropa cómoda y deje las joyas en casa.\n"
        "Venga con alguien que pueda llevarle a casa.",
    ),
    "lab": (
        "Eat nothing for ten hours before your visit. Water is fine, and helps.\n"
        "Take your usual medicines with water.\n"
        "Wear sleeves that roll up easily.",
        "No coma nada durante diez horas antes de su cita. El agua está bien y ayuda.\n"
        "Tome sus medicinas de siempre con agua.\n"
        "Use mangas que se puedan subir fácilmente.",
    ),
}
OWN_WORDS = "Yes, it is the same building. Please use the door on Elm Street."
MAIL_TO = "c/o Prairie Law Office; 220 Court Street; Maple Falls, IL 60099"


def write_preparation(day: dt.date, by: Member) -> None:
    """Instructions in both languages for the visits that need some, a month old."""
    first_day = day - dt.timedelta(days=30)
    kinds = VisitType.objects.in_bulk(PREPARATION, field_name="code")
    Preparation.objects.bulk_create(
        Preparation(visit_type=kinds[code], language=language, body=body, effective_from=first_day, set_by=by)
        for code, texts in PREPARATION.items()
        if code in kinds
        for language, body in zip(("en", "es"), texts, strict=True)
    )


def write_wishes(rows: Rows, world: World) -> None:
    """Numbers that turned out wrong, two people who are reached at one place only, and one answer by staff."""
    _bad_numbers(rows)
    _confidential(world)
    _answer(rows, world)


def _bad_numbers(rows: Rows) -> None:
    broken = [row for row in rows.new.get(Message, ()) if row.state == "failed"]
    for message in {row.address: row for row in broken}.values():
        told_by = "the mail server" if message.channel == "email" else "the phone company"
        mark = rows.add(
            ContactConsent(
                pk=rows.id("number gone", message.address, at=message.settled_at), patient=None,
                channel=message.channel, address=message.address, purpose=REACHES, is_granted=False, how="carrier",
                wording=message.error, at=message.settled_at, by_label=told_by,
                created_at=message.settled_at,
            )
        )  # fmt: skip
        rows.audit("number.gone", mark, at=message.settled_at, by=told_by, channel=message.channel)


def _confidential(world: World) -> None:
    """One patient's texts and calls go to one number only, another's letters to a lawyer's office."""
    ours = Patient.objects.filter(pk__in=world.patients.values(), restrictions={}, deceased_on=None)
    chosen = list(ours.filter(contacts__kind="mobile").order_by("last_name", "first_name").distinct()[10:12])
    for patient, wish in zip(chosen, ("only_phone", "mail_to"), strict=False):
        number = ContactPoint.objects.filter(patient=patient, kind="mobile").values_list("value", flat=True)[
            0
        ]
        patient.restrictions = {wish: number if wish == "only_phone" else MAIL_TO}
        patient.save(update_fields=["restrictions"])


def _answer(rows: Rows, world: World) -> None:
    """Somebody of the front desk has answered a patient this morning."""
    sent = [row for row in rows.new.get(Message, ()) if row.channel == "sms" and row.state == "delivered"]
    if not sent:
        return
    last = sent[-1]
    left = max(last.left_at + dt.timedelta(minutes=9), world.now - dt.timedelta(hours=2))
    key = f"answer:{hashlib.sha256(last.key.encode()).hexdigest()[:24]}"
    clerk = world.members["frontdesk"]
    message = rows.add(
        Message(
            pk=rows.id("answer", key, at=left), key=key, patient_id=last.patient_id, purpose="answer", channel="sms",
            address=last.address, template_code="own_words", language="en",
            variables={"clinic": practice_name()}, body=f"{practice_name()}: {OWN_WORDS}",
            link_token=hashlib.sha256(b"answer" + key.encode()).hexdigest()[:22], planned_at=left, wanted_at=left,
            not_after=left + dt.timedelta(days=1), zone=last.zone, state="delivered", next_try_at=left, attempts=1,
            gateway="capture", gateway_ref=f"cap-a{key[7:27]}", left_at=left, settled_at=left, created_at=left,
        )
    )  # fmt: skip
    rows.audit(
        "message.planned",
        message,
        at=left,
        by=clerk,
        patient=last.patient_id,
        purpose="answer",
        channel="sms",
    )
