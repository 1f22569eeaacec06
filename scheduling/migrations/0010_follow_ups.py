"""Follow-up calls: rules, scripts, letters, what is due and each attempt."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import scheduling.rules.follow_ups
from clinic.core.guards import append_only, settings_table


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0003_task_trail_and_call_record'),
        ('messaging', '0007_voice_calls'),
        ('records', '0004_settings_tables'),
        ('scheduling', '0009_filling_defaults'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUpLetter',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('language', models.CharField(default='en', max_length=8)),
                ('version', models.PositiveIntegerField()),
                ('heading', models.CharField(max_length=120)),
                ('body', models.TextField()),
                ('effective_from', models.DateField()),
                ('saved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='FollowUpRule',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.SlugField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=60)),
                ('opens_hours', models.PositiveSmallIntegerField(default=24)),
                ('closes_hours', models.PositiveSmallIntegerField(default=72)),
                ('script_code', models.SlugField(default='after-procedure', max_length=30)),
                ('pool', models.CharField(choices=[('front_desk', 'Front desk'), ('ma', 'Medical assistant'), ('lead_ma', 'Lead medical assistant'), ('provider', 'Provider'), ('biller', 'Biller'), ('manager', 'Office manager'), ('administrator', 'Administrator'), ('privacy', 'Privacy officer')], default='ma', max_length=16)),
                ('is_automated', models.BooleanField(default=True)),
                ('max_attempts', models.PositiveSmallIntegerField(default=3)),
                ('effective_from', models.DateField()),
                ('is_active', models.BooleanField(default=True)),
                ('saved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.visittype')),
            ],
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('reason', models.CharField(max_length=160)),
                ('source_key', models.CharField(blank=True, max_length=120, null=True, unique=True)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('zone', models.CharField(max_length=64)),
                ('pool', models.CharField(choices=[('front_desk', 'Front desk'), ('ma', 'Medical assistant'), ('lead_ma', 'Lead medical assistant'), ('provider', 'Provider'), ('biller', 'Biller'), ('manager', 'Office manager'), ('administrator', 'Administrator'), ('privacy', 'Privacy officer')], max_length=16)),
                ('state', models.CharField(choices=[('planned', 'Not due yet'), ('calling', 'Automated call'), ('queue', 'To be called'), ('provider', 'With the provider'), ('letter', 'Letter due'), ('closed', 'Closed')], default=scheduling.rules.follow_ups.State['PLANNED'], max_length=10)),
                ('next_at', models.DateTimeField()),
                ('is_call_wanted', models.BooleanField(default=False)),
                ('counted', models.PositiveSmallIntegerField(default=0)),
                ('last_outcome', models.CharField(blank=True, choices=[('well', 'Doing well'), ('concern', 'Minor concern'), ('red_flag', 'Red flag'), ('call_me', 'Asked to be called'), ('stop', 'Wants no automated calls'), ('no_key', 'Answered, said nothing'), ('no_answer', 'No answer'), ('left_message', 'Left a message'), ('wrong_number', 'Wrong number'), ('not_placed', 'Call could not be made'), ('letter', 'Letter sent')], max_length=12)),
                ('last_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by_label', models.CharField(blank=True, max_length=120, null=True)),
                ('outcome_note', models.CharField(blank=True, max_length=300)),
                ('appointment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='scheduling.appointment')),
                ('opened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='records.patient')),
                ('provider', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.followuprule')),
            ],
        ),
        migrations.CreateModel(
            name='FollowUpScript',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.SlugField(max_length=30)),
                ('version', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=60)),
                ('effective_from', models.DateField()),
                ('opening', models.CharField(max_length=400)),
                ('closing', models.CharField(max_length=400)),
                ('questions', models.JSONField()),
                ('pain_concern_from', models.PositiveSmallIntegerField(default=4)),
                ('pain_red_from', models.PositiveSmallIntegerField(default=8)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='FollowUpAttempt',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('staff', 'Call'), ('automated', 'Automated call'), ('letter', 'Letter'), ('certified', 'Certified letter')], max_length=10)),
                ('at', models.DateTimeField()),
                ('address', models.CharField(blank=True, max_length=254)),
                ('outcome', models.CharField(choices=[('well', 'Doing well'), ('concern', 'Minor concern'), ('red_flag', 'Red flag'), ('call_me', 'Asked to be called'), ('stop', 'Wants no automated calls'), ('no_key', 'Answered, said nothing'), ('no_answer', 'No answer'), ('left_message', 'Left a message'), ('wrong_number', 'Wrong number'), ('not_placed', 'Call could not be made'), ('letter', 'Letter sent')], max_length=12)),
                ('level', models.CharField(blank=True, choices=[('well', 'well'), ('concern', 'concern'), ('red', 'red')], max_length=8)),
                ('answers', models.JSONField(default=dict)),
                ('findings', models.CharField(blank=True, max_length=500)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('by_label', models.CharField(max_length=120)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_up', to='inbox.phonecall')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='scheduling.followup')),
                ('message', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_up', to='messaging.message')),
                ('letter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.followupletter')),
                ('script', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.followupscript')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ReleasedWords',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('answer', 'Answer'), ('result', 'Result')], default='answer', max_length=8)),
                ('text', models.CharField(max_length=500)),
                ('released_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='scheduling.followup')),
                ('released_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('told_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['released_at', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='followupletter',
            constraint=models.UniqueConstraint(fields=('language', 'version'), name='scheduling_followupletter_version', violation_error_message='Somebody else has just saved this letter.'),
        ),
        migrations.AddConstraint(
            model_name='followuprule',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='scheduling_followuprule_version', violation_error_message='Somebody else has just saved this rule.'),
        ),
        migrations.AddConstraint(
            model_name='followuprule',
            constraint=models.CheckConstraint(condition=models.Q(('opens_hours__lt', models.F('closes_hours'))), name='scheduling_followuprule_window', violation_error_message='The window closes after it opens.'),
        ),
        migrations.AddConstraint(
            model_name='followuprule',
            constraint=models.CheckConstraint(condition=models.Q(('max_attempts__gte', 1)), name='scheduling_followuprule_attempts', violation_error_message='At least one attempt.'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['state', 'next_at'], name='scheduling_followup_open'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(fields=['patient', '-opens_at'], name='scheduling_followup_patient'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(fields=['opens_at'], name='scheduling_followup_opens'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by_label__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by_label__isnull', False)), _connector='OR'), name='scheduling_followup_closed', violation_error_message='“closed_at” and “closed_by_label” belong together.'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='scheduling_followup_state'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('closes_at'))), name='scheduling_followup_window', violation_error_message='The window closes after it opens.'),
        ),
        migrations.AddConstraint(
            model_name='followupscript',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='scheduling_followupscript_version', violation_error_message='Somebody else has just saved this script.'),
        ),
        migrations.AddConstraint(
            model_name='followupscript',
            constraint=models.CheckConstraint(condition=models.Q(('pain_concern_from__lt', models.F('pain_red_from')), ('pain_red_from__lte', 10)), name='scheduling_followupscript_pain', violation_error_message='A red flag starts above a concern, and pain ends at 10.'),
        ),
        migrations.AddIndex(
            model_name='followupattempt',
            index=models.Index(fields=['at'], name='scheduling_followupatt_at'),
        ),
        migrations.AddConstraint(
            model_name='followupattempt',
            constraint=models.UniqueConstraint(fields=('follow_up', 'number'), name='scheduling_followupattempt_number', violation_error_message='Somebody else has just noted an attempt.'),
        ),
        migrations.AddConstraint(
            model_name='releasedwords',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('told_at__isnull', True), ('told_by__isnull', True)), models.Q(('told_at__isnull', False), ('told_by__isnull', False)), _connector='OR'), name='scheduling_releasedwords_told', violation_error_message='“told_at” and “told_by” belong together.'),
        ),
        append_only("scheduling_followupscript"),
        append_only("scheduling_followuprule"),
        append_only("scheduling_followupletter"),
        append_only("scheduling_followupattempt"),
        append_only("scheduling_releasedwords", allow=("told_at", "told_by_id")),
        settings_table("scheduling_followuprule"),
        settings_table("scheduling_followupscript"),
        settings_table("scheduling_followupletter"),
    ]
