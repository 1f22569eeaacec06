import django.db.models.deletion
from django.db import migrations, models

from clinic.core.guards import settings_table


class Migration(migrations.Migration):
    dependencies = [("core", "0002_settings_mark"), ("staff", "0002_scope_defaults")]

    operations = [
        migrations.CreateModel(
            name="BrowserSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "staff_session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staff.staffsession",
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        # Earlier sessions are not carried over: everybody signs in once more.
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
        settings_table(
            "staff_member", ("first_name", "last_name", "credential", "color", "roles", "is_active")
        ),
        settings_table("staff_sessionpolicy"),
    ]
