"""Template tags of the design system: `{% load ui %}`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.template.base import NodeList
from django.template.loader_tags import BlockNode
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from clinic.core.ids import uuid7
from clinic.core.money import dollars
from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import format_clock, format_day, zone
from clinic.ui import icons, sparklines, states
from clinic.ui import panels as panel_registry

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Inline SVG of a Tabler icon; `label` gives it a voice where no text stands beside it."""
    return icons.svg(name, label, css)


@register.simple_tag
def icon_symbol(name: str, key: str) -> SafeString:
    """The icon kept once in the page under `key`, to be shown again and again by `<use href="#key"/>`."""
    return icons.symbol(name, key)


@register.simple_tag
def pill(state: Any, label: str = "", tone: str = "") -> SafeString:
    """A state in words, with its tone: danger, soon, now, done, past or plain."""
    words, chosen = states.describe(state, label, tone)
    return format_html('<span class="pill pill-{}">{}</span>', chosen, words)


@register.inclusion_tag("components/empty.html")
def empty(
    title: str, hint: str = "", url: str = "", label: str = "", icon: str = "inbox-off", dialog: bool = False
):
    """What would be here, and how to make one."""
    return {"title": title, "hint": hint, "url": url, "label": label, "icon": icon, "dialog": dialog}


@register.simple_tag
def sparkline(points: Iterable[Any], label: str = "", low: Any = None, high: Any = None) -> SafeString:
    """A line of the last values (None leaves a gap); `low` and `high` shade the usual range."""
    return sparklines.svg(points, label=label, low=low, high=high)


@register.simple_tag
def since(dt: datetime | None, amber: int | None = None, red: int | None = None) -> SafeString | str:
    """Minutes since `dt`, counting up by themselves; the limits are minutes."""
    if dt is None:
        return ""
    minutes = max(0, int((timezone.now() - dt).total_seconds() // 60))
    level = (
        "red"
        if red is not None and minutes >= red
        else "amber"
        if amber is not None and minutes >= amber
        else ""
    )
    limits = [(name, value) for name, value in (("amber", amber), ("red", red)) if value is not None]
    return format_html(
        '<time class="since{}" datetime="{}" data-since{}>{}</time>',
        f" since-{level}" if level else "",
        dt.isoformat(timespec="seconds"),
        format_html_join("", ' data-{}="{}"', limits),
        duration(minutes),
    )


@register.filter
def duration(minutes: Any) -> str:
    """Minutes as `12m` or `1h 05m`."""
    if minutes is None or minutes == "":
        return ""
    total = int(minutes)
    return f"{total}m" if total < 60 else f"{total // 60}h {total % 60:02d}m"


@register.inclusion_tag("components/panels.html", takes_context=True)
def panels(context, slot: str, *args: Any):
    """Panels that other apps registered for a slot; each is loaded after the page stands."""
    actor = getattr(context.get("request"), "actor", None)
    return {"panels": panel_registry.permitted(slot, actor, *args), "slot": slot}


@register.filter
def phone(value: str | None) -> str:
    """(312) 555-0142 for a number kept as E.164; anything else, such as an e-mail address, unchanged."""
    return display(value) if value and value.startswith("+") else value or ""


@register.simple_tag
def form_key() -> SafeString:
    """The hidden key that makes a repeated submit harmless, for forms written by hand."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid7())


@register.simple_tag
def money(amount: Any) -> str:
    """`$1,234.50`; nothing for None."""
    return "" if amount is None or amount == "" else dollars(amount)


@register.simple_tag
def day(value: date | datetime | None, form: str = "full") -> str:
    """`Tue, Mar 4, 2026`; `short` leaves the year out, `plain` the weekday, `numeric` is 03/04/2026."""
    if value is None or value == "":
        return ""
    on = value.astimezone(zone(clinic_zone())).date() if isinstance(value, datetime) else value
    if form == "numeric":
        return f"{on:%m/%d/%Y}"
    if form == "short":
        return f"{on:%a}, {on:%b} {on.day}"
    if form == "plain":
        return f"{on:%b} {on.day}, {on.year}"
    return format_day(on)


@register.simple_tag
def clock(dt: datetime | None, zone_name: Any = None) -> SafeString | str:
    """`9:05 AM` in the zone, or in the clinic's own."""
    if dt is None:
        return ""
    words = format_clock(dt, str(zone_name or clinic_zone()))
    return format_html('<time datetime="{}">{}</time>', dt.isoformat(timespec="minutes"), words)


@register.inclusion_tag("components/avatar.html")
def avatar(name: str, photo_url: str = "", size: str = "", color: str = ""):
    """A photo, or initials; `size` is sm, lg or xl; `color` one of the calendar colors c1 to c8."""
    # A credential after the name ("Dana Reyes, CMA") is no part of it; "Ortiz, Maria" has none.
    plain = re.sub(r",\s*[A-Z][A-Z-]+\b.*$", "", str(name))
    words = [word for word in re.split(r"[\s,]+", plain) if word[:1].isalpha()]
    initials = "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
    return {"name": name, "photo_url": photo_url, "size": size, "initials": initials, "color": color}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context, page):
    """Newer and older links of a page made by `clinic.ui.paging.page_of`."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is not None:
        query.pop("page", None)
    return {"page": page, "query": query.urlencode() if query else ""}


@register.simple_block_tag(takes_context=True)
def callout(context, content: str, tone: str = "now", icon: str = "") -> SafeString:
    """`{% callout "danger" %}words{% endcallout %}`: a note inside a page."""
    chosen = tone if tone in states.TONES else "plain"
    name = icon or {"danger": "alert-triangle", "soon": "alert-circle", "done": "circle-check"}.get(
        chosen, "info-circle"
    )
    role = mark_safe(' role="alert"') if chosen == "danger" else ""
    return format_html(
        '<div class="callout callout-{}"{}>{}<div class="callout-body">{}</div></div>',
        chosen,
        role,
        icons.svg(name),
        content,
    )


@register.tag
def around(parser, token):
    """`{% around "aside" "page-aside" "Label" %}...{% endaround %}`: the element, or nothing when it would be empty."""
    element, css, label = ([piece.strip("\"'") for piece in token.split_contents()[1:]] + [""])[:3]
    nodes = parser.parse(("endaround",))
    parser.delete_first_token()
    return _Around(nodes, f'{element} class="{css}"' + (f' aria-label="{label}"' if label else ""), element)


class _Around(template.Node):
    def __init__(self, nodelist: NodeList, opening: str, element: str):
        self.nodelist, self.opening, self.element = nodelist, opening, element

    def render(self, context):
        inside = self.nodelist.render(context)
        if not inside.strip():
            return ""
        return f"<{self.opening}>{inside}</{self.element}>"


@register.tag
def heading(parser, token):
    """`{% heading 1 %}{% block header %}{% endblock %}{% endheading %}`: exactly one heading of that level.

    A page may fill `header` with plain words, with its own `<h1>`, or leave it out: then its title is used.
    """
    level = token.split_contents()[1]
    nodes = parser.parse(("endheading",))
    parser.delete_first_token()
    return _Heading(nodes, level)


class _Heading(template.Node):
    def __init__(self, nodelist: NodeList, level: str):
        self.nodelist, self.level = nodelist, level

    def render(self, context):
        inside = self.nodelist.render(context).strip()
        if not inside:
            inside = BlockNode("title", NodeList()).render(context).strip()
        if not inside:
            return ""
        if re.search(r"<h[1-3]\b", inside):
            return inside if self.level == "1" else re.sub(r"(</?)h1\b", rf"\1h{self.level}", inside)
        return f'<h{self.level} class="page-title">{inside}</h{self.level}>'
