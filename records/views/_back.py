"""Where to go after a dialog that changes what the page underneath shows."""

from urllib.parse import urlsplit

from django.http import HttpRequest


def page_below(request: HttpRequest, default: str) -> str:
    """The page a dialog was opened on, to be shown anew; `default` for a form on a page of its own."""
    below = urlsplit(request.headers.get("HX-Current-URL", ""))
    if request.headers.get("X-Clinic-Dialog") != "1" or below.netloc != request.get_host():
        return default
    if not below.path.startswith("/") or below.path.startswith("//") or below.path == request.path:
        return default
    return below.path + (f"?{below.query}" if below.query else "")
