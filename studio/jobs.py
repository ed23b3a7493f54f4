"""A job on a workbench: it says how far it is, and stops where nobody wants it any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from foundation.worker import stopping
from studio.models import Workbench

Clock = Callable[[], datetime]
Item = TypeVar("Item")
BEAT_SECONDS = 1.0


class LostLease(Exception):
    """Somebody stopped the job, or another worker has taken it over."""


class Interrupted(Exception):
    """This worker has been asked to stop in the middle of the job."""


class NoResult(Exception):
    """The job can come to nothing. `problems`: why, each with its `code`, and what it speaks of."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(problems)
        self.problems = problems


class Job:
    """A workbench in the hands of this worker."""

    def __init__(self, workbench: Workbench, now: Clock) -> None:
        self.workbench, self.now = workbench, now
        self._last = float("-inf")

    def tell(self, step: str, progress: float) -> None:
        """Say what the job is at, and how far it is, from 0 to 1.

        Raises:
            Interrupted, LostLease: stop here.
        """
        if stopping.is_set():
            raise Interrupted
        soon = time.monotonic() - self._last < BEAT_SECONDS
        if soon and step == self.workbench.step:
            return
        self._last = time.monotonic()
        self.workbench.step, self.workbench.progress = step, round(progress, 3)
        if not self._held().update(step=step, progress=self.workbench.progress, heartbeat_at=self.now()):
            raise LostLease

    def each(self, items: Iterable[Item], *, step: str, begin: float, end: float) -> Iterator[Item]:
        """`items`, one after the other, each told as a part of the way from `begin` to `end`."""
        known = list(items)
        for place, item in enumerate(known):
            self.tell(step, begin + (end - begin) * place / len(known))
            yield item

    @contextmanager
    def holding(self) -> Iterator[Workbench]:
        """The workbench, locked and still ours, for what is written in one transaction.

        Raises:
            LostLease: nobody wants it any more.
        """
        with transaction.atomic():
            row = self._held().select_for_update().first()
            if row is None:
                raise LostLease
            yield row

    def end(self, **fields: Any) -> None:
        """Keep what came of it and let the workbench go.

        Raises:
            LostLease: nobody wants it any more.
        """
        fields |= {"job": Workbench.Job.NONE, "step": "", "progress": 0.0, "lease": "", "attempts": 0}
        if not self._held().update(**fields, updated_at=self.now()):
            raise LostLease

    def _held(self) -> Any:
        return Workbench.objects.filter(pk=self.workbench.pk, lease=self.workbench.lease)
