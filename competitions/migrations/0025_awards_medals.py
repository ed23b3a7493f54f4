"""Whether a competition counts for medals and points."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("competitions", "0024_own_metric")]

    operations = [
        migrations.AddField(
            model_name="competition",
            name="awards_medals",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Once the result is confirmed. Nobody can change this after the end.",
                verbose_name="counts for medals and points",
            ),
        ),
    ]
