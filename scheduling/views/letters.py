"""Letters on paper: one as a page or a PDF, a pile as one PDF, and the button that says that they were posted."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic import audit
from clinic.core.errors import ClinicError, NotFound
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.paging import PAGE_SIZE, page_of
from clinic.ui.responses import refused, saved
from scheduling.models import FollowUp, MissedVisit
from scheduling.queries import letters as queries
from scheduling.queries.missed import missed_visits
from scheduling.rules.letter_paper import Paper, letter_pdf
from scheduling.services import letters as services
from scheduling.views._common import here

AFTER_MISSED, AFTER_CALL = ("missed", "inbox"), ("follow-ups", "inbox", "inbox.mine")


def _pdf(papers: Iterable[Paper]) -> HttpResponse:
    papers = list(papers)
    if not papers:
        raise NotFound("No letter is due.")
    response = HttpResponse(letter_pdf(papers), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="letters.pdf"'
    return response


def _chosen(request: HttpRequest) -> list[UUID]:
    """The letters that the page showed: what was added since is no part of the pile."""
    found = []
    for raw in request.POST.getlist("letter")[:PAGE_SIZE]:
        try:
            found.append(UUID(raw))
        except ValueError:
            continue
    return found


def _missed(pk: UUID) -> MissedVisit:
    rows = MissedVisit.objects.select_related("patient", "appointment__location", "appointment__visit_type")
    return get_object_or_404(rows, pk=pk)


@allow(P.APPOINTMENT_BOOK)
@require_GET
def missed_letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter, ready to print. Printing it changes nothing: sending is said by a button."""
    row = _missed(pk)
    letter = queries.missed_letter(row, today(clinic_zone()))
    if letter is None:
        raise NotFound("No letter follows from this visit.")
    audit.looked(request, row.patient_id, "letter printed")
    return render(request, "scheduling/missed/letter.html", {"letter": letter, "row": row})


@allow(P.APPOINTMENT_BOOK)
@require_GET
def missed_letter_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same letter as a PDF."""
    row = _missed(pk)
    audit.looked(request, row.patient_id, "letter printed")
    return _pdf(queries.missed_papers([row], today(clinic_zone())))


@allow(P.APPOINTMENT_BOOK)
@require_GET
def missed_letters_pdf(request: HttpRequest) -> HttpResponse:
    """Every letter of one page of the list, in one PDF."""
    location, _ = here(request)
    page = page_of(request, missed_visits(location, "letters"))
    audit.looked_many(request, [row.patient_id for row in page], "letters printed")
    return _pdf(queries.missed_papers(page, today(clinic_zone())))


@require_POST
@allow(P.APPOINTMENT_BOOK)
def missed_letter_sent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter was posted."""
    try:
        services.mark_letter_sent(by=request.actor, missed=_missed(pk))
    except ClinicError as error:
        return refused(request, error, to="scheduling:missed", refresh=AFTER_MISSED)
    to = f"{reverse('scheduling:missed')}?view=letters"
    return saved(request, "Letter marked as sent.", to=to, refresh=AFTER_MISSED)


@require_POST
@allow(P.APPOINTMENT_BOOK)
def missed_letters_sent(request: HttpRequest) -> HttpResponse:
    """The pile of the page was posted."""
    rows = list(MissedVisit.objects.filter(pk__in=_chosen(request)))
    audit.looked_many(request, [row.patient_id for row in rows], "letters sent")
    done = services.mark_letters_sent(by=request.actor, rows=rows)
    to = f"{reverse('scheduling:missed')}?view=letters"
    return saved(request, _said(done, "marked as sent"), to=to, refresh=AFTER_MISSED)


@allow(P.FOLLOW_UP_WORK)
@require_http_methods(["GET", "POST"])
def follow_up_letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter, made for paper; its button notes that it was mailed."""
    row = get_object_or_404(FollowUp.objects.select_related("patient", "appointment"), pk=pk)
    if request.method == "POST":
        try:
            services.send_follow_up_letter(by=request.actor, follow_up=row)
        except ClinicError as error:
            return refused(request, error, to=reverse("scheduling:follow-up", args=[pk]))
        return saved(
            request, "Noted as mailed. The provider decides next.", to=reverse("scheduling:follow-ups")
        )
    audit.looked(request, row.patient_id, "print")
    context = {
        "row": row,
        "letter": queries.follow_up_letter(row, today(clinic_zone())),
        "is_certified": services.is_certified(row),
    }
    return render(request, "scheduling/follow_up/letter.html", context)


@allow(P.FOLLOW_UP_WORK)
@require_GET
def follow_up_letter_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same letter as a PDF."""
    row = get_object_or_404(FollowUp.objects.select_related("patient", "appointment"), pk=pk)
    row.is_certified = services.is_certified(row)
    audit.looked(request, row.patient_id, "print")
    return _pdf(queries.follow_up_papers([row], today(clinic_zone())))


@allow(P.FOLLOW_UP_WORK)
@require_GET
def follow_up_letters_pdf(request: HttpRequest) -> HttpResponse:
    """Every letter of one page of the list, in one PDF."""
    page = page_of(request, queries.follow_up_letters_due())
    audit.looked_many(request, [row.patient_id for row in page], "print")
    return _pdf(queries.follow_up_papers(page, today(clinic_zone())))


@require_POST
@allow(P.FOLLOW_UP_WORK)
def follow_up_letters_sent(request: HttpRequest) -> HttpResponse:
    """The pile of the page was mailed; each goes on to its provider."""
    rows = list(FollowUp.objects.filter(pk__in=_chosen(request)))
    audit.looked_many(request, [row.patient_id for row in rows], "letters sent")
    done = services.send_follow_up_letters(by=request.actor, rows=rows)
    to = f"{reverse('scheduling:follow-ups')}?view=letters"
    return saved(request, _said(done, "noted as mailed"), to=to, refresh=AFTER_CALL)


def _said(done: int, what: str) -> str:
    return f"{done} letter{'' if done == 1 else 's'} {what}."
