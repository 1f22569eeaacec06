"""Every address of the resolver, with its view and its rule."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver

from clinic.staff.access import Access

_PARAMETER = re.compile(r"<(?:(?P<kind>[^>:]+):)?(?P<name>[^>]+)>")
NOBODY = uuid.UUID("00000000-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Address:
    """One pattern. `parameters` maps the names in the route to their converters."""

    route: str
    name: str
    view: Callable
    parameters: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def access(self) -> Access | None:
        """The rule. Views of layers below `clinic.staff` say `is_public` by themselves."""
        rule = getattr(self.view, "clinic_access", None)
        if rule is None and getattr(self.view, "is_public", False):
            return Access(is_public=True)
        return rule

    def path(self, values: dict[str, object] | None = None) -> str:
        """A concrete path; ids that nothing has where `values` names none."""
        given = values or {}

        def fill(match: re.Match) -> str:
            kind, name = match["kind"] or "str", match["name"]
            if name in given:
                return str(given[name])
            return {"uuid": str(NOBODY), "int": "1", "slug": "x", "path": "x"}.get(kind, "x")

        return "/" + _PARAMETER.sub(fill, self.route)


def addresses() -> list[Address]:
    """Every URL pattern of the project, in resolver order."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list, prefix: str, namespace: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            found = {m["name"]: m["kind"] or "str" for m in _PARAMETER.finditer(route)}
            yield Address(route, f"{namespace}{pattern.name or ''}", pattern.callback, found)
