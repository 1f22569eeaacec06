"""Editing follow-up calls: rules, scripts, the letter. Each change is a new version from a day on."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic.messaging.queries.attention import attention
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from scheduling.forms.follow_ups import FollowUpLetterForm, FollowUpRuleForm, FollowUpScriptForm
from scheduling.models import FollowUpLetter, FollowUpRule, FollowUpScript
from scheduling.queries.follow_up_setup import newest_letters, newest_scripts, rules_with_procedures
from scheduling.services.follow_up_setup import (
    save_follow_up_letter,
    save_follow_up_rule,
    save_follow_up_script,
)

RULE_FIELDS = (
    "name", "visit_type", "procedure_codes", "opens_hours", "closes_hours", "pool", "max_attempts", "is_automated",
    "is_active",
)  # fmt: skip
SCRIPT_FIELDS = ("name", "opening", "closing", "pain_concern_from", "pain_red_from")


@allow(P.MESSAGE_POLICY_EDIT)
@require_GET
def follow_up_rules(request: HttpRequest) -> HttpResponse:
    """When a follow-up is due, what is asked, and what the letter says."""
    context = {
        "rules": rules_with_procedures(),
        "scripts": newest_scripts(),
        "letters": newest_letters(),
        "attention": attention(),
    }
    return render(request, "scheduling/follow_up/rules.html", context)


@allow(P.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def follow_up_rule_edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Add a rule, or set one anew from a day on."""
    rule = get_object_or_404(FollowUpRule, pk=pk) if pk else None
    initial = {name: getattr(rule, name) for name in RULE_FIELDS} if rule else {}
    return _act(
        request,
        FollowUpRuleForm(request.POST or None, initial=initial),
        f"follow_up_rule.save:{pk}",
        lambda values: str(save_follow_up_rule(by=request.actor, rule=rule, **values).pk),
        "Follow-up rule",
    )


@allow(P.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def follow_up_script_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Word a script anew from a day on."""
    script = get_object_or_404(FollowUpScript, pk=pk)
    initial = {name: getattr(script, name) for name in SCRIPT_FIELDS} | script.questions
    form = FollowUpScriptForm(request.POST or None, initial=initial)
    return _act(
        request,
        form,
        f"follow_up_script.save:{pk}",
        lambda _: str(save_follow_up_script(by=request.actor, script=script, **form.values()).pk),
        "What is asked",
    )


@allow(P.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def follow_up_letter_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Word the letter in one language anew from a day on."""
    letter = get_object_or_404(FollowUpLetter, pk=pk)
    return _act(
        request,
        FollowUpLetterForm(request.POST or None, initial={"heading": letter.heading, "body": letter.body}),
        f"follow_up_letter.save:{pk}",
        lambda values: str(save_follow_up_letter(by=request.actor, language=letter.language, **values).pk),
        "The letter",
    )


def _act(request: HttpRequest, form, verb: str, do, title: str) -> HttpResponse:
    return form_act(
        request,
        form,
        verb=verb,
        do=do,
        to="scheduling:follow-up-rules",
        message="Saved.",
        refresh=("follow-up-rules",),
        context={
            "title": title,
            "submit_label": "Save",
            "cancel_url": reverse("scheduling:follow-up-rules"),
        },
    )
