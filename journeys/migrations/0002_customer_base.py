import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cxprogram', '0002_cache_table'),
        ('journeys', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('survey', 'Surveys'), ('marketing', 'Marketing'), ('profiling', 'Foreseeing and advice'), ('special_category', 'Sensitive data')], max_length=20, verbose_name='purpose')),
                ('state', models.CharField(choices=[('granted', 'Granted'), ('denied', 'Denied'), ('withdrawn', 'Withdrawn')], max_length=10, verbose_name='state')),
                ('channel', models.CharField(help_text='Where the customer said so.', max_length=20, verbose_name='channel')),
                ('at', models.DateTimeField(verbose_name='said')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
            },
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('survey', 'Surveys'), ('marketing', 'Marketing'), ('profiling', 'Foreseeing and advice'), ('special_category', 'Sensitive data')], max_length=20, verbose_name='purpose')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('legal_basis', models.CharField(choices=[('consent', 'Consent'), ('contract', 'Contract'), ('legal_obligation', 'Legal obligation'), ('vital_interest', 'Vital interest'), ('public_task', 'Public task'), ('legitimate_interest', 'Legitimate interest')], max_length=20, verbose_name='legal basis')),
                ('texts', models.JSONField(default=dict, verbose_name='text by language')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
            ],
            options={
                'verbose_name': 'consent text',
                'verbose_name_plural': 'consent texts',
                'ordering': ['program_id', 'purpose', '-version'],
            },
        ),
        migrations.CreateModel(
            name='ConsentTextEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('purpose', models.CharField(choices=[('survey', 'Surveys'), ('marketing', 'Marketing'), ('profiling', 'Foreseeing and advice'), ('special_category', 'Sensitive data')], max_length=20, verbose_name='purpose')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('legal_basis', models.CharField(choices=[('consent', 'Consent'), ('contract', 'Contract'), ('legal_obligation', 'Legal obligation'), ('vital_interest', 'Vital interest'), ('public_task', 'Public task'), ('legitimate_interest', 'Legitimate interest')], max_length=20, verbose_name='legal basis')),
                ('texts', models.JSONField(default=dict, verbose_name='text by language')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='CustomerAttribute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.SlugField(verbose_name='code')),
                ('type', models.CharField(choices=[('text', 'text'), ('number', 'number'), ('date', 'date'), ('boolean', 'yes or no'), ('choice', 'choice')], default='text', max_length=10, verbose_name='type')),
                ('choices', models.JSONField(blank=True, default=list, help_text='For a choice: its values.', verbose_name='choices')),
                ('is_special_category', models.BooleanField(default=False, help_text="Health, belief, origin, location, emotion: kept only with the customer's explicit consent.", verbose_name='sensitive')),
            ],
            options={
                'verbose_name': 'customer attribute',
                'verbose_name_plural': 'customer attributes',
                'ordering': ['program_id', 'code'],
            },
        ),
        migrations.CreateModel(
            name='CustomerAttributeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.SlugField(db_index=False, verbose_name='code')),
                ('type', models.CharField(choices=[('text', 'text'), ('number', 'number'), ('date', 'date'), ('boolean', 'yes or no'), ('choice', 'choice')], default='text', max_length=10, verbose_name='type')),
                ('choices', models.JSONField(blank=True, default=list, help_text='For a choice: its values.', verbose_name='choices')),
                ('is_special_category', models.BooleanField(default=False, help_text="Health, belief, origin, location, emotion: kept only with the customer's explicit consent.", verbose_name='sensitive')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='CustomerMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(help_text='Source of the identity that both have, or a person.', max_length=60, verbose_name='rule')),
                ('moved', models.JSONField(default=dict)),
                ('before', models.JSONField(default=dict)),
                ('at', models.DateTimeField(verbose_name='merged')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone')),
            ],
            options={
                'verbose_name': 'customer merge',
                'verbose_name_plural': 'customer merges',
            },
        ),
        migrations.CreateModel(
            name='DataStream',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.SlugField(verbose_name='code')),
                ('kind', models.CharField(choices=[('user_experience', 'User experience'), ('product_satisfaction', 'Product satisfaction'), ('transaction', 'Transactions'), ('brand', 'Brand'), ('employee', 'Employees'), ('customer_service', 'Customer service'), ('social', 'Social media'), ('editorial', 'Editorial media'), ('operations', 'Internal operations'), ('finance', 'Finance')], max_length=20, verbose_name='kind')),
                ('purpose', models.TextField(blank=True, help_text='Which use it serves.', verbose_name='purpose')),
                ('legal_basis', models.CharField(blank=True, choices=[('consent', 'Consent'), ('contract', 'Contract'), ('legal_obligation', 'Legal obligation'), ('vital_interest', 'Vital interest'), ('public_task', 'Public task'), ('legitimate_interest', 'Legitimate interest')], max_length=20, verbose_name='legal basis')),
                ('is_special_category', models.BooleanField(default=False, help_text='Taken in only from customers who explicitly consent.', verbose_name='sensitive')),
                ('cadence_hours', models.PositiveIntegerField(blank=True, help_text='Older than this is not fresh.', null=True, verbose_name='hours between deliveries')),
                ('retention_days', models.PositiveIntegerField(blank=True, help_text='Empty: kept until someone decides.', null=True, verbose_name='days kept')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active')], default='draft', max_length=10, verbose_name='state')),
            ],
            options={
                'verbose_name': 'data stream',
                'verbose_name_plural': 'data streams',
                'ordering': ['program_id', 'code'],
            },
        ),
        migrations.CreateModel(
            name='DataStreamEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.SlugField(db_index=False, verbose_name='code')),
                ('kind', models.CharField(choices=[('user_experience', 'User experience'), ('product_satisfaction', 'Product satisfaction'), ('transaction', 'Transactions'), ('brand', 'Brand'), ('employee', 'Employees'), ('customer_service', 'Customer service'), ('social', 'Social media'), ('editorial', 'Editorial media'), ('operations', 'Internal operations'), ('finance', 'Finance')], max_length=20, verbose_name='kind')),
                ('purpose', models.TextField(blank=True, help_text='Which use it serves.', verbose_name='purpose')),
                ('legal_basis', models.CharField(blank=True, choices=[('consent', 'Consent'), ('contract', 'Contract'), ('legal_obligation', 'Legal obligation'), ('vital_interest', 'Vital interest'), ('public_task', 'Public task'), ('legitimate_interest', 'Legitimate interest')], max_length=20, verbose_name='legal basis')),
                ('is_special_category', models.BooleanField(default=False, help_text='Taken in only from customers who explicitly consent.', verbose_name='sensitive')),
                ('cadence_hours', models.PositiveIntegerField(blank=True, help_text='Older than this is not fresh.', null=True, verbose_name='hours between deliveries')),
                ('retention_days', models.PositiveIntegerField(blank=True, help_text='Empty: kept until someone decides.', null=True, verbose_name='days kept')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active')], default='draft', max_length=10, verbose_name='state')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Episode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('context', models.CharField(blank=True, max_length=100, verbose_name='context')),
                ('started_at', models.DateTimeField(verbose_name='began')),
                ('ended_at', models.DateTimeField(verbose_name='ended')),
            ],
            options={
                'verbose_name': 'episode',
                'verbose_name_plural': 'episodes',
            },
        ),
        migrations.CreateModel(
            name='ErasureRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='erased')),
                ('counts', models.JSONField(default=dict, verbose_name='rows emptied')),
            ],
            options={
                'verbose_name': 'erasure',
                'verbose_name_plural': 'erasures',
            },
        ),
        migrations.CreateModel(
            name='InteractionKey',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('digest', models.BinaryField(help_text='SHA-256 of program, source and key.', max_length=32)),
                ('body_hash', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'interaction key',
                'verbose_name_plural': 'interaction keys',
            },
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.SlugField(verbose_name='code')),
                ('definition', models.JSONField(default=dict, verbose_name='definition')),
            ],
            options={
                'verbose_name': 'segment',
                'verbose_name_plural': 'segments',
                'ordering': ['program_id', 'code'],
            },
        ),
        migrations.CreateModel(
            name='SegmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language, for example {"sv": "Restauranger"}.', verbose_name='translations of the name')),
                ('code', models.SlugField(db_index=False, verbose_name='code')),
                ('definition', models.JSONField(default=dict, verbose_name='definition')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='account',
            field=models.ForeignKey(blank=True, help_text='The organisation for which this person is a contact.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='journeys.customer', verbose_name='account'),
        ),
        migrations.AddField(
            model_name='customer',
            name='attributes',
            field=models.JSONField(blank=True, default=dict, verbose_name='attributes'),
        ),
        migrations.AddField(
            model_name='customer',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased'),
        ),
        migrations.AddField(
            model_name='customer',
            name='is_customer',
            field=models.BooleanField(default=True, help_text='Not for those who might become one, or have been one.', verbose_name='is a customer'),
        ),
        migrations.AddField(
            model_name='customer',
            name='kind',
            field=models.CharField(choices=[('person', 'Person'), ('account', 'Account')], default='person', max_length=10, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='customer',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='journeys.customer'),
        ),
        migrations.AddField(
            model_name='customer',
            name='phone',
            field=models.CharField(blank=True, max_length=40, verbose_name='phone'),
        ),
        migrations.AddField(
            model_name='customer',
            name='sort_key',
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='customerevent',
            name='account',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='The organisation for which this person is a contact.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='journeys.customer', verbose_name='account'),
        ),
        migrations.AddField(
            model_name='customerevent',
            name='attributes',
            field=models.JSONField(blank=True, default=dict, verbose_name='attributes'),
        ),
        migrations.AddField(
            model_name='customerevent',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased'),
        ),
        migrations.AddField(
            model_name='customerevent',
            name='is_customer',
            field=models.BooleanField(default=True, help_text='Not for those who might become one, or have been one.', verbose_name='is a customer'),
        ),
        migrations.AddField(
            model_name='customerevent',
            name='kind',
            field=models.CharField(choices=[('person', 'Person'), ('account', 'Account')], default='person', max_length=10, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='customerevent',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='journeys.customer'),
        ),
        migrations.AddField(
            model_name='customerevent',
            name='phone',
            field=models.CharField(blank=True, max_length=40, verbose_name='phone'),
        ),
        migrations.AlterField(
            model_name='customeridentity',
            name='value',
            field=models.CharField(max_length=254, verbose_name='identity'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['program', 'sort_key', 'id'], name='customer_alphabet', opclasses=['int8_ops', 'varchar_pattern_ops', 'int8_ops']),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('program'), django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='customer_email'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('program'), models.F('phone'), condition=models.Q(('phone', ''), _negated=True), name='customer_phone'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', config='simple'), name='customer_words'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(fields=['attributes'], name='customer_attributes', opclasses=['jsonb_path_ops']),
        ),
        migrations.AddIndex(
            model_name='customeridentity',
            index=models.Index(fields=['program', 'value'], name='customer_identity_value'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('account', None), ('kind', 'person'), _connector='OR'), name='customer_account_has_no_account'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('attributes', {}), ('email', ''), ('name', ''), ('phone', '')), _connector='OR'), name='customer_erased_is_empty'),
        ),
        migrations.AddField(
            model_name='consent',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consent',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='journeys.customer'),
        ),
        migrations.AddField(
            model_name='consent',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='consenttext',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='consent',
            name='text',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='journeys.consenttext', verbose_name='text that was shown'),
        ),
        migrations.AddField(
            model_name='consenttextevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='consenttextevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='journeys.consenttext'),
        ),
        migrations.AddField(
            model_name='consenttextevent',
            name='program',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='customerattribute',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='customerattributeevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='customerattributeevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='journeys.customerattribute'),
        ),
        migrations.AddField(
            model_name='customerattributeevent',
            name='program',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='customermerge',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='customermerge',
            name='kept',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='journeys.customer'),
        ),
        migrations.AddField(
            model_name='customermerge',
            name='merged',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merged_by', to='journeys.customer'),
        ),
        migrations.AddField(
            model_name='customermerge',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='customermerge',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='datastream',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='datastream',
            name='responsible',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible'),
        ),
        migrations.AddField(
            model_name='datastreamevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='datastreamevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='journeys.datastream'),
        ),
        migrations.AddField(
            model_name='datastreamevent',
            name='program',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='datastreamevent',
            name='responsible',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible'),
        ),
        migrations.AddField(
            model_name='episode',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='episodes', to='journeys.customer'),
        ),
        migrations.AddField(
            model_name='episode',
            name='journey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='episodes', to='journeys.journey'),
        ),
        migrations.AddField(
            model_name='episode',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='erasurerecord',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='erasurerecord',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='journeys.customer'),
        ),
        migrations.AddField(
            model_name='erasurerecord',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='interactionkey',
            name='stream',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='journeys.datastream'),
        ),
        migrations.AddField(
            model_name='segment',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cxprogram.program'),
        ),
        migrations.AddField(
            model_name='segmentevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='segmentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='journeys.segment'),
        ),
        migrations.AddField(
            model_name='segmentevent',
            name='program',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='cxprogram.program'),
        ),
        migrations.AddConstraint(
            model_name='consenttext',
            constraint=models.UniqueConstraint(fields=('program', 'purpose', 'version'), name='consent_text_once'),
        ),
        migrations.AddConstraint(
            model_name='consenttext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', 'special_category'), _negated=True), ('legal_basis', 'consent'), _connector='OR'), name='consent_text_sensitive_by_consent'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['customer', 'purpose', '-at', '-id'], name='consent_newest'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'granted'), _negated=True), ('text__isnull', False), _connector='OR'), name='consent_granted_to_a_text'),
        ),
        migrations.AddConstraint(
            model_name='customerattribute',
            constraint=models.UniqueConstraint(fields=('program', 'code'), name='customer_attribute_once'),
        ),
        migrations.AddConstraint(
            model_name='customermerge',
            constraint=models.CheckConstraint(condition=models.Q(('kept', models.F('merged')), _negated=True), name='customer_merge_of_two'),
        ),
        migrations.AddConstraint(
            model_name='customermerge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('merged',), name='customer_merged_once'),
        ),
        migrations.AddConstraint(
            model_name='datastream',
            constraint=models.UniqueConstraint(fields=('program', 'code'), name='data_stream_code_once'),
        ),
        migrations.AddConstraint(
            model_name='datastream',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'active'), _negated=True), models.Q(models.Q(('purpose', ''), _negated=True), models.Q(('legal_basis', ''), _negated=True)), _connector='OR'), name='data_stream_active_has_purpose'),
        ),
        migrations.AddConstraint(
            model_name='datastream',
            constraint=models.CheckConstraint(condition=models.Q(('is_special_category', False), ('legal_basis__in', ['', 'consent']), _connector='OR'), name='data_stream_sensitive_by_consent'),
        ),
        migrations.AddConstraint(
            model_name='episode',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__gte', models.F('started_at'))), name='episode_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='episode',
            constraint=models.UniqueConstraint(fields=('customer', 'journey', 'context', 'started_at'), name='episode_once'),
        ),
        migrations.AddIndex(
            model_name='interactionkey',
            index=models.Index(fields=['stream', 'at'], name='interaction_key_age'),
        ),
        migrations.AddConstraint(
            model_name='interactionkey',
            constraint=models.UniqueConstraint(fields=('digest',), name='interaction_once'),
        ),
        migrations.AddConstraint(
            model_name='segment',
            constraint=models.UniqueConstraint(fields=('program', 'code'), name='segment_code_once'),
        ),
    ]
