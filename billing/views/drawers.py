"""The drawers of a day: opened, counted blind, verified by a second person, and taken to the bank."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import CountForm, OpenDrawerForm, ReasonForm
from billing.queries.drawers import (
    checks_of,
    drawer_board,
    last_float,
    session_or_404,
    session_page,
    waiting_sessions,
)
from billing.queries.fees import drawer_or_404
from billing.rules.drawers import DENOMINATIONS, piece_key, piece_words
from clinic import audit
from clinic.core import time
from clinic.core.errors import ClinicError
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved

REFRESH = ("drawers",)


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.DRAWER_MANAGE)
def board(request):
    """Where every drawer stands today."""
    today = time.today(clinic_zone())
    return render(request, "billing/drawer/board.html", _board(today))


def _board(today) -> dict:
    rows, waiting = drawer_board(today), waiting_sessions(today)
    # An unfinished session of an earlier day may stand in for today's: it is shown once.
    shown = {row.session.session.pk for row in waiting}
    rows = [row for row in rows if not (row.session and row.session.session.pk in shown)]
    return {"day": today, "rows": rows, "waiting": waiting}


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.DRAWER_MANAGE)
def panel(request):
    """The drawers on the home page: what is to be opened, counted or verified next."""
    return render(request, "billing/panels/drawers.html", _board(time.today(clinic_zone())))


@allow(Permission.PAYMENT_TAKE, Permission.DRAWER_MANAGE)
def open_drawer(request, pk):
    """Begin a drawer's day with its float."""
    drawer = drawer_or_404(pk)

    def do(values):
        return str(services.open_drawer(by=request.actor, drawer=drawer, **values).pk)

    to = reverse("billing:drawer-board")
    return form_act(
        request,
        OpenDrawerForm(request.POST or None, initial={"opening_float": last_float(pk)}),
        verb=f"drawer.open:{pk}",
        do=do,
        to=to,
        message=f"{drawer.name} is open.",
        refresh=REFRESH,
        context={"title": f"Open {drawer.name}", "submit_label": "Open", "cancel_url": to},
    )


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.DRAWER_MANAGE)
def session(request, pk):
    """One session: how it was counted, what is off, who signs."""
    row = session_or_404(pk)
    page = session_page(row)
    return render(
        request,
        "billing/drawer/session.html",
        {
            "page": page,
            "session": row,
            "reason_form": ReasonForm(initial={"reason": row.variance_reason}),
            "may_sign": _may_sign(request, page),
            "pieces": _pieces(page),
        },
    )


def _may_sign(request, page) -> bool:
    counted = {page.session.closed_by_id, *(count.counted_by_id for count in page.counts)}
    return request.actor.can(Permission.DRAWER_MANAGE) and request.actor.member_id not in counted


def _pieces(page) -> list[tuple]:
    """(kind, pieces, worth) of the last count."""
    kept = page.last.pieces if page.last else {}
    found = ((value, kept.get(piece_key(value))) for value in DENOMINATIONS)
    return [(piece_words(value), number, value * number) for value, number in found if number]


@allow(Permission.PAYMENT_TAKE, Permission.DRAWER_MANAGE)
def count(request, pk):
    """Count a drawer without seeing what it should hold: the first count closes it, later ones are recounts."""
    row = session_or_404(pk)
    form = CountForm(request.POST or None)
    act = services.close_drawer if row.closed_at is None else services.recount_drawer

    def do(_values):
        act(by=request.actor, session=row, **form.values())

    to = reverse("billing:drawer-session", args=[pk])
    return form_act(
        request,
        form,
        verb=f"drawer.count:{pk}",
        do=do,
        to=to,
        message=f"{row.drawer.name} is counted.",
        refresh=REFRESH,
        template="billing/drawer/count.html",
        context={"session": row, "cancel_url": to},
    )


@allow(Permission.PAYMENT_TAKE, Permission.DRAWER_MANAGE)
def explain(request, pk):
    """Say why a drawer is over or short."""
    row = session_or_404(pk)

    def do(values):
        services.explain_variance(by=request.actor, session=row, **values)

    to = reverse("billing:drawer-session", args=[pk])
    return form_act(
        request,
        ReasonForm(request.POST or None, initial={"reason": row.variance_reason}),
        verb=f"drawer.explain:{pk}",
        do=do,
        to=to,
        message="Reason kept.",
        context={"title": "Why is it off?", "submit_label": "Save", "cancel_url": to},
    )


@require_POST
@allow(Permission.DRAWER_MANAGE)
def verify(request, pk):
    """The second person's signature."""
    row = session_or_404(pk)
    to = reverse("billing:drawer-session", args=[pk])
    try:
        services.verify_drawer(by=request.actor, session=row, version=_shown(request))
    except ClinicError as error:
        return refused(request, str(error), to=to)
    return saved(request, f"{row.drawer.name} is verified.", to=to, refresh=REFRESH)


def _shown(request) -> int:
    """The version that the page showed; 0, which no session has, where it names none."""
    raw = request.POST.get("version", "")[:9]
    return int(raw) if raw.isascii() and raw.isdigit() else 0


@require_GET
@allow(Permission.DRAWER_MANAGE)
def deposit(request, pk):
    """What goes to the bank, to print: cash by kind and the checks by number."""
    row = session_or_404(pk)
    page = session_page(row)
    checks = checks_of(row)
    audit.looked_many(request, [check.patient_id for check in checks], page="deposit slip")
    return render(
        request,
        "billing/drawer/deposit.html",
        {
            "page": page,
            "session": row,
            "checks": checks,
            "checks_total": sum((check.amount for check in checks), 0),
            "pieces": _pieces(page),
        },
    )
