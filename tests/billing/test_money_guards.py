"""Ways around the limits of money and claims, each of which is closed."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse

from billing import services
from billing.models import Charge, Claim, MoneyRequest, PaymentPlan
from billing.queries import balance
from billing.queries.patient_ledger import owed_by
from billing.services.adjusting import money_key
from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused, Stale
from clinic.core.locks import lock_number
from clinic.inbox.models import Task
from clinic.staff.roles import Role
from tests.billing.test_money import a_payer, charged
from tests.factories.billing import SYSTEM, make_coverage, make_drawer
from tests.factories.claims import decide, make_claim
from tests.factories.scheduling import EARLY, TUESDAY, make_patient
from tests.factories.staff import actor_for, make_member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(EARLY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def biller():
    return actor_for(make_member(Role.BILLER))


@pytest.fixture
def boss():
    return actor_for(make_member(Role.MANAGER))


def off(by, patient, amount: str):
    return services.write_off(by=by, patient=patient, amount=Decimal(amount), reason="courtesy")


def test_a_write_off_in_pieces_is_asked_for_as_the_whole_is(biller, boss, clock):
    patient, other = make_patient(), make_patient()
    charged(patient, "500.00")
    charged(other, "500.00")
    first = off(biller, patient, "60.00")
    assert (first.kind, off(biller, other, "60.00").kind) == ("adjustment", "adjustment")
    asked = off(biller, patient, "40.01")
    assert isinstance(asked, MoneyRequest)
    assert off(biller, patient, "40.00").kind == "adjustment"
    # What a second person approved, and what was taken back, is not counted again.
    services.decide_request(by=boss, request=asked, is_approved=True)
    services.reverse_adjustment(by=biller, entry=first, reason="Wrong patient")
    assert off(biller, patient, "60.00").kind == "adjustment"
    assert isinstance(off(biller, patient, "0.01"), MoneyRequest)
    clock.shift(dt.timedelta(days=31))
    assert off(biller, patient, "100.00").kind == "adjustment"


def test_what_is_put_onto_a_payers_account_is_not_put_onto_the_patients():
    client = signed_in(make_member(Role.BILLER))
    patient, payer = make_patient(), a_payer()
    make_coverage(patient)
    charged(patient, "50.00")
    to = reverse("billing:balance-adjust", args=[patient.pk])
    form = client.get(to).context["form"]
    answer = client.post(
        to,
        {
            "form_key": form["form_key"].value(),
            "direction": "more",
            "amount": "30.00",
            "owed_by": str(payer.pk),
            "category": "courtesy",
            "reason": "Interest",
        },
    )
    assert answer.status_code == 302
    assert (balance(patient.pk), owed_by(patient.pk, payer)) == (50, 30)


def holds(key: str) -> bool:
    """Whether this transaction holds the lock of that key."""
    number = lock_number(key) & 0xFFFFFFFFFFFFFFFF
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() "
            "AND classid::bigint = %s AND objid::bigint = %s",
            [number >> 32, number & 0xFFFFFFFF],
        )
        return cursor.fetchone()[0] == 1


@pytest.mark.parametrize("what", ["payment", "adjustment"])
def test_a_credit_is_not_paid_out_while_what_it_stands_on_is_taken_back(biller, what):
    patient = make_patient()
    charged(patient, "100.00")
    if what == "payment":
        paid = services.take_payment(
            by=biller, patient=patient, amount=Decimal(120), method="cash", drawer=make_drawer()
        )
    else:
        entry = services.adjust_balance(
            by=biller, patient=patient, amount=Decimal(50), reason="Interest", is_increase=True
        )
    with transaction.atomic():
        assert not holds(money_key(patient))
        if what == "payment":
            services.reverse_payment(by=biller, payment=paid, reason="Bounced")
        else:
            services.reverse_adjustment(by=biller, entry=entry, reason="Wrong")
        assert holds(money_key(patient))


def test_a_plan_that_fails_does_not_hold_up_the_others(monkeypatch):
    plans = []
    for _ in range(2):
        patient = make_patient()
        charged(patient, "100.00")
        plans.append(
            services.agree_plan(by=SYSTEM, patient=patient, total=Decimal(100), amount=Decimal(50),
                                first_due_on=TUESDAY, signed_by="Ana")
        )  # fmt: skip
    from billing.services import planning

    real = planning.add_task

    def add_task(*, patient, **fields):
        if patient.pk == plans[0].patient_id:
            raise RuntimeError("broken")
        return real(patient=patient, **fields)

    monkeypatch.setattr(planning, "add_task", add_task)
    with time_machine.travel(EARLY + dt.timedelta(days=20), tick=False):
        assert services.follow_plans() == (1, 0)
    assert Task.objects.get().patient_id == plans[1].patient_id
    assert PaymentPlan.objects.filter(state="active").count() == 2


def test_a_voided_service_is_not_sent_and_not_printed():
    for act in ("send", "print", "ready"):
        claim = make_claim(state="draft" if act == "ready" else "ready")
        services.void_charge(
            by=SYSTEM, charge=Charge.objects.get(claim_lines__claim=claim), reason="Not done"
        )
        if act == "send":
            result = services.send_claims(by=SYSTEM, claims=[claim])
            assert (result.batch, result.taken_back) == (None, (claim.account,))
        else:
            do = services.mark_printed if act == "print" else services.mark_ready
            with pytest.raises(Refused, match="was voided since"):
                do(by=SYSTEM, claim=claim)
        claim.refresh_from_db()
        assert claim.state == {"send": "draft", "print": "ready", "ready": "draft"}[act]


def test_the_void_of_a_claim_may_name_voided_services():
    claim = make_claim(state="paid")
    services.void_charge(by=SYSTEM, charge=Charge.objects.get(claim_lines__claim=claim), reason="Not done")
    void = services.replace_claim(by=SYSTEM, claim=claim, frequency="8")
    void = services.mark_ready(by=SYSTEM, claim=void)
    assert services.mark_printed(by=SYSTEM, claim=void).state == "sent"


def test_a_claim_that_no_longer_passes_is_not_marked_as_printed():
    claim = make_claim(state="ready")
    claim.coverage.member_id = ""
    claim.coverage.save()
    with pytest.raises(Refused, match="Not ready"):
        services.mark_printed(by=SYSTEM, claim=claim)
    claim.refresh_from_db()
    assert (claim.state, claim.sent_at) == ("ready", None)


def test_a_visit_that_a_payer_paid_for_is_not_claimed_anew():
    claim = make_claim(state="paid")
    Claim.objects.filter(pk=claim.pk).update(state="closed")
    with pytest.raises(Conflict, match="replace"):
        services.build_claim(by=SYSTEM, encounter=claim.encounter, coverage=claim.coverage)
    assert Claim.objects.count() == 1


def test_a_visit_whose_claim_was_voided_is_claimed_anew():
    claim = make_claim(state="paid")
    void = services.replace_claim(by=SYSTEM, claim=claim, frequency="8")
    void = services.mark_printed(by=SYSTEM, claim=services.mark_ready(by=SYSTEM, claim=void))
    void = decide(void, paid="-80.00", owes="-20.00")
    Claim.objects.filter(pk=void.pk).update(state="closed")
    new = services.build_claim(by=SYSTEM, encounter=claim.encounter, coverage=claim.coverage)
    assert new.state == "draft"


def counted(boss, ana):
    drawer = make_drawer()
    session = services.open_drawer(by=ana, drawer=drawer, opening_float=Decimal(100))
    return services.close_drawer(by=ana, session=session, pieces={"10000": 1})


def test_a_signature_is_not_put_under_a_count_that_nobody_has_seen(boss):
    ana, bo = (actor_for(make_member(Role.FRONT_DESK)) for _ in range(2))
    session = counted(boss, ana)
    shown = session.version
    services.recount_drawer(by=bo, session=session, pieces={"10000": 1})
    with pytest.raises(Stale, match="counted or explained"):
        services.verify_drawer(by=boss, session=session, version=shown)
    session.refresh_from_db()
    assert session.state == "counted"
    services.verify_drawer(by=boss, session=session, version=session.version)


def test_the_signature_over_http_names_what_was_shown(boss):
    client = signed_in(make_member(Role.MANAGER))
    session = counted(boss, actor_for(make_member(Role.FRONT_DESK)))
    page = client.get(reverse("billing:drawer-session", args=[session.pk])).content.decode()
    assert f'name="version" value="{session.version}"' in page
    to = reverse("billing:drawer-verify", args=[session.pk])
    client.post(to, {"version": session.version + 1})
    session.refresh_from_db()
    assert session.state == "counted"
    client.post(to, {"version": session.version})
    session.refresh_from_db()
    assert session.state == "verified"


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-31", "1900-01-01"])
def test_a_day_far_away_is_no_error(day):
    client = signed_in(make_member(Role.MANAGER))
    assert client.get(reverse("billing:day-close"), {"day": day}).status_code == 200


@pytest.mark.parametrize("name", ["claim-edit", "claim-hold", "claim-close", "claim-note"])
def test_looking_at_a_claims_dialog_is_audited(name):
    client = signed_in(make_member(Role.BILLER))
    claim = make_claim()
    client.get(reverse(f"billing:{name}", args=[claim.pk]))
    assert AuditEvent.objects.filter(action="chart.viewed", patient_id=claim.patient_id).count() == 1


@pytest.mark.parametrize("name", ["balance-adjust", "balance-transfer", "refund-ask", "plan-agree"])
def test_looking_at_what_somebody_owes_is_audited(name):
    client = signed_in(make_member(Role.BILLER))
    patient = make_patient()
    client.get(reverse(f"billing:{name}", args=[patient.pk]))
    assert AuditEvent.objects.filter(action="chart.viewed", patient_id=patient.pk).count() == 1
