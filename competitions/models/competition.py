"""The competition itself: its clock, its rules and its pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.storage import public
from competitions.querysets import CompetitionQuerySet
from scoring.metrics import registry
from scoring.metrics.registry import Direction, Metric


def public_storage():  # noqa: ANN201 -- a callable, so that migrations do not freeze the configured storage
    return public


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no known time zone."), code="unknown_time_zone", params={"name": name})


def validate_metric(name: str) -> None:
    try:
        registry.get(name)
    except KeyError:
        raise ValidationError(
            _("“%(name)s” is no known metric."), code="unknown_metric", params={"name": name}
        ) from None


class State(models.TextChoices):
    """Where a competition is on its clock. Derived, never stored."""

    UPCOMING = "upcoming", _("upcoming")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    CONFIRMED = "confirmed", _("confirmed")


class Competition(models.Model):
    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public: listed, open to everybody")
        UNLISTED = "unlisted", _("unlisted: open to everybody who has the address")
        INVITATION = "invitation", _("invitation: only people with the invitation code may join")

    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_("Its name in addresses. At least one letter."),
        # Addresses accept a slug or an id in the same place: a slug of digits only would be ambiguous.
        validators=[RegexValidator(r"[^0-9]", _("A slug needs at least one letter."), code="slug_is_number")],
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    emoji = models.CharField(_("emoji"), max_length=16, blank=True)
    banner = models.ImageField(_("banner"), upload_to="banners/", storage=public_storage, blank=True)
    hosts = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="hosted_competitions", blank=True, verbose_name=_("hosts")
    )

    starts_at = models.DateTimeField(_("starts at"))
    entry_deadline = models.DateTimeField(_("entry deadline"), null=True, blank=True)
    merge_deadline = models.DateTimeField(_("team merge deadline"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])

    is_published = models.BooleanField(_("published"), default=False)
    visibility = models.CharField(_("visibility"), max_length=12, choices=Visibility, default=Visibility.PUBLIC)
    invitation_code = models.CharField(_("invitation code"), max_length=64, blank=True)
    rules_required = models.BooleanField(_("rules must be accepted"), default=True)
    rules_version = models.PositiveIntegerField(
        _("rules version"), default=1, help_text=_("Raise it when the rules change: everybody accepts them anew.")
    )

    metric = models.CharField(_("metric"), max_length=40, validators=[validate_metric])
    metric_params = models.JSONField(_("metric parameters"), default=dict, blank=True)
    score_digits = models.PositiveSmallIntegerField(_("digits shown"), default=5)
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
    max_team_size = models.PositiveSmallIntegerField(
        _("maximum team size"), default=5, validators=[MinValueValidator(1)]
    )
    allows_late_submissions = models.BooleanField(_("late submissions"), default=True)

    # Moments an organiser causes, not states.
    confirmed_at = models.DateTimeField(_("private leaderboard confirmed at"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # Changes with everything a leaderboard shows, in the same transaction: the ETag of its answers.
    leaderboard_version = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CompetitionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("competition")
        verbose_name_plural = _("competitions")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="competition_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(entry_deadline__isnull=True) | Q(entry_deadline__lte=F("ends_at")),
                name="entry_deadline_within_competition",
            ),
            models.CheckConstraint(
                condition=Q(merge_deadline__isnull=True) | Q(merge_deadline__lte=F("ends_at")),
                name="merge_deadline_within_competition",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("ends_at")),
                name="confirmed_only_after_the_end",
            ),
            models.CheckConstraint(
                condition=Q(selectable_submissions__gte=1), name="one_submission_selectable_at_least"
            ),
            models.CheckConstraint(condition=Q(max_team_size__gte=1), name="one_member_at_least"),
        ]
        indexes = [models.Index(fields=["is_published", "-starts_at"], name="competition_list")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/competitions/{self.slug}"

    def clean(self) -> None:
        """What the constraints say, in words, beside the field it is about; and that a closed room has a way in."""
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError(_("The end must come after the start."), code="ends_before_it_starts")
        for name in ("entry_deadline", "merge_deadline"):
            deadline = getattr(self, name)
            if deadline and self.ends_at and deadline > self.ends_at:
                raise ValidationError({name: ValidationError(_("Not after the end."), code="after_the_end")})
        if self.visibility == self.Visibility.INVITATION and not self.invitation_code.strip():
            message = _("A competition by invitation needs a code: without one nobody can join.")
            raise ValidationError({"invitation_code": ValidationError(message, code="invitation_code_missing")})

    # --- the clock: every question takes the moment it is asked for ---------------------------------------------------
    def state(self, at: datetime) -> State:
        if at < self.starts_at:
            return State.UPCOMING
        if not self.has_ended(at):
            return State.RUNNING
        return State.CONFIRMED if self.confirmed_at is not None else State.FINISHED

    def has_started(self, at: datetime) -> bool:
        return at >= self.starts_at

    def has_ended(self, at: datetime) -> bool:
        """The end itself is outside: the last second that counts is the one before `ends_at`."""
        return at >= self.ends_at

    def is_running(self, at: datetime) -> bool:
        return self.has_started(at) and not self.has_ended(at)

    def is_confirmed(self, at: datetime) -> bool:
        """Whether the private leaderboard is open to everybody."""
        return self.has_ended(at) and self.confirmed_at is not None

    def can_still_enter(self, at: datetime) -> bool:
        return at < (self.entry_deadline or self.ends_at)

    def can_still_merge(self, at: datetime) -> bool:
        return at < (self.merge_deadline or self.ends_at)

    def day_of(self, at: datetime) -> tuple[datetime, datetime]:
        """The start and the end of the submission day that `at` falls in, by the competition's zone and reset hour."""
        day = at.astimezone(ZoneInfo(self.time_zone)).date()
        # The clock may be put forward or back over the reset hour: which day it is, is told by moments, not by hands.
        if self._begin_of(day).astimezone(UTC) > at:
            day -= timedelta(days=1)
        return self._begin_of(day), self._begin_of(day + timedelta(days=1))

    def _begin_of(self, day: date) -> datetime:
        return datetime.combine(day, self.limit_resets_at, ZoneInfo(self.time_zone))

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
        return score if self.direction is Direction.SMALLER_IS_BETTER else -score

    def is_better(self, score: float, than: float | None) -> bool:
        return than is None or self.sort_key(score) < self.sort_key(than)


class Page(models.Model):
    """An ordered Markdown page of a competition."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="pages")
    slug = models.SlugField(_("slug"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [models.UniqueConstraint(fields=["competition", "slug"], name="page_slug_unique_in_competition")]

    def __str__(self) -> str:
        return self.title


class RulesAcceptance(models.Model):
    """Somebody accepted one version of a competition's rules."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="rules_acceptances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rules_acceptances")
    version = models.PositiveIntegerField(_("version"))
    accepted_at = models.DateTimeField(_("accepted at"))

    class Meta:
        verbose_name = _("rules acceptance")
        verbose_name_plural = _("rules acceptances")
        constraints = [
            models.UniqueConstraint(fields=["competition", "user", "version"], name="one_acceptance_per_rules_version")
        ]

    def __str__(self) -> str:
        return f"{self.user} · v{self.version}"
