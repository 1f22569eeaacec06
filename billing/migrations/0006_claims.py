import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import clinic.core.money
from clinic.core.guards import append_only, settings_table

SETTINGS = (
    "billing_billingprovider",
    "billing_payerterms",
    "billing_payercontract",
    "billing_contractrate",
    "billing_claimrule",
)
NUMBERS = """
CREATE SEQUENCE billing_claim_account START 1;
CREATE SEQUENCE billing_claim_batch START 1;
"""
NO_NUMBERS = "DROP SEQUENCE billing_claim_account; DROP SEQUENCE billing_claim_batch;"

# code, name, kind, severity, parameters, words
RULES = (
    ("billing-provider", "Billing provider complete", "billing_provider", "error", {},
     "Every payer refuses a claim without the billing provider's NPI, tax ID and whole address."),
    ("rendering-npi", "Rendering provider's NPI", "rendering_npi", "error", {},
     "The claim names who treated the patient, by NPI."),
    ("other-npi", "Referring and supervising NPI", "other_npi", "error", {},
     "Who is named as referring or supervising needs a valid NPI."),
    ("subscriber", "Subscriber known", "subscriber", "error", {},
     "The payer finds the patient by member ID; a dependent also by the subscriber."),
    ("patient", "Patient's address and dates", "patient", "error", {},
     "Payers refuse a claim without the patient's address."),
    ("patient-sex", "Patient's sex", "patient_sex", "warning", {},
     "Most payers take female or male, as it is on file with them."),
    ("coverage-dates", "Coverage holds", "coverage_dates", "error", {},
     "The coverage on file does not include the day of service."),
    ("payer-number", "Payer's electronic number", "payer_number", "error", {},
     "Without its number an electronic claim cannot be addressed to the payer."),
    ("has-lines", "Something to claim", "has_lines", "error", {}, "A claim has one to fifty lines."),
    ("future-date", "No date in the future", "future_date", "error", {}, "A service is claimed after it was done."),
    ("timely-filing", "Filed in time", "timely_filing", "error", {},
     "The payer's time to file is over. Send only with proof of an earlier filing: switch this rule to a warning."),
    ("timely-filing-soon", "Time to file runs out", "timely_filing", "warning", {"warn_days": 21},
     "The payer's time to file is nearly over."),
    ("authorization", "Authorization number", "authorization", "error", {},
     "The payer wants an authorization for this service."),
    ("replacement", "Number of the earlier claim", "replacement", "error", {},
     "A replacement or void is matched by the payer's own number of the earlier claim."),
    ("secondary", "Decision of the earlier payer", "secondary", "error", {},
     "The second payer needs what the first one paid, and why not more."),
    ("accident", "Details of an accident", "accident", "error", {}, "Claims about an accident say when and where."),
    ("duplicate-line", "Line twice", "duplicate_line", "warning",
     {"allowed": ["59", "76", "77", "91", "XE", "XP", "XS", "XU", "LT", "RT"]},
     "Payers deny a second line with the same code and day as a duplicate."),
    ("duplicate-claim", "Claimed already", "duplicate_claim", "warning", {},
     "The same service of that day is on another claim to this payer."),
    ("place-fits", "Place of service", "place_fits", "error", {"telehealth": ["02", "10"]},
     "The place of service says where the patient was, and has to fit the kind of visit."),
    ("diagnosis-valid", "Diagnoses valid on the day", "diagnosis_valid", "error", {},
     "Codes come and go each October 1 and April 1; headings are never billable."),
    ("pointers", "Lines point at diagnoses", "pointers", "error", {}, "Each line says why it was done."),
    ("main-diagnosis-cause", "External cause first", "main_diagnosis", "error",
     {"prefixes": ["V", "W", "X", "Y"]}, "How an injury happened stands behind what it is."),
    ("sex-female", "Diagnoses of women", "diagnosis_sex", "warning",
     {"sex": "female", "prefixes": ["O", "N70", "N71", "N72", "N73", "N76", "N80", "N81", "N83", "N84", "N85", "N86",
      "N87", "N88", "N89", "N90", "N91", "N92", "N93", "N94", "N95", "C51", "C52", "C53", "C54", "C55", "C56",
      "Z01.41", "Z12.4", "Z32", "Z33", "Z34", "Z39"]},
     "This diagnosis is recorded for women. Check the code, or the sex on file with the payer."),
    ("sex-male", "Diagnoses of men", "diagnosis_sex", "warning",
     {"sex": "male", "prefixes": ["N40", "N41", "N42", "N43", "N44", "N45", "N46", "N47", "N48", "N49", "N50", "N52",
      "N53", "C60", "C61", "C62", "C63", "Z12.5"]},
     "This diagnosis is recorded for men. Check the code, or the sex on file with the payer."),
    ("age-newborn", "Newborn visits", "diagnosis_age", "warning", {"max_days": 28, "prefixes": ["Z00.11"]},
     "This code is for the first 28 days of life."),
    ("age-child", "Child examinations", "diagnosis_age", "warning", {"max_years": 17, "prefixes": ["Z00.12"]},
     "This code is for a child's examination."),
    ("age-adult", "Adult examinations", "diagnosis_age", "warning", {"min_years": 15, "prefixes": ["Z00.0"]},
     "This code is for an adult's examination."),
    ("code-form", "Codes that payers know", "code_form", "error", {},
     "Payers know codes of five letters and digits. Load the clinic's licensed code list as its fee schedule."),
    ("code-valid", "Procedure code valid on the day", "code_valid", "error", {},
     "The code is not in the list that holds on the day of service."),
    ("modifier-form", "Modifiers", "modifier_form", "error", {}, "A line carries up to four modifiers."),
    ("separate-visit", "Visit beside a procedure", "separate_visit", "warning",
     {"modifier": "25", "kinds": ["procedure"]},
     "A visit on the day of a procedure is paid only when it is marked as a service of its own."),
    ("waived-test", "Waived tests marked", "modifier_needed", "error",
     {"codes": ["G0328", "G0433"], "modifiers": ["QW"]}, "A test done under a certificate of waiver carries QW."),
    ("clia", "CLIA number", "clia", "error", {"modifier": "QW"},
     "A waived test is paid only with the clinic's CLIA number."),
    ("drug-waste", "Drug waste said", "modifier_needed", "warning",
     {"prefixes": ["J"], "modifiers": ["JW", "JZ"], "payer_kinds": ["medicare"]},
     "For single-dose drugs Medicare wants to know whether any was thrown away (JW) or not (JZ)."),
    ("ndc", "NDC of drugs", "ndc", "warning", {"prefixes": ["J"], "payer_kinds": ["medicaid"]},
     "Medicaid pays for drugs by the NDC of the package."),
    ("no-charge", "Lines without an amount", "no_charge", "warning", {},
     "Payers skip or refuse lines that cost nothing."),
)  # fmt: skip


def ship_rules(apps, schema_editor):
    """The rules that hold for nearly every payer; the clinic edits them and adds its own."""
    rule = apps.get_model("billing", "ClaimRule")
    rule.objects.bulk_create(
        rule(code=code, name=name, kind=kind, severity=severity, parameters=parameters, words=words)
        for code, name, kind, severity, parameters, words in RULES
    )


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_eligibility'),
        ('records', '0005_verified_by_a_payer'),
        ('scheduling', '0015_procedures_and_letters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingProvider',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('only', models.BooleanField(default=True, editable=False, unique=True)),
                ('name', models.CharField(max_length=60, verbose_name='legal name')),
                ('npi', models.CharField(blank=True, max_length=10, verbose_name='NPI')),
                ('tax_id', models.CharField(blank=True, max_length=9, verbose_name='tax ID')),
                ('tax_id_kind', models.CharField(choices=[('EIN', 'EIN'), ('SSN', 'SSN')], default='EIN', max_length=3, verbose_name='kind of tax ID')),
                ('taxonomy', models.CharField(blank=True, max_length=10, verbose_name='taxonomy code')),
                ('clia', models.CharField(blank=True, max_length=10, verbose_name='CLIA number')),
                ('address_line1', models.CharField(blank=True, max_length=55, verbose_name='address')),
                ('address_line2', models.CharField(blank=True, max_length=55, verbose_name='suite')),
                ('city', models.CharField(blank=True, max_length=30)),
                ('state', models.CharField(blank=True, max_length=2)),
                ('postal_code', models.CharField(blank=True, help_text='All nine digits: payers refuse five.', max_length=10, verbose_name='ZIP code')),
                ('contact_name', models.CharField(blank=True, max_length=60, verbose_name='contact for claims')),
                ('contact_phone', models.CharField(blank=True, max_length=20, verbose_name='phone of the contact')),
            ],
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('account', models.CharField(max_length=20, unique=True)),
                ('rank', models.PositiveSmallIntegerField(default=1)),
                ('frequency', models.CharField(choices=[('1', 'Original'), ('7', 'Replacement'), ('8', 'Void')], default='1', max_length=1)),
                ('payer_control', models.CharField(blank=True, max_length=50, verbose_name="payer's claim number")),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('ready', 'Ready'), ('sent', 'Sent'), ('accepted', 'Accepted'), ('rejected', 'Rejected'), ('paid', 'Paid'), ('denied', 'Denied'), ('closed', 'Closed')], default='draft', max_length=10)),
                ('state_since', models.DateTimeField()),
                ('hold_reason', models.CharField(blank=True, max_length=200)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('file_by', models.DateField(blank=True, null=True)),
                ('service_from', models.DateField()),
                ('service_to', models.DateField()),
                ('diagnoses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=list, size=None)),
                ('total', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('expected', clinic.core.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('paid', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('adjusted', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('patient_owes', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('referring_first', models.CharField(blank=True, max_length=35, verbose_name='referring first name')),
                ('referring_last', models.CharField(blank=True, max_length=60, verbose_name='referring last name')),
                ('referring_npi', models.CharField(blank=True, max_length=10, verbose_name='referring NPI')),
                ('authorization', models.CharField(blank=True, max_length=50, verbose_name='prior authorization number')),
                ('related_to', models.CharField(blank=True, choices=[('work', 'Work'), ('auto', 'Auto accident'), ('other', 'Other accident')], max_length=10, verbose_name='related to')),
                ('accident_on', models.DateField(blank=True, null=True, verbose_name='accident on')),
                ('accident_state', models.CharField(blank=True, max_length=2, verbose_name='state of the accident')),
                ('onset_on', models.DateField(blank=True, null=True, verbose_name='first symptoms on')),
                ('accepts_assignment', models.BooleanField(default=True, verbose_name='accepts assignment')),
                ('note', models.CharField(blank=True, max_length=80, verbose_name='note to the payer')),
                ('problems', models.JSONField(blank=True, default=list)),
                ('answers', models.JSONField(blank=True, default=list)),
                ('errors', models.PositiveSmallIntegerField(default=0)),
                ('warnings', models.PositiveSmallIntegerField(default=0)),
                ('adjudication', models.JSONField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='ClaimBatch',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('control_number', models.BigIntegerField(unique=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting to be sent'), ('sending', 'Being sent'), ('sent', 'Sent'), ('accepted', 'File accepted'), ('refused', 'File refused'), ('uncertain', 'Not known whether it arrived')], default='waiting', max_length=10)),
                ('count', models.PositiveIntegerField()),
                ('total', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('text', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('words', models.CharField(blank=True, max_length=300)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='ClaimEvent',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(max_length=20)),
                ('before', models.CharField(blank=True, max_length=10)),
                ('after', models.CharField(blank=True, max_length=10)),
                ('words', models.CharField(blank=True, max_length=500)),
                ('detail', models.JSONField(blank=True, default=dict)),
                ('at', models.DateTimeField()),
                ('by_label', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'ordering': ['claim', '-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ClaimLine',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('code', models.CharField(max_length=16)),
                ('words', models.CharField(max_length=160)),
                ('modifiers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=4)),
                ('pointers', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=4)),
                ('units', models.PositiveSmallIntegerField(default=1)),
                ('amount', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('expected', clinic.core.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('service_on', models.DateField()),
                ('place_of_service', models.CharField(max_length=2)),
                ('ndc', models.CharField(blank=True, max_length=11, verbose_name='NDC')),
                ('ndc_quantity', models.DecimalField(blank=True, decimal_places=3, max_digits=11, null=True)),
                ('ndc_unit', models.CharField(blank=True, max_length=2)),
            ],
            options={
                'ordering': ['claim', 'number'],
            },
        ),
        migrations.CreateModel(
            name='ClaimRule',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(max_length=30)),
                ('parameters', models.JSONField(blank=True, default=dict)),
                ('severity', models.CharField(choices=[('error', 'Stops the claim'), ('warning', 'Warns'), ('off', 'Switched off')], max_length=8)),
                ('words', models.CharField(max_length=300, verbose_name='explanation')),
                ('effective_from', models.DateField(blank=True, null=True, verbose_name='from')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='to')),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ContractRate',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.CharField(max_length=16)),
                ('modifier', models.CharField(blank=True, max_length=2)),
                ('allowed', clinic.core.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='allowed amount')),
            ],
            options={
                'ordering': ['code', 'modifier'],
            },
        ),
        migrations.CreateModel(
            name='PayerContract',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', models.CharField(max_length=80)),
                ('percent_of_fee', models.DecimalField(blank=True, decimal_places=2, help_text='For codes without a price of their own.', max_digits=5, null=True, verbose_name='percent of the fee schedule')),
                ('effective_from', models.DateField(verbose_name='from')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='to')),
            ],
            options={
                'ordering': ['payer', '-effective_from'],
            },
        ),
        migrations.CreateModel(
            name='PayerTerms',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('filing_code', models.CharField(choices=[('CI', 'Commercial'), ('BL', 'Blue Cross or Blue Shield'), ('MB', 'Medicare Part B'), ('MC', 'Medicaid'), ('CH', 'TRICARE'), ('WC', "Workers' compensation"), ('AM', 'Auto insurance'), ('ZZ', 'Other')], default='CI', max_length=2, verbose_name='kind of plan on the claim')),
                ('filing_days', models.PositiveSmallIntegerField(default=180, help_text='From the date of service.', verbose_name='days to file')),
                ('needs_authorization', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, size=None, verbose_name='codes that need authorization')),
                ('is_electronic', models.BooleanField(default=True, verbose_name='claims go electronically')),
                ('address_line1', models.CharField(blank=True, max_length=55, verbose_name='claims address')),
                ('city', models.CharField(blank=True, max_length=30)),
                ('state', models.CharField(blank=True, max_length=2)),
                ('postal_code', models.CharField(blank=True, max_length=10, verbose_name='ZIP code')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProcedureCode',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.CharField(max_length=5)),
                ('words', models.CharField(max_length=300)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('release', models.CharField(max_length=16)),
            ],
            options={
                'ordering': ['code', '-valid_from'],
            },
        ),
        migrations.AddField(
            model_name='charge',
            name='modifiers',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=4),
        ),
        migrations.AddField(
            model_name='charge',
            name='ndc',
            field=models.CharField(blank=True, max_length=11, verbose_name='NDC'),
        ),
        migrations.AddField(
            model_name='charge',
            name='ndc_quantity',
            field=models.DecimalField(blank=True, decimal_places=3, max_digits=11, null=True),
        ),
        migrations.AddField(
            model_name='charge',
            name='ndc_unit',
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name='charge',
            name='place_of_service',
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ndc', ''), ('ndc_quantity__isnull', True), ('ndc_unit', '')), models.Q(models.Q(('ndc', ''), _negated=True), ('ndc_quantity__gt', 0), models.Q(('ndc_unit', ''), _negated=True)), _connector='OR'), name='billing_charge_ndc_whole', violation_error_message='An NDC needs its quantity and unit, and they need an NDC.'),
        ),
        migrations.AddConstraint(
            model_name='billingprovider',
            constraint=models.CheckConstraint(condition=models.Q(('only', True)), name='billing_billingprovider_one_row'),
        ),
        migrations.AddField(
            model_name='claim',
            name='coverage',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.coverage'),
        ),
        migrations.AddField(
            model_name='claim',
            name='encounter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='records.encounter'),
        ),
        migrations.AddField(
            model_name='claim',
            name='follows',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='billing.claim'),
        ),
        migrations.AddField(
            model_name='claim',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient'),
        ),
        migrations.AddField(
            model_name='claim',
            name='payer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.payer'),
        ),
        migrations.AddField(
            model_name='claim',
            name='rendering',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='replaces',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='billing.claim'),
        ),
        migrations.AddField(
            model_name='claim',
            name='supervising',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claimbatch',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='batch',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='billing.claimbatch'),
        ),
        migrations.AddField(
            model_name='claimevent',
            name='batch',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.claimbatch'),
        ),
        migrations.AddField(
            model_name='claimevent',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claimevent',
            name='claim',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='billing.claim'),
        ),
        migrations.AddField(
            model_name='claimline',
            name='charge',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claim_lines', to='billing.charge'),
        ),
        migrations.AddField(
            model_name='claimline',
            name='claim',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='billing.claim'),
        ),
        migrations.AddField(
            model_name='claimrule',
            name='payer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='records.payer'),
        ),
        migrations.AddField(
            model_name='payercontract',
            name='payer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contracts', to='records.payer'),
        ),
        migrations.AddField(
            model_name='contractrate',
            name='contract',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='billing.payercontract'),
        ),
        migrations.AddField(
            model_name='payerterms',
            name='payer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='records.payer'),
        ),
        migrations.AddConstraint(
            model_name='procedurecode',
            constraint=models.UniqueConstraint(fields=('code', 'valid_from'), name='billing_procedurecode_once'),
        ),
        migrations.AddIndex(
            model_name='claimbatch',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['next_try_at'], name='billing_claimbatch_due'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['state', '-total'], name='billing_cla_state_6fe7a2_idx'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['patient', '-service_from'], name='billing_cla_patient_c9e1df_idx'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(condition=models.Q(('payer_control', ''), _negated=True), fields=['payer', 'payer_control'], name='billing_claim_control'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(condition=models.Q(('frequency', '1'), models.Q(('state', 'closed'), _negated=True)), fields=('encounter', 'rank'), name='billing_claim_one_original', violation_error_message='This visit has a claim to this payer already.'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(condition=models.Q(('replaces__isnull', False), models.Q(('state', 'closed'), _negated=True)), fields=('replaces',), name='billing_claim_one_successor', violation_error_message='This claim is being replaced already.'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frequency', '1'), ('replaces__isnull', True)), models.Q(('frequency__in', ['7', '8']), ('replaces__isnull', False)), _connector='OR'), name='billing_claim_frequency_fits', violation_error_message='A replacement or void names the claim it is about.'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('rank__gte', 1), ('rank__lte', 3)), name='billing_claim_rank_1_to_3', violation_error_message='A payer is first, second or third.'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('service_to__gte', models.F('service_from'))), name='billing_claim_dates', violation_error_message='The services end before they begin.'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'accepted', 'paid', 'denied']), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='billing_claim_sent_has_when', violation_error_message='A claim that was sent says when.'),
        ),
        migrations.AddIndex(
            model_name='claimevent',
            index=models.Index(fields=['claim', '-at'], name='billing_cla_claim_i_6c6ea6_idx'),
        ),
        migrations.AddConstraint(
            model_name='claimline',
            constraint=models.UniqueConstraint(fields=('claim', 'number'), name='billing_claimline_number_once'),
        ),
        migrations.AddConstraint(
            model_name='claimline',
            constraint=models.UniqueConstraint(fields=('claim', 'charge'), name='billing_claimline_charge_once', violation_error_message='This charge is on the claim already.'),
        ),
        migrations.AddConstraint(
            model_name='claimline',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 50)), name='billing_claimline_number_1_to_50', violation_error_message='A claim carries up to 50 lines.'),
        ),
        migrations.AddConstraint(
            model_name='claimrule',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_from__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='billing_claimrule_ends_after_start', violation_error_message='A rule cannot end before it starts.'),
        ),
        migrations.AddConstraint(
            model_name='payercontract',
            constraint=models.CheckConstraint(condition=models.Q(('percent_of_fee__isnull', True), models.Q(('percent_of_fee__gt', 0), ('percent_of_fee__lte', 300)), _connector='OR'), name='billing_payercontract_percent', violation_error_message='A share is more than 0 and at most 300 percent.'),
        ),
        migrations.AddConstraint(
            model_name='payercontract',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='billing_payercontract_ends_after_start', violation_error_message='A contract cannot end before it starts.'),
        ),
        migrations.AddConstraint(
            model_name='payercontract',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('payer', '='), (models.Func(models.F('effective_from'), models.F('effective_to'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='billing_payercontract_one_a_day', violation_error_message='This payer has another contract on one of these days.'),
        ),
        migrations.AddConstraint(
            model_name='contractrate',
            constraint=models.UniqueConstraint(fields=('contract', 'code', 'modifier'), name='billing_contractrate_once', violation_error_message='This code has a price in the contract already.'),
        ),
        migrations.AddConstraint(
            model_name='contractrate',
            constraint=models.CheckConstraint(condition=models.Q(('allowed__gte', 0)), name='billing_contractrate_not_negative', violation_error_message='An allowed amount cannot be negative.'),
        ),
        append_only("billing_claimevent"),
        *(settings_table(table) for table in SETTINGS),
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunPython(ship_rules, migrations.RunPython.noop),
    ]
