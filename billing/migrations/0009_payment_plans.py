"""What patients agreed to pay by the month."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import clinic.core.money


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0008_money_rules'),
        ('records', '0004_settings_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentPlan',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('total', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('amount', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('first_due_on', models.DateField()),
                ('signed_by', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('active', 'Active'), ('kept', 'Paid'), ('ended', 'Ended')], default='active', max_length=6)),
                ('agreed_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by_label', models.CharField(blank=True, max_length=120)),
                ('end_reason', models.CharField(blank=True, max_length=160)),
                ('agreed_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.patient')),
            ],
            options={
                'ordering': ['-agreed_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('patient',), name='billing_paymentplan_one_active', violation_error_message='This patient has a plan already.'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('total__gte', models.F('amount'))), name='billing_paymentplan_amounts_fit', violation_error_message='A payment is more than nothing and at most the whole.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'active')), models.Q(models.Q(('state', 'active'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='billing_paymentplan_state_fits', violation_error_message='This plan has ended.')],
            },
        ),
    ]
