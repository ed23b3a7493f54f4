"""The private leaderboard before everybody else sees it: who may look, and the log's entry that they did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from competitions import permissions as can
from competitions.log.recording import record
from competitions.models import Competition, LogKind, LogRow
from submissions.runs.confirming import what_is_missing

if TYPE_CHECKING:
    from accounts.models import User


def open_preview(*, competition: Competition, by: User, at: datetime) -> None:
    """Let `by` look at the private leaderboard. The first look of each person at each run stands in the log.

    Raises:
        NotHost: `by` does not organise the competition.
        CompetitionRunning: before the end.
        ScoringRunActive, PrivateScoringMissing, PrivateScoringOutdated: there is nothing complete to look at.
    """
    can.preview_private_leaderboard(by, competition, at).require()
    if (incomplete := what_is_missing(competition)) is not None:
        raise incomplete
    if competition.phase.is_confirmed(at):
        return
    facts = {"run": competition.scoring_runs.order_by("-pk").values_list("pk", flat=True).first()}
    seen = LogRow.objects.filter(competition=competition, kind=LogKind.PREVIEWED, actor=by)
    if facts in seen.values_list("facts", flat=True):
        return
    with transaction.atomic():
        Competition.objects.lock(competition.pk)
        if facts not in seen.values_list("facts", flat=True):
            record(competition, LogKind.PREVIEWED, by=by, at=at, facts=facts)
