"""The lab book of a team: how each file was made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("submissions", "0018_own_metric_analyses")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="experiment",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="submission",
            name="shares_experiment",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
