"""Work in the background: mails with links, and drafts that have grown old. Every task is safe to run twice."""

from clinic.core.failures import each
from clinic.core.tasks import clinic_task
from clinic.staff.services import drafts, mail, sessions


@clinic_task(name="staff.send_mail")
def send_mail(mail_id: str) -> None:
    """Send one ordered mail, unless it went out already."""
    mail.send_mail(mail_id)


@clinic_task(name="staff.send_pending_mail")
def send_pending_mail() -> None:
    """Send what was ordered while the broker was away, and what failed before."""
    each("staff.send_pending_mail", mail.pending_mail(), mail.send_mail)


@clinic_task(name="staff.purge_drafts")
def purge_drafts() -> None:
    """Delete drafts older than 12 hours."""
    drafts.purge_drafts()


@clinic_task(name="staff.purge_sessions")
def purge_sessions() -> None:
    """Delete what expired browser sessions left; the records of the sign-ins stay."""
    sessions.purge_sessions()
