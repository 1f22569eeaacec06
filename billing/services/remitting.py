"""Taking remittances (835): each payment in one transaction, balanced or not at all, and the same one never twice."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.db import InterfaceError, OperationalError

from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError
from billing.edi.readers.remittance import Remittance as Said
from billing.models import JournalEntry, PayerFile, Posting, Remittance, RemittanceClaim, RemittanceFile
from billing.queries.drawers import open_day
from billing.queries.remittances import posted_before
from billing.rules.remittances import Share, provider_lines
from clinic.audit import record
from clinic.core import failures, time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone

from ._deciding import Books

ZERO = Decimal("0.00")
LARGEST = 40 * 1024 * 1024
_SHORT = 300
AT_ONCE = 50
SETTLE_TASK = "billing.settle_remittances"


@dataclass(slots=True)
class Decided:
    """A payer's decision on one claim, as far as the books need it. Amounts in dollars."""

    number: int
    account: str
    payer_control: str
    status: str
    charge: Decimal | None
    paid: Decimal | None
    patient_share: Decimal | None
    patient_name: str
    corrected_name: str
    is_reversal: bool
    is_denial: bool
    shares: list[Share]
    detail: dict
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Taken:
    """What became of a file: its remittances, and those of them that this call has written."""

    file: RemittanceFile
    remittances: list[Remittance]
    new: int


def take_remittances(*, by, name: str, data: bytes) -> Taken:
    """Take a file of remittances: keep its text, and post every payment that balances. Audited per payment.

    Each payment is one transaction: a process that is killed leaves all of it or nothing, and the same file taken again
    goes on where it stopped and posts nothing twice. What does not balance, or was posted from another file, waits in
    review; a claim that cannot be posted is held alone. Refuses a file that is no X12, holds no remittance or is larger
    than 40 MB.
    """
    if len(data) > LARGEST:
        raise Refused("This file is larger than 40 MB.", field="file")
    digest = hashlib.sha256(data).hexdigest()
    taken, new = [], 0
    try:
        for number, source in enumerate(_remittances_in(data), 1):
            reader = Said(source)
            decided = [_decided(claim) for claim in reader.claims()]
            row, is_new = _take_one(
                by=by, name=name, digest=digest, data=data, number=number, said=reader, decided=decided
            )
            taken.append(row)
            new += is_new
    except EdiError as error:
        raise Refused(str(error), field="file") from error
    if not taken:
        raise Refused("There is no remittance (835) in this file.", field="file")
    return Taken(taken[0].file, taken, new)


def settle_remittances(*, by) -> int:
    """Take every remittance that a clearinghouse has delivered; returns how many files were taken.

    A file that cannot be read as a remittance is kept as it came, waits no longer and stands in the list of failed work;
    running twice posts nothing twice.
    """
    waiting = PayerFile.objects.filter(kind="835", handled_at=None).order_by("received_at")
    files = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    return sum(_settle(by, pk) for pk in files)


def _settle(by, pk) -> bool:
    row = PayerFile.objects.get(pk=pk)
    try:
        take_remittances(by=by, name=row.name, data=row.text.encode())
    except Refused as error:
        # What stands before the fault is posted, what stands after it is not: somebody has to know.
        failures.note_failure(SETTLE_TASK, str(pk), error)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # it waits, and stops no other file
        failures.note_failure(SETTLE_TASK, str(pk), error)
        return False
    PayerFile.objects.filter(pk=pk, handled_at=None).update(handled_at=time.now())
    return True


def _remittances_in(data: bytes):
    for source in Reading(data).sets():
        if source.kind == "835":
            yield source


def _decided(claim) -> Decided:
    """What is kept of a claim that was read: its segments stay in the file's text."""
    return Decided(
        number=claim.number,
        account=claim.patient_account,
        payer_control=claim.payer_control,
        status=claim.status,
        charge=claim.charge,
        paid=claim.paid,
        patient_share=claim.patient_responsibility,
        patient_name=claim.patient.name if claim.patient else "",
        corrected_name=claim.corrected.name if claim.corrected else "",
        is_reversal=claim.is_reversal,
        is_denial=claim.is_denial,
        shares=[Share(one.group, one.reason, one.amount) for one in claim.all_adjustments()],
        detail={
            "adjustments": [_plain(one) for one in claim.adjustments],
            "remarks": list(claim.remarks),
            "lines": [_line(place, line) for place, line in enumerate(claim.lines, 1)],
        },
        problems=list(claim.problems),
    )


def _plain(one) -> dict:
    return {
        "group": one.group,
        "reason": one.reason,
        "amount": str(one.amount),
        "quantity": None if one.quantity is None else str(one.quantity),
    }


def _line(place: int, line) -> dict:
    # The number that the claim gave the line comes back with it; payers reorder lines, and leave some out.
    is_ours = line.control.isascii() and line.control.isdigit() and len(line.control) <= 2
    return {
        "line": int(line.control) if is_ours else place,
        "control": line.control,
        "code": line.code,
        "modifiers": list(line.modifiers),
        "charge": str(line.charge),
        "paid": str(line.paid),
        "units": str(line.units),
        "adjustments": [_plain(one) for one in line.adjustments],
        "remarks": list(line.remarks),
    }


@service
def _take_one(*, by, name, digest, data, number, said, decided) -> tuple[Remittance, bool]:
    """One payment of a file: (its row, whether this call wrote it)."""
    # The same file at the same moment, and the same payment in two files, wait for each other here.
    lock_keys(f"remittance:{digest}", f"remittance:{said.payer_id}:{said.trace}")
    known = Remittance.objects.select_related("file").filter(file__sha256=digest, number=number).first()
    if known is not None:
        return known, False
    problems = _problems(said, decided)
    row = _new_row(by, name, digest, data, number, said, problems)
    if problems:
        _keep_for_review(row, decided)
    else:
        _post(by, row, decided)
    record(
        by,
        "remittance.held" if problems else "remittance.posted",
        obj=row,
        claims=row.claim_count,
        payment=str(row.payment),
        held=row.claims.filter(outcome=RemittanceClaim.Outcome.HELD).count(),
    )
    return row, True


def _new_row(by, name, digest, data, number, said: Said, problems: list[str]) -> Remittance:
    """The payment as its file says it, with the file kept on its first one."""
    file, _ = RemittanceFile.objects.get_or_create(
        sha256=digest,
        defaults={
            "name": name[:120],
            "text": _text(data),
            "received_at": time.now(),
            "received_by_id": by.member_id,
        },
    )
    return Remittance.objects.create(
        file=file,
        number=number,
        payer_name=said.payer[:120],
        payer_identifier=said.payer_id[:80],
        trace=said.trace[:80],
        method=said.method[:8],
        paid_on=said.paid_on,
        payment=said.payment,
        claims_paid=said.paid,
        provider_adjusted=said.adjusted,
        provider_adjustments=[
            {"reason": one.reason, "reference": one.reference, "amount": str(one.amount)}
            for one in said.provider_adjustments
        ],
        claim_count=said.claim_count,
        problems=problems,
    )


def _text(data: bytes) -> str:
    """The file as it came. Latin-1 names every byte, so that nothing is lost; a NUL, which no text may hold, is."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\x00", "")


def _problems(said: Said, decided: list[Decided]) -> list[str]:
    """Why the whole payment waits; what is wrong with one claim alone holds that one only."""
    of_claims = {words for one in decided for words in one.problems}
    found = [words for words in said.problems if words not in of_claims]
    if not said.is_balanced and not found:
        found = said.problems[:20] or ["This payment does not balance."]
    # Only the payer inside the program may mark its files as tests: its money is made up as all else is then.
    if said.source.interchange.is_test and settings.CLEARINGHOUSE["KIND"] != "simulated":
        found.append("This is a test file. Nothing of it is posted.")
    earlier = posted_before(said.payer_id, said.trace)
    if said.trace and earlier is not None:
        found.append(f"The same payment was posted on {earlier.posted_at:%m/%d/%Y} from another file.")
    return [words[:_SHORT] for words in found]


def _keep_for_review(row: Remittance, decided: list[Decided]) -> None:
    RemittanceClaim.objects.bulk_create(
        (kept(row, one, why="The whole payment waits.") for one in decided), batch_size=1000
    )


def kept(row: Remittance, one: Decided, *, why: str = "", **fields) -> RemittanceClaim:
    """The row of a decision, held unless `fields` say otherwise."""
    return RemittanceClaim(
        remittance=row,
        number=one.number,
        account=one.account[:40],
        payer_control=one.payer_control[:50],
        status=one.status[:3],
        charge=one.charge,
        paid=one.paid,
        patient_share=one.patient_share,
        patient_name=one.patient_name[:120],
        corrected_name=one.corrected_name[:120],
        detail=one.detail,
        why=why[:_SHORT],
        **fields,
    )


def _post(by, row: Remittance, decided: list[Decided]) -> None:
    day = open_day(time.today(clinic_zone()))
    books = Books(by=by, remittance=row, decided=decided, day=day, make=kept)
    for one in decided:
        books.decide(one)
    books.write()
    row.entry = _post_provider_adjustments(by, row, day)
    row.state, row.posted_at = Remittance.State.POSTED, time.now()
    row.save()


def _post_provider_adjustments(by, row: Remittance, day) -> JournalEntry | None:
    """Interest, fees and money taken back that concern no claim: between the bank and the adjustments."""
    lines = provider_lines(row.provider_adjusted)
    if not lines:
        return None
    entry = JournalEntry.objects.create(
        kind=JournalEntry.Kind.REMITTANCE,
        key=f"remittance:{row.pk}:provider",
        business_day=day,
        at=time.now(),
        by_id=by.member_id,
        by_label=by.label[:120],
        memo=f"{row.payer_name}: {', '.join(one['reason'] for one in row.provider_adjustments)}"[:200],
    )
    Posting.objects.bulk_create(
        Posting(id=uuid7(), entry=entry, account=line.account, amount=line.amount) for line in lines
    )
    return entry
