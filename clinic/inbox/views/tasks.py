"""One task with its trail, and giving it on."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic import audit
from clinic.inbox import services
from clinic.inbox.forms import GiveTaskForm, NoteTaskForm, ToWhomField
from clinic.inbox.models import Task
from clinic.inbox.views.inbox import REFRESH
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@allow(Permission.INBOX_VIEW)
@require_GET
def task_detail(request, pk):
    """A task: what, for whom, until when, and everything that was done about it."""
    task = get_object_or_404(Task.objects.select_related("patient", "owner", "opened_by"), pk=pk)
    if task.patient_id:
        audit.looked(request, task.patient_id, page="task")
    trail = list(task.trail.select_related("by"))
    return render(request, "inbox/task.html", {"task": task, "trail": trail})


@allow(Permission.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def task_give(request, pk):
    """Give a task to somebody else."""
    task = get_object_or_404(Task, pk=pk)

    def do(values):
        whom = ToWhomField.split(values.pop("to_whom"))
        return str(services.give_task(by=request.actor, task=task, **values, **whom).pk)

    return _act(
        request, task, GiveTaskForm(request.POST or None), "task.give", do, "Given on.", "Give the task on"
    )


@allow(Permission.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def task_note(request, pk):
    """Add a note to a task's trail."""
    task = get_object_or_404(Task, pk=pk)

    def do(values):
        return str(services.note_task(by=request.actor, task=task, **values).pk)

    return _act(request, task, NoteTaskForm(request.POST or None), "task.note", do, "Noted.", "Add a note")


def _act(request, task, form, verb, do, message, title):
    return form_act(
        request,
        form,
        verb=f"{verb}:{task.pk}",
        do=do,
        to=reverse("inbox:task", args=[task.pk]),
        message=message,
        refresh=REFRESH,
        context={
            "title": title,
            "intro": task.title,
            "submit_label": "Save",
            "cancel_url": reverse("inbox:task", args=[task.pk]),
        },
    )
