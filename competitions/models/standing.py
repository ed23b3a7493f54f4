"""Where every team stands: what the leaderboards read."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.models.phase import Phase
from competitions.models.team import Team
from competitions.querysets import StandingQuerySet


class Standing(models.Model):
    """One row per team and phase, changed in the same transaction as its submissions.

    Stored for speed; `manage.py check_standings` proves it equal to what the submissions say. `public_key` and
    `private_key` are the scores turned so that smaller is better: one index orders every metric. Private values are
    filled only by the private scoring job, after the end.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="standings")
    competition = models.ForeignKey(Competition, models.CASCADE, related_name="standings")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="standings")
    # A merged or disbanded team keeps its row and leaves the ranking.
    is_ranked = models.BooleanField(_("ranked"), default=True)

    # Whether the team may submit to the phase, where that is decided (`competitions.phases.entry`); null: not yet.
    gets_on = models.BooleanField(_("may take part"), null=True, blank=True)
    # Its rank in the phase that decided.
    entry_rank = models.PositiveIntegerField(null=True, blank=True, editable=False)

    best_public_score = models.FloatField(_("best public score"), null=True, blank=True)
    public_key = models.FloatField(null=True, blank=True, editable=False)
    best_submitted_at = models.DateTimeField(_("time of the best submission"), null=True, blank=True)
    last_submitted_at = models.DateTimeField(_("time of the last submission"), null=True, blank=True)
    # Scored and pending submissions within the competition; refused and late ones do not count.
    total_submissions = models.PositiveIntegerField(_("submissions"), default=0)

    best_private_score = models.FloatField(_("best private score"), null=True, blank=True)
    private_key = models.FloatField(null=True, blank=True, editable=False)
    private_submitted_at = models.DateTimeField(_("time of the deciding submission"), null=True, blank=True)
    # The public rank when the standings were last rebuilt: what the private leaderboard tells the shake-up from.
    final_public_rank = models.PositiveIntegerField(_("final public rank"), null=True, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [models.UniqueConstraint(fields=["phase", "team"], name="one_standing_of_a_team_in_a_phase")]
        # PostgreSQL keeps nulls last by itself; SQLite refuses to be told so in an index.
        indexes = [
            models.Index(
                F("phase"),
                F("is_ranked"),
                F("public_key"),
                F("best_submitted_at"),
                F("team"),
                name="public_leaderboard_order",
            ),
            models.Index(
                F("phase"),
                F("is_ranked"),
                F("private_key"),
                F("private_submitted_at"),
                F("team"),
                name="private_leaderboard_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.best_public_score}"


class Baseline(models.Model):
    """A named line on the leaderboards: what a submission of the organisers scores. It has no rank and counts nowhere.

    Keys are turned as those of standings are; one without a key is being scored and not shown. The private side is
    filled after the confirmation only.
    """

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="baselines")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="baselines")
    name = models.CharField(_("name"), max_length=80)
    since = models.DateTimeField(_("since"))
    public_score = models.FloatField(_("public score"), null=True, blank=True)
    public_key = models.FloatField(null=True, blank=True, editable=False)
    private_score = models.FloatField(_("private score"), null=True, blank=True)
    private_key = models.FloatField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        constraints = [models.UniqueConstraint(fields=["phase", "name"], name="baseline_names_are_unique")]

    def __str__(self) -> str:
        return self.name


class StandingChange(models.Model):
    """A team's best public score became better: the points of the history."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="standing_changes")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="standing_changes")
    team = models.ForeignKey(Team, models.CASCADE, related_name="standing_changes")
    score = models.FloatField(_("score"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["phase", "at"], name="history_of_a_phase")]

    def __str__(self) -> str:
        return f"{self.team} {self.at:%F %T} {self.score}"


class RankInterval(models.Model):
    """How sure the final rank of a team is: what `submissions.analyses` found out by drawing the private rows anew.

    Shown beside the private leaderboard, when that is open. Whatever changes the ranking deletes it.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="rank_intervals")
    competition = models.ForeignKey(Competition, models.CASCADE, related_name="+")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="rank_intervals")
    # The rank lies between these two in 95 % of the resamples.
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    # The probability of standing above the team of the next rank; the last team has none.
    above_next = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["phase", "team"], name="one_interval_of_a_rank")]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.low}-{self.high}"
