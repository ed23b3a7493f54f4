"""Builders of test data in the domain's words."""

from __future__ import annotations

from datetime import UTC, datetime

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from competitions.models import Competition, Membership, Standing, Team

# The default competition of the tests runs for ten days around NOON.
STARTS = datetime(2026, 6, 1, tzinfo=UTC)
NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
ENDS = datetime(2026, 6, 11, tzinfo=UTC)
AFTER = datetime(2026, 6, 11, 0, 0, 1, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class CompetitionFactory(DjangoModelFactory):
    class Meta:
        model = Competition

    title = factory.Sequence(lambda n: f"Cup {n}")
    slug = factory.Sequence(lambda n: f"cup-{n}")
    starts_at = STARTS
    ends_at = ENDS
    is_published = True
    rules_required = False
    metric = "rmse"

    @factory.post_generation
    def hosts(self, create, extracted, **kwargs):
        if create and extracted:
            self.hosts.set(extracted)


class TeamFactory(DjangoModelFactory):
    """A team of one (its owner) with its standing, or of `members` as well."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    competition = factory.SubFactory(CompetitionFactory)
    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"team {n}")
    created_at = STARTS

    @factory.post_generation
    def members(self, create, extracted, **kwargs):
        if not create:
            return
        for user in [self.owner, *(extracted or [])]:
            Membership.objects.create(team=self, user=user, competition=self.competition, joined_at=self.created_at)
        Standing.objects.create(team=self, competition=self.competition)
