"""Request id, the methods that are answered at all, and no-store on everything that is not a static file."""

from __future__ import annotations

import time
import uuid
from contextvars import ContextVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict

from clinic.core import kept, metrics, patience

request_id: ContextVar[str] = ContextVar("request_id", default="")


class RequestContext:
    """Gives each request an id (also on the answer), its own view of the settings kept in memory, and its patience."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex
        request_id.set(request.request_id)
        kept.begin()
        exchange, token = patience.begin()
        started = time.monotonic()
        try:
            response = self.get_response(request)
        finally:
            patience.end(token)
            kept.end()
        metrics.observe(request, response.status_code, time.monotonic() - started, exchange.waited)
        response["X-Request-Id"] = request.request_id
        return response


class KnownMethods:
    """405 for every method but reading a page and sending a form, unless the view names others.

    A plain view function answers whatever method it is called with: TRACE would get 200, and OPTIONS, which
    the protection of forms lets pass, could reach code that is meant for POST. `view.clinic_methods` names
    more (`clinic.staff.access.takes`).
    """

    USUAL = ("GET", "HEAD", "POST")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        taken = getattr(view, "clinic_methods", self.USUAL)
        return None if request.method in taken else HttpResponseNotAllowed(taken)


class PlainText:
    """400 for a null byte in an address, a parameter or a field: no person types one, and PostgreSQL has no place
    for it, so that it would end as an error of ours somewhere further in.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        if "\x00" in request.path or _has_null(request.GET) or _has_null(request.POST):
            raise BadRequest("a null byte")


def _has_null(given: QueryDict) -> bool:
    return any("\x00" in text for name, values in given.lists() for text in (name, *values))


class NoStore:
    """Pages hold health information: no cache may keep them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response
