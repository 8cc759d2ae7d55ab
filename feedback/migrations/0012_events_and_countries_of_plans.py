"""Plans may ask after a support case was closed, and keep the holidays of every Nordic country."""

from django.db import migrations, models

from cxprogram.migration_steps import together


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0011_runs_of_driver_studies'),
    ]

    operations = together([
        migrations.AlterField(
            model_name='samplingplan',
            name='event',
            field=models.CharField(blank=True, choices=[('interaction', 'something that happened'), ('stage', 'a stage was reached'), ('ticket_closed', 'a ticket was closed'), ('case_closed', 'a support case was closed')], max_length=15, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='samplingplan',
            name='holidays_of',
            field=models.CharField(blank=True, choices=[('', 'no holidays'), ('SE', 'Sweden'), ('NO', 'Norway'), ('DK', 'Denmark'), ('FI', 'Finland'), ('IS', 'Iceland'), ('AX', 'Åland'), ('FO', 'Faroe Islands')], default='', max_length=2, verbose_name='not on holidays of'),
        ),
        migrations.AlterField(
            model_name='samplingplanevent',
            name='event',
            field=models.CharField(blank=True, choices=[('interaction', 'something that happened'), ('stage', 'a stage was reached'), ('ticket_closed', 'a ticket was closed'), ('case_closed', 'a support case was closed')], max_length=15, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='samplingplanevent',
            name='holidays_of',
            field=models.CharField(blank=True, choices=[('', 'no holidays'), ('SE', 'Sweden'), ('NO', 'Norway'), ('DK', 'Denmark'), ('FI', 'Finland'), ('IS', 'Iceland'), ('AX', 'Åland'), ('FO', 'Faroe Islands')], default='', max_length=2, verbose_name='not on holidays of'),
        ),
    ])
