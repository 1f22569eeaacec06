"""The inbox: tasks, alerts, calls."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit
from clinic.inbox import services
from clinic.inbox.forms import AcknowledgeAlertForm, AddTaskForm, CompleteTaskForm, ToWhomField
from clinic.inbox.models import Alert, Task
from clinic.inbox.queries import work
from clinic.inbox.queries.calls import calls, calls_of
from clinic.inbox.views._shared import patient_or_404, press
from clinic.messaging.queries.attention import attention
from clinic.staff.access import allow, passive
from clinic.staff.permissions import Permission
from clinic.staff.roles import Role
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of

VIEWS = {"mine": "For me", "all": "Everybody's", "done": "Done", "calls": "Calls"}
REFRESH = ("inbox", "inbox.mine", "inbox.patient", "oversight")
OVERSIGHT = Role.PRIVACY.value


@allow(Permission.INBOX_VIEW)
@require_GET
def inbox_list(request):
    """Tasks and alerts for the member, or everybody's, or the calls."""
    view = request.GET.get("view", "mine")
    view = view if view in VIEWS else "mine"
    rows = calls() if view == "calls" else work.tasks_for(request.user, view)
    page = page_of(request, rows)
    alerts = (
        list(work.open_alerts(request.user if view == "mine" else None)[:50])
        if view in ("mine", "all")
        else []
    )
    audit.looked_many(
        request, [row.patient_id for row in [*page.rows, *alerts] if row.patient_id], page="inbox"
    )
    context = {
        "view": view,
        "views": [(key, words, f"{reverse('inbox:list')}?view={key}") for key, words in VIEWS.items()],
        "page": page,
        "alerts": alerts,
        "attention": attention() if request.actor.can(Permission.MESSAGE_VIEW) else None,
    }
    return render(request, "inbox/list.html", context)


@allow(Permission.INBOX_VIEW)
@passive
@require_GET
def inbox_badge(request):
    """How much waits for the member, for the top bar."""
    return render(request, "inbox/_badge.html", {"load": work.load_of(request.user)})


@allow(Permission.INBOX_VIEW)
@require_GET
def inbox_home(request):
    """The panel on the member's home page."""
    alerts = list(work.open_alerts(request.user)[:5])
    tasks = list(work.tasks_for(request.user, "mine")[:6])
    audit.looked_many(request, [row.patient_id for row in [*alerts, *tasks] if row.patient_id], page="home")
    return render(
        request, "inbox/home.html", {"alerts": alerts, "tasks": tasks, "load": work.load_of(request.user)}
    )


@allow(Permission.INBOX_VIEW)
@require_GET
def inbox_patient(request, pk):
    """The panel on a patient's page: open tasks and alerts, last calls."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="tasks and calls")
    context = {
        "patient": patient,
        "tasks": work.tasks_of(patient.pk),
        "alerts": work.alerts_of(patient.pk),
        "calls": calls_of(patient.pk),
    }
    return render(request, "inbox/patient.html", context)


@allow(Permission.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def task_add(request, patient_pk=None):
    """Add a task, about a patient or not."""
    patient = patient_or_404(patient_pk) if patient_pk else None
    form = AddTaskForm(request.POST or None, about=patient)

    def do(values):
        whom = ToWhomField.split(values.pop("to_whom"))
        return str(services.add_task(by=request.actor, **values, **whom).pk)

    return form_act(
        request,
        form,
        verb="task.add",
        do=do,
        to="inbox:list",
        message="Task added.",
        refresh=REFRESH,
        context={
            "title": "New task",
            "intro": f"About {patient.name}, MRN {patient.mrn}" if patient else "",
            "submit_label": "Add task",
            "cancel_url": reverse("inbox:list"),
        },
    )


@allow(Permission.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def task_complete(request, pk):
    """Close a task, with a word on how it ended."""
    task = get_object_or_404(Task, pk=pk)
    form = CompleteTaskForm(request.POST or None)
    return form_act(
        request,
        form,
        verb=f"task.done:{pk}",
        do=lambda values: str(services.complete_task(by=request.actor, task=task, **values).pk),
        to="inbox:list",
        message="Done.",
        refresh=REFRESH,
        context={
            "title": "Done?",
            "intro": task.title,
            "submit_label": "Done",
            "cancel_url": reverse("inbox:list"),
        },
    )


@allow(Permission.INBOX_WORK)
@require_POST
def task_take(request, pk):
    """Make a task of the pool one's own."""
    task = get_object_or_404(Task, pk=pk)
    return press(
        request,
        lambda: services.take_task(by=request.actor, task=task),
        message="It is yours.",
        to="inbox:list",
        refresh=REFRESH,
    )


@allow(Permission.INBOX_WORK, Permission.FLAG_ACKNOWLEDGE)
@require_http_methods(["GET", "POST"])
def alert_acknowledge(request, pk):
    """Say that an alert was seen, and what was done."""
    return _acknowledge(
        request, get_object_or_404(Alert.objects.exclude(pool=OVERSIGHT), pk=pk), "inbox:list"
    )


@allow(Permission.AUDIT_VIEW)
@require_http_methods(["GET", "POST"])
def alert_review(request, pk):
    """The same for what only the privacy officer and the administrator see."""
    return _acknowledge(request, get_object_or_404(Alert, pool=OVERSIGHT, pk=pk), "desk:home")


def _acknowledge(request, alert, to):
    form = AcknowledgeAlertForm(request.POST or None)
    return form_act(
        request,
        form,
        verb=f"alert.acknowledge:{alert.pk}",
        do=lambda values: str(services.acknowledge_alert(by=request.actor, alert=alert, **values).pk),
        to=to,
        message="Acknowledged.",
        refresh=REFRESH,
        context={
            "title": "Acknowledge",
            "intro": alert.text,
            "submit_label": "Acknowledge",
            "cancel_url": reverse(to),
        },
    )
