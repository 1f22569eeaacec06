"""The shipped wordings of automated calls."""

import json
from pathlib import Path

from django.db import migrations

from clinic.core.ids import uuid7

DATA = Path(__file__).resolve().parent.parent / "data" / "voice_templates.json"


def ship(apps, schema_editor):
    template = apps.get_model("messaging", "MessageTemplate")
    template.objects.bulk_create(
        template(id=uuid7(), **row) for row in json.loads(DATA.read_text(encoding="utf-8"))
    )


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_voice_calls")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
