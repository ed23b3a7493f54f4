from django.db import migrations
from django.db.models import Min


def mark_used(apps, schema_editor):
    """Every version of a competition with submissions binds later ones: which of them scored is not known any more."""
    Submission = apps.get_model("submissions", "Submission")
    Solution = apps.get_model("competitions", "Solution")
    first = Submission.objects.order_by().values("competition").annotate(at=Min("created_at"))
    for row in first:
        Solution.objects.filter(competition=row["competition"], first_used_at=None).update(first_used_at=row["at"])


class Migration(migrations.Migration):

    dependencies = [
        ("submissions", "0006_run_knows_its_newest_submission"),
        ("competitions", "0008_solution_first_used_and_score_digits"),
    ]

    operations = [migrations.RunPython(mark_used, migrations.RunPython.noop)]
