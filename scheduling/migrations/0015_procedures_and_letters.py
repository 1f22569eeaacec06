"""Follow-ups after procedures; late cancellations that count; letters kept as they were sent; what is
closed in the order in which its lists are read."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from clinic.core.ids import uuid7

LATE_CANCEL = (
    (
        "late_cancel_1", "en", "Your cancelled visit",
        "Dear {name},\n\nyou had to cancel your visit on {date} at short notice, and nobody else could be seen in that time."
        "\n\nPlease call us at {phone}, and we will find a time that suits you better. If something makes it hard to come "
        "to us, tell us about it: often there is a way.\n\nWhen you know that you can't keep a visit, please tell us a day "
        "ahead, so that somebody else can have the time.\n\n{clinic}",
    ),
    (
        "late_cancel_2", "en", "Your missed visits",
        "Dear {name},\n\nfor the second time within twelve months a visit of yours was missed or cancelled at short notice, "
        "most recently on {date}.\n\nPlease call us at {phone} to plan your care with us. After a third one your provider "
        "decides how we go on, which may mean that we can plan only same-day visits for you.\n\nIf there are reasons that "
        "we should know of, we would like to hear them.\n\n{clinic}",
    ),
    (
        "late_cancel_1", "es", "Su cita cancelada",
        "Estimado/a {name}:\n\ntuvo que cancelar su cita del {date} con poca anticipación, y nadie más pudo usar esa hora."
        "\n\nLlámenos al {phone} y buscaremos una hora que le convenga más. Si algo le dificulta venir, díganoslo: muchas "
        "veces hay una solución.\n\nCuando sepa que no podrá venir, avísenos por favor un día antes, para que otra persona "
        "pueda usar la hora.\n\n{clinic}",
    ),
    (
        "late_cancel_2", "es", "Sus citas perdidas",
        "Estimado/a {name}:\n\npor segunda vez en doce meses usted faltó a una cita o la canceló con poca anticipación, la "
        "más reciente el {date}.\n\nLlámenos al {phone} para planear su atención con nosotros. Después de una tercera vez su "
        "médico decide cómo seguimos, lo que puede significar que solo podamos darle citas para el mismo día.\n\nSi hay "
        "razones que debamos conocer, nos gustaría saberlas.\n\n{clinic}",
    ),
)  # fmt: skip


def ship(apps, schema_editor):
    wording = apps.get_model("scheduling", "LetterWording")
    wording.objects.bulk_create(
        wording(id=uuid7(), code=code, language=language, heading=heading, body=body)
        for code, language, heading, body in LATE_CANCEL
    )


def letter_file():
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
    )


class Migration(migrations.Migration):

    dependencies = [
        ("files", "0001_initial"),
        ("scheduling", "0014_report_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="followuprule",
            name="procedure_codes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="outreachsettings",
            name="are_late_cancels_counted",
            field=models.BooleanField(default=True, verbose_name="late cancellations count like no-shows"),
        ),
        migrations.AlterField(
            model_name="letterwording",
            name="code",
            field=models.CharField(
                choices=[
                    ("no_show_1", "After the first no-show"),
                    ("no_show_2", "After the second no-show"),
                    ("late_cancel_1", "After the first late cancellation"),
                    ("late_cancel_2", "After the second, a late cancellation"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddField(model_name="missedvisit", name="letter_file", field=letter_file()),
        migrations.AddField(model_name="followupattempt", name="letter_file", field=letter_file()),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                models.F("closed_at").desc(),
                models.F("id"),
                condition=models.Q(("state", "closed")),
                name="scheduling_followup_closed_at",
            ),
        ),
        migrations.AddIndex(
            model_name="recall",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["-closed_at"], name="scheduling_recall_closed_at"
            ),
        ),
        migrations.AddIndex(
            model_name="waitlistentry",
            index=models.Index(
                condition=models.Q(("state", "waiting"), _negated=True),
                fields=["location", "-closed_at"],
                name="scheduling_wait_closed_at",
            ),
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
        # The indexes of new columns are made last, and not while foreign keys wait to be looked at.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
    ]
