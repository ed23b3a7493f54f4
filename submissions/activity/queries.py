"""Counting entries, submissions and refusals over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Trunc

from competitions.models import Membership, Phase, Team
from submissions.messages import translated
from submissions.models import Submission

# Of what began longer ago than this, days are counted in place of hours.
MOST_HOURS = 72
# At most as many days are told, the latest ones: more than a course of a year has.
MOST_DAYS = 400
# At most as many reasons for refusals are told, the most frequent ones.
MOST_KINDS = 20

HOUR, DAY = "hour", "day"


@dataclass(frozen=True)
class Step:
    """An hour or a day of the competition's time zone. `submissions`: all that were sent, refused ones included."""

    starts_at: datetime
    entries: int
    submissions: int
    refused: int


@dataclass(frozen=True)
class Kind:
    """Files refused for one reason. `detail`: what its latest file was told, in the language of the request."""

    code: str
    detail: str
    files: int


@dataclass(frozen=True)
class Activity:
    """What happened in a phase until `at`. `steps` leave none out between the first and the last."""

    step: str
    steps: list[Step]
    participants: int
    teams: int
    teams_with_submissions: int
    pending: int
    failed: int
    refusals: list[Kind]


def activity_of(phase: Phase, at: datetime) -> Activity:
    """Entries are those of the whole competition, submissions those of `phase` that were sent and not taken over."""
    sent = Submission.objects.filter(phase=phase, taken_over_from=None)
    joined = Membership.objects.filter(competition=phase.competition_id)
    step, steps = _steps(sent, joined, ZoneInfo(phase.competition.time_zone), at)
    of_status = dict(sent.order_by().values_list("status").annotate(Count("pk")))
    teams = Team.objects.active().filter(competition=phase.competition_id)
    return Activity(
        step=step,
        steps=steps,
        participants=joined.count(),
        teams=teams.count(),
        teams_with_submissions=teams.filter(pk__in=sent.values("team")).count(),
        pending=of_status.get(Submission.Status.PENDING, 0),
        failed=of_status.get(Submission.Status.FAILED, 0),
        refusals=_kinds(sent.filter(status=Submission.Status.REFUSED)),
    )


def _steps(
    sent: QuerySet[Submission], joined: QuerySet[Membership], zone: ZoneInfo, at: datetime
) -> tuple[str, list[Step]]:
    first = [
        moment
        for moment in (
            sent.order_by("created_at").values_list("created_at", flat=True).first(),
            joined.order_by("joined_at").values_list("joined_at", flat=True).first(),
        )
        if moment is not None
    ]
    if not first:
        return HOUR, []
    step = HOUR if at - min(first) <= timedelta(hours=MOST_HOURS) else DAY
    submissions = {
        begin.astimezone(UTC): (count, refused)
        for begin, count, refused in _counted(
            sent, "created_at", step, zone, refused=Count("pk", filter=Q(status=Submission.Status.REFUSED))
        )
    }
    entries = {begin.astimezone(UTC): count for begin, count in _counted(joined, "joined_at", step, zone)}
    begins = list(_begins(min(first), at, step, zone))[-MOST_DAYS:]
    return step, [Step(begin, entries.get(begin, 0), *submissions.get(begin, (0, 0))) for begin in begins]


def _counted(rows: QuerySet, field: str, step: str, zone: ZoneInfo, **further: Count) -> QuerySet:
    """How many `rows` fall into each step that any falls into."""
    begin = Trunc(field, step, tzinfo=zone)
    return rows.order_by().values_list(begin).annotate(Count("pk"), **further)


def _begins(first: datetime, last: datetime, step: str, zone: ZoneInfo) -> Iterator[datetime]:
    """The beginning of every step from that of `first` to that of `last`, as moments of UTC."""
    local = first.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    if step == HOUR:
        begin = local.astimezone(UTC)
        while begin <= last:
            yield begin
            begin += timedelta(hours=1)
        return
    # Days are counted by the clock of the wall, which the change to summer time makes an hour longer or shorter.
    local = local.replace(hour=0, fold=0)
    while local.astimezone(UTC) <= last:
        yield local.astimezone(UTC)
        local += timedelta(days=1)


def _kinds(refused: QuerySet[Submission]) -> list[Kind]:
    """For what files were refused, the most frequent reason first. A file with several faults counts for each."""
    counts: Counter[str] = Counter()
    latest: dict[str, dict[str, Any]] = {}
    for problems in refused.order_by("created_at").values_list("problems", flat=True).iterator():
        of_file = {problem["code"]: problem for problem in problems if problem.get("code")}
        counts.update(of_file.keys())
        latest |= of_file
    frequent = counts.most_common(MOST_KINDS)
    told = translated(latest[code] for code, _count in frequent)
    return [Kind(code, problem["detail"], count) for (code, count), problem in zip(frequent, told, strict=True)]
