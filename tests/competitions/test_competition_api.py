"""The list of competitions, one of them, and changing it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from freezegun import freeze_time
from PIL import Image

from competitions.models import Competition, Page, Standing, State
from tests.factories import (
    AFTER,
    ENDS,
    NOON,
    STARTS,
    CompetitionFactory,
    TeamFactory,
    UserFactory,
    give_solution,
    submits,
)

pytestmark = pytest.mark.django_db


def slugs(answer):
    assert answer.status_code == 200, answer.json()
    return [item["slug"] for item in answer.json()["results"]]


def get(client, competition):
    return client.get(f"/api/competitions/{competition.slug}/")


def patch(client, competition, **body):
    return client.patch(f"/api/competitions/{competition.slug}/", body)


def code_of(answer):
    return answer.json()["errors"][0]["code"]


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_shows_public_competitions_and_ones_own(client_of):
    alice = UserFactory()
    CompetitionFactory(slug="public")
    CompetitionFactory(slug="unlisted", visibility="unlisted")
    CompetitionFactory(slug="draft", is_published=False)
    hosted = CompetitionFactory(slug="hosted", is_published=False)
    hosted.hosts.add(alice)
    TeamFactory(competition=CompetitionFactory(slug="closed", visibility="invitation"), owner=alice)

    assert set(slugs(client_of().get("/api/competitions/"))) == {"public"}
    assert set(slugs(client_of(alice).get("/api/competitions/"))) == {"public", "hosted", "closed"}
    assert slugs(client_of(alice).get("/api/competitions/?mine=hosted")) == ["hosted"]
    assert slugs(client_of(alice).get("/api/competitions/?mine=entered")) == ["closed"]
    assert slugs(client_of().get("/api/competitions/?mine=entered")) == []


def test_an_item_tells_what_a_card_shows(client_of):
    alice = UserFactory()
    cup = CompetitionFactory(title="Cup", emoji="🌀", metric="auc")
    TeamFactory(competition=cup, owner=alice, members=[UserFactory()])

    item = client_of(alice).get("/api/competitions/").json()["results"][0]

    assert item["teamCount"] == 1
    assert item["participantCount"] == 2
    assert item["isEntered"]
    assert not item["isHost"]
    assert item["state"] == "running"
    assert item["startsAt"] == "2026-06-01T00:00:00Z"
    assert (item["metric"]["name"], item["metric"]["direction"]) == ("auc", "larger_is_better")


@pytest.mark.parametrize("state", ["upcoming", "running", "finished", "confirmed"])
def test_filtered_by_state(client_of, state):
    CompetitionFactory(slug="upcoming", starts_at=ENDS, ends_at=ENDS + timedelta(days=1))
    CompetitionFactory(slug="running")
    CompetitionFactory(slug="finished", ends_at=NOON)
    CompetitionFactory(slug="confirmed", ends_at=NOON, confirmed_at=NOON)
    answer = client_of().get(f"/api/competitions/?state={state}")
    assert slugs(answer) == [state]
    assert answer.json()["results"][0]["state"] == state


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (STARTS - timedelta(microseconds=1), "upcoming"),
        (STARTS, "running"),
        (ENDS - timedelta(microseconds=1), "running"),
        (ENDS, "finished"),
    ],
)
def test_the_state_changes_at_the_moment_itself(client_of, at, state):
    """What the clock says of one competition and what the filter finds are the same, to the microsecond."""
    cup = CompetitionFactory()
    with freeze_time(at):
        assert get(client_of(), cup).json()["state"] == state
        found = [each for each in State.values if slugs(client_of().get(f"/api/competitions/?state={each}"))]
    assert found == [state]


def test_searched_by_words(client_of):
    CompetitionFactory(slug="whales", title="Whales of the sea", summary="Count them")
    CompetitionFactory(slug="trees", title="Trees")
    assert slugs(client_of().get("/api/competitions/?search=count sea")) == ["whales"]
    assert slugs(client_of().get("/api/competitions/?search=TREE")) == ["trees"]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [("title", ["a", "b"]), ("-title", ["b", "a"]), ("-endsAt", ["a", "b"]), ("teamCount", ["a", "b"])],
)
def test_ordered(client_of, ordering, expected):
    CompetitionFactory(slug="a", title="A", ends_at=ENDS + timedelta(days=1))
    TeamFactory(competition=CompetitionFactory(slug="b", title="B"))
    assert slugs(client_of().get(f"/api/competitions/?ordering={ordering}")) == expected


@pytest.mark.parametrize("query", ["state=nope", "mine=all", "ordering=secret", "search=a%00b", "state=running&page=0"])
def test_a_nonsense_filter_is_a_clear_error(client_of, query):
    assert client_of().get(f"/api/competitions/?{query}").status_code in (400, 404)


def test_the_list_takes_the_same_number_of_queries_however_long(client_of, django_assert_num_queries):
    CompetitionFactory.create_batch(6)
    with django_assert_num_queries(2):
        client_of(UserFactory.build(pk=1)).get("/api/competitions/")


# --- one --------------------------------------------------------------------------------------------------------------
def test_found_by_slug_and_by_id(client_of):
    cup = CompetitionFactory()
    assert get(client_of(), cup).json()["id"] == cup.pk
    assert client_of().get(f"/api/competitions/{cup.pk}/").json()["slug"] == cup.slug


@pytest.mark.parametrize("key", ["nope", "999999", "9" * 40, "%00", "a%00b", "²"])
def test_unknown_ones_are_not_found(client_of, key):
    assert client_of().get(f"/api/competitions/{key}/").status_code == 404


def test_the_detail_tells_what_is_yours(client_of):
    alice, host = UserFactory(), UserFactory(username="host")
    cup = CompetitionFactory(hosts=[host], rules_required=True, visibility="invitation", invitation_code="kappa")
    Page.objects.create(competition=cup, slug="overview", title="Overview", position=0)

    before = get(client_of(alice), cup).json()
    client_of(alice).post(f"/api/competitions/{cup.slug}/enter/", {"acceptRules": True, "invitationCode": "kappa"})
    after = get(client_of(alice), cup).json()

    assert before["canEnter"]
    assert before["needsInvitationCode"]
    assert before["myTeam"] is None
    assert before["acceptedRulesVersion"] is None
    assert not after["canEnter"]
    assert not after["needsInvitationCode"]
    assert after["myTeam"]["name"] == alice.username
    assert after["acceptedRulesVersion"] == 1
    assert after["pages"] == [{"slug": "overview", "title": "Overview", "position": 0}]
    assert [one["username"] for one in after["hosts"]] == ["host"]
    assert after["now"] == "2026-06-05T12:00:00Z"


def test_only_hosts_learn_the_code_and_whether_there_is_a_solution(client_of):
    host = UserFactory()
    cup = CompetitionFactory(hosts=[host], visibility="invitation", invitation_code="kappa")
    for user in (None, UserFactory()):
        answer = get(client_of(user), cup)
        assert answer.json()["hasSolution"] is None
        assert "kappa" not in answer.content.decode()
    told = get(client_of(host), cup).json()
    assert told["hasSolution"] is False
    assert told["invitationCode"] == "kappa"


def test_metric_parameters_keep_their_names(client_of):
    cup = CompetitionFactory(metric="rmse", metric_params={"some_key": {"other_key": 1}})
    assert get(client_of(), cup).json()["metricParams"] == {"some_key": {"other_key": 1}}


# --- changing ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def cup(host):
    return CompetitionFactory(hosts=[host])


def test_hosts_change_their_competition(client_of, cup, host):
    answer = patch(client_of(host), cup, title="New", dailySubmissionLimit=None, limitResetsAt="06:30", endsAt=ENDS)
    assert answer.status_code == 200
    assert answer.json()["title"] == "New"
    assert answer.json()["dailySubmissionLimit"] is None
    assert answer.json()["limitResetsAt"] == "06:30:00"


def test_nobody_else_does(client_of, cup):
    other = UserFactory()
    CompetitionFactory(hosts=[other])
    assert patch(client_of(other), cup, title="New").status_code == 403
    assert patch(client_of(), cup, title="New").status_code == 401
    assert patch(client_of(UserFactory(is_staff=True)), cup, title="New").status_code == 403
    assert patch(client_of(UserFactory(is_superuser=True)), cup, title="New").status_code == 200


def test_what_is_not_meant_to_be_written_is_not(client_of, cup, host):
    patch(client_of(host), cup, confirmedAt="2026-06-05T00:00:00Z", slug="stolen", leaderboardVersion=7, id=1)
    cup.refresh_from_db()
    assert cup.phase.confirmed_at is None
    assert cup.slug != "stolen"


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"endsAt": "2026-05-01T00:00:00Z"}, "endsAt"),
        ({"startsAt": "2026-06-11T00:00:00Z"}, "nonFieldErrors"),
        ({"entryDeadline": "2027-01-01T00:00:00Z"}, "entryDeadline"),
        ({"mergeDeadline": "2027-01-01T00:00:00Z"}, "mergeDeadline"),
        ({"metricParams": [1]}, "metricParams"),
        ({"metricParams": {"nope": 1}}, "metricParams"),
        ({"metricParams": None}, "metricParams"),
        ({"timeZone": "Middle/Earth"}, "timeZone"),
        ({"metric": "guess"}, "metric"),
        ({"maxTeamSize": 0}, "maxTeamSize"),
        ({"selectableSubmissions": 0}, "selectableSubmissions"),
        ({"dailySubmissionLimit": 0}, "dailySubmissionLimit"),
        ({"dailySubmissionLimit": 10**30}, "dailySubmissionLimit"),
        ({"title": ""}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"startsAt": "soon"}, "startsAt"),
        ({"banner": "not a file"}, "banner"),
        ({"visibility": "invitation"}, "invitationCode"),
        ({"visibility": "invitation", "invitationCode": " "}, "invitationCode"),
    ],
    ids=str,
)
def test_values_that_make_no_sense_are_refused(client_of, cup, host, body, attr):
    answer = patch(client_of(host), cup, **body)
    assert answer.status_code == 400
    if attr:
        assert answer.json()["errors"][0]["attr"] == attr


def test_a_closed_room_needs_a_way_in(client_of, cup, host):
    closed = patch(client_of(host), cup, visibility="invitation", invitationCode="kappa-kappa")
    assert closed.status_code == 200
    lost = patch(client_of(host), cup, invitationCode="")
    assert (lost.status_code, code_of(lost)) == (400, "invitation_code_missing")


def test_the_end_can_move_while_the_competition_runs_but_not_into_the_past(client_of, cup, host):
    later = {"endsAt": ENDS + timedelta(days=1)}
    assert code_of(patch(client_of(host), cup, **later)) == "reason_missing"
    assert patch(client_of(host), cup, **later, reason="The power was out.").status_code == 200
    soon = patch(client_of(host), cup, endsAt=NOON + timedelta(minutes=59))
    assert (soon.status_code, code_of(soon)) == (400, "end_too_soon")
    assert patch(client_of(host), cup, endsAt=NOON + timedelta(hours=1)).status_code == 200
    past = patch(client_of(host), cup, endsAt=NOON)
    assert (past.status_code, code_of(past)) == (400, "end_in_the_past")


@freeze_time(AFTER)
def test_the_end_is_frozen_once_it_has_passed(client_of, cup, host):
    answer = patch(client_of(host), cup, endsAt=ENDS + timedelta(days=1))
    assert (answer.status_code, code_of(answer)) == (409, "clock_frozen")
    assert Competition.objects.get().phase.ends_at == ENDS


def test_the_number_of_selections_is_frozen_with_the_end(client_of, cup, host):
    assert patch(client_of(host), cup, selectableSubmissions=3).status_code == 200
    with freeze_time(AFTER):
        # As it is: a form that sends everything back changes nothing.
        assert patch(client_of(host), cup, selectableSubmissions=3).status_code == 200
        answer = patch(client_of(host), cup, selectableSubmissions=1)
    assert (answer.status_code, code_of(answer)) == (409, "selection_frozen")
    assert Competition.objects.get().phase.selectable_submissions == 3


def test_the_version_of_the_rules_only_rises(client_of, cup, host):
    assert patch(client_of(host), cup, rulesVersion=3).status_code == 200
    answer = patch(client_of(host), cup, rulesVersion=2)
    assert (answer.status_code, code_of(answer)) == (400, "rules_version_falls")
    assert Competition.objects.get().rules_version == 3


def test_start_and_metric_are_frozen_once_there_are_submissions(client_of, cup, host):
    assert patch(client_of(host), cup, startsAt=STARTS + timedelta(hours=1), metric="auc").status_code == 200
    cup.refresh_from_db()
    give_solution(cup, "id,target,Usage\n1,1,Public\n2,0,Public\n3,1,Private\n4,0,Private\n")
    team = TeamFactory(competition=cup)
    submits(team, 0.5)
    Standing.objects.filter(team=team).update(total_submissions=0)

    start = patch(client_of(host), cup, startsAt=STARTS)
    metric = patch(client_of(host), cup, metric="rmse")

    assert (start.status_code, code_of(start)) == (409, "start_frozen")
    assert (metric.status_code, code_of(metric)) == (409, "metric_in_use")


def picture(size=(3000, 1000), kind="PNG"):
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, kind)
    return SimpleUploadedFile(f"banner.{kind.lower()}", content.getvalue())


def patch_file(client, competition, file):
    return client.patch(f"/api/competitions/{competition.slug}/", {"banner": file}, format="multipart")


def test_a_banner_is_made_smaller_replaced_and_taken_away(client_of, cup, host, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = patch_file(client_of(host), cup, picture()).json()["banner"]
        cup.refresh_from_db()
        second = patch_file(client_of(host), cup, picture((10, 10), "JPEG")).json()["banner"]
    storage, name = cup.banner.storage, cup.banner.name
    with django_capture_on_commit_callbacks(execute=True):
        none = patch(client_of(host), cup, banner=None).json()["banner"]

    assert first.startswith("/media/banners/")
    assert first.endswith(".webp")
    assert second != first
    assert none is None
    assert not storage.exists(name)
    assert storage.listdir("banners")[1] == []


@pytest.mark.parametrize("content", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_a_banner_is_a_picture(client_of, cup, host, content):
    answer = patch_file(client_of(host), cup, SimpleUploadedFile("banner.png", content))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "banner"
    cup.refresh_from_db()
    assert not cup.banner


# --- pages ------------------------------------------------------------------------------------------------------------
def test_hosts_write_pages(client_of, cup, host):
    pages, client = f"/api/competitions/{cup.slug}/pages/", client_of(host)

    first = client.post(pages, {"slug": "overview", "title": "Overview", "body": "# Hi"})
    client.post(pages, {"slug": "data", "title": "Data", "body": ""})
    client.patch(f"{pages}data/", {"title": "The data"})
    client.patch(f"{pages}overview/", {"position": 9})

    assert first.status_code == 201
    assert re.fullmatch(r'<h1 id="at-[0-9a-f]{8}-1">Hi</h1>\n', first.json()["html"])
    shown = client_of().get(pages).json()
    assert [(page["slug"], page["title"]) for page in shown] == [("data", "The data"), ("overview", "Overview")]
    assert client.delete(f"{pages}data/").status_code == 204
    assert client.get(f"{pages}data/").status_code == 404


def test_two_pages_of_one_name_are_refused(client_of, cup, host):
    pages, client = f"/api/competitions/{cup.slug}/pages/", client_of(host)
    client.post(pages, {"slug": "rules", "title": "Rules", "body": ""})
    answer = client.post(pages, {"slug": "rules", "title": "Rules", "body": ""})
    assert (answer.status_code, code_of(answer)) == (409, "page_slug_taken")


def test_only_hosts_write_pages(client_of, cup):
    pages = f"/api/competitions/{cup.slug}/pages/"
    Page.objects.create(competition=cup, slug="rules", title="Rules")
    body = {"slug": "spam", "title": "Spam", "body": ""}
    for user, status in ((None, 401), (UserFactory(), 403), (TeamFactory(competition=cup).owner, 403)):
        client = client_of(user)
        assert client.post(pages, body).status_code == status
        assert client.patch(f"{pages}rules/", body).status_code == status
        assert client.delete(f"{pages}rules/").status_code == status
