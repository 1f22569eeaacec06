from django.db import migrations, models

from clinic.core.guards import settings_table

MARK = """
INSERT INTO core_settingsmark ("only", mark) VALUES (true, gen_random_uuid());
CREATE FUNCTION core_settings_changed() RETURNS trigger LANGUAGE plpgsql AS $mark$
BEGIN
    UPDATE core_settingsmark SET mark = gen_random_uuid();
    RETURN NULL;
END $mark$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SettingsMark",
            fields=[
                (
                    "only",
                    models.BooleanField(default=True, editable=False, primary_key=True, serialize=False),
                ),
                ("mark", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("only", True)), name="core_settingsmark_one_row"
                    )
                ],
            },
        ),
        migrations.RunSQL(MARK, "DROP FUNCTION IF EXISTS core_settings_changed(); DELETE FROM core_settingsmark;"),
        settings_table("core_clinicprofile"),
    ]
