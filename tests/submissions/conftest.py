"""A competition that scores, a team in it, and one call to submit."""

from __future__ import annotations

from datetime import datetime

import pytest
from django_tasks_db.models import DBTaskResult

from submissions.services import submit
from tests.factories import NOON, CompetitionFactory, TeamFactory, give_solution
from tests.submissions.files import file_scoring, solution_csv


@pytest.fixture
def competition(db):
    return competition_with_solution("rmse")


@pytest.fixture
def team(competition):
    return TeamFactory(competition=competition)


@pytest.fixture
def member(api, team):
    """The client of somebody in the team."""
    api.force_authenticate(team.owner)
    return api


def competition_with_solution(metric: str, **fields):
    competition = CompetitionFactory(metric=metric, **fields)
    give_solution(competition, solution_csv(metric))
    return competition


def send(team, public: float = 0.5, private: float = 0.5, *, at: datetime = NOON, **fields):
    """The team's owner submits a file with these scores through the service."""
    return submit(
        user=fields.pop("user", team.owner),
        team=team,
        file=fields.pop("file", None) or file_scoring(team.competition.phase.metric, public, private),
        filename=fields.pop("filename", "submission.csv"),
        at=at,
        **fields,
    )


def enqueued(job) -> list[int]:
    """The ids that `job` was enqueued for."""
    rows = DBTaskResult.objects.filter(task_path=job.module_path).order_by("enqueued_at")
    return [row.args_kwargs["args"][0] for row in rows]


@pytest.fixture(autouse=True)
def _a_busy_neighbour(request):
    """No test of this room has the server to itself; `pytest.mark.alone` where it must."""
    wants_database = request.node.get_closest_marker("django_db") or "db" in request.fixturenames
    if wants_database and not request.node.get_closest_marker("alone"):
        request.getfixturevalue("busy_neighbour")
