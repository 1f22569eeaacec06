"""The trail can be added to and read, never changed."""

from django.db import migrations

from clinic.core.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [append_only("audit_auditevent"), append_only("audit_auditlink")]
