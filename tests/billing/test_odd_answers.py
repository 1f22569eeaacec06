"""Answers that are odd, late, broken or about somebody else: nothing moves by them, and none stops the others."""

import datetime as dt

import pytest
import time_machine

from billing import services
from billing.clearinghouse import Later, NotTaken, Receipt
from billing.edi import payer
from billing.models import Claim, ClaimBatch, PayerFile
from billing.services import claim_files, handing_over
from clinic.core.models import FailedWork
from tests.billing.test_claim_sending import House, batch_of
from tests.factories.billing import SYSTEM
from tests.factories.claims import insured, make_claim
from tests.factories.scheduling import EARLY

pytestmark = pytest.mark.django_db
BASE = EARLY + dt.timedelta(days=2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(BASE, tick=False) as traveller:
        yield traveller


def kept(text: str, kind: str, minutes: int = 0) -> PayerFile:
    """A file as it came; `minutes` put it after others."""
    return PayerFile.objects.create(
        name="x", kind=kind, connection="told", text=text, sha256=f"{PayerFile.objects.count():064d}",
        received_at=BASE + dt.timedelta(minutes=minutes),
    )  # fmt: skip


def answered(batch: ClaimBatch) -> tuple[str, str]:
    """The 999 and the 277CA that the payer inside the program gives to a batch."""
    receipt, statuses, *_ = payer.answer_claims(batch.text)
    return receipt, statuses


def settle() -> None:
    claim_files.settle_claim_answers(by=SYSTEM)


def test_a_file_that_breaks_the_reader_does_not_hold_up_the_next():
    batch = batch_of(make_claim(insured(member_id="LKH00001"), state="ready"))
    receipt, statuses = answered(batch)
    number = str(batch.control_number)
    odd = kept(receipt.replace(f"AK1*HC*{number}*", "AK1*HC*²*"), "999")
    control = Claim.objects.get().account
    long = kept(statuses.replace("REF*1K*", f"REF*1K*{'9' * 60}"), "277CA", 1)
    good = kept(statuses, "277CA", 2)
    assert "²" in odd.text
    assert "9" * 60 in long.text
    assert control in good.text
    settle()
    good.refresh_from_db()
    assert good.handled_at is not None
    assert Claim.objects.get().state == "accepted"


def test_a_late_word_about_an_earlier_file_does_not_reject_the_claim_that_was_sent_again():
    claim = make_claim(insured(member_id="LKH00077"), state="ready")
    first = batch_of(claim)
    statuses = answered(first)[1]
    kept(statuses, "277CA")
    settle()
    claim.refresh_from_db()
    assert claim.state == "rejected"
    services.back_to_draft(by=SYSTEM, claim=claim)
    batch_of(services.mark_ready(by=SYSTEM, claim=claim))
    kept(statuses.replace("~", "~ ", 1), "277CA", 1)
    settle()
    claim.refresh_from_db()
    assert claim.state == "sent"
    event = claim.events.first()
    assert (event.kind, event.words.startswith(f"About the earlier file {first.control_number}: ")) == (
        "answered",
        True,
    )


def test_answers_marked_as_a_test_move_nothing():
    batch = batch_of(make_claim(insured(member_id="LKH00001"), state="ready"))
    for minutes, (text, kind) in enumerate(zip(answered(batch), ("999", "277CA"), strict=True)):
        assert "*0*P*:~" in text
        kept(text.replace("*0*P*:~", "*0*T*:~"), kind, minutes)
    settle()
    batch.refresh_from_db()
    assert (batch.state, Claim.objects.get().state) == ("waiting", "sent")
    assert not PayerFile.objects.filter(handled_at=None).exists()


@pytest.mark.parametrize("verdict", ["Z", ""])
def test_a_receipt_that_does_not_say_whether_accepts_nothing(verdict):
    batch = batch_of()
    receipt, _ = answered(batch)
    head, _, tail = receipt.partition("AK9*")
    kept(f"{head}AK9*{verdict}{tail[1:]}", "999")
    settle()
    batch.refresh_from_db()
    assert (batch.state, batch.words) == ("waiting", "")


def test_a_try_that_ends_late_does_not_undo_what_was_heard_since(monkeypatch, clock):
    batch = batch_of()

    class Slow(House):
        def claims(self, text, *, key):
            services.answer_batch(by=SYSTEM, control_number=batch.control_number, is_accepted=True)
            return super().claims(text, key=key)

    for outcome in (Receipt("ok"), NotTaken("no")):
        ClaimBatch.objects.filter(pk=batch.pk).update(state="waiting", next_try_at=BASE)
        monkeypatch.setattr(handing_over, "clearinghouse", lambda outcome=outcome: Slow(outcome))
        handing_over.hand_over(by=SYSTEM, pk=batch.pk)
        batch.refresh_from_db()
        assert (batch.state, batch.claims.get().state) == ("accepted", "sent")


def test_a_refusal_that_comes_after_a_person_decided_gives_nothing_back(monkeypatch, clock):
    batch = batch_of()

    class Late(House):
        def claims(self, text, *, key):
            clock.shift(dt.timedelta(minutes=11))
            for pk in handing_over.due_batches():
                handing_over._begin(by=SYSTEM, pk=pk)
            services.settle_batch(by=SYSTEM, batch=batch, has_arrived=True)
            return super().claims(text, key=key)

    monkeypatch.setattr(handing_over, "clearinghouse", lambda: Late(NotTaken("no")))
    handing_over.hand_over(by=SYSTEM, pk=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.claims.get().state) == ("sent", "sent")


@pytest.mark.parametrize("seconds", [1e300, float("inf")])
def test_a_pause_without_end_is_a_day(monkeypatch, seconds):
    batch = batch_of()
    monkeypatch.setattr(handing_over, "clearinghouse", lambda: House(Later("busy", retry_after=seconds)))
    handing_over.hand_over(by=SYSTEM, pk=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.next_try_at) == ("waiting", BASE + dt.timedelta(days=1))


def test_what_could_not_be_read_is_shown_as_failed_work():
    kept("ISA*broken", "277CA")
    batch = batch_of()
    kept(answered(batch)[1].replace("REF*1K*", f"REF*1K*{'9' * 60}"), "277CA", 1)
    settle()
    assert FailedWork.objects.filter(task="billing.settle_claim_answers").count() <= 1
    assert PayerFile.objects.filter(kind="277CA", handled_at=None).count() <= 1
