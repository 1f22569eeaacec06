"""The first administrator of a real clinic, from the server's command line."""

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError
from clinic.staff.models import Member
from clinic.staff.services.members import create_administrator


class Command(BaseCommand):
    help = "Create an administrator. The password is asked for, or read from standard input with --password-stdin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="")
        parser.add_argument("--first-name", required=True)
        parser.add_argument("--last-name", required=True)
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = {key: options[key] for key in ("username", "email", "first_name", "last_name")}
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else self._ask()
        try:
            validate_password(password, Member(**names))
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        try:
            member = create_administrator(by=Actor.system("staff.create_admin"), password=password, **names)
        except ClinicError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Administrator {member.username} created.")

    def _ask(self) -> str:
        first = getpass.getpass("Password (15 characters or more): ")
        if first != getpass.getpass("Once more: "):
            raise CommandError("The two passwords differ.")
        return first
