"""Making the competition's files of the sources by what was chosen: data files, solution, baselines, pages.

Safe to run again: what an earlier run made gives way. Scores of public rows alone are worked out here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _, override

from competitions.files.services import SAMPLE_SUBMISSION, add_data_file, delete_data_file
from competitions.log.recording import has_begun
from competitions.models import Competition, Phase, Solution
from competitions.organising.editing import edit_competition
from competitions.solution.services import forget_solutions, replace_solution
from foundation.refusals import Refusal
from scoring import InvalidMetricParameters
from studio.jobs import Job, NoResult
from studio.looking import opened, read_sources, recognised_again
from studio.models import Workbench
from studio.pages import write_pages
from studio.problems import kept
from studio.readiness import fingerprint
from studio.tables.baselines import Baseline, Model, submission_of, train_baseline
from studio.tables.checks import check_made
from studio.tables.making import CannotMake, Made, Pieces, Plan, make as make_pieces, write_csv
from studio.tables.previewing import Preview, preview
from studio.tables.recognising import Setup, Task
from studio.tables.splitting import CannotSplit, Cut
from studio.tables.table import Table
from submissions.models import Trial
from submissions.trials.exceptions import InvalidTrial
from submissions.trials.services import delete_trial, remove_baseline, set_baseline, try_out

if TYPE_CHECKING:
    from accounts.models import User

TRAIN, TEST, SOLUTION = "train.csv", "test.csv", "solution.csv"
NAMES_OF_BASELINES = {
    Model.CONSTANT: _("The same for every row"),
    Model.LINEAR: _("A linear model"),
    Model.TREE: _("Small trees"),
}


def make(job: Job) -> None:
    """Make everything, and keep what was made, previewed and found."""
    by = _asked_by(job.workbench)
    choices = effective(job.workbench)
    tables, unread = read_sources(job, begin=0, end=0.25)
    if unread:
        raise NoResult(unread)
    plan = plan_of(choices)
    pieces = Pieces.of(tables, recognised_again(tables, job.workbench.choices))
    job.tell("splitting", 0.25)
    made = _make(pieces, plan)
    trained = [
        baseline
        for model in job.each(choices.get("baselines", []), step="training", begin=0.3, end=0.6)
        if (baseline := _train(Model(model), made, pieces, plan)) is not None
    ]
    job.tell("previewing", 0.6)
    seen = preview(made, plan, trained)
    job.tell("checking", 0.7)
    findings = [one.as_dict() for one in check_made(made, plan)]
    job.tell("storing", 0.8)
    others = _others(job.workbench, tables) if choices.get("other_files") else []
    stored = _store(job, made, plan, seen, others, by=by)
    job.tell("scoring", 0.92)
    lines = _enter(job, made, trained, by=by)
    written = write_pages(job.workbench, made=made, plan=plan, stored=stored, by=by, at=job.now())
    job.end(
        written=written,
        made={
            "plan": plan.as_dict(),
            "files": stored,
            "solution": _of_solution(job.workbench.competition),
            "preview": _of_preview(seen),
            "baselines": lines,
            "findings": findings,
            "fingerprint": _fingerprint(job.workbench.competition),
        },
        problems=[],
    )


def _asked_by(workbench: Workbench) -> User:
    user = workbench.asked_by
    if user is None or has_begun(workbench.competition):
        raise NoResult([{"code": "nobody_asked"}])
    return user


def effective(workbench: Workbench) -> dict[str, Any]:
    """What holds: decisions, and proposals where nothing was decided."""
    return {**(workbench.found or {}).get("proposed", {}), **workbench.choices}


def plan_of(choices: Mapping[str, Any]) -> Plan:
    """The choices as the tables' own plan.

    Raises:
        NoResult: it is not said what is to be predicted.
    """
    if not choices.get("target_columns") or not choices.get("task") or not choices.get("metric"):
        raise NoResult([{"code": "no_target"}])
    setup = Setup(
        id_columns=tuple(choices.get("id_columns") or ()),
        target_columns=tuple(choices["target_columns"]),
        task=Task(choices["task"]),
        positive=choices.get("positive"),
        date_column=choices.get("date_column") or None,
        group_column=choices.get("group_column") or None,
    )
    test, public, usage = choices.get("test"), choices.get("public"), choices.get("usage_column") or None
    return Plan(
        setup=setup,
        metric=choices["metric"],
        metric_params=choices.get("metric_params") or {},
        test=Cut.from_dict(test) if test else None,
        public=Cut.from_dict(public) if public and not usage else None,
        usage_column=usage,
        shuffle=bool(choices.get("shuffle")),
        new_ids=bool(choices.get("new_ids")),
    )


def _make(pieces: Pieces, plan: Plan) -> Made:
    try:
        made = make_pieces(pieces, plan)
    except (CannotMake, CannotSplit) as no:
        raise NoResult([{"code": no.code, "params": no.params}]) from no
    except InvalidMetricParameters as invalid:
        raise NoResult(kept(invalid.problems)) from invalid
    if made.prepared is None:
        raise NoResult(kept(made.problems))
    return made


def _train(model: Model, made: Made, pieces: Pieces, plan: Plan) -> Baseline | None:
    if made.pieces.train is None or made.pieces.test is None:
        return None
    return train_baseline(model, made.pieces.train, made.pieces.test, plan.setup)


# --- what is stored in the competition --------------------------------------------------------------------------------
def _store(job: Job, made: Made, plan: Plan, seen: Preview, others: Sequence[Any], *, by: User) -> list[dict[str, Any]]:
    competition = job.workbench.competition
    phase = competition.phase
    stored = []
    try:
        forget_made(job.workbench, by=by, at=job.now())
        names = [name for name, _table in _tables(made)] + [source.name for source in others]
        Workbench.objects.filter(pk=job.workbench.pk).update(stored=names)
        changes: dict[str, Any] = {"metric": plan.metric, "metric_params": dict(plan.metric_params)}
        if seen.wobble is not None and seen.wobble.digits is not None:
            changes["score_digits"] = min(max(seen.wobble.digits, 1), 8)
        edit_competition(competition=competition, changes=changes, by=by, at=job.now())
        phase.refresh_from_db()
        for name, table in _tables(made):
            with as_csv(table, name) as file:
                row = add_data_file(competition=competition, file=file, name=name, replace=True, by=by, at=job.now())
            stored.append({"name": row.name, "size": row.size, "rows": table.rows, "columns": list(table.names)})
        for source in others:
            with opened(source) as content:
                file = File(content, name=source.name)
                row = add_data_file(
                    competition=competition, file=file, name=source.name, replace=True, by=by, at=job.now()
                )
            stored.append({"name": row.name, "size": row.size, "rows": None, "columns": []})
        assert made.pieces.solution is not None
        with as_csv(made.pieces.solution, SOLUTION) as file:
            replace_solution(
                phase=phase,
                file=file,
                filename=SOLUTION,
                id_column=made.spec.id_column,
                target_columns=made.spec.target_columns or (),
                usage_column=made.spec.usage_column or "",
                by=by,
                at=job.now(),
            )
    except Refusal as refusal:
        raise NoResult([_refused(refusal)]) from refusal
    return stored


def _tables(made: Made) -> Iterator[tuple[str, Table]]:
    named = ((TRAIN, made.pieces.train), (TEST, made.pieces.test), (SAMPLE_SUBMISSION, made.pieces.sample))
    for name, table in named:
        if table is not None:
            yield name, table


@contextmanager
def as_csv(table: Table, name: str) -> Iterator[File]:
    """The table as a file, which vanishes afterwards."""
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as sink:
        write_csv(table, sink)
        sink.seek(0)
        yield File(sink, name=name)


def _others(workbench: Workbench, tables: Sequence[Table]) -> list[Any]:
    """The files that are no part of train, test, sample and solution: pictures, notes, further tables."""
    roles = effective(workbench).get("roles", {})
    return [one for one in workbench.sources.all() if roles.get(one.name, "other") == "other"]


def forget_made(workbench: Workbench, *, by: User, at: datetime) -> None:
    """Take back what an earlier run made by other choices: baselines, solution and data files.

    Raises:
        NotHost, NoDraft
    """
    competition, phase = workbench.competition, workbench.competition.phase
    for trial in Trial.objects.filter(phase=phase, filename__startswith=PREFIX).select_related("phase", "baseline"):
        remove_baseline(trial=trial, by=by, at=at)
        trial.refresh_from_db()
        delete_trial(trial=trial, by=by)
    forget_solutions(phase=phase, by=by)
    for data_file in competition.data_files.filter(name__in=workbench.stored):
        delete_data_file(data_file=data_file, by=by)


def _refused(refusal: Refusal) -> dict[str, Any]:
    problems = getattr(refusal, "problems", None)
    first = problems[0] if problems else {}
    if first.get("code"):
        return {**first, "params": {**(first.get("params") or {})}}
    return {"code": "refused", "params": {"text": refusal.detail}}


# --- baselines --------------------------------------------------------------------------------------------------------
PREFIX = "baseline-"


def _enter(job: Job, made: Made, trained: Sequence[Baseline], *, by: User) -> list[dict[str, Any]]:
    """Let each baseline stand on the leaderboard as a line without a rank; what became of each."""
    phase = Phase.objects.select_related("competition").get(pk=job.workbench.competition.phase.pk)
    return [_line(phase, made, one, by=by, at=job.now()) for one in trained]


def _line(phase: Phase, made: Made, baseline: Baseline, *, by: User, at: datetime) -> dict[str, Any]:
    line: dict[str, Any] = {"model": baseline.model, "score": None, "because": None, "seconds": baseline.seconds}
    if baseline.estimate is None:
        return {**line, "because": {"code": baseline.reason}}
    table = submission_of(baseline.estimate, made)
    filename = f"{PREFIX}{baseline.model}.csv"
    try:
        with as_csv(table, filename) as file:
            trial = try_out(phase=phase, file=file, filename=filename, by=by, at=at)
        if trial.status == Trial.Status.SCORED:
            with override(settings.LANGUAGE_CODE):
                name = str(NAMES_OF_BASELINES[baseline.model])
            set_baseline(trial=trial, name=name, by=by, at=at)
    except InvalidTrial as invalid:
        return {**line, "because": invalid.problems[0]}
    except Refusal as refusal:
        return {**line, "because": {"code": "refused", "params": {"text": refusal.detail}}}
    return {**line, "score": trial.public_score}


# --- what is told -----------------------------------------------------------------------------------------------------
def _of_solution(competition: Competition) -> dict[str, Any]:
    solution: Solution = competition.phase.solutions.get(is_active=True)
    return {"rows": solution.rows, "public": solution.public_rows, "private": solution.private_rows}


def _fingerprint(competition: Competition) -> str:
    solution: Solution = competition.phase.solutions.get(is_active=True)
    return fingerprint(solution, competition.data_files.filter(phase=None))


def _of_preview(seen: Preview) -> dict[str, Any]:
    wobble = seen.wobble
    return {
        "metric": seen.metric,
        "direction": seen.direction,
        "scores": [
            {
                "name": name,
                "score": score.value,
                "problem": score.problem.as_dict() if score.problem is not None else None,
            }
            for name, score in seen.scores.items()
        ],
        "wobble": None
        if wobble is None
        else {
            "deviation": wobble.deviation,
            "rows": wobble.rows,
            "digits": wobble.digits,
            "model": wobble.model,
        },
    }
