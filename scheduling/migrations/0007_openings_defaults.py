"""Parts of sessions are settings; the shipped kinds of visit say how they are seen and what can be added to them."""

from django.db import migrations

from clinic.core.guards import settings_table

VALUES = {
    "telehealth": {"modality": "video"},
    "new-patient": {"is_for_new_patients": True},
    "lab": {"add_on": "before"},
    "ecg": {"add_on": "before"},
    "nurse": {"add_on": "after"},
}


def forwards(apps, _schema_editor):
    """A kind that the clinic has made into something else stays as it is."""
    kinds = apps.get_model("scheduling", "VisitType").objects
    for code, values in VALUES.items():
        known = kinds.filter(code=code)
        if "add_on" in values:
            known = known.filter(needs_provider=False)
        if "modality" in values:
            known = known.filter(needs_room=False, room_kind="")
        known.update(**values)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0006_parts_series_steps_and_soft_holds")]
    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
        settings_table("scheduling_sessionpart"),
        settings_table("scheduling_sessionpart_kept_for"),
    ]
