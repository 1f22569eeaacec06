from django.core.management.base import BaseCommand, CommandError

from billing.queries.verify import verify_ledger
from clinic.core.money import dollars


class Command(BaseCommand):
    help = "Checks that the books add up. Prints what was looked at; ends with 1 if anything is wrong."

    def handle(self, *args, **options):
        verdict = verify_ledger()
        self.stdout.write(
            f"{verdict.entries} entries, {verdict.patients} patients, {verdict.visits} visits, {verdict.days} days, "
            f"{verdict.charges} approved charges, "
            f"{verdict.payments} payments, {verdict.decisions} decisions of payers; patients owe {dollars(verdict.balance)} together."
        )
        for words in verdict.wrong:
            self.stderr.write(words)
        if verdict.wrong:
            raise CommandError(f"The ledger does not add up: {len(verdict.wrong)} finding(s).")
        self.stdout.write(
            "Every entry sums to zero; charges = payments + adjustments + balance for every visit, patient and day."
        )
