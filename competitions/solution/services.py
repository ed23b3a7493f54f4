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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import locks
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext

from competitions import permissions as can, signals
from competitions.columns import further_metrics
from competitions.ending import note_end
from competitions.exceptions import ChangedMeanwhile, NoDraft, NoSolution, SolutionRefused, SubmissionsWouldBeRefused
from competitions.log.recording import clean_reason, fact, has_begun, record_in
from competitions.models import Competition, LogKind, OwnMetric, Phase, RankInterval, Solution
from competitions.solution import comparing, leaks, sealing
from foundation.digests import sha256_of
from foundation.refusals import FileGone
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
from scoring.further import scored_by
from scoring.metrics.registry import is_own

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
def active_solution(phase: Phase) -> Solution | None:
    return phase.solutions.filter(is_active=True).first()


def phases_with_solution(competition: Competition) -> set[int]:
    """The ids of the phases that can be scored."""
    return set(Solution.objects.filter(phase__competition=competition, is_active=True).values_list("phase", flat=True))


def forget_solutions(*, phase: Phase, by: User) -> None:
    """Take away every version of the solution of a draft, as if none had been put in.

    Raises:
        NotHost: `by` does not organise the competition.
        NoDraft: it was published once, or a submission was made.
    """
    can.edit(by, phase.competition).require()
    with transaction.atomic():
        competition = Competition.objects.lock(phase.competition_id)
        if has_begun(competition) or competition.submissions.exists():
            raise NoDraft
        stored = {str(one.file.name) for one in phase.solutions.all()}
        storage = Solution._meta.get_field("file").storage
        phase.solutions.all().delete()
        for name in stored:
            transaction.on_commit(partial(storage.delete, name), robust=True)


@dataclass(slots=True)
class ReleasedFile:
    """The file of the active solution, as it is sent to whoever may have it."""

    file: Any
    filename: str
    size: int
    sha256: str
    created_at: datetime


def released_file(phase: Phase) -> ReleasedFile:
    """The file of the active solution, to be sent. Whoever calls this has asked `can.download_solution`.

    Raises:
        NoSolution: there is none.
        FileGone: the storage has lost it.
    """
    solution = active_solution(phase)
    if solution is None:
        raise NoSolution
    try:
        size = solution.file.size
    except FileNotFoundError:
        raise FileGone from None
    return ReleasedFile(solution.file, solution.filename, size, solution.sha256, solution.created_at)


def replace_solution(
    *,
    phase: Phase,
    file: IO[bytes],
    filename: str,
    id_column: str | None = None,
    target_columns: Sequence[str] = (),
    weight_column: str | None = None,
    usage_column: str = "Usage",
    submission_columns: Sequence[str] = (),
    accept_refusals: bool = False,
    reason: str = "",
    by: User | None,
    at: datetime,
) -> Solution:
    """Check `file`, keep it privately as the next version and make it the one that scores.

    Existing submissions keep their scores until somebody starts a rescoring; a result that was confirmed is closed
    again. Once the end has passed, participants have time to object before the result can be confirmed. `by` None: the
    server itself.
    `submission_columns`: of an own metric, what a submission holds beside the ids; none: as the version before, or as
    the solution. `accept_refusals`: the organiser knows that the submissions made so far do not fit the new version.
    `reason`: why, for the competition log and the participants.

    Raises:
        NotHost: `by` does not organise the competition.
        SolutionRefused: what is wrong and where, without any value of the targets; or a row would become public that
            was not public in every version used so far, and whose private score a rescoring would then tell.
        SolutionRefused: also where a data file of a published competition has its answers.
        SubmissionsWouldBeRefused: ids or columns differ from those that submissions were made for.
        ChangedMeanwhile: the metric or the solution was changed while the file was being checked.
        ReasonMissing, InvalidReason: once submissions were received, it needs a public reason.
    """
    if by is not None:
        can.edit(by, phase.competition).require()
    reason = clean_reason(reason, required=by is not None and has_scores(phase))
    old = active_solution(phase)
    if not submission_columns and old is not None and old.own_metric_id is not None:
        submission_columns = old.expected_columns[1:]
    spec = SolutionSpec(
        metric=phase.metric,
        metric_params=phase.metric_params,
        id_column=id_column or "",
        target_columns=tuple(target_columns),
        weight_column=weight_column or None,
        usage_column=usage_column or None,
        submission_columns=tuple(submission_columns) if is_own(phase.metric) else (),
        are_files=(own := active_metric(phase)) is not None and own.takes_files,
    )
    prepared = _prepare(file, spec)
    _require_further(prepared, phase)
    used = list(used_solutions(phase))
    more_public = any(_has_more_public_rows(prepared, version) for version in used)
    misfits = [version for version in used if _asks_for_other_rows(prepared, version)]
    changed = _numbers(prepared, old)
    solution = _described(phase, prepared, filename)
    solution.sha256 = sha256_of(file)
    file.seek(0)
    solution.file.save("solution", File(file), save=False)
    try:
        _require_secret(solution, phase)
        with transaction.atomic():
            locked = Phase.objects.lock(phase)
            _require_unchanged(locked, spec, old, solution.own_metric, phase.further_metrics)
            if list(used_solutions(locked)) != used:
                raise ChangedMeanwhile  # noqa: TRY301 -- the first submission came in while the file was being checked
            clean_reason(reason, required=by is not None and has_scores(locked))
            if (refusal := _why_not(prepared, used[:1], more_public=more_public)) is not None:
                raise refusal  # noqa: TRY301 -- the file just stored has to go
            refused = _scored_with(misfits, locked)
            if refused and not accept_refusals:
                raise SubmissionsWouldBeRefused(submissions=refused)  # noqa: TRY301
            told = {"changed": changed, "submissionsRefused": refused, **open_to_objections(locked, changed, at)}
            activate(solution, by=by, at=at, facts=told, reason=reason, tell=bool(used))
            take_back_confirmation(locked, by=by, at=at, reason=reason)
    except BaseException:
        solution.file.storage.delete(str(solution.file.name))
        raise
    _keep(prepared, _folder(solution))
    return solution


def used_solutions(phase: Phase) -> QuerySet[Solution]:
    """The versions that submissions were received for or scored with, newest first."""
    return phase.solutions.filter(first_used_at__isnull=False).order_by("-version")


def is_in_use(phase: Phase) -> bool:
    """Whether any submission was ever received. Nothing takes this back: no refusal, rescoring or deletion."""
    return used_solutions(phase).exists()


def has_scores(phase: Phase) -> bool:
    """Whether scores were made by the solution: from then on another truth can move the ranking."""
    # The room of submissions is not ours to import; its runs are there through the relation it declares.
    return is_in_use(phase) or phase.scoring_runs.filter(scores_private=True).exists()


def mark_used(solution: Solution, at: datetime) -> None:
    """Note that submissions are received for or scored with this version. Call it in the transaction that does so."""
    if solution.first_used_at is None:
        Solution.objects.filter(pk=solution.pk, first_used_at__isnull=True).update(first_used_at=at)


def solution_for_submission(phase: Phase, *, at: datetime) -> Solution:
    """The version that a submission received at `at` is for, noted as used. Call it in the transaction that stores it.

    Raises:
        NoSolution: there is none yet.
    """
    solution = active_solution(phase)
    if solution is not None and solution.first_used_at is None:
        # The first one waits for whoever is replacing the solution; all others find it noted.
        Phase.objects.lock(phase)
        solution = active_solution(phase)
        if solution is not None:
            mark_used(solution, at)
    if solution is None:
        raise NoSolution
    return solution


def for_other_metric(phase: Phase, *, own: OwnMetric | None = None) -> Solution | None:
    """The active solution checked anew for the metric that `phase` is about to have; None if there is none.

    The same file, as a version that is still to be saved by `activate`. `own`: the organisers' metric, if it is one.

    Raises:
        SolutionRefused: the new metric can't score by this file.
    """
    old = active_solution(phase)
    if old is None:
        return None
    prepared = _prepare_again(old, phase.metric, phase.metric_params, own=own)
    _require_further(prepared, phase)
    solution = _described(phase, prepared, old.filename)
    solution.file.name = old.file.name
    solution.sha256 = old.sha256
    # Whoever chooses another metric does not come to have the file.
    solution.uploaded_by = old.uploaded_by
    _keep(prepared, _folder(solution))
    return solution


def require_further(phase: Phase) -> None:
    """Whether the further metrics can be worked out with the active solution, if there is one.

    Raises:
        SolutionRefused: one of them can't.
    """
    if not phase.further_metrics:
        return
    solution = active_solution(phase)
    if solution is not None:
        _require_further(prepared_solution(solution), phase)


def _require_further(prepared: PreparedSolution, phase: Phase) -> None:
    problems = []
    for further in further_metrics(phase):
        try:
            scored_by(prepared, further)
        except InvalidSolution as error:
            problems += [
                {**told, "detail": f"{further.label}: {told['detail']}"} for told in map(explained, error.problems)
            ]
    if problems:
        raise SolutionRefused(problems)


def activate(
    solution: Solution,
    *,
    by: User | None,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    tell: bool = False,
    of_same_file: bool = False,
) -> None:
    """Save a new version as the one that scores. Call it in a transaction with the competition's row locked.

    `of_same_file`: whose file it is stays as it was.
    `facts`: what the log tells beside what the version is: `changed`, what it changes in numbers, or None where there
    is nothing to compare with.
    """
    versions = solution.phase.solutions
    versions.filter(is_active=True).update(is_active=False)
    solution.version = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    solution.is_active = True
    if not of_same_file:
        solution.uploaded_by = by
    solution.created_at = at
    solution.save()
    told = {**log_facts(solution), "changed": None, **(facts or {})}
    record_in(solution.phase, LogKind.SOLUTION, by=by, at=at, facts=told, reason=reason, tell=tell)
    transaction.on_commit(
        lambda: signals.solution_replaced.send_robust(Solution, phase=solution.phase, solution=solution, by=by, at=at)
    )


def take_back_confirmation(phase: Phase, *, by: User | None, at: datetime, reason: str) -> None:
    """Close the private leaderboard, if it is open. Call it in a transaction with the competition's row locked."""
    if phase.confirmed_at is None:
        return
    phase.confirmed_at = phase.confirmed_by = None
    phase.save(update_fields=["confirmed_at", "confirmed_by"])
    RankInterval.objects.filter(phase=phase).delete()
    record_in(phase, LogKind.UNCONFIRMED, by=by, at=at, reason=reason, tell=True)
    transaction.on_commit(lambda: signals.private_leaderboard_unconfirmed.send_robust(Phase, phase=phase, by=by, at=at))


def log_facts(solution: Solution) -> dict[str, Any]:
    """What the competition log tells of a version: which it is, how many rows of each usage, and the commitment."""
    return {
        "version": solution.version,
        "commitment": sealing.commitment(solution),
        "rows": solution.rows,
        "publicRows": solution.public_rows,
        "privateRows": solution.private_rows,
        "ignoredRows": solution.ignored_rows,
    }


def open_to_objections(phase: Phase, changed: dict[str, Any] | None, at: datetime) -> dict[str, Any]:
    """After the end, let the time for objections begin anew; returns what the log tells of it.

    Not where nobody's score rests on a solution, and not for a file that changes nothing.
    """
    if not phase.has_ended(at) or not has_scores(phase) or not _changes_anything(changed):
        return {}
    note_end(phase, at)
    until = at + timedelta(minutes=phase.objection_minutes)
    phase.objections_until = max(until, phase.objections_until or until)
    phase.save(update_fields=["objections_until"])
    return {"objectionsUntil": fact(phase.objections_until)}


def _changes_anything(changed: dict[str, Any] | None) -> bool:
    if changed is None:
        return True
    counts = [changed["rowsAdded"], changed["rowsRemoved"], *changed["usage"].values()]
    return any([*counts, *changed["truth"].values(), *changed["weights"].values()])


def _numbers(new: PreparedSolution, old: Solution | None) -> dict[str, Any] | None:
    if old is None:
        return None
    try:
        return comparing.changes(new, prepared_solution(old))
    except FileNotFoundError:
        return None  # lost


def active_metric(phase: Phase) -> OwnMetric | None:
    """The version of the organisers' own metric that scores; None where a built-in one does."""
    return phase.own_metrics.filter(is_active=True).first() if is_own(phase.metric) else None


def _require_unchanged(
    phase: Phase, spec: SolutionSpec, old: Solution | None, metric: OwnMetric | None, further: list[Any]
) -> None:
    if active_metric(phase) != metric:
        raise ChangedMeanwhile
    if (phase.metric, phase.metric_params) != (spec.metric, spec.metric_params):
        raise ChangedMeanwhile
    if phase.further_metrics != further:
        raise ChangedMeanwhile
    if active_solution(phase) != old:
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


def _require_secret(solution: Solution, phase: Phase) -> None:
    """Refuse a solution, whose file is stored, that participants can read already."""
    if not phase.competition.is_published or phase.confirmed_at is not None:
        return
    files = list(phase.competition.data_files.all())
    same = [one for one in files if one.sha256 == solution.sha256]
    if known := same or leaks.files_with_the_answers(solution, files):
        text = gettext("The data file “%(name)s”, which participants can download, holds the same answers.")
        raise SolutionRefused([{"code": "solution_is_known", "detail": text % {"name": known[0].name}}])


def _why_not(prepared: PreparedSolution, newest: Sequence[Solution], *, more_public: bool) -> SolutionRefused | None:
    """Why the new solution is refused even with a reason, now that submissions were received; None: it is not.

    A row that was ever private or left out may not become public: rescored, it would tell private scores. So would
    another id column, by which a prediction is read as an id. `newest`: the newest version in use, if there is one.
    """
    if newest and prepared.spec.id_column != newest[0].id_column:
        text = gettext("Submissions have been received: the id column stays “%(name)s”.")
        return SolutionRefused([{"code": "id_column_changed", "detail": text % {"name": newest[0].id_column}}])
    if more_public:
        text = gettext(
            "Submissions have been received: a row that was not public in every version used since then may not "
            "become public, for its score would tell the private one."
        )
        return SolutionRefused([{"code": "public_rows_added", "detail": text}])
    return None


def _asks_for_other_rows(new: PreparedSolution, old: Solution) -> bool:
    """Whether a submission made for `old` can't be scored with `new`: other columns, or other ids."""
    try:
        known = prepared_solution(old)
    except FileNotFoundError:
        return False
    return new.expected_columns != known.expected_columns or set(new.ids) != set(known.ids)


def _scored_with(versions: Sequence[Solution], phase: Phase) -> int:
    """How many submissions that count now have their score by one of these versions."""
    # The room of submissions is not ours to import; how many there are, through the relation it declares.
    return phase.submissions.counted().filter(solution__in=versions).count() if versions else 0


def _described(phase: Phase, prepared: PreparedSolution, filename: str) -> Solution:
    """A version, unsaved, with the facts of what was prepared."""
    spec = prepared.spec
    return Solution(
        competition=phase.competition,
        phase=phase,
        filename=_shown_name(filename),
        id_column=spec.id_column,
        target_columns=list(spec.target_columns),
        weight_column=spec.weight_column or "",
        usage_column=spec.usage_column or "",
        metric=phase.metric,
        metric_params=phase.metric_params,
        own_metric=active_metric(phase),
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


def _prepare_again(
    solution: Solution, metric: str, metric_params: dict[str, Any], *, own: OwnMetric | None
) -> PreparedSolution:
    spec = SolutionSpec(
        metric=metric,
        metric_params=metric_params,
        id_column=solution.id_column,
        target_columns=tuple(solution.target_columns),
        weight_column=solution.weight_column or None,
        usage_column=solution.usage_column or None,
    )
    if is_own(metric):
        # It takes weights as one more column, and submissions keep the columns they have.
        weight = (spec.weight_column,) if spec.weight_column else ()
        spec = replace(
            spec,
            target_columns=(*spec.target_columns, *weight),
            weight_column=None,
            submission_columns=tuple(solution.expected_columns[1:]),
            are_files=own is not None and own.takes_files,
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


def prepared_for(solution: Solution, metric: OwnMetric) -> PreparedSolution:
    """The arrays by which an own metric would score, where one of another kind does. Reads the file, and keeps nothing.

    Raises:
        SolutionRefused: it can't score by this file.
    """
    return _prepare_again(solution, metric.metric, {}, own=metric)


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


def _folder(solution: Solution) -> Path:
    return Path(settings.PREPARED_SOLUTIONS_DIR) / solution.digest


def _load(folder: Path) -> PreparedSolution | None:
    try:
        return PreparedSolution.load(folder)
    except ScoringError:
        return None


def _rebuild(solution: Solution, folder: Path) -> PreparedSolution:
    logger.info("preparing a solution", extra={"solution": solution.pk})
    again = _prepare_again(solution, solution.metric, solution.metric_params, own=solution.own_metric)
    _write(again, folder)
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
