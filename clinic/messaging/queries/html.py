"""The HTML form of an e-mail, from its plain text."""

from django.template.loader import render_to_string

from clinic.core.profile import clinic
from clinic.messaging.models import Message


def email_html(message: Message) -> str:
    """The text as a page for mail readers: paragraphs, links made clickable, everything escaped."""
    return render_to_string(
        "messaging/email.html",
        {
            "message": message,
            "paragraphs": message.body.split("\n\n"),
            "clinic": clinic(),
            "language": message.language,
        },
    )
