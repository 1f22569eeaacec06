"""Editing what messages say and when they may leave."""

from copy import copy

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.inbox.forms import SendSettingsForm, TemplateForm
from clinic.messaging.models import MessageTemplate
from clinic.messaging.models.choices import Channel
from clinic.messaging.queries.attention import attention
from clinic.messaging.queries.hold import current_hold
from clinic.messaging.queries.policy import (
    newest_version,
    send_settings,
    siblings_of,
    templates_ahead,
    templates_in_force,
    versions_of,
)
from clinic.messaging.queries.preview import preview_of, preview_with_names
from clinic.messaging.services import policy
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import fragment


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_GET
def template_list(request):
    """Every wording in force, each with what the linter says about it."""
    rows = [(row, preview_of(row)) for row in templates_in_force()]
    rules = send_settings()
    words = ", ".join(str(Channel(channel).label) for channel in rules.consent_channels)
    context = {
        "rows": rows,
        "ahead": templates_ahead(),
        "rules": rules,
        "consent_words": words,
        "hold": current_hold(),
        "attention": attention(),
    }
    return render(request, "messaging/templates.html", context)


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def template_edit(request, pk):
    """Write a new version of one wording; its history and its other languages and channels stand beside it."""
    row = get_object_or_404(MessageTemplate, pk=pk)
    form = TemplateForm(
        request.POST or None, initial={"body": row.body, "heading": row.heading}, channel=row.channel
    )
    return form_act(
        request,
        form,
        verb=f"wording.save:{pk}",
        do=lambda values: str(policy.save_template(by=request.actor, template=row, **values).pk),
        to="messaging:templates",
        message="New wording saved. Messages already planned keep theirs.",
        template="messaging/template_edit.html",
        context=lambda: {
            "row": row,
            "preview": preview_with_names(
                row, body=form["body"].value() or "", heading=_typed(form, "heading")
            ),
            "newest": newest_version(row),
            "versions": versions_of(row),
            "siblings": [(other, preview_of(other)) for other in siblings_of(row)],
        },
    )


def _typed(form, name: str) -> str:
    return form[name].value() if name in form.fields else ""


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_POST
def template_preview(request, pk):
    """What is typed as the patient would see it, and what is wrong with it."""
    row = get_object_or_404(MessageTemplate, pk=pk)
    typed = preview_with_names(
        row, body=request.POST.get("body", "")[:4000], heading=request.POST.get("heading", "")[:120]
    )
    return fragment(request, "messaging/_preview.html", {"row": row, "preview": typed})


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def send_settings_edit(request):
    """The send window, the limits, and what needs consent."""
    row = copy(send_settings())
    form = SendSettingsForm(request.POST or None, instance=row, initial={"version": row.version})

    def do(values):
        return str(policy.save_send_settings(by=request.actor, **values).pk)

    return form_act(
        request,
        form,
        verb="send_settings.save",
        do=do,
        to="messaging:templates",
        message="Sending rules saved.",
        context={
            "title": "Sending rules",
            "submit_label": "Save",
            "cancel_url": reverse("messaging:templates"),
        },
    )
