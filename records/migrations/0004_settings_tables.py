from django.db import migrations

from clinic.core.guards import settings_table


class Migration(migrations.Migration):
    dependencies = [("core", "0002_settings_mark"), ("records", "0003_vital_limits")]
    operations = [settings_table("records_vitallimit")]
