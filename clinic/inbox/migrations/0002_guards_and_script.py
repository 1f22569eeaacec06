"""Calls and scripts can't be rewritten; the shipped script of red flags."""

import json
from pathlib import Path

from django.db import migrations

from clinic.core.guards import append_only
from clinic.core.ids import uuid7

DATA = Path(__file__).resolve().parent.parent / "data" / "call_script.json"


def ship(apps, schema_editor):
    row = json.loads(DATA.read_text(encoding="utf-8"))
    apps.get_model("inbox", "CallScript").objects.create(id=uuid7(), **row)


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]

    operations = [
        append_only("inbox_phonecall"),
        append_only("inbox_callscript"),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
