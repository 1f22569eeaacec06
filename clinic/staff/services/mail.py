"""Links by e-mail: invitation and password reset. The row is the order; the link is made when it is sent."""

from datetime import timedelta
from urllib.parse import urljoin

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.core.profile import clinic
from clinic.core.tasks import enqueue
from clinic.core.time import now
from clinic.staff.models import Member, MemberMail
from clinic.staff.tokens import invitation_token

MAX_ATTEMPTS = 6
SUBJECTS = {
    MemberMail.INVITE: "Your account at {clinic}",
    MemberMail.RESET: "Set a new password for {clinic}",
}


def request_mail(*, member: Member, kind: str) -> MemberMail:
    """Order one mail to the member. Sent by the worker after commit; a sweep finds what was not queued."""
    row = MemberMail.objects.create(member=member, kind=kind)
    enqueue("staff.send_mail", str(row.pk))
    return row


def link_for(member: Member, kind: str) -> str:
    """The address that the mail carries: one member, one purpose, one use, limited time."""
    if kind == MemberMail.INVITE:
        path = reverse("staff:invitation", args=[member.pk, invitation_token.make_token(member)])
    else:
        path = reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(member), "key": default_token_generator.make_token(member)},
        )
    return urljoin(settings.PUBLIC_URL, path)


def send_mail(mail_id: str) -> bool:
    """Send one ordered mail, at most once: the row is claimed under lock. True when it went out.

    A failed try is repeated by the sweep after 1, 2, 4 ... minutes, up to six times.
    """
    with transaction.atomic():
        row = (
            MemberMail.objects.select_for_update(skip_locked=True)
            .select_related("member")
            .filter(pk=mail_id, sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS)
            .first()
        )
        if row is None:
            return False
        row.attempts += 1
        row.next_try_at = now() + timedelta(minutes=2 ** (row.attempts - 1))
        if row.member.is_active and row.member.email and _deliver(row):
            row.sent_at = now()
        row.save(update_fields=["attempts", "next_try_at", "sent_at", "updated_at"])
        return row.sent_at is not None


def _deliver(row: MemberMail) -> bool:
    context = {"member": row.member, "link": link_for(row.member, row.kind), "clinic": clinic()}
    message = EmailMessage(
        subject=SUBJECTS[row.kind].format(clinic=clinic().name),
        body=render_to_string(f"staff/mail/{row.kind}.txt", context),
        to=[row.member.email],
    )
    try:
        return message.send() == 1
    except OSError:  # smtplib's errors are OSErrors: the next sweep tries again
        return False


def pending_mail() -> list[str]:
    """Ids of mails whose next try is due."""
    rows = MemberMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS, next_try_at__lte=now())
    return [str(pk) for pk in rows.order_by("next_try_at").values_list("pk", flat=True)[:100]]
