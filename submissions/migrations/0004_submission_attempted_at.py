from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0003_scoring_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="attempted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
