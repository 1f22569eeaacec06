"""The shipped reminders: at booking, 72, 24 and 2 hours before. Source: domain specification 3.5."""

from datetime import date

from django.db import migrations

from clinic.core.ids import uuid7

SHIPPED = [(0, "visit_booked"), (72, "visit_link"), (24, "visit_reminder"), (2, "visit_soon")]


def ship(apps, schema_editor):
    policy = apps.get_model("scheduling", "ReminderPolicy")
    policy.objects.bulk_create(
        policy(
            id=uuid7(),
            hours_before=hours,
            channel=channel,
            template_code=code,
            effective_from=date(2026, 1, 1),
        )
        for hours, code in SHIPPED
        for channel in ("sms", "email")
    )


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_visit_types")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
