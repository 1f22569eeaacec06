"""Rows on their way in: gathered in memory, written in few statements, each with its line in the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg.types.json import Jsonb

from billing.models import (
    Charge,
    ChargeDiagnosis,
    DayClose,
    DrawerCount,
    DrawerSession,
    EncounterDiagnosis,
    JournalEntry,
    Payment,
    Posting,
    ReceiptCounter,
)
from clinic.audit.models import AuditEvent
from clinic.core.time import now
from clinic.demo.dice import row_id, stream
from clinic.demo.models import DemoVisit
from clinic.demo.pcs import usual_pc
from clinic.desk.models import DeskBlock
from clinic.inbox.models import Alert, PhoneCall, Task
from clinic.messaging.models import Attempt, ContactConsent, DeliveryEvent, InboundMessage, Message
from clinic.staff.models import Member, Workstation
from inventory.models import Movement
from records.models import (
    Allergy,
    AllergyStatement,
    ContactPoint,
    Coverage,
    Encounter,
    IdentityCheck,
    Immunization,
    Medication,
    Note,
    Patient,
    Problem,
    RedFlag,
    RelatedPerson,
    ReviewStamp,
    VitalReading,
    VitalSet,
)
from scheduling.models import (
    Appointment,
    FollowUp,
    FollowUpAttempt,
    ReleasedWords,
    ResourceHold,
    VisitInterval,
)

# Written in this order: a row never points at one that comes later.
ORDER: tuple[type[models.Model], ...] = (
    Workstation, Patient, ContactPoint, RelatedPerson, Coverage, Problem, Allergy, AllergyStatement, Medication,
    ContactConsent, Encounter, Appointment, ResourceHold, VisitInterval, IdentityCheck, DeskBlock, VitalSet,
    VitalReading, RedFlag, ReviewStamp, Note, Movement, Immunization, EncounterDiagnosis, JournalEntry, Posting,
    Charge, ChargeDiagnosis, Payment, DrawerSession, DrawerCount, DayClose, Message, Attempt, DeliveryEvent, InboundMessage, Task, PhoneCall, Alert,
    FollowUp, FollowUpAttempt, ReleasedWords, DemoVisit,
)  # fmt: skip


class Rows:
    """Collects new and changed rows; `flush` writes them and empties itself."""

    def __init__(self) -> None:
        self.new: dict[type[models.Model], list[models.Model]] = {}
        self.changed: dict[type[models.Model], dict[Any, tuple[models.Model, set[str]]]] = {}
        self.events: list[AuditEvent] = []
        self.fresh: set[Any] = set()

    def id(self, *name: object, at: dt.datetime) -> UUID:
        """The key of a named row: the same in every seeding at the same time."""
        return row_id(stream("id", *name), at)

    def add(self, row: models.Model) -> Any:
        self.new.setdefault(type(row), []).append(row)
        self.fresh.add(row.pk)
        return row

    def change(self, row: models.Model, **values: Any) -> None:
        """Sets columns of a row; one that is not written yet simply carries them along."""
        for name, value in values.items():
            setattr(row, name, value)
        if row.pk not in self.fresh:
            known = self.changed.setdefault(type(row), {}).setdefault(row.pk, (row, set()))
            known[1].update(values)

    def audit(
        self,
        action: str,
        row: models.Model | None,
        *,
        at: dt.datetime,
        by: Member | str,
        patient: UUID | None = None,
        **detail: Any,
    ) -> None:
        """The line that the service would have written."""
        is_member = isinstance(by, Member)
        self.events.append(
            AuditEvent(
                at=at,
                kind=AuditEvent.Kind.CHANGE,
                action=action,
                member_id=by.pk if is_member else None,
                actor=by.name if is_member else by,
                workstation=usual_pc(by) if is_member else "",
                patient_id=patient,
                object_type=row._meta.label_lower if row is not None else "",
                object_id=str(row.pk) if row is not None else "",
                detail={
                    key: value if isinstance(value, (bool, int, list)) else str(value)
                    for key, value in detail.items()
                },
            )
        )

    def flush(self) -> None:
        # Changes first: a visit's open interval has to end before its next one begins.
        for model, rows in self.changed.items():
            self._update(model, rows.values())
        self._number_receipts()
        for model in ORDER:
            copy_rows(model, self.new.pop(model, []))
        if self.new:
            raise AssertionError(f"no place in the order for {', '.join(m.__name__ for m in self.new)}")
        self.events.sort(key=lambda event: event.at)
        copy_rows(AuditEvent, self.events)
        self.new, self.changed, self.events, self.fresh = {}, {}, [], set()

    def _update(self, model: type[models.Model], rows: Iterable[tuple[models.Model, set[str]]]) -> None:
        alike: dict[tuple[str, ...], list[models.Model]] = {}
        rows = list(rows)
        if model is Appointment:  # one patient leaves a room before the next one is put into it
            moving = [row.pk for row, names in rows if "room" in names]
            Appointment.objects.filter(pk__in=moving).update(room=None)
        for row, names in rows:
            alike.setdefault(tuple(sorted(names)), []).append(row)
        for names, same in alike.items():
            update_rows(model, names, same)

    def _number_receipts(self) -> None:
        """Receipt numbers run on in the order in which the money came in."""
        payments = sorted(self.new.get(Payment, []), key=lambda row: (row.received_at, row.pk))
        if not payments:
            return
        counter, _ = ReceiptCounter.objects.select_for_update().get_or_create(only=True)
        for payment in payments:
            counter.last += 1
            payment.receipt_number = counter.last
        counter.save(update_fields=["last"])


def copy_rows(model: type[models.Model], rows: list[models.Model]) -> None:
    """Writes new rows by COPY: several times faster than INSERT for a seeding of a hundred thousand."""
    if not rows:
        return
    present = now()
    # A key that the database counts up is left to it.
    fields = [
        f for f in model._meta.concrete_fields if not (f.primary_key and isinstance(f, models.AutoField))
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        for row in rows:
            if hasattr(row, "updated_at"):
                row.updated_at = present
            copy.write_row([_plain(field, row) for field in fields])


def update_rows(model: type[models.Model], names: tuple[str, ...], rows: list[models.Model]) -> None:
    """Sets a few columns of many rows, one short statement each, sent together."""
    fields = [model._meta.get_field(name) for name in names]
    if hasattr(model, "updated_at"):
        fields.append(model._meta.get_field("updated_at"))
    append_only = model is VisitInterval or model is RedFlag
    fields = [field for field in fields if not (append_only and field.name == "updated_at")]
    sets = ", ".join(f'"{field.column}" = %s' for field in fields)
    present = now()
    values = []
    for row in rows:
        if hasattr(row, "updated_at"):
            row.updated_at = present
        values.append([*(_plain(field, row) for field in fields), row.pk])
    table, key = model._meta.db_table, model._meta.pk.column
    statement = f'UPDATE "{table}" SET {sets} WHERE "{key}" = %s'  # noqa: S608 - names of our own models
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _plain(field: models.Field, row: models.Model) -> Any:
    """A column's value as psycopg takes it."""
    value = getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        return Jsonb(value)
    return value.value if isinstance(value, Enum) else value
