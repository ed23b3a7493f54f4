"""A user's competitions, on their profile."""

from __future__ import annotations

import pytest
from freezegun import freeze_time

from competitions.models import Phase, Standing
from tests.factories import AFTER, ENDS, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return UserFactory(username="alice")


def competitions_of(client, name="alice"):
    answer = client.get(f"/api/users/{name}/competitions/")
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def test_with_team_and_rank(client_of, alice):
    cup = CompetitionFactory(slug="cup", title="Cup", emoji="🌀")
    TeamFactory(competition=cup).submits(0.1)
    team = TeamFactory(competition=cup, name="Whales", members=[alice])
    team.submits(0.2)
    TeamFactory(competition=cup).submits(0.3)
    TeamFactory(competition=cup)

    assert competitions_of(client_of()) == [
        {
            "competition": {
                "slug": "cup",
                "title": "Cup",
                "emoji": "🌀",
                "state": "running",
                "startsAt": "2026-06-01T00:00:00Z",
                "endsAt": "2026-06-11T00:00:00Z",
            },
            "team": {"id": team.pk, "name": "Whales"},
            "publicRank": 2,
            "privateRank": None,
            "teams": 4,
            "medal": None,
            "points": None,
        }
    ]


def test_without_a_score_there_is_no_rank(client_of, alice):
    TeamFactory(owner=alice)
    assert [one["publicRank"] for one in competitions_of(client_of())] == [None]


@pytest.mark.parametrize(
    ("at", "confirmed", "rank"), [(None, False, None), (AFTER, False, None), (AFTER, True, 2)], ids=str
)
def test_the_private_rank_shows_once_it_is_confirmed_and_to_nobody_before(client_of, alice, at, confirmed, rank):
    host = UserFactory()
    cup = CompetitionFactory(hosts=[host])
    mine, other = TeamFactory(competition=cup, owner=alice), TeamFactory(competition=cup)
    for team, score in ((mine, 0.4), (other, 0.3)):
        Standing.objects.filter(team=team).update(
            best_private_score=score, private_key=score, private_submitted_at=ENDS
        )
    if confirmed:
        Phase.objects.update(confirmed_at=ENDS)
    with freeze_time(at) if at else freeze_time("2026-06-05 12:00"):
        for user in (None, alice, host, UserFactory(is_superuser=True)):
            assert [one["privateRank"] for one in competitions_of(client_of(user))] == [rank]


def test_hidden_competitions_stay_hidden(client_of, alice):
    for fields in ({"visibility": "unlisted"}, {"visibility": "invitation"}, {"is_published": False}):
        TeamFactory(competition=CompetitionFactory(**fields), owner=alice)
    assert competitions_of(client_of()) == []
    assert len(competitions_of(client_of(alice))) == 2
    assert len(competitions_of(client_of(UserFactory(is_superuser=True)))) == 3


def test_whoever_is_not_there_is_not_found(client_of):
    UserFactory(username="gone", is_active=False)
    for name in ("nobody", "gone", "%00", "a%00b"):
        assert client_of().get(f"/api/users/{name}/competitions/").status_code == 404


def test_any_number_takes_as_many_queries(client_of, alice, django_assert_num_queries):
    for _ in range(5):
        TeamFactory(owner=alice)
    with django_assert_num_queries(3):
        competitions_of(client_of(), "ALICE")
