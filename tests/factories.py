"""Builders of test data in the domain's words."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from io import BytesIO

import factory
from django.contrib.auth import get_user_model
from django.db import transaction
from factory.django import DjangoModelFactory

from competitions.leaderboards.standings import count_submission, record_public_score
from competitions.models import Competition, Membership, Phase, Standing, Team
from competitions.solution.services import active_solution, mark_used, replace_solution
from competitions.teams.searching import index_names
from submissions.models import Submission

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
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Cup {n}")
    slug = factory.Sequence(lambda n: f"cup-{n}")
    starts_at = STARTS
    ends_at = ENDS
    is_published = True
    rules_required = False
    metric = "rmse"

    @classmethod
    def _build(cls, model_class, *args, **fields):
        names = {field.name for field in Competition._meta.fields}
        phase = Phase(**{name: fields.pop(name) for name in [*fields] if name not in names})
        return Competition(**fields, current_phase=phase)

    @factory.post_generation
    def hosts(self, create, extracted, **kwargs):
        if create and extracted:
            self.hosts.set(extracted)


def overwrite(*competitions: Competition, **fields) -> None:
    """Set fields of these competitions, of all if none is named, and of their phases, whatever the rules say."""
    rows = Competition.objects.filter(pk__in=[one.pk for one in competitions]) if competitions else Competition.objects
    own = {name: value for name, value in fields.items() if hasattr(Competition, name)}
    if own:
        rows.update(**own)
    if of_phase := {name: value for name, value in fields.items() if name not in own}:
        Phase.objects.filter(competition__in=rows.values("pk")).update(**of_phase)


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
        index_names([self.pk])
        Standing.objects.bulk_create(
            Standing(team=self, competition=self.competition, phase=phase) for phase in self.competition.phases.all()
        )
        self.submits = partial(submits, self)


def standing_of(team: Team) -> Standing:
    """How the team stands now in the phase that is meant where none is named."""
    return Standing.objects.of_current_phases().get(team=team)


class SubmissionFactory(DjangoModelFactory):
    """A scored submission as a row only: no file behind it, no standing moved. `submits` does the whole."""

    class Meta:
        model = Submission

    competition = factory.SelfAttribute("team.competition")
    phase = factory.SelfAttribute("team.competition.phase")
    team = factory.SubFactory(TeamFactory)
    user = factory.SelfAttribute("team.owner")
    created_at = NOON
    file = factory.Sequence(lambda n: f"nowhere/{n}")
    filename = "submission.csv"
    size = 10
    status = Submission.Status.SCORED
    public_score = 0.5
    scored_at = factory.SelfAttribute("created_at")


def submits(team: Team, score: float, *, at: datetime = NOON, **fields) -> Submission:
    """`team` sends in predictions that score `score` on the public side: the row, and what it does to the standing."""
    phase = fields.setdefault("phase", team.competition.phase)
    late = phase.has_ended(at)
    submission = SubmissionFactory(team=team, public_score=score, created_at=at, is_late=late, **fields)
    if not late:
        with transaction.atomic():
            count_submission(team=team, phase=phase, at=at)
            record_public_score(team=team, phase=phase, score=score, at=at)
    if (solution := active_solution(phase)) is not None:
        mark_used(solution, at)
        Submission.objects.filter(pk=submission.pk).update(solution=solution)
    return submission


def give_solution(competition: Competition, csv: str, *, at: datetime = STARTS):
    """Let the competition score by `csv` (columns id, the targets, and Usage)."""
    return replace_solution(
        phase=competition.phase, file=BytesIO(csv.encode()), filename="solution.csv", by=None, at=at
    )
