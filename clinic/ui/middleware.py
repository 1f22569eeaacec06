"""Errors that views let pass, answered in words."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from clinic.core.errors import ClinicError
from clinic.ui.errors import error_page, is_disk_full, outage_page

log = logging.getLogger(__name__)


class ErrorPages:
    """Turns a ClinicError into its page, a database outage into an honest 503, and what no column holds into 400."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ClinicError):
            retry_after = getattr(error, "retry_after", None)
            return error_page(request, error.status, words=str(error), retry_after=retry_after)
        if isinstance(error, (OperationalError, InterfaceError)):
            log.error("database unavailable", exc_info=error, extra={"request_id": request.request_id})
            return outage_page(request)
        if is_disk_full(error):
            log.error("no room for files", exc_info=error, extra={"request_id": request.request_id})
            return error_page(request, 507)
        if isinstance(error, (DataError, ValidationError)):
            # A value that no column can hold, and that no form has caught: refused, and noted as ours to mend.
            log.error(
                "a value that cannot be stored", exc_info=error, extra={"request_id": request.request_id}
            )
            return error_page(request, 400)
        return None
