"""What the kaggle command line reads: lists, files, leaderboards, discussions. Each in the order and the pages asked for."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from competitions.files import archives
from competitions.files.services import add_data_file
from competitions.models import Competition, DataFile, Page, Phase, Standing
from competitions.teams.members import leave
from discussions.services.posts import add_comment, create_discussion
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, submits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


# --- competitions -----------------------------------------------------------------------------------------------------
@pytest.fixture
def four(host):
    """Competitions a to d, each first in something, and what nobody but its organiser may see."""
    day = timedelta(days=1)
    made = {
        "a": CompetitionFactory(slug="a", title="Zebra", starts_at=STARTS - day, ends_at=ENDS + day),
        "b": CompetitionFactory(slug="b", title="Fish", summary="Count zebrafish."),
        "c": CompetitionFactory(slug="c", title="Moles", starts_at=STARTS + day, ends_at=ENDS - day),
        "d": CompetitionFactory(slug="d", title="Draft", hosts=[host], is_published=False),
        "e": CompetitionFactory(slug="e", title="Unlisted", visibility=Competition.Visibility.UNLISTED),
    }
    for number, slug in enumerate("abc"):
        Competition.objects.filter(slug=slug).update(created_at=STARTS - number * day)
    TeamFactory.create_batch(2, competition=made["b"])
    return made


def slugs(answer):
    return "".join(one["ref"].rsplit("/", 1)[-1] for one in answer.json()["competitions"])


@pytest.mark.parametrize(
    ("who", "fields", "expected"),
    [
        ("anybody", {}, "cba"),
        ("host", {}, "cdba"),
        ("member", {}, "cba"),
        ("member", {"group": "COMPETITION_LIST_TAB_ENTERED"}, "c"),
        ("anybody", {"group": "COMPETITION_LIST_TAB_ENTERED"}, ""),
        ("anybody", {"group": "COMPETITION_LIST_TAB_GENERAL"}, "cba"),
        ("anybody", {"group": "community"}, "cba"),
        ("host", {"group": "COMPETITION_LIST_TAB_HOSTED"}, "d"),
        ("anybody", {"group": "COMPETITION_LIST_TAB_HOSTED"}, ""),
        ("host", {"group": "COMPETITION_LIST_TAB_UNLAUNCHED"}, "d"),
        ("anybody", {"group": "COMPETITION_LIST_TAB_UNLAUNCHED"}, ""),
        ("anybody", {"category": "HOST_SEGMENT_COMMUNITY"}, "cba"),
        ("anybody", {"category": "HOST_SEGMENT_UNSPECIFIED"}, "cba"),
        ("anybody", {"sortBy": "COMPETITION_SORT_BY_EARLIEST_DEADLINE"}, "cba"),
        ("anybody", {"sortBy": "COMPETITION_SORT_BY_LATEST_DEADLINE"}, "abc"),
        ("anybody", {"sortBy": "COMPETITION_SORT_BY_RECENTLY_CREATED"}, "abc"),
        ("anybody", {"sortBy": "COMPETITION_SORT_BY_NUMBER_OF_TEAMS"}, "bca"),
        ("anybody", {"search": "zebra"}, "ba"),
        ("anybody", {"search": "MOLE"}, "c"),
        ("anybody", {"search": "", "pageToken": "", "page": 1}, "cba"),
        ("anybody", {"search": "nothing"}, ""),
        ("anybody", {"pageSize": 2}, "cb"),
        ("anybody", {"pageSize": 2, "page": 2}, "a"),
        ("anybody", {"pageSize": 2, "page": 0}, "cb"),
        ("anybody", {"pageSize": 2, "page": -1}, "cb"),
        ("anybody", {"pageSize": 2, "pageToken": "o2"}, "a"),
        ("anybody", {"pageSize": -1}, "cba"),
        ("anybody", {"pageSize": 10**6}, "cba"),
        ("anybody", {"pageToken": "o999999999"}, ""),
    ],
)
def test_lists_competitions(four, host, competitions_call, who, fields, expected):
    member = TeamFactory(competition=four["c"]).owner
    asking = {"host": host, "member": member, "anybody": UserFactory()}[who]

    assert slugs(competitions_call("ListCompetitions", asking, **fields)) == expected


def test_tokens_lead_through_all_pages(four, competitions_call):
    asking, token, seen = UserFactory(), "", ""
    for _ in range(3):
        answer = competitions_call("ListCompetitions", asking, pageSize=1, pageToken=token)
        seen, token = seen + slugs(answer), answer.json()["nextPageToken"]

    assert (seen, token) == ("cba", "")


@pytest.mark.parametrize(
    "sort", ["EARLIEST_DEADLINE", "LATEST_DEADLINE", "RECENTLY_CREATED", "NUMBER_OF_TEAMS", "BEST"]
)
def test_a_row_that_arrives_between_two_pages_repeats_none(four, competitions_call, sort):
    asking, asked = UserFactory(), {"sortBy": f"COMPETITION_SORT_BY_{sort}", "pageSize": 1}
    whole = slugs(competitions_call("ListCompetitions", asking, sortBy=asked["sortBy"]))
    first = competitions_call("ListCompetitions", asking, **asked)
    CompetitionFactory(
        slug="z", starts_at=STARTS + timedelta(days=2), ends_at=ENDS - timedelta(days=2), created_at=NOON
    )
    TeamFactory.create_batch(5, competition=Competition.objects.get(slug="z"))

    second = competitions_call("ListCompetitions", asking, **asked, pageToken=first.json()["nextPageToken"])

    assert slugs(first) + slugs(second) in (whole[:2], whole[0] + "z")


def test_where_the_last_row_is_gone_its_place_counts(four, competitions_call):
    first = competitions_call("ListCompetitions", UserFactory(), pageSize=1)
    four["c"].delete()

    second = competitions_call("ListCompetitions", UserFactory(), pageSize=1, pageToken=first.json()["nextPageToken"])

    assert (slugs(first), slugs(second)) == ("c", "a")


@pytest.mark.parametrize("segment", ["FEATURED", "RESEARCH", "GETTING_STARTED", "PLAYGROUND", "nonsense"])
def test_a_category_that_is_not_kept_here_is_refused(four, competitions_call, segment):
    refused = competitions_call("ListCompetitions", UserFactory(), category=f"HOST_SEGMENT_{segment}")

    assert refused.status_code == 400
    assert "no such categories" in refused.json()["message"]


@pytest.mark.parametrize(
    ("named", "address"),
    [(True, "https://uzu.example.org/competitions/demo-cup"), (False, "http://testserver/competitions/demo-cup")],
)
def test_printed_addresses_lead_to_the_site(competition, competitions_call, settings, named, address):
    settings.SITE_URL, settings.SITE_URL_IS_NAMED = "https://uzu.example.org", named

    (row,) = competitions_call("ListCompetitions", UserFactory()).json()["competitions"]

    assert (row["ref"], row["category"]) == (address, "Community")


def test_a_row_knows_the_clock_and_ones_own_rank(team, competitions_call):
    submits(team, 0.5)
    submits(TeamFactory(competition=team.competition), 0.4)

    (row,) = competitions_call("ListCompetitions", team.owner).json()["competitions"]

    assert row["deadline"] == "2026-06-11T00:00:00Z"
    assert (row["teamCount"], row["userHasEntered"], row["userRank"]) == (2, True, 2)


@pytest.mark.parametrize("method", ["GetCompetition", "ListCompetitionPages", "ListCompetitionHosts", "ListDataFiles"])
@pytest.mark.parametrize("slug", ["nothing", "hidden", "../demo-cup", "0", "x" * 200])
def test_unknown_and_hidden_look_the_same(competition, competitions_call, method, slug):
    CompetitionFactory(slug="hidden", is_published=False)

    refused = competitions_call(method, UserFactory(), competitionName=slug)

    assert refused.status_code == 404
    assert refused.json()["message"].startswith("There is no competition")


@pytest.mark.parametrize(("asked", "expected"), [({}, ["overview", "rules"]), ({"pageName": "RULES"}, ["rules"])])
def test_pages(competition, competitions_call, asked, expected):
    for position, slug in enumerate(("overview", "rules")):
        Page.objects.create(competition=competition, slug=slug, title=slug.title(), body=f"# {slug}", position=position)

    pages = competitions_call("ListCompetitionPages", UserFactory(), competitionName="demo-cup", **asked).json()[
        "pages"
    ]

    assert [(page["name"], page["content"]) for page in pages] == [(name, f"# {name}") for name in expected]


def test_hosts(competition, competitions_call):
    (row,) = competitions_call("ListCompetitionHosts", UserFactory(), competitionName="demo-cup").json()["hosts"]

    assert (row["userName"], row["profileUrl"]) == ("host", "http://testserver/users/host")


# --- data -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def files(competition, host):
    for name in ("train.csv", "images/a.png", "test.csv"):
        add_data_file(competition=competition, file=ContentFile(name.encode(), name=name), name=name, by=host, at=NOON)
    return competition


def test_lists_files_in_pages(files, competitions_call):
    asked = {"competitionName": "demo-cup", "pageSize": 2}
    first = competitions_call("ListDataFiles", UserFactory(), **asked).json()
    second = competitions_call("ListDataFiles", UserFactory(), **asked, pageToken=first["nextPageToken"]).json()

    rows = first["files"] + second["files"]
    assert [(row["name"], row["totalBytes"]) for row in rows] == [
        ("images/a.png", 12),
        ("test.csv", 8),
        ("train.csv", 9),
    ]
    assert second["nextPageToken"] == ""


def test_a_file_comes_by_an_address_that_needs_no_credentials(files, team, api, competitions_call):
    answer = competitions_call("DownloadDataFile", team.owner, competitionName="demo-cup", fileName="images/a.png")

    assert answer.status_code == 302
    assert answer["Location"].endswith("/a.png")
    got = api.get(answer["Location"])
    assert (got.status_code, b"".join(got.streaming_content)) == (200, b"images/a.png")
    assert (got["Content-Length"], got["Accept-Ranges"]) == ("12", "bytes")
    assert (got["Last-Modified"], got["Content-Type"]) == ("Fri, 05 Jun 2026 12:00:00 GMT", "application/octet-stream")
    assert not got.has_header("Content-Encoding")


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_cut_transfer_goes_on_by_the_same_address(files, team, api, competitions_call, verb, validator):
    address = competitions_call("DownloadDataFile", team.owner, competitionName="demo-cup", fileName="train.csv")[
        "Location"
    ]
    known = api.get(address)[validator]

    rest = getattr(api, verb)(address, HTTP_RANGE="bytes=4-", HTTP_IF_RANGE=known)
    anew = getattr(api, verb)(address, HTTP_RANGE="bytes=4-", HTTP_IF_RANGE='"another"')

    assert (rest.status_code, b"".join(rest.streaming_content)) == (206, b"n.csv")
    assert rest["Content-Range"] == "bytes 4-8/9"
    assert (anew.status_code, b"".join(anew.streaming_content)) == (200, b"train.csv")


@pytest.mark.parametrize("change", ["expired", "forged", "removed", "left", "closed account"])
def test_an_address_opens_nothing_else(files, team, api, competitions_call, now, change):
    address = competitions_call("DownloadDataFile", team.owner, competitionName="demo-cup", fileName="train.csv")[
        "Location"
    ]
    if change == "expired":
        now.move_to(NOON + timedelta(seconds=3601))
    elif change == "forged":
        address = address.replace("/files/", "/files/x")
    elif change == "left":
        leave(team=team, user=team.owner, at=NOON)
    elif change == "closed account":
        User.objects.filter(pk=team.owner.pk).update(is_active=False)
    else:
        DataFile.objects.get(name="train.csv").delete()

    refused = api.get(address)

    expected = 403 if change == "left" else 404
    assert (refused.status_code, refused.json()["code"]) == (expected, expected)


def test_everything_comes_as_one_archive_once_it_is_made(files, team, api, competitions_call):
    not_yet = competitions_call("DownloadDataFiles", team.owner, competitionName="demo-cup")
    archives.build(files, at=NOON)
    answer = competitions_call("DownloadDataFiles", team.owner, competitionName="demo-cup")

    assert (not_yet.status_code, not_yet.json()["code"]) == (503, 503)
    assert answer["Location"].endswith("/demo-cup.zip")
    content = io.BytesIO(b"".join(api.get(answer["Location"]).streaming_content))
    with zipfile.ZipFile(content) as archive:
        assert sorted(archive.namelist()) == ["images/a.png", "test.csv", "train.csv"]


@pytest.mark.parametrize("method", ["DownloadDataFile", "DownloadDataFiles"])
@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("outsider", "Join the competition first."),
        ("early", "has not started"),
        ("rules", "Accept the rules of the competition first"),
    ],
)
def test_files_are_for_participants(files, team, now, competitions_call, method, who, words):
    if who == "rules":
        Competition.objects.update(rules_required=True)
    if who == "early":
        now.move_to(STARTS - timedelta(hours=1))
    asking = UserFactory() if who == "outsider" else team.owner

    refused = competitions_call(method, asking, competitionName="demo-cup", fileName="train.csv")

    assert refused.status_code == 403
    assert words in refused.json()["message"]


@pytest.mark.parametrize(
    ("method", "fields", "words"),
    [
        ("DownloadDataFile", {"fileName": "nope.csv"}, "There is no data file"),
        ("DownloadDataFile", {"fileName": "../train.csv"}, "There is no data file"),
        ("DownloadDataFiles", {}, "no data files"),
    ],
)
def test_a_file_that_is_not_there(team, competitions_call, method, fields, words):
    refused = competitions_call(method, team.owner, competitionName="demo-cup", **fields)

    assert refused.status_code == 404
    assert words in refused.json()["message"]


# --- leaderboards -----------------------------------------------------------------------------------------------------
@pytest.fixture
def board(competition):
    """Three teams; on the private side their order turns round."""
    teams = [TeamFactory(competition=competition, name=name) for name in ("alpha", "beta", "gamma")]
    TeamFactory(competition=competition, name="silent")
    for place, team in enumerate(teams, start=1):
        submits(team, place / 10, at=NOON + timedelta(minutes=place))
        secret = 1 - place / 10
        Standing.objects.filter(team=team).update(
            best_private_score=secret, private_key=secret, private_submitted_at=NOON
        )
    return teams


def names(answer):
    return [row["teamName"] for row in answer.json()["submissions"]]


@pytest.mark.parametrize(
    ("state", "fields", "expected"),
    [
        ("running", {}, ["alpha", "beta", "gamma"]),
        ("running", {"pageSize": 2}, ["alpha", "beta"]),
        ("running", {"pageSize": 2, "pageToken": "o2"}, ["gamma"]),
        ("ended", {}, ["alpha", "beta", "gamma"]),
        ("confirmed", {}, ["gamma", "beta", "alpha"]),
        ("confirmed", {"overridePublic": True}, ["alpha", "beta", "gamma"]),
    ],
)
def test_the_leaderboard(board, now, competitions_call, state, fields, expected):
    if state != "running":
        now.move_to(AFTER)
    if state == "confirmed":
        Phase.objects.update(confirmed_at=AFTER)

    answer = competitions_call("GetLeaderboard", UserFactory(), competitionName="demo-cup", **fields)

    assert names(answer) == expected


def test_a_row_has_the_digits_of_the_competition(board, competitions_call):
    Phase.objects.update(score_digits=2)

    row = competitions_call("GetLeaderboard", UserFactory(), competitionName="demo-cup").json()["submissions"][0]

    assert (row["score"], row["submissionDate"]) == ("0.10", "2026-06-05T12:01:00Z")


@pytest.mark.parametrize(("confirmed", "side", "first"), [(False, "public", "alpha"), (True, "private", "gamma")])
def test_the_leaderboard_as_a_zip(board, now, competitions_call, confirmed, side, first):
    now.move_to(AFTER)
    if confirmed:
        Phase.objects.update(confirmed_at=AFTER)

    answer = competitions_call("DownloadLeaderboard", UserFactory(), competitionName="demo-cup")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (name,) = archive.namelist()
        rows = list(csv.DictReader(io.StringIO(archive.read(name).decode())))
    assert name == f"demo-cup-{side}leaderboard-{AFTER:%Y-%m-%dT%H-%M-%S}.csv"
    assert list(rows[0]) == [
        *("Rank", "TeamId", "TeamName", "LastSubmissionDate", "Score", "SubmissionCount", "TeamMemberUserNames"),
    ]
    assert [row["Rank"] for row in rows] == ["1", "2", "3"], "teams without a score are on no rank"
    leader = next(team for team in board if team.name == first)
    assert (rows[0]["TeamName"], rows[0]["TeamId"]) == (first, str(leader.pk))
    assert (rows[0]["SubmissionCount"], rows[0]["TeamMemberUserNames"]) == ("1", leader.owner.username)
    assert len(rows[0]["Score"].split(".")[1]) == 5, "the digits of the competition"
    assert rows[0]["LastSubmissionDate"].startswith("2026-06-05 12:0")


def test_a_team_that_arrives_between_two_pages_of_the_leaderboard_repeats_no_row(board, competitions_call):
    asking = UserFactory()
    first = competitions_call("GetLeaderboard", asking, competitionName="demo-cup", pageSize=2)
    submits(TeamFactory(competition=board[0].competition, name="late"), 0.05, at=NOON + timedelta(hours=1))

    second = competitions_call(
        "GetLeaderboard", asking, competitionName="demo-cup", pageToken=first.json()["nextPageToken"]
    )

    assert names(first) + names(second) == ["alpha", "beta", "gamma"]


def test_a_page_token_tells_no_digit_of_a_score(board, competitions_call):
    Standing.objects.filter(team=board[1]).update(best_public_score=0.2112358, public_key=0.2112358)

    token = competitions_call("GetLeaderboard", UserFactory(), competitionName="demo-cup", pageSize=2).json()[
        "nextPageToken"
    ]

    assert re.fullmatch(rf"o2\.{Standing.objects.get(team=board[1]).pk}\.[0-9a-f]{{16}}", token)


def test_a_teams_place(board, competitions_call):
    (row,) = competitions_call("ListTeamPublicSubmissions", UserFactory(), teamId=board[1].pk).json()["submissions"]

    assert (row["publicScore"], row["dateSubmitted"]) == ("0.20000", "2026-06-05T12:02:00Z")


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("GetLeaderboard", {"competitionName": "demo-cup"}),
        ("DownloadLeaderboard", {"competitionName": "demo-cup"}),
        ("ListDataFiles", {"competitionName": "demo-cup"}),
        ("ListCompetitionTopics", {"competitionName": "demo-cup"}),
    ],
)
def test_a_closed_room_keeps_what_is_inside(board, competitions_call, method, fields):
    Competition.objects.update(visibility=Competition.Visibility.INVITATION)

    assert competitions_call(method, UserFactory(), **fields).status_code == 403
    assert competitions_call(method, board[0].owner, **fields).status_code == 200


def test_a_closed_room_keeps_its_teams(board, competitions_call):
    Competition.objects.update(visibility=Competition.Visibility.INVITATION)

    assert competitions_call("ListTeamPublicSubmissions", UserFactory(), teamId=board[0].pk).status_code == 404


# --- discussions ------------------------------------------------------------------------------------------------------
@pytest.fixture
def talk(team, host):
    """Two topics of the competition, the older one with comments, and one of the site."""
    old = create_discussion(by=host, competition=team.competition, title="Welcome", body="Hello **all**.", at=NOON)
    create_discussion(by=host, competition=None, title="The site", body="News.", at=NOON)
    create_discussion(
        by=team.owner, competition=team.competition, title="Baseline", body="Ten lines.", at=NOON + timedelta(hours=1)
    )
    first = add_comment(discussion=old, by=team.owner, body="First", at=NOON + timedelta(hours=2))
    add_comment(discussion=old, by=host, body="Reply", parent_id=first.pk, at=NOON + timedelta(hours=3))
    add_comment(discussion=old, by=team.owner, body="Second", at=NOON + timedelta(hours=4))
    return old


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("TOPIC_LIST_SORT_BY_NEW", ["Baseline", "Welcome"]),
        ("TOPIC_LIST_SORT_BY_RECENT", ["Welcome", "Baseline"]),
        ("recent", ["Welcome", "Baseline"]),
    ],
)
def test_topics_of_a_competition(talk, competitions_call, sort, expected):
    answer = competitions_call("ListCompetitionTopics", UserFactory(), competitionName="demo-cup", sortBy=sort).json()

    assert [topic["title"] for topic in answer["topics"]] == expected
    assert answer["totalCount"] == 2


def test_topics_come_in_pages_of_twenty(team, host, competitions_call):
    for number in range(21):
        create_discussion(by=host, competition=team.competition, title=f"Topic {number}", body="x", at=NOON)

    pages = [
        competitions_call("ListCompetitionTopics", team.owner, competitionName="demo-cup", page=page).json()
        for page in (1, 2, 3)
    ]

    assert [len(page["topics"]) for page in pages] == [20, 1, 0]
    assert {page["totalCount"] for page in pages} == {21}


def test_messages_come_with_their_replies(talk, competitions_call):
    asked = {"competitionName": "demo-cup", "topicId": talk.pk}
    messages = competitions_call("ListTopicMessages", UserFactory(), **asked, pageSize=-1).json()["messages"]
    newest = competitions_call("ListTopicMessages", UserFactory(), **asked, sortBy="COMMENT_LIST_SORT_BY_NEW").json()

    assert [(one["content"], [reply["content"] for reply in one["replies"]]) for one in messages] == [
        ("First", ["Reply"]),
        ("Second", []),
    ]
    assert [one["content"] for one in newest["messages"]] == ["Second", "First"]


def test_what_was_removed_is_not_read_here_either(talk, competitions_call):
    talk.comments.filter(body="First").update(deleted_at=NOON)

    first = competitions_call("ListTopicMessages", UserFactory(), competitionName="demo-cup", topicId=talk.pk).json()[
        "messages"
    ][0]

    assert (first["content"], first["rawMarkdown"], first["authorName"], first["isDeleted"]) == (
        "(removed)",
        "",
        "",
        True,
    )


def test_a_topic_with_its_comments_page_by_page(talk, call):
    topic = call("discussions.DiscussionApiService/GetTopic", UserFactory(), id=talk.pk).json()["topic"]
    token, seen = "", []
    while True:
        answer = call(
            "discussions.DiscussionApiService/ListComments",
            UserFactory(),
            topicId=talk.pk,
            pageSize=1,
            pageToken=token,
        ).json()
        seen += [one["content"] for one in answer["comments"]]
        token = answer["nextPageToken"]
        if not token:
            break

    assert (topic["title"], topic["content"], topic["commentCount"]) == ("Welcome", "Hello **all**.", 3)
    assert seen == ["First", "Second"]


@pytest.mark.parametrize(
    ("forum", "expected"),
    [
        ("general", {"The site"}),
        ("demo-cup", {"Welcome", "Baseline"}),
        ("", {"The site", "Welcome", "Baseline"}),
    ],
)
def test_forums(talk, call, forum, expected):
    answer = call("discussions.DiscussionApiService/ListTopics", UserFactory(), forumSlug=forum).json()
    forums = call("discussions.DiscussionApiService/ListForums", UserFactory()).json()["forums"]

    assert {topic["title"] for topic in answer["topics"]} == expected
    assert [one["name"] for one in forums] == ["General", "Demo Cup"]


def test_discussions_of_a_closed_room_are_not_found(talk, call, competitions_call):
    Competition.objects.update(visibility=Competition.Visibility.INVITATION)
    outsider = UserFactory()

    listed = call("discussions.DiscussionApiService/ListTopics", outsider).json()["topics"]

    assert [topic["title"] for topic in listed] == ["The site"]
    assert call("discussions.DiscussionApiService/GetTopic", outsider, id=talk.pk).status_code == 404
    assert call("discussions.DiscussionApiService/ListComments", outsider, topicId=talk.pk).status_code == 404
    assert (
        competitions_call("ListTopicMessages", outsider, competitionName="demo-cup", topicId=talk.pk).status_code == 404
    )


def test_a_list_of_all_topics_tells_nobody_of_an_unlisted_competition(talk, call):
    Competition.objects.update(visibility=Competition.Visibility.UNLISTED)
    outsider = UserFactory()

    def titles(**fields):
        topics = call("discussions.DiscussionApiService/ListTopics", outsider, **fields).json()["topics"]
        return {topic["title"] for topic in topics}

    assert titles() == {"The site"}
    assert titles(forumSlug="demo-cup") == {"Welcome", "Baseline"}, "who has the address reads"
