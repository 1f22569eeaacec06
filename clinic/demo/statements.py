"""Statements in the demo: one patient was written to three times and never paid, one says that the bill is wrong, a
few wait to be mailed and the rest are due. After the first time nothing is added: from then on they are made by hand."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import ContentFile

from billing.models import Posting, Statement, StatementSending
from billing.printing.statements import statements_pdf
from billing.queries.statements import Due, due_statements, statement_content
from billing.rules.file_kinds import STATEMENT
from billing.rules.ledger import CASH
from billing.rules.statements import DUE_DAYS, language_of, statement_words
from billing.services import make_statements, place_hold
from clinic.core.actor import Actor
from clinic.demo.hours import at
from clinic.demo.world import World
from clinic.files.services import store_file
from clinic.staff.roles import ROLE_PERMISSIONS, Role

AGO = (92, 61, 30)
WAITING, NEEDED = 3, 6
NOON = dt.time(12, 0)


def write_statements(world: World, *, is_new: bool) -> None:
    """A few of everything, the first time only, where enough patients owe something."""
    due = due_statements(world.today, limit=60) if is_new else []
    if len(due) < NEEDED:
        return
    member = world.members["biller"]
    by = Actor(member_id=member.pk, label=member.name, permissions=ROLE_PERMISSIONS[Role.BILLER])
    never_paid = _never_paid(world, due)
    if never_paid is not None:
        due.remove(never_paid)
        for notice, days in enumerate(AGO, 1):
            _sent(world, by, never_paid, world.today - dt.timedelta(days=days), notice)
    says_wrong, *others = due
    place_hold(
        by=by,
        patient=says_wrong.patient,
        kind="dispute",
        reason="Says that the second service was not done; asked the provider",
        starts_on=world.today,
    )
    make_statements(by=by, patients=[row.patient for row in others[:WAITING]])


def _never_paid(world: World, due: list[Due]) -> Due | None:
    """Somebody whose open visits are all older than the first statement, and who has paid nothing since."""
    first = world.today - dt.timedelta(days=AGO[0])
    since = Posting.objects.filter(
        account=CASH, patient__in=[row.patient.pk for row in due], entry__at__gte=at(first, NOON, world.zone)
    )
    paid = set(since.values_list("patient_id", flat=True))
    for row in due:
        days = [item.day for item in row.items if item.day is not None]
        if days and max(days) < first and row.patient.pk not in paid:
            return row
    return None


def _sent(world: World, by: Actor, due: Due, day: dt.date, notice: int) -> None:
    """A statement that was made and mailed on a day that has passed."""
    content = statement_content(due.patient, due.items, day, number=notice, notice=notice)
    name = f"{statement_words(notice)}.pdf"
    file = store_file(
        by=by,
        upload=ContentFile(statements_pdf([content]), name=name),
        owner_kind=STATEMENT,
        owner_id=str(due.patient.pk),
        kinds=("pdf",),
    )
    when = at(day, NOON, world.zone)
    row = Statement.objects.create(
        number=notice,
        patient=due.patient,
        amount=due.amount,
        made_on=day,
        due_on=day + dt.timedelta(days=DUE_DAYS),
        notice=notice,
        language=language_of(due.patient.language),
        content=content,
        file=file,
        made_at=when,
        made_by_id=by.member_id,
        made_by_label=by.label,
    )
    StatementSending.objects.create(
        statement=row, way=StatementSending.Way.MAIL, at=when, by_id=by.member_id, by_label=by.label
    )
