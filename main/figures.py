"""How the site is doing, read from its database and its disk: for `/metrics` and for the status page alike."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, Sum
from django_tasks.base import TaskResultStatus

from competitions.models import Competition, DataArchive, DataFile
from competitions.quota import quota_of
from foundation.heartbeat import SILENT_AFTER
from foundation.models import FaultCount, Worker
from foundation.worker import uses_database_queue
from submissions.models import ScoringPart, ScoringRun, Submission

DAY = timedelta(days=1)
# The newest scored submissions, which recent waits are told from.
RECENT = 500
# Competitions whose storage is shown.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs of one queue. `oldest_seconds`: how long the first of those that are due waits."""

    name: str
    ready: int
    running: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Pending:
    """Submissions still to be scored."""

    total: int
    after_fault: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that rows say are kept, by what they are; and of the disk of this machine, used and free."""

    data_files: int
    archives: int
    submissions: int
    disk_used: int
    disk_free: int
    is_remote: bool


def queues(at: datetime) -> list[Queue]:
    """Every queue with jobs in it, and those that always are."""
    found = _database_queues(at) if uses_database_queue() else _redis_queues()
    known = {one.name: one for one in found}
    names = dict.fromkeys([*settings.TASKS["default"]["QUEUES"], *known])
    return [known.get(name, Queue(name, 0, 0, 0.0)) for name in names]


def _database_queues(at: datetime) -> list[Queue]:
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 -- installed, though not always in use

    ready = Q(status=TaskResultStatus.READY) & (Q(run_after__isnull=True) | Q(run_after__lte=at))
    rows = DBTaskResult.objects.filter(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING])
    by_queue = rows.order_by().values("queue_name").annotate(
        ready=Count("pk", filter=ready),
        running=Count("pk", filter=Q(status=TaskResultStatus.RUNNING)),
        oldest=Min("enqueued_at", filter=ready),
    )  # fmt: skip
    return [Queue(row["queue_name"], row["ready"], row["running"], _age(row["oldest"], at)) for row in by_queue]


def _redis_queues() -> list[Queue]:
    import django_rq  # noqa: PLC0415 -- only where it is in use

    found = []
    for name in settings.RQ_QUEUES:
        queue = django_rq.get_queue(name)
        found.append(Queue(name, queue.count, queue.started_job_registry.count, 0.0))
    return found


def pending(at: datetime) -> Pending:
    rows = Submission.objects.pending().aggregate(
        total=Count("pk"), after_fault=Count("pk", filter=Q(faults__gt=0)), oldest=Min("created_at")
    )
    return Pending(rows["total"], rows["after_fault"], _age(rows["oldest"], at))


def recent_waits() -> list[float]:
    """Seconds from receiving to scoring of the newest submissions, the shortest first. No score is read."""
    rows = Submission.objects.scored().filter(scored_at__isnull=False).order_by("-pk")
    moments = rows.values_list("created_at", "scored_at")[:RECENT]
    return sorted(max(0.0, (scored_at - created_at).total_seconds()) for created_at, scored_at in moments if scored_at)


def active_runs() -> list[ScoringRun]:
    statuses = [ScoringRun.Status.QUEUED, ScoringRun.Status.RUNNING]
    return list(ScoringRun.objects.filter(status__in=statuses).select_related("competition").order_by("pk"))


def lease_age(at: datetime) -> float:
    """Seconds since the longest silent holder of a part of a scoring run gave a sign of life; 0 if none is held."""
    held = ScoringPart.objects.filter(finished_at__isnull=True).exclude(lease="")
    return _age(held.aggregate(oldest=Min("heartbeat_at"))["oldest"], at)


def workers(at: datetime) -> list[tuple[Worker, bool]]:
    """Those of the last day, each with whether it lives."""
    return [(one, one.seen_at >= at - SILENT_AFTER) for one in Worker.objects.filter(seen_at__gte=at - DAY)]


def faults(at: datetime) -> list[dict[str, Any]]:
    """The kinds of the last day: `code`, `exception`, `times`, `last`; the most frequent first."""
    rows = FaultCount.objects.filter(hour__gte=at - DAY).order_by().values("code", "exception")
    counted = rows.annotate(times=Sum("count"), last=Max("last_at")).order_by("-times", "code")
    return [dict(row) for row in counted]


def stored() -> Stored:
    """Sums over rows: no walk through the storage."""
    disk = shutil.disk_usage(_existing(settings.VAR_DIR))
    storage = DataFile._meta.get_field("file").storage
    kept = Submission.objects.filter(file_deleted_at__isnull=True)
    return Stored(
        data_files=DataFile.objects.aggregate(sum=Sum("size", default=0))["sum"],
        archives=DataArchive.objects.aggregate(sum=Sum("size", default=0))["sum"],
        submissions=kept.aggregate(sum=Sum("size", default=0))["sum"],
        disk_used=disk.used,
        disk_free=disk.free,
        is_remote=bool(getattr(storage, "is_remote", False)),
    )


def largest() -> list[tuple[Competition, int, int]]:
    """The competitions whose files come to most: each with its bytes, and its quota (0: none)."""
    bytes_of: Counter[int] = Counter()
    kept = Submission.objects.filter(file_deleted_at__isnull=True)
    for rows in (DataFile.objects.all(), DataArchive.objects.all(), kept):
        bytes_of.update(dict(rows.order_by().values_list("competition").annotate(Sum("size"))))
    most = bytes_of.most_common(SHOWN)
    found = Competition.objects.in_bulk([pk for pk, _bytes in most])
    return [(found[pk], size, quota_of(found[pk])) for pk, size in most if pk in found]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))


def _age(moment: datetime | None, at: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (at - moment).total_seconds())
