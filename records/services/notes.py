"""The visit note: a draft that saves itself, a signature that fixes it, addenda after."""

from collections.abc import Mapping

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import register_constraint_message, service
from clinic.core.errors import NotAllowed, Refused
from clinic.core.time import now
from records.models import Encounter, Note
from records.rules.note_sections import SECTIONS
from records.services._common import expect_version, need_member
from records.services.encounters import notes_changed

LONGEST = 20_000
register_constraint_message("records_note_signed_guard", "A signed note can’t be changed; write an addendum.")


def _clean(sections: Mapping[str, str]) -> dict[str, str]:
    known = [name for name, _ in SECTIONS] + ["text"]
    cleaned = {
        name: str(sections.get(name) or "").replace("\x00", "").strip() for name in known if name in sections
    }
    for name, text in cleaned.items():
        if len(text) > LONGEST:
            raise Refused(f"A section holds at most {LONGEST:,} characters.", field=name)
    return cleaned


@service
def save_note(
    *,
    by: Actor,
    encounter: Encounter,
    sections: Mapping[str, str],
    version: int | None = None,
    kind: str = "visit",
) -> Note:
    """Saves the member's own draft for a visit, making it when there is none. Audited as `note.saved`.

    Refuses an older `version` (Stale): the same draft is open in another window.
    """
    need_member(by)
    note = (
        Note.objects.select_for_update(of=("self",))
        .filter(encounter=encounter, author_id=by.member_id, signed_at__isnull=True, addends__isnull=True)
        .first()
    )
    cleaned = _clean(sections)
    if note is None:
        note = Note.objects.create(
            patient_id=encounter.patient_id,
            encounter=encounter,
            author_id=by.member_id,
            kind=kind,
            sections=cleaned,
        )
        audit.record(by, "note.saved", obj=note, patient=note.patient_id, version=1)
        return note
    if note.sections == cleaned:  # also when the answer to the first try got lost, and its version with it
        return note
    expect_version(note, version, ("sections",))
    note.sections, note.version = cleaned, note.version + 1
    note.save(update_fields=["sections", "version", "updated_at"])
    audit.record(by, "note.saved", obj=note, patient=note.patient_id, version=note.version)
    return note


@service
def sign_note(*, by: Actor, note: Note, version: int | None = None) -> Note:
    """Signs a draft: from here the database refuses any change. Audited as `note.signed`.

    Refuses an empty note, another member's draft, and a second signature.
    """
    need_member(by)
    row = Note.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if row.signed_at:
        raise Refused("This note is signed already.", hint="Write an addendum.")
    if row.author_id != by.member_id:
        raise NotAllowed("A draft is signed by the person who wrote it.")
    expect_version(row, version, ("sections",))
    if not any(row.sections.values()):
        raise Refused("The note is empty.", field="subjective")
    row.signed_at, row.signed_by_id = now(), by.member_id
    row.version += 1
    row.save(update_fields=["signed_at", "signed_by", "version", "updated_at"])
    notes_changed(row.encounter_id)
    audit.record(by, "note.signed", obj=row, patient=row.patient_id)
    return row


@service
def addend_note(*, by: Actor, note: Note, text: str) -> Note:
    """Adds to a signed note, signed at once; the note itself stays as it was. Audited as `note.addended`."""
    need_member(by)
    if note.signed_at is None:
        raise Refused("The note is still a draft: write in it.")
    cleaned = _clean({"text": text})
    if not cleaned["text"]:
        raise Refused("Write what is to be added.", field="text")
    origin = note.addends or note
    row = Note.objects.create(
        patient_id=origin.patient_id,
        encounter_id=origin.encounter_id,
        author_id=by.member_id,
        kind=Note.Kind.ADDENDUM,
        addends=origin,
        sections=cleaned,
        signed_at=now(),
        signed_by_id=by.member_id,
    )
    audit.record(by, "note.addended", obj=row, patient=row.patient_id, addends=str(origin.pk))
    return row


@service
def discard_draft(*, by: Actor, note: Note) -> None:
    """Throws the member's own draft away. Audited as `note.discarded`. Refuses a signed note."""
    need_member(by)
    if note.signed_at or note.author_id != by.member_id:
        raise NotAllowed("Only your own draft can be thrown away.")
    audit.record(by, "note.discarded", obj=note, patient=note.patient_id)
    note.delete()
