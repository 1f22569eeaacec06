"""The places of the top bar. Each app registers its own from `AppConfig.ready()`."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.ui.addresses import address


@dataclass(frozen=True)
class Place:
    """One entry of the top bar. `permission` None shows it to everybody who is signed in."""

    label: str
    url_name: str
    icon: str
    permission: str | None = None
    order: int = 100
    key: str = ""
    badge_url_name: str = ""


@dataclass(frozen=True)
class Link:
    """A place resolved for one request."""

    label: str
    url: str
    icon: str
    key: str
    is_current: bool
    badge_url: str


_places: dict[str, Place] = {}


def register(
    *,
    label: str,
    url_name: str,
    icon: str,
    permission: str | None = None,
    order: int = 100,
    key: str = "",
    badge_url_name: str = "",
) -> None:
    """Add a place. Registering a URL name again replaces it, so that reloading an app is harmless.

    `key` is the letter after `g` that goes there. `badge_url_name` names a view that answers a
    count as a fragment; it is fetched after the page stands.
    """
    _places[url_name] = Place(label, url_name, icon, permission, order, key, badge_url_name)


def places() -> list[Place]:
    """Every registered place, in the order of the bar."""
    return sorted(_places.values(), key=lambda place: (place.order, place.label))


def links(actor, path: str) -> list[Link]:
    """The places that `actor` may open. The one whose address is the longest start of `path` is current."""
    found: list[tuple[Place, str]] = []
    for place in places():
        if place.permission and not (actor and actor.can(place.permission)):
            continue
        if url := address(place.url_name):
            found.append((place, url))
    current = max((url for _, url in found if _covers(url, path)), key=len, default=None)
    return [
        Link(
            label=place.label,
            url=url,
            icon=place.icon,
            key=place.key,
            is_current=url == current,
            badge_url=address(place.badge_url_name) if place.badge_url_name else "",
        )
        for place, url in found
    ]


def _covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
