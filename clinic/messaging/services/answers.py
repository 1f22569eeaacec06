"""What staff write to a patient by text, within what the patient agreed to."""

from datetime import timedelta

from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.profile import clinic_zone
from clinic.core.time import now
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.queries.answers import may_answer, phone_told, wrote_at
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules import texts
from clinic.messaging.services.planning import plan_message

GOOD_FOR = timedelta(hours=24)
# Who wrote so lately is awake: the answer need not wait for the send window.
AWAKE_FOR = timedelta(hours=1)
OWN_WORDS = "own_words"


@service
def write_to_patient(
    *, by, address: str, patient=None, text: str = "", code: str = "", reply: InboundMessage | None = None
) -> Message:
    """Plans one text to a number: in own words (`text`, the practice's name is put before it) or by the wording
    `code` in the patient's language. It waits for the send window, unless the patient wrote within the last hour.

    Audited as `message.planned`. Refuses what the linter refuses (words that tell why somebody comes, more than two
    parts), a number whose owner opted out, does not work or may not be used, and one that neither agreed to texts
    nor wrote to us within the last days.
    """
    decision = may_answer(patient, address)
    if not decision.is_allowed:
        raise Refused(f"{decision.reason} Call the patient instead.", field="text")
    last = wrote_at(address)
    body = _own_words(text) if not code else ""
    return plan_message(
        by=by,
        key=f"answer:{uuid7()}",
        patient=patient,
        purpose=Purpose.ANSWER,
        channel=Channel.SMS,
        address=address,
        template_code=code or OWN_WORDS,
        variables={"clinic": practice_name(), "phone": phone_told(address)},
        planned_at=now(),
        not_after=now() + GOOD_FOR,
        zone=getattr(patient, "zone", "") or clinic_zone(),
        language=_language(patient, reply),
        body=body,
        is_quiet_exempt=last is not None and now() - last < AWAKE_FOR,
    )


def _language(patient, reply: InboundMessage | None) -> str:
    if patient is None and reply is not None and reply.message:
        return reply.message.language
    return getattr(patient, "language", "") or "en"


def _own_words(text: str) -> str:
    wrong = texts.lint_answer(text)
    if wrong:
        raise Refused(" ".join(found.words for found in wrong), field="text")
    body = as_sent(text)
    if texts.segments(body) > texts.ANSWER_PARTS:
        raise Refused("Too long with the practice's name. Ask the patient to call.", field="text")
    return body


def as_sent(text: str) -> str:
    """Own words as they leave: the practice's name first, in the alphabet of texts."""
    return texts.to_gsm7(f"{practice_name()}: {' '.join(text.split())}")
