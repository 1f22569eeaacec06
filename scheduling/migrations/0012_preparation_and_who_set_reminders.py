"""How patients prepare for a visit, sent a week ahead as a link; and who set a reminder."""

from datetime import date

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from clinic.core.guards import append_only, settings_table
from clinic.core.ids import uuid7

# A week ahead, of visit types that have instructions; by text, else by e-mail.
HOURS = 168


def ship(apps, schema_editor):
    policy = apps.get_model("scheduling", "ReminderPolicy")
    policy.objects.bulk_create(
        policy(
            id=uuid7(),
            hours_before=HOURS,
            channel=channel,
            template_code="visit_prep",
            effective_from=date(2026, 1, 1),
        )
        for channel in ("sms", "email")
    )


class Migration(migrations.Migration):

    dependencies = [
        ("messaging", "0006_more_wordings"),
        ('scheduling', '0011_follow_up_defaults'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='reminderpolicy',
            name='set_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Preparation',
            fields=[
                ('id', models.UUIDField(default=uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], max_length=8)),
                ('body', models.TextField(blank=True)),
                ('effective_from', models.DateField(verbose_name='first day')),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='preparations', to='scheduling.visittype')),
            ],
            options={
                'ordering': ['visit_type', 'language', '-effective_from', '-created_at'],
                'indexes': [models.Index(fields=['visit_type', 'language', '-effective_from'], name='scheduling_preparation_newest')],
            },
        ),
        append_only("scheduling_preparation"),
        settings_table("scheduling_preparation"),
        migrations.RunPython(ship, migrations.RunPython.noop),
        # The indexes of the new columns are made last, and not while foreign keys wait to be looked at.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
    ]
