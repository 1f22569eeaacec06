"""Statements: who is due one, the pile to mail, and what went out."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.printing.statements import statements_pdf
from billing.queries import statements as queries
from billing.queries.money_policy import money_policy
from billing.queries.statement_items import visit_items
from billing.queries.visits import patient_or_404
from billing.rules.statements import amount_due
from clinic import audit
from clinic.core import time
from clinic.core.errors import ClinicError, NotFound
from clinic.core.profile import clinic_zone
from clinic.files.services import read_file
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.paging import page_of
from clinic.ui.responses import refused, saved

REFRESH = ("statements", "ledger")


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _chosen(request, name: str) -> list[UUID]:
    """What the page showed and the reader ticked: what was added since is no part of it."""
    found = []
    for raw in request.POST.getlist(name)[: queries.SHOWN]:
        try:
            found.append(UUID(raw))
        except ValueError:
            continue
    return found


@require_GET
@allow(Permission.CHARGE_APPROVE)
def board(request):
    """One of three lists: due, to mail, sent."""
    view = request.GET.get("view", "due")
    view = view if view in queries.VIEWS else "due"
    today = time.today(clinic_zone())
    context = {"view": view, "policy": money_policy(today)}
    if view == "due":
        rows = queries.due_statements(today)
        context |= {
            "due": rows,
            "money": sum((row.amount for row in rows), 0),
            "left": queries.left_out(today),
        }
        seen = [row.patient.pk for row in rows]
    else:
        page = page_of(request, queries.unsent() if view == "pile" else queries.sent())
        context["page"] = page
        seen = [row.patient_id for row in page]
    audit.looked_many(request, seen, page="statements")
    return render(request, "billing/statement/list.html", context)


@require_POST
@allow(Permission.CHARGE_APPROVE)
def make(request):
    """Make the statements of the patients that are ticked."""
    wanted = set(_chosen(request, "patient"))
    due = [row.patient for row in queries.due_statements() if row.patient.pk in wanted]
    made = services.make_statements(by=request.actor, patients=due)
    to = f"{reverse('billing:statements')}?view=pile"
    return saved(request, _said(len(made), "made. They wait to be mailed."), to=to, refresh=REFRESH)


@require_POST
@allow(Permission.CHARGE_APPROVE)
def make_one(request, pk):
    """Make one patient's statement, from the ledger."""
    patient, to = patient_or_404(pk), reverse("billing:ledger", args=[pk])
    try:
        services.make_statement(by=request.actor, patient=patient)
    except ClinicError as error:
        return refused(request, error, to=to)
    return saved(request, "Statement made. It waits in the pile to be mailed.", to=to, refresh=REFRESH)


@require_GET
@allow(Permission.LEDGER_VIEW)
def preview(request, pk):
    """What a statement of now would say, as PDF. Nothing is kept."""
    patient, today = patient_or_404(pk), time.today(clinic_zone())
    items = visit_items([pk], today)[pk]
    if amount_due(items) <= 0:
        raise NotFound("There is nothing to ask for.")
    audit.looked(request, patient, page="statement preview")
    content = queries.statement_content(patient, items, today, notice=queries.notice_of(pk))
    return _pdf(statements_pdf([content]), "preview")


@require_GET
@allow(Permission.LEDGER_VIEW)
def paper(request, pk):
    """A statement as it was made."""
    row = queries.statement_or_404(pk)
    audit.looked(request, row.patient_id, page="statement")
    return _pdf(read_file(row.file), "statement")


@require_GET
@allow(Permission.CHARGE_APPROVE)
def pile(request):
    """The statements of one page of the pile in one PDF."""
    page = page_of(request, queries.unsent())
    if not page.rows:
        raise NotFound("No statement waits to be mailed.")
    audit.looked_many(request, [row.patient_id for row in page], page="statements printed")
    return _pdf(statements_pdf([row.content for row in page]), "statements")


@require_POST
@allow(Permission.CHARGE_APPROVE)
def mark_sent(request):
    """The pile that the page showed was mailed."""
    rows = queries.chosen_statements(_chosen(request, "statement"))
    done = services.mark_statements_sent(by=request.actor, statements=rows)
    to = f"{reverse('billing:statements')}?view=pile"
    return saved(request, _said(done, "noted as mailed."), to=to, refresh=REFRESH)


@require_POST
@allow(Permission.CHARGE_APPROVE)
def hand_over(request, pk):
    """A statement was handed to the patient."""
    row = queries.statement_or_404(pk)
    services.mark_statements_sent(by=request.actor, statements=[row], way="hand")
    to = reverse("billing:ledger", args=[row.patient_id])
    return saved(request, "Noted as handed over.", to=to, refresh=REFRESH)


def _said(many: int, what: str) -> str:
    return f"{many} statement{'' if many == 1 else 's'} {what}"
