"""Notes of a visit, ready to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from records.models import Note
from records.rules.note_sections import SECTIONS


@dataclass(frozen=True)
class NoteLine:
    """A note with its sections in order and what was added later."""

    id: UUID
    kind: str
    author: str
    author_id: UUID
    signed_at: datetime | None
    written_at: datetime
    sections: Sequence[tuple[str, str]]
    addenda: Sequence["NoteLine"]


def notes_of(encounter_id: UUID, origin: UUID | None = None) -> list[NoteLine]:
    """The notes of a visit (or one of them) with addenda, oldest first. One query."""
    rows = Note.objects.filter(encounter_id=encounter_id).select_related("author")
    if origin:
        rows = rows.filter(Q(pk=origin) | Q(addends_id=origin))
    found = list(rows.order_by("created_at"))
    added: dict[UUID, list[NoteLine]] = {}
    for row in found:
        if row.addends_id:
            added.setdefault(row.addends_id, []).append(_line(row, ()))
    return [_line(row, added.get(row.pk, ())) for row in found if not row.addends_id]


def _line(row: Note, addenda: Sequence[NoteLine]) -> NoteLine:
    labels = dict(SECTIONS) | {"text": ""}
    return NoteLine(
        id=row.pk,
        kind=row.get_kind_display(),
        author=row.author.name,
        author_id=row.author_id,
        signed_at=row.signed_at,
        written_at=row.created_at,
        addenda=addenda,
        sections=[(labels[name], row.sections[name]) for name in labels if row.sections.get(name)],
    )


def my_draft(encounter_id: UUID, member_id: UUID | None) -> Note | None:
    """The member's own unsigned note of a visit."""
    return Note.objects.filter(
        encounter_id=encounter_id, author_id=member_id, signed_at__isnull=True, addends__isnull=True
    ).first()


def unsigned_notes(member_id: UUID, limit: int = 20) -> list[Note]:
    """The member's drafts, oldest first, with their patients. One query."""
    return list(
        Note.objects.filter(author_id=member_id, signed_at__isnull=True)
        .select_related("patient", "encounter")
        .order_by("created_at")[:limit]
    )
