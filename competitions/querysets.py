"""Which competitions, teams, requests and standings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from competitions.models import Competition, Team


def count_of(rows: models.QuerySet) -> Coalesce:
    """How many of `rows` (which refer to the outer row's competition) there are."""
    return Coalesce(Subquery(rows.order_by().values("competition").annotate(n=Count("pk")).values("n")), 0)


class CompetitionQuerySet(models.QuerySet):
    def hosted_by(self, user: Any) -> CompetitionQuerySet:
        """Competitions `user` organises; all of them for a superuser."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(Exists(self.model.hosts.through.objects.filter(competition=OuterRef("pk"), user=user)))

    def entered_by(self, user: Any) -> CompetitionQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user)

    def visible_to(self, user: Any) -> CompetitionQuerySet:
        """Competitions whose page `user` may open, listed or not."""
        if not user.is_authenticated:
            return self.filter(is_published=True)
        if user.is_superuser:
            return self
        hosts = self.model.hosts.through.objects.filter(competition=OuterRef("pk"), user=user)
        return self.filter(Q(is_published=True) | Exists(hosts))

    def listed_for(self, user: Any) -> CompetitionQuerySet:
        """Competitions shown in the list: public ones, and those `user` entered or organises."""
        visible = self.visible_to(user)
        if not user.is_authenticated:
            return visible.filter(visibility=self.model.Visibility.PUBLIC)
        if user.is_superuser:
            return visible
        hosts = self.model.hosts.through.objects.filter(competition=OuterRef("pk"), user=user)
        entered = self.model._meta.get_field("memberships").related_model.objects.filter(
            competition=OuterRef("pk"), user=user
        )
        return visible.filter(Q(visibility=self.model.Visibility.PUBLIC) | Exists(hosts) | Exists(entered))

    def in_state(self, state: str, at: datetime) -> CompetitionQuerySet:
        """The clock's states, as `Competition.state` derives them."""
        conditions = {
            "upcoming": Q(starts_at__gt=at),
            "running": Q(starts_at__lte=at, ends_at__gt=at),
            "finished": Q(ends_at__lte=at, confirmed_at__isnull=True),
            "confirmed": Q(ends_at__lte=at, confirmed_at__isnull=False),
        }
        return self.filter(conditions[state])

    def by_slug_or_id(self, key: str) -> CompetitionQuerySet:
        # isascii: "²".isdigit() is true, and int("²") is not. 18 digits fit every database's bigint.
        if key.isascii() and key.isdigit():
            return self.filter(pk=int(key)) if len(key) <= 18 else self.none()
        return self.filter(slug=key)

    def lock(self, pk: int) -> Competition:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def with_facts_for(self, user: Any) -> CompetitionQuerySet:
        """With `team_count`, `participant_count`, `is_entered` and `is_host`, each a sub-query on an index."""
        memberships = self.model._meta.get_field("memberships").related_model.objects.filter(competition=OuterRef("pk"))
        teams = self.model._meta.get_field("teams").related_model.objects.active().filter(competition=OuterRef("pk"))
        signed_in = user.is_authenticated
        hosts = self.model.hosts.through.objects.filter(competition=OuterRef("pk"), user=user.pk)
        return self.annotate(
            team_count=count_of(teams),
            participant_count=count_of(memberships),
            is_entered=Exists(memberships.filter(user=user.pk)) if signed_in else Value(value=False),
            is_host=Value(value=signed_in) if not signed_in or user.is_superuser else Exists(hosts),
        )


class TeamQuerySet(models.QuerySet):
    def active(self) -> TeamQuerySet:
        return self.filter(merged_at__isnull=True, disbanded_at__isnull=True)

    def of_user(self, user: Any) -> TeamQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user)

    def visible_to(self, user: Any) -> TeamQuerySet:
        """Teams of the competitions `user` finds in the list, and those of closed rooms `user` is in or organises."""
        competitions = self.model._meta.get_field("competition").related_model
        return self.filter(competition__in=competitions.objects.listed_for(user).values("pk"))

    def with_members(self) -> TeamQuerySet:
        return self.select_related("competition", "owner").prefetch_related("memberships__user")

    def lock(self, pk: int):  # noqa: ANN201
        """The team's row, locked until the transaction ends: the one lock that submissions and merges share."""
        return self.select_for_update(of=("self",)).select_related("competition").get(pk=pk)

    def lock_all(self, pks: Iterable[int]) -> dict[int, Team]:
        """Several teams' rows, locked in the order of their keys so that two transactions never wait crosswise."""
        rows = self.select_for_update(of=("self",)).select_related("competition").filter(pk__in=set(pks)).order_by("pk")
        return {team.pk: team for team in rows}


class InvitationQuerySet(models.QuerySet):
    def pending(self) -> InvitationQuerySet:
        return self.filter(status="pending")


class MergeRequestQuerySet(models.QuerySet):
    def pending(self) -> MergeRequestQuerySet:
        return self.filter(status="pending")


class StandingQuerySet(models.QuerySet):
    def ranked(self) -> StandingQuerySet:
        return self.filter(is_ranked=True)

    def in_public_order(self) -> StandingQuerySet:
        """Best first; equal scores: the earlier best submission first; teams without a score last, by name order."""
        return self.order_by(
            F("public_key").asc(nulls_last=True), F("best_submitted_at").asc(nulls_last=True), "team_id"
        )

    def in_private_order(self) -> StandingQuerySet:
        return self.order_by(
            F("private_key").asc(nulls_last=True), F("private_submitted_at").asc(nulls_last=True), "team_id"
        )
