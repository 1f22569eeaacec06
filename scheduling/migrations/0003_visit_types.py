"""The usual kinds of visit, for a clinic to start from and edit. Source: domain specification 3.1."""

from django.db import migrations

# code, name, provider / MA before / buffer after (min), room held, device held, color, what to bring or do
TYPES = (
    ("follow-up", "Established follow-up", 20, 10, 0, "", "", "c2", "Insurance card, list of medicines"),
    ("acute", "Acute same-day", 15, 10, 0, "", "", "c4", "Insurance card"),
    ("new-patient", "New patient", 40, 15, 5, "", "", "c1", "Photo ID, insurance card, list of medicines"),
    ("wellness", "Annual wellness", 40, 15, 5, "", "", "c3", "Insurance card, list of medicines"),
    ("well-child", "Well child", 30, 15, 5, "", "", "c6", "Vaccine record; a parent or guardian comes along"),
    ("procedure", "Minor procedure", 30, 15, 15, "procedure", "", "c7", "See the preparation instructions"),
    ("nurse", "Nurse visit", 0, 15, 15, "", "", "c5", "Vaccine record or order, if there is one"),
    ("lab", "Lab draw", 0, 10, 5, "lab", "", "c8", "See the preparation instructions"),
    ("ecg", "ECG", 0, 15, 5, "", "ecg", "c8", "A two-piece outfit"),
    ("telehealth", "Telephone or video", 15, 5, 0, "", "", "c1", "A quiet, private place and the phone at hand"),
)
# With an interpreter these take this much longer (minutes); the others take ten.
LONGER = {"new-patient": 20, "wellness": 20, "nurse": 5, "lab": 5, "ecg": 5}


def add(apps, schema_editor):
    VisitType = apps.get_model("scheduling", "VisitType")
    VisitType.objects.bulk_create(
        VisitType(
            code=code,
            name=name,
            provider_minutes=provider,
            ma_before_minutes=before,
            buffer_after_minutes=after,
            interpreter_extra_minutes=LONGER.get(code, 10),
            needs_provider=provider > 0,
            needs_room=code != "telehealth",
            room_kind=room,
            equipment_kind=device,
            color=color,
            prep_note=note,
            rank=rank * 10,
            # Same-day requests are not booked weeks ahead.
            max_horizon_days=7 if code == "acute" else 365,
            max_age=20 if code == "well-child" else None,
        )
        for rank, (code, name, provider, before, after, room, device, color, note) in enumerate(TYPES, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_guards")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=False)]
