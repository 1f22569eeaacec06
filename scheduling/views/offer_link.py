"""The page behind the link in an offer: take a time or pass, without signing in.

Like the page behind a reminder: it shows no more than the message said, opening it changes nothing, and a
wrong link looks like one whose time has passed. Who comes too late is told so kindly.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from clinic.core.actor import Actor
from clinic.staff.access import public
from clinic.staff.client import client_ip
from clinic.staff.limits import TOKEN_LINK, is_within
from scheduling.models import Offer
from scheduling.queries.offers import offer_link as look_up
from scheduling.services.offers import accept_offer, decline_offer
from scheduling.views.patient_link import sealed

PAGE = "scheduling/link/offer.html"


@public
@sealed
@require_http_methods(["GET", "HEAD", "POST"])
def offer_link(request, token):
    """Shows the offered time of a link; POST `answer` yes takes it, no passes."""
    if not is_within(request, TOKEN_LINK):
        return HttpResponse("Please wait a minute and try again.", status=429, content_type="text/plain")
    link = look_up(token)
    if link is None:
        return render(request, "scheduling/link/gone.html", status=404)
    is_busy = False
    if request.method == "POST":
        by = Actor.outside("patient by link", ip=client_ip(request))
        if request.POST.get("answer") == "yes":
            is_busy = accept_offer(by=by, offer=link.offer, how="link").state == Offer.State.OUT
        elif request.POST.get("answer") == "no":
            decline_offer(by=by, offer=link.offer)
        link = look_up(token)
    with translation.override(link.language):
        return render(request, PAGE, {"link": link, "page_language": link.language, "is_busy": is_busy})
