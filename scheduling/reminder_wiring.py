"""What scheduling tells messaging: how to check a message about a visit, and what answers do."""

from clinic.messaging.subjects import register_subject


def register() -> None:
    """Called once, when the app is ready."""
    from scheduling.services import offer_messages, recall_messages
    from scheduling.services.replies import answer_appointment, check_appointment, check_appointments

    register_subject(
        "appointment",
        check=check_appointment,
        check_many=check_appointments,
        on_reply=answer_appointment,
        link_url_name="scheduling:patient-link",
        page_url_name="scheduling:appointment",
    )
    register_subject(
        offer_messages.SUBJECT,
        check=offer_messages.check_offer,
        check_many=offer_messages.check_offers,
        on_reply=offer_messages.answer_offer,
        link_url_name="scheduling:offer-link",
    )
    register_subject(
        recall_messages.SUBJECT,
        check=recall_messages.check_recall,
        check_many=recall_messages.check_recalls,
    )
