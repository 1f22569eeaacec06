"""The list of what verification found, and the rules of when coverage is checked."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.clearinghouse import is_set_up
from billing.forms.insurance import PolicyForm, ResolveIssueForm, WorkIssueForm
from billing.queries import insurance_work as work_queries
from billing.queries.eligibility import policy_on, policy_rows
from clinic import audit
from clinic.core import time
from clinic.core.errors import ClinicError
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved

REFRESH = ("coverage", "insurance", "insurance-work")
HOME_ROWS = 6


@require_GET
@allow(Permission.INSURANCE_WORK)
def work(request):
    """What has to be looked at before the patients come."""
    kind, mine = request.GET.get("kind", ""), request.GET.get("mine") == "1"
    found = work_queries.work_list(kind=kind, owner=request.actor.member_id if mine else None)
    audit.looked_many(request, [row.issue.patient_id for row in found.rows], "insurance work list")
    return render(
        request,
        "billing/insurance/work.html",
        {"work": found, "kind": kind, "mine": mine, "is_set_up": is_set_up()},
    )


@allow(Permission.INSURANCE_WORK)
def issue_work(request, pk):
    """Owner and note of one line."""
    row = work_queries.issue_or_404(pk)
    audit.looked(request, row.patient_id, "insurance work list")

    def do(values):
        services.work_issue(by=request.actor, issue_id=pk, **values)

    initial = {"owner": row.owner, "note": row.note, "version": row.version}
    return form_act(
        request,
        WorkIssueForm(request.POST or None, initial=initial),
        verb=f"issue.work:{pk}",
        do=do,
        to="insurance:work",
        message="Saved.",
        refresh=REFRESH,
        template="billing/insurance/issue.html",
        context={
            "issue": row,
            "patient": row.patient,
            "title": "Who sees to it",
            "submit_label": "Save",
            "cancel_url": reverse("insurance:work"),
        },
    )


@require_POST
@allow(Permission.INSURANCE_WORK)
def issue_take(request, pk):
    """“I do it.”"""
    try:
        services.take_issue(by=request.actor, issue_id=pk)
    except ClinicError as error:
        return refused(request, error, to="insurance:work", refresh=REFRESH)
    return saved(request, "It is yours.", to="insurance:work", refresh=REFRESH)


@allow(Permission.INSURANCE_WORK)
def issue_resolve(request, pk):
    """Takes a line off the list."""
    row = work_queries.issue_or_404(pk)
    audit.looked(request, row.patient_id, "insurance work list")

    def do(values):
        services.resolve_issue(by=request.actor, issue_id=pk, **values)

    return form_act(
        request,
        ResolveIssueForm(request.POST or None),
        verb=f"issue.resolve:{pk}",
        do=do,
        to="insurance:work",
        message="Off the list.",
        refresh=REFRESH,
        template="billing/insurance/issue.html",
        context={
            "issue": row,
            "patient": row.patient,
            "title": "Resolve",
            "submit_label": "Resolved",
            "cancel_url": reverse("insurance:work"),
        },
    )


@require_GET
@allow(Permission.INSURANCE_WORK)
def home_panel(request):
    """The next visits that need a look."""
    found = work_queries.work_list(shown=HOME_ROWS)
    audit.looked_many(request, [row.issue.patient_id for row in found.rows], "insurance work list")
    return render(request, "billing/insurance/_home.html", {"work": found})


@allow(Permission.INSURANCE_POLICY_EDIT)
def rules(request):
    """When coverage is checked anew; every decision stays on file."""
    today = time.today(clinic_zone())
    now = policy_on(today)
    initial = {
        "effective_from": today,
        "days_ahead": now.days_ahead,
        "stale_days": now.stale_days,
        "monthly_kinds": list(now.monthly_kinds),
        "is_yearly": now.is_yearly,
        "most_tries": now.most_tries,
    }

    def do(values):
        services.set_verification_policy(by=request.actor, **values)

    return form_act(
        request,
        PolicyForm(request.POST or None, initial=initial),
        verb="verification_policy.set",
        do=do,
        to="insurance:rules",
        message="Decided.",
        template="billing/insurance/rules.html",
        context=lambda: {"rows": policy_rows(), "is_set_up": is_set_up()},
    )
