from django.apps import AppConfig

TRIGGER_WORDS = {
    "billing_journalentry_balances": "This entry does not balance, so nothing was posted.",
    "billing_posting_entry_closed": "An entry is complete once it is saved. Post a new one.",
    "billing_journalentry_append_only": "The ledger is never changed. Reverse the entry instead.",
    "billing_posting_append_only": "The ledger is never changed. Reverse the entry instead.",
    "billing_payment_append_only": "A payment is never changed. Reverse it instead.",
}


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self):
        from billing import panels
        from billing.queries.procedures import charged_procedures, procedure_fees
        from clinic.core.db import register_constraint_message
        from scheduling.procedures import register_procedures

        for name, words in TRIGGER_WORDS.items():
            register_constraint_message(name, words)
        panels.register()
        register_procedures("charges", done=charged_procedures, choices=procedure_fees)
