"""Answers that work alike with and without JavaScript.

Every function here reads the request's kind (plain page, htmx fragment, dialog) and answers in that
kind, so that a view is written once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers

DIALOG_HEADER = "X-Clinic-Dialog"
POLL_HEADER = "X-Clinic-Poll"
VERSION_HEADER = "X-Board-Version"
PAGE_HEADER = "X-Clinic-Page"
_KINDS = ("HX-Request", DIALOG_HEADER)


def is_htmx(request: HttpRequest) -> bool:
    """A request of our scripts that wants a fragment, not a page."""
    return request.headers.get("HX-Request") == "true"


def is_dialog(request: HttpRequest) -> bool:
    """A request from inside (or opening) a dialog."""
    return request.headers.get(DIALOG_HEADER) == "1"


def is_poll(request: HttpRequest) -> bool:
    """A request that a timer made, not a person; it never extends the idle clock."""
    return request.headers.get(POLL_HEADER) == "1"


def layout_for(request: HttpRequest) -> str:
    """Which layout the page extends for this kind of request."""
    if is_dialog(request):
        return "layouts/dialog.html"
    wants_page = (
        request.headers.get("HX-Boosted") == "true" or "HX-History-Restore-Request" in request.headers
    )
    if is_htmx(request) and not wants_page:
        return "layouts/fragment.html"
    return "layouts/app.html"


def triggers(response: HttpResponse, events: dict[str, Any]) -> HttpResponse:
    """Have htmx raise these events in the page; ASCII JSON, as headers must be."""
    if events:
        existing = json.loads(response.get("HX-Trigger", "{}"))
        response["HX-Trigger"] = json.dumps({**existing, **events}, ensure_ascii=True)
    return response


def _refreshes(names: Iterable[str]) -> dict[str, Any]:
    chosen = (names,) if isinstance(names, str) else names
    return {f"refresh-{name}": {} for name in chosen}


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, _KINDS)
    return response


def saved(
    request: HttpRequest,
    message: str,
    to: Any = "/",
    refresh: Iterable[str] = (),
    undo: str | None = None,
) -> HttpResponse:
    """A write went through.

    Plain request: redirect to `to` (anything `resolve_url` takes), the message shown there.
    htmx from a piece of a page, with `refresh`: 204; the dialog closes, a toast says `message`, and `refresh-<name>` is raised
    on the body so that panels and boards of these names load again. Otherwise `HX-Redirect` to `to`.
    `undo` is a URL that takes a POST; the toast then offers it.
    """
    names = tuple(_refreshes(refresh))
    # The form of a whole page goes on to the next one; a dialog, a panel or a board stays.
    is_piece = request.headers.get(PAGE_HEADER) != "1"
    if is_htmx(request) and is_piece and names:
        told = {"message": str(message), "tone": "done"} | ({"undo": undo} if undo else {})
        return _vary(
            triggers(HttpResponse(status=204), {"clinic:saved": told} | {name: {} for name in names})
        )
    if message:
        messages.success(request, message, extra_tags=f"undo={undo}" if undo else "")
    url = resolve_url(to)
    if is_htmx(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return _vary(response)
    return HttpResponseRedirect(url)


def invalid(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 422
) -> HttpResponse:
    """The form comes back with its errors and everything that was typed (422; 409 for a lost race)."""
    return _vary(render(request, template, context or {}, status=status))


def fragment(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refresh: Iterable[str] = (),
    message: str = "",
) -> HttpResponse:
    """A piece of a page; optionally with a toast and with other pieces told to load again."""
    response = render(request, template, context or {}, status=status)
    events = _refreshes(refresh)
    if message:
        events["clinic:toast"] = {"message": str(message), "tone": "done"}
    return _vary(triggers(response, events))


def refused(request: HttpRequest, error: Any, to: Any = "/", refresh: Iterable[str] = ()) -> HttpResponse:
    """A button's act was refused and there is no form to show it on.

    `error` is a ClinicError or words. htmx: the error's status, nothing swapped, a toast says why.
    Plain: redirect to `to` with the words shown there.
    """
    words = str(getattr(error, "message", "") or error)
    if is_htmx(request):
        response = HttpResponse(status=getattr(error, "status", 422))
        response["HX-Reswap"] = "none"
        events = {"clinic:toast": {"message": words, "tone": "danger"}} | _refreshes(refresh)
        return _vary(triggers(response, events))
    messages.error(request, words)
    return HttpResponseRedirect(resolve_url(to))


def shows_already(request: HttpRequest, version: str | None) -> HttpResponse | None:
    """The 204 for a poll whose page shows `version`, None when it does not (or nobody knows the version)."""
    if version is None or not is_htmx(request) or request.headers.get(VERSION_HEADER) != version:
        return None
    response = HttpResponse(status=204)
    response[VERSION_HEADER] = version
    return _vary(response)


def board(request: HttpRequest, template: str, context: dict[str, Any], version: str) -> HttpResponse:
    """A live board: 204 when the page already shows `version`, else the board with its new version.

    The template gets `version` and puts it into `data-version` of the element that polls.
    """
    version = str(version)
    unchanged = shows_already(request, version)
    if unchanged is not None:
        return unchanged
    response = render(request, template, {**context, "version": version})
    response[VERSION_HEADER] = version
    return _vary(response)
