"""One's own calendar on one's own phone: the link, and the file behind it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clinic.core.errors import ClinicError
from clinic.staff.access import allow, public
from clinic.staff.limits import CALENDAR_FEED, is_within
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import refused, saved
from scheduling.queries.feeds import feed_file, live_feed, owner_of
from scheduling.services.feeds import open_calendar_feed, revoke_calendar_feed

PAGE = "scheduling/feed/page.html"
TO = "scheduling:calendar-feed"


@allow(P.SCHEDULE_VIEW)
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Whether one's calendar link works; on "My settings" as a panel, by its own address as a page."""
    return render(request, PAGE, {"feed": live_feed(request.user.pk)})


@require_POST
@allow(P.SCHEDULE_VIEW)
def calendar_feed_open(request: HttpRequest) -> HttpResponse:
    """A new link, shown this one time; the one before stops working."""
    try:
        token = open_calendar_feed(by=request.actor)
    except ClinicError as error:
        return refused(request, error, to=TO)
    link = settings.PUBLIC_URL.rstrip("/") + reverse("scheduling:calendar-feed-file", args=[token])
    response = render(request, PAGE, {"feed": live_feed(request.user.pk), "link": link})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@allow(P.SCHEDULE_VIEW)
def calendar_feed_revoke(request: HttpRequest) -> HttpResponse:
    """Ends the link."""
    try:
        revoke_calendar_feed(by=request.actor)
    except ClinicError as error:
        return refused(request, error, to=TO)
    return saved(request, "The calendar link has ended.", to=TO, refresh=["scheduling.feed"])


@public
@require_safe
def calendar_feed_file(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a link, for programs without a cookie. Unknown and revoked links look alike."""
    if not is_within(request, CALENDAR_FEED):
        return HttpResponse("Please ask again later.", status=429, content_type="text/plain")
    member = owner_of(token)
    if member is None:
        return HttpResponse("There is no such calendar.", status=404, content_type="text/plain")
    response = HttpResponse(feed_file(member), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
