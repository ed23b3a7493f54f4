import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_phases(apps, _schema_editor):
    """Each competition had one phase when they were sent."""
    phases = apps.get_model("competitions", "Phase").objects.filter(competition=OuterRef("competition"))
    reminders = apps.get_model("notifications_api", "Reminder").objects
    reminders.update(phase=Subquery(phases.order_by("number").values("pk")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("competitions", "0033_entry_and_combined"),
        ("notifications_api", "0004_reminders"),
    ]

    operations = [
        migrations.AddField(
            model_name="reminder",
            name="phase",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="competitions.phase",
            ),
        ),
        migrations.RunPython(name_phases, migrations.RunPython.noop),
    ]
