"""E-mail through the clinic's mail server. A mail server can't be asked: an interrupted hand-over goes to staff.

Until the server has answered to the recipient nothing was taken, so trouble before that is safe to try again.
The Message-ID is made from the outbox row, so that readers drop a copy should people decide to send again.
"""

import smtplib
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from clinic.messaging.gateways.base import Accepted, CannotTell, Later, NoAnswer, NotSent, Outgoing, Reason

# The mail server's own words for "no such mailbox": 550 unknown, 551 moved, 553 not allowed as a name.
GONE = {550, 551, 553}


class SmtpGateway:
    name = "smtp"
    can_be_asked = False
    is_remote = True

    @classmethod
    def from_settings(cls) -> "SmtpGateway":
        return cls()

    def explain(self, code: str, status: str) -> Reason:
        return Reason(f"The mail server reported {status}.")

    def send(self, message: Outgoing) -> Accepted:
        connection = get_connection(fail_silently=False)
        try:
            connection.open()
        except smtplib.SMTPAuthenticationError as error:
            raise Later("The mail server refused our sign-in.") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Later("The mail server can't be reached.") from error
        ref = f"<{message.id}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"
        mail = EmailMultiAlternatives(
            subject=message.heading,
            body=message.body,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[message.address],
            connection=connection,
            headers={"Message-ID": ref, "Auto-Submitted": "auto-generated"},
        )
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        try:
            self._hand_over(connection, mail)
        finally:
            self._close(connection)
        return Accepted(ref=ref, status="sent")

    def _hand_over(self, connection, mail) -> None:
        try:
            taken = connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            if 400 <= code < 500:
                raise Later(f"The mail server said not now ({code}).") from error
            raise NotSent(
                f"The mail server does not know this address ({code}).", code=str(code), is_gone=code in GONE
            ) from error
        except smtplib.SMTPResponseException as error:
            if 400 <= error.smtp_code < 500:
                raise Later(f"The mail server said not now ({error.smtp_code}).") from error
            raise NotSent(
                f"The mail server refused the message ({error.smtp_code}).", code=str(error.smtp_code)
            ) from error
        except (TimeoutError, smtplib.SMTPServerDisconnected, OSError) as error:
            raise NoAnswer("The mail server broke off while taking the message.") from error
        if not taken:
            raise NotSent("The mail server took no recipient.", code="none")

    def _close(self, connection) -> None:
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            # The message is already decided; how the connection ends says nothing about it.
            connection.connection = None

    def ask(self, message: Outgoing, *, since: datetime, known_refs: frozenset[str]) -> CannotTell:
        return CannotTell("A mail server can't be asked what it took.")
