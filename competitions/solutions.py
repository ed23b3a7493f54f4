"""The hidden answer: replacing it, and reading it quickly.

The file as uploaded stays in private storage, version by version. What scoring reads are its prepared arrays, memory
mapped from `settings.PREPARED_SOLUTIONS_DIR/<digest>`: a cache of this machine that any process can rebuild.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import locks
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from competitions import permissions as can, signals
from competitions.exceptions import ChangedMeanwhile, NoSolution, SolutionRefused
from competitions.models import Competition, Solution
from scoring import (
    MESSAGES,
    InvalidMetricParameters,
    InvalidSolution,
    PreparedSolution,
    Problem,
    ReadLimits,
    ScoringError,
    SolutionSpec,
    prepare_solution,
)

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# Memory-mapped: an entry costs address space and the pages in use.
KEPT_IN_MEMORY = 16
# What the columns of `Solution` that hold names take.
COLUMN_NAME_LENGTH = 120
_in_memory: OrderedDict[Path, PreparedSolution] = OrderedDict()
_memory_lock = threading.Lock()


# --- versions ---------------------------------------------------------------------------------------------------------
def active_solution(competition: Competition) -> Solution | None:
    return competition.solutions.filter(is_active=True).first()


def replace_solution(
    *,
    competition: Competition,
    file: IO[bytes],
    filename: str,
    id_column: str | None = None,
    target_columns: Sequence[str] = (),
    weight_column: str | None = None,
    usage_column: str = "Usage",
    by: User | None,
    at: datetime,
) -> Solution:
    """Check `file`, keep it privately as the next version and make it the one that scores.

    Existing submissions keep their scores until somebody starts a rescoring. `by` None: the server itself.

    Raises:
        NotHost: `by` does not organise the competition.
        SolutionRefused: what is wrong and where, without any value of the targets; or rows would become public that a
            rescoring before the end must not tell about.
        ChangedMeanwhile: the metric or the solution was changed while the file was being checked.
    """
    if by is not None:
        can.edit(by, competition).require()
    old = active_solution(competition)
    spec = SolutionSpec(
        metric=competition.metric,
        metric_params=competition.metric_params,
        id_column=id_column or "",
        target_columns=tuple(target_columns),
        weight_column=weight_column or None,
        usage_column=usage_column or None,
    )
    prepared = _prepare(file, spec)
    more_public = old is not None and _has_more_public_rows(prepared, old)
    solution = _described(competition, prepared, filename)
    file.seek(0)
    solution.file.save("solution", File(file), save=False)
    try:
        with transaction.atomic():
            locked = Competition.objects.lock(competition.pk)
            _require_unchanged(locked, spec, old)
            if more_public and not locked.has_ended(at):
                _require_no_scores(locked)
            activate(solution, by=by, at=at)
    except BaseException:
        solution.file.storage.delete(str(solution.file.name))
        raise
    _keep(prepared, _folder(solution))
    return solution


def for_other_metric(competition: Competition) -> Solution | None:
    """The active solution checked anew for the metric that `competition` is about to have; None if there is none.

    The same file, as a version that is still to be saved by `activate`.

    Raises:
        SolutionRefused: the new metric can't score by this file.
    """
    old = active_solution(competition)
    if old is None:
        return None
    prepared = _prepare_again(old, competition.metric, competition.metric_params)
    solution = _described(competition, prepared, old.filename)
    solution.file.name = old.file.name
    _keep(prepared, _folder(solution))
    return solution


def activate(solution: Solution, *, by: User | None, at: datetime) -> None:
    """Save a new version as the one that scores. Call it in a transaction with the competition's row locked."""
    versions = solution.competition.solutions
    versions.filter(is_active=True).update(is_active=False)
    solution.version = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    solution.is_active = True
    solution.uploaded_by = by
    solution.created_at = at
    solution.save()
    transaction.on_commit(
        lambda: signals.solution_replaced.send_robust(
            Solution, competition=solution.competition, solution=solution, by=by, at=at
        )
    )


def _require_unchanged(competition: Competition, spec: SolutionSpec, old: Solution | None) -> None:
    if (competition.metric, competition.metric_params) != (spec.metric, spec.metric_params):
        raise ChangedMeanwhile
    if active_solution(competition) != old:
        raise ChangedMeanwhile


def _has_more_public_rows(new: PreparedSolution, old: Solution) -> bool:
    try:
        known = _public_ids(prepared_solution(old))
    except FileNotFoundError:
        return False  # lost, and nothing can be scored until there is another
    return not _public_ids(new) <= known


def _public_ids(prepared: PreparedSolution) -> set[str]:
    rows = prepared.splits["public"].rows
    return set(prepared.ids) if rows is None else {prepared.id_index.text(row) for row in rows.tolist()}


def _require_no_scores(competition: Competition) -> None:
    """Before the end a private row stays what it is: made public and rescored, it would tell private scores."""
    if competition.standings.filter(total_submissions__gt=0).exists():
        text = gettext(
            "There are submissions: until the end no further row may become public, for it would tell private scores."
        )
        raise SolutionRefused([{"code": "public_rows_added", "detail": text}])


def _described(competition: Competition, prepared: PreparedSolution, filename: str) -> Solution:
    """A version, unsaved, with the facts of what was prepared."""
    spec = prepared.spec
    return Solution(
        competition=competition,
        filename=_shown_name(filename),
        id_column=spec.id_column,
        target_columns=list(spec.target_columns),
        weight_column=spec.weight_column or "",
        usage_column=spec.usage_column or "",
        metric=competition.metric,
        metric_params=competition.metric_params,
        rows=prepared.rows,
        public_rows=prepared.public_rows,
        private_rows=prepared.private_rows,
        expected_columns=list(prepared.expected_columns),
        digest=prepared.digest,
    )


def _shown_name(filename: str) -> str:
    return "".join(character for character in Path(filename).name if character.isprintable())[-255:]


# --- checking ---------------------------------------------------------------------------------------------------------
def _prepare(file: IO[bytes], spec: SolutionSpec) -> PreparedSolution:
    limits = ReadLimits(max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES)
    try:
        prepared = prepare_solution(file, spec, limits=limits)
    except (InvalidSolution, InvalidMetricParameters) as error:
        raise SolutionRefused([explained(problem) for problem in error.problems]) from error
    # What the database keeps of it must fit.
    if any(len(name) > COLUMN_NAME_LENGTH for name in _columns(prepared.spec)):
        raise SolutionRefused([{"code": "long_column_name", "detail": gettext("A column has too long a name.")}])
    return prepared


def _prepare_again(solution: Solution, metric: str, metric_params: dict[str, Any]) -> PreparedSolution:
    spec = SolutionSpec(
        metric=metric,
        metric_params=metric_params,
        id_column=solution.id_column,
        target_columns=tuple(solution.target_columns),
        weight_column=solution.weight_column or None,
        usage_column=solution.usage_column or None,
    )
    with solution.file.storage.open(str(solution.file.name)) as file:
        return _prepare(file, spec)


def _columns(spec: SolutionSpec) -> list[str]:
    return [name for name in (spec.id_column, spec.usage_column, spec.weight_column, *spec.target_columns) if name]


def explained(problem: Problem) -> dict[str, Any]:
    """The problem with its sentence, in the language of the moment."""
    detail = gettext(MESSAGES[problem.code]) % problem.message_params()
    if problem.more:
        detail += " " + gettext("(and %(more)d more)") % {"more": problem.more}
    return {**problem.as_dict(), "detail": detail}


# --- reading quickly --------------------------------------------------------------------------------------------------
def prepared_solution(solution: Solution) -> PreparedSolution:
    """The arrays that `solution` scores with; built once per machine, loaded once per process."""
    folder = _folder(solution)
    with _memory_lock:
        if (known := _in_memory.get(folder)) is not None:
            _in_memory.move_to_end(folder)
            return known
    loaded = _load(folder)
    if loaded is None:
        with _building(folder):
            loaded = _load(folder) or _rebuild(solution, folder)
    _remember(folder, loaded)
    return loaded


def prepared_folder(solution: Solution) -> Path:
    """Where the arrays of `solution` are, for other processes of this machine."""
    prepared_solution(solution)
    return _folder(solution)


def prepared_active_solution(competition: Competition) -> tuple[Solution, PreparedSolution]:
    """The version that scores now, with its arrays.

    Raises:
        NoSolution: there is none yet.
    """
    solution = active_solution(competition)
    if solution is None:
        raise NoSolution
    return solution, prepared_solution(solution)


def _folder(solution: Solution) -> Path:
    return Path(settings.PREPARED_SOLUTIONS_DIR) / solution.digest


def _load(folder: Path) -> PreparedSolution | None:
    try:
        return PreparedSolution.load(folder)
    except ScoringError:
        return None


def _rebuild(solution: Solution, folder: Path) -> PreparedSolution:
    logger.info("preparing a solution", extra={"solution": solution.pk})
    _write(_prepare_again(solution, solution.metric, solution.metric_params), folder)
    return PreparedSolution.load(folder)


def _keep(prepared: PreparedSolution, folder: Path) -> None:
    """Write what was just prepared, so that the first submission need not."""
    with _building(folder):
        if _load(folder) is None:
            _write(prepared, folder)


def _write(prepared: PreparedSolution, folder: Path) -> None:
    """Put the arrays into `folder` so that nobody ever sees a part of them. Call it under `_building(folder)`."""
    work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".building-"))
    try:
        prepared.save(work / "new")
        if folder.exists():
            # Broken, or of an older version of the program; processes that mapped it keep their pages.
            folder.rename(work / "old")
        (work / "new").rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _building(folder: Path) -> Iterator[None]:
    """One process at a time builds; the others wait and find it built."""
    # Hidden answers: for this program's user alone.
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock_file:
        locks.lock(lock_file, locks.LOCK_EX)
        try:
            yield
        finally:
            locks.unlock(lock_file)


def _remember(folder: Path, prepared: PreparedSolution) -> None:
    with _memory_lock:
        _in_memory[folder] = prepared
        _in_memory.move_to_end(folder)
        while len(_in_memory) > KEPT_IN_MEMORY:
            _in_memory.popitem(last=False)
