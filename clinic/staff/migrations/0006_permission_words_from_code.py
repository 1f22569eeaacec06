"""The permissions that an exception may name are read from the code."""

from django.db import migrations, models

import clinic.staff.models.member


class Migration(migrations.Migration):

    dependencies = [
        ('staff', '0005_scope_is_kept'),
    ]

    operations = [
        migrations.AlterField(
            model_name='permissionexception',
            name='permission',
            field=models.CharField(choices=clinic.staff.models.member.permission_choices, max_length=40),
        ),
    ]
