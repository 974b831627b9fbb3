"""Everything that the first release needs: the rows, the tables of the search, and what a shop starts with."""

import chatbot.models.amounts
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from chatbot.migrations import _price_list, _search_tables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('enabled', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'endpoint',
                'verbose_name_plural': 'endpoints',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='EndpointKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('ciphertext', models.TextField()),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'endpoint key',
                'verbose_name_plural': 'endpoint keys',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('shop', 'the whole shop'), ('model', 'one model'), ('visitor', 'each visitor'), ('conversation', 'each conversation')], default='shop', max_length=12)),
                ('subject', models.CharField(blank=True, help_text='The model, when the scope is one model.', max_length=100)),
                ('period', models.CharField(choices=[('hour', 'hour'), ('day', 'day'), ('month', 'month')], default='month', max_length=5)),
                ('limit_usd', chatbot.models.amounts.DollarsField()),
                ('action', models.CharField(choices=[('warn', 'go on and warn'), ('catalogue', 'answer from the catalogue alone')], default='catalogue', max_length=9)),
                ('enabled', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'budget',
                'verbose_name_plural': 'budgets',
                'constraints': [models.UniqueConstraint(fields=('scope', 'subject', 'period'), name='chatbot_budget_once'), models.CheckConstraint(condition=models.Q(('limit_usd__gte', 0)), name='chatbot_budget_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('visitor', models.CharField(help_text='Pseudonym of the visitor, from a signed cookie.', max_length=64)),
                ('language', models.CharField(blank=True, max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(help_text='When something was last said.')),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'conversation',
                'verbose_name_plural': 'conversations',
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=100)),
                ('valid_from', models.DateTimeField()),
                ('input_per_million_usd', models.DecimalField(decimal_places=6, max_digits=14)),
                ('cached_input_per_million_usd', models.DecimalField(decimal_places=6, max_digits=14)),
                ('output_per_million_usd', models.DecimalField(decimal_places=6, max_digits=14)),
                ('note', models.CharField(blank=True, help_text='Where the price comes from.', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'price',
                'verbose_name_plural': 'prices',
                'ordering': ['model', '-valid_from'],
                'constraints': [models.UniqueConstraint(fields=('model', 'valid_from'), name='chatbot_price_once'), models.CheckConstraint(condition=models.Q(('cached_input_per_million_usd__gte', 0), ('input_per_million_usd__gte', 0), ('output_per_million_usd__gte', 0)), name='chatbot_price_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(help_text="The feed's `id`.", max_length=100, unique=True)),
                ('source', models.CharField(default='feed', help_text='Where the row comes from.', max_length=64)),
                ('title', models.CharField(max_length=500)),
                ('description', models.TextField(blank=True)),
                ('link', models.CharField(blank=True, max_length=2000)),
                ('image_link', models.CharField(blank=True, max_length=2000)),
                ('availability', models.CharField(choices=[('in_stock', 'in stock'), ('out_of_stock', 'sold out'), ('preorder', 'pre-order'), ('backorder', 'back-order')], default='in_stock', max_length=12)),
                ('currency', models.CharField(help_text='ISO 4217.', max_length=3)),
                ('price', models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                ('sale_price', models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                ('sale_starts_at', models.DateTimeField(blank=True, null=True)),
                ('sale_ends_at', models.DateTimeField(blank=True, help_text='The sale ends before this moment.', null=True)),
                ('brand', models.CharField(blank=True, max_length=200)),
                ('gtin', models.CharField(blank=True, max_length=50)),
                ('mpn', models.CharField(blank=True, max_length=255)),
                ('product_type', models.CharField(blank=True, help_text="Category path, as in 'Audio > Earphones'.", max_length=750)),
                ('item_group_id', models.CharField(blank=True, help_text='Variants of one product share it.', max_length=100)),
                ('color', models.CharField(blank=True, max_length=200)),
                ('size', models.CharField(blank=True, max_length=100)),
                ('material', models.CharField(blank=True, max_length=200)),
                ('attributes', models.JSONField(blank=True, default=dict, help_text='Any further columns: name to text.')),
                ('content_hash', models.CharField(help_text='Of all fields above: an unchanged row is not written.', max_length=64)),
                ('removed_at', models.DateTimeField(blank=True, help_text='When the source stopped offering it.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
                'indexes': [models.Index(fields=['product_type'], name='chatbot_product_type'), models.Index(fields=['source'], name='chatbot_product_source')],
                'constraints': [models.CheckConstraint(condition=models.Q(('price__isnull', True), ('price__gte', 0), _connector='OR'), name='chatbot_product_price_not_negative'), models.CheckConstraint(condition=models.Q(('sale_price__isnull', True), ('sale_price__gte', 0), _connector='OR'), name='chatbot_product_sale_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=100)),
                ('label', models.CharField(blank=True, max_length=100)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='Lower is tried first.')),
                ('enabled', models.BooleanField(default=True)),
                ('good_for', models.CharField(blank=True, max_length=200)),
                ('abandoned_policy', models.CharField(choices=[('cancel_and_estimate', 'close it and estimate the tokens'), ('drain', 'read it to its end unseen'), ('unbilled', 'close it; the relay does not bill it')], default='cancel_and_estimate', max_length=20)),
                ('canary_share', models.DecimalField(decimal_places=3, default=0, help_text='Share of turns, 0 to 1, that try this route first.', max_digits=4, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='chatbot.endpoint')),
            ],
            options={
                'verbose_name': 'route',
                'verbose_name_plural': 'routes',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('client_message_id', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('running', 'running'), ('complete', 'complete'), ('catalogue', 'answered from the catalogue alone'), ('stopped', 'stopped by the shopper'), ('incomplete', 'incomplete'), ('failed', 'failed')], default='running', max_length=12)),
                ('page', models.JSONField(blank=True, default=dict, help_text='The shop page that the shopper was on.')),
                ('question', models.JSONField(blank=True, default=dict, help_text='What was understood of the question.')),
                ('plan', models.JSONField(blank=True, default=list, help_text='Models in the order to be tried, with the reason.')),
                ('candidates', models.JSONField(blank=True, default=list, help_text='Ids of the products shown to the model.')),
                ('interventions', models.JSONField(blank=True, default=list, help_text="What the server changed in the model's answer, and why.")),
                ('error_code', models.CharField(blank=True, max_length=32)),
                ('first_word_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('total_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('lease_until', models.DateTimeField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='chatbot.conversation')),
            ],
            options={
                'verbose_name': 'turn',
                'verbose_name_plural': 'turns',
            },
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(blank=True, help_text='Visitor or conversation, by the scope.', max_length=100)),
                ('period_start', models.DateTimeField()),
                ('reserved_usd', chatbot.models.amounts.DollarsField()),
                ('settled_usd', chatbot.models.amounts.DollarsField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(help_text='When a task looks whether the turn still lives.')),
                ('budget', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reservations', to='chatbot.budget')),
                ('turn', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reservations', to='chatbot.turn')),
            ],
            options={
                'verbose_name': 'reservation',
                'verbose_name_plural': 'reservations',
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('user', 'shopper'), ('assistant', 'assistant')], max_length=9)),
                ('text', models.TextField(blank=True)),
                ('parts', models.JSONField(blank=True, default=list, help_text='Blocks of text and product cards, in order.')),
                ('feedback', models.SmallIntegerField(blank=True, help_text='1 helpful, -1 not helpful.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='chatbot.conversation')),
                ('turn', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='chatbot.turn')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['created_at', 'role'],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('conversation_id', models.UUIDField(blank=True, help_text='Kept when the conversation is deleted.', null=True)),
                ('endpoint', models.CharField(max_length=64)),
                ('requested_model', models.CharField(max_length=100)),
                ('served_model', models.CharField(blank=True, max_length=100)),
                ('number', models.PositiveSmallIntegerField(default=1, help_text='1 for the first attempt of its turn.')),
                ('upstream_id', models.CharField(blank=True, help_text="The relay's id of the answer.", max_length=200)),
                ('outcome', models.CharField(blank=True, choices=[('answered', 'answered'), ('failed', 'failed'), ('stopped', 'stopped by the shopper'), ('incomplete', 'incomplete'), ('abandoned', 'abandoned by a process that died'), ('hedged', 'another model was faster'), ('cached', 'answered from the cache')], max_length=10)),
                ('error_code', models.CharField(blank=True, max_length=32)),
                ('source', models.CharField(choices=[('reported', 'reported by the relay'), ('estimated', 'estimated'), ('unknown', 'unknown')], default='unknown', max_length=9)),
                ('estimated_input_tokens', models.PositiveIntegerField(blank=True, help_text='Our own count of the prompt, written when the request leaves.', null=True)),
                ('estimated_output_tokens', models.PositiveIntegerField(blank=True, help_text='Our own count of the words that came.', null=True)),
                ('input_tokens', models.PositiveIntegerField(blank=True, null=True)),
                ('cached_input_tokens', models.PositiveIntegerField(blank=True, null=True)),
                ('output_tokens', models.PositiveIntegerField(blank=True, null=True)),
                ('reasoning_tokens', models.PositiveIntegerField(blank=True, null=True)),
                ('cost_usd', chatbot.models.amounts.DollarsField(blank=True, help_text='Empty when not measured.', null=True)),
                ('first_word_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('total_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(help_text='When the request left; the attempt counts at this moment.')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('rolled_up_at', models.DateTimeField(blank=True, null=True)),
                ('price', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chatbot.price')),
                ('route', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='chatbot.route')),
                ('turn', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='chatbot.turn')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
            },
        ),
        migrations.CreateModel(
            name='UsageBucket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(help_text='Start of the 15 minutes; the end is not in it.')),
                ('endpoint', models.CharField(max_length=64)),
                ('model', models.CharField(help_text='The model that was requested.', max_length=100)),
                ('source', models.CharField(choices=[('reported', 'reported by the relay'), ('estimated', 'estimated'), ('unknown', 'unknown')], max_length=9)),
                ('attempts', models.PositiveIntegerField()),
                ('failed', models.PositiveIntegerField(help_text='Attempts that brought no whole answer and were not stopped.')),
                ('unpriced', models.PositiveIntegerField(help_text='Attempts without a known cost; they are not 0.')),
                ('input_tokens', models.PositiveBigIntegerField()),
                ('cached_input_tokens', models.PositiveBigIntegerField()),
                ('output_tokens', models.PositiveBigIntegerField()),
                ('reasoning_tokens', models.PositiveBigIntegerField()),
                ('cost_usd', chatbot.models.amounts.DollarsField()),
                ('computed_at', models.DateTimeField()),
                ('price', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chatbot.price')),
            ],
            options={
                'verbose_name': 'usage bucket',
                'verbose_name_plural': 'usage buckets',
            },
        ),
        migrations.CreateModel(
            name='Costs',
            fields=[
            ],
            options={
                'verbose_name': 'costs',
                'verbose_name_plural': 'costs',
                'proxy': True,
                'default_permissions': ('view',),
                'indexes': [],
                'constraints': [],
            },
            bases=('chatbot.usagebucket',),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['visitor', '-updated_at'], name='chatbot_conversation_visitor'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['user', '-updated_at'], name='chatbot_conversation_user'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['-updated_at'], name='chatbot_conversation_recent'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.UniqueConstraint(fields=('endpoint', 'model'), name='chatbot_route_once'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.CheckConstraint(condition=models.Q(('canary_share__gte', 0), ('canary_share__lte', 1)), name='chatbot_route_canary_range'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(condition=models.Q(('status', 'running')), fields=['lease_until'], name='chatbot_turn_leases'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(fields=['conversation', 'started_at'], name='chatbot_turn_conversation'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(fields=['-started_at'], name='chatbot_turn_recent'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.UniqueConstraint(fields=('conversation', 'client_message_id'), name='chatbot_turn_client_message_once'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('conversation',), name='chatbot_turn_one_running'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('status', 'running')), models.Q(models.Q(('status', 'running'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='chatbot_turn_ended_has_time'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(fields=['budget', 'period_start', 'subject'], name='chatbot_reservation_period'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(condition=models.Q(('settled_usd__isnull', True)), fields=['expires_at'], name='chatbot_reservation_expiry'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(fields=('budget', 'turn'), name='chatbot_reservation_once'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['conversation', 'created_at'], name='chatbot_message_conversation'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('turn', 'role'), name='chatbot_message_one_per_role'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('feedback__isnull', True), ('feedback__in', [1, -1]), _connector='OR'), name='chatbot_message_feedback_range'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['opened_at'], name='chatbot_attempt_opened'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('rolled_up_at__isnull', True), ('settled_at__isnull', False)), fields=['opened_at'], name='chatbot_attempt_to_roll_up'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['opened_at'], name='chatbot_attempt_open'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['conversation_id'], name='chatbot_attempt_conversation'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('settled_at__isnull', True)), models.Q(('settled_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='chatbot_attempt_settled_has_outcome'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(('cached_input_tokens__isnull', True), ('cached_input_tokens__lte', models.F('input_tokens')), _connector='OR'), name='chatbot_attempt_cached_inside_input'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(('cost_usd__isnull', True), ('cost_usd__gte', 0), _connector='OR'), name='chatbot_attempt_cost_not_negative'),
        ),
        migrations.AddIndex(
            model_name='usagebucket',
            index=models.Index(fields=['computed_at'], name='chatbot_usage_computed'),
        ),
        migrations.AddConstraint(
            model_name='usagebucket',
            constraint=models.UniqueConstraint(fields=('starts_at', 'endpoint', 'model', 'source', 'price'), name='chatbot_usage_bucket_once'),
        ),
        migrations.AddConstraint(
            model_name='usagebucket',
            constraint=models.UniqueConstraint(condition=models.Q(('price__isnull', True)), fields=('starts_at', 'endpoint', 'model', 'source'), name='chatbot_usage_bucket_unpriced_once'),
        ),
        migrations.RunPython(_search_tables.create, _search_tables.drop),
        migrations.RunPython(_price_list.add, _price_list.remove),
    ]
