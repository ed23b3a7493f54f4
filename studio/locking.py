"""Changing a workbench: one change at a time, none beside a job, and none once the competition was published."""

from __future__ import annotations

from competitions.log.recording import has_begun
from competitions.models import Competition
from studio.exceptions import WorkbenchBusy, WorkbenchClosed
from studio.models import Workbench


def lock_open(workbench: Workbench) -> Workbench:
    """The workbench, locked in the caller's transaction, with nobody at work on it.

    Raises:
        WorkbenchClosed: the competition was published once.
        WorkbenchBusy: a job is at work.
    """
    # Publishing locks the competition: whoever comes second sees what the first did.
    competition = Competition.objects.lock(workbench.competition_id)
    if has_begun(competition):
        raise WorkbenchClosed
    row = Workbench.objects.select_for_update().get(pk=workbench.pk)
    row.competition = competition
    if row.job:
        raise WorkbenchBusy
    return row


def forget_findings(row: Workbench) -> None:
    """What was found in the files that were there before is true no more. Decisions stay, as far as they still fit."""
    row.found = row.made = None
    row.problems = []
    row.save(update_fields=["found", "made", "problems", "updated_at"])
