"""Parts of sessions, added steps, series and time kept for callers. Triggers come last: they name the new columns."""

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
import scheduling.rules.steps


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0004_settings_tables'),
        ('scheduling', '0005_settings_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AppointmentSeries',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('every', models.CharField(choices=[('day', 'days'), ('week', 'weeks'), ('month', 'months')], max_length=5)),
                ('interval', models.PositiveSmallIntegerField()),
                ('count', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('until', models.DateField(blank=True, null=True)),
                ('first_day', models.DateField()),
                ('local_time', models.TimeField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('left_out', models.JSONField(default=list)),
            ],
            options={
                'verbose_name_plural': 'appointment series',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='SessionPart',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('break', 'Break'), ('kept', 'Kept back')], default='kept', max_length=5)),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('label', models.CharField(blank=True, max_length=60, verbose_name='words')),
                ('release_hours', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='released (hours before)')),
            ],
            options={
                'ordering': ['starts'],
            },
        ),
        migrations.CreateModel(
            name='SoftHold',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('call', models.UUIDField()),
                ('resource_kind', models.CharField(choices=[('provider', 'provider'), ('ma', 'ma'), ('room', 'room'), ('equipment', 'equipment'), ('patient', 'patient')], max_length=10)),
                ('resource_id', models.UUIDField()),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='VisitStep',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['starts_at'],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='appointment',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='providersession',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='visittype',
            name='update_update',
        ),
        migrations.AddField(
            model_name='appointment',
            name='exception_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='appointment',
            name='series_number',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='appointmentevent',
            name='exception_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='appointmentevent',
            name='series_number',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='providersession',
            name='new_patient_cap',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Left empty: no limit.', null=True, verbose_name='new patients in the session'),
        ),
        migrations.AddField(
            model_name='providersessionevent',
            name='new_patient_cap',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Left empty: no limit.', null=True, verbose_name='new patients in the session'),
        ),
        migrations.AddField(
            model_name='visittype',
            name='add_on',
            field=models.CharField(blank=True, choices=[('', 'No'), (scheduling.rules.steps.Place['BEFORE'], 'Before its main part'), (scheduling.rules.steps.Place['AFTER'], 'After its main part')], db_default='', default='', help_text='A blood draw or an ECG in the same visit; only for kinds without a provider.', max_length=6, verbose_name='can be added to another visit'),
        ),
        migrations.AddField(
            model_name='visittype',
            name='for_sex',
            field=models.CharField(blank=True, choices=[('', 'Anyone'), ('female', 'Female'), ('male', 'Male')], db_default='', default='', max_length=6, verbose_name='for patients of sex at birth'),
        ),
        migrations.AddField(
            model_name='visittype',
            name='is_for_new_patients',
            field=models.BooleanField(db_default=False, default=False, help_text="Counts towards a session's limit of new patients.", verbose_name='for new patients'),
        ),
        migrations.AddField(
            model_name='visittype',
            name='modality',
            field=models.CharField(choices=[('in_person', 'In person'), ('phone', 'Telephone'), ('video', 'Video')], db_default='in_person', default='in_person', max_length=9, verbose_name='how the patient is seen'),
        ),
        migrations.AddField(
            model_name='visittypeevent',
            name='add_on',
            field=models.CharField(blank=True, choices=[('', 'No'), (scheduling.rules.steps.Place['BEFORE'], 'Before its main part'), (scheduling.rules.steps.Place['AFTER'], 'After its main part')], db_default='', default='', help_text='A blood draw or an ECG in the same visit; only for kinds without a provider.', max_length=6, verbose_name='can be added to another visit'),
        ),
        migrations.AddField(
            model_name='visittypeevent',
            name='for_sex',
            field=models.CharField(blank=True, choices=[('', 'Anyone'), ('female', 'Female'), ('male', 'Male')], db_default='', default='', max_length=6, verbose_name='for patients of sex at birth'),
        ),
        migrations.AddField(
            model_name='visittypeevent',
            name='is_for_new_patients',
            field=models.BooleanField(db_default=False, default=False, help_text="Counts towards a session's limit of new patients.", verbose_name='for new patients'),
        ),
        migrations.AddField(
            model_name='visittypeevent',
            name='modality',
            field=models.CharField(choices=[('in_person', 'In person'), ('phone', 'Telephone'), ('video', 'Video')], db_default='in_person', default='in_person', max_length=9, verbose_name='how the patient is seen'),
        ),
        migrations.AddConstraint(
            model_name='visittype',
            constraint=models.CheckConstraint(condition=models.Q(('modality', 'in_person'), models.Q(('needs_room', False), ('room_kind', '')), _connector='OR'), name='scheduling_visittype_remote_takes_no_room', violation_error_message='A telephone or video visit takes no room.'),
        ),
        migrations.AddConstraint(
            model_name='visittype',
            constraint=models.CheckConstraint(condition=models.Q(('add_on', ''), ('needs_provider', False), _connector='OR'), name='scheduling_visittype_add_on_without_provider', violation_error_message='Only a kind without a provider can be added to another visit.'),
        ),
        migrations.AddField(
            model_name='appointmentseries',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.location'),
        ),
        migrations.AddField(
            model_name='appointmentseries',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appointmentseries',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series', to='records.patient'),
        ),
        migrations.AddField(
            model_name='appointmentseries',
            name='provider',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appointmentseries',
            name='visit_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.visittype'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='series',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='scheduling.appointmentseries'),
        ),
        migrations.AddField(
            model_name='appointmentevent',
            name='series',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.appointmentseries'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('series__isnull', True), ('series_number__isnull', True)), models.Q(('series__isnull', False), ('series_number__isnull', False)), _connector='OR'), name='scheduling_appointment_series_numbered', violation_error_message='A visit of a series has a number in it.'),
        ),
        migrations.AddField(
            model_name='sessionpart',
            name='kept_for',
            field=models.ManyToManyField(blank=True, related_name='+', to='scheduling.visittype'),
        ),
        migrations.AddField(
            model_name='sessionpart',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='scheduling.providersession'),
        ),
        migrations.AddField(
            model_name='softhold',
            name='held_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='softhold',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.location'),
        ),
        migrations.AddField(
            model_name='visitstep',
            name='appointment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='scheduling.appointment'),
        ),
        migrations.AddField(
            model_name='visitstep',
            name='member',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='visitstep',
            name='visit_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.visittype'),
        ),
        migrations.AddConstraint(
            model_name='appointmentseries',
            constraint=models.CheckConstraint(condition=models.Q(('interval__gte', 1), models.Q(models.Q(('count__isnull', False), ('until__isnull', True)), models.Q(('count__isnull', True), ('until__isnull', False)), _connector='OR')), name='scheduling_appointmentseries_ends', violation_error_message='A series ends after a number of visits or on a day.'),
        ),
        migrations.AddConstraint(
            model_name='appointmentseries',
            constraint=models.CheckConstraint(condition=models.Q(('count__isnull', True), models.Q(('count__gte', 2), ('count__lte', 60)), _connector='OR'), name='scheduling_appointmentseries_count', violation_error_message='A series has 2 to 60 visits.'),
        ),
        migrations.AddConstraint(
            model_name='sessionpart',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts'))), name='scheduling_sessionpart_ends_after_start', violation_error_message='It has to end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='sessionpart',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'kept'), ('release_hours__isnull', True), _connector='OR'), name='scheduling_sessionpart_break_stays', violation_error_message='A break is not released.'),
        ),
        migrations.AddIndex(
            model_name='softhold',
            index=django.contrib.postgres.indexes.GistIndex(fields=['resource_id', 'during'], name='scheduling_softhold_of'),
        ),
        migrations.AddIndex(
            model_name='softhold',
            index=models.Index(fields=['held_by'], name='scheduling_softhold_by'),
        ),
        migrations.AddIndex(
            model_name='softhold',
            index=models.Index(fields=['expires_at'], name='scheduling_softhold_until'),
        ),
        migrations.AddConstraint(
            model_name='softhold',
            constraint=models.CheckConstraint(condition=models.Q(('during__isempty', False), ('during__lower_inf', False), ('during__upper_inf', False)), name='scheduling_softhold_ends_after_start', violation_error_message='A hold ends after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='visitstep',
            constraint=models.UniqueConstraint(fields=('appointment', 'visit_type'), name='scheduling_visitstep_once', violation_error_message='That is part of this visit already.'),
        ),
        migrations.AddConstraint(
            model_name='visitstep',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='scheduling_visitstep_ends_after_start', violation_error_message='A step ends after it starts.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appointment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."booked_by_id" IS DISTINCT FROM (NEW."booked_by_id") OR OLD."booked_by_label" IS DISTINCT FROM (NEW."booked_by_label") OR OLD."cancel_note" IS DISTINCT FROM (NEW."cancel_note") OR OLD."cancel_reason" IS DISTINCT FROM (NEW."cancel_reason") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."confirmed_at" IS DISTINCT FROM (NEW."confirmed_at") OR OLD."encounter_id" IS DISTINCT FROM (NEW."encounter_id") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."exception_reason" IS DISTINCT FROM (NEW."exception_reason") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_interpreter_needed" IS DISTINCT FROM (NEW."is_interpreter_needed") OR OLD."is_late_cancel" IS DISTINCT FROM (NEW."is_late_cancel") OR OLD."is_walk_in" IS DISTINCT FROM (NEW."is_walk_in") OR OLD."local_day" IS DISTINCT FROM (NEW."local_day") OR OLD."local_time" IS DISTINCT FROM (NEW."local_time") OR OLD."location_id" IS DISTINCT FROM (NEW."location_id") OR OLD."ma_id" IS DISTINCT FROM (NEW."ma_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."rescheduled_to_id" IS DISTINCT FROM (NEW."rescheduled_to_id") OR OLD."room_id" IS DISTINCT FROM (NEW."room_id") OR OLD."series_id" IS DISTINCT FROM (NEW."series_id") OR OLD."series_number" IS DISTINCT FROM (NEW."series_number") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."visit_type_id" IS DISTINCT FROM (NEW."visit_type_id") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))', func='INSERT INTO "scheduling_appointmentevent" ("booked_by_id", "booked_by_label", "cancel_note", "cancel_reason", "cancelled_at", "confirmed_at", "encounter_id", "ends_at", "exception_reason", "id", "is_interpreter_needed", "is_late_cancel", "is_walk_in", "local_day", "local_time", "location_id", "ma_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "reason", "rescheduled_to_id", "room_id", "series_id", "series_number", "source", "starts_at", "state", "version", "visit_type_id", "zone") VALUES (OLD."booked_by_id", OLD."booked_by_label", OLD."cancel_note", OLD."cancel_reason", OLD."cancelled_at", OLD."confirmed_at", OLD."encounter_id", OLD."ends_at", OLD."exception_reason", OLD."id", OLD."is_interpreter_needed", OLD."is_late_cancel", OLD."is_walk_in", OLD."local_day", OLD."local_time", OLD."location_id", OLD."ma_id", OLD."patient_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."provider_id", OLD."reason", OLD."rescheduled_to_id", OLD."room_id", OLD."series_id", OLD."series_number", OLD."source", OLD."starts_at", OLD."state", OLD."version", OLD."visit_type_id", OLD."zone"); RETURN NULL;', hash='387af0f0882d4381cd34d8b24f00038ca8e69aff', operation='UPDATE', pgid='pgtrigger_update_update_7193b', table='scheduling_appointment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='providersession',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_providersessionevent" ("created_at", "effective_from", "effective_to", "ends", "id", "location_id", "new_patient_cap", "overbook_per_session", "overbook_per_slot", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "release_hours", "slot_minutes", "starts", "updated_at", "version", "weekday") VALUES (OLD."created_at", OLD."effective_from", OLD."effective_to", OLD."ends", OLD."id", OLD."location_id", OLD."new_patient_cap", OLD."overbook_per_session", OLD."overbook_per_slot", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."provider_id", OLD."release_hours", OLD."slot_minutes", OLD."starts", OLD."updated_at", OLD."version", OLD."weekday"); RETURN NULL;', hash='f8372d0cd326d151fbc94ba1f6b886e81f51577a', operation='UPDATE', pgid='pgtrigger_update_update_b2797', table='scheduling_providersession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visittype',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_visittypeevent" ("add_on", "buffer_after_minutes", "code", "color", "created_at", "daily_cap", "equipment_kind", "for_sex", "id", "interpreter_extra_minutes", "is_bookable", "is_for_new_patients", "ma_before_minutes", "max_age", "max_horizon_days", "min_age", "min_notice_minutes", "modality", "name", "needs_provider", "needs_room", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prep_note", "provider_minutes", "rank", "room_kind", "updated_at", "version") VALUES (OLD."add_on", OLD."buffer_after_minutes", OLD."code", OLD."color", OLD."created_at", OLD."daily_cap", OLD."equipment_kind", OLD."for_sex", OLD."id", OLD."interpreter_extra_minutes", OLD."is_bookable", OLD."is_for_new_patients", OLD."ma_before_minutes", OLD."max_age", OLD."max_horizon_days", OLD."min_age", OLD."min_notice_minutes", OLD."modality", OLD."name", OLD."needs_provider", OLD."needs_room", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."prep_note", OLD."provider_minutes", OLD."rank", OLD."room_kind", OLD."updated_at", OLD."version"); RETURN NULL;', hash='af7f0541c4a9af92f6b4e65377c0e44976e92f58', operation='UPDATE', pgid='pgtrigger_update_update_f092f', table='scheduling_visittype', when='AFTER')),
        ),
    ]
