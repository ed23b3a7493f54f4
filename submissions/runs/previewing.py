"""The private leaderboard before everybody else sees it: who may look, and the log's entry that they did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from competitions import permissions as can
from competitions.log.recording import fact_of, record_in
from competitions.models import LogKind, LogRow, Phase
from submissions.runs.confirming import what_is_missing

if TYPE_CHECKING:
    from accounts.models import User


def open_preview(*, phase: Phase, by: User, at: datetime) -> None:
    """Let `by` look at the private leaderboard. The first look of each person at each run stands in the log.

    Raises:
        NotHost: `by` does not organise the competition.
        CompetitionRunning: before the end.
        ScoringRunActive, PrivateScoringMissing, PrivateScoringOutdated: there is nothing complete to look at.
    """
    can.preview_private_leaderboard(by, phase, at).require()
    if (incomplete := what_is_missing(phase)) is not None:
        raise incomplete
    if phase.is_confirmed(at):
        return
    facts = {"run": phase.scoring_runs.order_by("-pk").values_list("pk", flat=True).first(), **fact_of(phase)}
    seen = LogRow.objects.filter(competition=phase.competition, kind=LogKind.PREVIEWED, actor=by)
    if facts in seen.values_list("facts", flat=True):
        return
    with transaction.atomic():
        Phase.objects.lock(phase)
        if facts not in seen.values_list("facts", flat=True):
            record_in(phase, LogKind.PREVIEWED, by=by, at=at, facts=facts)
