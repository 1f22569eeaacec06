from django.db import migrations

from clinic.core.guards import settings_table


class Migration(migrations.Migration):
    dependencies = [("core", "0002_settings_mark"), ("messaging", "0003_hold_all_messages")]
    operations = [settings_table("messaging_messagetemplate"), settings_table("messaging_sendsettings")]
