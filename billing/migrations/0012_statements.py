"""Statements to patients, holds, collections and appeal letters."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import clinic.core.money
from clinic.core.guards import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0011_remittances'),
        ('files', '0001_initial'),
        ('records', '0005_verified_by_a_payer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='moneypolicy',
            name='collection_after',
            field=models.PositiveSmallIntegerField(default=3, help_text='That many in a row without a payment.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='collections after statements'),
        ),
        migrations.AddField(
            model_name='moneypolicy',
            name='statements_by_themselves',
            field=models.BooleanField(default=False, help_text='Once a patient’s are due. They wait in the pile until somebody mails them.', verbose_name='statements are made by themselves'),
        ),
        migrations.CreateModel(
            name='AppealLetter',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('body', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('made_by_label', models.CharField(max_length=120)),
                ('denial', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='billing.denial')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveBigIntegerField(unique=True)),
                ('amount', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('made_on', models.DateField()),
                ('due_on', models.DateField()),
                ('notice', models.PositiveSmallIntegerField(default=1)),
                ('language', models.CharField(default='en', max_length=2)),
                ('content', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('made_by_label', models.CharField(max_length=120)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='StatementSending',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('way', models.CharField(choices=[('mail', 'Mailed'), ('hand', 'Handed over')], max_length=4)),
                ('at', models.DateTimeField()),
                ('by_label', models.CharField(max_length=120)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('statement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sending', to='billing.statement')),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='BillingHold',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('dispute', 'Disputed'), ('bankruptcy', 'Bankruptcy'), ('deceased', 'Deceased'), ('other', 'Other')], max_length=10)),
                ('reason', models.CharField(max_length=160)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('placed_at', models.DateTimeField()),
                ('placed_by_label', models.CharField(max_length=120)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_by_label', models.CharField(blank=True, max_length=120)),
                ('lift_reason', models.CharField(blank=True, max_length=160)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
                ('placed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-placed_at'],
                'indexes': [models.Index(condition=models.Q(('lifted_at', None)), fields=['patient'], name='billing_hold_standing')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='billing_billinghold_ends_after_start', violation_error_message='The last day is not before the first.')],
            },
        ),
        migrations.CreateModel(
            name='CollectionCase',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('amount', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('statements', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('refused', 'Refused'), ('placed', 'Placed'), ('returned', 'Returned')], default='proposed', max_length=8)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=160)),
                ('agency', models.CharField(blank=True, max_length=120)),
                ('placed_on', models.DateField(blank=True, null=True)),
                ('returned_on', models.DateField(blank=True, null=True)),
                ('return_reason', models.CharField(blank=True, max_length=160)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-proposed_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'approved', 'placed'])), fields=('patient',), name='billing_collectioncase_one_open', violation_error_message='This patient is on the collections list already.'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='billing_collectioncase_amount_positive', violation_error_message='Nothing is owed.'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('proposed_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='billing_collectioncase_two_people', violation_error_message='A second person decides: not the one who proposed.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='billing_collectioncase_decided_by', violation_error_message='“decided_at” and “decided_by” belong together.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'proposed')), models.Q(('decided_at__isnull', False), ('placed_on__isnull', True), ('state__in', ['approved', 'refused'])), models.Q(('placed_on__isnull', False), ('returned_on__isnull', True), ('state', 'placed'), models.Q(('agency', ''), _negated=True)), models.Q(('placed_on__isnull', False), ('returned_on__isnull', False), ('state', 'returned')), _connector='OR'), name='billing_collectioncase_state_fits', violation_error_message='This case has moved on.')],
            },
        ),
        migrations.AddIndex(
            model_name='statement',
            index=models.Index(fields=['patient', '-made_at'], name='billing_sta_patient_f8ac59_idx'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('due_on__gte', models.F('made_on')), ('notice__gte', 1)), name='billing_statement_asks_for_money', violation_error_message='A statement asks for more than nothing, from its day on.'),
        ),
        append_only("billing_statement"),
        append_only("billing_statementsending"),
        append_only("billing_appealletter"),
    ]
