"""Roles are bundles of permissions, in code: what a role may do is reviewed like any other change.

A member may hold several roles; the bundles add up. Single permissions are granted or revoked per member,
and a revoke beats every role and grant (`clinic.staff.rules.effective_permissions`).
"""

from enum import StrEnum

from clinic.staff.permissions import Permission as P


class Role(StrEnum):
    FRONT_DESK = "front_desk"
    MA = "ma"
    LEAD_MA = "lead_ma"
    PROVIDER = "provider"
    BILLER = "biller"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    PRIVACY = "privacy"

    @property
    def words(self) -> str:
        """The role as staff read it."""
        return ROLE_WORDS[self]


ROLE_WORDS: dict[Role, str] = {
    Role.FRONT_DESK: "Front desk",
    Role.MA: "Medical assistant",
    Role.LEAD_MA: "Lead medical assistant",
    Role.PROVIDER: "Provider",
    Role.BILLER: "Biller",
    Role.MANAGER: "Office manager",
    Role.ADMINISTRATOR: "Administrator",
    Role.PRIVACY: "Privacy officer",
}

_SEES_THE_DAY = frozenset(
    {
        P.PATIENT_FIND,
        P.PATIENT_VIEW,
        P.SCHEDULE_VIEW,
        P.FLOW_VIEW,
        P.FLOW_WALL,
        P.INBOX_VIEW,
        P.INBOX_WORK,
    }
)

_FRONT_DESK = _SEES_THE_DAY | {
    P.PATIENT_REGISTER,
    P.PATIENT_EDIT,
    P.COVERAGE_EDIT,
    P.DOCUMENT_VIEW,
    P.APPOINTMENT_BOOK,
    P.APPOINTMENT_MOVE,
    P.APPOINTMENT_CANCEL,
    P.CHECK_IN,
    P.FLOW_MOVE,
    P.ROOM_MANAGE,
    P.PAYMENT_TAKE,
    P.INSURANCE_WORK,
    P.MESSAGE_VIEW,
    P.MESSAGE_SEND,
    P.FOLLOW_UP_PLAN,
}

_MA = _SEES_THE_DAY | {
    P.PATIENT_EDIT,
    P.DOCUMENT_VIEW,
    P.CHART_VIEW,
    P.CHART_EDIT,
    P.VITALS_RECORD,
    P.NOTE_WRITE,
    P.IMMUNIZATION_GIVE,
    P.APPOINTMENT_BOOK,
    P.FLOW_MOVE,
    P.ROOM_MANAGE,
    P.CHARGE_PROPOSE,
    P.STOCK_VIEW,
    P.STOCK_MOVE,
    P.STOCK_COUNT,
    P.FOLLOW_UP_PLAN,
    P.FOLLOW_UP_WORK,
}

_LEAD_MA = _MA | {
    P.VITAL_LIMIT_EDIT,
    P.APPOINTMENT_MOVE,
    P.STOCK_RECEIVE,
    P.ITEM_EDIT,
    P.MESSAGE_VIEW,
    P.REPORT_VIEW,
    P.STAFF_VIEW,
}

_PROVIDER = _SEES_THE_DAY | {
    P.PATIENT_EDIT,
    P.DOCUMENT_VIEW,
    P.CHART_VIEW,
    P.CHART_EDIT,
    P.VITALS_RECORD,
    P.NOTE_WRITE,
    P.NOTE_SIGN,
    P.FLAG_ACKNOWLEDGE,
    P.IMMUNIZATION_GIVE,
    P.APPOINTMENT_BOOK,
    P.APPOINTMENT_OVERBOOK,
    P.FLOW_MOVE,
    P.ROOM_MANAGE,
    P.CHARGE_PROPOSE,
    P.STOCK_VIEW,
    P.STOCK_MOVE,
    P.FOLLOW_UP_PLAN,
    P.FOLLOW_UP_WORK,
    P.FOLLOW_UP_DECIDE,
}

# A biller sees what a claim needs (who, coverage, visit, charges) and never the clinical chart.
_BILLER = frozenset(
    {
        P.PATIENT_FIND,
        P.PATIENT_VIEW,
        P.COVERAGE_EDIT,
        P.DOCUMENT_VIEW,
        P.SCHEDULE_VIEW,
        P.CHARGE_PROPOSE,
        P.CHARGE_APPROVE,
        P.PAYMENT_TAKE,
        P.LEDGER_VIEW,
        P.FEE_EDIT,
        P.DRAWER_MANAGE,
        P.BILLING_QUEUE,
        P.INSURANCE_WORK,
        P.INSURANCE_POLICY_EDIT,
        P.PAYER_FILE_VIEW,
        P.CLAIM_WORK,
        P.INBOX_VIEW,
        P.INBOX_WORK,
        P.REPORT_VIEW,
    }
)

_MANAGER = _FRONT_DESK | {
    P.APPOINTMENT_OVERBOOK,
    P.TEMPLATE_EDIT,
    P.FEE_EDIT,
    P.BILLING_QUEUE,
    P.INSURANCE_POLICY_EDIT,
    P.PAYER_FILE_VIEW,
    P.LEDGER_VIEW,
    P.DRAWER_MANAGE,
    P.MONEY_APPROVE,
    P.STOCK_VIEW,
    P.STOCK_MOVE,
    P.STOCK_RECEIVE,
    P.STOCK_COUNT,
    P.ITEM_EDIT,
    P.MESSAGE_POLICY_EDIT,
    P.STAFF_VIEW,
    P.STAFF_UNLOCK,
    P.STAFF_MANAGE,
    P.REPORT_VIEW,
    P.REPORT_EXPORT,
}

# Runs the software, not the clinic: no patient is needed for that.
_ADMINISTRATOR = frozenset(
    {
        P.STAFF_VIEW,
        P.STAFF_UNLOCK,
        P.SCOPE_EDIT,
        P.VITAL_LIMIT_EDIT,
        P.STAFF_MANAGE,
        P.WORKSTATION_MANAGE,
        P.SETTINGS_EDIT,
        P.TEMPLATE_EDIT,
        P.MESSAGE_POLICY_EDIT,
        P.AUDIT_VIEW,
    }
)

# Reviews who looked at what; may open the patient page that a row names, never the chart behind it.
_PRIVACY = frozenset(
    {
        P.AUDIT_VIEW,
        P.AUDIT_EXPORT,
        P.PATIENT_FIND,
        P.PATIENT_VIEW,
        P.STAFF_VIEW,
        P.REPORT_VIEW,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.FRONT_DESK: frozenset(_FRONT_DESK),
    Role.MA: frozenset(_MA),
    Role.LEAD_MA: frozenset(_LEAD_MA),
    Role.PROVIDER: frozenset(_PROVIDER),
    Role.BILLER: _BILLER,
    Role.MANAGER: frozenset(_MANAGER),
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.PRIVACY: _PRIVACY,
}
