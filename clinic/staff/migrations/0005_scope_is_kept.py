from django.db import migrations

from clinic.core.guards import settings_table


class Migration(migrations.Migration):
    """Scope of practice is asked at each dose: its rules and the register of credentials may be kept in memory."""

    dependencies = [("core", "0002_settings_mark"), ("staff", "0004_wall_screens")]
    operations = [settings_table("staff_scoperule"), settings_table("staff_credential")]
