"""Remittances that are odd: of another payer, of a test, too large, broken in the middle, or no decision at all."""

import pytest
import time_machine

from billing import services
from billing.models import Claim, PayerFile, Posting, RemittanceClaim
from billing.services import remitting
from clinic.core.models import FailedWork
from clinic.core.time import now
from tests.factories.billing import SYSTEM
from tests.factories.remittances import Says, make_claim, remittance_text
from tests.factories.scheduling import EARLY

pytestmark = pytest.mark.django_db
FULL = {"CO-45": "40.00"}


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def take(data: bytes):
    return services.take_remittances(by=SYSTEM, name="era.txt", data=data)


def delivered(data: bytes) -> PayerFile:
    """A file that a clearinghouse has delivered."""
    return PayerFile.objects.create(
        name="era", kind="835", connection="told", text=data.decode(), received_at=now(),
        sha256=f"{PayerFile.objects.count():064d}",
    )  # fmt: skip


def in_bank() -> int:
    return sum(side.amount for side in Posting.objects.filter(account="bank"))


def test_another_payers_number_for_a_claim_finds_no_claim():
    """Two payers may give the same number to two patients' claims."""
    claim = make_claim(payer_control="PC1")
    take(remittance_text(Says("UNKNOWN", "120.00", "80.00", FULL, control="PC1"), payer="OTHER")
         .replace(b"LAKESHORE HEALTH", b"OTHER PLAN"))  # fmt: skip
    decision = RemittanceClaim.objects.get()
    assert (decision.outcome, decision.claim, in_bank()) == ("held", None, 0)
    claim.refresh_from_db()
    assert claim.state == "sent"


def test_the_payers_own_number_finds_its_claim():
    claim = make_claim(payer_control="PC1")
    take(remittance_text(Says("UNKNOWN", "120.00", "80.00", FULL, control="PC1")))
    assert (RemittanceClaim.objects.get().claim, in_bank()) == (claim, 80)


def test_a_test_file_moves_no_money():
    claim = make_claim()
    data = remittance_text(Says(claim.account, "120.00", "80.00", FULL)).replace(b"*0*P*:~", b"*0*T*:~")
    (row,) = take(data).remittances
    assert (row.state, row.problems) == ("review", ["This is a test file. Nothing of it is posted."])
    assert in_bank() == 0


@pytest.mark.parametrize("status", ["23", "25", "99"])
def test_what_is_no_decision_is_held(status):
    claim = make_claim()
    take(remittance_text(Says(claim.account, "120.00", "0.00", {"CO-45": "120.00"}, status=status)))
    assert RemittanceClaim.objects.get().outcome == "held"
    claim.refresh_from_db()
    assert (claim.state, Posting.objects.filter(account="adjustment").count()) == ("sent", 0)


def test_a_payment_of_less_than_nothing_is_held():
    claim = make_claim()
    take(remittance_text(Says(claim.account, "120.00", "-30.00", {"PR-1": "150.00"})))
    assert (RemittanceClaim.objects.get().outcome, in_bank()) == ("held", 0)


@pytest.mark.parametrize("amount", ["99999999999999.00", "1" * 30])
def test_an_amount_that_no_book_holds_waits(amount):
    claim = make_claim()
    (row,) = take(remittance_text(Says(claim.account, amount, amount))).remittances
    assert (row.state, in_bank()) == ("review", 0)


def test_a_file_with_a_nul_is_read_without_it():
    claim = make_claim()
    data = remittance_text(Says(claim.account, "120.00", "80.00", FULL)).replace(b"DOE*JANE", b"DOE\0*JANE")
    assert take(data).remittances[0].state == "posted"


def test_a_delivered_file_that_breaks_does_not_hold_up_the_next_and_is_seen(monkeypatch):
    claims = [make_claim(), make_claim()]
    real = remitting._decided

    def decided(claim):
        if claim.patient_account == claims[0].account:
            raise RuntimeError("broken")
        return real(claim)

    monkeypatch.setattr(remitting, "_decided", decided)
    odd = delivered(remittance_text(Says(claims[0].account, "120.00", "80.00", FULL), trace="A"))
    good = delivered(remittance_text(Says(claims[1].account, "120.00", "80.00", FULL), trace="B"))
    services.settle_remittances(by=SYSTEM)
    good.refresh_from_db()
    assert (good.handled_at is not None, in_bank()) == (True, 80)
    assert FailedWork.objects.get(task="billing.settle_remittances").item == str(odd.pk)


def test_a_delivered_file_whose_second_half_cannot_be_read_is_seen():
    claim = make_claim()
    data = remittance_text(Says(claim.account, "120.00", "80.00", FULL))
    head, _, tail = data.partition(b"GE*1*")
    file = delivered(head + b"ST*835*0002*005010X999~SE*2*0002~GE*1*" + tail)
    services.settle_remittances(by=SYSTEM)
    assert FailedWork.objects.get(task="billing.settle_remittances").item == str(file.pk)
    assert Claim.objects.get().state == "paid"
