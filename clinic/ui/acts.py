"""One form, one act: the shape that nearly every dialog has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.core.errors import ClinicError, to_form
from clinic.core.submissions import once
from clinic.ui.responses import invalid, saved

FORM_PAGE = "components/form_page.html"


def form_act(
    request: HttpRequest,
    form: Any,
    *,
    verb: str,
    do: Callable[[dict[str, Any]], Any],
    to: Any,
    message: str | Callable[[Any], str],
    refresh: Iterable[str] = (),
    template: str = FORM_PAGE,
    context: dict[str, Any] | Callable[[], dict[str, Any]] | None = None,
) -> HttpResponse:
    """Show a form; when it is sent and holds, run `do(cleaned_data)` once and say so.

    `do` calls one service and returns what identifies the result (JSON: an id, or nothing); a repeated
    submit of the same form gets the first one's. `to` and `message` may be functions of that result. A
    ClinicError goes back onto the form with everything that was typed. `context` may be a function, called
    only when the form is shown.
    """

    def shown() -> dict[str, Any]:
        return {**((context() if callable(context) else context) or {}), "form": form}

    if request.method != "POST":
        return render(request, template, shown())
    if not form.is_valid():
        return invalid(request, template, shown())
    values = {name: value for name, value in form.cleaned_data.items() if name != "form_key"}
    key = form.cleaned_data.get("form_key", "")
    try:
        result, _ = once(by=request.actor, verb=verb, form_key=key, do=lambda: do(values))
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, template, shown(), status=error.status)
    said = message(result) if callable(message) else message
    return saved(request, said, to=to(result) if callable(to) else to, refresh=refresh)
