"""What was tried and assessed can't be rewritten; rules, reasons, levels and letters to start from."""

import json
from pathlib import Path

from django.db import migrations

from clinic.core.guards import append_only, settings_table
from clinic.core.ids import uuid7

LETTERS = Path(__file__).resolve().parent.parent / "data" / "letters.json"
# code, name, code of the usual visit type, months
REASONS = (
    ("annual", "Annual checkup", "wellness", 12),
    ("diabetes", "Diabetes check", "follow-up", 3),
    ("pap", "Cervical screening", "wellness", 36),
    ("result-repeat", "Repeat of a result", "lab", 3),
    ("vaccine-dose", "Next vaccine dose", "nurse", 6),
)
# level, name, minutes until seen
LEVELS = ((1, "Immediate", 0), (2, "Very urgent", 10), (3, "Urgent", 30), (4, "Less urgent", 60), (5, "Not urgent", 120))


def ship(apps, schema_editor):
    model = lambda name: apps.get_model("scheduling", name)  # noqa: E731
    types = {row.code: row for row in model("VisitType").objects.all()}
    model("OutreachSettings").objects.create(id=uuid7())
    model("RecallReason").objects.bulk_create(
        model("RecallReason")(
            id=uuid7(), code=code, name=name, visit_type=types.get(kind), months=months, rank=rank
        )
        for rank, (code, name, kind, months) in enumerate(REASONS, 1)
    )
    model("TriageLevel").objects.bulk_create(
        model("TriageLevel")(id=uuid7(), level=level, name=name, see_within_minutes=minutes)
        for level, name, minutes in LEVELS
    )
    model("LetterWording").objects.bulk_create(
        model("LetterWording")(id=uuid7(), **row) for row in json.loads(LETTERS.read_text(encoding="utf-8"))
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0002_settings_mark"), ("scheduling", "0008_filling_the_day")]

    operations = [
        append_only("scheduling_contactattempt"),
        append_only("scheduling_triageassessment"),
        append_only("scheduling_letterwording"),
        migrations.RunPython(ship, migrations.RunPython.noop),
        *(
            settings_table(f"scheduling_{name}")
            for name in ("outreachsettings", "recallreason", "triagelevel", "letterwording")
        ),
    ]
