"""Teams, who is in them, and how they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.querysets import InvitationQuerySet, MergeRequestQuerySet, SearchNameQuerySet, TeamQuerySet
from foundation.folding import fold

if TYPE_CHECKING:
    from competitions.models.phase import Phase
    from competitions.models.standing import Standing

# Longer keys are cut: a database indexes only so much. One character may fold to many.
KEY_LENGTH = 200


def name_key(name: str) -> str:
    """What two names have in common that people take for one another: their letters, in any capitals and any width."""
    return fold(name)[:KEY_LENGTH]


class NameKeyField(models.CharField):
    """The key of the row's `name`, made whenever a whole row is saved."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": KEY_LENGTH, "default": "", "editable": False, **options})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 -- Django's signature
        key = name_key(model_instance.name)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, key)
        return key


class Team(models.Model):
    """People who compete as one. A team emptied by a merge stays, for the history, and ranks no more."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="teams")
    name = models.CharField(_("name"), max_length=80)
    name_key = NameKeyField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="owned_teams"
    )
    created_at = models.DateTimeField(_("created at"))
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged_from")
    merged_at = models.DateTimeField(_("merged at"), null=True, blank=True)
    # A team everybody left: history, like a merged one.
    disbanded_at = models.DateTimeField(_("disbanded at"), null=True, blank=True)
    # Somebody in it has organised the competition, or could get at its solution as staff of the site, at some time:
    # shown, never ranked. Nothing takes this back.
    out_of_competition_at = models.DateTimeField(_("out of competition since"), null=True, blank=True, editable=False)
    # Excluded by the organisers: shown below all others, without a rank, until they take it back.
    disqualified_at = models.DateTimeField(_("disqualified since"), null=True, blank=True, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "name_key"],
                name="team_name_unique_in_competition",
                condition=Q(merged_into__isnull=True, disbanded_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(merged_at__isnull=False), name="merged_team_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def standing_in(self, phase: Phase) -> Standing | None:
        return self.standings.filter(phase=phase).first()

    @property
    def is_active(self) -> bool:
        return self.merged_at is None and self.disbanded_at is None

    @property
    def is_ranking(self) -> bool:
        """Whether it has a place on leaderboards."""
        return self.is_active and self.out_of_competition_at is None and self.disqualified_at is None

    @property
    def is_out_of_competition(self) -> bool:
        return self.out_of_competition_at is not None

    @property
    def is_disqualified(self) -> bool:
        return self.disqualified_at is not None


class Hosting(models.Model):
    """Somebody organised the competition at some time. The row stays when they organise it no more."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="hostings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hostings")
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("past or present organiser")
        verbose_name_plural = _("past and present organisers")
        constraints = [models.UniqueConstraint(fields=["competition", "user"], name="one_hosting_per_person")]

    def __str__(self) -> str:
        return f"{self.user} · {self.competition}"


class StaffAccess(models.Model):
    """Somebody of the site's staff could get at every competition, its solution included, for some time.

    The row stays when they can no more. Kept by `competitions.teams.conflicts`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_accesses")
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("access of staff")
        verbose_name_plural = _("accesses of staff")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(until__isnull=True), name="one_present_access_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.since:%F}"


class Membership(models.Model):
    """A user in a team. `competition` repeats the team's, so that the database can refuse a second team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    competition = models.ForeignKey(Competition, models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(_("joined at"))

    class Meta:
        ordering = ["joined_at", "id"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["competition", "user"], name="one_team_per_competition")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


class SearchName(models.Model):
    """What a search looks through: a team's name and its members' names, as `foundation.folding` folds them.

    A row of its own, so that looking through a hundred thousand of them is one walk over one small table. Kept by
    `competitions.teams.searching`; `manage.py check_standings` proves it equal to the names.
    """

    team = models.OneToOneField(Team, models.CASCADE, primary_key=True, related_name="search_name")
    competition = models.ForeignKey(Competition, models.CASCADE, related_name="+")
    text = models.TextField()

    objects = SearchNameQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.team_id}: {self.text}"


class Departure(models.Model):
    """Somebody left, or was removed from, a team with submissions of their time in it.

    They may come back to that team, not compete in another one: otherwise leaving would buy a new allowance of
    submissions. Leaving a team without such submissions leaves no trace. An organiser lifts this by deleting the row.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="departures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="departures")
    competition = models.ForeignKey(Competition, models.CASCADE, related_name="departures")
    # Kept so that somebody who comes back is a member since they first joined.
    joined_at = models.DateTimeField(_("joined at"))
    left_at = models.DateTimeField(_("left at"))

    class Meta:
        ordering = ["-left_at", "-id"]
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        constraints = [models.UniqueConstraint(fields=["competition", "user"], name="one_departure_per_competition")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


class RequestStatus(models.TextChoices):
    PENDING = "pending", _("pending")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    CANCELLED = "cancelled", _("cancelled")


class Invitation(models.Model):
    """A team's owner invites a user."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="team_invitations")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=RequestStatus, default=RequestStatus.PENDING)
    created_at = models.DateTimeField(_("created at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], condition=Q(status=RequestStatus.PENDING), name="one_pending_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team} → {self.user}"


class MergeRequest(models.Model):
    """`from_team` asks `to_team` to become one; on acceptance `to_team` goes on and `from_team` is emptied."""

    from_team = models.ForeignKey(Team, models.CASCADE, related_name="merge_requests_sent")
    to_team = models.ForeignKey(Team, models.CASCADE, related_name="merge_requests_received")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=RequestStatus, default=RequestStatus.PENDING)
    created_at = models.DateTimeField(_("created at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MergeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("merge request")
        verbose_name_plural = _("merge requests")
        constraints = [
            models.UniqueConstraint(
                fields=["from_team", "to_team"],
                condition=Q(status=RequestStatus.PENDING),
                name="one_pending_merge_request",
            ),
            models.CheckConstraint(condition=~Q(from_team=F("to_team")), name="no_merge_with_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.from_team} → {self.to_team}"
