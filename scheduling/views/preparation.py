"""How patients prepare for a visit: the editor of the instructions, and the preview of a visit's messages."""

from datetime import datetime, time, timedelta

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic.core.profile import clinic_zone
from clinic.core.time import today, zone
from clinic.messaging.queries.attention import attention
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from scheduling.forms.reminders import CadencePreviewForm, PreparationForm
from scheduling.models import VisitType
from scheduling.queries.cadence_preview import cadence
from scheduling.queries.preparation import (
    LANGUAGES,
    preparation_history,
    preparation_in,
    preparation_rows,
)
from scheduling.services.preparation import save_preparation

# Further off nothing is booked; the example then stands at its usual time.
A_LONG_WAY_OFF = timedelta(days=3 * 365)


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_GET
def preparation_list(request):
    """What patients are told for each kind of visit, in each language."""
    context = {"rows": preparation_rows(), "languages": LANGUAGES, "attention": attention()}
    return render(request, "scheduling/messages/preparation.html", context)


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_http_methods(["GET", "POST"])
def preparation_edit(request, pk, language):
    """Write the instructions of one kind of visit in one language, from a day on."""
    if language not in LANGUAGES:
        raise Http404
    visit_type = get_object_or_404(VisitType, pk=pk)
    current = preparation_in(visit_type.pk, language)

    def do(values):
        return str(save_preparation(by=request.actor, visit_type=visit_type, language=language, **values).pk)

    return form_act(
        request,
        PreparationForm(request.POST or None, initial={"body": current.body if current else ""}),
        verb=f"preparation.save:{pk}:{language}",
        do=do,
        to="scheduling:preparation",
        message="Saved. Links that patients have show it from its first day on.",
        refresh=("preparation",),
        template="scheduling/messages/preparation_edit.html",
        context=lambda: {
            "visit_type": visit_type,
            "language": language,
            "language_words": LANGUAGES[language],
            "history": preparation_history(visit_type, language),
            "cancel_url": reverse("scheduling:preparation"),
        },
    )


@allow(Permission.MESSAGE_POLICY_EDIT)
@require_GET
def cadence_preview(request):
    """What a made-up patient would get before a visit, and when."""
    day = today(clinic_zone()) + timedelta(days=8)
    usual = datetime.combine(day, time(9, 30), tzinfo=zone(clinic_zone()))
    form = CadencePreviewForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    starts = asked.get("starts")
    if starts is None or abs(starts - usual) > A_LONG_WAY_OFF:
        starts = usual
    shown = {
        "visit_type": asked["visit_type"].pk if asked.get("visit_type") else "",
        "language": asked.get("language") or "en",
        "channel": asked.get("channel") or "sms",
        "starts": starts.astimezone(zone(clinic_zone())),
    }
    context = {
        "form": CadencePreviewForm(initial=shown),
        "cadence": cadence(
            visit_type_id=shown["visit_type"] or None,
            language=shown["language"],
            channel=shown["channel"],
            starts_at=starts,
        ),
        "language": shown["language"],
        "attention": attention(),
    }
    return render(request, "scheduling/messages/cadence.html", context)
