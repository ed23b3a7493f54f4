"""Medals, points and the ranking of the site: by which rule, from which results, and for whom."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from freezegun import freeze_time

from competitions.leaderboards.medals import MOST_POINTS, Zones, medal_of, points_of, zones
from competitions.models import Phase, Standing, Team
from competitions.teams.achievements import site_ranking
from submissions.exclusion.services import disqualify
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory, overwrite
from tests.phases import FINAL_ENDS, add

DAY = timedelta(days=1)


# --- the rule -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("teams", "ends"),
    [
        (1, (1, 2, 3)),
        (9, (1, 2, 3)),
        (10, (1, 2, 4)),
        (20, (2, 4, 8)),
        (99, (9, 19, 39)),
        (100, (10, 20, 40)),
        (249, (10, 49, 99)),
        (250, (10, 50, 100)),
        (999, (11, 50, 100)),
        (1000, (12, 50, 100)),
        (4000, (18, 200, 400)),
    ],
)
def test_the_zones_are_those_of_the_table(teams, ends):
    assert zones(teams) == Zones(*ends)


def test_zones_never_shrink_and_always_stand_in_order():
    before = zones(1)
    for teams in range(2, 3000):
        now = zones(teams)
        assert now.gold <= now.silver <= now.bronze
        if teams not in (100, 250, 1000):
            assert now.gold >= before.gold
        before = now


@pytest.mark.parametrize(
    ("rank", "teams", "medal"),
    [(1, 20, "gold"), (2, 20, "gold"), (3, 20, "silver"), (8, 20, "bronze"), (9, 20, None), (None, 20, None)],
)
def test_a_rank_has_its_medal(rank, teams, medal):
    assert medal_of(rank, teams) == medal


def test_points_fall_with_rank_size_and_time():
    best = points_of(1, teams=100, members=1, days=0)
    assert best == pytest.approx(MOST_POINTS * math.log10(3))
    assert points_of(2, teams=100, members=1, days=0) == pytest.approx(best * 2**-0.75)
    assert points_of(1, teams=100, members=4, days=0) == pytest.approx(best / 2)
    assert points_of(1, teams=100, members=1, days=500) == pytest.approx(best / math.e)
    assert points_of(1, teams=1, members=1, days=0) == 0
    assert points_of(None, teams=100, members=1, days=0) == 0


# --- what people have -----------------------------------------------------------------------------------------------------
def final_score(team: Team, score: float) -> Team:
    Standing.objects.filter(team=team).update(
        best_private_score=score, private_key=score, private_submitted_at=team.created_at
    )
    return team


@pytest.fixture
def people(db):
    return [UserFactory(username=name) for name in ("alice", "bob", "carol")]


@pytest.fixture
def cup(people):
    """Scored privately and confirmed: alice before bob before carol."""
    cup = CompetitionFactory(slug="cup", confirmed_at=ENDS)
    for score, person in enumerate(people):
        final_score(TeamFactory(competition=cup, owner=person), score)
    return cup


def profile(client, name, at=AFTER):
    with freeze_time(at):
        answer = client.get(f"/api/users/{name}/achievements/")
        (taken_part,) = client.get(f"/api/users/{name}/competitions/").json()["results"]
    assert answer.status_code == 200
    return answer.json(), taken_part


def test_a_confirmed_result_gives_medals_and_points(api, cup):
    won, taken_part = profile(api, "bob")
    points = points_of(2, teams=3, members=1, days=0)
    assert won == {
        "rank": 2,
        "points": pytest.approx(points),
        "medals": {"gold": 0, "silver": 1, "bronze": 0},
        "competitions": 1,
        "activity": [],
    }
    assert (taken_part["medal"], taken_part["points"]) == ("silver", pytest.approx(points))


def ranking(api, at=AFTER):
    with freeze_time(at):
        answer = api.get("/api/ranking/")
    assert answer.status_code == 200
    return [(one["rank"], one["user"]["username"]) for one in answer.json()["results"]]


NOTHING = {
    "rank": None,
    "points": 0,
    "medals": {"gold": 0, "silver": 0, "bronze": 0},
    "competitions": 0,
    "activity": [],
}


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({}, ENDS - timedelta(seconds=1)),  # whatever a row says, before the end there is no result
        ({"confirmed_at": None}, AFTER),
        ({"awards_medals": False}, AFTER),
    ],
    ids=["before the end", "not confirmed", "does not count"],
)
@pytest.mark.parametrize("reader", ["visitor", "alice", "host", "superuser"])
def test_nothing_else_gives_any_to_anybody(api, cup, people, fields, at, reader):
    overwrite(**fields)
    user = {"visitor": None, "alice": people[0]}.get(reader, UserFactory(is_superuser=reader == "superuser"))
    if reader == "host":
        cup.hosts.add(user)
    api.force_authenticate(user)
    won, taken_part = profile(api, "bob", at)
    assert won == NOTHING
    assert (taken_part["medal"], taken_part["points"]) == (None, None)
    assert ranking(api, at) == []


@pytest.mark.parametrize("fields", [{"visibility": "invitation"}, {"visibility": "unlisted"}, {"is_published": False}])
def test_the_ranking_is_of_public_competitions(api, cup, fields):
    overwrite(**fields)
    assert ranking(api) == []


def test_a_confirmation_taken_back_takes_them_back(api, cup):
    assert ranking(api) == [(1, "alice"), (2, "bob"), (3, "carol")]
    Phase.objects.update(confirmed_at=None)
    assert ranking(api) == []
    assert profile(api, "alice")[0] == NOTHING


def test_who_is_out_of_the_ranking_gets_none_and_the_others_move_up(api, cup, people):
    host = UserFactory()
    cup.hosts.add(host)
    assert ranking(api)[0] == (1, "alice")
    team = Team.objects.get(owner=people[0])
    with freeze_time(AFTER):
        disqualify(team=team, reason="Two accounts.", by=host, at=AFTER)
    assert ranking(api) == [(1, "bob"), (2, "carol")]
    assert profile(api, "alice")[0] == NOTHING
    assert profile(api, "bob")[1]["medal"] == "gold"


def test_organisers_get_none(api, cup, people):
    Team.objects.filter(owner=people[0]).update(out_of_competition_at=NOON)
    Standing.objects.filter(team__owner=people[0]).update(is_ranked=False)
    assert ranking(api) == [(1, "bob"), (2, "carol")]
    assert profile(api, "alice")[1]["medal"] is None


def test_points_decay_day_by_day(api, cup):
    today, tomorrow = (profile(api, "alice", at)[0]["points"] for at in (AFTER, AFTER + DAY))
    assert tomorrow == pytest.approx(today * math.exp(-1 / 500))
    assert profile(api, "alice", AFTER + timedelta(hours=23))[0]["points"] == today


@pytest.mark.parametrize("final_is", ["to come", "running", "over", "confirmed"])
def test_each_phase_counts_from_its_own_confirmation_on(api, cup, people, final_is):
    """What the first gave does not go while a later one runs; and nothing is given for a result that is still private."""
    cup.hosts.add(UserFactory())
    final = add(cup)
    at = {"to come": AFTER, "running": AFTER, "over": FINAL_ENDS, "confirmed": FINAL_ENDS}[final_is]
    if final_is == "to come":
        Phase.objects.filter(pk=final.pk).update(starts_at=AFTER + DAY)
    for score, person in enumerate(reversed(people)):
        Standing.objects.filter(phase=final, team__owner=person).update(
            best_private_score=score, private_key=score, private_submitted_at=AFTER
        )
    if final_is == "confirmed":
        Phase.objects.filter(pk=final.pk).update(confirmed_at=FINAL_ENDS)
    with freeze_time(at):
        won = {one["user"]["username"]: one for one in api.get("/api/ranking/").json()["results"]}
    gold, bronze = {"gold": 1, "silver": 0, "bronze": 0}, {"gold": 0, "silver": 0, "bronze": 1}
    both = {name: gold[name] + bronze[name] for name in gold}
    expected = (both, both) if final_is == "confirmed" else (gold, bronze)
    assert (won["alice"]["medals"], won["carol"]["medals"]) == expected
    assert {one["competitions"] for one in won.values()} == {1}
    old, new = (10, 0) if at == FINAL_ENDS else (0, 0)
    points = points_of(1, teams=3, members=1, days=old)
    if final_is == "confirmed":
        points += points_of(3, teams=3, members=1, days=new)
    assert won["alice"]["points"] == pytest.approx(points)


def test_results_add_up_and_teams_share(api, cup, people):
    second = CompetitionFactory(confirmed_at=ENDS)
    final_score(TeamFactory(competition=second, owner=people[2], members=[people[1]]), 0)
    final_score(TeamFactory(competition=second), 1)
    with freeze_time(AFTER):
        by_name = {one["user"]["username"]: one for one in api.get("/api/ranking/").json()["results"]}

    first = points_of(1, teams=2, members=2, days=0)
    assert by_name["carol"]["points"] == pytest.approx(first + points_of(3, teams=3, members=1, days=0))
    assert by_name["carol"]["medals"] == {"gold": 1, "silver": 0, "bronze": 1}
    assert by_name["bob"]["competitions"] == 2


def test_accounts_that_are_gone_stand_in_no_ranking(api, cup, people):
    people[0].is_active = False
    people[0].save()
    assert ranking(api) == [(1, "bob"), (2, "carol")]
    assert api.get("/api/users/alice/achievements/").status_code == 404
    assert api.get("/api/users/nobody%00/achievements/").status_code == 404


def test_the_ranking_costs_the_same_again(api, cup, django_assert_max_num_queries):
    ranking(api)
    with django_assert_max_num_queries(3):
        ranking(api)
    assert [one.rank for one in site_ranking(AFTER)] == [1, 2, 3]


def test_activity_tells_what_leaderboards_tell(api, people):
    cup, closed = CompetitionFactory(), CompetitionFactory(visibility="invitation")
    team = TeamFactory(competition=cup, owner=people[0])
    team.submits(0.5, at=NOON)
    team.submits(0.6, at=NOON + timedelta(hours=1))  # no better: nothing moves
    team.submits(0.4, at=NOON + DAY)
    TeamFactory(competition=closed, owner=people[0]).submits(0.5, at=NOON)
    with freeze_time(AFTER):
        told = api.get("/api/users/alice/achievements/").json()["activity"]
        api.force_authenticate(people[0])
        own = api.get("/api/users/alice/achievements/").json()["activity"]

    assert told == [{"day": "2026-06-05", "count": 1}, {"day": "2026-06-06", "count": 1}]
    assert own == [{"day": "2026-06-05", "count": 2}, {"day": "2026-06-06", "count": 1}]


@pytest.mark.parametrize(
    ("audience", "stranger", "rival", "own"),
    [("everybody", 1, 1, 1), ("participants", 0, 1, 1), ("own_row", 0, 0, 1), ("hosts", 0, 0, 0)],
)
def test_activity_is_for_those_who_see_the_row_on_the_leaderboard(api, people, audience, stranger, rival, own):
    cup = CompetitionFactory(board_audience=audience)
    TeamFactory(competition=cup, owner=people[0]).submits(0.5, at=NOON)
    TeamFactory(competition=cup, owner=people[1])
    told = []
    for who in (None, people[1], people[0]):
        api.force_authenticate(who)
        with freeze_time(NOON + DAY):
            told.append(len(api.get("/api/users/alice/achievements/").json()["activity"]))
    assert told == [stranger, rival, own]


def test_boards_tell_where_medals_end(api, cup):
    with freeze_time(AFTER):
        board = api.get("/api/competitions/cup/leaderboard/private/").json()
    assert board["zones"] == {"gold": 1, "silver": 2, "bronze": 3}
