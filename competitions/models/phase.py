"""The phase of a competition: what is scored, by which clock and metric, within which limits, and who sees it when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy as _

from competitions.models.competition import Competition
from competitions.querysets import PhaseQuerySet
from scoring.metrics import registry
from scoring.metrics.registry import Direction, Metric
from scoring.standings import sort_key


def validate_metric(name: str) -> None:
    try:
        registry.get(name)
    except KeyError:
        raise ValidationError(
            _("“%(name)s” is no known metric."), code="unknown_metric", params={"name": name}
        ) from None


# A month: nobody waits longer for a result because of one correction.
MOST_OBJECTION_MINUTES = 30 * 24 * 60
# More digits than a participant can use, and few enough that one score can't spell out the answers of many rows.
MOST_SCORE_DIGITS = 10


class State(models.TextChoices):
    """Where a competition is on its clock. Derived, never stored."""

    UPCOMING = "upcoming", _("upcoming")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    CONFIRMED = "confirmed", _("confirmed")


class BoardAudience(models.TextChoices):
    """Who sees the public leaderboard until the result is confirmed, of those who may look inside."""

    EVERYBODY = "everybody", _("everybody")
    PARTICIPANTS = "participants", _("those who take part")
    OWN_ROW = "own_row", _("each team its own row only")
    HOSTS = "hosts", _("organisers only")


class EntryRule(models.TextChoices):
    """Which teams may submit to a phase (`competitions.phases.entry`)."""

    EVERYBODY = "everybody", _("every team")
    TEAMS = "teams", _("the teams that took part in another phase")
    BEST = "best", _("the best teams of another phase")
    SHARE = "share", _("the best share of another phase")
    BASELINE = "baseline", _("the teams above a baseline of another phase")
    LIST = "list", _("the teams that organisers name")


class EntryBoard(models.TextChoices):
    """Which leaderboard of the other phase an entry rule goes by."""

    PUBLIC = "public", _("the public leaderboard")
    CONFIRMED = "confirmed", _("the confirmed result")


class TakesOver(models.TextChoices):
    """Which submissions of the former phase a team begins a phase with."""

    NONE = "none", _("none")
    SELECTED = "selected", _("the selected ones")
    BEST = "best", _("the best one")


def meant(phases: Sequence[Phase], at: datetime) -> Phase:
    """The phase that is meant at this moment where none is named: the latest started of those that run, else the last
    that ended, else the next.
    """
    if running := [one for one in phases if one.is_running(at)]:
        return max(running, key=lambda one: (one.starts_at, one.number))
    if over := [one for one in phases if one.has_ended(at)]:
        return max(over, key=lambda one: (one.ends_at, one.number))
    return min(phases, key=lambda one: (one.starts_at, one.number))


def turns_at(phases: Sequence[Phase], at: datetime) -> datetime | None:
    """The next moment at which another phase may be meant; None: there is no other, or all are over."""
    if len(phases) == 1:
        return None
    return min((moment for one in phases for moment in (one.starts_at, one.ends_at) if moment > at), default=None)


class Phase(models.Model):
    """One part of a competition with a clock, a solution and a ranking of its own. Most competitions have one.

    Phases follow each other or run side by side; every promise holds for each of them. Which one is meant where none is
    named is told by `Competition.phase`.
    """

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="phases", verbose_name=_("competition"))
    # Its name in addresses, receipts and the competition log: 1 for the first.
    number = models.PositiveSmallIntegerField(_("number"), default=1, editable=False)
    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("Shown where there are several."))

    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))

    metric = models.CharField(_("metric"), max_length=40, validators=[validate_metric])
    metric_params = models.JSONField(_("metric parameters"), default=dict, blank=True)
    # Shown beside the score and ranking nothing: see `competitions.columns`.
    further_metrics = models.JSONField(
        _("further metrics"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Shown beside the score, five at most: [{“metric”: “mae”, “params”: {}}]. They rank nothing."),
    )
    score_digits = models.PositiveSmallIntegerField(
        _("digits shown"), default=5, validators=[MaxValueValidator(MOST_SCORE_DIGITS)]
    )
    daily_submission_limit = models.PositiveIntegerField(
        _("submissions a day"),
        null=True,
        blank=True,
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: unlimited."),
    )
    limit_resets_at = models.TimeField(
        _("day begins at"), default=time(0, 0), help_text=_("In the competition's time zone.")
    )
    total_submission_limit = models.PositiveIntegerField(
        _("submissions in total"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: unlimited."),
    )
    selectable_submissions = models.PositiveSmallIntegerField(
        _("selectable submissions"), default=2, validators=[MinValueValidator(1)]
    )
    allows_late_submissions = models.BooleanField(_("late submissions"), default=True)
    objection_minutes = models.PositiveIntegerField(
        _("minutes for objections"),
        default=60,
        db_default=60,
        validators=[MaxValueValidator(MOST_OBJECTION_MINUTES)],
        help_text=_(
            "How long participants may object to a solution that is changed after the end, before the result can be "
            "confirmed. 0: no time."
        ),
    )

    # Who sees the public leaderboard, and until when it moves: `competitions.boards` is asked, not these.
    board_audience = models.CharField(
        _("who sees the leaderboard"),
        max_length=12,
        choices=BoardAudience,
        default=BoardAudience.EVERYBODY,
        db_default=BoardAudience.EVERYBODY.value,
        help_text=_("Until the result is confirmed; from then on everybody who may look inside sees it."),
    )
    board_freezes_at = models.DateTimeField(
        _("leaderboard stands still from"),
        null=True,
        blank=True,
        help_text=_("What is submitted from then on shows when the result is confirmed. Empty: it never stands still."),
    )
    board_freeze_minutes = models.PositiveIntegerField(
        _("leaderboard stands still for the last minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Instead of a moment: so many minutes before the end, also when the end moves."),
    )
    # When the first confirmation opened it. Nothing closes it again.
    board_opened_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Who gets on: `competitions.phases.entry` is asked, not these.
    entry_rule = models.CharField(
        _("who may take part"),
        max_length=9,
        choices=EntryRule,
        default=EntryRule.EVERYBODY,
        db_default=EntryRule.EVERYBODY.value,
    )
    entry_phase = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="next_phases",
        verbose_name=_("by the result of"),
        help_text=_("The phase that decides who gets on, and of which submissions are taken over."),
    )
    entry_board = models.CharField(
        _("by which leaderboard"),
        max_length=9,
        choices=EntryBoard,
        default=EntryBoard.CONFIRMED,
        db_default=EntryBoard.CONFIRMED.value,
    )
    entry_count = models.PositiveIntegerField(
        _("how many teams get on"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    entry_percent = models.PositiveSmallIntegerField(
        _("how many percent of the teams get on"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    entry_baseline = models.CharField(_("above the baseline"), max_length=80, blank=True, default="", db_default="")
    # When who gets on was decided. Nothing decides it again.
    entry_decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    takes_over = models.CharField(
        _("submissions taken over"),
        max_length=8,
        choices=TakesOver,
        default=TakesOver.NONE,
        db_default=TakesOver.NONE.value,
        help_text=_("At the start, from the phase named above, where the ids agree. They cost nothing."),
    )
    # Of the combined leaderboard by scores.
    combined_weight = models.FloatField(
        _("weight in the combined leaderboard"), default=1.0, db_default=1.0, validators=[MinValueValidator(0.0)]
    )

    releases_solution = models.BooleanField(
        _("solution open to all after the confirmation"),
        default=False,
        help_text=_("With it anybody can compute the final ranking again. Closed until the result is confirmed."),
    )
    # Moments an organiser causes, not states.
    confirmed_at = models.DateTimeField(_("private leaderboard confirmed at"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # When something first rested on the end having passed. From then on it has, whatever a clock says.
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Until then participants may object to a change of the solution, and nothing is confirmed.
    objections_until = models.DateTimeField(_("objections until"), null=True, blank=True, editable=False)

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            models.UniqueConstraint(fields=["competition", "number"], name="phase_number_unique"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="phase_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("ends_at")),
                name="confirmed_only_after_the_end",
            ),
            models.CheckConstraint(
                condition=Q(board_freezes_at__isnull=True) | Q(board_freeze_minutes__isnull=True),
                name="board_freezes_by_one_rule",
            ),
            models.CheckConstraint(
                condition=Q(selectable_submissions__gte=1), name="one_submission_selectable_at_least"
            ),
        ]
        indexes = [models.Index(fields=["-starts_at"], name="phases_by_start")]

    def __str__(self) -> str:
        return self.name or str(self.competition)

    @property
    def shown_name(self) -> str:
        """Its name, or its number where it has none, in the language of the moment."""
        return self.name or gettext("Phase %(number)d") % {"number": self.number}

    def clean(self) -> None:
        """What the constraints say, in words, beside the field it is about."""
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError(_("The end must come after the start."), code="ends_before_it_starts")
        if self.board_freezes_at and self.board_freeze_minutes:
            message = _("Either a moment or a number of minutes before the end, not both.")
            raise ValidationError({"board_freeze_minutes": ValidationError(message, code="freeze_named_twice")})
        if self.board_freezes_at and self.ends_at and self.board_freezes_at > self.ends_at:
            raise ValidationError({"board_freezes_at": ValidationError(_("Not after the end."), code="after_the_end")})
        self._clean_entry()

    def _clean_entry(self) -> None:
        """That the rule of who gets on has what it needs, and goes by a phase that can decide it."""
        needed = {EntryRule.BEST: "entry_count", EntryRule.SHARE: "entry_percent", EntryRule.BASELINE: "entry_baseline"}
        name = needed.get(EntryRule(self.entry_rule)) if self.entry_rule in EntryRule.values else None
        if name is not None and not getattr(self, name):
            raise ValidationError({name: ValidationError(_("This rule needs it."), code="required")})
        former = self.entry_phase
        if former is None:
            if self.entry_rule not in (EntryRule.EVERYBODY, EntryRule.LIST) or self.takes_over != TakesOver.NONE:
                message = _("Name the phase that it goes by.")
                raise ValidationError({"entry_phase": ValidationError(message, code="required")})
            return
        why: Any = ""
        code = ""
        if former.pk == self.pk or former.competition_id != self.competition_id:
            why, code = _("Another phase of this competition is needed."), "other_phase_needed"
        elif former.number > self.number and former.starts_at >= self.starts_at:
            why, code = _("It must come before this one: start earlier, or have a lower number."), "not_before"
        elif former.ends_at >= self.ends_at:
            why, code = _("It must end before this one does."), "entry_phase_ends_later"
        elif self._is_before(former):
            why, code = _("It goes by this phase itself."), "entry_in_a_circle"
        if code:
            raise ValidationError({"entry_phase": ValidationError(why, code=code)})

    def _is_before(self, later: Phase) -> bool:
        """Whether `later` goes by this phase, at first or at second hand."""
        seen: set[int] = set()
        found: Phase | None = later
        while found is not None and found.pk not in seen:
            if found.entry_phase_id is not None and found.entry_phase_id == self.pk:
                return True
            seen.add(found.pk)
            found = found.entry_phase
        return False

    # --- the clock: every question takes the moment it is asked for ---------------------------------------------------
    def state(self, at: datetime) -> State:
        if self.has_ended(at):
            return State.CONFIRMED if self.confirmed_at is not None else State.FINISHED
        return State.RUNNING if self.has_started(at) else State.UPCOMING

    def has_started(self, at: datetime) -> bool:
        return at >= self.starts_at

    def has_ended(self, at: datetime) -> bool:
        """Whether it is over for those who take part. It stays so when the clock is put back (see `ending`)."""
        return self.is_past_end(at) or self.ended_at is not None

    def is_past_end(self, at: datetime) -> bool:
        """Whether the clock says that the end has passed. Private scores ask this: only the clock may open them.

        The end itself is outside: the last second that counts is the one before `ends_at`.
        """
        return at >= self.ends_at

    def is_running(self, at: datetime) -> bool:
        return self.has_started(at) and not self.has_ended(at)

    def is_confirmed(self, at: datetime) -> bool:
        """Whether the private leaderboard is open to everybody."""
        return self.is_past_end(at) and self.confirmed_at is not None

    def may_be_objected_to(self, at: datetime) -> bool:
        """Whether the time runs in which participants may object to a change of the solution."""
        return self.objections_until is not None and at < self.objections_until

    def day_of(self, at: datetime) -> tuple[datetime, datetime]:
        """The start and the end of the submission day that `at` falls in, by the competition's zone and reset hour."""
        day = at.astimezone(ZoneInfo(self.competition.time_zone)).date()
        # The clock may be put forward or back over the reset hour: which day it is, is told by moments, not by hands.
        if self._begin_of(day).astimezone(UTC) > at:
            day -= timedelta(days=1)
        return self._begin_of(day), self._begin_of(day + timedelta(days=1))

    def _begin_of(self, day: date) -> datetime:
        return datetime.combine(day, self.limit_resets_at, ZoneInfo(self.competition.time_zone))

    @property
    def last_moment(self) -> datetime:
        """The last one that counts."""
        return self.ends_at - timedelta(microseconds=1)

    def days_begun(self, at: datetime) -> int:
        """How many submission days have begun from the start until `at`, the first one included; 0 before the start."""
        if not self.has_started(at):
            return 0
        first, _end = self.day_of(self.starts_at)
        current, _end = self.day_of(min(at, self.ends_at))
        return (current.date() - first.date()).days + 1

    # --- the metric ---------------------------------------------------------------------------------------------------
    @property
    def metric_definition(self) -> Metric:
        return registry.get(self.metric)

    @property
    def direction(self) -> Direction:
        return self.metric_definition.direction

    def sort_key(self, score: float) -> float:
        """`score` turned so that smaller is better, whatever the metric: what standings are ordered by."""
        return sort_key(score, self.direction)

    def shown_score(self, score: float) -> float:
        """`score` with the digits the phase shows.

        What participants may learn of a score is kept and ranked in this form and in no finer one: the further digits
        of a public score would spell out rows of the solution to somebody who submits files made for that.
        """
        return round(score, self.score_digits) + 0.0  # + 0.0: no negative zero

    def is_better(self, score: float, than: float | None) -> bool:
        return than is None or self.sort_key(score) < self.sort_key(than)
