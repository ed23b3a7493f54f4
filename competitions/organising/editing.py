"""What organisers may still change, and when.

Some things in a competition are frozen by what others have built on them: the end and the limits, once the end has
passed, because private scores may be known by then; the start, the metric and the digits of scores, once a submission
was received; the slug, once somebody takes part. While the competition runs, limits change only in favour of those who
take part, the end comes no earlier than after a notice, and later, as everything off the site, with a public reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from competitions import permissions as can, signals
from competitions.boards import board_of
from competitions.combined.checks import require_fit, require_points, require_weight, with_changed
from competitions.exceptions import (
    ChangedMeanwhile,
    ClockFrozen,
    EndInThePast,
    EndsAfterNext,
    EndTooSoon,
    EntryDecided,
    FreezeInThePast,
    InvitationCodeTooShort,
    LeaderboardOpened,
    LimitsFrozen,
    LimitsOnlyRise,
    MedalsFrozen,
    MetricInUse,
    NoOwnMetric,
    PageSlugTaken,
    ReasonMissing,
    RulesVersionFalls,
    SelectionFrozen,
    SlugFrozen,
    StartFrozen,
    StartOpenedFiles,
)
from competitions.getting_on import entry_facts, is_for_everybody, name_of
from competitions.leaderboards.standings import leaderboard_changed, lock_teams
from competitions.log.recording import (
    changed,
    clean_reason,
    fact,
    has_begun,
    has_participants,
    is_known,
    is_relied_on,
    is_relied_on_in_any_phase,
    record,
    record_in,
    stated,
    value_of,
)
from competitions.models import (
    BoardAudience,
    Competition,
    LogKind,
    MergeBound,
    Page,
    Phase,
    PlannedPublication,
    Solution,
    Standing,
)
from competitions.organising import banners
from competitions.organising.readiness import check_ready
from competitions.solution.services import (
    activate,
    active_solution,
    explained,
    for_other_metric,
    is_in_use,
    log_facts,
    require_further,
)
from competitions.turning import settle_current_phase
from foundation.languages import LANGUAGES
from scoring import all_metrics
from scoring.errors import InvalidMetricParameters
from scoring.further import read_further
from scoring.metrics import registry
from scoring.metrics.registry import is_own

if TYPE_CHECKING:
    from accounts.models import User


# What the competition log tells of, by the kind of entry.
LOGGED = {
    LogKind.PHASE: ("name",),
    LogKind.CLOCK: ("starts_at", "entry_deadline", "merge_deadline", "ends_at", "time_zone"),
    LogKind.LIMITS: (
        *("daily_submission_limit", "limit_resets_at", "total_submission_limit", "selectable_submissions"),
        *("max_team_size", "merge_bound", "allows_late_submissions", "objection_minutes", "awards_medals"),
    ),
    LogKind.RULES: ("rules_required", "rules_version"),
    LogKind.BOARD: ("board_audience", "board_freezes_at", "board_freeze_minutes"),
    LogKind.ENTRY: (
        *("entry_rule", "entry_phase", "entry_board", "entry_count", "entry_percent", "entry_baseline"),
        "takes_over",
    ),
    LogKind.COMBINED: ("combined_rule", "combined_points", "combined_weight"),
    LogKind.METRIC: ("metric", "metric_params", "further_metrics", "score_digits"),
}
SHORTEST_CODE = 8
FURTHER_OF_OWN = _("The metric is your own: name the values it shows with it (columns).")
# Told as far as there is something to tell, by `entry_facts`.
TOLD_APART = (LogKind.PHASE, LogKind.ENTRY)
# The more of these, the better for who takes part; None: without limit.
RISING_LIMITS = (
    *("daily_submission_limit", "total_submission_limit", "selectable_submissions", "max_team_size"),
    "objection_minutes",
)


def edit_competition(
    *,
    competition: Competition,
    changes: Mapping[str, Any],
    by: User,
    at: datetime,
    reason: str = "",
    publish_anyway: bool = False,
    phase: Phase | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Competition:
    """Change the given fields of the competition. A new metric makes a new version of the solution, checked for it.

    `phase`: whose fields are meant; None: those of the phase that is meant where none is named. `reason`: why, for the
    competition log and the participants. `publish_anyway`: the organiser knows what speaks against publishing it.
    `meanwhile`: called with the competition locked; what it raises leaves everything as it was.

    Raises:
        NotHost: `by` does not organise it.
        NotReadyToPublish: there is no solution, or the data give it away, or the like.
        ClockFrozen, StartFrozen, EndInThePast, SelectionFrozen, MedalsFrozen, SlugFrozen: it is too late.
        StartOpenedFiles: participants may have the files that opened with the start.
        EndTooSoon, LimitsOnlyRise, LimitsFrozen: people take part by what was said.
        ReasonMissing, InvalidReason: a later end, and taking it off the site, need a public reason.
        RulesVersionFalls: a version that people accepted would be asked for again, perhaps with another text.
        EntryDecided: who gets on has been decided, or people take part already.
        EndsAfterNext: another phase goes by the result of this one, and would end before it.
        FreezeInThePast, LeaderboardOpened: everybody has seen what the leaderboard would hide.
        InvalidCombinedPoints, InvalidCombinedWeight, DirectionsDiffer, CombinedWeightsMissing: the rule of the combined
            leaderboard does not fit its phases.
        NoOwnMetric: an own metric is let score where it is kept (`competitions.metrics`).
        SolutionRefused: a further metric can't be worked out beside the score.
        MetricInUse: submissions have been received, and scores of two metrics would stand side by side.
        SolutionRefused: the new metric can't score by the present solution.
        NotAnImage, ImageTooLarge: the new banner is none.
        ValidationError: the values do not fit each other, such as an end before the start.
    """
    can.edit(by, competition).require()
    reason = clean_reason(reason, required=False)
    solution = check_changes(
        competition=competition, changes=changes, at=at, reason=reason, publish_anyway=publish_anyway, phase=phase
    )
    with transaction.atomic():
        if LOCKS_TEAMS & set(changes):
            lock_teams(competition)  # before the competition, as everybody does
        before = _where_meant(Competition.objects.lock(competition.pk), phase)
        can.edit(by, before).require()
        meanwhile()
        after = _changed(before, changes)
        changes = {**changes, **_keep_frozen(before, after, at=at)}
        _check_rules(before, after, at=at, reason=reason)
        if metric_changes(before, after):
            present = active_solution(before.phase)
            if (present and present.file.name) != (solution and solution.file.name):
                raise ChangedMeanwhile
        if "banner" in changes:
            banners.delete_later(before)
            banners.take_new(after)
        check_fields(after)
        after.phase.save(update_fields=[name for name in changes if after.bearer_of(name) is not after])
        after.save(update_fields=[name for name in changes if after.bearer_of(name) is after])
        if metric_changes(before, after) and not is_own(after.phase.metric):
            after.phase.own_metrics.filter(is_active=True).update(is_active=False)
        _record_changes(before, after, by=by, at=at, reason=reason)
        if metric_changes(before, after) and solution is not None:
            activate(solution, by=by, at=at, of_same_file=True)
        if board_of(after.phase) != board_of(before.phase) and (
            board_of(before.phase).is_frozen(at) or board_of(after.phase).is_frozen(at)
        ):
            signals.board_moved.send(Phase, phase=after.phase)
        if after.phase.entry_rule != before.phase.entry_rule:
            # Whom organisers had named, under a rule that let them.
            Standing.objects.filter(phase=after.phase).update(gets_on=None)
        if CLOCK & set(changes):
            settle_current_phase(before, at)
        leaderboard_changed(competition_id=competition.pk)
    return after


def _where_meant(competition: Competition, phase: Phase | None) -> Competition:
    """The competition where `phase`, read anew, is the one that is meant; the clock turns to no other meanwhile."""
    return competition.meaning(competition.phase if phase is None else competition.phases.get(pk=phase.pk))


def record_publication(competition: Competition, *, by: User | None, at: datetime) -> None:
    """Write into the log that the competition was published, and the values whose later changes the log tells of."""
    solution = active_solution(competition.phase)
    # Where there is no combined leaderboard, nobody sees the word.
    unsaid = {*TOLD_APART, *(() if competition.combined_rule else (LogKind.COMBINED,))}
    facts = {
        **stated(competition, [name for kind, names in LOGGED.items() if kind not in unsaid for name in names]),
        **entry_facts(competition.phase),
        "solution": None if solution is None else log_facts(solution),
    }
    if brackets := [one.stated() for one in competition.brackets.all()]:
        facts["brackets"] = brackets
    record_in(competition.phase, LogKind.PUBLISHED, by=by, at=at, facts=facts)
    for other in competition.phases.exclude(pk=competition.phase.pk).order_by("number"):
        facts = {"added": True, **facts_of_phase(other)}
        if (present := active_solution(other)) is not None:
            # Bound by it, and no more: how many rows there are would tell of data that opens with the phase.
            told = log_facts(present)
            facts["solution"] = {"version": told["version"], "commitment": told["commitment"]}
        record_in(other, LogKind.PHASE, by=by, at=at, facts=facts)


def facts_of_phase(phase: Phase) -> dict[str, Any]:
    """What the log tells of a phase that is there from now on."""
    moments = {"startsAt": fact(phase.starts_at), "endsAt": fact(phase.ends_at)}
    metric = {"metric": phase.metric, "metricParams": fact(phase.metric_params)}
    weight = {"combinedWeight": fact(float(phase.combined_weight))} if phase.competition.combined_rule else {}
    return {"name": phase.name, **moments, **metric, **entry_facts(phase), **weight}


def _record_changes(before: Competition, after: Competition, *, by: User, at: datetime, reason: str) -> None:
    tell = is_relied_on(before, at)
    if after.is_published != before.is_published:
        PlannedPublication.objects.filter(competition=after).delete()
    if after.is_published and not before.is_published:
        record_publication(after, by=by, at=at)
    for kind, names in LOGGED.items():
        if facts := changed(before, after, names):
            told = tell and kind in (LogKind.CLOCK, LogKind.LIMITS, LogKind.RULES, LogKind.BOARD)
            told = told or (kind == LogKind.ENTRY and _is_entry_relied_on(before, after, at))
            # It ranks over all phases, whichever is meant.
            told = told or (kind == LogKind.COMBINED and is_relied_on_in_any_phase(before, at))
            is_of_phase = any(after.bearer_of(name) is not after for name in _changed_names(before, after, names))
            write = partial(record_in, after.phase) if is_of_phase else partial(record, after)
            write(kind, by=by, at=at, facts=facts, reason=reason, tell=told)
    if before.is_published and not after.is_published:
        record(after, LogKind.UNPUBLISHED, by=by, at=at, reason=reason, tell=True)


def _changed_names(before: Competition, after: Competition, names: Iterable[str]) -> list[str]:
    return [name for name in names if value_of(before, name) != value_of(after, name)]


def check_changes(
    *,
    competition: Competition,
    changes: Mapping[str, Any],
    at: datetime,
    reason: str = "",
    publish_anyway: bool = False,
    phase: Phase | None = None,
) -> Solution | None:
    """Whether the changes may be made; the solution checked for a new metric, if there is a new one.

    No lock is held: reading a solution may take a while. `edit_competition` asks the quick questions again under one.

    Raises:
        As `edit_competition`.
    """
    before = _where_meant(Competition.objects.get(pk=competition.pk), phase)
    after = _changed(before, changes)
    _keep_frozen(before, after, at=at)
    _check_rules(before, after, at=at, reason=clean_reason(reason, required=False))
    if "banner" in changes:
        banners.take_new(after)
    if after.is_published and not before.is_published:
        check_ready(before, anyway=publish_anyway)
    if not metric_changes(before, after):
        if further_change(before, after):
            check_further(after.phase)
            require_further(after.phase)
        return None
    if after.phase.metric != before.phase.metric and is_own(after.phase.metric):
        raise NoOwnMetric
    check_metric(after.phase)
    check_further(after.phase)
    return for_other_metric(after.phase)


def _changed(before: Competition, changes: Mapping[str, Any]) -> Competition:
    after = copy(before)
    after.current_phase = copy(before.phase)
    after.phase.competition = after
    for name, value in changes.items():
        setattr(after.bearer_of(name), name, value)
    return after


def check_fields(competition: Competition) -> None:
    """Whether the values of the competition and of its phase fit their fields and each other.

    Raises:
        ValidationError: with what is wrong, field by field.
    """
    problems: dict[str, Any] = {}
    for row in (competition, competition.phase):
        try:
            row.full_clean(exclude={"competition", "current_phase"})
        except ValidationError as error:
            problems = error.update_error_dict(problems)
    if problems:
        raise ValidationError(problems)


def _keep_frozen(before: Competition, after: Competition, *, at: datetime) -> dict[str, Any]:
    """What has to change with the end, where it moves the moment from which the board stands still.

    A board that stands still goes on doing so; one that would have had to begin in the past begins now.
    """
    old, new = board_of(before.phase), board_of(after.phase)
    told_so = (after.phase.board_freezes_at, after.phase.board_freeze_minutes)
    if after.phase.board_freeze_minutes is None or told_so != (
        before.phase.board_freezes_at,
        before.phase.board_freeze_minutes,
    ):
        return {}
    if old.freezes_at == new.freezes_at or not (old.is_frozen(at) or new.is_frozen(at)):
        return {}
    after.phase.board_freeze_minutes = None
    after.phase.board_freezes_at = old.freezes_at if old.is_frozen(at) else at
    return {"board_freezes_at": after.phase.board_freezes_at, "board_freeze_minutes": None}


def _check_rules(before: Competition, after: Competition, *, at: datetime, reason: str) -> None:
    check_clock(before=before, after=after, at=at)
    _check_board(before, after, at=at, reason=reason)
    _check_entry(before, after, at=at, reason=reason)
    _check_combined(before, after, at=at, reason=reason)
    if after.phase.selectable_submissions != before.phase.selectable_submissions and before.phase.has_ended(at):
        raise SelectionFrozen
    if after.awards_medals != before.awards_medals and before.has_any_ended(at):
        raise MedalsFrozen
    if after.rules_version < before.rules_version:
        raise RulesVersionFalls(version=before.rules_version)
    if after.slug != before.slug and has_participants(before):
        raise SlugFrozen
    if after.invitation_code != before.invitation_code:
        check_invitation_code(after.invitation_code)
    if is_relied_on(before, at):
        _check_what_people_rely_on(before, after, at=at, reason=reason)
    unpublished = before.is_published and not after.is_published
    if unpublished and not reason and (before.phase.has_started(at) or has_participants(before)):
        raise ReasonMissing
    scores_change = metric_changes(before, after) or further_change(before, after)
    scores_change = scores_change or after.phase.score_digits != before.phase.score_digits
    if scores_change and is_in_use(before.phase):
        raise MetricInUse


BOARD_FIELDS = ("board_audience", "board_freezes_at", "board_freeze_minutes")
# What can make another phase the one that is meant.
CLOCK = {"starts_at", "ends_at"}
# What can move the moment from which the leaderboard stands still.
MOVES_BOARD = {"board_freezes_at", "board_freeze_minutes", "ends_at"}
LOCKS_TEAMS = MOVES_BOARD | {"entry_rule"}
# The further in front, the more people see.
_WIDEST_FIRST = (BoardAudience.EVERYBODY, BoardAudience.PARTICIPANTS, BoardAudience.OWN_ROW, BoardAudience.HOSTS)


def _check_board(before: Competition, after: Competition, *, at: datetime, reason: str) -> None:
    """A board may stand still from now on, and be shown to fewer, with a reason; it may be opened, with a reason."""
    for name in BOARD_FIELDS:
        if value_of(after, name) != value_of(before, name) and before.phase.board_opened_at is not None:
            raise LeaderboardOpened(field=name)
    if not is_relied_on(before, at):
        return
    old, new = board_of(before.phase), board_of(after.phase)
    if old.freezes_at != new.freezes_at:
        seen_until = min(at, old.freezes_at or at)
        if new.freezes_at is not None and new.freezes_at < seen_until:
            name = (
                "board_freezes_at"
                if after.phase.board_freezes_at != before.phase.board_freezes_at
                else "board_freeze_minutes"
            )
            raise FreezeInThePast(field=name)
        if old.is_frozen(at) and not reason:
            raise ReasonMissing
    narrower = _WIDEST_FIRST.index(after.phase.board_audience) > _WIDEST_FIRST.index(before.phase.board_audience)
    if narrower and not reason:
        raise ReasonMissing


def _check_entry(before: Competition, after: Competition, *, at: datetime, reason: str) -> None:
    """Who gets on is decided once; before that the rule may change, with a reason once people go by it.

    Nothing here asks how any team stands: no answer tells what the rule would come to.
    """
    if after.phase.ends_at != before.phase.ends_at:
        waiting = before.phase.next_phases.filter(entry_decided_at__isnull=True, ends_at__lte=after.phase.ends_at)
        if (other := waiting.order_by("number").first()) is not None:
            raise EndsAfterNext(phase=name_of(other))
    moved = _changed_names(before, after, LOGGED[LogKind.ENTRY])
    if not moved:
        return
    old = before.phase
    # The room of submissions is not ours to import; what it has taken over is there through the relation it declares.
    is_fixed = old.entry_decided_at is not None or Phase.objects.filter(pk=old.pk, takeover__isnull=False).exists()
    is_narrowed = is_for_everybody(old) and "entry_rule" in moved and is_in_use(old)
    if is_fixed or is_narrowed:
        raise EntryDecided(field=moved[0])
    if not reason and _is_entry_relied_on(before, after, at):
        raise ReasonMissing


def _is_entry_relied_on(before: Competition, after: Competition, at: datetime) -> bool:
    """Whether people take part by what was said of who gets on: it was published, and a phase of it has started."""
    deciding = [one.phase.entry_phase for one in (before, after) if one.phase.entry_phase is not None]
    return any(one.has_started(at) for one in [before.phase, *deciding]) and is_known(before)


def _check_combined(before: Competition, after: Competition, *, at: datetime, reason: str) -> None:
    """How phases make one ranking is free until the first of them ends. From then on organisers may know what a change
    does, and say why they make it.
    """
    changes = _changed_names(before, after, LOGGED[LogKind.COMBINED])
    if not changes and not metric_changes(before, after):
        return
    require_points(after.combined_points)
    require_weight(after.phase.combined_weight)
    require_fit(after.combined_rule, with_changed(list(before.phases.all()), after.phase))
    is_used = bool(before.combined_rule or after.combined_rule)
    if changes and is_used and not reason and has_begun(before) and before.has_any_ended(at):
        raise ReasonMissing


def _check_what_people_rely_on(before: Competition, after: Competition, *, at: datetime, reason: str) -> None:
    for name in RISING_LIMITS:
        old, new = value_of(before, name), value_of(after, name)
        if old != new and before.phase.has_ended(at):
            raise LimitsFrozen(field=name)
        if new is not None and (old is None or new < old):
            raise LimitsOnlyRise(field=name)
    if after.merge_bound != before.merge_bound:
        if before.phase.has_ended(at):
            raise LimitsFrozen(field="merge_bound")
        if MergeBound.values.index(after.merge_bound) < MergeBound.values.index(before.merge_bound):
            raise LimitsOnlyRise(field="merge_bound")
    if after.phase.ends_at < before.phase.ends_at and after.phase.ends_at < at + timedelta(
        seconds=settings.END_NOTICE_SECONDS
    ):
        raise EndTooSoon(minutes=-(-settings.END_NOTICE_SECONDS // 60))
    if after.phase.ends_at > before.phase.ends_at and not reason:
        raise ReasonMissing


def check_clock(*, before: Competition, after: Competition, at: datetime) -> None:
    """Whether the clock of `before` may still be changed to that of `after`.

    Raises:
        ClockFrozen: the end has passed.
        EndInThePast: the end would pass without anybody having seen it come.
        StartFrozen: submissions have been received, whose days are counted from the start.
        StartOpenedFiles: data files opened with the start, and would be closed again.
    """
    if after.phase.ends_at != before.phase.ends_at:
        if before.phase.has_ended(at):
            raise ClockFrozen
        if after.phase.has_ended(at):
            raise EndInThePast
    if after.phase.starts_at != before.phase.starts_at and is_in_use(before.phase):
        raise StartFrozen
    starts_again = before.phase.has_started(at) and not after.phase.has_started(at)
    if starts_again and has_begun(before) and before.phase.data_files.exists():
        raise StartOpenedFiles


def check_invitation_code(code: str) -> None:
    """Whether a new code is long enough. Shorter ones of earlier times stay valid.

    Raises:
        InvitationCodeTooShort: it could be guessed.
    """
    if code.strip() and len(code.strip()) < SHORTEST_CODE:
        raise InvitationCodeTooShort(least=SHORTEST_CODE)


def metric_changes(before: Competition, after: Competition) -> bool:
    return (before.phase.metric, before.phase.metric_params) != (after.phase.metric, after.phase.metric_params)


def further_change(before: Competition, after: Competition) -> bool:
    return bool(before.phase.further_metrics != after.phase.further_metrics)


def check_further(phase: Phase) -> None:
    """Whether the further metrics are such as can be shown beside this one; which solution they fit is asked later.

    Raises:
        ValidationError: with what is wrong with them.
    """
    if phase.metric not in {one.name for one in all_metrics()} and not is_own(phase.metric):
        return  # the field's own validator says so
    if is_own(phase.metric) and phase.further_metrics:
        raise ValidationError({"further_metrics": ValidationError(FURTHER_OF_OWN, code="own_metric_names_its_values")})
    try:
        read_further(phase.further_metrics, beside=phase.metric, params=phase.metric_params)
    except InvalidMetricParameters as error:
        messages = [ValidationError(explained(problem)["detail"], code=problem.code) for problem in error.problems]
        raise ValidationError({"further_metrics": messages}) from error


def check_metric(phase: Phase) -> None:
    """Whether the metric's parameters fit it.

    Raises:
        ValidationError: with what is wrong with them.
    """
    if is_own(phase.metric) and phase.pk is None:
        raise ValidationError({"metric": ValidationError(NoOwnMetric.message, code=NoOwnMetric.code)})
    try:
        registry.get(phase.metric)
        registry.validate_params(phase.metric, phase.metric_params)
    except KeyError:
        return  # the field's own validator says so
    except InvalidMetricParameters as error:
        messages = [ValidationError(explained(problem)["detail"], code=problem.code) for problem in error.problems]
        raise ValidationError({"metric_params": messages}) from error


# The page that people accept when they enter.
RULES_PAGE = "rules"


@contextmanager
def rules_told(competition: Competition, *, by: User, at: datetime) -> Iterator[None]:
    """Run a block that may change the text of the rules; if it does, write that into the competition log.

    Participants are told too, once they rely on the rules. The log keeps the SHA-256 of the text, of each language by
    itself, so that everybody can tell which one they have read.
    """
    with transaction.atomic():
        before = _digests_of_rules(competition)
        yield
        after = _digests_of_rules(competition)
        facts = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
        if facts:
            record(competition, LogKind.RULES, by=by, at=at, facts=facts, tell=is_relied_on(competition, at))


def _digests_of_rules(competition: Competition) -> dict[str, str | None]:
    """The SHA-256 of the rules by the name of the fact, the original's and that of each translation."""
    page = competition.pages.filter(slug=RULES_PAGE).first()
    texts = {"text": None if page is None else page.body}
    for language in LANGUAGES:
        texts[f"text{language.capitalize()}"] = (page and getattr(page, f"body_{language}")) or None
    return {name: None if text is None else hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def add_page(*, competition: Competition, fields: Mapping[str, Any], by: User, at: datetime) -> Page:
    """Add a page to the competition, at the end where `fields` have no position. Raises as `save_page`."""
    page = Page(**fields)
    if "position" not in fields:
        last = competition.pages.aggregate(last=Max("position"))["last"]
        page.position = 0 if last is None else last + 1
    return save_page(competition=competition, page=page, by=by, at=at)


def delete_page(*, page: Page, by: User, at: datetime) -> None:
    """Delete a page for good.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    can.edit(by, page.competition).require()
    with rules_told(page.competition, by=by, at=at):
        page.delete()


def save_page(*, competition: Competition, page: Page, by: User, at: datetime) -> Page:
    """Save a page of the competition, new or changed.

    Raises:
        NotHost: `by` does not organise it.
        PageSlugTaken: another page of the competition has this slug.
        ValidationError: a translation of what has no original.
    """
    can.edit(by, competition).require()
    page.competition = competition
    page.clean()
    try:
        with rules_told(competition, by=by, at=at):
            page.save()
    except IntegrityError as error:
        if competition.pages.filter(slug=page.slug).exclude(pk=page.pk).exists():
            raise PageSlugTaken from error
        raise
    return page
