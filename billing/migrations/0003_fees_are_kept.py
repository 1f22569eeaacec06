from django.db import migrations

from clinic.core.guards import settings_table


class Migration(migrations.Migration):
    """Prices and what a visit type proposes are asked at each check-out: both may be kept in memory."""

    dependencies = [("core", "0002_settings_mark"), ("billing", "0002_ledger_guards")]
    operations = [settings_table("billing_feeitem"), settings_table("billing_visittypefee")]
