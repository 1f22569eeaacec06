"""The list of follow-up calls, the page of one call, and what the provider decides."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit
from clinic.core.errors import ClinicError
from clinic.core.time import now
from clinic.staff.access import allow, passive
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from clinic.ui.responses import fragment, is_htmx, refused, saved
from scheduling.forms.follow_ups import DecideFollowUpForm, FollowUpCallForm, ReleaseWordsForm
from scheduling.models import FollowUp
from scheduling.queries import follow_ups as queries
from scheduling.rules.follow_ups import Attempt, State
from scheduling.services.follow_up_calls import alert_provider_now, record_follow_up_call
from scheduling.services.follow_ups import decide_follow_up, release_words

REFRESH = ("follow-ups", "follow-ups.patient", "follow-ups.checkout", "inbox", "inbox.mine", "inbox.patient")


@allow(P.FOLLOW_UP_WORK)
@require_GET
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Whom to call now, later, what waits for the provider or a letter, and what is closed."""
    view = request.GET.get("view", "now")
    view = view if view in queries.VIEWS else "now"
    page = page_of(request, queries.follow_ups_in(view))
    shown = queries.lines(page.rows)
    audit.looked_many(request, [line.patient_id for line in shown], "follow-up calls")
    counts = queries.load()
    context = {
        "view": view,
        "views": [
            (key, words, f"{reverse('scheduling:follow-ups')}?view={key}", _count(counts, key))
            for key, words in queries.VIEWS.items()
        ],
        "page": page,
        "lines": shown,
    }
    return render(request, "scheduling/follow_up/list.html", context)


def _count(counts: queries.Load, view: str) -> int:
    return {"now": counts.to_call, "provider": counts.provider, "letters": counts.letters}.get(view, 0)


@allow(P.FOLLOW_UP_WORK)
@require_GET
def follow_ups_home(request: HttpRequest) -> HttpResponse:
    """The panel on the home page: how many wait, and the first ones."""
    shown = queries.lines(queries.follow_ups_in("now")[:5])
    audit.looked_many(request, [line.patient_id for line in shown], "home")
    return fragment(request, "scheduling/follow_up/home.html", {"lines": shown, "load": queries.load()})


@allow(P.FOLLOW_UP_WORK)
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One follow-up: the script with its answers while it is to be called, and everything that was tried."""
    page = queries.call_page(pk)
    if page is None:
        raise Http404
    audit.looked(request, page.row.patient_id, "follow-up call")
    context = {
        "page": page,
        "patient": page.row.patient,
        "opening": queries.spoken_words(page.script.opening, page.row, request.actor.label),
        "closing": queries.spoken_words(page.script.closing, page.row, request.actor.label),
    }
    if not page.is_callable and request.method != "POST":
        return render(request, "scheduling/follow_up/page.html", context)
    form = FollowUpCallForm(request.POST or None, page=page, initial={"started_at": now().isoformat()})

    def do(_) -> str:
        return str(record_follow_up_call(by=request.actor, follow_up=page.row, told=form.told()).pk)

    return form_act(
        request,
        form,
        verb=f"follow_up.call:{pk}",
        do=do,
        to=_after,
        message=_said,
        template="scheduling/follow_up/page.html",
        context=context,
    )


def _after(attempt_pk: str) -> str:
    attempt = queries.attempt_on_file(attempt_pk)
    if attempt.outcome == Attempt.RED_FLAG:
        return reverse("scheduling:follow-up", args=[attempt.follow_up_id])
    return reverse("scheduling:follow-ups")


def _said(attempt_pk: str) -> str:
    row = queries.attempt_on_file(attempt_pk)
    after = {
        State.CLOSED: "It is closed.",
        State.PROVIDER: "The provider has it now.",
        State.LETTER: "A letter is due.",
        State.QUEUE: "It comes up again another day.",
    }
    return f"{row.get_outcome_display()}. {after[State(row.follow_up.state)]}"


@allow(P.FOLLOW_UP_WORK)
@require_POST
def follow_up_alert(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Alerts the providers while the patient is on the line."""
    row = get_object_or_404(FollowUp, pk=pk)
    try:
        alert_provider_now(by=request.actor, follow_up=row)
    except ClinicError as error:
        return refused(request, error, to=reverse("scheduling:follow-up", args=[pk]))
    if not is_htmx(request):
        return saved(request, "The providers are alerted.", to=reverse("scheduling:follow-up", args=[pk]))
    return _alert_state(request, row)


@allow(P.FOLLOW_UP_WORK)
@passive
@require_GET
def follow_up_alert_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether a provider has seen the red flag, and what they do."""
    return _alert_state(request, get_object_or_404(FollowUp, pk=pk))


def _alert_state(request: HttpRequest, row: FollowUp) -> HttpResponse:
    context = {"row": row, "alerts": queries.alerts_of(row)}
    return fragment(request, "scheduling/follow_up/_alert_state.html", context)


@allow(P.FOLLOW_UP_DECIDE)
@require_http_methods(["GET", "POST"])
def follow_up_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The provider: call again with these words, a certified letter, or an end with its reason."""
    row = get_object_or_404(FollowUp.objects.select_related("patient"), pk=pk)
    audit.looked(request, row.patient_id, "follow-up call")
    form = DecideFollowUpForm(request.POST or None)
    return form_act(
        request,
        form,
        verb=f"follow_up.decide:{pk}",
        do=lambda values: str(decide_follow_up(by=request.actor, follow_up=row, **values).pk),
        to=reverse("scheduling:follow-up", args=[pk]),
        message="Decided.",
        context={
            "title": "What is to be done?",
            "intro": f"{row.patient.name}: {row.reason}",
            "submit_label": "Decide",
            "cancel_url": reverse("scheduling:follow-up", args=[pk]),
        },
    )


@allow(P.FOLLOW_UP_DECIDE)
@require_http_methods(["GET", "POST"])
def follow_up_release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Words that staff may read to the patient: a result, or an answer."""
    row = get_object_or_404(FollowUp.objects.select_related("patient"), pk=pk)
    audit.looked(request, row.patient_id, "follow-up call")
    return form_act(
        request,
        ReleaseWordsForm(request.POST or None),
        verb=f"follow_up.release:{pk}",
        do=lambda values: str(release_words(by=request.actor, follow_up=row, **values).pk),
        to=reverse("scheduling:follow-up", args=[pk]),
        message="Released.",
        context={
            "title": "Words to tell",
            "intro": f"{row.patient.name}: {row.reason}",
            "submit_label": "Release",
            "cancel_url": reverse("scheduling:follow-up", args=[pk]),
        },
    )
