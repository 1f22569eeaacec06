"""What a person does about a text with one press: the visit, the answer and the text itself in one transaction."""

from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.choices import ALL_PURPOSES, Channel
from clinic.messaging.queries.answers import open_subjects
from clinic.messaging.rules.replies import Meaning
from clinic.messaging.rules.suggestions import Act
from clinic.messaging.services.answers import write_to_patient
from clinic.messaging.services.consent import opt_out_address
from clinic.messaging.services.outcome import note_answer
from clinic.messaging.services.replies import handle_reply, send_receipt
from clinic.messaging.subjects import answer

_MEANINGS = {Act.CONFIRM: Meaning.CONFIRM, Act.CANCEL: Meaning.CANCEL_VISIT}
_ANSWERS = {
    Act.LATE: ("answer_late", "Thanked for telling that they are late."),
    Act.CALL: ("answer_call", "Asked to call."),
    Act.NOTED: ("answer_noted", "Told that it is noted."),
}


@service
def act_on_reply(*, by, reply: InboundMessage, act: str, reference: str = "") -> InboundMessage:
    """Does one suggested act about a text and marks the text as handled.

    Confirming and cancelling go through the visit's own services, by the member; opting out is what STOP does;
    the rest sends a short answer. Audited by what is done, and as `reply.handled`. Refuses a text that somebody has
    handled, a visit that this text can't be about, and an answer that may not leave.
    """
    if act in _MEANINGS:
        return _about_visit(by, reply, Act(act), reference)
    if act == Act.STOP:
        opt_out_address(
            by=by,
            channel=Channel.SMS,
            address=reply.from_address,
            purpose=ALL_PURPOSES,
            how="text",
            wording=reply.body,
        )
        done = handle_reply(by=by, reply=reply, outcome="Opted out.")
        send_receipt(reply, "opted_out")
        return done
    if act in _ANSWERS:
        code, outcome = _ANSWERS[Act(act)]
        write_to_patient(by=by, address=reply.from_address, patient=reply.patient, code=code, reply=reply)
        return handle_reply(by=by, reply=reply, outcome=outcome)
    raise Refused("There is no such act.")


def _about_visit(by, reply: InboundMessage, act: Act, reference: str) -> InboundMessage:
    message = _meant(reply, reference)
    code, outcome = answer(by=by, reference=message.subject, meaning=str(_MEANINGS[act]), reply=reply)
    note_answer(message, str(_MEANINGS[act]))
    done = handle_reply(by=by, reply=reply, outcome=outcome)
    if code:
        done.message, done.patient = message, message.patient
        send_receipt(done, code)
    return done


def _meant(reply: InboundMessage, reference: str) -> Message:
    for message in open_subjects(reply):
        if message.subject == reference:
            return message
    raise Refused("This text can't be about that visit any more.")


@service
def answer_in_own_words(*, by, reply: InboundMessage, text: str) -> InboundMessage:
    """Answers a text in own words and marks it as handled. Refuses what `write_to_patient` refuses."""
    write_to_patient(by=by, address=reply.from_address, patient=reply.patient, text=text, reply=reply)
    return handle_reply(by=by, reply=reply, outcome="Answered.")
