"""Keeping what a search for teams looks through. Whoever changes a team's name or members calls `index_names`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from competitions.models import Membership, SearchName, Team
from foundation.folding import search_text

BATCH = 500


def index_names(teams: Iterable[int]) -> None:
    """Write anew the search texts of the teams with these ids.

    Call it in the transaction of what changed them, with the teams' rows locked.
    """
    derived = derived_names(teams)
    while rows := list(islice(derived, BATCH)):
        SearchName.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["team"], update_fields=["competition", "text"]
        )


def derived_names(teams: Iterable[int]) -> Iterator[SearchName]:
    """What should be kept for the teams with these ids, unsaved, in the order of the ids."""
    ids = sorted(set(teams))
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        members: dict[int, list[str]] = {}
        memberships = Membership.objects.filter(team__in=part, user__deleted_at__isnull=True)
        for team, *names in memberships.order_by("joined_at", "id").values_list(
            "team_id", "user__username", "user__display_name"
        ):
            members.setdefault(team, []).extend(names)
        rows = Team.objects.filter(pk__in=part).order_by("pk").values_list("pk", "competition_id", "name")
        for team, competition, name in rows:
            text = search_text([name, *members.get(team, [])])
            yield SearchName(team_id=team, competition_id=competition, text=text)
