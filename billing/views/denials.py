"""Denials: the queue, and one worked off."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import DenialForm
from billing.queries.members import billers
from billing.queries.remittances import denial_or_404, denials
from billing.rules.remittances import CATEGORIES, reason_words
from clinic import audit
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@require_GET
@allow(Permission.CHARGE_APPROVE)
def queue(request):
    """What payers refused, the nearest deadline first."""
    category, mine = request.GET.get("category", ""), request.GET.get("mine") == "1"
    rows = denials(
        owner=request.actor.member_id if mine else None, category=category if category in CATEGORIES else ""
    )
    audit.looked_many(request, [row.patient_id for row in rows], page="denials")
    return render(
        request,
        "billing/denial/list.html",
        {
            "rows": [(row, _words(row)) for row in rows],
            "money": sum((row.amount for row in rows), 0),
            "category": category,
            "mine": mine,
            "categories": list(CATEGORIES.items()),
            "today": time.today(clinic_zone()),
        },
    )


def _words(row) -> str:
    return ", ".join(
        f"{text.partition('-')[0]} {reason_words(text.partition('-')[2])}" for text in row.reasons
    )


@allow(Permission.CHARGE_APPROVE)
def work(request, pk):
    """Say who works a denial, by when, and what was done."""
    row = denial_or_404(pk)
    audit.looked(request, row.patient_id, page="denial")
    members = {str(member.pk): member for member in billers()}
    to = reverse("billing:denials")

    def do(values):
        values["owner"] = members.get(values["owner"])
        services.work_denial(by=request.actor, denial=row, **values)

    initial = {
        name: getattr(row, name)
        for name in ("category", "deadline", "action", "root_cause", "note", "version")
    }
    return form_act(
        request,
        DenialForm(
            request.POST or None,
            members=members.values(),
            initial=initial | {"owner": str(row.owner_id or request.actor.member_id)},
        ),
        verb=f"denial.work:{pk}",
        do=do,
        to=to,
        message="Kept.",
        refresh=("denials",),
        template="billing/denial/work.html",
        context={"row": row, "patient": row.patient, "words": _words(row), "cancel_url": to},
    )
