"""Addresses that the frame of every page names. They never change while a process runs, so each is worked out once."""

from __future__ import annotations

import logging
from functools import cache

from django.urls import NoReverseMatch, reverse

log = logging.getLogger(__name__)


@cache
def address(url_name: str) -> str:
    """The address of a view that takes no argument; "" where there is none, which is logged once."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        log.exception("There is no address named %s", url_name)
        return ""
