from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from billing.services import take_remittances
from clinic.core.actor import Actor
from clinic.core.errors import Refused
from clinic.core.money import dollars


class Command(BaseCommand):
    help = (
        "Takes remittance files (835) in: posts what balances, keeps the rest for review, and changes nothing for a file "
        "that was taken before. Ends with 1 when a file was refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)

    def handle(self, *args, files, **options):
        refused = 0
        for file in files:
            try:
                taken = take_remittances(
                    by=Actor.system("billing.take_remittances"), name=file.name, data=file.read_bytes()
                )
            except (Refused, OSError) as error:
                refused += 1
                self.stderr.write(f"{file}: refused: {error}")
                continue
            for row in taken.remittances:
                payment = "unknown amount" if row.payment is None else dollars(row.payment)
                self.stdout.write(
                    f"{file}: {payment}, trace {row.trace or 'missing'}, {row.claim_count} claims, {row.state}"
                )
            if not taken.new:
                self.stdout.write(f"{file}: was taken before; nothing was posted again.")
        if refused:
            raise CommandError(f"{refused} file(s) refused.")
