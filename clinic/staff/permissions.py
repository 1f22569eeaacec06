"""Every permission of the software, by name. Views ask for these; roles bundle them.

A permission says which act or screen; which rows a member sees is the queryset's matter, and whether a
task is within someone's scope of practice is a separate gate (`clinic.staff.scope`).
"""

from enum import StrEnum, auto


class Permission(StrEnum):
    # Patients and chart
    PATIENT_FIND = auto()
    PATIENT_VIEW = auto()
    PATIENT_REGISTER = auto()
    PATIENT_EDIT = auto()
    COVERAGE_EDIT = auto()
    CHART_VIEW = auto()
    CHART_EDIT = auto()
    VITALS_RECORD = auto()
    VITAL_LIMIT_EDIT = auto()
    NOTE_WRITE = auto()
    NOTE_SIGN = auto()
    FLAG_ACKNOWLEDGE = auto()
    IMMUNIZATION_GIVE = auto()
    DOCUMENT_VIEW = auto()

    # Schedule and flow
    SCHEDULE_VIEW = auto()
    APPOINTMENT_BOOK = auto()
    APPOINTMENT_MOVE = auto()
    APPOINTMENT_CANCEL = auto()
    APPOINTMENT_OVERBOOK = auto()
    CHECK_IN = auto()
    FLOW_VIEW = auto()
    FLOW_MOVE = auto()
    FLOW_WALL = auto()
    ROOM_MANAGE = auto()
    TEMPLATE_EDIT = auto()
    FOLLOW_UP_PLAN = auto()
    FOLLOW_UP_WORK = auto()
    FOLLOW_UP_DECIDE = auto()

    # Money
    CHARGE_PROPOSE = auto()
    CHARGE_APPROVE = auto()
    PAYMENT_TAKE = auto()
    LEDGER_VIEW = auto()
    FEE_EDIT = auto()
    DRAWER_MANAGE = auto()
    MONEY_APPROVE = auto()
    BILLING_QUEUE = auto()
    INSURANCE_WORK = auto()
    INSURANCE_POLICY_EDIT = auto()
    PAYER_FILE_VIEW = auto()
    CLAIM_WORK = auto()

    # Stock
    STOCK_VIEW = auto()
    STOCK_MOVE = auto()
    STOCK_RECEIVE = auto()
    STOCK_COUNT = auto()
    ITEM_EDIT = auto()

    # Messages and inbox
    MESSAGE_VIEW = auto()
    MESSAGE_SEND = auto()
    MESSAGE_POLICY_EDIT = auto()
    INBOX_VIEW = auto()
    INBOX_WORK = auto()

    # Running the clinic
    STAFF_VIEW = auto()
    STAFF_UNLOCK = auto()
    STAFF_MANAGE = auto()
    SCOPE_EDIT = auto()
    WORKSTATION_MANAGE = auto()
    SETTINGS_EDIT = auto()
    AUDIT_VIEW = auto()
    AUDIT_EXPORT = auto()
    REPORT_VIEW = auto()
    REPORT_EXPORT = auto()

    @property
    def words(self) -> str:
        """The permission as staff read it: "appointment overbook" for APPOINTMENT_OVERBOOK."""
        return WORDS.get(self, self.value.replace("_", " "))


WORDS: dict[Permission, str] = {
    Permission.PATIENT_FIND: "Find patients",
    Permission.PATIENT_VIEW: "Open a patient's page",
    Permission.PATIENT_REGISTER: "Register patients",
    Permission.PATIENT_EDIT: "Edit demographics and contacts",
    Permission.COVERAGE_EDIT: "Add and edit coverage",
    Permission.CHART_VIEW: "Read the chart",
    Permission.CHART_EDIT: "Edit problems, allergies and medications",
    Permission.VITALS_RECORD: "Record vital signs",
    Permission.VITAL_LIMIT_EDIT: "Edit the limits of vital signs",
    Permission.NOTE_WRITE: "Write visit notes",
    Permission.NOTE_SIGN: "Sign visit notes",
    Permission.FLAG_ACKNOWLEDGE: "Acknowledge red flags",
    Permission.IMMUNIZATION_GIVE: "Give immunizations",
    Permission.DOCUMENT_VIEW: "Open documents and card pictures",
    Permission.SCHEDULE_VIEW: "See the schedule",
    Permission.APPOINTMENT_BOOK: "Book appointments",
    Permission.APPOINTMENT_MOVE: "Reschedule appointments",
    Permission.APPOINTMENT_CANCEL: "Cancel appointments",
    Permission.APPOINTMENT_OVERBOOK: "Overbook",
    Permission.CHECK_IN: "Check patients in",
    Permission.FLOW_VIEW: "See the flow board",
    Permission.FLOW_MOVE: "Move patients on the flow board",
    Permission.FLOW_WALL: "See the wall board (first names and initials)",
    Permission.ROOM_MANAGE: "Change the state of rooms",
    Permission.TEMPLATE_EDIT: "Edit provider sessions, visit types and closures",
    Permission.FOLLOW_UP_PLAN: "Put follow-up calls on the list",
    Permission.FOLLOW_UP_WORK: "Make follow-up calls",
    Permission.FOLLOW_UP_DECIDE: "Decide on follow-ups, release words to tell",
    Permission.CHARGE_PROPOSE: "Propose charges",
    Permission.CHARGE_APPROVE: "Approve and void charges",
    Permission.PAYMENT_TAKE: "Take payments",
    Permission.LEDGER_VIEW: "See balances and the ledger",
    Permission.FEE_EDIT: "Edit the fee schedule",
    Permission.DRAWER_MANAGE: "Open and close cash drawers, reverse payments",
    Permission.MONEY_APPROVE: "Approve refunds and large write-offs, set the rules about money",
    Permission.BILLING_QUEUE: "Work the billing queue",
    Permission.INSURANCE_WORK: "Verify insurance, authorizations and estimates",
    Permission.INSURANCE_POLICY_EDIT: "Decide when insurance is verified",
    Permission.PAYER_FILE_VIEW: "Open payers' files as they came",
    Permission.CLAIM_WORK: "Build, correct and send claims",
    Permission.STOCK_VIEW: "See stock",
    Permission.STOCK_MOVE: "Transfer, issue and waste stock",
    Permission.STOCK_RECEIVE: "Receive stock",
    Permission.STOCK_COUNT: "Count stock",
    Permission.ITEM_EDIT: "Edit items, par levels and equipment",
    Permission.MESSAGE_VIEW: "Read patient messages",
    Permission.MESSAGE_SEND: "Send patient messages",
    Permission.MESSAGE_POLICY_EDIT: "Edit reminder policy and wording",
    Permission.INBOX_VIEW: "See the inbox",
    Permission.INBOX_WORK: "Work the inbox and log calls",
    Permission.STAFF_VIEW: "See the staff list",
    Permission.STAFF_UNLOCK: "Unlock a colleague's sign-in",
    Permission.STAFF_MANAGE: "Invite, edit and deactivate staff",
    Permission.SCOPE_EDIT: "Edit the scope of practice",
    Permission.WORKSTATION_MANAGE: "Register workstations",
    Permission.SETTINGS_EDIT: "Edit clinic settings",
    Permission.AUDIT_VIEW: "Read the audit trail",
    Permission.AUDIT_EXPORT: "Export the audit trail",
    Permission.REPORT_VIEW: "See reports",
    Permission.REPORT_EXPORT: "Download the rows behind a report, with names",
}
