"""manage.py setup_code: prints the code that the set-up page asks for."""

from django.core.management.base import BaseCommand, CommandError

from clinic.desk.services.setup import is_set_up, set_up_code


class Command(BaseCommand):
    help = "Prints the code for the set-up page of a new clinic, valid for 24 hours."

    def handle(self, *args, **options) -> None:
        if is_set_up():
            raise CommandError("This clinic is set up already. Sign in, or use create_admin.")
        self.stdout.write(set_up_code())
