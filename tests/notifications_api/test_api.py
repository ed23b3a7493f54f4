"""One's own notifications: listing, counting, marking, deleting, gathering."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from competitions.models import Membership
from discussions.services import likes, moderation, posts
from notifications_api.models import Mail, Notification
from tests.factories import NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory
from tests.notifications_api.conftest import told

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def topic(post, alice, cup):
    return post(alice, cup, title="Topic", body="What *is* it?")


def listed(api, query=""):
    response = api.get(f"/api/notifications/{query}")
    assert response.status_code == 200, response.content
    return response.json()["results"]


def comment(happens, topic, by, body="Yes!", *, to=None, at=NOON):
    return happens(posts.add_comment, discussion=topic, by=by, body=body, parent_id=to.pk if to else None, at=at)


# --- what it says -----------------------------------------------------------------------------------------------------
def test_a_notification_says_who_did_what_where(happens, signed_in, alice, bob, topic):
    made = comment(happens, topic, bob, "It is **great**")
    [row] = listed(signed_in(alice))
    assert row["text"] == "bob commented on your discussion “Topic”"
    assert (row["kind"], row["unread"], row["title"], row["excerpt"]) == ("comment", True, "Topic", "It is great")
    assert row["url"] == f"/competitions/cup/discussions/{topic.pk}#comment-{made.pk}"
    assert row["actor"]["username"] == "bob"
    assert row["competition"] == {"slug": "cup", "title": "Cup", "emoji": ""}
    assert row["target"] == {"type": "comment", "id": made.pk}


@pytest.mark.parametrize(
    ("likers", "text"),
    [
        (1, "fan0 liked your discussion “Topic”"),
        (2, "fan1 and fan0 liked your discussion “Topic”"),
        (3, "fan2 and 2 others liked your discussion “Topic”"),
        (4, "fan3 and 3 others liked your discussion “Topic”"),
    ],
)
def test_likes_of_one_thing_are_gathered(happens, signed_in, alice, topic, likers, text):
    for number in range(likers):
        happens(likes.like, post=topic, by=UserFactory(username=f"fan{number}"), at=NOON + number * MINUTE)
    [row] = listed(signed_in(alice))
    assert (row["text"], row["actorCount"]) == (text, likers)
    assert len(row["actors"]) == min(3, likers)


def test_comments_of_one_person_count_once_among_the_gathered(happens, signed_in, alice, bob, topic):
    first = comment(happens, topic, bob, "one")
    comment(happens, topic, bob, "two")
    [row] = listed(signed_in(alice))
    assert row["text"] == "bob commented on your discussion “Topic”"
    assert row["url"].endswith(f"#comment-{first.pk}")
    assert row["excerpt"] == "two"


def test_what_was_read_is_gathered_anew(happens, signed_in, alice, bob, visitor, topic):
    happens(likes.like, post=topic, by=bob, at=NOON)
    signed_in(alice).post("/api/notifications/read/")
    happens(likes.like, post=topic, by=visitor, at=NOON)
    assert [(row["unread"], row["actor"]["username"]) for row in listed(signed_in(alice))] == [
        (True, "visitor"),
        (False, "bob"),
    ]


def test_liking_on_and_off_does_not_ring_again(happens, alice, bob, topic):
    for _again in range(3):
        happens(likes.like, post=topic, by=bob, at=NOON)
        Notification.objects.update(unread=False)
        happens(likes.unlike, post=topic, by=bob)
    assert Notification.objects.count() == 1


def test_unread_again_next_to_a_newer_one_stays_read(happens, signed_in, alice, bob, visitor, topic):
    happens(likes.like, post=topic, by=bob, at=NOON)
    old = Notification.objects.get()
    signed_in(alice).post(f"/api/notifications/{old.pk}/read/")
    happens(likes.like, post=topic, by=visitor, at=NOON)
    assert signed_in(alice).post(f"/api/notifications/{old.pk}/unread/").status_code == 204
    assert signed_in(alice).get("/api/notifications/unread-count/").json() == {"count": 1}


def test_names_and_titles_are_plain_text(happens, signed_in, alice, cup, post):
    eve = TeamFactory(competition=cup, owner=UserFactory(username="eve", display_name="%(title)s <b>")).owner
    topic = post(alice, cup, title="100 % <i>%s</i>")
    comment(happens, topic, eve)
    assert listed(signed_in(alice))[0]["text"] == "%(title)s <b> commented on your discussion “100 % <i>%s</i>”"


def test_a_deleted_account_is_named_no_more(happens, signed_in, alice, bob, topic):
    comment(happens, topic, bob)
    bob.deleted_at = NOON
    bob.save()
    [row] = listed(signed_in(alice))
    assert row["actor"] == {"username": None, "name": "(deleted)", "avatar": None}
    assert row["text"].startswith("(deleted) commented")


# --- lists and marks --------------------------------------------------------------------------------------------------
def test_unread_ones_come_first_then_the_newest(happens, signed_in, alice, bob, cup, post):
    for number in range(3):
        happens(post, alice, cup, title=f"t{number}", at=NOON + number * MINUTE)
    api = signed_in(bob)
    newest = listed(api)[0]
    api.post(f"/api/notifications/{newest['id']}/read/")
    assert [row["title"] for row in listed(api)] == ["t1", "t0", "t2"]
    assert [row["title"] for row in listed(api, "?unread=true")] == ["t1", "t0"]
    assert api.post(f"/api/notifications/{newest['id']}/unread/").status_code == 204
    assert listed(api)[0]["title"] == "t2"


def test_lists_are_narrowed_by_kind_competition_and_discussion(happens, signed_in, alice, bob, cup, post, topic):
    other = CompetitionFactory(slug="other")
    Membership.objects.create(team=TeamFactory(competition=other), user=bob, competition=other, joined_at=STARTS)
    author = TeamFactory(competition=other).owner
    happens(post, author, other, title="elsewhere")
    happens(post, alice, cup, title="here")
    mine = post(bob, cup, title="mine")
    comment(happens, mine, alice)
    api = signed_in(bob)
    assert {row["title"] for row in listed(api, "?competition=cup")} == {"here", "mine"}
    assert [row["title"] for row in listed(api, f"?competition={other.pk}")] == ["elsewhere"]
    assert listed(api, "?competition=nowhere") == []
    assert [row["title"] for row in listed(api, "?kind=comment")] == ["mine"]
    assert api.post("/api/notifications/read/", {"discussion": mine.pk}).json() == {"count": 1}
    assert api.post("/api/notifications/read/", {"competition": "cup"}).json() == {"count": 1}
    assert api.post("/api/notifications/read/").json() == {"count": 1}
    assert api.post("/api/notifications/delete/", {"kind": "comment"}).json() == {"count": 1}
    api.post(f"/api/notifications/{listed(api)[0]['id']}/unread/")
    assert api.post("/api/notifications/delete/", {"onlyRead": True}).json() == {"count": 1}
    assert api.post("/api/notifications/delete/").json() == {"count": 1}
    assert listed(api) == []


def test_nobody_reaches_notifications_of_others(happens, signed_in, alice, bob, cup, post):
    happens(post, alice, cup)
    row = Notification.objects.get(recipient=bob)
    api = signed_in(alice)
    assert listed(api) == []
    assert api.post(f"/api/notifications/{row.pk}/read/").status_code == 404
    assert api.post(f"/api/notifications/{row.pk}/unread/").status_code == 404
    assert api.delete(f"/api/notifications/{row.pk}/").status_code == 404
    assert api.post("/api/notifications/delete/").json() == {"count": 0}
    assert signed_in(bob).delete(f"/api/notifications/{row.pk}/").status_code == 204


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", ""),
        ("get", "unread-count/"),
        ("post", "read/"),
        ("post", "delete/"),
        ("get", "preferences/"),
        ("patch", "preferences/"),
        ("post", "1/read/"),
        ("post", "1/unread/"),
        ("delete", "1/"),
    ],
)
def test_signing_in_is_needed(api, db, method, address):
    assert getattr(api, method)(f"/api/notifications/{address}").status_code == 401


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("post", "read/", {"discussion": "x"}),
        ("post", "read/", {"discussion": 10**30}),
        ("post", "read/", {"kind": "nonsense"}),
        ("post", "read/", {"competition": "a\x00"}),
        ("post", "read/", {"competition": ["a"]}),
        ("post", "delete/", {"onlyRead": "perhaps"}),
        ("patch", "preferences/", {"preferences": [{"kind": "nonsense"}]}),
        ("patch", "preferences/", {"preferences": [{"kind": "like", "email": "sometimes"}]}),
        ("patch", "preferences/", {"preferences": {"like": "off"}}),
        ("patch", "preferences/", {}),
        ("patch", "preferences/", []),
    ],
)
def test_nonsense_answers_400(signed_in, visitor, method, address, body):
    assert getattr(signed_in(visitor), method)(f"/api/notifications/{address}", body).status_code == 400


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("unread=bogus", "unread"),
        ("kind=bogus", "kind"),
        ("competition=a%00", "competition"),
        ("pageSize=abc", "pageSize"),
        ("pageSize=0", "pageSize"),
        ("pageSize=-5", "pageSize"),
        ("pageSize=%C2%B2", "pageSize"),
    ],
)
def test_a_list_refuses_what_is_no_choice(signed_in, visitor, query, attr):
    answer = signed_in(visitor).get(f"/api/notifications/?{query}")
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["attr"] == attr


@pytest.mark.parametrize(
    "query", ["unread=", "unread=false", "unread=0", "kind=", "competition=", "pageSize=", "pageSize=100000"]
)
def test_an_empty_or_a_wide_choice_narrows_nothing(happens, signed_in, alice, bob, topic, query):
    comment(happens, topic, bob)
    Notification.objects.update(unread=False)
    assert len(listed(signed_in(alice), f"?{query}")) == 1


def test_the_count_is_cheap_and_answers_304_while_nothing_changes(happens, signed_in, alice, bob, cup, post):
    api = signed_in(bob)
    for _number in range(3):
        happens(post, alice, cup)
    with CaptureQueriesContext(connection) as queries:
        first = api.get("/api/notifications/unread-count/")
    assert (first.json(), len(queries)) == ({"count": 3}, 1)
    again = api.get("/api/notifications/unread-count/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    happens(post, alice, cup)
    changed = api.get("/api/notifications/unread-count/", headers={"If-None-Match": first["ETag"]})
    assert changed.json() == {"count": 4}


def test_the_list_costs_the_same_at_any_length(happens, signed_in, alice, bob, cup, post, topic):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            listed(signed_in(alice), "?pageSize=100")
        return len(queries)

    comment(happens, topic, bob)
    few = cost()
    for number in range(10):
        other = TeamFactory(competition=cup, owner=UserFactory()).owner
        comment(happens, topic, other)
        happens(post, other, cup, title=f"t{number}")
    assert cost() == few <= 5


# --- withdrawing ------------------------------------------------------------------------------------------------------
def test_what_is_hidden_or_deleted_is_taken_back(happens, alice, bob, host, cup, post):
    spam = happens(post, alice, cup, title="spam", body="@bob")
    assert told() == {("bob", "mention"), ("host", "discussion")}
    happens(moderation.hide, post=spam, by=host, reason="spam", at=NOON)
    assert told() == set()
    assert set(Mail.objects.values_list("status", flat=True)) <= {"dropped", "sent"}


def test_a_deleted_comment_leaves_the_gathering(happens, signed_in, alice, bob, cup, topic):
    carol = TeamFactory(competition=cup, owner=UserFactory(username="carol")).owner
    secret = comment(happens, topic, bob, "secret")
    other = comment(happens, topic, carol, "other")
    happens(posts.delete_comment, comment=secret, by=bob, at=NOON)
    [row] = listed(signed_in(alice))
    assert (row["text"], row["excerpt"], row["actorCount"]) == (
        "carol commented on your discussion “Topic”",
        "other",
        1,
    )
    assert row["url"].endswith(f"#comment-{other.pk}")
    assert row["target"] == {"type": "comment", "id": other.pk}
    happens(posts.delete_comment, comment=other, by=carol, at=NOON)
    assert listed(signed_in(alice)) == []


# --- many -------------------------------------------------------------------------------------------------------------
def enter_many(competition, count: int) -> None:
    from accounts.models import User

    User.objects.bulk_create(User(username=f"crowd{n}", email=f"crowd{n}@example.org") for n in range(count))
    users = list(User.objects.filter(username__startswith="crowd"))
    team = TeamFactory(competition=competition, name="crowd")
    Membership.objects.bulk_create(
        Membership(team=team, user=user, competition=competition, joined_at=STARTS) for user in users
    )


def test_ten_thousand_are_told_in_as_many_statements_as_ten(alice, cup, post, monkeypatch):
    from notifications_api import kinds, telling

    def statements(discussion):
        with CaptureQueriesContext(connection) as queries:
            telling.tell(kinds.DISCUSSION_STARTED.story(discussion, at=NOON))
        return len(queries)

    with override_settings(TASKS={"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}):
        few = statements(post(alice, cup))
        enter_many(cup, 10_000)
        before = Notification.objects.count()
        many = statements(post(alice, cup))
    assert Notification.objects.count() - before > 10_000
    assert Mail.objects.filter(mode="digest").count() > 10_000
    assert many == few


def test_whoever_posts_does_not_wait_for_the_telling(
    signed_in, alice, cup, settings, django_capture_on_commit_callbacks
):
    """The request's statements do not depend on how many take part, and it writes no notification."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    api = signed_in(alice)

    def statements():
        with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
            body = {"competition": "cup", "title": "T", "body": "@bob hello"}
            assert api.post("/api/discussions/", body).status_code == 201
        return len(queries)

    few = statements()
    enter_many(cup, 300)
    assert statements() == few
    assert not Notification.objects.exists()
    from django_tasks import default_task_backend

    assert [(result.task.name, result.args[0]) for result in default_task_backend.results] == [
        ("tell_of", "discussion_started")
    ] * 2


@pytest.mark.parametrize(
    ("likers", "text"),
    [
        (1, "fan0 さんがあなたのディスカッション「Topic」に「いいね」しました"),
        (2, "fan1 さんと fan0 さんがあなたのディスカッション「Topic」に「いいね」しました"),
        (4, "fan3 さんほか 3 人があなたのディスカッション「Topic」に「いいね」しました"),
    ],
)
def test_sentences_in_japanese(happens, signed_in, alice, topic, likers, text):
    for number in range(likers):
        happens(likes.like, post=topic, by=UserFactory(username=f"fan{number}"), at=NOON + number * MINUTE)
    response = signed_in(alice).get("/api/notifications/", headers={"Accept-Language": "ja"})
    assert response.json()["results"][0]["text"] == text
