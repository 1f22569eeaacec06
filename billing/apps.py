from django.apps import AppConfig
from django.conf import settings

TRIGGER_WORDS = {
    "billing_journalentry_balances": "This entry does not balance, so nothing was posted.",
    "billing_posting_entry_closed": "An entry is complete once it is saved. Post a new one.",
    "billing_journalentry_append_only": "The ledger is never changed. Reverse the entry instead.",
    "billing_posting_append_only": "The ledger is never changed. Reverse the entry instead.",
    "billing_payment_append_only": "A payment is never changed. Reverse it instead.",
    "billing_journalentry_day_closed": "This day was closed a moment ago. Send it once more: it will count on the next day.",
    "billing_posting_drawer_closed": "This drawer was closed a moment ago. Send it once more: it will count on the next day.",
    "billing_drawersession_fixed": "A closed drawer is not changed. What is off now belongs to the next day.",
    "billing_drawercount_append_only": "A count is never changed. Count once more.",
    "billing_dayclose_append_only": "A closed day stays closed.",
    "billing_eligibilitycheck_append_only": "A check of coverage is never changed. Record a new one.",
    "billing_payerfile_append_only": "What a payer sent is kept as it came.",
    "billing_statement_append_only": "A statement is never changed. Make the next one.",
    "billing_statementsending_append_only": "A statement that was sent stays sent.",
    "billing_appealletter_append_only": "A letter is kept as it was made. Make the next one.",
    "billing_estimate_append_only": "An estimate is never changed. Make the next version.",
}


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self):
        from billing import panels, reports
        from billing.queries.procedures import charged_procedures, procedure_fees
        from billing.rules.file_kinds import APPEAL, STATEMENT
        from clinic.core.db import register_constraint_message
        from clinic.core.wakes import wakes
        from clinic.files.services import register_access
        from clinic.staff.permissions import Permission
        from scheduling.procedures import register_procedures

        for name, words in TRIGGER_WORDS.items():
            register_constraint_message(name, words)
        panels.register()
        reports.register()
        # A statement names visits and money: who sees the ledger may open it.
        for kind in (STATEMENT, APPEAL):
            register_access(kind, lambda by, file: by.can(Permission.LEDGER_VIEW))
        register_procedures("charges", done=charged_procedures, choices=procedure_fees)
        if settings.CLEARINGHOUSE["KIND"] != "none":
            wakes("appointment.booked", "billing.verify_visit")
            wakes("appointment.arrived", "billing.verify_visit")
            wakes("coverage.saved", "billing.verify_coverage")
