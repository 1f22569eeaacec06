"""Drawers are opened, counted and verified; a closed drawer and a closed day take nothing more."""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import clinic.core.money
from clinic.core.guards import append_only

# An entry holds a share of the days' lock until it is committed; closing a day takes the lock alone. So whatever was on
# its way is in the day's totals, and nothing comes after them. The number is that of `billing.services.day_close.DAYS_LOCK`.
CLOSED = """
CREATE OR REPLACE FUNCTION billing_day_is_open() RETURNS trigger LANGUAGE plpgsql AS $open$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(-954636444171537567);
    IF NEW.business_day <= (SELECT max(day) FROM billing_dayclose) THEN
        RAISE EXCEPTION 'business day is closed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'billing_journalentry_day_closed';
    END IF;
    RETURN NEW;
END $open$;
CREATE TRIGGER billing_journalentry_day_open BEFORE INSERT ON billing_journalentry
    FOR EACH ROW EXECUTE FUNCTION billing_day_is_open();

CREATE OR REPLACE FUNCTION billing_drawer_is_open() RETURNS trigger LANGUAGE plpgsql AS $drawer$
BEGIN
    PERFORM 1 FROM billing_drawer WHERE id = NEW.drawer_id FOR KEY SHARE;
    IF EXISTS (SELECT 1 FROM billing_drawersession s JOIN billing_journalentry e ON e.id = NEW.entry_id
               WHERE s.drawer_id = NEW.drawer_id AND s.closed_at IS NOT NULL
               AND s.business_day >= e.business_day) THEN
        RAISE EXCEPTION 'drawer is closed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'billing_posting_drawer_closed';
    END IF;
    RETURN NEW;
END $drawer$;
CREATE TRIGGER billing_posting_drawer_open BEFORE INSERT ON billing_posting
    FOR EACH ROW WHEN (NEW.drawer_id IS NOT NULL) EXECUTE FUNCTION billing_drawer_is_open();

CREATE OR REPLACE FUNCTION billing_drawersession_fixed() RETURNS trigger LANGUAGE plpgsql AS $fixed$
DECLARE kept jsonb; given jsonb; may_change text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        may_change := ARRAY['updated_at', 'version', 'closed_at', 'closed_by_id', 'booked_cash', 'booked_check',
                            'booked_card', 'booked_other'];
        IF OLD.closed_at IS NOT NULL THEN
            may_change := ARRAY['updated_at', 'version', 'variance_reason', 'verified_at', 'verified_by_id'];
        END IF;
        kept := to_jsonb(OLD) - may_change; given := to_jsonb(NEW) - may_change;
        IF OLD.verified_at IS NULL AND kept = given THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'session is fixed' USING ERRCODE = 'restrict_violation',
        CONSTRAINT = 'billing_drawersession_fixed';
END $fixed$;
CREATE TRIGGER billing_drawersession_fixed BEFORE UPDATE OR DELETE ON billing_drawersession
    FOR EACH ROW EXECUTE FUNCTION billing_drawersession_fixed();
"""

OPEN = """
DROP TRIGGER IF EXISTS billing_drawersession_fixed ON billing_drawersession;
DROP FUNCTION IF EXISTS billing_drawersession_fixed();
DROP TRIGGER IF EXISTS billing_posting_drawer_open ON billing_posting;
DROP FUNCTION IF EXISTS billing_drawer_is_open();
DROP TRIGGER IF EXISTS billing_journalentry_day_open ON billing_journalentry;
DROP FUNCTION IF EXISTS billing_day_is_open();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_uncharged_visits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DrawerSession',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('covers_from', models.DateField()),
                ('business_day', models.DateField(db_index=True)),
                ('opening_float', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('booked_cash', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('booked_check', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('booked_card', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('booked_other', clinic.core.money.MoneyField(decimal_places=2, default=0, max_digits=12)),
                ('variance_reason', models.CharField(blank=True, max_length=200)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drawer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='billing.drawer')),
                ('opened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-business_day', 'drawer__name'],
            },
        ),
        migrations.CreateModel(
            name='DrawerCount',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('pieces', models.JSONField(default=dict)),
                ('cash', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('check_total', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('card_total', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('other_total', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('counted_at', models.DateTimeField()),
                ('counted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='billing.drawersession')),
            ],
            options={
                'ordering': ['session', 'number'],
            },
        ),
        migrations.CreateModel(
            name='DayClose',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('from_day', models.DateField()),
                ('day', models.DateField(unique=True)),
                ('charges', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('payments', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('adjustments', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('receivable', clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ('uncharged_visits', models.PositiveIntegerField()),
                ('open_copays', models.PositiveIntegerField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('closed_at', models.DateTimeField()),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-day'],
                'constraints': [models.CheckConstraint(condition=models.Q(('from_day__lte', models.F('day'))), name='billing_dayclose_days_in_order', violation_error_message='A day is closed after the one before.'), models.CheckConstraint(condition=models.Q(('charges', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('payments'), '+', models.F('adjustments')), '+', models.F('receivable')))), name='billing_dayclose_adds_up', violation_error_message='This day does not add up, so it was not closed.')],
            },
        ),
        migrations.AddConstraint(
            model_name='drawersession',
            constraint=models.UniqueConstraint(fields=('drawer', 'business_day'), name='billing_drawersession_once_a_day', violation_error_message='This drawer has been opened for that day already.'),
        ),
        migrations.AddConstraint(
            model_name='drawersession',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('drawer',), name='billing_drawersession_one_open', violation_error_message='This drawer is open already.'),
        ),
        migrations.AddConstraint(
            model_name='drawersession',
            constraint=models.CheckConstraint(condition=models.Q(('opening_float__gte', 0)), name='billing_drawersession_float_not_negative', violation_error_message='A float cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='drawersession',
            constraint=models.CheckConstraint(condition=models.Q(('covers_from__lte', models.F('business_day'))), name='billing_drawersession_days_in_order', violation_error_message='A drawer cannot be closed for a day before it was opened.'),
        ),
        migrations.AddConstraint(
            model_name='drawersession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='billing_drawersession_closed_by', violation_error_message='“closed_at” and “closed_by” belong together.'),
        ),
        migrations.AddConstraint(
            model_name='drawersession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verified_at__isnull', True), ('verified_by__isnull', True)), models.Q(('verified_at__isnull', False), ('verified_by__isnull', False)), _connector='OR'), name='billing_drawersession_verified_by', violation_error_message='“verified_at” and “verified_by” belong together.'),
        ),
        migrations.AddConstraint(
            model_name='drawersession',
            constraint=models.CheckConstraint(condition=models.Q(('verified_at__isnull', True), models.Q(('closed_at__isnull', False), models.Q(('verified_by', models.F('closed_by')), _negated=True)), _connector='OR'), name='billing_drawersession_two_people', violation_error_message='A second person verifies: not the one who counted.'),
        ),
        migrations.AddConstraint(
            model_name='drawercount',
            constraint=models.UniqueConstraint(fields=('session', 'number'), name='billing_drawercount_number_once', violation_error_message='Somebody else has just counted this drawer.'),
        ),
        migrations.AddConstraint(
            model_name='drawercount',
            constraint=models.CheckConstraint(condition=models.Q(('cash__gte', 0), ('check_total__gte', 0), ('number__gte', 1)), name='billing_drawercount_not_negative', violation_error_message='A count cannot be negative.'),
        ),
        append_only("billing_drawercount"),
        append_only("billing_dayclose"),
        migrations.RunSQL(CLOSED, OPEN),
    ]
