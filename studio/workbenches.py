"""The workbench of a draft: its files come and go, choices are kept, and a job at a time works on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from competitions import permissions as can
from competitions.log.recording import has_begun
from competitions.models import Competition
from studio.choices import OF_THE_FILES, clean_choices
from studio.exceptions import NoSources, NotRead, SourcesNotYours
from studio.locking import forget_findings, lock_open
from studio.models import SourceFile, SourceUpload, Workbench
from studio.working import work_on

if TYPE_CHECKING:
    from accounts.models import User


def workbench_of(competition: Competition, *, by: User) -> Workbench:
    """The workbench of a draft, to work at; a new one where there was none.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    can.edit(by, competition).require()
    found, _ = Workbench.objects.get_or_create(competition=competition)
    found.competition = competition
    return found


def shown_workbench(competition: Competition, *, by: User) -> Workbench:
    """The workbench of a draft, to look at; one that is not stored where there is none: looking writes nothing.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    can.edit(by, competition).require()
    found = Workbench.objects.filter(competition=competition).first() or Workbench()
    found.competition = competition
    return found


def choose(*, workbench: Workbench, changes: dict[str, Any], by: User, at: datetime) -> Workbench:
    """Keep what the organiser decides otherwise than proposed; None takes a decision back.

    What was made by other choices stays in the competition until it is made anew. Where a decision is one on which
    proposals depend, the files are looked at again.

    Raises:
        NotHost, WorkbenchClosed, WorkbenchBusy
        NotRead: nobody has looked at the files yet.
        InvalidChoices: a column or file that is not there, a share out of bounds, or the like.
    """
    can.edit(by, workbench.competition).require()
    with transaction.atomic():
        row = lock_open(workbench)
        if row.found is None:
            raise NotRead
        row.choices = clean_choices(row, changes)
        row.made = None
        row.save(update_fields=["choices", "made", "updated_at"])
    if set(changes) & set(OF_THE_FILES):
        return ask(workbench=row, job=Workbench.Job.READ, by=by, at=at)
    return row


def remove_source(*, source: SourceFile, by: User) -> None:
    """Take a file away.

    Raises:
        NotHost, WorkbenchClosed, WorkbenchBusy
    """
    can.edit(by, source.workbench.competition).require()
    with transaction.atomic():
        row = lock_open(source.workbench)
        source.delete()
        forget_findings(row)
        transaction.on_commit(partial(source.file.storage.delete, str(source.file.name)), robust=True)


def ask(*, workbench: Workbench, job: Workbench.Job, by: User, at: datetime) -> Workbench:
    """Have a job look at the files, or make those of the competition.

    Raises:
        NotHost, WorkbenchClosed, WorkbenchBusy
        NoSources, NotRead: there is nothing it could work on.
        SourcesNotYours: somebody else sent a file, and `by` would learn what stands in it.
    """
    can.edit(by, workbench.competition).require()
    with transaction.atomic():
        row = lock_open(workbench)
        if not row.sources.exists() and not _arrived(row):
            raise NoSources
        if job == Workbench.Job.MAKE and row.found is None:
            raise NotRead
        if job == Workbench.Job.MAKE and row.sources.exclude(uploaded_by=by).exists():
            raise SourcesNotYours
        row.job, row.asked_by = job, by
        row.step, row.progress, row.problems = "waiting", 0.0, []
        row.lease, row.heartbeat_at, row.attempts = "", at, 0
        row.save()
        transaction.on_commit(lambda: work_on.enqueue(row.pk), robust=True)
    return row


def _arrived(row: Workbench) -> bool:
    return row.uploads.filter(state=SourceUpload.State.FINISHING).exists()


def stop(*, workbench: Workbench, by: User) -> Workbench:
    """Stop the job under way; what it has not finished is not kept. Without one, nothing changes.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    can.edit(by, workbench.competition).require()
    Workbench.objects.filter(pk=workbench.pk).update(job="", step="", progress=0.0, lease="")
    workbench.refresh_from_db()
    return workbench


def sweep_sources(_at: datetime) -> int:
    """Delete the files of workbenches that closed: they may hold the answers, and nobody needs them there any more.

    Returns how many.
    """
    rows = Workbench.objects.filter(sources__isnull=False).distinct().select_related("competition")
    return sum(_clear(row) for row in rows if has_begun(row.competition))


def _clear(row: Workbench) -> int:
    sources: Iterable[SourceFile] = list(row.sources.all())
    for source in sources:
        source.delete()
        source.file.storage.delete(str(source.file.name))
    return len(list(sources))
