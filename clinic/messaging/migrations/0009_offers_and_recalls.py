"""Two more purposes, their shipped wordings, and both within the limits of contact."""

import json
from pathlib import Path

from django.db import migrations, models

from clinic.core.ids import uuid7

DATA = Path(__file__).resolve().parent.parent / "data" / "offers_and_recalls.json"


def ship(apps, schema_editor):
    template = apps.get_model("messaging", "MessageTemplate")
    template.objects.bulk_create(
        template(id=uuid7(), **row) for row in json.loads(DATA.read_text(encoding="utf-8"))
    )
    for row in apps.get_model("messaging", "SendSettings").objects.all():
        row.limited_purposes = [*row.limited_purposes, "recall", "offer"]
        row.save(update_fields=["limited_purposes"])


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0008_voice_wordings'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contactconsent',
            name='purpose',
            field=models.CharField(choices=[('all', 'Everything'), ('reaches', 'Whether it works'), ('reminder', 'Visit reminder'), ('confirmation', 'Booking confirmation'), ('preparation', 'How to prepare'), ('followup', 'Follow-up'), ('recall', 'Time to come back'), ('offer', 'Earlier time offered'), ('receipt', 'Answer to a reply'), ('answer', 'Written by staff'), ('test', 'Test')], max_length=16),
        ),
        migrations.AlterField(
            model_name='message',
            name='purpose',
            field=models.CharField(choices=[('reminder', 'Visit reminder'), ('confirmation', 'Booking confirmation'), ('preparation', 'How to prepare'), ('followup', 'Follow-up'), ('recall', 'Time to come back'), ('offer', 'Earlier time offered'), ('receipt', 'Answer to a reply'), ('answer', 'Written by staff'), ('test', 'Test')], max_length=16),
        ),
        migrations.AlterField(
            model_name='messagetemplate',
            name='purpose',
            field=models.CharField(choices=[('reminder', 'Visit reminder'), ('confirmation', 'Booking confirmation'), ('preparation', 'How to prepare'), ('followup', 'Follow-up'), ('recall', 'Time to come back'), ('offer', 'Earlier time offered'), ('receipt', 'Answer to a reply'), ('answer', 'Written by staff'), ('test', 'Test')], max_length=16),
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
