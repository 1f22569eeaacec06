"""Handing files over: taken, busy, silent, refused, broken off; and what payers answer, through real files."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from billing import services
from billing.clearinghouse import Later, NoAnswer, NotTaken, Receipt
from billing.edi.checks import check_file, maps
from billing.models import Claim, ClaimBatch, ClaimEvent, PayerFile
from billing.services import claim_files, handing_over, questions
from clinic.core.errors import Refused
from tests.factories.billing import SYSTEM
from tests.factories.claims import insured, make_claim, make_payer
from tests.factories.scheduling import EARLY

pytestmark = pytest.mark.django_db
BASE = EARLY + dt.timedelta(days=2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(BASE, tick=False) as traveller:
        yield traveller


class House:
    """A clearinghouse that does what it is told, and remembers what it was given."""

    name = "told"

    def __init__(self, *does):
        self.does, self.given = list(does), []

    def claims(self, text, *, key):
        self.given.append((key, text))
        what = self.does.pop(0)
        if isinstance(what, Exception):
            raise what
        return what


@pytest.fixture
def house(monkeypatch):
    """`house(Receipt("ok"), Later("busy") ...)` is what the connection does, one after the other."""

    def use(*does):
        one = House(*does)
        monkeypatch.setattr(handing_over, "clearinghouse", lambda: one)
        return one

    return use


def batch_of(*claims) -> ClaimBatch:
    ready = list(claims) or [make_claim(state="ready")]
    return services.send_claims(by=SYSTEM, claims=ready).batch


def after(batch) -> tuple[str, str]:
    batch.refresh_from_db()
    return batch.state, batch.claims.get().state if batch.claims.exists() else ""


def test_a_file_is_handed_over_once(house):
    there, batch = house(Receipt("REF-7")), batch_of()
    for _ in range(2):
        handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    assert after(batch) == ("sent", "sent")
    assert (batch.words, [key for key, _ in there.given]) == ("REF-7", [f"B{batch.control_number:09d}"])


def test_a_busy_house_is_tried_again_after_a_growing_pause(house, clock):
    there, batch = house(Later("busy"), Later("busy", retry_after=3600), Receipt("ok")), batch_of()
    handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    assert after(batch) == ("waiting", "sent")
    assert handing_over.due_batches() == []
    clock.shift(dt.timedelta(minutes=1))
    assert handing_over.due_batches() == [batch.pk]
    handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    clock.shift(dt.timedelta(minutes=59))
    assert handing_over.due_batches() == []
    clock.shift(dt.timedelta(minutes=1))
    handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    assert after(batch) == ("sent", "sent")
    assert len({text for _, text in there.given}) == 1


def test_a_refusal_gives_the_claims_back(house):
    house(NotTaken("The password is wrong."))
    batch = batch_of()
    handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    assert after(batch) == ("refused", "ready")
    assert ClaimEvent.objects.filter(kind="given_back", words="The password is wrong.").count() == 1


@pytest.mark.parametrize(("has_arrived", "state", "tries"), [(True, "sent", 1), (False, "sent", 2)])
def test_silence_waits_for_a_person(house, has_arrived, state, tries):
    there, batch = house(NoAnswer("No answer."), Receipt("ok")), batch_of()
    handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    assert after(batch) == ("uncertain", "sent")
    assert handing_over.due_batches() == []
    services.settle_batch(by=SYSTEM, batch=batch, has_arrived=has_arrived)
    handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    assert (after(batch)[0], len(there.given)) == (state, tries)
    with pytest.raises(Refused, match="It is known"):
        services.settle_batch(by=SYSTEM, batch=batch, has_arrived=True)


def test_a_try_that_broke_off_is_uncertain_and_not_made_again(house, clock):
    there, batch = house(RuntimeError("killed")), batch_of()
    with pytest.raises(RuntimeError):
        handing_over.send_and_keep(by=SYSTEM, pk=batch.pk)
    assert after(batch) == ("sending", "sent")
    clock.shift(dt.timedelta(minutes=10))
    for pk in handing_over.due_batches():
        handing_over.send_and_keep(by=SYSTEM, pk=pk)
    assert after(batch) == ("uncertain", "sent")
    assert len(there.given) == 1


@pytest.fixture
def simulated(settings):
    settings.CLEARINGHOUSE = settings.CLEARINGHOUSE | {"KIND": "simulated"}


def play(*claims) -> None:
    """Send ready claims to the simulated payer and settle what it answers about their arrival."""
    handing_over.send_and_keep(by=SYSTEM, pk=batch_of(*claims).pk)
    assert claim_files.settle_claim_answers(by=SYSTEM) >= 1
    assert claim_files.settle_claim_answers(by=SYSTEM) == 0


def test_a_payer_takes_one_claim_and_turns_two_away_with_the_field(simulated):
    good, wrong_npi, unknown = (
        make_claim(insured(member_id=f"LKH000{ending}"), state="ready") for ending in ("01", "76", "77")
    )
    play(good, wrong_npi, unknown)
    found = {claim.pk: claim for claim in Claim.objects.all()}
    assert found[good.pk].state == "accepted"
    assert found[good.pk].payer_control != ""
    assert (found[wrong_npi.pk].state, found[wrong_npi.pk].answers[0]["field"]) == (
        "rejected",
        "rendering.npi",
    )
    assert (found[unknown.pk].state, found[unknown.pk].answers[0]["field"]) == (
        "rejected",
        "coverage.member_id",
    )
    assert ClaimBatch.objects.get().state == "accepted"
    assert set(PayerFile.objects.exclude(handled_at=None).values_list("kind", flat=True)) == {"999", "277CA"}


def test_an_unreadable_file_rejects_every_claim_in_it(simulated):
    claims = [make_claim(insured(member_id=number), state="ready") for number in ("LKH9987", "LKH00001")]
    play(*claims)
    assert set(Claim.objects.values_list("state", flat=True)) == {"rejected"}
    assert ClaimBatch.objects.get().state == "refused"


def test_a_rejected_claim_is_corrected_and_accepted(simulated):
    coverage = insured(member_id="LKH00077")
    claim = make_claim(coverage, state="ready")
    play(claim)
    claim.refresh_from_db()
    assert claim.state == "rejected"
    coverage.member_id = "LKH00078"
    coverage.save()
    services.back_to_draft(by=SYSTEM, claim=claim)
    services.mark_ready(by=SYSTEM, claim=claim)
    play(claim)
    claim.refresh_from_db()
    assert claim.state == "accepted"
    words = list(claim.events.order_by("at", "id").values_list("kind", flat=True))
    assert words == ["built", "ready", "sent", "rejected", "reopened", "ready", "sent", "accepted"]


def test_a_file_that_cannot_be_read_is_kept_and_moves_nothing():
    claim = make_claim(state="sent")
    PayerFile.objects.create(name="x", kind="277CA", connection="told", text="ISA*broken", sha256="0" * 64,
                             received_at=BASE)  # fmt: skip
    assert claim_files.settle_claim_answers(by=SYSTEM) == 1
    claim.refresh_from_db()
    assert claim.state == "sent"


def test_the_next_payer_is_told_what_the_first_took_off_the_claim_and_off_its_lines():
    first = insured()
    insured(rank=2, payer=make_payer("Homestead", payer_id="HMS31"), patient=first.patient)
    claim = services.record_decision(
        by=SYSTEM, claim=make_claim(first, state="accepted"), is_denied=False, payer_control="ICN-1",
        paid=Decimal("80.00"), adjusted=Decimal("20.00"), patient_owes=Decimal("20.00"),
        adjudication={
            "decided_on": "2026-03-09", "paid": "80.00", "patient_owes": "20.00",
            "adjustments": [{"group": "CO", "reason": "45", "amount": "20.00"}],
            "lines": [{"line": 1, "paid": "100.00", "adjustments": [{"group": "PR", "reason": "2", "amount": "20.00"}]}],
        },
    )  # fmt: skip
    second = services.mark_ready(by=SYSTEM, claim=services.build_next_claim(by=SYSTEM, claim=claim))
    text = batch_of(second).text
    said = [part for part in text.replace("\n", "").split("~") if part.startswith("CAS")]
    assert said == ["CAS*CO*45*20", "CAS*PR*2*20"]
    assert [one.words for found in check_file(text).sets for one in found.findings] == []


@pytest.mark.parametrize("is_first", [True, False])
def test_an_answer_beside_one_that_cannot_be_read_counts_wherever_it_stands(simulated, is_first):
    claim = make_claim(state="ready")
    handing_over.send_and_keep(by=SYSTEM, pk=batch_of(claim).pk)
    text = PayerFile.objects.get(kind="277CA").text
    PayerFile.objects.update(handled_at=BASE)
    start, end = text.index("ST*"), text.index("GE*")
    good = text[start:end]
    odd = good.replace("*005010X214~", "*004010X214~")
    assert odd != good
    sets = good + odd if is_first else odd + good
    PayerFile.objects.create(
        name="two", kind="277CA", connection="told", text=text[:start] + sets + text[end:], sha256="1" * 64, received_at=BASE
    )  # fmt: skip
    assert claim_files.settle_claim_answers(by=SYSTEM) == 1
    claim.refresh_from_db()
    assert claim.state == "accepted"
    assert claim.events.filter(kind="accepted").count() == 1


def test_interchanges_of_claims_and_questions_are_counted_together_and_those_for_trying_out_say_so(simulated):
    before = questions.next_control_number()
    batch = batch_of()
    head = batch.text.split("*")
    assert (int(head[13]), head[15]) == (before + 1, "T")
    assert questions.next_control_number() == before + 2
    assert f"*{batch.control_number}*X*005010X222A1" in batch.text


def test_a_claim_that_cannot_be_written_goes_back_and_the_others_go():
    good, bad = make_claim(state="ready"), make_claim(insured(member_id="LKH~1"), state="ready")
    sent = services.send_claims(by=SYSTEM, claims=[good, bad])
    assert sent.taken_back == (bad.account,)
    for claim in (good, bad):
        claim.refresh_from_db()
    assert (good.state, bad.state) == ("sent", "draft")
    assert (sent.batch.count, sent.batch.text.count("CLM*")) == (1, 1)
    assert "The member number" in bad.events.get(kind="taken_back").words


def test_files_of_every_kind_of_claim_pass_our_rules_and_pyx12():
    first = insured(
        relationship="child", subscriber_name="Bo Reed", subscriber_birth_date=dt.date(1980, 5, 5)
    )
    insured(rank=2, payer=make_payer("Homestead", payer_id="HMS31"), patient=first.patient)
    second = services.build_next_claim(by=SYSTEM, claim=make_claim(first, state="paid"))
    replacement = services.replace_claim(by=SYSTEM, claim=make_claim(state="denied"))
    services.detail_charge_of(
        by=SYSTEM, charge=replacement.lines.get().charge, claim=replacement, modifiers=["25", "QW"],
        ndc="12345678901", ndc_quantity=Decimal("1.5"), ndc_unit="ML",
    )  # fmt: skip
    void = services.replace_claim(by=SYSTEM, claim=make_claim(state="paid"), frequency="8")
    auto = make_claim(insured(group_number="G-7"))
    services.change_claim(
        by=SYSTEM, claim=auto, related_to="auto", accident_on=BASE.date(), accident_state="IL", authorization="A-1",
        referring_first="Bo", referring_last="Reed", referring_npi="1234567893", supervising=auto.rendering, note="Read",
    )  # fmt: skip
    ready = [services.mark_ready(by=SYSTEM, claim=one) for one in (second, replacement, void, auto)]
    text = batch_of(*ready).text
    report = check_file(text)
    assert [one.words for found in report.sets for one in found.findings] == []
    assert maps.check_by_maps(text) == []
    assert text.count("CLM*") == 4
