"""Background work that raised: what, since when, how often, and the button that gives it another chance."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic.core.failures import MAX_TRIES, failed_work
from clinic.inbox.services.failed_work import retry_failed_work
from clinic.inbox.views._shared import press
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.paging import page_of


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_GET
def failed_work_list(request):
    """Everything that failed and has not succeeded since."""
    context = {"page": page_of(request, failed_work()), "max_tries": MAX_TRIES}
    return render(request, "messaging/failed_work.html", context)


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_POST
def failed_work_retry(request, pk):
    """Try one piece of failed work again."""
    return press(
        request,
        lambda: retry_failed_work(by=request.actor, work_id=pk),
        message="It is tried again within five minutes.",
        to=reverse("messaging:failed-work"),
        refresh=("failed-work",),
    )
