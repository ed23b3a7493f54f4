"""The competition itself: who may see it, who takes part by which rules, and its pages."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competitions.querysets import CompetitionQuerySet
from foundation.languages import local, no_translation_alone, require_originals
from foundation.storage import public

if TYPE_CHECKING:
    from competitions.models.phase import Phase


def public_storage():  # noqa: ANN201 -- a callable, so that migrations do not freeze the configured storage
    return public


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no known time zone."), code="unknown_time_zone", params={"name": name})


class MergeBound(models.TextChoices):
    """How many submissions two teams that become one may have made together. Each allows more than the one before."""

    BY_NOW = "by_now", _("as many as one team could have made by now")
    BY_END = "by_end", _("as many as one team can make by the end")
    NONE = "none", _("any number")


class CombinedRule(models.TextChoices):
    """How the phases of a competition make one ranking (`competitions.combined`). Only confirmed ones count."""

    NONE = "", _("no combined leaderboard")
    MEAN_RANK = "mean_rank", _("mean of the ranks")
    WEIGHTED_SCORE = "weighted_score", _("weighted mean of the scores")
    POINTS = "points", _("sum of points")
    LAST = "last", _("the last phase alone")


# What organisers decide of a phase. Where no phase is named, these are asked for and changed as if they were the
# competition's own: by the form of the admin, by bundles, by `PATCH /api/competitions/{competition}/`.
PHASE_FIELDS = frozenset(
    {
        *("starts_at", "ends_at", "metric", "metric_params", "further_metrics", "score_digits"),
        *("daily_submission_limit", "limit_resets_at", "total_submission_limit", "selectable_submissions"),
        *("allows_late_submissions", "objection_minutes", "board_audience", "board_freezes_at"),
        *("board_freeze_minutes", "releases_solution", "combined_weight"),
    }
)
# What organisers decide of who gets on into a phase: of a phase that is named alone.
ENTRY_FIELDS = frozenset(
    {
        *("entry_rule", "entry_phase", "entry_board", "entry_count", "entry_percent", "entry_baseline"),
        "takes_over",
    }
)


class CompetitionManager(models.Manager.from_queryset(CompetitionQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> CompetitionQuerySet:
        """Competitions with their phases: hardly anything is asked of the one without the other."""
        rows: CompetitionQuerySet = super().get_queryset()
        return rows.select_related("current_phase")

    def create(self, **fields: Any) -> Competition:
        """A new competition with its first phase, whose fields are named beside those of the competition."""
        from competitions.models.phase import Phase  # noqa: PLC0415 -- each of the two models names the other

        phase = Phase(**{name: fields.pop(name) for name in [*fields] if name not in _names_of(self.model)})
        return self.store_new(self.model(**fields), phase)

    def store_new(self, competition: Competition, phase: Phase) -> Competition:
        """Store a new competition with its first phase: there is none without."""
        with transaction.atomic(using=self.db):
            competition.current_phase = None
            competition.save(force_insert=True)
            phase.competition = competition
            phase.save(force_insert=True)
            competition.current_phase = phase
            competition.save(update_fields=["current_phase"])
        return competition


def _names_of(model: type[models.Model]) -> set[str]:
    return {name for field in model._meta.concrete_fields for name in (field.name, field.attname, "pk")}


# What stands in the place of a slug in an address of the web app.
RESERVED_SLUGS = frozenset({"new"})


class Competition(models.Model):
    """What people join: its pages, its hosts, its teams. What is scored, and when, is told by its phases."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public: listed, open to everybody")
        UNLISTED = "unlisted", _("unlisted: open to everybody who has the address")
        INVITATION = "invitation", _("invitation: only people with the invitation code may join")

    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True, default="", db_default="")
    title_ja = models.CharField(_("title in Japanese"), max_length=120, blank=True, default="", db_default="")
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_("Its name in addresses. At least one letter."),
        # Addresses accept a slug or an id in the same place: a slug of digits only would be ambiguous.
        validators=[RegexValidator(r"[^0-9]", _("A slug needs at least one letter."), code="slug_is_number")],
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    summary_en = models.CharField(_("summary in English"), max_length=200, blank=True, default="", db_default="")
    summary_ja = models.CharField(_("summary in Japanese"), max_length=200, blank=True, default="", db_default="")
    emoji = models.CharField(_("emoji"), max_length=16, blank=True)
    banner = models.ImageField(_("banner"), upload_to="banners/", storage=public_storage, blank=True)
    hosts = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="hosted_competitions", blank=True, verbose_name=_("hosts")
    )

    entry_deadline = models.DateTimeField(_("entry deadline"), null=True, blank=True)
    merge_deadline = models.DateTimeField(_("team merge deadline"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])

    is_published = models.BooleanField(_("published"), default=False)
    visibility = models.CharField(_("visibility"), max_length=12, choices=Visibility, default=Visibility.PUBLIC)
    invitation_code = models.CharField(_("invitation code"), max_length=64, blank=True)
    rules_required = models.BooleanField(_("rules must be accepted"), default=True)
    rules_version = models.PositiveIntegerField(
        _("rules version"), default=1, help_text=_("Raise it when the rules change: everybody accepts them anew.")
    )

    max_team_size = models.PositiveSmallIntegerField(
        _("maximum team size"), default=5, validators=[MinValueValidator(1)]
    )
    merge_bound = models.CharField(
        _("submissions of teams that merge"),
        max_length=8,
        choices=MergeBound,
        default=MergeBound.BY_NOW,
        db_default=MergeBound.BY_NOW.value,
        help_text=_("How many two teams may have made together. In an event of one day the first rule forbids most."),
    )
    awards_medals = models.BooleanField(
        _("counts for medals and points"),
        default=True,
        db_default=True,
        help_text=_("Once the result is confirmed. Nobody can change this after the end."),
    )
    combined_rule = models.CharField(
        _("combined leaderboard"),
        max_length=14,
        choices=CombinedRule,
        default=CombinedRule.NONE,
        db_default=CombinedRule.NONE.value,
        blank=True,
        help_text=_("One ranking over the confirmed phases."),
    )
    combined_points = models.JSONField(
        _("points of the places"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Of the first place, the second and so on: [25, 18, 15]. Empty: 100 for the first, fewer below."),
    )
    storage_quota = models.PositiveBigIntegerField(
        _("storage quota"),
        null=True,
        blank=True,
        help_text=_("Bytes that data files and submissions may come to. Empty: as the site says. 0: without limit."),
    )

    # Changes with everything a leaderboard shows, in the same transaction: the ETag of its answers.
    leaderboard_version = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    # The one of its phases that is meant where none is named. Null only while the competition is made.
    current_phase = models.ForeignKey(
        "competitions.Phase",
        models.RESTRICT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("phase"),
    )
    # Of the phase that was added last. One that was taken away keeps its number: entries of the log name it.
    last_phase_number = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    # The next moment at which another phase may be the one that is meant; null where there is no other to come.
    phase_turns_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Whether `current_phase` was named by whoever asks (`meaning`); the clock turns it no further then.
    names_phase = False

    objects = CompetitionManager()

    class Meta:
        ordering = ["-current_phase__starts_at", "-id"]
        verbose_name = _("competition")
        verbose_name_plural = _("competitions")
        constraints = [
            models.CheckConstraint(condition=Q(max_team_size__gte=1), name="one_member_at_least"),
            no_translation_alone("title", constraint="competition_title_has_an_original"),
            no_translation_alone("summary", constraint="competition_summary_has_an_original"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/competitions/{self.slug}"

    @property
    def local_title(self) -> str:
        """The title in the language of the moment, else the original."""
        return local(self, "title")

    @property
    def local_summary(self) -> str:
        """The summary in the language of the moment, else the original."""
        return local(self, "summary")

    def clean(self) -> None:
        """That its deadlines lie within its clock, that a closed room has a way in, that no translation is alone."""
        if self.slug in RESERVED_SLUGS:
            raise ValidationError(
                {"slug": ValidationError(_("A page of the site has this name."), code="slug_reserved")}
            )
        require_originals(self, ["title", "summary"])
        ends_at = None if self.current_phase is None else self.last_end
        for name in ("entry_deadline", "merge_deadline"):
            deadline = getattr(self, name)
            if deadline and ends_at and deadline > ends_at:
                raise ValidationError({name: ValidationError(_("Not after the end."), code="after_the_end")})
        if self.visibility == self.Visibility.INVITATION and not self.invitation_code.strip():
            message = _("A competition by invitation needs a code: without one nobody can join.")
            raise ValidationError({"invitation_code": ValidationError(message, code="invitation_code_missing")})

    # --- its phases ---------------------------------------------------------------------------------------------------
    @property
    def phase(self) -> Phase:
        """The phase that is meant where none is named: clock, metric, limits and result are its own.

        It is the one stored, until the clock says another one; the row follows soon (`competitions.turning`).
        """
        if self._phase_may_have_turned():
            self._turn(timezone.now())
        phase = self.current_phase
        if phase is None:
            raise ValueError(f"Competition {self.pk} has no phase yet.")
        if not type(phase)._meta.get_field("competition").is_cached(phase):  # type: ignore[union-attr]
            phase.competition = self
        return phase

    def meaning(self, phase: Phase) -> Competition:
        """This competition where `phase` is the one that is meant. For one request, and never to be stored."""
        phase.competition = self
        self.current_phase, self.names_phase = phase, True
        return self

    def _phase_may_have_turned(self) -> bool:
        return not self.names_phase and self.phase_turns_at is not None and self.phase_turns_at <= timezone.now()

    def _turn(self, at: datetime) -> None:
        from competitions.models.phase import meant, turns_at  # noqa: PLC0415 -- each of the two models names the other

        phases = list(self.phases.all())
        self.current_phase, self.phase_turns_at = meant(phases, at), turns_at(phases, at)

    def phase_of(self, pk: int) -> Phase:
        """The phase of this id, without a query where it is the one that is loaded."""
        phase = self.phase
        return phase if pk == phase.pk else self.phases.get(pk=pk)

    @property
    def last_phase(self) -> Phase:
        """The phase that ends last. A query only where there are others to come."""
        phase = self.phase
        if self.phase_turns_at is None and not self.names_phase:
            return phase
        others = [one for one in self.phases.all() if one.pk != phase.pk]
        return max([phase, *others], key=lambda one: (one.ends_at, one.number))

    @property
    def last_end(self) -> datetime:
        """When its last phase ends."""
        return self.last_phase.ends_at

    def is_over(self, at: datetime) -> bool:
        """Whether all of its phases have ended."""
        return self.last_phase.has_ended(at)

    def has_any_started(self, at: datetime) -> bool:
        """Whether the first of its phases has started. A query only where there are others than the one meant."""
        if self.phase.has_started(at):
            return True
        return self.last_phase_number > 1 and self.phases.filter(starts_at__lte=at).exists()

    def has_any_ended(self, at: datetime) -> bool:
        """Whether a result may be known by now: that of any phase. Neither a phase that is added or moved nor a
        confirmation that is taken back undoes that.
        """
        return any(
            one.has_ended(at) or one.board_opened_at is not None or one.confirmed_at is not None
            for one in self.phases.all()
        )

    def bearer_of(self, name: str) -> Competition | Phase:
        """The row that has the field of this name: the competition, or the phase that is meant where none is named."""
        return self.phase if name in PHASE_FIELDS | ENTRY_FIELDS or name == "name" else self

    # --- the clock of taking part -------------------------------------------------------------------------------------
    def can_still_enter(self, at: datetime) -> bool:
        return not self.is_over(at) and at < (self.entry_deadline or self.last_end)

    def can_still_merge(self, at: datetime) -> bool:
        return not self.is_over(at) and at < (self.merge_deadline or self.last_end)


class Page(models.Model):
    """An ordered Markdown page of a competition."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="pages")
    slug = models.SlugField(_("slug"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True, default="", db_default="")
    title_ja = models.CharField(_("title in Japanese"), max_length=120, blank=True, default="", db_default="")
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown."))
    body_en = models.TextField(_("body in English"), blank=True, default="", db_default="")
    body_ja = models.TextField(_("body in Japanese"), blank=True, default="", db_default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [
            models.UniqueConstraint(fields=["competition", "slug"], name="page_slug_unique_in_competition"),
            no_translation_alone("title", constraint="page_title_has_an_original"),
            no_translation_alone("body", constraint="page_body_has_an_original"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def local_title(self) -> str:
        """The title in the language of the moment, else the original."""
        return local(self, "title")

    @property
    def local_body(self) -> str:
        """The Markdown in the language of the moment, else the original."""
        return local(self, "body")

    def clean(self) -> None:
        """That no translation is alone."""
        require_originals(self, ["title", "body"])


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
