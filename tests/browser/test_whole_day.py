"""One clinic day as four people in four browsers, from the call to the manager's page."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import Charge, Payment
from billing.queries import balance
from billing.queries.verify import verify_ledger
from clinic.audit.models import AuditEvent
from clinic.audit.sealing import seal
from clinic.audit.verifying import verify
from clinic.messaging.models import Message
from clinic.messaging.tasks import send_due
from inventory.queries.stock import on_hand
from records.models import Coverage, Immunization, Note, Patient, RedFlag, VitalReading
from scheduling.models import Appointment
from tests.browser.world import OPENS, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(time_machine, live_server, settings, tmp_path) -> World:
    settings.AUDIT_HEAD_FILE = str(tmp_path / "head")
    time_machine.move_to(OPENS, tick=True)
    return World()


def test_the_whole_day(world, person):
    desk, ma, provider, office, phone = person(), person(), person(), person(), person(390, 844)
    _call_comes_in(desk)
    visit = Appointment.objects.select_related("patient").get()
    _patient_confirms(phone, visit)
    _checks_in_and_pays(desk, visit, world)
    _roomed_and_measured(ma, visit)
    _seen(provider, visit)
    _vaccinated(ma, visit, world)
    _charged_and_gone(ma, desk, visit)
    _billed_and_reviewed(office, visit)
    for one in (desk, ma, provider, office, phone):
        assert one.errors == []
    seal()
    assert verify().problems == []
    assert verify_ledger().wrong == []


def _call_comes_in(desk) -> None:
    """A stranger calls: registered and booked in the booking dialog, with the keyboard."""
    page = desk.sign_in("fiona")
    desk.assert_accessible()
    page = desk.go("/schedule/")
    desk.assert_accessible()
    page.keyboard.press("n")
    page.wait_for_selector("form[data-booking]")
    page.click("text=Not on file? Register here")
    page.fill("[name=new_first_name]", "Rosa")
    page.fill("[name=new_last_name]", "Delgado")
    page.fill("[name=new_birth_date]", "3/4/1988")
    page.select_option("[name=new_sex]", "female")
    page.fill("[name=new_phone]", "312 555 0177")
    page.check("[name=new_may_text]")
    page.select_option("[name=visit_type]", label="Established follow-up")
    page.fill("[name=reason]", "cough for a week")
    desk.assert_accessible()
    page.click("[data-openings] label >> nth=1")
    page.click("form[data-booking] [data-submit]")
    page.wait_for_selector(".toast-note >> text=Booked: Rosa Delgado")
    patient = Patient.objects.get()
    assert (patient.first_name, patient.last_name, str(patient.birth_date)) == (
        "Rosa",
        "Delgado",
        "1988-03-04",
    )
    assert Appointment.objects.get().reason == "cough for a week"
    assert {m.purpose for m in Message.objects.all()} >= {"confirmation"}


def _patient_confirms(phone, visit) -> None:
    """The link of the text: looking changes nothing, pressing confirms."""
    send_due()
    message = Message.objects.get(purpose="confirmation")
    assert message.state == "delivered"
    assert "Rosa" in message.body
    assert "cough" not in message.body
    page = phone.go(f"/v/{message.link_token}")
    phone.assert_accessible()
    visit.refresh_from_db()
    assert visit.state == "scheduled"
    assert "cough" not in page.content()
    phone.sends(lambda: page.click("button[value=confirm]"))
    visit.refresh_from_db()
    assert visit.state == "confirmed"


def _checks_in_and_pays(desk, visit, world) -> None:
    Coverage.objects.create(
        patient=visit.patient, payer=world.payer, member_id="PHP-000-111", copay_office=Decimal("25.00")
    )
    page = desk.go(f"/visits/{visit.pk}/check-in/")
    desk.assert_accessible()
    page.keyboard.press("Enter")  # identity
    page.wait_for_selector(".check-block.is-done >> nth=0")
    page.click("text=Still right")
    page.wait_for_selector(".check-block.is-done >> nth=1")
    page.click("text=Card seen, still right")
    page.wait_for_selector(".check-block.is-done >> nth=2")
    page.click("text=Take payment")
    page.wait_for_selector("dialog[open] [name=amount]")
    assert page.input_value("dialog[open] [name=amount]") == "25.00"
    page.check("dialog[open] [name=method][value=cash]")
    page.click("dialog[open] [data-submit]")
    page.wait_for_selector(".check-block.is-done >> nth=3")
    page.keyboard.press("Escape")
    page.click("button:has-text('Arrived')")
    page.wait_for_url("**/schedule/**")
    assert Payment.objects.get().amount == Decimal("25.00")
    visit.refresh_from_db()
    assert visit.state == "arrived"
    assert visit.encounter is not None


def _roomed_and_measured(ma, visit) -> None:
    page = ma.sign_in("dana")
    page = ma.go("/flow/")
    ma.assert_accessible()
    page.click(f"#f-{visit.pk} [data-flow-next]")
    page.wait_for_selector(f"[data-visit='{visit.pk}'] [data-flow-work]")
    page.click(f"[data-visit='{visit.pk}'] [data-flow-work]")
    page.wait_for_url("**/rooming/")
    page.wait_for_load_state("networkidle")
    ma.assert_accessible()
    page = ma.go(f"/encounters/{visit.encounter_id}/vitals/")
    ma.assert_accessible()
    page.focus("#v-systolic-1")
    keys = page.keyboard
    for value in ("186", "96", "88", "16", "99.1", "98", "154.3", "69", "2"):
        keys.type(value)
        keys.press("Enter")
    # Unusual values ask once for “I re-checked”.
    for box in page.query_selector_all("[data-confirm-for]"):
        if box.is_visible():
            box.check()
    ma.sends(lambda: keys.press("Control+Enter"))
    values = dict(VitalReading.objects.values_list("vital", "value"))
    assert (values["systolic"], values["diastolic"], values["pulse"]) == (186, 96, 88)
    assert values["weight"] == Decimal("69.989")
    assert RedFlag.objects.filter(acknowledged_at__isnull=True).count() == 1


def _seen(provider, visit) -> None:
    flag = RedFlag.objects.get()
    page = provider.sign_in("shah")
    page.wait_for_selector("#panel-flags >> text=Rosa")
    provider.assert_accessible()
    page = provider.go(f"/red-flags/{flag.pk}/acknowledge/")
    page.fill("[name=action]", "Seen; repeat in 5 minutes")
    provider.sends(lambda: page.click("[data-submit]"))
    flag.refresh_from_db()
    assert flag.acknowledged_by.username == "shah"
    _move(provider, visit, "ready", "with_provider")
    page = provider.go(f"/encounters/{visit.encounter_id}/note/")
    provider.assert_accessible()
    page.fill("[name=subjective]", "Cough for a week, no fever.")
    page.fill("[name=plan]", "Rest, fluids. Flu vaccine today.")
    provider.sends(lambda: page.click("button[value=sign]"))
    note = Note.objects.get()
    assert note.signed_by.username == "shah"
    page = provider.go(f"/patients/{visit.patient_id}/")
    page.wait_for_load_state("networkidle")
    provider.assert_accessible()


def _move(someone, visit, *states) -> None:
    """Moves the visit on by the flow board's own button until it stands in the last of `states`."""
    for state in states:
        for _ in range(4):
            visit.refresh_from_db()
            if visit.state == state:
                break
            page = someone.go("/flow/")
            before = visit.state
            page.click(f"[data-visit='{visit.pk}'] [data-flow-next]")
            page.wait_for_selector(f"[data-visit='{visit.pk}']:not([data-state='{before}'])")
        visit.refresh_from_db()
        assert visit.state == state


def _vaccinated(ma, visit, world) -> None:
    page = ma.go(f"/encounters/{visit.encounter_id}/immunization/?item={world.vaccine.pk}")
    ma.assert_accessible()
    page.check("[name=dose] >> nth=0")
    page.fill("[name=vis_edition_on]", "2025-01-31")
    page.fill("[name=ordered_by]", "Dr. Shah")
    page.select_option("[name=site]", "LD")
    page.check("[name=screened]")
    ma.sends(lambda: page.click("button:has-text('Given')"))
    dose = Immunization.objects.get()
    assert (dose.lot_number, dose.cvx, dose.given_by.username) == ("FLU2601", "150", "dana")
    assert on_hand(world.vaccine) == 9


def _charged_and_gone(ma, desk, visit) -> None:
    page = ma.go(f"/billing/visits/{visit.encounter_id}/charges/")
    ma.assert_accessible()
    page.click("text=From the visit")
    page.wait_for_selector(".charge-table")
    page.fill("#diagnosis-q", "immunization")
    page.wait_for_selector("[role=option], .combobox li >> text=Z23")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".diagnosis-list >> text=Z23")
    for field in range(page.locator("input[name=letters][id^=at-]").count()):
        page.locator("input[name=letters][id^=at-]").nth(field).fill("A")
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
    assert Charge.objects.filter(state="proposed").count() >= 1
    _move(ma, visit, "discharge", "checkout")
    page = desk.go(f"/visits/{visit.pk}/check-out/")
    page.wait_for_load_state("networkidle")
    desk.assert_accessible()
    page.click("text=Given to the patient")
    page.wait_for_selector(".block-words >> text=Done by Fiona")
    page.click("button:has-text('Leaves now')")
    page.wait_for_url("**/flow/**")
    visit.refresh_from_db()
    assert visit.state == "completed"
    visit.encounter.refresh_from_db()
    assert visit.encounter.ended_at is not None


def _billed_and_reviewed(office, visit) -> None:
    page = office.sign_in("bill")
    page = office.go("/billing/")
    page.wait_for_load_state("networkidle")
    office.assert_accessible()
    page = office.go(f"/billing/visits/{visit.encounter_id}/charges/")
    office.sends(lambda: page.click("#approve-form button"))
    approved = Charge.objects.filter(state="approved")
    assert approved.count() >= 1
    assert balance(visit.patient_id) == sum(c.amount for c in approved) - 25
    office.page.context.clear_cookies()
    page = office.sign_in("mona")
    page = office.go("/today/")
    page.wait_for_load_state("networkidle")
    office.assert_accessible()
    text = page.inner_text("main")
    assert "$25.00" in text
    looks = AuditEvent.objects.filter(kind="look", patient_id=visit.patient_id).values_list(
        "actor", flat=True
    )
    assert {name.split(",")[0] for name in looks} >= {"Fiona Lee", "Dana Reyes", "Anil Shah"}
