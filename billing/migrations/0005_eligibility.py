"""Insurance verification: policy, questions, answers, what has to be looked at; authorizations and estimates."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
from clinic.core.guards import append_only, settings_table

# Numbers of the files that we send: one count for all receivers, so that none of them sees a number twice.
NUMBERS = "CREATE SEQUENCE billing_interchange_number MAXVALUE 999999999 CYCLE"


def ship_policy(apps, schema_editor):
    """Three days ahead, good for 30 days, Medicaid each month, everybody each January."""
    apps.get_model("billing", "VerificationPolicy").objects.create(
        effective_from=datetime.date(2020, 1, 1),
        monthly_kinds=["medicaid"],
        decided_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_days_cash'),
        ('records', '0005_verified_by_a_payer'),
        ('core', '0002_settings_mark'),
        ('scheduling', '0014_report_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EligibilityRequest',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('service_on', models.DateField()),
                ('reason', models.CharField(choices=[('new', 'Never checked'), ('changed', 'Coverage was edited'), ('again', 'No answer last time'), ('stale', 'Last check is old'), ('monthly', 'New month'), ('yearly', 'New year'), ('hand', 'Asked for')], max_length=8)),
                ('state', models.CharField(choices=[('due', 'To be asked'), ('asking', 'Being asked'), ('waiting', 'Waiting for the answer'), ('answered', 'Answered'), ('given_up', 'No answer')], default='due', max_length=8)),
                ('due_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('trace', models.CharField(max_length=40, unique=True)),
                ('question', models.TextField(blank=True)),
                ('trouble', models.CharField(blank=True, max_length=200)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coverage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='eligibility_requests', to='records.coverage')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
            ],
            options={
                'ordering': ['due_at'],
            },
        ),
        migrations.CreateModel(
            name='EligibilityCheck',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('coverage_version', models.PositiveIntegerField()),
                ('service_on', models.DateField()),
                ('source', models.CharField(choices=[('electronic', 'Asked electronically'), ('phone', 'By phone'), ('portal', "On the payer's website"), ('card', 'Card seen')], max_length=10)),
                ('status', models.CharField(choices=[('active', 'Active'), ('inactive', 'Not active'), ('not_verified', 'Could not verify')], max_length=12)),
                ('checked_at', models.DateTimeField()),
                ('checked_by_label', models.CharField(blank=True, max_length=120)),
                ('card', models.JSONField(default=dict)),
                ('representative', models.CharField(blank=True, max_length=80)),
                ('reference', models.CharField(blank=True, max_length=60, verbose_name='reference number')),
                ('note', models.CharField(blank=True, max_length=300)),
                ('raw_question', models.TextField(blank=True)),
                ('raw_answer', models.TextField(blank=True)),
                ('answer_sha256', models.CharField(blank=True, max_length=64)),
                ('checked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coverage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='eligibility_checks', to='records.coverage')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='billing.eligibilityrequest')),
            ],
            options={
                'ordering': ['-checked_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Estimate',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('trigger', models.CharField(choices=[('scheduled', 'The visit was booked'), ('requested', 'The patient asked')], max_length=10)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('lines', models.JSONField()),
                ('diagnoses', models.JSONField(default=list)),
                ('total', models.DecimalField(decimal_places=2, max_digits=12)),
                ('provider', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('sent_how', models.CharField(blank=True, max_length=10, null=True)),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='estimates', to='scheduling.appointment')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
            ],
            options={
                'ordering': ['appointment', '-number'],
            },
        ),
        migrations.CreateModel(
            name='PayerFile',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(blank=True, max_length=8)),
                ('connection', models.CharField(max_length=20)),
                ('text', models.TextField()),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('received_at', models.DateTimeField()),
                ('handled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['received_at'],
                'indexes': [models.Index(condition=models.Q(('handled_at__isnull', True)), fields=['kind', 'received_at'], name='billing_payerfile_waiting')],
            },
        ),
        migrations.CreateModel(
            name='VerificationPolicy',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('effective_from', models.DateField(verbose_name='from')),
                ('days_ahead', models.PositiveSmallIntegerField(default=3, verbose_name='days before the visit')),
                ('stale_days', models.PositiveSmallIntegerField(default=30, verbose_name='a check holds for (days)')),
                ('monthly_kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, default=list, size=None, verbose_name='checked anew each month')),
                ('is_yearly', models.BooleanField(default=True, verbose_name='checked anew each January')),
                ('most_tries', models.PositiveSmallIntegerField(default=4, verbose_name='times to ask a payer who does not answer')),
                ('decided_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-effective_from', '-decided_at'],
            },
        ),
        migrations.CreateModel(
            name='Authorization',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('authorization', 'Prior authorization'), ('referral', 'Referral')], default='authorization', max_length=14)),
                ('number', models.CharField(max_length=50)),
                ('what_for', models.CharField(max_length=160, verbose_name='for what')),
                ('units', models.PositiveSmallIntegerField(verbose_name='visits allowed')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='to')),
                ('referred_by', models.CharField(blank=True, max_length=120)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('end_reason', models.CharField(blank=True, max_length=200)),
                ('coverage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorizations', to='records.coverage')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.visittype')),
            ],
            options={
                'ordering': ['-ends_on'],
                'indexes': [models.Index(fields=['patient', '-ends_on'], name='billing_authorization_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('units__gte', 1), ('units__lte', 999)), name='billing_authorization_units', violation_error_message='An authorization allows 1 to 999 visits.'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='billing_authorization_dates', violation_error_message='It cannot end before it starts.'), models.UniqueConstraint(fields=('coverage', 'number'), name='billing_authorization_number_once', violation_error_message='This number is on file for this coverage already.'), models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True)), models.Q(('ended_at__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='billing_authorization_ended_why', violation_error_message='Say why it ends.')],
            },
        ),
        migrations.CreateModel(
            name='CoverageIssue',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('inactive', 'Not active'), ('fix_fields', 'Could not verify'), ('other_payer', 'Other payer first'), ('authorization', 'Authorization needed'), ('plan_changed', 'Plan changed'), ('no_answer', 'No answer')], max_length=14)),
                ('words', models.CharField(max_length=300)),
                ('service_on', models.DateField()),
                ('opened_at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_by_label', models.CharField(blank=True, max_length=120)),
                ('resolution', models.CharField(blank=True, max_length=300)),
                ('coverage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='records.coverage')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
                ('found_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='billing.eligibilitycheck')),
            ],
            options={
                'ordering': ['service_on', 'opened_at'],
                'indexes': [models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['service_on'], name='billing_issue_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('coverage', 'kind'), name='billing_coverageissue_one_open', violation_error_message='This is on the list already.'), models.CheckConstraint(condition=models.Q(models.Q(('resolution', ''), ('resolved_at__isnull', True)), models.Q(('resolved_at__isnull', False), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='billing_coverageissue_resolved_how', violation_error_message='Say how it was resolved.')],
            },
        ),
        migrations.AddIndex(
            model_name='eligibilityrequest',
            index=models.Index(condition=models.Q(('state__in', ('due', 'asking', 'waiting'))), fields=['due_at'], name='billing_eligibility_open'),
        ),
        migrations.AddIndex(
            model_name='eligibilityrequest',
            index=models.Index(fields=['coverage', 'service_on'], name='billing_eligibility_of'),
        ),
        migrations.AddConstraint(
            model_name='eligibilityrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('due', 'asking', 'waiting'))), fields=('coverage', 'service_on'), name='billing_eligibilityrequest_one_open', violation_error_message='The payer is being asked about this day already.'),
        ),
        migrations.AddConstraint(
            model_name='eligibilityrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('state__in', ('due', 'asking', 'waiting'))), models.Q(models.Q(('state__in', ('due', 'asking', 'waiting')), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='billing_eligibilityrequest_settled', violation_error_message='A question that is settled says when.'),
        ),
        migrations.AddIndex(
            model_name='eligibilitycheck',
            index=models.Index(fields=['coverage', '-checked_at'], name='billing_check_latest'),
        ),
        migrations.AddIndex(
            model_name='eligibilitycheck',
            index=models.Index(fields=['patient', '-checked_at'], name='billing_check_patient'),
        ),
        migrations.AddConstraint(
            model_name='eligibilitycheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', 'phone'), _negated=True), models.Q(('representative', ''), _negated=True), models.Q(('reference', ''), _negated=True), _connector='OR'), name='billing_eligibilitycheck_phone_says_who', violation_error_message='Of a call, keep the name or the reference number.'),
        ),
        migrations.AddConstraint(
            model_name='eligibilitycheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer_sha256', ''), ('raw_answer', '')), models.Q(models.Q(('raw_answer', ''), _negated=True), models.Q(('answer_sha256', ''), _negated=True)), _connector='OR'), name='billing_eligibilitycheck_has_sum', violation_error_message='An answer is kept with its checksum.'),
        ),
        migrations.AddConstraint(
            model_name='eligibilitycheck',
            constraint=models.UniqueConstraint(condition=models.Q(('request__isnull', False)), fields=('request',), name='billing_eligibilitycheck_once', violation_error_message='This question has been answered.'),
        ),
        migrations.AddIndex(
            model_name='estimate',
            index=models.Index(fields=['patient', '-made_at'], name='billing_estimate_of'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.UniqueConstraint(fields=('appointment', 'number'), name='billing_estimate_number_once', violation_error_message='Somebody else has just made an estimate for this visit.'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', True), ('sent_how__isnull', True)), models.Q(('sent_at__isnull', False), ('sent_how__isnull', False)), _connector='OR'), name='billing_estimate_sent', violation_error_message='Say how it was handed over.'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(('total__gte', 0)), name='billing_estimate_total', violation_error_message='An estimate cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='verificationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('days_ahead__gte', 1), ('days_ahead__lte', 14)), name='billing_verificationpolicy_days_ahead', violation_error_message='Check 1 to 14 days before the visit.'),
        ),
        migrations.AddConstraint(
            model_name='verificationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('stale_days__gte', 1), ('stale_days__lte', 366)), name='billing_verificationpolicy_stale_days', violation_error_message='A check holds for 1 to 366 days.'),
        ),
        migrations.AddConstraint(
            model_name='verificationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('most_tries__gte', 1), ('most_tries__lte', 10)), name='billing_verificationpolicy_most_tries', violation_error_message='Ask 1 to 10 times.'),
        ),
        append_only("billing_eligibilitycheck"),
        append_only("billing_payerfile", allow=("handled_at",)),
        append_only("billing_estimate", allow=("sent_at", "sent_how")),
        settings_table("billing_verificationpolicy"),
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE billing_interchange_number"),
        migrations.RunPython(ship_policy, migrations.RunPython.noop),
    ]
