"""Jobs of scoring runs. Each takes ids, reloads, and is safe to run twice."""

from __future__ import annotations

from django_tasks import task

from submissions import runs


@task(queue_name="scoring")
def work_on_run(run_id: int) -> None:
    """Work on a run for a while, then let other jobs go first."""
    if runs.work(run_id) is runs.Outcome.MORE:
        work_on_run.enqueue(run_id)
