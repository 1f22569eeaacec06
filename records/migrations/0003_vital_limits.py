"""The shipped limits for vital signs, as rows that the clinic's medical director signs off."""

import datetime as dt

from django.db import migrations

from records.rules.vitals.defaults import DEFAULTS

SHIPPED_ON = dt.date(2026, 1, 1)


def add(apps, schema_editor):
    limit_model = apps.get_model("records", "VitalLimit")
    limit_model.objects.bulk_create(
        limit_model(
            vital=one.vital, tier=one.tier, low=one.low, low_counts=one.low_counts, high=one.high,
            high_counts=one.high_counts, from_months=one.from_months, to_months=one.to_months,
            condition=one.condition, source=one.source, effective_from=SHIPPED_ON,
        )
        for one in DEFAULTS
    )


def remove(apps, schema_editor):
    apps.get_model("records", "VitalLimit").objects.filter(effective_from=SHIPPED_ON).delete()


class Migration(migrations.Migration):
    dependencies = [("records", "0002_guards")]
    operations = [migrations.RunPython(add, remove)]
