"""Who takes part, as a CSV for organisers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery

from competitions.leaderboards.export import BYTE_ORDER_MARK, Echo, safe_text
from competitions.models import Competition, Membership, RulesAcceptance, Standing

COLUMNS = (
    *("competition", "username", "name", "team", "is_owner", "joined_at", "accepted_rules_version"),
    *("team_submissions", "team_best_public_score", "team_brackets"),
)
CHUNK = 1000


def participants_csv(competitions: QuerySet[Competition]) -> Iterator[str]:
    """A line for each participant, the header first. Public scores only, and no email addresses."""
    accepted = (
        RulesAcceptance.objects.filter(competition=OuterRef("competition"), user=OuterRef("user"))
        .order_by()
        .values("competition")
        .annotate(newest=Max("version"))
        .values("newest")
    )
    standing = Standing.objects.filter(phase=OuterRef("competition__current_phase"), team=OuterRef("team"))
    memberships = (
        Membership.objects.filter(competition__in=competitions.order_by().values("pk"))
        .select_related("competition", "user", "team")
        .annotate(
            accepted_version=Subquery(accepted),
            submissions=Subquery(standing.values("total_submissions")[:1]),
            score=Subquery(standing.values("best_public_score")[:1]),
        )
        .prefetch_related("team__bracket_entries__bracket")
        .order_by("competition", "team__name", "joined_at", "pk")
    )
    writer = csv.writer(Echo())
    yield BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    for membership in memberships.iterator(chunk_size=CHUNK):
        yield writer.writerow(_cells(membership))


def _cells(membership: Any) -> list[Any]:
    user, team = membership.user, membership.team
    score = membership.score
    return [
        membership.competition.slug,
        "" if user.is_deleted else safe_text(user.username),
        "" if user.is_deleted else safe_text(user.name),
        safe_text(team.name),
        team.owner_id == user.pk,
        membership.joined_at.isoformat(),
        membership.accepted_version or "",
        membership.submissions or 0,
        "" if score is None else repr(score),
        " ".join(entry.bracket.slug for entry in team.bracket_entries.all()),
    ]
