"""Rules about money, requests that a second person decides, and what payers owe kept apart from what patients owe."""

from decimal import Decimal

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import clinic.core.money
from clinic.core.guards import append_only

# As before, and apart: what payers owe is not what the patient owes, and each visit's part is kept beside the whole.
OPEN_SUMS = """
        SELECT n.patient_id, n.encounter_id, n.payer_id, sum(n.amount),
               min(coalesce((v.started_at AT TIME ZONE coalesce((SELECT zone FROM core_clinicprofile LIMIT 1), 'UTC'))::date,
                            e.business_day))
        FROM {source} n JOIN billing_journalentry e ON e.id = n.entry_id
        LEFT JOIN records_encounter v ON v.id = n.encounter_id
        WHERE n.account = 'receivable' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
FILL = f"""
INSERT INTO billing_openbalance (patient_id, encounter_id, payer_id, open, service_on)
{OPEN_SUMS.format(source="billing_posting")}
"""
KEEP = f"""
CREATE OR REPLACE FUNCTION billing_posting_sum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $sum$
BEGIN
    INSERT INTO billing_patientbalance AS b (patient_id, owed, insured, last_day)
        SELECT n.patient_id, coalesce(sum(n.amount) FILTER (WHERE n.payer_id IS NULL), 0),
               coalesce(sum(n.amount) FILTER (WHERE n.payer_id IS NOT NULL), 0), max(e.business_day)
        FROM posted n JOIN billing_journalentry e ON e.id = n.entry_id
        WHERE n.account = 'receivable' GROUP BY 1 ORDER BY 1
    ON CONFLICT (patient_id) DO UPDATE
        SET owed = b.owed + EXCLUDED.owed, insured = b.insured + EXCLUDED.insured,
            last_day = greatest(b.last_day, EXCLUDED.last_day);
    INSERT INTO billing_openbalance AS o (patient_id, encounter_id, payer_id, open, service_on)
    {OPEN_SUMS.format(source="posted")}
    ON CONFLICT (patient_id, encounter_id, payer_id) DO UPDATE SET open = o.open + EXCLUDED.open;
    RETURN NULL;
END $sum$;
REVOKE ALL ON FUNCTION billing_posting_sum() FROM PUBLIC;
CREATE TRIGGER billing_openbalance_append_only BEFORE INSERT OR UPDATE OR DELETE ON billing_openbalance
    FOR EACH ROW EXECUTE FUNCTION billing_patientbalance_append_only();
CREATE TRIGGER billing_openbalance_no_truncate BEFORE TRUNCATE ON billing_openbalance
    FOR EACH STATEMENT EXECUTE FUNCTION billing_patientbalance_append_only();
"""
TOGETHER = """
CREATE OR REPLACE FUNCTION billing_posting_sum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $sum$
BEGIN
    INSERT INTO billing_patientbalance AS b (patient_id, owed, last_day)
        SELECT n.patient_id, sum(n.amount), max(e.business_day)
        FROM posted n JOIN billing_journalentry e ON e.id = n.entry_id
        WHERE n.account = 'receivable' GROUP BY 1 ORDER BY 1
    ON CONFLICT (patient_id) DO UPDATE
        SET owed = b.owed + EXCLUDED.owed, last_day = greatest(b.last_day, EXCLUDED.last_day);
    RETURN NULL;
END $sum$;
DROP TRIGGER IF EXISTS billing_openbalance_no_truncate ON billing_openbalance;
DROP TRIGGER IF EXISTS billing_openbalance_append_only ON billing_openbalance;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0007_drawer_sessions'),
        ('records', '0004_settings_tables'),
        ('scheduling', '0014_report_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MoneyPolicy',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('effective_from', models.DateField()),
                ('biller_limit', clinic.core.money.MoneyField(decimal_places=2, default=Decimal('100.00'), help_text='Above it, somebody approves.', max_digits=12, verbose_name='a biller writes off alone up to')),
                ('approver_limit', clinic.core.money.MoneyField(blank=True, decimal_places=2, help_text='Empty: any amount.', max_digits=12, null=True, verbose_name='who approves decides up to')),
                ('small_balance', clinic.core.money.MoneyField(decimal_places=2, default=Decimal('5.00'), help_text='It may be written off without a letter.', max_digits=12, verbose_name='a balance is small up to')),
                ('small_balance_days', models.PositiveSmallIntegerField(default=90, help_text='Days since the last charge or payment.', verbose_name='and nothing new for days')),
                ('statement_minimum', clinic.core.money.MoneyField(decimal_places=2, default=Decimal('5.00'), help_text='A smaller balance waits.', max_digits=12, verbose_name='no statement below')),
                ('statement_days', models.PositiveSmallIntegerField(default=30, verbose_name='days between statements')),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-effective_from', '-set_at'],
            },
        ),
        migrations.CreateModel(
            name='MoneyRequest',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('write_off', 'Write-off'), ('refund', 'Refund')], max_length=10)),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('approved', 'Approved'), ('refused', 'Refused')], default='asked', max_length=10)),
                ('amount', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('reason', models.CharField(choices=[('small', 'Small balance'), ('courtesy', 'Courtesy'), ('hardship', 'Hardship'), ('bad_debt', 'Bad debt'), ('late', 'Filed too late'), ('our_error', 'Our error'), ('overpaid', 'Paid too much'), ('twice', 'Paid twice'), ('not_done', 'Service was not given'), ('payer_asked', 'The payer asks it back')], max_length=12)),
                ('note', models.CharField(blank=True, max_length=160)),
                ('method', models.CharField(blank=True, choices=[('check', 'Check'), ('cash', 'Cash')], max_length=8)),
                ('reference', models.CharField(blank=True, max_length=40)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=160)),
            ],
            options={
                'ordering': ['asked_at'],
            },
        ),
        migrations.AddField(
            model_name='patientbalance',
            name='insured',
            field=clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AlterField(
            model_name='journalentry',
            name='kind',
            field=models.CharField(choices=[('charge', 'Charge'), ('payment', 'Payment'), ('adjustment', 'Adjustment'), ('reversal', 'Reversal'), ('transfer', 'Transfer'), ('refund', 'Refund'), ('allocation', 'Applied'), ('remittance', 'Insurance payment')], max_length=12),
        ),
        migrations.AlterField(
            model_name='posting',
            name='account',
            field=models.CharField(choices=[('receivable', 'Receivable'), ('cash', 'Cash'), ('revenue', 'Revenue'), ('adjustment', 'Adjustments'), ('bank', 'Bank')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(condition=models.Q(('payer__isnull', False)), fields=['payer'], name='billing_posting_of_payer'),
        ),
        migrations.AddField(
            model_name='moneypolicy',
            name='set_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='moneyrequest',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='moneyrequest',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='moneyrequest',
            name='drawer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.drawer'),
        ),
        migrations.AddField(
            model_name='moneyrequest',
            name='encounter',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.encounter'),
        ),
        migrations.AddField(
            model_name='moneyrequest',
            name='entry',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='billing.journalentry'),
        ),
        migrations.AddField(
            model_name='moneyrequest',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient'),
        ),
        migrations.AddField(
            model_name='moneyrequest',
            name='payer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.payer'),
        ),
        migrations.AddConstraint(
            model_name='moneypolicy',
            constraint=models.CheckConstraint(condition=models.Q(('biller_limit__gte', 0), ('small_balance__gte', 0), ('statement_minimum__gte', 0), models.Q(('approver_limit__isnull', True), ('approver_limit__gte', models.F('biller_limit')), _connector='OR')), name='billing_moneypolicy_limits_fit', violation_error_message='Who approves decides at least as much as a biller alone, and nothing is negative.'),
        ),
        migrations.AddIndex(
            model_name='moneyrequest',
            index=models.Index(fields=['state', 'asked_at'], name='billing_mon_state_78bc28_idx'),
        ),
        migrations.AddConstraint(
            model_name='moneyrequest',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='billing_moneyrequest_amount_positive', violation_error_message='The amount must be more than zero.'),
        ),
        migrations.AddConstraint(
            model_name='moneyrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('entry__isnull', True), ('state', 'asked')), models.Q(('decided_at__isnull', False), ('entry__isnull', False), ('state', 'approved')), models.Q(('decided_at__isnull', False), ('entry__isnull', True), ('state', 'refused')), _connector='OR'), name='billing_moneyrequest_state_fits', violation_error_message='This request has been decided.'),
        ),
        migrations.AddConstraint(
            model_name='moneyrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='billing_moneyrequest_decided_by', violation_error_message='“decided_at” and “decided_by” belong together.'),
        ),
        migrations.AddConstraint(
            model_name='moneyrequest',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('asked_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='billing_moneyrequest_two_people', violation_error_message='A second person decides: not the one who asked.'),
        ),
        migrations.AddConstraint(
            model_name='moneyrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'refund'), _negated=True), models.Q(models.Q(('method', ''), _negated=True), models.Q(models.Q(('method', 'cash'), _negated=True), ('drawer__isnull', False), _connector='OR')), _connector='OR'), name='billing_moneyrequest_refund_says_how', violation_error_message='A refund says how it is paid, and cash comes out of a drawer.'),
        ),
        migrations.CreateModel(
            name='OpenBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('open', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('service_on', models.DateField()),
            ],
        ),
        migrations.AlterField(
            model_name='posting',
            name='patient',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('patient__isnull', False), ('account__in', ['bank', 'adjustment']), _connector='OR'), name='billing_posting_names_a_patient', violation_error_message='A posting names its patient.'),
        ),
        migrations.AddField(
            model_name='openbalance',
            name='encounter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.encounter'),
        ),
        migrations.AddField(
            model_name='openbalance',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient'),
        ),
        migrations.AddField(
            model_name='openbalance',
            name='payer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.payer'),
        ),
        migrations.AddIndex(
            model_name='openbalance',
            index=models.Index(condition=models.Q(('open', 0), _negated=True), fields=['service_on', 'payer'], include=('open',), name='billing_openbalance_age'),
        ),
        migrations.AddConstraint(
            model_name='openbalance',
            constraint=models.UniqueConstraint(fields=('patient', 'encounter', 'payer'), name='billing_openbalance_once', nulls_distinct=False),
        ),
        append_only("billing_moneypolicy"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, TOGETHER),
    ]
