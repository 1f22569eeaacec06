"""Writing down how patients prepare, and opening it to who knows the birth date."""

import hmac
from datetime import date

from clinic import audit
from clinic.core import rates
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from clinic.core.tasks import enqueue
from clinic.core.time import today
from scheduling.models import Preparation, VisitType
from scheduling.queries.preparation import LANGUAGES

# Whoever guesses at a birth date behind one link has five tries a day; then the page says to call.
TRIES_PER_LINK, SECONDS = 5, 24 * 3600


@service
def save_preparation(
    *, by, visit_type: VisitType, language: str, body: str, effective_from: date | None = None
) -> Preparation:
    """Sets the instructions for a kind of visit in one language from a local day on (today without one); an empty
    text ends them.

    Each change is a new row. Links already sent show what is in force when they are opened. Missing messages are
    planned by the sweep, which is woken. Audited as `preparation.saved`. Refuses a day in the past, another
    language than English or Spanish, and a text that is the same as before.
    """
    first_day = effective_from or today(clinic_zone())
    if first_day < today(clinic_zone()):
        raise Refused("A change can't begin in the past.", field="effective_from")
    if language not in LANGUAGES:
        raise Refused("Choose English or Spanish.", field="language")
    lock_keys(f"preparation:{visit_type.pk}:{language}")
    text = body.replace("\r\n", "\n").strip()
    rows = Preparation.objects.filter(visit_type=visit_type, language=language, effective_from__lte=first_day)
    newest = rows.order_by("-effective_from", "-created_at", "-pk").first()
    if text == (newest.body if newest else ""):
        raise Refused("That is what it says already.", field="body")
    row = Preparation.objects.create(
        visit_type=visit_type,
        language=language,
        body=text,
        effective_from=first_day,
        set_by_id=by.member_id,
    )
    audit.record(
        by,
        "preparation.saved",
        obj=row,
        visit_type=visit_type.code,
        language=language,
        first_day=str(first_day),
    )
    enqueue("scheduling.plan_reminders")
    return row


def open_preparation(*, by, link, birth_date: date | None) -> None:
    """Lets the reader of a link see the instructions: the birth date has to be the patient's. Counts every try.

    Audited as `preparation.opened` or `preparation.refused`. Refuses a wrong date, and every date after five tries
    in a day, in the same words, so that tries teach nothing.
    """
    patient = link.appointment.patient
    may_try = rates.allow(f"preparation:{link.message.pk}", limit=TRIES_PER_LINK, seconds=SECONDS)
    typed = birth_date.isoformat() if birth_date else ""
    if may_try and hmac.compare_digest(typed, patient.birth_date.isoformat()):
        audit.record(by, "preparation.opened", obj=link.appointment, patient=patient)
        return
    audit.record(by, "preparation.refused", obj=link.appointment, patient=patient)
    raise Refused("That does not match.", field="birth_date")
