"""Fills an outbox: visits booked through the service with what is due for them, and follow-up texts.

Call `fill` in the tests' own database, or run this as a program in the environment of another clinic; that prints
how many are due.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta


def awake_zone(at: datetime) -> str:
    """A zone in which it is about noon: the send window is open there, whenever a test runs."""
    return f"Etc/GMT{at.hour - 12:+d}" if at.hour != 12 else "Etc/GMT"


def tuesdays():
    day = datetime.now(UTC).date() + timedelta(days=5)
    day += timedelta(days=(1 - day.weekday()) % 7)
    while True:
        yield day
        day += timedelta(days=7)


def times_ahead():
    """Free times of a provider who works Tuesdays eight to twelve."""
    from tests.factories.scheduling import at

    for day in tuesdays():
        for half_hour in range(8):
            yield at(f"{8 + half_hour // 2}:{30 * (half_hour % 2):02d}", day)


def book_visits(count: int, zone: str) -> None:
    """`count` visits; of each the confirmation is due at once, and the earliest reminder is made due."""
    from clinic.core.errors import ClinicError
    from clinic.core.time import now
    from clinic.messaging.models import Message
    from tests.factories.messaging import make_reachable
    from tests.factories.scheduling import Clinic

    clinic, free, booked = Clinic(), times_ahead(), []
    while len(booked) < count:
        try:
            booked.append(clinic.book(starts_at=next(free), patient=make_reachable(zone=zone)))
        except ClinicError:
            continue  # a closed day
    for visit in booked:
        first = Message.objects.filter(subject=f"appointment:{visit.pk}", purpose="reminder").earliest(
            "planned_at"
        )
        Message.objects.filter(pk=first.pk).update(planned_at=now(), next_try_at=now())


def fill(count: int) -> int:
    """Makes `count` messages due, half of them in pairs to one number; returns how many are."""
    from django.db import transaction

    from clinic.core.time import now
    from clinic.messaging.models import Message
    from tests.factories.messaging import make_message, make_reachable

    zone = awake_zone(now())
    with transaction.atomic():
        book_visits(count // 4, zone)
        for _ in range(count - 2 * (count // 4)):
            make_message(make_reachable(zone=zone), purpose="followup", zone=zone)
    return Message.objects.filter(next_try_at__lte=now(), state__in=("planned", "due")).count()


def main() -> None:
    import django

    import clinic.celery  # noqa: F401 - the app that services wake their tasks through

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    parser = argparse.ArgumentParser()
    parser.add_argument("--due", type=int, required=True)
    print(fill(parser.parse_args().due))


if __name__ == "__main__":
    main()
