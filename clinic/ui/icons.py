"""Icons of @tabler/icons, put into the page as SVG so that they take the colour of the text."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_INNER = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
_BLANK = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_DOT = '<path d="M12 12m-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"/>'


@lru_cache(maxsize=512)
def _body(name: str) -> tuple[str, bool] | None:
    is_filled = name.endswith("-filled")
    folder = "filled" if is_filled else "outline"
    file = Path(settings.TABLER_ICONS) / folder / f"{name.removesuffix('-filled')}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not file.is_file():
        return None
    match = _INNER.search(file.read_text(encoding="utf-8"))
    inner = _BLANK.sub("", match.group(1)) if match else _DOT
    return re.sub(r"\s*\n\s*", "", inner).strip(), is_filled


def exists(name: str) -> bool:
    """Whether the icon set has this name."""
    return _body(name) is not None


@lru_cache(maxsize=1024)
def svg(name: str, label: str = "", css: str = "") -> SafeString:
    """The icon as inline SVG. Without `label` it is decoration and hidden from screen readers.

    A name ending in `-filled` takes the solid form. An unknown name shows a dot; a test over all
    templates keeps that from happening.
    """
    body, is_filled = _body(name) or (_DOT, False)
    paint = (
        mark_safe('fill="currentColor"')
        if is_filled
        else mark_safe(
            'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
        )
    )
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {} {}>{}</svg>',
        f" {css}" if css else "",
        paint,
        voice,
        mark_safe(body),  # noqa: S308 - read from the icon package, never from a user
    )


def symbol(name: str, key: str) -> SafeString:
    """The icon as `<symbol id="key">`, for pages that show it in many rows by `<use href="#key"/>`."""
    body, _ = _body(name) or (_DOT, False)
    return format_html(
        '<symbol id="{}" viewBox="0 0 24 24">{}</symbol>',
        key,
        mark_safe(body),  # noqa: S308 - read from the icon package, never from a user
    )
