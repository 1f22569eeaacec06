"""Wordings for how to prepare, for automated calls and for answers by staff; preparation counts toward the limits."""

import json
from pathlib import Path

from django.db import migrations

from clinic.core.ids import uuid7

DATA = Path(__file__).resolve().parent.parent / "data" / "templates_more.json"


def ship(apps, schema_editor):
    template = apps.get_model("messaging", "MessageTemplate")
    template.objects.bulk_create(
        template(id=uuid7(), **row) for row in json.loads(DATA.read_text(encoding="utf-8"))
    )
    for row in apps.get_model("messaging", "SendSettings").objects.all():
        if "preparation" not in row.limited_purposes:
            row.limited_purposes = [*row.limited_purposes, "preparation"]
            row.save()


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_bad_numbers_and_first_days")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
