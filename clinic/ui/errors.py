"""Pages for requests that went wrong. They say what happened to what was typed, in the reader's words."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from clinic.core import patience
from clinic.ui.responses import is_dialog, is_htmx, triggers


@dataclass(frozen=True)
class Fault:
    """What a dialog or a toast says; the whole pages in templates/errors say more."""

    title: str
    words: str


FAULTS: dict[int, Fault] = {
    400: Fault("That request could not be read", "That request could not be read. Nothing was changed."),
    403: Fault("Your role does not open this", "Your role does not allow this. Nothing was changed."),
    404: Fault("Nothing there", "That is no longer there. Nothing was changed."),
    409: Fault("Somebody was faster", "Somebody else changed this first. Your change was not saved."),
    422: Fault("That was refused", "That was refused. Nothing was changed."),
    423: Fault("This screen is locked", "This screen is locked. Enter your PIN to go on."),
    429: Fault("Too many tries", "Too many tries. Wait a little, then try again."),
    500: Fault(
        "Something went wrong on our side", "Something went wrong on our side. The change was not saved."
    ),
    503: Fault(
        "Not reachable right now", "The system is not reachable. Nothing was changed; try again in a moment."
    ),
    507: Fault(
        "No room left for files",
        "The file could not be stored: the server’s disk is full. Nothing was changed; tell your administrator.",
    ),
}
# The connection broke while the last change was being confirmed: only the database knows. Forms carry a key.
MAYBE_SAVED = (
    "The system stopped answering while your change was being saved, so it may or may not have been saved. "
    "Send it again in a moment: it counts once."
)
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def error_page(
    request: HttpRequest, status: int, *, words: str = "", retry_after: int | None = None
) -> HttpResponse:
    """The page for `status`; for htmx a toast instead, with nothing swapped, and in a dialog the words."""
    fault = FAULTS.get(status, FAULTS[500])
    # A form in a dialog stays as it is when the server fails: what was typed is in it.
    is_kept = is_dialog(request) and status >= 500 and request.method not in {"GET", "HEAD"}
    if is_htmx(request) and (is_kept or not is_dialog(request)):
        response = HttpResponse(status=status)
        response["HX-Reswap"] = "none"
        if request.method not in {"GET", "HEAD"}:
            # Nobody wrote anything by a GET: the page says in place that this part could not be loaded.
            triggers(response, {"clinic:toast": {"message": words or fault.words, "tone": "danger"}})
    else:
        # No request context: a page about a failure must not need the database or the session.
        context = {"status": status, "title": fault.title, "message": words, "theme": theme_of(request)}
        if is_dialog(request):
            body = loader.render_to_string("errors/dialog.html", context | {"message": words or fault.words})
        else:
            body = loader.render_to_string([f"errors/{status}.html", "errors/error.html"], context)
        response = HttpResponse(body, status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def outage_page(request: HttpRequest) -> HttpResponse:
    """503 while the database is away. It says “nothing was changed” only where no service had done its work."""
    exchange = patience.current()
    is_write = request.method not in {"GET", "HEAD", "OPTIONS"}
    may_be_saved = is_write and exchange is not None and exchange.may_have_saved
    return error_page(request, 503, words=MAYBE_SAVED if may_be_saved else "", retry_after=5)


def is_disk_full(error: BaseException | None) -> bool:
    """True for a file that found no room."""
    return isinstance(error, OSError) and error.errno in DISK_FULL


def theme_of(request: HttpRequest) -> str:
    """`light`, `dark` or `auto`, from the reader's cookie."""
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in {"light", "dark"} else "auto"


def bad_request(request, exception=None):
    """Handler of 400."""
    return error_page(request, 400)


def forbidden(request, exception=None):
    """Handler of 403. A ClinicError brings its own words."""
    return error_page(request, 403, words=str(getattr(exception, "message", "")))


def not_found(request, exception=None):
    """Handler of 404."""
    return error_page(request, 404)


def server_error(request):
    """Handler of 500; a database that is away is an honest 503, also when it failed before any view ran."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError)):
        return outage_page(request)
    if is_disk_full(error):
        return error_page(request, 507)
    return error_page(request, 500)


def csrf_failure(request, reason=""):
    """The form's protection expired, most often because somebody signed out in another tab."""
    words = (
        "This page was open for so long, or somebody signed in or out meanwhile, that its protection expired. "
        "Nothing was changed. Go back, reload the page and send it again."
    )
    return error_page(request, 403, words=words)
