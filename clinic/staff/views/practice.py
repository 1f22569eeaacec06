"""The rules of practice: who may do which task, and a new version of one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.staff import queries
from clinic.staff.access import allow
from clinic.staff.forms import ScopeRuleForm
from clinic.staff.permissions import Permission
from clinic.staff.services.practice import FIELDS, set_scope_rule
from clinic.ui.acts import form_act


@allow(Permission.STAFF_VIEW, Permission.STAFF_MANAGE, Permission.SCOPE_EDIT)
@require_GET
def scope_rules(request: HttpRequest) -> HttpResponse:
    """Every rule in force or to come; `?past=1` adds the versions that ended."""
    with_past = request.GET.get("past") == "1"
    context = {
        "rules": queries.scope_rules(today(clinic_zone()), with_past=with_past),
        "with_past": with_past,
        "may_edit": request.actor.can(Permission.SCOPE_EDIT),
    }
    return render(request, "staff/scope/list.html", context)


@allow(Permission.SCOPE_EDIT)
@require_http_methods(["GET", "POST"])
def scope_rule_set(request: HttpRequest) -> HttpResponse:
    """A new rule, or with `?rule=` a new version of one: its values are filled in."""
    known = request.GET.get("rule")
    initial = {}
    if known:
        row = queries.scope_rule(known)
        if row is None:
            raise Http404
        initial = {name: getattr(row, name) for name in ("task", "credential", "state", *FIELDS)}
    form = ScopeRuleForm(request.POST or None, initial=initial)
    back = reverse("staff:scope-rules")
    context = {
        "title": "Change a rule of practice" if known else "Add a rule of practice",
        "intro": "The version that holds now ends the day before. A state's own row wins over the general one.",
        "submit_label": "Save",
        "cancel_url": back,
    }
    return form_act(
        request, form, verb="scope-rule.set", do=lambda data: str(set_scope_rule(by=request.actor, **data).pk),
        to=back, message="Saved.", context=context,
    )  # fmt: skip
