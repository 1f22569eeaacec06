from django.db import migrations

from clinic.core.guards import settings_table

TABLES = (
    "location",
    "visittype",
    "providersession",
    "providersession_visit_types",
    "sessionexception",
    "closure",
    "flowsettings",
    "reminderpolicy",
)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_settings_mark"), ("scheduling", "0004_reminder_policy")]
    operations = [settings_table(f"scheduling_{name}") for name in TABLES]
