"""Slots of pages that other apps fill. A panel is a URL; the page loads it after it stands.

Known slots: `patient.page` and `patient.banner` (patient id), `home`, `patients.page`, `me.page` and `manager.day`
(nothing), `visit.rooming`, `visit.checkout`, `visit.check-in` and `visit.page` (appointment id).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Panel:
    """One registered panel. `width` is 1 (a column) or 2 (the whole row)."""

    slot: str
    name: str
    title: str
    url_name: str
    permission: str | None = None
    order: int = 100
    icon: str = ""
    width: int = 1


_panels: dict[tuple[str, str], Panel] = {}


def register(
    *,
    slot: str,
    name: str,
    title: str,
    url_name: str,
    permission: str | None = None,
    order: int = 100,
    icon: str = "",
    width: int = 1,
) -> None:
    """Add a panel to a slot. The same slot and name again replaces it."""
    _panels[slot, name] = Panel(slot, name, title, url_name, permission, order, icon, width)


def registered(slot: str | None = None) -> list[Panel]:
    """Panels of one slot (or of all), in order."""
    chosen = [panel for panel in _panels.values() if slot is None or panel.slot == slot]
    return sorted(chosen, key=lambda panel: (panel.slot, panel.order, panel.title))


def permitted(slot: str, actor, *args) -> list[tuple[Panel, str]]:
    """Pairs of panel and address that `actor` may load, `args` being the slot's arguments."""
    pairs = []
    for panel in registered(slot):
        if panel.permission and not (actor and actor.can(panel.permission)):
            continue
        try:
            pairs.append((panel, reverse(panel.url_name, args=args)))
        except NoReverseMatch:
            log.exception("The panel %s of slot %s has no address", panel.name, slot)
    return pairs
