"""Beat wakes these; each asks the database what there is to do, so a lost or doubled call is harmless."""

from clinic.core.tasks import clinic_task


@clinic_task(name="messaging.send_due")
def send_due() -> None:
    """Works off the messages that are due."""
    from clinic.messaging.services import sending

    sending.send_due()


@clinic_task(name="messaging.resolve_uncertain")
def resolve_uncertain() -> None:
    """Asks the gateways about messages in doubt and calls without an end, after finding what a stopped worker left."""
    from clinic.messaging.services import reports, sending, voice

    sending.recover_leases()
    reports.resolve_uncertain()
    voice.ask_open_calls()


@clinic_task(name="messaging.settle_replies")
def settle_replies() -> None:
    """Acts on texts from patients, or gives them to a person."""
    from clinic.messaging.services import replies

    replies.settle_replies()
