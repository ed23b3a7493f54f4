from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("submissions", "0007_mark_used_solutions")]

    operations = [
        migrations.RenameField("submission", "attempted_at", "next_try_at"),
        migrations.AlterField(
            "submission",
            "next_try_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="next try at"),
        ),
        migrations.AddField(
            "submission",
            "faults",
            models.PositiveSmallIntegerField(db_default=0, default=0, editable=False, verbose_name="faults"),
        ),
        migrations.AddField(
            "submission",
            "fault",
            models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=40, verbose_name="last fault"
            ),
        ),
        migrations.AddField(
            "scoringrun",
            "waiting_for",
            models.PositiveIntegerField(
                db_default=0, default=0, editable=False, verbose_name="waiting for submissions"
            ),
        ),
    ]
