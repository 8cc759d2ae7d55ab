"""Every table of the room as the migrations below leave it, made at once: an empty database takes half the time.

A database that has taken the old steps takes none of it; one in the midst of them goes on by them.
"""

import cxprogram.models.program
import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from cxprogram.migration_steps import together


class Migration(migrations.Migration):

    replaces = [('cxprogram', '0001_initial'), ('cxprogram', '0002_cache_table'), ('cxprogram', '0003_import_work')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = together([
        migrations.CreateModel(
            name='Program',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('slug', models.SlugField(unique=True, verbose_name='short name')),
                ('organisation', models.CharField(max_length=200, verbose_name='organisation')),
                ('customer_word', models.CharField(default='customer', help_text='For example passenger.', max_length=40, verbose_name='what the customer is called')),
                ('customer_words', models.JSONField(blank=True, default=dict, verbose_name='the same in other languages')),
                ('time_zone', models.CharField(default='Europe/Stockholm', max_length=60, validators=[cxprogram.models.program.validate_time_zone])),
                ('language', models.CharField(choices=[('en', 'English'), ('sv', 'Svenska'), ('nb', 'Norsk'), ('da', 'Dansk'), ('fi', 'Suomi')], default='en', max_length=5)),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('min_n', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(5)], verbose_name='smallest group shown')),
                ('overall_kpi', models.SlugField(default='mean', verbose_name='KPI of the whole experience')),
                ('loyalty_kpi', models.SlugField(default='nps', verbose_name='KPI of loyalty')),
                ('problem_question', models.CharField(blank=True, help_text='Its answers name a ticket.', max_length=60, verbose_name='question that names problems')),
                ('headline_kpis', models.JSONField(default=list, help_text='Four at most.', verbose_name='KPIs of the overview')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'program',
                'verbose_name_plural': 'programs',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('sv', 'Svenska'), ('nb', 'Norsk'), ('da', 'Dansk'), ('fi', 'Suomi')], max_length=5, verbose_name='language')),
                ('theme', models.CharField(blank=True, choices=[('', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], max_length=5, verbose_name='light or dark')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the admin')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once')],
            },
        ),
        migrations.CreateModel(
            name='OrgUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('path', models.CharField(default='', editable=False, max_length=255)),
                ('valid_from', models.DateField(default=datetime.date(2000, 1, 1), verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='cxprogram.orgunit')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
                'ordering': ['program_id', 'path'],
                'indexes': [models.Index(fields=['path'], name='org_unit_path', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.UniqueConstraint(models.F('program'), django.db.models.functions.text.Lower('code'), name='org_unit_code_once'), models.UniqueConstraint(models.F('program'), condition=models.Q(('parent', None)), name='org_unit_one_root'), models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='org_unit_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='A cause sends one mail.', max_length=100, verbose_name='cause')),
                ('to', models.EmailField(max_length=254, verbose_name='to')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cxprogram.program')),
            ],
            options={
                'verbose_name': 'outgoing mail',
                'verbose_name_plural': 'outgoing mails',
                'indexes': [models.Index(condition=models.Q(('status__in', ['waiting', 'sending'])), fields=['leased_until'], name='outgoing_mail_due')],
                'constraints': [models.UniqueConstraint(fields=('program', 'key'), name='outgoing_mail_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('mapping', models.CharField(max_length=100, verbose_name='mapping')),
                ('file_name', models.CharField(max_length=255, verbose_name='file')),
                ('file_sha256', models.CharField(blank=True, max_length=64)),
                ('status', models.CharField(choices=[('uploaded', 'Not started'), ('queued', 'Waiting'), ('running', 'Being read'), ('started', 'Started'), ('done', 'Done'), ('refused', 'Refused'), ('failed', 'Given up')], default='started', max_length=10)),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('imported', models.PositiveIntegerField(default=0, verbose_name='imported')),
                ('repeated', models.PositiveIntegerField(default=0, verbose_name='repeated')),
                ('rejected', models.PositiveIntegerField(default=0, verbose_name='rejected')),
                ('errors', models.JSONField(default=list, verbose_name='errors')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cxprogram.program')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('definition', models.JSONField(default=dict, verbose_name='mapping as used')),
                ('done_rows', models.PositiveIntegerField(default=0)),
                ('file_bytes', models.BigIntegerField(default=0, verbose_name='bytes')),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('notes', models.JSONField(default=list, verbose_name='notes')),
                ('options', models.JSONField(default=dict)),
                ('rows_total', models.PositiveIntegerField(blank=True, null=True)),
                ('skipped', models.PositiveIntegerField(default=0, verbose_name='left out')),
                ('stored_name', models.CharField(blank=True, editable=False, max_length=60)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('status__in', ['queued', 'running'])), fields=['leased_until'], name='import_run_waiting')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), default=list, size=None)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cxprogram.program')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
            },
        ),
        migrations.CreateModel(
            name='ProgramEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('slug', models.SlugField(db_index=False, verbose_name='short name')),
                ('organisation', models.CharField(max_length=200, verbose_name='organisation')),
                ('customer_word', models.CharField(default='customer', help_text='For example passenger.', max_length=40, verbose_name='what the customer is called')),
                ('customer_words', models.JSONField(blank=True, default=dict, verbose_name='the same in other languages')),
                ('time_zone', models.CharField(default='Europe/Stockholm', max_length=60, validators=[cxprogram.models.program.validate_time_zone])),
                ('language', models.CharField(choices=[('en', 'English'), ('sv', 'Svenska'), ('nb', 'Norsk'), ('da', 'Dansk'), ('fi', 'Suomi')], default='en', max_length=5)),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('min_n', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(5)], verbose_name='smallest group shown')),
                ('overall_kpi', models.SlugField(db_index=False, default='mean', verbose_name='KPI of the whole experience')),
                ('loyalty_kpi', models.SlugField(db_index=False, default='nps', verbose_name='KPI of loyalty')),
                ('problem_question', models.CharField(blank=True, help_text='Its answers name a ticket.', max_length=60, verbose_name='question that names problems')),
                ('headline_kpis', models.JSONField(default=list, help_text='Four at most.', verbose_name='KPIs of the overview')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='cxprogram.program')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Responsibility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.CharField(choices=[('responsible', 'Responsible'), ('accountable', 'Accountable'), ('consulted', 'Consulted'), ('informed', 'Informed')], default='responsible', max_length=12, verbose_name='duty')),
                ('object_id', models.PositiveBigIntegerField(verbose_name='object')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contenttypes.contenttype', verbose_name='kind of object')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'responsibility',
                'verbose_name_plural': 'responsibilities',
                'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'user', 'duty'), name='responsibility_once'), models.UniqueConstraint(condition=models.Q(('duty__in', ['responsible', 'accountable'])), fields=('content_type', 'object_id', 'duty'), name='responsibility_one_person')],
            },
        ),
        migrations.CreateModel(
            name='UserEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('sv', 'Svenska'), ('nb', 'Norsk'), ('da', 'Dansk'), ('fi', 'Suomi')], max_length=5, verbose_name='language')),
                ('theme', models.CharField(blank=True, choices=[('', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], max_length=5, verbose_name='light or dark')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the admin')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'Program owner'), ('analyst', 'Analyst'), ('executive', 'Executive'), ('steering', 'Steering group'), ('unit_manager', 'Unit manager'), ('frontline', 'Frontline'), ('project_lead', 'Project lead'), ('auditor', 'Auditor'), ('advisor', 'Advisor'), ('integration', 'Integration')], max_length=20, verbose_name='role')),
                ('valid_from', models.DateField(default=datetime.date(2000, 1, 1), verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.orgunit')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'constraints': [models.UniqueConstraint(fields=('user', 'unit', 'role'), name='membership_once')],
            },
        ),
        migrations.CreateModel(
            name='OrgUnitEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('path', models.CharField(default='', editable=False, max_length=255)),
                ('valid_from', models.DateField(default=datetime.date(2000, 1, 1), verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.orgunit')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='cxprogram.orgunit')),
                ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.program')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ResponsibilityEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('duty', models.CharField(choices=[('responsible', 'Responsible'), ('accountable', 'Accountable'), ('consulted', 'Consulted'), ('informed', 'Informed')], default='responsible', max_length=12, verbose_name='duty')),
                ('object_id', models.PositiveBigIntegerField(verbose_name='object')),
                ('content_type', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contenttypes.contenttype', verbose_name='kind of object')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='cxprogram.responsibility')),
                ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.program')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('role', models.CharField(choices=[('owner', 'Program owner'), ('analyst', 'Analyst'), ('executive', 'Executive'), ('steering', 'Steering group'), ('unit_manager', 'Unit manager'), ('frontline', 'Frontline'), ('project_lead', 'Project lead'), ('auditor', 'Auditor'), ('advisor', 'Advisor'), ('integration', 'Integration')], max_length=20, verbose_name='role')),
                ('valid_from', models.DateField(default=datetime.date(2000, 1, 1), verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='cxprogram.membership')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.orgunit')),
                ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.program')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.RunSQL(
            sql='\n                CREATE TABLE cx_cache (\n                    cache_key varchar(255) NOT NULL PRIMARY KEY,\n                    value text NOT NULL,\n                    expires timestamp with time zone NOT NULL\n                );\n                CREATE INDEX cx_cache_expires ON cx_cache (expires);\n            ',
            reverse_sql='DROP TABLE cx_cache;',
        ),
    ])
