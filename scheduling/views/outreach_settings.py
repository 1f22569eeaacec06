"""The rules and lists behind filling the day, each edited on a page of its own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from scheduling.forms.outreach import LetterForm, OutreachSettingsForm, RecallReasonForm, TriageLevelForm
from scheduling.models import LetterWording, OutreachSettings, RecallReason, TriageLevel
from scheduling.queries.outreach import filling_page
from scheduling.services import outreach_settings as services

BACK = "scheduling:filling"


def _act(request: HttpRequest, form, *, verb: str, title: str, do, intro: str = "") -> HttpResponse:
    context = {"title": title, "intro": intro, "submit_label": "Save", "cancel_url": reverse(BACK)}
    return form_act(
        request, form, verb=verb, do=do, to=BACK, message="Saved.", refresh=("filling",), context=context
    )


@allow(P.TEMPLATE_EDIT)
@require_GET
def filling(request: HttpRequest) -> HttpResponse:
    """Rules, recall reasons, triage levels and letters."""
    return render(request, "scheduling/settings/filling.html", {"page": filling_page()})


@allow(P.TEMPLATE_EDIT)
def rules_edit(request: HttpRequest) -> HttpResponse:
    """How freed time is offered, and what follows from missed visits."""
    row = OutreachSettings.objects.first()
    form = OutreachSettingsForm(request.POST or None, instance=row)

    def do(_values) -> str:
        version = form.cleaned_data.get("version")
        return str(services.save_outreach_settings(by=request.actor, version=version, **form.values()).pk)

    return _act(request, form, verb="filling.rules", title="Rules for filling the day", do=do)


@allow(P.TEMPLATE_EDIT)
def reason_edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Adds or edits a reason for recalls."""
    row = get_object_or_404(RecallReason, pk=pk) if pk else None
    form = RecallReasonForm(request.POST or None, instance=row)

    def do(_values) -> str:
        fresh = RecallReason.objects.get(pk=pk) if pk else None
        version = form.cleaned_data.get("version")
        saved = services.save_recall_reason(by=request.actor, reason=fresh, version=version, **form.values())
        return str(saved.pk)

    title = f"Edit “{row.name}”" if row else "Add a reason"
    return _act(request, form, verb=f"recall_reason:{pk}", title=title, do=do)


@allow(P.TEMPLATE_EDIT)
def level_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Edits a level of triage."""
    row = get_object_or_404(TriageLevel, pk=pk)
    form = TriageLevelForm(request.POST or None, instance=row)

    def do(_values) -> str:
        fresh = TriageLevel.objects.get(pk=pk)
        version = form.cleaned_data.get("version")
        saved = services.save_triage_level(by=request.actor, level=fresh, version=version, **form.values())
        return str(saved.pk)

    return _act(request, form, verb=f"triage_level:{pk}", title=f"Level {row.level}", do=do)


@allow(P.TEMPLATE_EDIT, P.MESSAGE_POLICY_EDIT)
def letter_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """New words for a letter: the next version."""
    row = get_object_or_404(LetterWording, pk=pk)
    form = LetterForm(request.POST or None, wording=row)

    def do(values) -> str:
        saved = services.save_letter(by=request.actor, code=row.code, language=row.language, **values)
        return str(saved.pk)

    title = f"{row.get_code_display()}, {row.get_language_display()}"
    return _act(request, form, verb=f"letter:{pk}", title=title, do=do)
