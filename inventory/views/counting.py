"""Counting: the sheet, the comparison, the posting."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic.core.errors import ClinicError
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from clinic.ui.responses import refused, saved
from inventory import services
from inventory.forms import ReasonForm, StartCountForm
from inventory.forms.counting import COUNT_REASONS, SheetForm
from inventory.models import Count
from inventory.queries.counts import count_lines, count_or_404
from inventory.queries.counts import counts as count_rows


@require_GET
@allow(Permission.STOCK_COUNT)
def counts(request):
    """Sheets, newest first."""
    return render(request, "inventory/count/list.html", {"page": page_of(request, count_rows())})


@allow(Permission.STOCK_COUNT)
def start(request):
    """Open a sheet for a place."""
    to = reverse("inventory:counts")

    def do(values):
        return str(services.start_count(by=request.actor, **values).pk)

    return form_act(
        request,
        StartCountForm(request.POST or None),
        verb="count.start",
        do=do,
        to=lambda pk: reverse("inventory:count", args=[pk]),
        message="",
        context={
            "title": "Count a place",
            "submit_label": "Open the sheet",
            "cancel_url": to,
            "intro": "Count what stands there. The expected numbers are shown afterwards.",
        },
    )


@allow(Permission.STOCK_COUNT)
def sheet(request, pk):
    """Enter what was found; nothing expected is shown."""
    count = count_or_404(pk)
    lines = count_lines(count)
    if count.state in (Count.State.POSTED, Count.State.VOID):
        return render(request, "inventory/count/posted.html", {"count": count, "lines": lines})
    form = SheetForm(request.POST or None, lines=lines)

    def do(_values):
        services.enter_count(by=request.actor, count=count, found=form.found())

    return form_act(
        request,
        form,
        verb="count.enter",
        do=do,
        to=reverse("inventory:count-review", args=[pk]),
        message="",
        template="inventory/count/sheet.html",
        context={"count": count},
    )


@allow(Permission.STOCK_COUNT)
def review(request, pk):
    """Compare with the ledger, give reasons, post."""
    count = count_or_404(pk)
    if count.state != Count.State.REVIEW:
        return redirect("inventory:count", pk)
    lines = [line for line in count_lines(count) if line.counted is not None]
    form = ReasonForm(request.POST or None, lines=lines)

    def do(_values):
        services.post_count(by=request.actor, count=count, reasons=form.reasons())

    return form_act(
        request,
        form,
        verb="count.post",
        do=do,
        to=reverse("inventory:count", args=[pk]),
        message="Count posted.",
        template="inventory/count/review.html",
        context={
            "count": count,
            "reasons": COUNT_REASONS,
            "differences": sum(bool(x.variance) for x in lines),
        },
    )


@require_POST
@allow(Permission.STOCK_COUNT)
def void(request, pk):
    """Give a sheet up."""
    to = reverse("inventory:counts")
    try:
        services.void_count(by=request.actor, count=count_or_404(pk))
    except ClinicError as error:
        return refused(request, error, to=to)
    return saved(request, "The sheet was given up. Nothing moved.", to=to)


@require_GET
@allow(Permission.STOCK_COUNT)
def paper(request, pk):
    """The sheet on paper, for walking the shelves without a screen."""
    count = count_or_404(pk)
    return render(request, "inventory/count/paper.html", {"count": count, "lines": count_lines(count)})
