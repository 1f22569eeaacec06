from django.core.management.base import BaseCommand, CommandError

from inventory.queries.verify import verify_stock


class Command(BaseCommand):
    help = "Checks that what stands on each shelf is the sum of its movements. Ends with 1 if not."

    def handle(self, *args, **options):
        shelves, wrong = verify_stock()
        for words in wrong:
            self.stderr.write(words)
        if wrong:
            raise CommandError(f"{len(wrong)} shelves differ from the ledger.")
        self.stdout.write(f"{shelves} shelves, each the sum of its movements.")
