"""A second competition on the same server, as busy as the one a test is about: nothing of it may move or count there.

A query that forgot which competition or team it is for is the likeliest slip of a change. Beside this one it shows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models

from accounts.models import User
from competitions.models import Competition, Departure, Membership, Solution, Standing, StandingChange, Team
from competitions.teams.searching import index_names
from submissions.models import ScoringRun, Submission
from tests.factories import AFTER, ENDS, NOON, STARTS

HOUR = timedelta(hours=1)
SLUG = "next-door"


def a_busy_competition() -> Competition:
    """It runs at the same time, and has been scored privately as if it were over: five people and four teams, one of
    them left by its only member, with submissions in time and late, selected and refused. Its standings are what its
    submissions say.
    """
    people = User.objects.bulk_create(
        User(username=f"neighbour{n}", email=f"neighbour{n}@example.org", is_active=True) for n in range(5)
    )
    competition = Competition.objects.create(
        title="Next door",
        slug=SLUG,
        starts_at=STARTS,
        ends_at=ENDS,
        is_published=True,
        visibility=Competition.Visibility.UNLISTED,
        rules_required=False,
        metric="rmse",
        daily_submission_limit=None,
    )
    competition.hosts.add(people[4])
    teams = Team.objects.bulk_create(
        Team(
            competition=competition,
            name=f"next door {n}",
            owner=person,
            created_at=STARTS,
            disbanded_at=NOON if n == 3 else None,
        )
        for n, person in enumerate(people[:4])
    )
    Membership.objects.bulk_create(
        Membership(competition=competition, team=team, user=team.owner, joined_at=STARTS) for team in teams[:3]
    )
    Departure.objects.create(competition=competition, team=teams[3], user=people[3], joined_at=STARTS, left_at=NOON)
    index_names([team.pk for team in teams])
    solution = Solution.objects.create(
        competition=competition,
        phase=competition.phase,
        version=1,
        file="nowhere/solution",
        filename="solution.csv",
        id_column="id",
        target_columns=["target"],
        expected_columns=["id", "target"],
        metric="rmse",
        rows=32,
        public_rows=16,
        private_rows=16,
        digest="0" * 64,
        first_used_at=STARTS,
    )
    Standing.objects.bulk_create(_standing(competition, team, place) for place, team in enumerate(teams))
    StandingChange.objects.bulk_create(
        StandingChange(
            competition=competition, phase=competition.phase, team=team, score=0.001 * (place + 1), at=NOON - 3 * HOUR
        )
        for place, team in enumerate(teams)
    )
    rows = [row for place, team in enumerate(teams) for row in _submissions(competition, team, place, solution)]
    Submission.objects.bulk_create(rows)
    ScoringRun.objects.create(
        competition=competition,
        phase=competition.phase,
        kind=ScoringRun.Kind.PRIVATE,
        status=ScoringRun.Status.COMPLETE,
        solution=solution,
        scores_private=True,
        total=len(rows),
        done=len(rows),
        created_at=AFTER,
        finished_at=AFTER,
    )
    return competition


def _standing(competition: Competition, team: Team, place: int) -> Standing:
    score = 0.001 * (place + 1)
    return Standing(
        competition=competition,
        phase=competition.phase,
        team=team,
        is_ranked=team.is_active,
        best_public_score=score,
        public_key=score,
        best_submitted_at=NOON - 3 * HOUR,
        last_submitted_at=NOON,
        total_submissions=4,
        best_private_score=score,
        private_key=score,
        private_submitted_at=NOON - HOUR,
        final_public_rank=place + 1 if team.is_active else None,
    )


def _submissions(competition: Competition, team: Team, place: int, solution: Solution) -> list[Submission]:
    common = {"competition": competition, "phase": competition.phase, "team": team, "user": team.owner}
    common |= {"filename": "next-door.csv", "size": 10}
    score = 0.001 * (place + 1)
    scored = {
        **common,
        "status": Submission.Status.SCORED,
        "public_score": score,
        "solution": solution,
        "aligned": f"nowhere/{place}.arrow",
    }
    return [
        *(
            Submission(
                **scored,
                file=f"nowhere/{place}/{n}",
                created_at=NOON - n * HOUR,
                scored_at=NOON - n * HOUR,
                is_selected=n < 2,
                private_score=score,
            )
            for n in range(4)
        ),
        Submission(**scored, file=f"nowhere/{place}/late", created_at=AFTER, scored_at=AFTER, is_late=True),
        Submission(
            **common,
            file=f"nowhere/{place}/refused",
            created_at=NOON,
            status=Submission.Status.REFUSED,
            problems=[{"code": "missing_ids"}],
        ),
    ]


def ours(model: type[models.Model]) -> models.QuerySet[Any]:
    """All rows of `model` that are not the busy competition's: what a test has made, and what it did."""
    place = "slug" if model is Competition else "competition__slug"
    return model._default_manager.exclude(**{place: SLUG})
