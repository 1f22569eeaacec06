"""The instructions that are in force for a kind of visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.core.kept import kept
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from scheduling.models import Preparation, VisitType

PREPARATION_CODE = "visit_prep"
LANGUAGES = {"en": "English", "es": "Spanish"}


@kept
def _rows() -> tuple[Preparation, ...]:
    """Every version, the newest first day first; of one day the one saved last."""
    return tuple(Preparation.objects.order_by("-effective_from", "-created_at", "-pk"))


def preparation_in(visit_type_id: UUID, language: str, on: date | None = None) -> Preparation | None:
    """The version in force on a day (today without one) in exactly this language; None when it is empty or there
    is none."""
    day = on or today(clinic_zone())
    for row in _rows():
        if (row.visit_type_id, row.language) == (visit_type_id, language) and row.effective_from <= day:
            return row if row.body else None
    return None


def preparation_of(visit_type_id: UUID, language: str, on: date | None = None) -> Preparation | None:
    """The version in force in the reader's language (`es-MX` means `es`), else in English, else in any."""
    spoken = (language or "en").split("-")[0].lower()
    for each in dict.fromkeys((spoken, *LANGUAGES)):
        row = preparation_in(visit_type_id, each, on)
        if row is not None:
            return row
    return None


def has_preparation(visit_type_id: UUID, on: date | None = None) -> bool:
    """Whether patients are told how to prepare for this kind of visit."""
    return preparation_of(visit_type_id, "en", on) is not None


@dataclass(frozen=True)
class PreparationRow:
    """One visit type as the editor shows it: what is in force by language, and what is still ahead."""

    visit_type: VisitType
    in_force: dict[str, Preparation | None]
    ahead: list[Preparation]

    @property
    def missing(self) -> list[str]:
        """Languages without instructions while another has some."""
        if not any(self.in_force.values()):
            return []
        return [LANGUAGES[code] for code, row in self.in_force.items() if row is None]


def preparation_rows() -> list[PreparationRow]:
    """Every kind of visit with its instructions."""
    day = today(clinic_zone())
    return [
        PreparationRow(
            visit_type=kind,
            in_force={code: preparation_in(kind.pk, code, day) for code in LANGUAGES},
            ahead=[row for row in _rows() if row.visit_type_id == kind.pk and row.effective_from > day],
        )
        for kind in VisitType.objects.order_by("rank", "name")
    ]


def preparation_history(visit_type: VisitType, language: str) -> list[Preparation]:
    """Every version in one language, the newest first, with who set it."""
    rows = Preparation.objects.filter(visit_type=visit_type, language=language).select_related("set_by")
    return list(rows.order_by("-effective_from", "-created_at", "-pk"))
