"""Queries for submissions: which rows, and for whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from competitions import models as tables
from competitions.access import BOARD

if TYPE_CHECKING:
    from submissions.models import Exclusion, Submission  # noqa: F401 -- in types below


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def of_teams_of(self, user: Any) -> SubmissionQuerySet:
        """Submissions of every team `user` is in: all that a participant may ever see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(team__memberships__user=user)

    def for_display(self) -> SubmissionQuerySet:
        """Submissions with all that their serializer reads, so that a list of any length is one query.

        `team_best`, `team_best_at`: the best public score of the team in the phase, and when that was sent in.
        """
        standing = tables.Standing.objects.filter(team=OuterRef("team"), phase=OuterRef("phase"))
        return self.select_related("competition", "phase__competition", "team", "user").annotate(
            team_best=Subquery(standing.values("best_public_score")[:1]),
            team_best_at=Subquery(standing.values("best_submitted_at")[:1]),
        )

    def with_readable_experiment(self, user: Any) -> SubmissionQuerySet:
        """Those whose experiment `user` may read: of their teams, and those shared where they may see the leaderboard.

        Nobody else learns that there is one, organisers included.
        """
        shared = Q(shares_experiment=True, phase__in=tables.Phase.objects.filter(BOARD.rows(user)).values("pk"))
        if not user.is_authenticated:
            return self.filter(shared)
        return self.filter(shared | Q(pk__in=self.model.objects.of_teams_of(user).values("pk")))

    def counted(self) -> SubmissionQuerySet:
        """Those that standings are made of: in time, and scored or still to be scored at the moment."""
        return self.filter(is_late=False, status__in=[self.model.Status.PENDING, self.model.Status.SCORED])

    def slots(self, *, late: bool) -> Q:
        """The condition that `using_slots` filters by."""
        used = Q(status=self.model.Status.PENDING) | Q(scored_at__isnull=False)
        return used & Q(is_late=late, taken_over_from__isnull=True)

    def using_slots(self, *, late: bool) -> SubmissionQuerySet:
        """Those that use up the limits: still to be scored, or scored once, whatever a rescoring made of them since.

        What was taken over from the former phase uses up nothing.
        """
        return self.filter(self.slots(late=late))

    def refusals(self) -> Q:
        """The condition that `refused_at_the_door` filters by."""
        return Q(status=self.model.Status.REFUSED, scored_at__isnull=True)

    def refused_at_the_door(self) -> SubmissionQuerySet:
        """Those whose file could never be scored; a rescoring does not take them up."""
        return self.filter(self.refusals())

    def scored(self) -> SubmissionQuerySet:
        return self.filter(status=self.model.Status.SCORED)

    def pending(self) -> SubmissionQuerySet:
        return self.filter(status=self.model.Status.PENDING)

    def to_take_up(self, at: datetime) -> SubmissionQuerySet:
        """Still to be scored, and in nobody's hands: a process died, a job was lost, or a pause is over."""
        return self.pending().filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=at))

    def late_without_private_score(self) -> SubmissionQuerySet:
        return self.scored().filter(is_late=True, private_score__isnull=True).exclude(aligned="")

    def selected(self) -> SubmissionQuerySet:
        return self.filter(is_selected=True)


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def standing(self) -> ExclusionQuerySet:
        """Exclusions that nobody took back."""
        return self.filter(lifted_at__isnull=True)

    def of_concern_to(self, user: Any) -> ExclusionQuerySet:
        """Those of teams `user` is in, and of competitions `user` organises."""
        if not user.is_authenticated:
            return self.none()
        competitions: Any = self.model._meta.get_field("competition").related_model
        hosted = competitions.objects.hosted_by(user)
        return self.filter(Q(team__memberships__user=user) | Q(competition__in=hosted.values("pk"))).distinct()

    def for_display(self) -> ExclusionQuerySet:
        return self.select_related("competition__current_phase", "team", "submission", "by", "lifted_by", "answered_by")
