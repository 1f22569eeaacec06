"""Automated calls and their steps."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import clinic.core.ids
from clinic.core.guards import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0006_more_wordings'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contactconsent',
            name='how',
            field=models.CharField(choices=[('spoken', 'Said so in person or by phone'), ('written', 'Signed or ticked a form'), ('text', 'Texted it'), ('key', 'Pressed a key during a call'), ('carrier', 'Told by the phone company'), ('imported', 'Brought from another system')], max_length=12),
        ),
        migrations.CreateModel(
            name='VoiceCall',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('ref', models.CharField(blank=True, max_length=64)),
                ('status', models.CharField(default='queued', max_length=16)),
                ('answered_by', models.CharField(blank=True, max_length=8)),
                ('key', models.CharField(blank=True, max_length=1)),
                ('is_voicemail_left', models.BooleanField(default=False)),
                ('outcome', models.CharField(blank=True, choices=[('well', 'Pressed 1: doing well'), ('call_me', 'Pressed 2: wants a call'), ('stop', 'Pressed 9: no more automated calls'), ('no_key', 'Answered, pressed nothing'), ('voicemail', 'Left a short voicemail'), ('machine', 'A machine answered; nothing was left'), ('no_answer', 'No answer'), ('failed', 'The call could not be made')], max_length=12)),
                ('heard_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='voice_call', to='messaging.message')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at', None), models.Q(('outcome', ''), _negated=True)), fields=['heard_at'], name='messaging_voice_unsettled')],
            },
        ),
        migrations.CreateModel(
            name='VoiceStep',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('ref', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('status', 'Report'), ('answer', 'Answer'), ('key', 'Key')], max_length=8)),
                ('value', models.CharField(max_length=24)),
                ('received_at', models.DateTimeField()),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voice_steps', to='messaging.message')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('message', 'ref', 'kind', 'value'), name='messaging_voicestep_once')],
            },
        ),
        append_only("messaging_voicestep"),
    ]
