"""A rule after minor procedures, kinds to choose by hand, a script and a letter, for a clinic to start from and edit."""

import datetime as dt

from django.db import migrations

from clinic.core.ids import uuid7

FIRST_DAY = dt.date(2026, 1, 1)
QUESTIONS = {
    "feeling": "How are you doing since you were here?",
    "pain": "On a scale from 0, no pain, to 10, the worst you can think of: how much pain do you have now?",
    "bleeding": "Have you had any bleeding?",
    "fever": "Have you had a fever, or felt hot? Did you measure it?",
    "wound": "Is there any redness, swelling or drainage? Is it growing?",
    "medicines": "Did you get your medicines, and are you taking them?",
    "instructions": "Do you have any questions about what you were told to do at home?",
    "next_visit": "Do you have your next visit booked?",
    "teach_back": "To be sure that I explained it well: please tell me what you will do, and when you would call us.",
}
LETTERS = {
    "en": (
        "We would like to hear from you",
        "Dear {name},\n\nwe tried to reach you by phone after your visit on {date} and did not succeed.\n\n"
        "Please call us at {phone} at your convenience, so that we can ask how you are doing and answer your "
        "questions. If your phone number has changed, please tell us.\n\nIn an emergency, call 911.\n\n{clinic}",
    ),
    "es": (
        "Nos gustaría saber de usted",
        "Estimado/a {name}:\n\nintentamos comunicarnos con usted por teléfono después de su visita del {date} y no "
        "lo logramos.\n\nPor favor llámenos al {phone} cuando le sea posible, para preguntarle cómo está y responder "
        "a sus preguntas. Si cambió su número de teléfono, por favor díganoslo.\n\nEn una emergencia llame al 911."
        "\n\n{clinic}",
    ),
}


def add(apps, schema_editor):
    visit_types = apps.get_model("scheduling", "VisitType")
    script = apps.get_model("scheduling", "FollowUpScript")
    rule = apps.get_model("scheduling", "FollowUpRule")
    letter = apps.get_model("scheduling", "FollowUpLetter")
    script.objects.create(
        id=uuid7(), code="after-procedure", version=1, name="After a procedure", effective_from=FIRST_DAY,
        opening="Hello, this is {caller} from {clinic}. May I speak with {name}? Before we begin, please tell me your "
        "full name and your date of birth.",
        closing="Thank you. If anything gets worse, call us at {phone}. In an emergency, call 911.",
        questions=QUESTIONS,
    )
    procedure = visit_types.objects.filter(code="procedure").first()
    rules = [
        ("after-procedure", "After a minor procedure", procedure, 24, 72),
        ("after-acute", "After an urgent visit", None, 24, 48),
        ("after-injection", "After a joint injection", None, 48, 72),
        ("by-hand", "As the provider asked", None, 24, 72),
    ]
    rule.objects.bulk_create(
        rule(id=uuid7(), code=code, version=1, name=name, visit_type=kind, opens_hours=opens, closes_hours=closes,
             script_code="after-procedure", effective_from=FIRST_DAY)
        for code, name, kind, opens, closes in rules
    )
    letter.objects.bulk_create(
        letter(id=uuid7(), language=language, version=1, heading=heading, body=body, effective_from=FIRST_DAY)
        for language, (heading, body) in LETTERS.items()
    )


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0010_follow_ups")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=False)]
