import competitions.models.files
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def metric_of_the_competition(apps, schema_editor):
    """Versions so far were checked for the metric their competition has."""
    Competition = apps.get_model("competitions", "Competition")
    of_it = Competition.objects.filter(pk=OuterRef("competition"))
    apps.get_model("competitions", "Solution").objects.filter(metric="").update(
        metric=Subquery(of_it.values("metric")[:1]), metric_params=Subquery(of_it.values("metric_params")[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ('competitions', '0002_departures'),
    ]

    operations = [
        migrations.AddField(
            model_name='solution',
            name='metric',
            field=models.CharField(default='', max_length=40, verbose_name='metric'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='solution',
            name='metric_params',
            field=models.JSONField(blank=True, default=dict, verbose_name='metric parameters'),
        ),
        migrations.RunPython(metric_of_the_competition, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='dataarchive',
            name='file',
            field=models.FileField(max_length=400, upload_to=competitions.models.files.archive_path),
        ),
        migrations.AlterField(
            model_name='datafile',
            name='file',
            field=models.FileField(max_length=400, upload_to=competitions.models.files.data_file_path, verbose_name='file'),
        ),
        migrations.AlterField(
            model_name='solution',
            name='filename',
            field=models.CharField(max_length=255, verbose_name='file name'),
        ),
        migrations.AlterField(
            model_name='solution',
            name='usage_column',
            field=models.CharField(blank=True, default='Usage', max_length=120, verbose_name='usage column'),
        ),
    ]
