"""What reports need and nothing else keeps: rooms as they changed, and the weekly look at access."""


import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clinic.core.ids
from clinic.core.guards import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0013_calendar_feed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessSample',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('week', models.DateField()),
                ('sampled_at', models.DateTimeField()),
                ('days', models.PositiveSmallIntegerField(null=True)),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.location')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.visittype')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('week', 'location', 'provider', 'visit_type'), name='scheduling_accesssample_once', violation_error_message="This week's sample has been taken.")],
            },
        ),
        migrations.CreateModel(
            name='RoomChange',
            fields=[
                ('id', models.UUIDField(default=clinic.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('available', 'Available'), ('occupied', 'Occupied'), ('dirty', 'Needs cleaning'), ('cleaning', 'Cleaning'), ('out_of_service', 'Out of service')], max_length=16)),
                ('at', models.DateTimeField()),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='scheduling.room')),
            ],
            options={
                'ordering': ['at', 'id'],
                'indexes': [models.Index(fields=['room', 'at'], name='scheduling_room_changes')],
            },
        ),
        append_only("scheduling_roomchange"),
        append_only("scheduling_accesssample"),
    ]
