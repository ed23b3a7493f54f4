"""Versions of a competition's own metric: keeping them, and letting one score.

A version is never changed. One that scores is replaced by another as a solution is: by a new version of the solution
with the same file, with a public reason once submissions were received, and existing scores stay until somebody starts
a rescoring.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from competitions import permissions as can
from competitions.combined.checks import require_fit, with_changed
from competitions.exceptions import (
    ChangedMeanwhile,
    DirectionFixed,
    MetricInUse,
    MetricIsBeingTried,
    MetricNotTried,
    MetricRefused,
    TooManyMetrics,
)
from competitions.leaderboards.standings import leaderboard_changed
from competitions.log.recording import clean_reason, fact, record_in
from competitions.metrics.sandboxes import versions
from competitions.models import LogKind, OwnMetric, Phase
from competitions.solution.services import (
    activate,
    active_metric,
    active_solution,
    explained,
    for_other_metric,
    has_scores,
    is_in_use,
    open_to_objections,
    take_back_confirmation,
)
from scoring import Direction, InvalidMetricParameters, Problem
from scoring.further import MOST as MOST_FURTHER
from scoring.metrics.registry import is_own
from scoring.own import InvalidMetricSource, Signature, read_signature

if TYPE_CHECKING:
    from accounts.models import User

MOST_VERSIONS = 200

RANKED_CHARACTERS = 100


def upload_metric(
    *,
    phase: Phase,
    source: bytes,
    filename: str,
    direction: str,
    params: Mapping[str, Any] | None = None,
    ranked: str = "",
    columns: Sequence[str] | None = None,
    is_shown: bool = False,
    by: User,
    at: datetime,
) -> OwnMetric:
    """Keep a metric as the next version. Nothing of it is run, and it does not score yet.

    `columns`: where it returns several numbers, the names of those that are shown beside the one that ranks, five at
    most; None: the first ones that a trial finds.

    Raises:
        NotHost: `by` does not organise the competition.
        MetricRefused: it is no Python, has no `score` of the right form, or the values do not fit its parameters.
        DirectionFixed: submissions were received for the other direction.
        TooManyMetrics
    """
    can.edit(by, phase.competition).require()
    signature = read_metric(source)
    try:
        cleaned = signature.clean(params)
    except InvalidMetricParameters as error:
        raise MetricRefused([explained(problem) for problem in error.problems]) from error
    ranked = ranked.strip()
    if not _is_name(ranked, may_be_empty=True):
        raise MetricRefused([explained(Problem("wrong_parameter", {"name": "ranked"}, expected="a text"))])
    columns = None if columns is None else [name.strip() for name in columns]
    if columns is not None and not _are_columns(columns, ranked):
        expected = gettext("a list of at most %(most)d different names without the one that ranks")
        problem = Problem("wrong_parameter", {"name": "columns"}, expected=expected % {"most": MOST_FURTHER})
        raise MetricRefused([explained(problem)])
    text = source.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    with transaction.atomic():
        locked = Phase.objects.lock(phase)
        versions_so_far = locked.own_metrics.aggregate(last=Max("version"))["last"] or 0
        if locked.own_metrics.count() >= MOST_VERSIONS:
            raise TooManyMetrics(limit=MOST_VERSIONS)
        metric = OwnMetric(
            competition=locked.competition,
            phase=locked,
            version=versions_so_far + 1,
            filename="".join(character for character in filename if character.isprintable())[-255:] or "metric.py",
            source=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            direction=Direction(direction).value,
            parameters=[parameter.as_dict() for parameter in signature.parameters],
            params=cleaned,
            ranked=ranked,
            columns=columns,
            takes_files=signature.takes_files,
            is_shown=is_shown,
            libraries=versions(),
            created_by=by,
            created_at=at,
        )
        _require_direction(locked, metric)
        metric.save(force_insert=True)
    return metric


def are_names(value: object) -> bool:
    """Whether it is a list of texts, or None, which leaves the choice to the trial."""
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def read_metric(source: str | bytes) -> Signature:
    """What the metric of a source text takes. Nothing of it is run or kept.

    Raises:
        MetricRefused: it is no Python, or has no `score` of the right form.
    """
    try:
        return read_signature(source)
    except InvalidMetricSource as error:
        raise MetricRefused([explained(problem) for problem in error.problems]) from error


def _is_name(text: str, *, may_be_empty: bool = False) -> bool:
    return len(text) <= RANKED_CHARACTERS and (text.isprintable() if text else may_be_empty)


def _are_columns(names: Sequence[str], ranked: str) -> bool:
    return len(names) <= MOST_FURTHER and len({*names, ranked}) == len(names) + 1 and all(map(_is_name, names))


def columns_found(metric: OwnMetric, values: Mapping[str, Any]) -> list[str]:
    """The columns of a version that names none: the first of the other numbers that a trial found, by their names."""
    ranked = metric.ranked or next(iter(values), "")
    return [name for name in values if name != ranked and _is_name(name)][:MOST_FURTHER]


def show_source(*, metric: OwnMetric, is_shown: bool, by: User) -> OwnMetric:
    """Let participants read the source, or no longer.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    can.edit(by, metric.competition).require()
    metric.is_shown = is_shown
    metric.save(update_fields=["is_shown"])
    return metric


def use_metric(*, metric: OwnMetric, by: User, at: datetime, reason: str = "") -> OwnMetric:
    """Let a version score from now on. Scores that exist stay until somebody starts a rescoring.

    Where there is a solution, it makes a new version of that, of the same file; a result that was confirmed is closed
    again, and after the end participants have time to object.

    Raises:
        NotHost: `by` does not organise the competition.
        MetricInUse: submissions were received and scored by a built-in metric.
        DirectionFixed: they were received for the other direction.
        DirectionsDiffer: the combined leaderboard is the mean of scores, and other phases have the other direction.
        MetricNotTried, MetricIsBeingTried: it has not passed with the solution that scores now.
        SolutionRefused: it can't score by this file.
        ReasonMissing, InvalidReason: once submissions were received, it needs a public reason.
        ChangedMeanwhile: the solution or the metric was changed at the same moment.
    """
    can.edit(by, metric.competition).require()
    reason = clean_reason(reason, required=has_scores(metric.phase))
    _require_usable(metric.phase, metric)
    # Reads the file anew only where a built-in metric scored: no lock is held meanwhile.
    probe = Phase.objects.select_related("competition").get(pk=metric.phase_id)
    old, old_metric = active_solution(probe), active_metric(probe)
    if old_metric == metric:
        return metric
    probe.metric, probe.metric_params = metric.metric, {}
    solution = for_other_metric(probe, own=metric)
    with transaction.atomic():
        locked = Phase.objects.lock(metric.phase)
        metric = OwnMetric.objects.select_for_update().get(pk=metric.pk)
        _require_usable(locked, metric)
        if active_solution(locked) != old or active_metric(locked) != old_metric:
            raise ChangedMeanwhile
        clean_reason(reason, required=has_scores(locked))
        before = _facts(old_metric) if old_metric is not None else {"metric": locked.metric}
        locked.own_metrics.filter(is_active=True).update(is_active=False)
        metric.is_active = True
        metric.save(update_fields=["is_active"])
        # What a built-in metric had beside it means nothing here.
        locked.metric, locked.metric_params, locked.further_metrics = metric.metric, {}, []
        require_fit(locked.competition.combined_rule, with_changed(list(locked.competition.phases.all()), locked))
        locked.save(update_fields=["metric", "metric_params", "further_metrics"])
        told: dict[str, Any] = {"own": [before, _facts(metric)]}
        if solution is not None:
            told |= open_to_objections(locked, None, at)
        record_in(locked, LogKind.METRIC, by=by, at=at, facts=told, reason=reason, tell=is_in_use(locked))
        if solution is not None:
            solution.phase, solution.own_metric = locked, metric
            activate(solution, by=by, at=at, reason=reason, of_same_file=True)
            # The same rows: what came of trying it out stays true.
            metric.tried_with = solution.pk
            metric.save(update_fields=["tried_with"])
        take_back_confirmation(locked, by=by, at=at, reason=reason)
        leaderboard_changed(competition_id=locked.competition_id)
    return metric


def _require_usable(phase: Phase, metric: OwnMetric) -> None:
    _require_direction(phase, metric)
    if is_in_use(phase) and not is_own(phase.metric):
        raise MetricInUse
    if metric.trial_status == OwnMetric.Trial.PENDING:
        raise MetricIsBeingTried
    solution = active_solution(phase)
    if solution is not None and not has_passed(metric, solution.pk):
        raise MetricNotTried


def _require_direction(phase: Phase, metric: OwnMetric) -> None:
    if is_in_use(phase) and Direction(metric.direction) != phase.direction:
        raise DirectionFixed


def has_passed(metric: OwnMetric, solution: int) -> bool:
    """Whether it was tried out with this version of the solution, and nothing spoke against it."""
    return metric.trial_status == OwnMetric.Trial.PASSED and metric.tried_with == solution


def _facts(metric: OwnMetric) -> dict[str, Any]:
    """What everybody may know of a version: no source."""
    return {
        "version": metric.version,
        "sha256": metric.sha256,
        "direction": str(metric.direction),
        "params": fact(metric.params),
        "ranked": metric.ranked,
        "columns": metric.columns or [],
    }
