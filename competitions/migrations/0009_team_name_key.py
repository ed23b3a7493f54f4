from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("competitions", "0008_solution_first_used_and_score_digits")]
    operations = [
        migrations.AddField(
            model_name="team",
            name="name_key",
            field=models.CharField(default="", editable=False, max_length=200),
        ),
    ]
