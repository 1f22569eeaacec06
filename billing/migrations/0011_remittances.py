"""Payments of payers as they came, their decisions on claims, and denials to be worked off."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import clinic.core.money
from clinic.core.guards import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0006_claims'),
        ('billing', '0010_days_cash'),
        ('records', '0005_verified_by_a_payer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Remittance',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('review', 'To review'), ('posted', 'Posted')], default='review', max_length=8)),
                ('payer_name', models.CharField(blank=True, max_length=120)),
                ('payer_identifier', models.CharField(blank=True, max_length=80)),
                ('trace', models.CharField(blank=True, max_length=80)),
                ('method', models.CharField(blank=True, max_length=8)),
                ('paid_on', models.DateField(blank=True, null=True)),
                ('payment', clinic.core.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('claims_paid', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('provider_adjusted', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('provider_adjustments', models.JSONField(blank=True, default=list)),
                ('claim_count', models.PositiveIntegerField(default=0)),
                ('problems', models.JSONField(blank=True, default=list)),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('deposited_on', models.DateField(blank=True, null=True)),
                ('deposit_reference', models.CharField(blank=True, max_length=40)),
                ('deposited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='remittance', to='billing.journalentry')),
            ],
            options={
                'ordering': ['-created_at', 'number'],
            },
        ),
        migrations.CreateModel(
            name='RemittanceClaim',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField()),
                ('outcome', models.CharField(choices=[('posted', 'Posted'), ('held', 'To review'), ('set_aside', 'Set aside')], default='held', max_length=10)),
                ('why', models.CharField(blank=True, max_length=300)),
                ('account', models.CharField(blank=True, max_length=40)),
                ('payer_control', models.CharField(blank=True, max_length=50)),
                ('status', models.CharField(blank=True, max_length=3)),
                ('charge', clinic.core.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('paid', clinic.core.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('patient_share', clinic.core.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('patient_name', models.CharField(blank=True, max_length=120)),
                ('corrected_name', models.CharField(blank=True, max_length=120)),
                ('detail', models.JSONField(blank=True, default=dict)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('claim', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='remittances', to='billing.claim')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='remittance_claim', to='billing.journalentry')),
                ('remittance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='billing.remittance')),
                ('reversed_by', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reverses', to='billing.remittanceclaim')),
            ],
            options={
                'ordering': ['remittance', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Denial',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('amount', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('reasons', models.JSONField(default=list)),
                ('remarks', models.JSONField(blank=True, default=list)),
                ('category', models.CharField(choices=[('registration', 'Registration'), ('eligibility', 'Eligibility'), ('authorization', 'Authorization'), ('coding', 'Coding'), ('timely', 'Filed too late'), ('medical', 'Medical necessity'), ('duplicate', 'Duplicate'), ('other', 'Other')], max_length=14)),
                ('deadline', models.DateField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done')], default='open', max_length=6)),
                ('action', models.CharField(blank=True, choices=[('resend', 'Correct and send again'), ('appeal', 'Appeal'), ('bill_patient', 'Bill the patient'), ('write_off', 'Write off'), ('paid', 'Paid after all')], max_length=14)),
                ('root_cause', models.CharField(blank=True, choices=[('check_in', 'Check-in'), ('verification', 'Verification'), ('authorization', 'Authorization'), ('documentation', 'Documentation'), ('coding', 'Coding'), ('sending', 'Sending'), ('payer', "The payer's error")], max_length=14, verbose_name='what caused it')),
                ('note', models.CharField(blank=True, max_length=300)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='denials', to='billing.claim')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='denial', to='billing.remittanceclaim')),
            ],
            options={
                'ordering': ['deadline'],
            },
        ),
        migrations.CreateModel(
            name='RemittanceFile',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('text', models.TextField()),
                ('received_at', models.DateTimeField()),
                ('received_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-received_at'],
            },
        ),
        migrations.AddField(
            model_name='remittance',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remittances', to='billing.remittancefile'),
        ),
        migrations.AddIndex(
            model_name='remittanceclaim',
            index=models.Index(fields=['claim'], name='billing_rem_claim_i_b6b4b4_idx'),
        ),
        migrations.AddIndex(
            model_name='remittanceclaim',
            index=models.Index(condition=models.Q(('outcome', 'held')), fields=['remittance'], name='billing_remittanceclaim_held'),
        ),
        migrations.AddConstraint(
            model_name='remittanceclaim',
            constraint=models.UniqueConstraint(fields=('remittance', 'number'), name='billing_remittanceclaim_number_once'),
        ),
        migrations.AddConstraint(
            model_name='remittanceclaim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'posted'), _negated=True), ('claim__isnull', False), _connector='OR'), name='billing_remittanceclaim_posted_to_a_claim', violation_error_message='A payment is posted to a claim.'),
        ),
        migrations.AddIndex(
            model_name='denial',
            index=models.Index(fields=['state', '-amount'], name='billing_den_state_0342b7_idx'),
        ),
        migrations.AddConstraint(
            model_name='denial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(('closed_at__isnull', False), ('state', 'done'), models.Q(('action', ''), _negated=True), models.Q(('root_cause', ''), _negated=True)), _connector='OR'), name='billing_denial_done_says_how', violation_error_message='Say what was done and what caused it.'),
        ),
        migrations.AddIndex(
            model_name='remittance',
            index=models.Index(fields=['state', '-created_at'], name='billing_rem_state_b2073f_idx'),
        ),
        migrations.AddConstraint(
            model_name='remittance',
            constraint=models.UniqueConstraint(fields=('file', 'number'), name='billing_remittance_number_once'),
        ),
        migrations.AddConstraint(
            model_name='remittance',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('trace', ''), _negated=True), ('state', 'posted')), fields=('payer_identifier', 'trace'), name='billing_remittance_trace_once', violation_error_message='This payment has been posted already.'),
        ),
        migrations.AddConstraint(
            model_name='remittance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('posted_at__isnull', False), ('state', 'posted')), models.Q(models.Q(('state', 'posted'), _negated=True), ('posted_at__isnull', True)), _connector='OR'), name='billing_remittance_posted_has_when', violation_error_message='This payment has moved on.'),
        ),
        migrations.AddConstraint(
            model_name='remittance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deposited_by__isnull', True), ('deposited_on__isnull', True)), models.Q(('deposited_by__isnull', False), ('deposited_on__isnull', False)), _connector='OR'), name='billing_remittance_deposited_by', violation_error_message='“deposited_on” and “deposited_by” belong together.'),
        ),
        append_only("billing_remittancefile"),
    ]
