"""Request id, and no-store on everything that is not a static file."""

from __future__ import annotations

import time
import uuid
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

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


class NoStore:
    """Pages hold health information: no cache may keep them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response
