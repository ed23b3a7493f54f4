"""Keys for the names of the teams that are there already; a team whose name looks like an older one's gets a number."""

import unicodedata

from django.db import migrations, models


def key(name):
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())[:200]


def fill(apps, schema_editor):
    Team = apps.get_model("competitions", "Team")
    teams = Team.objects.using(schema_editor.connection.alias)
    taken = set()
    for team in teams.order_by("pk").iterator():
        name = team.name
        number = 1
        is_active = team.merged_into_id is None and team.disbanded_at is None
        while is_active and (team.competition_id, key(name)) in taken:
            number += 1
            name = f"{team.name[:72].rstrip()} {number}"
        if is_active:
            taken.add((team.competition_id, key(name)))
        teams.filter(pk=team.pk).update(name=name, name_key=key(name))


class Migration(migrations.Migration):
    dependencies = [("competitions", "0009_team_name_key")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="team", name="team_name_unique_in_competition"),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                condition=models.Q(("disbanded_at__isnull", True), ("merged_into__isnull", True)),
                fields=("competition", "name_key"),
                name="team_name_unique_in_competition",
            ),
        ),
    ]
