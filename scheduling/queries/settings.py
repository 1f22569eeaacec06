"""The limits of the boards, and the locations to choose from."""

from __future__ import annotations

from uuid import UUID

from clinic.core.errors import NotFound
from scheduling.models import FlowSettings, Location


def flow_settings() -> FlowSettings:
    """The one row of limits; before anyone saved it, the defaults."""
    return FlowSettings.objects.first() or FlowSettings()


def locations() -> list[Location]:
    """Places where visits happen, by name."""
    return list(Location.objects.filter(is_active=True))


def chosen_location(places: list[Location], wanted: str | UUID | None) -> Location:
    """The location asked for, else the first. Refuses when there is none at all."""
    if not places:
        raise NotFound("No location is set up yet.", hint="Add one under Schedule settings.")
    return next((place for place in places if str(place.pk) == str(wanted)), places[0])
