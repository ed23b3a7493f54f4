"""What teams send in, and the long scoring work of organisers."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, ngettext

from competitions.models import Baseline, Competition, Phase, Solution, Team
from competitions.models.log import REASON_CHARACTERS
from foundation.leases import Leased
from submissions.querysets import ExclusionQuerySet, SubmissionQuerySet

ANSWER_CHARACTERS = 2000
# Of one gift: enough for any mishap of a day.
MOST_EXTRA = 100


def submission_path(instance: Submission, filename: str) -> str:
    return f"competitions/{instance.competition_id}/submissions/{uuid4().hex}"


def aligned_path(instance: Submission | Trial, filename: str) -> str:
    return f"competitions/{instance.competition_id}/aligned/{uuid4().hex}.arrow"


class Submission(models.Model):
    """One file of predictions and what became of it."""

    class Status(models.TextChoices):
        PENDING = "pending", _("being scored")
        SCORED = "scored", _("scored")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed on our side")

    class Source(models.TextChoices):
        WEB = "web", _("web")
        API = "api", _("API")
        GURUGURU = "guruguru", _("guruguru command line")
        KAGGLE = "kaggle", _("kaggle command line")

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="submissions")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="submissions")
    team = models.ForeignKey(Team, models.CASCADE, related_name="submissions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="submissions")
    created_at = models.DateTimeField(_("submitted at"))
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.API)

    file = models.FileField(_("file"), upload_to=submission_path)
    filename = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    # The predictions in the solution's row order: what private scoring and rescoring read instead of the file.
    aligned = models.FileField(upload_to=aligned_path, blank=True, editable=False)

    # The row stays when its file goes (`services.clearing`).
    file_deleted_at = models.DateTimeField(_("file deleted at"), null=True, blank=True, editable=False)

    memo = models.CharField(_("memo"), max_length=500, blank=True)
    cv_score = models.FloatField(_("own CV score"), null=True, blank=True)
    # The lab book: what the team writes down of how the file was made (`services.experiments`). Nothing scores by it.
    experiment = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    shares_experiment = models.BooleanField(default=False, db_default=False, editable=False)
    is_selected = models.BooleanField(_("selected for the final ranking"), default=False)
    is_late = models.BooleanField(_("late"), default=False)
    # Taken out of the ranking by the organisers: it used up the limits and counts for nothing else.
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True, editable=False)

    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    problems = models.JSONField(_("problems"), default=list, blank=True)
    public_score = models.FloatField(_("public score"), null=True, blank=True)
    # What it was before the last rescoring that moved it: what a rescoring does, everybody it does it to can see.
    former_public_score = models.FloatField(_("public score before"), null=True, blank=True, editable=False)
    # Of the former phase, where it was not sent but taken over at the start of this one (`services.taking_over`).
    taken_over_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="taken_over_as",
        verbose_name=_("taken over from"),
    )
    # Filled by the private scoring job alone. No answer, export or log shows it before the rules allow.
    private_score = models.FloatField(_("private score"), null=True, blank=True)
    # What is shown beside each of them (`competitions.columns`): numbers or null by key, under the same rules.
    public_numbers = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    private_numbers = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    solution = models.ForeignKey(Solution, models.PROTECT, null=True, blank=True, related_name="+")
    scored_at = models.DateTimeField(_("scored at"), null=True, blank=True)
    # How often scoring it from the stored file was begun: a file that kills its worker must not do so for ever.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    # From when on somebody else may take a pending one up: put off by whoever works on it, and after a fault.
    next_try_at = models.DateTimeField(_("next try at"), null=True, blank=True, editable=False)
    # How many tries ended with a fault that says nothing about the file, and the code of the last one.
    faults = models.PositiveSmallIntegerField(_("faults"), default=0, db_default=0, editable=False)
    fault = models.CharField(_("last fault"), max_length=40, blank=True, default="", db_default="", editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="scored") | Q(public_score__isnull=False),
                name="scored_submission_has_a_public_score",
            ),
            models.CheckConstraint(
                condition=Q(is_selected=False) | Q(is_late=False), name="late_submission_is_never_selected"
            ),
            models.CheckConstraint(
                condition=Q(is_selected=False) | Q(voided_at__isnull=True), name="void_submission_is_never_selected"
            ),
            models.UniqueConstraint(fields=["phase", "taken_over_from"], name="a_submission_is_taken_over_once"),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at"], name="submissions_of_a_team"),
            models.Index(fields=["phase", "status", "id"], name="submissions_to_score"),
            models.Index(fields=["created_at"], condition=Q(status="pending"), name="submissions_pending"),
            models.Index(
                fields=["team", "-created_at"],
                condition=Q(status="refused", scored_at__isnull=True, file_deleted_at__isnull=True),
                name="refused_with_a_file",
            ),
            models.Index(
                fields=["phase"],
                condition=Q(status="scored", is_late=True, private_score__isnull=True),
                name="late_without_private_score",
            ),
        ]

    # The team's best in the phase: of rows of `for_display`, and of one that has just been scored.
    team_best: float | None
    team_best_at: datetime | None

    def __str__(self) -> str:
        return f"#{self.pk} {self.filename}"

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None


class Exclusion(models.Model):
    """An organiser took a team out of the ranking, or one submission of it; and perhaps took that back.

    The reason is told to the team in any case, and to everybody where it is public.
    """

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="exclusions")
    # Of a submission: the team that has it now.
    team = models.ForeignKey(Team, models.CASCADE, related_name="exclusions")
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, blank=True, related_name="exclusions")
    reason = models.CharField(_("reason"), max_length=REASON_CHARACTERS)
    is_reason_public = models.BooleanField(_("reason is public"), default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    # What a restored submission gets back.
    was_selected = models.BooleanField(default=False, editable=False)

    lifted_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("taken back by")
    )
    lifting_reason = models.CharField(_("reason for taking it back"), max_length=REASON_CHARACTERS, blank=True)

    answer = models.CharField(_("answer of the team"), max_length=ANSWER_CHARACTERS, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by")
    )

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(lifted_at__isnull=True, submission__isnull=True),
                name="a_team_is_disqualified_once",
            ),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(lifted_at__isnull=True), name="a_submission_is_void_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}: #{self.submission_id}" if self.submission_id else str(self.team)

    @property
    def is_lifted(self) -> bool:
        return self.lifted_at is not None


class ExtraSubmissions(models.Model):
    """An organiser gave one team more submissions for one day. Nobody else's limits change."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="extra_submissions")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="extra_submissions")
    team = models.ForeignKey(Team, models.CASCADE, related_name="extra_submissions")
    count = models.PositiveSmallIntegerField(
        _("how many"), validators=[MinValueValidator(1), MaxValueValidator(MOST_EXTRA)]
    )
    # The submission day they are for; of the total limit they stay part for good.
    day_starts = models.DateTimeField(_("day begins at"))
    day_ends = models.DateTimeField(_("day ends at"))
    reason = models.CharField(_("reason"), max_length=REASON_CHARACTERS)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("extra submissions")
        verbose_name_plural = _("extra submissions")

    def __str__(self) -> str:
        return f"{self.team}: +{self.count}"


def trial_path(instance: Trial, filename: str) -> str:
    return f"competitions/{instance.competition_id}/trials/{uuid4().hex}"


class Trial(models.Model):
    """A file that an organiser tried out: checked and scored as a submission is, and no submission.

    It uses no slot, freezes nothing and has no private score. One of them may stand on the leaderboards as a baseline.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("being scored")
        SCORED = "scored", _("scored")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed on our side")

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="trials")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="trials")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("tried at"))
    file = models.FileField(_("file"), upload_to=trial_path)
    filename = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    aligned = models.FileField(upload_to=trial_path, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    problems = models.JSONField(_("problems"), default=list, blank=True)
    public_score = models.FloatField(_("public score"), null=True, blank=True)
    # What it was scored with: another version may score by now.
    solution = models.ForeignKey(Solution, models.SET_NULL, null=True, blank=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    baseline = models.OneToOneField(
        Baseline, models.SET_NULL, null=True, blank=True, related_name="trial", verbose_name=_("baseline")
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("trial")
        verbose_name_plural = _("trials")

    def __str__(self) -> str:
        return f"{self.filename} ({self.competition})"


class Receipt(models.Model):
    """The signed statement that a submission was accepted. Written once, by `submissions.receipts.issuing`.

    It outlives the submission: the root in the competition log is made of all receipts of before the end.
    """

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="receipts")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="receipts")
    submission = models.OneToOneField(Submission, models.SET_NULL, null=True, related_name="receipt")
    # The submission's id, which says where in the tree it stands.
    place = models.PositiveBigIntegerField()
    is_late = models.BooleanField(default=False)
    body = models.JSONField(help_text=_("What is signed."))
    key = models.CharField(_("key"), max_length=16)
    signature = models.CharField(_("signature"), max_length=128)
    # The leaf of the tree: of body and signature.
    leaf = models.CharField(max_length=64)
    # The number of the log entry whose root was the first to hold it.
    sealed_in = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["place"]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["competition", "place"], name="one_receipt_for_a_submission")]
        indexes = [
            models.Index(fields=["phase"], condition=Q(is_late=False, sealed_in__isnull=True), name="receipts_to_seal")
        ]

    def __str__(self) -> str:
        return f"#{self.place}"


class JobStatus(models.TextChoices):
    """Where a job over a whole competition stands: of scoring runs and of analyses alike."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    COMPLETE = "complete", _("complete")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class ScoringRun(models.Model):
    """Private scoring or rescoring of a whole competition, as a durable row that jobs work on.

    The work is cut into parts, each of which one worker at a time holds. A run without a sign of life for longer than a
    lease is handed to the workers again.
    """

    class Kind(models.TextChoices):
        PRIVATE = "private", _("private scoring")
        RESCORE = "rescore", _("rescoring")

    Status = JobStatus

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="scoring_runs")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="scoring_runs")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # What it scores by, metric included; a run by a replaced version starts over.
    solution = models.ForeignKey(Solution, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    # Never before the end.
    scores_private = models.BooleanField(_("private scores too"), default=False, editable=False)
    # The newest submission when the work was cut: what was received before the end and stored after this is not in it.
    newest_submission = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    total = models.PositiveIntegerField(_("submissions"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("could not be scored"), default=0)
    error = models.TextField(_("error"), blank=True)
    # Submissions of before the end that were still to be scored when it last tried to begin.
    waiting_for = models.PositiveIntegerField(_("waiting for submissions"), default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # When it was last handed to the workers: not more often than a lease lasts.
    handed_out_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("scoring run")
        verbose_name_plural = _("scoring runs")
        constraints = [
            models.UniqueConstraint(
                fields=["phase"], condition=Q(status__in=["queued", "running"]), name="one_active_scoring_run"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def waits_for(self) -> str:
        """What a run that has not begun waits for, for people; empty: for nothing but a worker."""
        if self.status != self.Status.QUEUED or not self.waiting_for:
            return ""
        return ngettext(
            "Waits for %(count)d submission of before the end that is still being scored.",
            "Waits for %(count)d submissions of before the end that are still being scored.",
            self.waiting_for,
        ) % {"count": self.waiting_for}

    @property
    def is_active(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def progress(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 0.0


class SealedBoard(models.Model):
    """The final ranking as a private scoring left it: its salted hash stands in the log before anybody looks at it.

    Holds private scores, and the salt without which the hash tells nothing of them: `submissions.runs.board` alone
    reads it, and publishes it with the confirmation.
    """

    run = models.OneToOneField(ScoringRun, models.CASCADE, related_name="sealed_board")
    salt = models.CharField(max_length=64)
    board = models.JSONField()

    def __str__(self) -> str:
        return str(self.run_id)


class ScoringPart(Leased):
    """Some of a run's submissions, `first` to `last` by their keys: what one worker holds at a time.

    `cursor` is the last submission done, written together with its score: whoever takes the part over goes on behind
    it.
    """

    run = models.ForeignKey(ScoringRun, models.CASCADE, related_name="parts")
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    cursor = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "first"], name="parts_of_a_run_do_not_begin_alike")]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class Takeover(Leased):
    """The submissions of the former phase that teams begin a phase with, as a durable row that one worker works on.

    `cursor` is the last team done: whoever takes the row over goes on behind it, and makes no submission twice.
    """

    phase = models.OneToOneField(Phase, models.CASCADE, related_name="takeover")
    created_at = models.DateTimeField(_("created at"))
    cursor = models.PositiveBigIntegerField(default=0)
    # How many there were when the log was last told.
    told = models.PositiveIntegerField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # When it was last handed to the workers: not more often than a lease lasts.
    handed_out_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("submissions taken over")
        verbose_name_plural = _("submissions taken over")

    def __str__(self) -> str:
        return f"{self.phase_id}: {self.cursor}"


class Analysis(Leased):
    """A long look at the submissions of a competition, as a durable row that one worker at a time works on.

    A worker that is killed leaves nothing half done: the next one begins anew, with the same seed.
    """

    class Kind(models.TextChoices):
        INTEGRITY = "integrity", _("integrity desk")
        RANKS = "ranks", _("noise of the final ranking")
        WOBBLE = "wobble", _("noise of the public score")
        DRY_RUN = "dry_run", _("dry run of a rescoring")

    Status = JobStatus

    class Error(models.TextChoices):
        BROKE_DOWN = "broke_down", _("It broke down again and again.")
        NOTHING = "nothing", _("There is nothing to look at.")
        CLOSED = "closed", _("The result is not confirmed any more.")
        OWN_METRIC = "own_metric", _("The metric is the organisers' own, and is not run thousands of times.")
        RESCORED = "rescored", _("A rescoring began meanwhile.")

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="analyses")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="analyses")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.QUEUED)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # What everything that is drawn follows from.
    seed = models.PositiveBigIntegerField(_("seed"))
    # The version of the solution whose rows it looked at.
    solution = models.ForeignKey(Solution, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    # Of the wobble: whose score it is.
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, blank=True, related_name="+")
    trial = models.ForeignKey(Trial, models.CASCADE, null=True, blank=True, related_name="+")
    # Of ranks and dry runs: the ranking they were made for, as a hash, and the leaderboard's version at that moment.
    ranking = models.CharField(max_length=64, blank=True, editable=False)
    board_version = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    # 0 to 1.
    progress = models.FloatField(_("progress"), default=0.0)
    error = models.CharField(_("error"), max_length=12, choices=Error, blank=True)
    # Facts for those who may ask for them; of ranks and wobble no more than how they were computed, and the wobble.
    result = models.JSONField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    handed_out_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("analysis")
        verbose_name_plural = _("analyses")
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "kind"],
                condition=Q(status__in=["queued", "running"]),
                name="one_active_analysis_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def is_active(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)
