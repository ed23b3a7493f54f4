"""The public leaderboard: ranks, ties, pages, one's own row, search, 304, history, CSV."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from competitions.leaderboards.queries import PRIVATE, Leaderboard, first_rows, updated_at
from competitions.leaderboards.standings import count_submission, record_public_score, uncount_submission
from competitions.models import Competition, Membership, RankInterval, Standing, Team
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, standing_of
from tests.neighbour import ours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]

DIRECTIONS = pytest.mark.parametrize("metric", ["rmse", "auc"])


def scores(team: Team, score: float, *, at=NOON):
    count_submission(team=team, phase=team.competition.phase, at=at)
    return record_public_score(team=team, phase=team.competition.phase, score=score, at=at)


def board(client, competition: Competition, path: str = "public/", status: int = 200, **params):
    answer = client.get(f"/api/competitions/{competition.slug}/leaderboard/{path}", params)
    assert answer.status_code == status, answer.content
    return answer.json()


def ranking(body) -> list[tuple[int | None, str]]:
    return [(row["rank"], row["team"]["name"]) for row in body["results"]]


def teams_of(competition: Competition, *names: str) -> list[Team]:
    return [TeamFactory(competition=competition, name=name) for name in names]


def test_teams_without_a_score_have_no_rank_and_stand_last(client_of):
    competition = CompetitionFactory()
    idle, refused, scored = teams_of(competition, "idle", "refused", "scored")
    count_submission(team=refused, phase=refused.competition.phase, at=NOON)
    uncount_submission(team=refused, phase=refused.competition.phase, at=NOON)
    scores(scored, 3.0)
    body = board(client_of(), competition)
    assert ranking(body) == [(1, "scored"), (None, "idle"), (None, "refused")]
    assert body["results"][1] == {
        "rank": None,
        "team": {"id": idle.pk, "name": "idle"},
        "members": [{"username": idle.owner.username, "name": idle.owner.username, "avatar": None}],
        "score": None,
        "numbers": [],
        "submissions": 0,
        "lastSubmittedAt": None,
        "bestSubmittedAt": None,
        "isMine": False,
        "outOfCompetition": False,
        "disqualified": False,
        "brackets": [],
    }
    assert body["count"] == 3
    assert body["state"] == "running"


def test_a_row_tells_the_best_score_and_the_times_of_the_best_and_the_last_submission(client_of):
    competition = CompetitionFactory()
    (team,) = teams_of(competition, "a")
    scores(team, 0.5, at=NOON)
    scores(team, 0.7, at=NOON + timedelta(hours=1))
    (row,) = board(client_of(), competition)["results"]
    assert (row["score"], row["submissions"]) == (0.5, 2)
    assert row["bestSubmittedAt"] == "2026-06-05T12:00:00Z"
    assert row["lastSubmittedAt"] == "2026-06-05T13:00:00Z"


def test_pages_continue_the_ranks_and_bring_ones_own_row_along(client_of):
    competition = CompetitionFactory()
    teams = teams_of(competition, *"abcdef")
    for number, team in enumerate(teams[:5]):
        scores(team, float(number))
    mine = client_of(teams[4].owner)
    body = board(mine, competition, page=2, pageSize=2)
    assert ranking(body) == [(3, "c"), (4, "d")]
    assert (body["me"]["rank"], body["me"]["team"]["name"], body["me"]["isMine"]) == (5, "e", True)
    assert "page=1" in (body["previous"] + "&page=1")
    last = board(mine, competition, page=3, pageSize=2)
    assert ranking(last) == [(5, "e"), (None, "f")]
    assert [row["isMine"] for row in last["results"]] == [True, False]
    assert last["next"] is None
    assert board(client_of(), competition)["me"] is None
    assert board(client_of(UserFactory()), competition)["me"] is None


@pytest.mark.parametrize("params", [{"page": 99}, {"page": 0}, {"page": "x"}, {"page": "9" * 40}])
def test_a_page_that_is_not_there_is_not_found(client_of, params):
    board(client_of(), CompetitionFactory(), status=404, **params)


@pytest.mark.parametrize("search", ["a\x00b", "x" * 81])
def test_a_search_that_can_not_be_is_refused(client_of, search):
    body = board(client_of(), CompetitionFactory(), status=400, search=search)
    assert body["errors"][0]["attr"] == "search"


def test_a_search_finds_teams_and_members_and_keeps_their_ranks(client_of):
    competition = CompetitionFactory()
    alice = UserFactory(username="alice", display_name="Alice of the North")
    a, b, c = (
        TeamFactory(competition=competition, name="whirl one"),
        TeamFactory(competition=competition, name="other", owner=alice),
        TeamFactory(competition=competition, name="Whirl two"),
    )
    scores(b, 1.0)
    scores(c, 2.0)
    assert ranking(board(client_of(), competition, search="whirl")) == [(2, "Whirl two"), (None, "whirl one")]
    assert ranking(board(client_of(), competition, search="north")) == [(1, "other")]
    assert ranking(board(client_of(), competition, search="ALICE")) == [(1, "other")]
    found = board(client_of(a.owner), competition, search="nobody at all")
    assert (found["count"], found["results"], found["me"]["team"]["name"]) == (0, [], "whirl one")


def test_a_search_ranks_many_hits_among_ties_rightly(client_of):
    competition = CompetitionFactory()
    teams = [
        TeamFactory(competition=competition, name=f"{'hit' if number % 3 else 'other'} {number}")
        for number in range(14)
    ]
    for number, team in enumerate(teams[:12]):
        scores(team, [0.5, 0.25, 0.5][number % 3], at=NOON + timedelta(minutes=number % 2))
    whole = [row for row in ranking(board(client_of(), competition)) if row[1].startswith("hit")]
    assert ranking(board(client_of(), competition, search="hit")) == whole
    assert len({rank for rank, _name in whole if rank is not None}) == 8


def test_a_page_deep_down_is_as_right_as_the_first(client_of, monkeypatch):
    monkeypatch.setattr("competitions.leaderboards.queries.WORTH_KEEPING", 2)
    competition = CompetitionFactory()
    teams = teams_of(competition, *"fedcba")
    for number, team in enumerate(reversed(teams[1:])):
        scores(team, float(number))
    assert ranking(board(client_of(), competition, page=2, pageSize=3)) == [(4, "d"), (5, "e"), (None, "f")]
    assert ranking(board(client_of(), competition, page=3, pageSize=2)) == [(5, "e"), (None, "f")]


def test_merged_and_disbanded_teams_do_not_rank(client_of):
    competition = CompetitionFactory()
    gone, here = teams_of(competition, "gone", "here")
    scores(gone, 0.1)
    scores(here, 0.2)
    Standing.objects.filter(team=gone).update(is_ranked=False)
    assert ranking(board(client_of(), competition)) == [(1, "here")]


def test_a_closed_room_shows_its_leaderboard_to_its_people_only(client_of):
    competition = CompetitionFactory(visibility=Competition.Visibility.INVITATION)
    (team,) = teams_of(competition, "a")
    for path in ("public/", "public/csv/", "history/"):
        assert board(client_of(), competition, path, status=403)["errors"][0]["code"] == "not_entered"
        assert client_of(team.owner).get(f"/api/competitions/{competition.slug}/leaderboard/{path}").status_code == 200


@pytest.mark.parametrize("teams", [3, 30])
def test_a_page_costs_the_same_number_of_queries_whatever_the_number_of_teams(client_of, teams):
    competition = CompetitionFactory()
    rows = [TeamFactory(competition=competition, members=[UserFactory()]) for _ in range(teams)]
    for number, team in enumerate(rows[:-1]):
        scores(team, float(number))
    client = client_of(rows[-1].owner)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        board(client, competition, pageSize=2)
    assert len(queries) == 11
    assert not any("submissions_submission" in query["sql"] for query in queries)


# --- polling ------------------------------------------------------------------------------------------------------------
def test_an_unchanged_poll_is_a_304_that_reads_neither_standings_nor_submissions(client_of):
    competition = CompetitionFactory()
    (team,) = teams_of(competition, "a")
    scores(team, 0.5)
    client, url = client_of(team.owner), f"/api/competitions/{competition.slug}/leaderboard/public/"
    seen = client.get(url)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url, HTTP_IF_NONE_MATCH=seen)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", seen)
    assert len(queries) == 2
    assert not any("standing" in query["sql"] or "submissions_" in query["sql"] for query in queries)


def test_whatever_changes_the_leaderboard_changes_its_etag(client_of):
    competition = CompetitionFactory()
    a, b = teams_of(competition, "a", "b")
    url = f"/api/competitions/{competition.slug}/leaderboard/public/"

    def tag(user=None, **params):
        return client_of(user).get(url, params)["ETag"]

    before = tag()
    assert tag() == before
    assert tag(a.owner) != before
    assert tag(a.owner) != tag(b.owner)
    assert tag(page=1, pageSize=1) != before
    assert client_of().get(url, HTTP_ACCEPT_LANGUAGE="ja")["ETag"] != before
    scores(a, 0.5)
    after = tag()
    assert after != before
    scores(b, 0.7)
    assert tag() != after
    with freeze_time(AFTER):
        assert tag() != after


def test_a_new_name_of_a_member_changes_the_etag_and_a_sign_in_does_not(client_of):
    competition = CompetitionFactory()
    (team,) = teams_of(competition, "a")
    url = f"/api/competitions/{competition.slug}/leaderboard/public/"
    before = client_of().get(url)["ETag"]
    team.owner.last_login = NOON
    team.owner.save(update_fields=["last_login"])
    assert client_of().get(url)["ETag"] == before
    team.owner.display_name = "Somebody else"
    team.owner.save()
    assert client_of().get(url)["ETag"] != before


def test_large_leaderboards_keep_sizes_and_ranks_while_their_version_stands(client_of, monkeypatch):
    monkeypatch.setattr("competitions.leaderboards.queries.WORTH_KEEPING", 2)
    competition = CompetitionFactory()
    teams = teams_of(competition, *"abc")
    for number, team in enumerate(teams):
        scores(team, float(number))
    client = client_of(teams[2].owner)
    assert board(client, competition, pageSize=1)["me"]["rank"] == 3
    with CaptureQueriesContext(connection) as queries:
        assert board(client, competition, pageSize=1)["me"]["rank"] == 3
    assert not any("COUNT" in query["sql"] for query in queries)
    scores(teams[2], -1.0)
    body = board(client, competition, pageSize=1)
    assert (body["me"]["rank"], body["count"]) == (1, 3)
    TeamFactory(competition=competition)
    Competition.objects.filter(pk=competition.pk).update(leaderboard_version=99)
    assert board(client, competition)["count"] == 4


# --- for other rooms ----------------------------------------------------------------------------------------------------
def test_first_rows_gives_the_best_teams():
    competition = CompetitionFactory()
    a, b = teams_of(competition, "a", "b")
    scores(b, 0.5)
    rows = first_rows(Leaderboard(competition.phase), limit=1)
    assert [(row.rank, row.team.name, row.score) for row in rows] == [(1, "b", 0.5)]
    assert [row.rank for row in first_rows(Leaderboard(competition.phase), limit=5)] == [1, None]
    assert rows[0].members == [b.owner]
    assert a.name == "a"


def test_when_a_score_last_became_better_is_told_of_each_competition_by_itself(busy_neighbour):
    assert updated_at(busy_neighbour.phase) is not None
    competition = CompetitionFactory()
    (team,) = teams_of(competition, "a")
    assert updated_at(competition.phase) is None
    scores(team, 0.5, at=STARTS)
    scores(team, 0.7)
    assert updated_at(competition.phase) == STARTS


def test_members_are_read_of_the_teams_on_the_page_and_no_others():
    a, _b = teams_of(CompetitionFactory(), "a", "b")
    with CaptureQueriesContext(connection) as queries:
        first_rows(Leaderboard(a.competition.phase), limit=1)
    (members,) = [query["sql"] for query in queries if 'FROM "competitions_membership"' in query["sql"]]
    assert f'"team_id" IN ({a.pk})' in members


def test_standings_can_be_read_with_their_public_rank():
    competition = CompetitionFactory()
    teams = teams_of(competition, *"abcd")
    for team, score in zip(teams, [0.5, 0.25, 0.5], strict=False):
        scores(team, score)
    Standing.objects.filter(team=teams[1]).update(is_ranked=False)
    ranks = (
        Standing.objects.filter(competition=competition)
        .with_public_rank(seen_by=AnonymousUser())
        .order_by("team_id")
        .values_list("public_rank", flat=True)
    )
    assert list(ranks) == [1, None, 2, None]


# --- history ------------------------------------------------------------------------------------------------------------
@DIRECTIONS
def test_history_tells_when_scores_became_better(client_of, metric):
    competition = CompetitionFactory(metric=metric)
    sign = -1 if metric == "rmse" else 1
    a, b, idle = teams_of(competition, "a", "b", "idle")
    for hour, score in [(0, 0.1), (1, 0.05), (2, 0.3)]:
        scores(a, 1 + sign * score, at=NOON + timedelta(hours=hour))
    scores(b, 1 + sign * 0.2, at=NOON)
    body = board(client_of(b.owner), competition, "history/")
    assert body["teams"] == [
        {"id": a.pk, "name": "a", "isMine": False},
        {"id": b.pk, "name": "b", "isMine": True},
    ]
    assert body["points"] == {
        str(a.pk): [["2026-06-05T12:00:00Z", 1 + sign * 0.1], ["2026-06-05T14:00:00Z", 1 + sign * 0.3]],
        str(b.pk): [["2026-06-05T12:00:00Z", 1 + sign * 0.2]],
    }
    assert (body["start"], body["end"]) == ("2026-06-01T00:00:00Z", "2026-06-11T00:00:00Z")
    assert idle.pk not in body["points"]


def test_history_of_the_best_the_ones_asked_for_and_ones_own(client_of):
    competition = CompetitionFactory()
    teams = teams_of(competition, *"abcde")
    for number, team in enumerate(teams):
        scores(team, float(number))
    body = board(client_of(teams[4].owner), competition, "history/", top=1, team=f"{teams[2].pk},{10**15}")
    assert [team["name"] for team in body["teams"]] == ["a", "c", "e"]
    (other,) = teams_of(CompetitionFactory(), "elsewhere")
    scores(other, 0.0)
    assert len(board(client_of(), competition, "history/", top=0, team=other.pk)["teams"]) == 0


@pytest.mark.parametrize("params", [{"top": 101}, {"top": "x"}, {"team": "1;2"}, {"team": "9" * 30}, {"team": "²"}])
def test_history_refuses_nonsense(client_of, params):
    board(client_of(), CompetitionFactory(), "history/", status=400, **params)


def test_history_answers_304_while_nothing_changed(client_of):
    competition = CompetitionFactory()
    (team,) = teams_of(competition, "a")
    scores(team, 0.5)
    url = f"/api/competitions/{competition.slug}/leaderboard/history/"
    seen = client_of().get(url)["ETag"]
    assert client_of().get(url, HTTP_IF_NONE_MATCH=seen).status_code == 304
    scores(team, 0.4)
    assert client_of().get(url, HTTP_IF_NONE_MATCH=seen).status_code == 200


# --- CSV ----------------------------------------------------------------------------------------------------------------
def lines(client, competition, path="public/csv/"):
    answer = client.get(f"/api/competitions/{competition.slug}/leaderboard/{path}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_csv_holds_every_team_with_every_digit(client_of):
    competition = CompetitionFactory(confirmed_at=ENDS)
    a, b = teams_of(competition, '渦 the first, "really"', "b")
    scores(a, 0.1 + 0.2)
    header, first, second = lines(client_of(), competition)
    assert header[:4] == ["rank", "team", "members", "score"]
    assert header[-3:] == ["out_of_competition", "disqualified", "baseline"]
    assert first[:5] == ["1", '渦 the first, "really"', a.owner.username, "0.30000000000000004", "1"]
    assert first[5:] == ["2026-06-05T12:00:00Z", "2026-06-05T12:00:00Z", "", "", ""]
    assert second == ["", "b", b.owner.username, "", "0", "", "", "", "", ""]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_no_name_is_a_formula_to_a_spreadsheet(client_of, name):
    competition = CompetitionFactory()
    teams_of(competition, name)
    _header, row = lines(client_of(), competition)
    assert row[1] == "'" + name


def test_a_negative_score_stays_a_number(client_of):
    competition = CompetitionFactory(metric="r2")
    (team,) = teams_of(competition, "a")
    scores(team, -2.5)
    assert lines(client_of(), competition)[1][3] == "-2.5"


# --- the private one ----------------------------------------------------------------------------------------------------
PRIVATE_PATHS = ["private/", "private/csv/"]


@pytest.mark.parametrize("path", PRIVATE_PATHS)
@pytest.mark.parametrize("role", ["nobody", "outsider", "member", "host", "superuser"])
@pytest.mark.parametrize("moment", [NOON, ENDS - timedelta(seconds=1), AFTER])
def test_the_private_leaderboard_is_closed_for_every_role_until_end_and_confirmation(client_of, role, moment, path):
    host = UserFactory()
    competition = CompetitionFactory(hosts=[host])
    (team,) = teams_of(competition, "a")
    user = {
        "nobody": None,
        "outsider": UserFactory(),
        "member": team.owner,
        "host": host,
        "superuser": UserFactory(is_superuser=True, is_staff=True),
    }[role]
    Standing.objects.filter(team=team).update(best_private_score=0.125, private_key=0.125, private_submitted_at=NOON)
    with freeze_time(moment):
        answer = client_of(user).get(f"/api/competitions/{competition.slug}/leaderboard/{path}")
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "private_leaderboard_closed"
    assert "ETag" not in answer
    assert b"0.125" not in answer.content


def test_a_confirmation_before_the_end_would_open_nothing(client_of):
    """The database refuses it; were it there, the clock would still keep the board closed."""
    competition = CompetitionFactory()
    competition.phase.confirmed_at = STARTS
    assert not competition.phase.is_confirmed(NOON)


@DIRECTIONS
def test_the_private_leaderboard_ranks_by_private_scores_and_tells_the_shake_up(client_of, metric):
    competition = CompetitionFactory(metric=metric, confirmed_at=AFTER)
    sign = 1 if metric == "rmse" else -1
    a, b, c, idle = teams_of(competition, "a", "b", "c", "idle")
    for rank, (team, private) in enumerate([(a, 3.0), (b, 1.0), (c, None)], start=1):
        Standing.objects.filter(team=team).update(
            best_public_score=sign * rank,
            public_key=rank,
            best_submitted_at=NOON,
            best_private_score=None if private is None else sign * private,
            private_key=private,
            private_submitted_at=None if private is None else NOON,
            final_public_rank=rank,
        )
    with freeze_time(AFTER):
        body = board(client_of(a.owner), competition, "private/")
        assert ranking(body) == [(1, "b"), (2, "a"), (None, "c"), (None, "idle")]
        assert [(row["publicRank"], row["change"]) for row in body["results"]] == [
            (2, 1),
            (1, -1),
            (3, None),
            (None, None),
        ]
        assert body["results"][0]["score"] == sign * 1.0
        assert (body["me"]["rank"], body["me"]["change"]) == (2, -1)
        assert body["state"] == "confirmed"
        found = board(client_of(), competition, "private/", search="a")
        assert ranking(found)[0] == (2, "a")
        header, first, *_rest = lines(client_of(), competition, "private/csv/")
        assert header[-5:] == ["public_rank", "change", "rank_low", "rank_high", "above_next"]
        assert [first[0], first[1], *first[-5:]] == ["1", "b", "2", "1", "", "", ""]
    assert standing_of(idle).final_public_rank is None
    assert ours(Membership).count() == 4


def test_intervals_stand_beside_the_ranks_of_their_teams_and_of_no_others():
    competition = CompetitionFactory(confirmed_at=AFTER)
    sure, excluded = teams_of(competition, "sure", "excluded")
    Standing.objects.filter(team__in=[sure, excluded]).update(
        best_private_score=0.5, private_key=0.5, private_submitted_at=NOON
    )
    Team.objects.filter(pk=excluded.pk).update(disqualified_at=NOON)
    Standing.objects.filter(team=excluded).update(is_ranked=False)
    for team in (sure, excluded):
        RankInterval.objects.create(competition=competition, phase=competition.phase, team=team, low=1, high=2)
    rows = Leaderboard(competition.phase, PRIVATE).rows(0, 10)
    assert [(row.team.name, row.interval and row.interval.high) for row in rows] == [("sure", 2), ("excluded", None)]
