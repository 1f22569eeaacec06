"""An edit conflict in words: field, what it was, what was typed, what somebody else saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinic.core.phones import display
from records.models import Patient

_LABELS = {
    "restrict:no_text": "No text messages",
    "restrict:no_voicemail": "No voicemail",
    "restrict:no_mail": "No mail",
    "primary_provider_id": "Primary provider",
}
_PARTS = {"kind": "Kind of contact", "value": "Phone or e-mail", "is_preferred": "Preferred contact"}


@dataclass(frozen=True)
class ConflictRow:
    field: str
    label: str
    base: str
    mine: str
    theirs: str
    theirs_raw: str


def conflict_rows(
    error, base: Mapping[str, str], mine: Mapping[str, Any], contacts: Mapping
) -> list[ConflictRow]:
    """One row for each field that both changed; `error` is the Stale that says which."""
    found = []
    for name in error.fields:
        theirs = error.theirs.get(name) or ""
        found.append(
            ConflictRow(
                name,
                label(name),
                shown(name, base.get(name, "")),
                shown(name, _mine(name, mine, contacts)),
                shown(name, theirs),
                theirs,
            )
        )
    return found


def label(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]
    if name.startswith("contact:"):
        return _PARTS[name.split(":")[2]]
    return str(Patient._meta.get_field(name.removesuffix("_id")).verbose_name).capitalize()


def shown(name: str, value: Any) -> str:
    text = "" if value in (None, False) else str(value)
    if name.endswith(":is_preferred") or name.startswith(("restrict:", "is_", "needs_")):
        return "yes" if text in ("1", "True", "on") else "no"
    return display(text) if text.startswith("+") else text or "(empty)"


def _mine(name: str, mine: Mapping[str, Any], contacts: Mapping) -> Any:
    if name.startswith("contact:"):
        _, key, part = name.split(":")
        return (contacts.get(key) or {}).get(part, "")
    return mine.get(name.removeprefix("restrict:"), "")
