"""What records adds to the frame, and who may open its files."""

from clinic.files.services import register_access
from clinic.staff.permissions import Permission as P
from clinic.ui import nav, panels

_ROOMING = (
    ("vitals", "Vital signs", "records:vitals-record", P.VITALS_RECORD, 10, "heartbeat", 2),
    ("allergies", "Allergies", "records:rooming-allergies", P.CHART_VIEW, 20, "alert-triangle", 1),
    ("medications", "Medications", "records:rooming-medications", P.CHART_VIEW, 30, "pill", 1),
    ("problems", "Problems", "records:rooming-problems", P.CHART_VIEW, 40, "list-check", 1),
)


def register() -> None:
    nav.register(
        label="Patients",
        url_name="records:finder-page",
        icon="users",
        permission=P.PATIENT_FIND,
        order=30,
        key="p",
    )
    for name, title, url_name, permission, order, icon, width in _ROOMING:
        panels.register(
            slot="visit.rooming",
            name=name,
            title=title,
            url_name=url_name,
            permission=permission,
            order=order,
            icon=icon,
            width=width,
        )
    panels.register(
        slot="patients.page",
        name="recent",
        title="Opened lately",
        url_name="records:recent-patients",
        permission=P.PATIENT_VIEW,
        order=20,
        icon="clock",
    )
    panels.register(
        slot="home",
        name="flags",
        title="Red flags",
        url_name="records:home-flags",
        permission=P.FLAG_ACKNOWLEDGE,
        order=10,
        icon="flag",
    )
    panels.register(
        slot="home",
        name="notes",
        title="Notes to sign",
        url_name="records:home-notes",
        permission=P.NOTE_SIGN,
        order=30,
        icon="writing-sign",
    )
    panels.register(
        slot="patient.page",
        name="coverage",
        title="Coverage",
        url_name="records:coverage-list",
        permission=P.PATIENT_VIEW,
        order=40,
        icon="shield-check",
    )
    register_access("records.photo", lambda by, file: by.can(P.PATIENT_VIEW))
    register_access("records.card", lambda by, file: by.can(P.DOCUMENT_VIEW))
