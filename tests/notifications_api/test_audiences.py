"""Announcements to some of those who take part: who is told, and that nobody else finds them at any door.

In the cup: alice has submitted, bob never, carol owns a team of students with dave in it; host organises. The visitor has
an account only.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from accounts.models import User
from competitions.brackets import services as brackets
from competitions.models import Helper, Phase, Standing
from competitions.organising.hosts import add_host, remove_host
from competitions.teams.members import leave
from discussions import audiences, permissions as can
from discussions.exceptions import (
    AlreadyAnnounced,
    AudienceOfAnnouncement,
    NobodyReached,
    NoSuchAudience,
    NotModerator,
)
from discussions.models import Discussion, Recipient
from discussions.services import moderation, posts
from main.sharing import subjects
from notifications_api import audiences as told_to
from notifications_api.models import Mail, Notification
from notifications_api.telling import tell_of
from tests.factories import NOON, CompetitionFactory, SubmissionFactory, TeamFactory, UserFactory
from tests.notifications_api.conftest import mailed, told
from tests.phases import add

pytestmark = pytest.mark.django_db
WORD = "Zirkonium"
KAGGLE = "/api/v1/competitions.CompetitionApiService"


@pytest.fixture
def students(cup, host):
    team = TeamFactory(competition=cup, name="Carols", owner=UserFactory(username="carol"))
    team.memberships.create(user=UserFactory(username="dave"), competition=cup, joined_at=NOON)
    fields = {"slug": "student", "name": "Students", "chosen_by": "hosts"}
    brackets.add_bracket(competition=cup, fields=fields, by=host, at=NOON)
    brackets.set_brackets(team=team, slugs=["student"], by=host, at=NOON)
    return team


@pytest.fixture
def world(cup, host, alice, bob, visitor, students):
    SubmissionFactory(team=alice.owned_teams.get())
    SubmissionFactory(team=students, status="refused")
    return cup


def announce(cup, by, audience="never_submitted", of="", **fields) -> Discussion:
    fields = {"title": f"About {WORD}", "body": f"{WORD} is the word.", **fields}
    return posts.create_discussion(
        by=by, competition=cup, is_announcement=True, audience=audience, audience_of=of, at=NOON, **fields
    )


def names(rows) -> set[str]:
    return set(rows.values_list("username", flat=True))


# --- who belongs to it --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("audience", "of", "expected"),
    [
        ("everybody", "", {"alice", "bob", "carol", "dave"}),
        ("never_submitted", "", {"bob"}),
        ("bracket", "student", {"carol", "dave"}),
        ("phase", "1", {"alice", "bob", "carol", "dave"}),
    ],
)
def test_who_belongs_to_an_audience(world, audience, of, expected):
    assert names(audiences.those(world, audience, of)) == expected


def test_those_of_a_phase_are_those_who_got_on(world, alice, students):
    final = add(world, at=NOON)
    Phase.objects.filter(pk=final.pk).update(entry_rule="listed")
    for team, gets_on in ((alice.owned_teams.get(), True), (students, False)):
        Standing.objects.update_or_create(
            team=team, phase=final, defaults={"competition": world, "gets_on": gets_on, "is_ranked": True}
        )
    assert names(audiences.those(world, "phase", "2")) == {"alice"}


def test_who_left_and_whose_account_is_gone_belong_to_none(world, bob, students):
    leave(team=bob.owned_teams.get(), user=bob, at=NOON)
    User.objects.filter(username="dave").update(is_active=False)
    assert names(audiences.those(world, "never_submitted")) == set()
    assert names(audiences.those(world, "bracket", "student")) == {"carol"}


@pytest.mark.parametrize(
    ("audience", "of"),
    [("bracket", "none"), ("bracket", ""), ("phase", "7"), ("phase", "²"), ("phase", "x"), ("phase", "")],
)
def test_what_is_not_there_has_nobody(world, host, audience, of):
    with pytest.raises(NoSuchAudience):
        announce(world, host, audience, of)
    assert not Discussion.objects.exists()


def test_what_is_no_announcement_of_a_competition_is_for_everybody(world, host, staff, as_):
    for competition, by, is_announcement in ((world, host, False), (None, staff, True)):
        with pytest.raises(AudienceOfAnnouncement):
            posts.create_discussion(
                by=by,
                competition=competition,
                title="T",
                body="B",
                is_announcement=is_announcement,
                audience="never_submitted",
                at=NOON,
            )
    for word in ("everybody", "never_submitted"):
        answer = as_(staff).get(f"/api/discussions/audience/?competition=site&audience={word}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "audience_of_announcement")


def test_nobody_is_written_to_by_nothing(cup, host, alice):
    SubmissionFactory(team=alice.owned_teams.get())
    with pytest.raises(NobodyReached), transaction.atomic():
        announce(cup, host)
    assert (Discussion.objects.count(), Recipient.objects.count()) == (0, 0)


@pytest.mark.parametrize("who", ["alice", "visitor", "staff"])
def test_organisers_alone_write_one(world, request, who):
    with pytest.raises(Exception, match=r".") as refused:
        announce(world, request.getfixturevalue(who))
    assert refused.value.code in (NotModerator.code, "not_entered")


# --- who is told --------------------------------------------------------------------------------------------------------
def test_they_alone_are_told_in_the_app_and_by_mail(world, host, happens):
    happens(announce, world, host, "bracket", "student", translations={"title_ja": "お知らせ"})
    assert told() == {("carol", "announcement"), ("dave", "announcement")}
    assert {(name, kind) for name, kind, _mode in mailed()} == told()
    assert set(Notification.objects.values_list("title_ja", flat=True)) == {"お知らせ"}


def test_telling_twice_doubles_nothing(world, host, happens):
    made = happens(announce, world, host)
    for _again in range(2):
        tell_of.call("discussion_started", "discussion", made.pk, NOON.isoformat(), by=None, mentioned=[])
    assert [model.objects.count() for model in (Notification, Mail, Recipient)] == [1, 1, 1]


def test_who_can_no_longer_look_inside_is_not_told(world, host, bob, django_capture_on_commit_callbacks):
    world.visibility = world.Visibility.INVITATION
    world.save()
    made = announce(world, host)
    leave(team=bob.owned_teams.get(), user=bob, at=NOON)
    assert names(audiences.told(made)) == set()
    world.visibility, world.is_published = world.Visibility.PUBLIC, False
    world.save()
    assert names(audiences.told(Discussion.objects.get())) == set()


def test_a_mention_of_somebody_else_tells_them_nothing(world, host, alice, happens):
    made = happens(announce, world, host, body="Ask @alice and @bob.")
    assert {name for name, _kind in told()} == {"bob"}
    happens(posts.edit_discussion, discussion=made, by=host, body="Ask @alice, @visitor and @carol.", at=NOON)
    assert {name for name, _kind in told()} == {"bob"}


def test_talk_about_it_stays_among_them(world, host, bob, happens):
    made = happens(announce, world, host)
    happens(posts.add_comment, discussion=made, by=bob, body="Thanks, @alice @host.", at=NOON)
    assert {name for name, _kind in told()} == {"bob", "host"}


# --- who finds it -------------------------------------------------------------------------------------------------------
ADDRESSES = [
    "/api/discussions/?competition=cup",
    "/api/discussions/?competition=cup&announcements=true",
    f"/api/discussions/?search={WORD}",
    f"/api/discussions/?competition=cup&search={WORD}",
    "/api/discussions/?author=host",
    "/api/discussions/?competition=cup&tag=zirkonium",
    "/api/discussions/tags/?competition=cup",
    "/api/discussions/tags/",
    "/api/discussions/feed/?competition=cup",
    "/api/discussions/feed/?competition=cup&announcements=true",
    "/api/discussions/feed/",
    "/api/competitions/cup/",
    "/api/competitions/",
    "/sitemap-discussions.xml",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_list_and_no_feed_shows_it_to_others(world, host, alice, bob, visitor, as_, address):
    empty = {user: as_(user).get(address).content.decode() for user in (alice, visitor, None)}
    made = announce(world, host, tags=["zirkonium"])
    for user, before in empty.items():
        shown = as_(user).get(address).content.decode()
        assert WORD.lower() not in shown.lower()
        assert f"/discussions/{made.pk}" not in shown
        if address.startswith("/api/discussions/") and "feed" not in address:
            assert shown == before, "not even a count says that there is one"


def test_those_it_is_for_and_organisers_find_it(world, host, bob, as_):
    made = announce(world, host, tags=["zirkonium"])
    for user in (bob, host):
        for address in ADDRESSES[:4]:
            assert [one["id"] for one in as_(user).get(address).json()["results"]] == [made.pk]
        assert [one["name"] for one in as_(user).get("/api/discussions/tags/?competition=cup").json()] == ["zirkonium"]
        shown = as_(user).get(f"/api/discussions/{made.pk}/").json()
        assert (shown["audience"], shown["recipientCount"]) == ("never_submitted", 1 if user == host else None)


ACTS = [
    ("get", "/api/discussions/{pk}/", {}),
    ("patch", "/api/discussions/{pk}/", {"title": "T"}),
    ("delete", "/api/discussions/{pk}/", {}),
    ("put", "/api/discussions/{pk}/like/", {}),
    ("delete", "/api/discussions/{pk}/like/", {}),
    ("post", "/api/discussions/{pk}/report/", {"reason": "spam"}),
    ("post", "/api/discussions/{pk}/hide/", {"reason": "x"}),
    ("get", "/api/discussions/{pk}/revisions/", {}),
    ("post", "/api/discussions/{pk}/announce/", {}),
    ("get", "/api/discussions/{pk}/comments/", {}),
    ("post", "/api/discussions/{pk}/comments/", {"body": "Hi."}),
    ("get", "/api/comments/{comment}/", {}),
    ("put", "/api/comments/{comment}/like/", {}),
    ("post", "/api/comments/{comment}/report/", {"reason": "spam"}),
    ("get", "/api/comments/{comment}/revisions/", {}),
]


@pytest.mark.parametrize(("method", "address", "body"), ACTS)
def test_for_all_others_it_is_not_there(world, host, alice, bob, visitor, as_, method, address, body):
    made = announce(world, host)
    comment = posts.add_comment(discussion=made, by=bob, body="Yes.", at=NOON)
    address = address.format(pk=made.pk, comment=comment.pk)
    unknown = as_(alice).get(f"/api/discussions/{made.pk + 999}/")
    for user in (alice, visitor):
        answer = getattr(as_(user), method)(address, body, format="json")
        assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert getattr(as_(None), method)(address, body, format="json").status_code in (401, 404)


def test_no_command_line_finds_it(world, host, alice, bob, as_):
    made = announce(world, host)
    for user, count in ((alice, 0), (bob, 1), (host, 1)):
        topics = as_(user).post(f"{KAGGLE}/ListCompetitionTopics", {"competitionName": "cup"}, format="json").json()
        assert (topics["totalCount"], len(topics["topics"])) == (count, count)
        forum = (
            as_(user)
            .post("/api/v1/discussions.DiscussionApiService/ListTopics", {"forumSlug": "cup"}, format="json")
            .json()
        )
        assert forum["totalCount"] == count
        anywhere = as_(user).post("/api/v1/discussions.DiscussionApiService/ListTopics", {}, format="json").json()
        assert anywhere["totalCount"] == count
        body = {"competitionName": "cup", "topicId": made.pk}
        messages = as_(user).post(f"{KAGGLE}/ListTopicMessages", body, format="json")
        assert messages.status_code == (200 if count else 404)
        topic = as_(user).post("/api/v1/discussions.DiscussionApiService/GetTopic", {"id": made.pk}, format="json")
        assert topic.status_code == (200 if count else 404)


def test_no_link_and_no_picture_shows_it(world, host, alice, bob):
    made = announce(world, host)
    for user in (alice, AnonymousUser()):
        with pytest.raises(subjects.NoSuchPage):
            subjects.discussion(made.pk, user, within=world)
    assert subjects.discussion(made.pk, bob, within=world) == subjects.NEUTRAL
    assert subjects.public_card("discussion", made.pk, NOON) is None


# --- until when ---------------------------------------------------------------------------------------------------------
def test_who_they_are_is_decided_when_it_is_sent(world, host, alice, bob, as_):
    """Who submits afterwards keeps it; who enters afterwards does not get it."""
    made = announce(world, host)
    SubmissionFactory(team=bob.owned_teams.get())
    newcomer = TeamFactory(competition=world, owner=UserFactory(username="newcomer")).owner
    assert bool(can.see(bob, made))
    assert not can.see(newcomer, made)


def test_organisers_of_the_moment_read_it(world, host, visitor):
    made = announce(world, host)
    add_host(competition=world, user=visitor, by=host, at=NOON)
    remove_host(competition=world, user=host, by=visitor, at=NOON)
    made, world = Discussion.objects.get(pk=made.pk), type(world).objects.get(pk=world.pk)
    assert bool(can.see(visitor, made))
    assert not can.see(host, made)


def test_it_is_announced_to_nobody_else_afterwards(world, host):
    made = announce(world, host)
    with pytest.raises(AlreadyAnnounced):
        moderation.announce(discussion=made, by=host, at=NOON)


def test_the_three_faces_of_the_rule_agree(world, host, alice, bob, visitor, students, staff):
    """May this user, which rows, which people: of restricted announcements and of one for everybody."""
    made = [announce(world, host, *ways) for ways in (("never_submitted",), ("bracket", "student"), ("everybody",))]
    people = [alice, bob, visitor, host, students.owner, staff, UserFactory(is_superuser=True)]
    for one in made:
        readers = names(told_to.readers(one, [person.pk for person in people]))
        for person in people:
            may = bool(can.see(person, Discussion.objects.get(pk=one.pk)))
            assert may == Discussion.objects.visible_to(person).filter(pk=one.pk).exists()
            assert may == Discussion.objects.filter(competition=world).addressed_to(person).filter(pk=one.pk).exists()
            assert may == bool(can.see(person, Discussion.objects.for_page(person).get(pk=one.pk)))
            if not person.is_superuser:  # who runs everything is told of nothing by that
                assert may == (person.username in readers)
        for nobody in (AnonymousUser(),):
            seen = Discussion.objects.visible_to(nobody).filter(pk=one.pk).exists()
            assert seen == bool(can.see(nobody, one)) == (not one.is_restricted)


# --- over HTTP ----------------------------------------------------------------------------------------------------------
def test_how_many_it_reaches_is_told_before_and_after_it_is_sent(world, host, alice, visitor, as_):
    address = "/api/discussions/audience/?competition=cup&audience=bracket&of=student"
    assert as_(host).get(address).json() == {"people": 2}
    assert as_(host).get("/api/discussions/audience/?competition=cup").json() == {"people": 4}
    for user, status in ((alice, 403), (visitor, 403), (None, 401)):
        assert as_(user).get(address).status_code == status
    for query in ("", "competition=cup&audience=x", f"competition=cup&of={'x' * 99}"):
        assert as_(host).get(f"/api/discussions/audience/?{query}").status_code == 400
    body = {
        "competition": "cup",
        "title": "T",
        "body": "B",
        "isAnnouncement": True,
        "audience": "bracket",
        "audienceOf": "student",
        "titleJa": "題",
    }
    sent = as_(host).post("/api/discussions/", body, format="json")
    assert (sent.status_code, sent.json()["recipientCount"], sent.json()["audienceOf"]) == (201, 2, "student")
    assert as_(alice).post("/api/discussions/", body, format="json").status_code == 403


def test_other_competitions_brackets_are_not_this_ones(world, host):
    other = CompetitionFactory(slug="other", hosts=[host])
    TeamFactory(competition=other)
    with pytest.raises(NoSuchAudience):
        announce(other, host, "bracket", "student")


def test_a_helper_moderates_what_is_written_to_some_and_counts_nobody(world, host, signed_in):
    """At every face of the rule alike."""
    helper = UserFactory(username="helper")
    Helper.objects.create(competition=world, user=helper, since=NOON)
    post = announce(world, host)
    assert can.see(helper, post)
    assert Discussion.objects.visible_to(helper).filter(pk=post.pk).exists()
    assert User.objects.filter(audiences.readers_of(post), pk=helper.pk).exists()
    counted = signed_in(helper).get("/api/discussions/audience/?competition=cup&audience=never_submitted")
    assert (counted.status_code, counted.json()["errors"][0]["code"]) == (403, "not_a_host")
