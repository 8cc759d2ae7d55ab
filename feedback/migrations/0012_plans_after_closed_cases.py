"""Plans may ask after a support case was closed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0011_runs_of_driver_studies"),
    ]

    operations = [
        migrations.AlterField(
            model_name="samplingplan",
            name="event",
            field=models.CharField(
                blank=True,
                choices=[
                    ("interaction", "something that happened"),
                    ("stage", "a stage was reached"),
                    ("ticket_closed", "a ticket was closed"),
                    ("case_closed", "a support case was closed"),
                ],
                max_length=15,
                verbose_name="event",
            ),
        ),
        migrations.AlterField(
            model_name="samplingplanevent",
            name="event",
            field=models.CharField(
                blank=True,
                choices=[
                    ("interaction", "something that happened"),
                    ("stage", "a stage was reached"),
                    ("ticket_closed", "a ticket was closed"),
                    ("case_closed", "a support case was closed"),
                ],
                max_length=15,
                verbose_name="event",
            ),
        ),
    ]
