"""Search texts for the teams that are there already, as `competitions.search` made them at the time."""

import unicodedata

from django.db import migrations

BATCH = 500


def fold(text):
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def fill(apps, schema_editor):
    Membership, SearchName, Team = (
        apps.get_model("competitions", name) for name in ("Membership", "SearchName", "Team")
    )
    database = schema_editor.connection.alias
    ids = list(Team.objects.using(database).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        members = {}
        memberships = Membership.objects.using(database).filter(team__in=part, user__deleted_at__isnull=True)
        for team, *names in memberships.order_by("joined_at", "id").values_list(
            "team_id", "user__username", "user__display_name"
        ):
            members.setdefault(team, []).extend(names)
        teams = Team.objects.using(database).filter(pk__in=part).values_list("pk", "competition_id", "name")
        SearchName.objects.using(database).bulk_create(
            SearchName(
                team_id=team,
                competition_id=competition,
                text="\n".join(folded for one in [name, *members.get(team, [])] if (folded := fold(one))),
            )
            for team, competition, name in teams
        )


class Migration(migrations.Migration):
    dependencies = [("competitions", "0006_search_names")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
