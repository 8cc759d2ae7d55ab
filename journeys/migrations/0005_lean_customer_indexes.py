
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cxprogram', '0002_cache_table'),
        ('journeys', '0004_known_customers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='program',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AlterField(
            model_name='customeridentity',
            name='program',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
    ]
