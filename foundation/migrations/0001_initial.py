import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('size', models.PositiveBigIntegerField(help_text='Bytes.', verbose_name='size')),
                ('sha256', models.CharField(blank=True, help_text='As the sender computed it.', max_length=64, verbose_name='SHA-256')),
                ('part_size', models.PositiveBigIntegerField(default=0, help_text='Bytes of every part but the last.')),
                ('received', models.PositiveBigIntegerField(default=0)),
                ('key', models.CharField(blank=True, max_length=500)),
                ('multipart_id', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(choices=[('open', 'waiting for its parts'), ('finishing', 'being put together'), ('done', 'published'), ('failed', 'failed')], default='open', max_length=10, verbose_name='state')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='error')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['expires_at'], name='uploads_to_sweep')],
            },
        ),
    ]
