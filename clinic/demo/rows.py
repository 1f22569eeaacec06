"""Rows on their way in: gathered in memory, written in few statements, each with its line in the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from billing.models import (
    Charge,
    ChargeDiagnosis,
    EncounterDiagnosis,
    JournalEntry,
    Payment,
    Posting,
    ReceiptCounter,
)
from clinic.audit.models import AuditEvent
from clinic.demo.dice import row_id, stream
from clinic.demo.models import DemoVisit
from clinic.desk.models import DeskBlock
from clinic.inbox.models import Alert, PhoneCall, Task
from clinic.messaging.models import Attempt, ContactConsent, DeliveryEvent, InboundMessage, Message
from clinic.staff.models import Member
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
from scheduling.models import Appointment, ResourceHold, VisitInterval

# Written in this order: a row never points at one that comes later.
ORDER: tuple[type[models.Model], ...] = (
    Patient, ContactPoint, RelatedPerson, Coverage, Problem, Allergy, AllergyStatement, Medication,
    ContactConsent, Encounter, Appointment, ResourceHold, VisitInterval, IdentityCheck, DeskBlock, VitalSet,
    VitalReading, RedFlag, ReviewStamp, Note, Movement, Immunization, EncounterDiagnosis, JournalEntry, Posting,
    Charge, ChargeDiagnosis, Payment, Message, Attempt, DeliveryEvent, InboundMessage, Task, PhoneCall, Alert,
    DemoVisit,
)  # fmt: skip
BATCH = 1000


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
                workstation="Front desk" if is_member and "front_desk" in by.roles else "",
                patient_id=patient,
                object_type=row._meta.label_lower if row is not None else "",
                object_id=str(row.pk) if row is not None else "",
                detail={key: value if isinstance(value, (bool, int, list)) else str(value) for key, value in detail.items()},
            )
        )

    def flush(self) -> None:
        # Changes first: a visit's open interval has to end before its next one begins.
        for model, rows in self.changed.items():
            self._update(model, rows.values())
        self._number_receipts()
        for model in ORDER:
            rows = self.new.pop(model, [])
            if rows:
                model._base_manager.bulk_create(rows, batch_size=BATCH)
        if self.new:
            raise AssertionError(f"no place in the order for {', '.join(m.__name__ for m in self.new)}")
        self.events.sort(key=lambda event: event.at)
        AuditEvent.objects.bulk_create(self.events, batch_size=BATCH)
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
            model._base_manager.bulk_update(same, names, batch_size=BATCH)

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
