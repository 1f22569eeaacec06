#!/usr/bin/env python
"""Command line of the clinic. Commands that change the schema or rebuild data run as the database's owner."""

import os
import sys

OWNER_COMMANDS = {"migrate", "flush", "seed_demo", "seed_scale", "restore", "sqlflush", "createcachetable"}
FILE_COMMANDS = {"edi_read", "edi_check"}  # look at files; a clinic behind them is of use, but not needed


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in OWNER_COMMANDS:
        os.environ.setdefault("CLINIC_DATABASE_ROLE", "owner")
    if command in FILE_COMMANDS and "DATABASE_URL" not in os.environ:
        from clinic.runtime.no_clinic import stand_in_environment

        stand_in_environment()
    if command == "demo":
        from clinic.runtime.supervisor import prepare_environment

        prepare_environment(sys.argv[2:])
    from django.core.management import execute_from_command_line

    import clinic.celery  # noqa: F401  (what a command queues must go to the configured broker)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
