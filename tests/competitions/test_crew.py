"""Organising together, and helping: who is asked, what each may do, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

from competitions.models import Competition, CrewInvitation, Helper, Hosting, LogKind
from discussions.models import Discussion
from tests.factories import NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.neighbour import ours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def sora():
    return UserFactory(username="sora")


@pytest.fixture
def cup(host):
    return CompetitionFactory(slug="cup", hosts=[host])


@pytest.fixture
def invite(client_of, host):
    def invite(role, name="sora", by=None, slug="cup"):
        body = {"username": name, "role": role}
        return client_of(by or host).post(f"/api/competitions/{slug}/crew-invitations/", body)

    return invite


@pytest.fixture
def answer(client_of):
    def answer(user, verb="accept"):
        return client_of(user).post(f"/api/crew-invitations/{CrewInvitation.objects.first().pk}/{verb}/")

    return answer


@pytest.fixture
def helper(cup, sora):
    Helper.objects.create(competition=cup, user=sora, since=NOON)
    return sora


def refusal(response):
    return response.status_code, response.json()["errors"][0]["code"]


def logged(cup):
    return list(cup.log.order_by("sequence").values_list("kind", "actor__username", "subject__username"))


@pytest.mark.parametrize(
    ("role", "kind"), [("host", LogKind.HOST_ADDED), ("helper", LogKind.HELPER_ADDED)], ids=["host", "helper"]
)
def test_a_role_begins_with_the_yes(client_of, cup, sora, invite, answer, role, kind):
    assert invite(role).status_code == 201
    assert client_of(sora).get("/api/competitions/cup/").json()["isHost"] is False
    assert not ours(Helper).exists()

    (mine,) = client_of(sora).get("/api/crew-invitations/").json()
    assert (mine["role"], mine["competition"]["slug"], mine["invitedBy"]["username"]) == (role, "cup", "host")
    assert answer(sora).json()["status"] == "accepted"

    told = client_of(sora).get("/api/competitions/cup/").json()
    assert (told["isHost"], told["isHelper"]) == (role == "host", role == "helper")
    assert logged(cup)[-1] == (kind, "host", "sora")
    assert client_of(sora).get("/api/crew-invitations/").json() == []


def test_a_no_changes_nothing(client_of, cup, sora, invite, answer):
    invite("host")
    assert answer(sora, "refuse").json()["status"] == "refused"
    assert client_of(sora).get("/api/competitions/cup/").json()["isHost"] is False
    assert refusal(answer(sora)) == (409, "not_pending")


def test_an_invitation_is_taken_back(client_of, cup, host, sora, invite, answer):
    made = invite("host").json()
    assert client_of(host).delete(f"/api/competitions/cup/crew-invitations/{made['id']}/").status_code == 204
    assert refusal(answer(sora)) == (409, "not_pending")
    assert client_of(host).get("/api/competitions/cup/crew-invitations/").json() == []


@pytest.mark.parametrize("verb", ["accept", "refuse"])
def test_the_invited_alone_answers(cup, host, sora, invite, answer, verb):
    invite("host")
    assert answer(host, verb).status_code == 404
    assert answer(UserFactory(), verb).status_code == 404


def test_an_invitation_of_one_competition_is_not_found_in_another(client_of, cup, sora, invite):
    other = UserFactory()
    CompetitionFactory(slug="other", hosts=[other])
    made = invite("host").json()
    assert client_of(other).delete(f"/api/competitions/other/crew-invitations/{made['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "prepare", "expected"),
    [
        ("nobody", None, (400, "no_such_user")),
        ("host", None, (409, "already_in_crew")),
        ("sora", "invited", (409, "already_invited")),
        ("sora", "participant", (409, "takes_part")),
    ],
)
@pytest.mark.parametrize("role", ["host", "helper"])
def test_who_is_not_asked(cup, sora, invite, role, name, prepare, expected):
    if prepare == "invited":
        invite("helper")
    if prepare == "participant":
        TeamFactory(competition=cup, owner=sora)
        expected = (409, f"{role}_takes_part")
    assert refusal(invite(role, name)) == expected


@pytest.mark.parametrize("role", ["host", "helper"])
def test_who_entered_after_being_asked_gets_no_role(cup, sora, invite, answer, role):
    invite(role)
    TeamFactory(competition=cup, owner=sora)
    assert refusal(answer(sora)) == (409, f"{role}_takes_part")
    assert not cup.hosts.filter(pk=sora.pk).exists()


@freeze_time(NOON)
def test_a_helper_does_not_take_part(client_of, cup, helper):
    told = client_of(helper).get("/api/competitions/cup/").json()
    assert told["canEnter"] is False
    assert refusal(client_of(helper).post("/api/competitions/cup/enter/", {"acceptRules": True})) == (
        409,
        "helper_takes_part",
    )


@freeze_time(NOON)
def test_nor_by_an_invitation_into_a_team(client_of, cup, helper):
    team = TeamFactory(competition=cup)
    made = client_of(team.owner).post(f"/api/teams/{team.pk}/invitations/", {"username": "sora"}).json()
    answer = client_of(helper).post(f"/api/invitations/{made['id']}/accept/", {"acceptRules": True})
    assert refusal(answer) == (409, "helper_takes_part")


def test_a_helper_who_organises_helps_no_more(client_of, cup, helper, invite, answer):
    assert invite("host").status_code == 201
    answer(helper)
    assert not Helper.objects.filter(competition=cup).exists()
    assert [kind for kind, *_ in logged(cup)][-2:] == [LogKind.HELPER_REMOVED, LogKind.HOST_ADDED]


# --- what a helper may do, and what not -------------------------------------------------------------------------------
def test_a_helper_is_let_into_a_closed_room(client_of, cup, helper):
    Competition.objects.filter(pk=cup.pk).update(visibility="invitation", invitation_code="a long code")
    assert client_of(helper).get("/api/competitions/cup/leaderboard/public/").status_code == 200
    assert "cup" in [row["slug"] for row in client_of(helper).get("/api/competitions/").json()["results"]]
    assert client_of(UserFactory()).get("/api/competitions/cup/leaderboard/public/").status_code == 403


def test_a_helper_sees_no_draft(client_of, cup, helper):
    Competition.objects.filter(pk=cup.pk).update(is_published=False)
    assert client_of(helper).get("/api/competitions/cup/").status_code == 404


def test_a_helper_looks_after_the_talk_and_announces_nothing(client_of, cup, helper):
    team = TeamFactory(competition=cup)
    post = client_of(team.owner).post("/api/discussions/", {"competition": "cup", "title": "Hi", "body": "All."}).json()
    assert client_of(helper).post(f"/api/discussions/{post['id']}/hide/", {"reason": "off topic"}).status_code == 200
    assert Discussion.objects.get(pk=post["id"]).is_hidden
    assert client_of(helper).post(f"/api/discussions/{post['id']}/unhide/").status_code == 200
    assert client_of(helper).get("/api/reports/?competition=cup").status_code == 200
    assert refusal(client_of(helper).post(f"/api/discussions/{post['id']}/announce/")) == (403, "not_a_host")
    whole = {"competition": "cup", "title": "All", "body": "Hear.", "isAnnouncement": True}
    assert refusal(client_of(helper).post("/api/discussions/", whole)) == (403, "not_a_host")


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "solution/"),
        ("get", "readiness/"),
        ("get", "activity/"),
        ("get", "bundle/"),
        ("get", "workbench/"),
        ("get", "own-metrics/"),
        ("get", "integrity/"),
        ("get", "private-leaderboard/preview/"),
        ("get", "trials/"),
        ("get", "crew/"),
        ("get", "crew-invitations/"),
        ("patch", ""),
        ("post", "scoring-runs/"),
        ("post", "private-leaderboard/confirm/"),
        ("post", "crew-invitations/"),
        ("delete", "crew/host/"),
    ],
)
def test_what_is_the_organisers_is_not_the_helpers(client_of, cup, helper, method, address):
    give_solution(cup, "id,label,Usage\n1,0,Public\n2,1,Private\n", at=STARTS)
    with freeze_time(NOON + timedelta(days=60)):
        stranger = getattr(client_of(UserFactory()), method)(f"/api/competitions/cup/{address}").status_code
        assert getattr(client_of(helper), method)(f"/api/competitions/cup/{address}").status_code == stranger


# --- how it ends ------------------------------------------------------------------------------------------------------
def test_a_role_is_taken_away_and_told(client_of, cup, host, helper):
    assert client_of(host).delete("/api/competitions/cup/crew/sora/").status_code == 204
    assert logged(cup)[-1] == (LogKind.HELPER_REMOVED, "host", "sora")
    assert refusal(client_of(host).delete("/api/competitions/cup/crew/sora/")) == (400, "no_such_user")


def test_everybody_gives_up_their_own_role(client_of, cup, helper):
    assert client_of(helper).delete("/api/competitions/cup/crew/SORA/").status_code == 204
    assert not cup.helpers.exists()


def test_one_organiser_stays(client_of, cup, host, sora, invite, answer):
    assert refusal(client_of(host).delete("/api/competitions/cup/crew/host/")) == (409, "last_organiser")
    invite("host")
    answer(sora)
    assert client_of(host).delete("/api/competitions/cup/crew/host/").status_code == 204
    # That they did stays a fact: a team of theirs is out of competition for good.
    assert Hosting.objects.filter(competition=cup, user=host).exists()


def test_organisers_see_everybody(client_of, cup, host, helper):
    rows = client_of(host).get("/api/competitions/cup/crew/").json()
    assert [(row["user"]["username"], row["role"]) for row in rows] == [("host", "host"), ("sora", "helper")]


def test_who_deletes_their_account_helps_no_more(client_of, cup, helper, invite):
    CompetitionFactory(slug="next", hosts=[UserFactory(username="second")])
    CrewInvitation.objects.create(
        competition=Competition.objects.get(slug="next"), user=helper, role="host", created_at=NOON
    )
    helper.set_password("a good password")
    helper.save()
    assert client_of(helper).post("/api/me/delete/", {"password": "a good password"}).status_code == 204
    assert not ours(Helper).exists()
    assert not CrewInvitation.objects.pending().exists()
