"""Whether a number or address works: noted when a provider says that it does not, taken back when it is mended.

The notes are decisions like consent, in the same append-only table under a purpose of their own: the newest
counts, and looking at a message before it leaves needs no further statement for it.
"""

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.time import now
from clinic.messaging.models import ContactConsent
from clinic.messaging.models.choices import REACHES
from clinic.messaging.services.consent import address_lock


def _newest(channel: str, address: str) -> ContactConsent | None:
    rows = ContactConsent.objects.filter(purpose=REACHES, channel=channel, address=address)
    return rows.order_by("-at", "-id").first()


def _note(*, by, channel: str, address: str, works: bool, how: str, why: str) -> ContactConsent:
    row = ContactConsent.objects.create(
        patient=None, channel=channel, address=address, purpose=REACHES, is_granted=works, how=how,
        wording=why[:300], at=now(), by_id=by.member_id, by_label=by.label[:80],
    )  # fmt: skip
    audit.record(by, "number.fixed" if works else "number.gone", obj=row, channel=channel)
    return row


@service
def note_gone(*, by, channel: str, address: str, why: str, how: str = "carrier") -> ContactConsent:
    """Puts a number or address onto the list of those that do not work; nothing leaves for it from now on.

    On the list already: the row that is there comes back, nothing is written. Audited as `number.gone`.
    """
    lock_keys(address_lock(address))
    known = _newest(channel, address)
    if known is not None and not known.is_granted:
        return known
    return _note(by=by, channel=channel, address=address, works=False, how=how, why=why)


@service
def note_fixed(*, by, channel: str, address: str, why: str, how: str = "spoken") -> ContactConsent:
    """Takes a number or address off that list; consent and opt-outs stay what they are.

    Audited as `number.fixed`. Refuses one that is not on the list.
    """
    lock_keys(address_lock(address))
    known = _newest(channel, address)
    if known is None or known.is_granted:
        raise Refused("This number or address is not on the list.")
    return _note(by=by, channel=channel, address=address, works=True, how=how, why=why)


@service
def undo_fixed(*, by, fixed: ContactConsent) -> ContactConsent:
    """Puts a number or address back onto the list, with the reason it stood there for before `fixed` took it off.

    Audited as `number.gone`. Refuses where `fixed` is no such word, or where another one came after it.
    """
    lock_keys(address_lock(fixed.address))
    known = _newest(fixed.channel, fixed.address)
    if known is None or known.pk != fixed.pk or not fixed.is_granted:
        raise Refused("This was changed meanwhile.", hint="Look at the list again.")
    rows = ContactConsent.objects.filter(
        purpose=REACHES, channel=fixed.channel, address=fixed.address, is_granted=False
    )
    before = rows.order_by("-at", "-id").first()
    return _note(
        by=by, channel=fixed.channel, address=fixed.address, works=False, how=before.how, why=before.wording
    )


def note_heard_from(*, by, channel: str, address: str) -> None:
    """A text from a number shows that it works: takes it off the list, if it is there."""
    known = _newest(channel, address)
    if known is not None and not known.is_granted:
        note_fixed(by=by, channel=channel, address=address, why="A text came from it.", how="text")
