"""What happened in a visit is never rewritten: of an interval only its end is set, once."""

from django.db import migrations

from clinic.core.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]

    operations = [append_only("scheduling_visitinterval", allow=("ended_at",))]
