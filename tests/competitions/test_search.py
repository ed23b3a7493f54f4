"""Finding teams by their names: what is the same name, and that the texts looked through follow every change."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import delete_account
from competitions.leaderboards.queries import Leaderboard
from competitions.models import SearchName, Team
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation, invite
from competitions.teams.members import leave, remove_member, rename_team
from competitions.teams.merges import accept_merge, request_merge
from competitions.teams.searching import derived_names
from foundation.folding import fold
from tests.factories import NOON, CompetitionFactory, SubmissionFactory, TeamFactory, UserFactory, standing_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup():
    return CompetitionFactory(max_team_size=3)


@pytest.fixture
def alice():
    return UserFactory(username="alice", display_name="Alice of the North")


@pytest.fixture
def bob():
    return UserFactory(username="bob")


@pytest.fixture
def team(cup, alice, bob):
    return TeamFactory(competition=cup, name="Whales", owner=alice, members=[bob])


def found(cup, words: str) -> list[str]:
    board = Leaderboard(cup.phase, search=words)
    rows = [row.team.name for row in board[0:50]]
    assert board.count() == len(rows)
    return rows


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("渦巻き", "渦"),
        ("渦巻き", "巻き"),
        ("渦巻き", "き"),
        ("ﾁｰﾑ渦", "チーム"),
        ("チームA", "ﾁｰﾑａ"),
        ("ｶﾞﾁ勢", "ガ"),
        ("Ｗｈｉｒｌ", "whirl"),
        ("whirl", "ＨＩＲ"),
        ("ÉCOLE", "école"),
        ("Straße", "STRASSE"),
        ("Ströme", "stro\u0308me"),
        ("two words", "two  words"),
        ("two words", "two\u3000words"),
        ("ﬁne", "FINE"),
        ("50%_\\", "%_\\"),
        ('"quoted"', '"q'),
        ("🌀", "🌀"),
    ],
)
def test_one_name_in_two_writings(cup, name, words):
    TeamFactory(competition=cup, name=name)
    TeamFactory(competition=cup, name="nothing of the kind")
    assert found(cup, words) == [name]


@pytest.mark.parametrize("words", ["hal w", "s a", "whalesalice", "wh%s", "wh_les", "whales\nalice", "ケ", "巻渦"])
def test_what_is_in_no_single_name_is_not_found(cup, team, words):
    TeamFactory(competition=cup, name="渦巻き")
    assert found(cup, words) == []


def test_teams_of_other_competitions_are_not_found(cup, team):
    TeamFactory(name="Whales too")
    assert found(cup, "whales") == ["Whales"]


# --- texts follow the names ---------------------------------------------------------------------------------------------
def entered(cup, team):
    enter(competition=cup, user=UserFactory(username="carol"), at=NOON)
    return {"carol": ["carol"]}


def renamed(cup, team):
    rename_team(team=team, name="Krakens", by=team.owner)
    return {"krakens": ["Krakens"], "whales": []}


def renamed_person(cup, team):
    team.owner.display_name = "Alice of the South"
    team.owner.save()
    return {"south": ["Whales"], "north": []}


def left(cup, team):
    leave(team=team, user=team.memberships.get(user__username="bob").user, at=NOON)
    return {"bob": [], "alice": ["Whales"]}


def removed_and_back(cup, team):
    remove_member(team=team, username="bob", by=team.owner, at=NOON)
    assert found(cup, "bob") == []
    bob = User.objects.get(username="bob")
    accept_invitation(invitation=invite(team=team, username="bob", by=team.owner, at=NOON), user=bob, at=NOON)
    return {"bob": ["Whales"]}


def joined_from_a_team_of_one(cup, team):
    dora = UserFactory(username="dora")
    enter(competition=cup, user=dora, at=NOON)
    accept_invitation(invitation=invite(team=team, username="dora", by=team.owner, at=NOON), user=dora, at=NOON)
    return {"dora": ["Whales"]}


def disbanded_and_back(cup, team):
    ed = UserFactory(username="ed")
    alone = enter(competition=cup, user=ed, at=NOON)
    rename_team(team=alone, name="Solo", by=ed)
    SubmissionFactory(team=alone, user=ed, created_at=NOON)
    leave(team=alone, user=ed, at=NOON)
    assert found(cup, "solo") == []
    enter(competition=cup, user=ed, at=NOON)
    assert Team.objects.get(memberships__user=ed) == alone
    return {"ed": ["Solo"]}


def merged(cup, team):
    fay = UserFactory(username="fay")
    other = TeamFactory(competition=cup, name="Minnows", owner=fay)
    request = request_merge(from_team=other, to_team_id=team.pk, by=fay, at=NOON)
    accept_merge(merge_request=request, by=team.owner, at=NOON)
    return {"fay": ["Whales"], "minnows": []}


def account_deleted(cup, team):
    delete_account(user=team.owner, at=NOON)
    return {"north": [], "deleted-": [], "whales": ["Whales"]}


@pytest.mark.parametrize(
    "change",
    [
        *(entered, renamed, renamed_person, left, removed_and_back, joined_from_a_team_of_one, disbanded_and_back),
        *(merged, account_deleted),
    ],
)
def test_what_is_looked_through_follows_every_change(cup, team, change):
    for words, names in change(cup, team).items():
        assert found(cup, words) == names
    derived = {one.team_id: one.text for one in derived_names(Team.objects.values_list("pk", flat=True))}
    assert dict(SearchName.objects.values_list("team_id", "text")) == derived


def test_teams_from_before_are_found_after_the_migration(cup, team):
    TeamFactory(competition=cup, name="ﾁｰﾑ渦")
    before = dict(SearchName.objects.values_list("team_id", "text"))
    SearchName.objects.all().delete()
    assert found(cup, "whales") == []
    import_module("competitions.migrations.0007_fill_search_names").fill(apps, SimpleNamespace(connection=connection))
    assert dict(SearchName.objects.values_list("team_id", "text")) == before


# --- cost -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("hits", [2, 20])
@pytest.mark.parametrize("few", [1, 50])
def test_a_search_costs_the_same_number_of_queries_whatever_it_finds(client_of, monkeypatch, cup, hits, few):
    monkeypatch.setattr("competitions.leaderboards.queries.FEW_HITS", few)
    for number in range(hits):
        team = TeamFactory(competition=cup, name=f"hit {number}")
        standing = standing_of(team)
        standing.public_key = standing.best_public_score = number
        standing.best_submitted_at = NOON
        standing.save()
    with CaptureQueriesContext(connection) as queries:
        body = client_of().get(f"/api/competitions/{cup.slug}/leaderboard/public/?search=HIT").json()
    assert [row["rank"] for row in body["results"]] == list(range(1, hits + 1))
    assert len(queries) == 12


def test_folding_twice_changes_nothing():
    for text in ["ǅ ÀÉ ß İ ﬃ", "ｶﾞ㌔ ℌ", " a\u00a0 b\n"]:
        assert fold(fold(text)) == fold(text)
