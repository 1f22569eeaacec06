"""Statements: made for who is due one, kept as paper, and marked when they went out."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db.models import Max

from billing.models import PaymentPlan, Statement, StatementSending
from billing.printing.statements import statements_pdf
from billing.queries.money_policy import money_policy
from billing.queries.statement_items import visit_items
from billing.queries.statements import due_statements, hold_of, notice_of, statement_content
from billing.rules.file_kinds import STATEMENT
from billing.rules.statements import DUE_DAYS, amount_due, language_of, statement_words
from clinic.audit import record
from clinic.core import time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_keys
from clinic.core.money import dollars
from clinic.core.profile import clinic_zone
from clinic.files.services import store_file

from .adjusting import money_key

NUMBERS = "billing.statement-number"
A_SWEEP = 100


@service
def make_statement(*, by, patient) -> Statement:
    """Make a patient's statement of today and keep it as PDF; it waits in the pile. Audited as statement.made.

    Refuses a patient on hold, deceased or with an active plan, less than the minimum (dollars) due, and a second one
    within the days between two.
    """
    today = time.today(clinic_zone())
    lock_keys(money_key(patient))
    _check(patient, today)
    items = visit_items([patient.pk], today)[patient.pk]
    amount, policy = amount_due(items), money_policy(today)
    if amount <= 0 or amount < policy.statement_minimum:
        raise Refused(f"{dollars(max(amount, Decimal(0)))} is due: too little for a statement.")
    last = Statement.objects.filter(patient=patient).first()
    if last is not None and (today - last.made_on).days < policy.statement_days:
        raise Refused(f"The last statement was made on {last.made_on:%m/%d/%Y}.")
    notice = notice_of(patient.pk)
    # Last of all, so that nothing that can be refused makes others wait for the next number.
    lock_keys(NUMBERS)
    number = (Statement.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    content = statement_content(patient, items, today, number=number, notice=notice)
    name = f"{statement_words(number)}.pdf"
    file = store_file(
        by=by,
        upload=ContentFile(statements_pdf([content]), name=name),
        owner_kind=STATEMENT,
        owner_id=str(patient.pk),
        kinds=("pdf",),
    )
    row = Statement.objects.create(
        number=number,
        patient=patient,
        amount=amount,
        made_on=today,
        due_on=today + dt.timedelta(days=DUE_DAYS),
        notice=notice,
        language=language_of(patient.language),
        content=content,
        file=file,
        made_at=time.now(),
        made_by_id=by.member_id,
        made_by_label=by.label[:120],
    )
    record(by, "statement.made", obj=row, patient=patient, number=number, amount=str(amount), notice=notice)
    return row


def _check(patient, today) -> None:
    if hold_of(patient.pk, today) is not None:
        raise Refused("This patient is on hold.")
    if patient.deceased_on is not None:
        raise Refused("This patient has died.")
    if PaymentPlan.objects.filter(patient=patient, state=PaymentPlan.State.ACTIVE).exists():
        raise Refused("This patient pays by a plan.")


def make_statements(*, by, patients: Iterable) -> list[Statement]:
    """Make these patients' statements, each in a transaction of its own; who is not due one any more is passed over."""
    made = []
    for patient in patients:
        try:
            made.append(make_statement(by=by, patient=patient))
        except (Refused, Conflict):
            continue  # paid, held or written to meanwhile
    return made


def make_due_statements() -> int:
    """The sweep: makes what is due, where the clinic's rules say that statements are made by themselves. At most 100 a
    time; the next sweep goes on. Returns how many were made."""
    if not money_policy().statements_by_themselves:
        return 0
    due = due_statements(limit=A_SWEEP)
    return len(
        make_statements(by=Actor.system("billing.make_statements"), patients=[row.patient for row in due])
    )


@service
def mark_statements_sent(*, by, statements: Iterable[Statement], way: str = StatementSending.Way.MAIL) -> int:
    """These statements were mailed or handed over; returns how many. One that is marked already is passed over.
    Audited as statement.sent. Refuses a way that is none."""
    if way not in StatementSending.Way.values:
        raise Refused("Say how it was sent.", field="way")
    # In key order, so that two piles with the same statements never wait for each other in a circle.
    lock_keys(*(f"statement:{row.pk}" for row in statements))
    done = set(
        StatementSending.objects.filter(statement__in=statements).values_list("statement_id", flat=True)
    )
    fresh = [row for row in statements if row.pk not in done]
    for row in fresh:
        StatementSending.objects.create(
            statement=row, way=way, at=time.now(), by_id=by.member_id, by_label=by.label[:120]
        )
        record(by, "statement.sent", obj=row, patient=row.patient_id, number=row.number, way=way)
    return len(fresh)
