import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications_api", "0005_reminders_of_phases")]

    operations = [
        migrations.RemoveConstraint(model_name="reminder", name="one_reminder_for_a_deadline"),
        migrations.AlterField(
            model_name="reminder",
            name="phase",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="competitions.phase"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=["phase", "kind", "deadline"], name="one_reminder_for_a_deadline"
            ),
        ),
    ]
