"""Appeal letters: made from words that a biller has read, and kept as they were made."""

from django.core.files.base import ContentFile

from billing.models import AppealLetter, Denial
from billing.queries.appeals import appeal_paper
from billing.rules.cards import holds_card_number
from billing.rules.file_kinds import APPEAL
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.profile import clinic_zone
from clinic.files.services import store_file
from scheduling.rules.letter_paper import letter_pdf

from .adjusting import CARD_WORDS


@service
def make_appeal(*, by, denial: Denial, body: str) -> AppealLetter:
    """Make the letter that appeals a denial, as PDF, and say on the denial that it is appealed. Audited as appeal.made.

    Refuses a denial that is done, an empty letter and a card number in it.
    """
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise Refused("Write the letter.", field="body")
    if holds_card_number(body):
        raise Refused(CARD_WORDS, field="body")
    locked = Denial.objects.select_for_update(of=("self",)).get(pk=denial.pk)
    if locked.state == Denial.State.DONE:
        raise Refused("This denial is done.")
    paper = appeal_paper(denial, body, time.today(clinic_zone()))
    file = store_file(
        by=by,
        upload=ContentFile(letter_pdf([paper]), name="appeal.pdf"),
        owner_kind=APPEAL,
        owner_id=str(denial.patient_id),
        kinds=("pdf",),
    )
    row = AppealLetter.objects.create(
        denial=locked,
        body=body,
        file=file,
        made_at=time.now(),
        made_by_id=by.member_id,
        made_by_label=by.label[:120],
    )
    locked.action = Denial.Action.APPEAL
    locked.version += 1
    locked.save()
    record(by, "appeal.made", obj=row, patient=denial.patient_id, denial=str(denial.pk))
    return row
