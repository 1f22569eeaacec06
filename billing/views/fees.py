"""The fee schedule, what visit types propose, and the drawers."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import DrawerForm, EndFeeForm, FeeForm, VisitTypeFeeForm
from billing.models import FeeItem
from billing.queries.days import all_drawers
from billing.queries.fees import drawer_or_404, fee_or_404, fee_schedule, visit_type_fees
from billing.queries.visits import visit_type_or_404
from billing.queries.visits import visit_types as visit_type_rows
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@require_GET
@allow(Permission.FEE_EDIT, Permission.CHARGE_APPROVE)
def fees(request):
    """Codes, words and prices."""
    text, kind = request.GET.get("q", "").strip()[:80], request.GET.get("kind", "")
    with_past = request.GET.get("past") == "1"
    return render(
        request,
        "billing/fee/list.html",
        {
            "rows": fee_schedule(text, kind, with_past),
            "text": text,
            "kind": kind,
            "with_past": with_past,
            "kinds": FeeItem.Kind.choices,
            "today": time.today(clinic_zone()),
        },
    )


@allow(Permission.FEE_EDIT)
def add(request):
    """A new code, or a new price of one."""
    form = FeeForm(request.POST or None, initial={"effective_from": time.today(clinic_zone())})
    return _act(
        request,
        form,
        lambda values: str(services.add_fee(by=request.actor, **values).pk),
        "fee.add",
        "Add a price",
        "billing:fees",
    )


@allow(Permission.FEE_EDIT)
def end(request, pk):
    """The last day of a price."""
    fee = fee_or_404(pk)
    form = EndFeeForm(request.POST or None, initial={"effective_to": time.today(clinic_zone())})
    return _act(
        request,
        form,
        lambda values: str(services.end_fee(by=request.actor, fee=fee, **values).pk),
        f"fee.end:{pk}",
        f"End {fee.code}",
        "billing:fees",
    )


@require_GET
@allow(Permission.FEE_EDIT)
def visit_types(request):
    """What each visit type proposes by itself."""
    codes = visit_type_fees()
    rows = [(row, codes.get(row.pk, "")) for row in visit_type_rows()]
    return render(request, "billing/fee/visit_types.html", {"rows": rows})


@allow(Permission.FEE_EDIT)
def visit_type_set(request, pk):
    """Set what a visit type proposes."""
    row = visit_type_or_404(pk)
    form = VisitTypeFeeForm(request.POST or None, initial={"code": visit_type_fees().get(row.pk, "")})
    return _act(
        request,
        form,
        lambda values: services.set_visit_type_fee(by=request.actor, visit_type=row, **values),
        f"visit_type_fee.set:{pk}",
        f"{row.name} proposes",
        "billing:visit-type-fees",
    )


@require_GET
@allow(Permission.DRAWER_MANAGE)
def drawers(request):
    """Cash drawers."""
    return render(request, "billing/drawer/list.html", {"rows": all_drawers()})


@allow(Permission.DRAWER_MANAGE)
def drawer_add(request):
    """Put a drawer on file."""
    return _act(
        request,
        DrawerForm(request.POST or None),
        lambda values: str(services.save_drawer(by=request.actor, **values).pk),
        "drawer.add",
        "Add a drawer",
        "billing:drawers",
    )


@allow(Permission.DRAWER_MANAGE)
def drawer_edit(request, pk):
    """Change a drawer."""
    drawer = drawer_or_404(pk)
    return _act(
        request,
        DrawerForm(request.POST or None, instance=drawer_or_404(pk)),
        lambda values: str(services.save_drawer(by=request.actor, drawer=drawer, **values).pk),
        f"drawer.edit:{pk}",
        f"Edit {drawer.name}",
        "billing:drawers",
    )


def _act(request, form, do, verb, title, to):
    url = reverse(to)
    return form_act(
        request,
        form,
        verb=verb,
        do=do,
        to=url,
        message="Saved.",
        context={"title": title, "submit_label": "Save", "cancel_url": url},
    )
