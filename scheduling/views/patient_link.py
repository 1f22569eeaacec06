"""The page behind the link in a reminder: confirm or cancel one visit, without signing in.

Whoever holds the message may answer it, and sees no more than the message said. Opening the page changes
nothing (mail scanners open every link); only the buttons do. A wrong, used-up and expired link look alike.
"""

from functools import wraps

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError
from clinic.staff.access import public
from clinic.staff.client import client_ip
from clinic.staff.limits import TOKEN_LINK, is_within
from scheduling.forms.reminders import BirthDateForm
from scheduling.queries.patient_link import link_of, preparation_behind
from scheduling.services.patient_link import answer_link
from scheduling.services.preparation import open_preparation


def sealed(view):
    """No referrer, no store, no index: the address is a secret."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        # Nothing leaves for other sites; “no-referrer” would make browsers post with Origin: null, which is refused.
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


@public
@sealed
@require_http_methods(["GET", "HEAD", "POST"])
def patient_link(request, token):
    """Shows the visit of a link; POST `answer` confirms or cancels it."""
    if not is_within(request, TOKEN_LINK):
        return HttpResponse("Please wait a minute and try again.", status=429, content_type="text/plain")
    link = link_of(token)
    if link is None:
        return render(request, "scheduling/link/gone.html", status=404)
    with translation.override(link.language):
        context = {
            "link": link,
            "page_language": link.language,
            "token": token,
            "has_preparation": preparation_behind(link) is not None,
        }
        if request.method == "POST":
            return _answer(request, link, context)
        return render(request, "scheduling/link/visit.html", context)


def _answer(request, link, context):
    by = Actor.outside("patient by link", ip=client_ip(request))
    try:
        answer_link(by=by, link=link, answer=request.POST.get("answer", ""))
    except ClinicError:
        # What the desk is told in detail is none of a stranger's business.
        return render(request, "scheduling/link/gone.html", context, status=404)
    return render(request, "scheduling/link/done.html", {**context, "answer": request.POST["answer"]})


@public
@sealed
@require_http_methods(["GET", "HEAD", "POST"])
def patient_preparation(request, token):
    """How to prepare for the visit of a link: asks for the birth date, and shows the instructions to who knows it.
    They are shown in the answer to the form only, so that neither the address nor the history of a phone opens them."""
    if not is_within(request, TOKEN_LINK):
        return HttpResponse("Please wait a minute and try again.", status=429, content_type="text/plain")
    link = link_of(token)
    preparation = preparation_behind(link) if link else None
    if link is None or preparation is None:
        return render(request, "scheduling/link/gone.html", status=404)
    with translation.override(link.language):
        context = {"link": link, "page_language": link.language, "token": token}
        if request.method != "POST":
            return render(request, "scheduling/link/birth_date.html", context)
        form = BirthDateForm(request.POST)
        typed = form.cleaned_data["birth_date"] if form.is_valid() else None
        try:
            open_preparation(
                by=Actor.outside("patient by link", ip=client_ip(request)), link=link, birth_date=typed
            )
        except ClinicError:
            return render(
                request, "scheduling/link/birth_date.html", {**context, "is_wrong": True}, status=422
            )
        return render(request, "scheduling/link/preparation.html", {**context, "preparation": preparation})
