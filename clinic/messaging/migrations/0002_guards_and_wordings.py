"""Consent and provider reports can't be rewritten; the shipped wordings and sending rules."""

import json
from pathlib import Path

from django.db import migrations

from clinic.core.guards import append_only
from clinic.core.ids import uuid7

DATA = Path(__file__).resolve().parent.parent / "data" / "templates.json"


def ship(apps, schema_editor):
    template = apps.get_model("messaging", "MessageTemplate")
    template.objects.bulk_create(
        template(id=uuid7(), **row) for row in json.loads(DATA.read_text(encoding="utf-8"))
    )
    apps.get_model("messaging", "SendSettings").objects.create(id=uuid7())


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [
        append_only("messaging_contactconsent"),
        append_only("messaging_deliveryevent"),
        append_only("messaging_messagetemplate"),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
