"""What organisers may still change, and when.

Some things in a competition are frozen by what others have built on them: the end and the number of selections, once
the end has passed, because private scores may be known by then; the start and the metric, once there are submissions;
the slug, once somebody takes part.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from competitions import banners, permissions as can
from competitions.exceptions import (
    ChangedMeanwhile,
    ClockFrozen,
    EndInThePast,
    MetricInUse,
    PageSlugTaken,
    RulesVersionFalls,
    SelectionFrozen,
    SlugFrozen,
    StartFrozen,
)
from competitions.models import Competition, Page, Solution
from competitions.solutions import activate, active_solution, explained, for_other_metric
from competitions.standings import leaderboard_changed
from scoring.errors import InvalidMetricParameters
from scoring.metrics import registry

if TYPE_CHECKING:
    from accounts.models import User


def edit_competition(
    *, competition: Competition, changes: Mapping[str, Any], may_rescore: bool = False, by: User, at: datetime
) -> Competition:
    """Change the given fields of the competition. A new metric makes a new version of the solution, checked for it.

    Raises:
        NotHost: `by` does not organise it.
        ClockFrozen, StartFrozen, EndInThePast, SelectionFrozen, SlugFrozen: it is too late for this change.
        RulesVersionFalls: a version that people accepted would be asked for again, perhaps with another text.
        MetricInUse: there are submissions, and nobody said by `may_rescore` that they will be scored again.
        SolutionRefused: the new metric can't score by the present solution.
        NotAnImage, ImageTooLarge: the new banner is none.
        ValidationError: the values do not fit each other, such as an end before the start.
    """
    can.edit(by, competition).require()
    solution = check_changes(competition=competition, changes=changes, may_rescore=may_rescore, at=at)
    with transaction.atomic():
        before = Competition.objects.lock(competition.pk)
        after = _changed(before, changes)
        _check_rules(before, after, may_rescore=may_rescore, at=at)
        if metric_changes(before, after):
            present = active_solution(before)
            if (present and present.file.name) != (solution and solution.file.name):
                raise ChangedMeanwhile
            if solution is not None:
                activate(solution, by=by, at=at)
        if "banner" in changes:
            banners.delete_later(before)
            banners.take_new(after)
        after.full_clean()
        after.save(update_fields=list(changes))
        leaderboard_changed(competition_id=competition.pk)
    return after


def check_changes(
    *, competition: Competition, changes: Mapping[str, Any], may_rescore: bool = False, at: datetime
) -> Solution | None:
    """Whether the changes may be made; the solution checked for a new metric, if there is a new one.

    No lock is held: reading a solution may take a while. `edit_competition` asks the quick questions again under one.

    Raises:
        As `edit_competition`.
    """
    before = Competition.objects.get(pk=competition.pk)
    after = _changed(before, changes)
    _check_rules(before, after, may_rescore=may_rescore, at=at)
    if "banner" in changes:
        banners.take_new(after)
    if not metric_changes(before, after):
        return None
    check_metric(after)
    return for_other_metric(after)


def _changed(before: Competition, changes: Mapping[str, Any]) -> Competition:
    after = copy(before)
    for name, value in changes.items():
        setattr(after, name, value)
    return after


def _check_rules(before: Competition, after: Competition, *, may_rescore: bool, at: datetime) -> None:
    check_clock(before=before, after=after, at=at)
    if after.selectable_submissions != before.selectable_submissions and before.has_ended(at):
        raise SelectionFrozen
    if after.rules_version < before.rules_version:
        raise RulesVersionFalls(version=before.rules_version)
    if after.slug != before.slug and has_participants(before):
        raise SlugFrozen
    if metric_changes(before, after) and has_submissions(before) and not may_rescore:
        raise MetricInUse


def check_clock(*, before: Competition, after: Competition, at: datetime) -> None:
    """Whether the clock of `before` may still be changed to that of `after`.

    Raises:
        ClockFrozen: the end has passed.
        EndInThePast: the end would pass without anybody having seen it come.
        StartFrozen: there are submissions, whose days are counted from the start.
    """
    if after.ends_at != before.ends_at:
        if before.has_ended(at):
            raise ClockFrozen
        if after.has_ended(at):
            raise EndInThePast
    if after.starts_at != before.starts_at and has_submissions(before):
        raise StartFrozen


def metric_changes(before: Competition, after: Competition) -> bool:
    return (before.metric, before.metric_params) != (after.metric, after.metric_params)


def check_metric(competition: Competition) -> None:
    """Whether the metric's parameters fit it.

    Raises:
        ValidationError: with what is wrong with them.
    """
    try:
        registry.get(competition.metric)
        registry.validate_params(competition.metric, competition.metric_params)
    except KeyError:
        return  # the field's own validator says so
    except InvalidMetricParameters as error:
        messages = [ValidationError(explained(problem)["detail"], code=problem.code) for problem in error.problems]
        raise ValidationError({"metric_params": messages}) from error


def has_submissions(competition: Competition) -> bool:
    """Whether any submission counts, by what the standings say."""
    return competition.standings.filter(total_submissions__gt=0).exists()


def has_participants(competition: Competition) -> bool:
    return competition.memberships.exists()


def save_page(*, competition: Competition, page: Page, by: User) -> Page:
    """Add `page` to the competition, at the end where it has no position, or save its changes.

    Raises:
        NotHost: `by` does not organise it.
        PageSlugTaken: another page of the competition has this slug.
    """
    can.edit(by, competition).require()
    page.competition = competition
    try:
        with transaction.atomic():
            page.save()
    except IntegrityError as error:
        if competition.pages.filter(slug=page.slug).exclude(pk=page.pk).exists():
            raise PageSlugTaken from error
        raise
    return page
