"""What billing shows on other pages, and its place in the top bar."""

from clinic.staff.permissions import Permission
from clinic.ui import nav
from clinic.ui import panels as slots


def register():
    """Called once, when the app is ready."""
    nav.register(
        label="Billing",
        url_name="billing:queue",
        icon="receipt",
        permission=Permission.BILLING_QUEUE,
        order=50,
        key="b",
    )
    nav.register(
        label="Insurance",
        url_name="insurance:work",
        icon="shield-check",
        permission=Permission.INSURANCE_WORK,
        order=48,
    )
    # In the place of the plain list of coverages: the same, with what payers said of each.
    slots.register(
        slot="patient.page",
        name="coverage",
        title="Coverage",
        url_name="insurance:patient-panel",
        permission=Permission.PATIENT_VIEW,
        order=40,
        icon="shield-check",
    )
    for slot in ("visit.check-in", "visit.page"):
        slots.register(
            slot=slot,
            name="insurance",
            title="Insurance for this visit",
            url_name="insurance:visit-panel",
            permission=Permission.PATIENT_VIEW,
            order=10,
            icon="shield-check",
        )
    slots.register(
        slot="home",
        name="insurance",
        title="Insurance to look at",
        url_name="insurance:home-panel",
        permission=Permission.INSURANCE_WORK,
        order=15,
        icon="shield-check",
    )
    slots.register(
        slot="patient.page",
        name="money",
        title="Balance",
        url_name="billing:patient-panel",
        permission=Permission.PAYMENT_TAKE,
        order=80,
        icon="cash",
    )
    slots.register(
        slot="patient.banner",
        name="balance",
        title="Balance",
        url_name="billing:balance-chip",
        permission=Permission.PAYMENT_TAKE,
        order=80,
    )
    slots.register(
        slot="visit.checkout",
        name="charges",
        title="Charges",
        url_name="billing:checkout-panel",
        permission=Permission.CHARGE_PROPOSE,
        order=20,
        icon="receipt",
        width=2,
    )
    slots.register(
        slot="manager.day",
        name="collected",
        title="Money today",
        url_name="billing:day-panel",
        permission=Permission.REPORT_VIEW,
        order=40,
        icon="cash",
    )
    slots.register(
        slot="home",
        name="billing-queue",
        title="Money waiting",
        url_name="billing:home-panel",
        permission=Permission.CHARGE_APPROVE,
        order=5,
        icon="receipt",
        width=2,
    )
    slots.register(
        slot="home",
        name="drawers",
        title="Drawers",
        url_name="billing:drawers-panel",
        permission=Permission.PAYMENT_TAKE,
        order=60,
        icon="cash",
    )
