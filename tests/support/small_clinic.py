"""One of nearly everything, with names that no page may show to who must not see them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import time_machine
from django.apps import apps
from django.db import connection

from tests.support.urls import Address

CANARY = "Zyxwhistle"
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # Tuesday, ten in the morning in Chicago

# What the first id of a route names, by the route's beginning (the longest match counts).
ROWS = {
    "billing/claims/": "billing.Claim",
    "billing/claims/contracts/": "billing.PayerContract",
    "billing/claims/files/": "billing.ClaimBatch",
    "billing/claims/payers/": "records.Payer",
    "billing/claims/rules/": "billing.ClaimRule",
    "billing/drawers/": "billing.Drawer",
    "billing/drawers/sessions/": "billing.DrawerSession",
    "billing/approvals/": "billing.MoneyRequest",
    "billing/collections/": "billing.CollectionCase",
    "billing/denials/": "billing.Denial",
    "billing/denials/appeals/": "billing.AppealLetter",
    "billing/holds/": "billing.BillingHold",
    "billing/remittances/": "billing.Remittance",
    "billing/remittances/decisions/": "billing.RemittanceClaim",
    "billing/fees/": "billing.FeeItem",
    "billing/panels/": "records.Patient",
    "billing/panels/checkout/": "scheduling.Appointment",
    "billing/patients/": "records.Patient",
    "billing/plans/": "billing.PaymentPlan",
    "billing/payments/": "billing.Payment",
    "billing/statements/": "billing.Statement",
    "billing/visit-types/": "scheduling.VisitType",
    "billing/visits/": "records.Encounter",
    "chart/medication/": "records.Medication",
    "coverage/": "records.Coverage",
    "encounters/": "records.Encounter",
    "files/": "files.StoredFile",
    "follow-ups/": "scheduling.FollowUp",
    "follow-ups/consent/": "records.Patient",
    "follow-ups/letters/": "scheduling.FollowUpLetter",
    "follow-ups/new/": "records.Patient",
    "follow-ups/patients/": "records.Patient",
    "follow-ups/rules/": "scheduling.FollowUpRule",
    "follow-ups/scripts/": "scheduling.FollowUpScript",
    "follow-ups/visits/": "scheduling.Appointment",
    "immunizations/": "records.Immunization",
    "notes/": "records.Note",
    "patients/": "records.Patient",
    "red-flags/": "records.RedFlag",
    "related/": "records.RelatedPerson",
    "vitals/": "records.VitalSet",
    "vitals/limits/": "records.VitalLimit",
    "insurance/authorizations/": "billing.Authorization",
    "insurance/checks/": "billing.EligibilityCheck",
    "insurance/coverages/": "records.Coverage",
    "insurance/estimates/": "billing.Estimate",
    "insurance/issues/": "billing.CoverageIssue",
    "insurance/patients/": "records.Patient",
    "insurance/visits/": "scheduling.Appointment",
    "inbox/alerts/": "inbox.Alert",
    "inbox/calls/": "inbox.PhoneCall",
    "inbox/calls/new/": "records.Patient",
    "inbox/patient/": "records.Patient",
    "inbox/tasks/": "inbox.Task",
    "inbox/tasks/new/": "records.Patient",
    "inventory/counts/": "inventory.Count",
    "inventory/equipment/": "inventory.Equipment",
    "inventory/items/": "inventory.Item",
    "inventory/lots/": "inventory.Lot",
    "inventory/movements/": "inventory.Movement",
    "inventory/places/": "inventory.Place",
    "messages/": "messaging.Message",
    "messages/numbers/": "messaging.ContactConsent",
    "messages/patient/": "records.Patient",
    "messages/preparation/": "scheduling.VisitType",
    "messages/reminders/": "scheduling.ReminderPolicy",
    "messages/replies/": "messaging.InboundMessage",
    "messages/wording/": "messaging.MessageTemplate",
    "outreach/filling/letters/": "scheduling.LetterWording",
    "outreach/filling/levels/": "scheduling.TriageLevel",
    "outreach/filling/reasons/": "scheduling.RecallReason",
    "outreach/freed/": "scheduling.FreedTime",
    "schedule/locations/": "scheduling.Location",
    "outreach/missed/": "scheduling.MissedVisit",
    "outreach/offers/": "scheduling.Offer",
    "schedule/patients/": "records.Patient",
    "outreach/recalls/": "scheduling.Recall",
    "schedule/rooms/": "scheduling.Room",
    "schedule/templates/absences/": "scheduling.SessionException",
    "schedule/templates/closures/": "scheduling.Closure",
    "schedule/templates/sessions/": "scheduling.ProviderSession",
    "schedule/visit-types/": "scheduling.VisitType",
    "schedule/visits/": "scheduling.Appointment",
    "outreach/waitlist/": "scheduling.WaitlistEntry",
    "staff/": "staff.Member",
    "staff/workstations/": "staff.Workstation",
    "visits/": "scheduling.Appointment",
}
SECOND = {
    "charge": "billing.Charge",
    "diagnosis": "billing.EncounterDiagnosis",
    "entry": "billing.JournalEntry",
    "line": "billing.ClaimLine",
    "exception_id": "staff.PermissionException",
    "session_id": "staff.StaffSession",
}
# Written by every request, whoever makes it.
NOT_COMPARED = {
    "audit_auditevent",
    "audit_auditlink",
    "django_session",
    "staff_staffsession",
    "core_ratewindow",
    "axes_accessattempt",
    "axes_accesslog",
    "core_heartbeat",
    "records_diagnosiscode",
}  # the last is a shipped code set, large and the same for all


def build() -> None:
    """A patient with a telling name, one visit in progress, coverage, a payment, stock and a message."""
    from billing.services import adjust_balance, agree_plan, ask_refund, open_drawer
    from clinic.staff.models import PermissionException, Workstation
    from tests.factories import billing, inventory, messaging, scheduling
    from tests.factories.staff import make_member

    with time_machine.travel(NOW, tick=False):
        clinic = scheduling.Clinic()
        patient = messaging.make_reachable(last_name=CANARY, first_name="Ottoline")
        fee = billing.make_fee()
        _, encounter = billing.make_visit(patient, clinic=clinic, code=fee.code, clock="11:00", ended=False)
        billing.make_coverage(patient, member_id=f"{CANARY}-1", plan_name="Plan")
        payment = billing.paid(patient, Decimal("25.00"))
        open_drawer(by=billing.SYSTEM, drawer=payment.drawer, opening_float=Decimal("100.00"))
        ask_refund(
            by=billing.SYSTEM, patient=patient, amount=Decimal(5), reason="twice", method="check", note=CANARY
        )
        adjust_balance(
            by=billing.SYSTEM, patient=patient, amount=Decimal(200), reason="Carried over", is_increase=True
        )
        agree_plan(
            by=billing.SYSTEM, patient=patient, total=Decimal(100), amount=Decimal(50), first_due_on=NOW.date(),
            signed_by=CANARY,
        )  # fmt: skip
        _, _, place = inventory.stocked(quantity=3)
        inventory.make_equipment()
        messaging.make_message(patient)
        Workstation.objects.create(name="Room 9 PC", room="Room 9")
        member = make_member("ma")
        PermissionException.objects.create(member=member, permission="chart_view", effect="grant", reason="x")
        medication = apps.get_model("records.Medication")
        medication.objects.create(patient=patient, name=f"{CANARY}ine", recorded_at=NOW)
        _chart(patient, encounter)
        _work(patient, encounter, fee.code, place)
        _paid_by_payer(patient)
        _outreach(patient, clinic)
        _insurance(patient, fee)
        _claims()
        _stating()


def _insurance(patient, fee) -> None:
    """A check that found something, an authorization, and an estimate that waits to be handed over."""
    from billing.services import add_authorization, make_estimate
    from clinic.core.actor import Actor
    from records.models import Coverage
    from scheduling.models import Appointment
    from tests.factories import insurance

    by = Actor.system("tests.insurance")
    coverage = Coverage.objects.get(patient=patient)
    check = insurance.make_check(coverage, "inactive", raw_answer=f"{CANARY}~", answer_sha256="0" * 64)
    insurance.make_issue(check)
    add_authorization(
        by=by,
        coverage=coverage,
        kind="authorization",
        number=f"{CANARY}-A1",
        what_for="Physical therapy",
        units=6,
        starts_on=NOW.date(),
        ends_on=NOW.date() + timedelta(days=90),
    )
    visit = Appointment.objects.filter(patient=patient).earliest("starts_at")
    make_estimate(by=by, visit=visit, lines=[(fee, 1)], trigger="requested")


def _chart(patient, encounter) -> None:
    """A note, a set of vital signs in the red, an immunization, a relative, a picture."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from records import services
    from tests.factories import records as make

    provider = make.actor("provider")
    note = services.save_note(by=provider, encounter=encounter, sections={"plan": f"{CANARY} rests"})
    services.sign_note(by=provider, note=note)
    make.record(provider, encounter, *make.pressure(190, 95))
    services.record_historical_immunization(
        by=provider, patient=patient, cvx="141", given_on=NOW.date() - timedelta(days=400)
    )
    services.add_related_person(by=provider, patient=patient, name=f"Ida {CANARY}", relation="Mother")
    services.set_photo(by=provider, patient=patient, upload=SimpleUploadedFile("face.png", picture()))


def _work(patient, encounter, code: str, place) -> None:
    """A charge, a count, a task, an alert, a call, a follow-up and a reply."""
    from billing.services import propose_charge
    from clinic.inbox.services import add_task, log_call, raise_alert
    from clinic.messaging.services.replies import receive_text
    from inventory.services import start_count
    from scheduling.queries.follow_up_setup import rules_by_hand
    from scheduling.services.follow_ups import plan_follow_up
    from tests.factories import messaging
    from tests.factories import records as make

    by = make.actor("front_desk")
    propose_charge(by=by, encounter=encounter, code=code)
    start_count(by=by, place=place)
    add_task(by=by, title=f"Call {CANARY}", patient=patient, pool="front_desk")
    plan_follow_up(by=by, patient=patient, rule=rules_by_hand()[0], reason=f"Asked {CANARY}")
    raise_alert(
        by=by, patient=patient, kind="test", text=f"Ask {CANARY}", source_key="small", pool="front_desk"
    )
    log_call(
        by=by,
        caller=f"Ida {CANARY}",
        relation="family",
        reason="When is the visit?",
        outcome="done",
        patient=patient,
        identifiers="name_dob",
    )
    receive_text(
        gateway="twilio",
        ref="SMsmall",
        from_address=messaging.number_of(patient),
        to_address="+13125550100",
        body=f"It is {CANARY}, may I come later?",
        received_at=NOW,
    )


def _claims() -> None:
    """A claim that left in a file, a contract, and a rule of the clinic's own payer."""
    from billing.models import PayerContract
    from billing.services import send_claims
    from tests.factories import claims, scheduling
    from tests.factories import records as make

    patient = scheduling.make_patient(last_name=CANARY)
    coverage = claims.insured(patient=patient, member_id=f"{CANARY}-2", payer=claims.make_payer("Northside"))
    claim = claims.make_claim(coverage, state="ready", day=NOW.date() - timedelta(days=1))
    send_claims(by=make.actor("biller"), claims=[claim])
    claims.make_claim(coverage, day=NOW.date() - timedelta(days=2))
    PayerContract.objects.create(payer=coverage.payer, name="Yearly", effective_from=NOW.date())


def _stating() -> None:
    """A patient with a statement in the pile, proposed for collections and then on hold; and a letter of appeal."""
    from billing.models import CollectionCase, Denial
    from billing.services import adjust_balance, make_appeal, make_statement, place_hold
    from tests.factories import scheduling
    from tests.factories.billing import SYSTEM

    patient = scheduling.make_patient(last_name=CANARY)
    adjust_balance(by=SYSTEM, patient=patient, amount=Decimal(50), reason="Carried over", is_increase=True)
    make_statement(by=SYSTEM, patient=patient)
    CollectionCase.objects.create(patient=patient, amount=Decimal(50), statements=3, proposed_at=NOW)
    place_hold(by=SYSTEM, patient=patient, kind="dispute", reason=f"{CANARY} says paid", starts_on=NOW.date())
    denial = Denial.objects.select_related("claim__payer", "patient").get()
    make_appeal(by=SYSTEM, denial=denial, body=f"{CANARY} was seen.")


def _paid_by_payer(patient) -> None:
    """A claim that its payer refused, and a decision that names no claim of ours."""
    from billing.services import take_remittances
    from tests.factories import billing
    from tests.factories.remittances import Says, make_claim, remittance_text

    claim = make_claim(patient)
    refused = Says(claim.account, "120.00", "0", {"CO-197": "120.00"}, status="4")
    data = remittance_text(refused, Says("77777777", "50.00", "50.00"))
    take_remittances(by=billing.SYSTEM, name=f"{CANARY}.835", data=data)


def _outreach(patient, clinic) -> None:
    """A waitlist entry with a freed time offered, a recall, and a visit that was missed."""
    from tests.factories import outreach, scheduling

    outreach.wait(clinic, patient, note=CANARY)
    outreach.offered(clinic, "11:30")
    outreach.recall(clinic, patient, note=CANARY)
    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        missed = clinic.book("9:20", patient=patient, provider=scheduling.make_provider(clinic.location))
    clinic.move(missed, "no_show")
    outreach.follow()


def picture(fmt: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A plain picture."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, fmt)
    return out.getvalue()


def known_ids(address: Address) -> dict[str, object] | None:
    """Ids of real rows for the address, or None where the small clinic has none."""
    values: dict[str, object] = {}
    for name, kind in address.parameters.items():
        label = SECOND.get(name)
        if label is None and kind == "uuid" and not values:
            starts = [start for start in ROWS if address.route.startswith(start)]
            label = ROWS[max(starts, key=len)] if starts else None
        if label:
            try:
                values[name] = (
                    apps.get_model(label).objects.order_by("pk").values_list("pk", flat=True).first()
                )
            except LookupError:
                return None
            if values[name] is None:
                return None
        elif kind == "slug":
            values[name] = {"list_name": "allergies", "noun": "allergy"}.get(name, "x")
    return values or None


def everything(*, also: tuple[str, ...] = ()) -> dict[str, str]:
    """Table -> a fingerprint of its rows, for every table of the project and `also` for some that requests write."""
    prints = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in NOT_COMPARED and table not in also:
                continue
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(h, '' ORDER BY h), '')) "
                f'FROM (SELECT md5(t::text) AS h FROM "{table}" t) x'
            )
            prints[table] = cursor.fetchone()[0]
    return prints


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Tables whose rows differ."""
    return sorted(table for table in before if before[table] != after.get(table))
