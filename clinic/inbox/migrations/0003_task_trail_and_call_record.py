"""The trail of tasks, and what a longer call record holds."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
from clinic.core.guards import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0002_guards_and_script'),
        ('records', '0004_settings_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TaskEvent',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('what', models.CharField(choices=[('added', 'Added'), ('taken', 'Taken'), ('given', 'Given on'), ('noted', 'Noted'), ('done', 'Done')], max_length=8)),
                ('words', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
                ('by_label', models.CharField(max_length=120)),
            ],
            options={
                'ordering': ('at', 'id'),
            },
        ),
        migrations.AddField(
            model_name='phonecall',
            name='advice',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='phonecall',
            name='advice_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='phonecall',
            name='agreement',
            field=models.CharField(blank=True, choices=[('agreed', 'Understood and agreed'), ('refused', 'Refused'), ('unable', 'Could not answer')], max_length=8),
        ),
        migrations.AddField(
            model_name='phonecall',
            name='by_label',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='phonecall',
            name='clinical_context',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='phonecall',
            name='follow_up_due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='phonecall',
            name='protocol',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='phonecall',
            name='words_used',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AlterField(
            model_name='phonecall',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='phonecall',
            constraint=models.CheckConstraint(condition=models.Q(('advice', ''), ('advice_by__isnull', False), _connector='OR'), name='inbox_phonecall_advice_by_somebody', violation_error_message='Say whose advice it is.'),
        ),
        migrations.AddField(
            model_name='taskevent',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='taskevent',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='inbox.task'),
        ),
        migrations.AddIndex(
            model_name='taskevent',
            index=models.Index(fields=['task', 'at'], name='inbox_taskevent_task'),
        ),
        append_only("inbox_taskevent"),
    ]
