"""When patients are reminded: the policy and its editor."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic.messaging.queries.attention import attention
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from scheduling.forms.reminders import ReminderPolicyForm
from scheduling.models import ReminderPolicy
from scheduling.queries.reminder_policy import policy_history, policy_rows
from scheduling.services.reminder_policy import save_reminder_policy


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_GET
def reminder_policy(request):
    """Every reminder in force or ahead."""
    return render(
        request, "scheduling/messages/policy.html", {"rows": policy_rows(), "attention": attention()}
    )


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_GET
def reminder_policy_history(request):
    """Every reminder that was ever set, by whom and from when."""
    context = {"rows": policy_history(), "attention": attention()}
    return render(request, "scheduling/messages/policy_history.html", context)


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def reminder_policy_edit(request, pk=None):
    """Add a reminder, or set one anew from a day on."""
    row = get_object_or_404(ReminderPolicy, pk=pk) if pk else None
    initial = {}
    if row:
        initial = {
            name: getattr(row, name) for name in ("hours_before", "channel", "template_code", "is_active")
        }
        initial["visit_type"] = row.visit_type_id
    form = ReminderPolicyForm(request.POST or None, initial=initial)
    return form_act(
        request,
        form,
        verb="reminder_policy.save",
        do=lambda values: str(save_reminder_policy(by=request.actor, **values).pk),
        to="scheduling:reminder-policy",
        message="Reminder saved.",
        refresh=("policy",),
        context={
            "title": "Reminder",
            "submit_label": "Save",
            "cancel_url": reverse("scheduling:reminder-policy"),
        },
    )
