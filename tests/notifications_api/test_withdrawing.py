"""What is taken back: likes, hidden and deleted posts. Whatever runs first, nobody is told of what is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import transaction
from freezegun import freeze_time

from discussions.models import Like
from discussions.services import likes, moderation, posts
from notifications_api import mail, telling
from notifications_api.models import Mail, Notification, Preference
from notifications_api.withdrawing import take_back
from tests.discussions.test_concurrency import at_once, failures, meanwhile
from tests.factories import NOON, TeamFactory, UserFactory
from tests.notifications_api.conftest import told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


@pytest.fixture
def people(bob, cup):
    others = {name: TeamFactory(competition=cup, owner=UserFactory(username=name)).owner for name in ("carol", "dora")}
    return {"bob": bob, **others}


def wants_likes_mailed(user, mode="immediate"):
    Preference.objects.create(user=user, kind="like", in_app=True, email=mode)


def seen(user) -> list[tuple[str, list[str], int]]:
    """What a user's list says: (unread or read, who liked, the latest first, how many), the unread first."""
    names = dict(type(user).objects.values_list("pk", "username"))
    return [
        ("unread" if row.unread else "read", [names[pk] for pk in row.actor_ids], row.actor_count)
        for row in Notification.objects.filter(recipient=user).order_by("-unread", "-pk")
    ]


# --- likes ------------------------------------------------------------------------------------------------------------
# what happens: + likes, - takes the like back, "reads": the author reads
LIKES = {
    "bob+ bob-": [],
    "bob+ bob- bob+": [("unread", ["bob"], 1)],
    "bob+ carol+ bob-": [("unread", ["carol"], 1)],
    "bob+ carol+ carol-": [("unread", ["bob"], 1)],
    "bob+ carol+ bob- bob+": [("unread", ["bob", "carol"], 2)],
    "bob+ carol+ dora+ carol-": [("unread", ["dora", "bob"], 2)],
    "bob+ carol+ bob- carol-": [],
    "bob+ reads bob-": [("read", ["bob"], 1)],
    "bob+ reads bob- bob+": [("read", ["bob"], 1)],
    "bob+ reads carol+ bob-": [("unread", ["carol"], 1), ("read", ["bob"], 1)],
    "bob+ reads carol+ carol-": [("read", ["bob"], 1)],
    "bob-": [],
    "alice+ alice-": [],
}


@pytest.mark.parametrize("thing", ["discussion", "comment"])
@pytest.mark.parametrize("script", LIKES)
def test_a_like_that_is_taken_back_leaves_what_is_unread(happens, alice, people, topic, answer, thing, script):
    target = topic if thing == "discussion" else answer(topic, alice)
    everybody = {"alice": alice, **people}
    for step in script.split():
        if step == "reads":
            Notification.objects.filter(recipient=alice).update(unread=False)
        elif step.endswith("+"):
            happens(likes.like, post=target, by=everybody[step[:-1]], at=NOON)
        else:
            happens(likes.unlike, post=target, by=everybody[step[:-1]])
    assert seen(alice) == LIKES[script]


def test_likes_of_something_else_stay(happens, alice, bob, topic, answer):
    other = answer(topic, alice)
    for liked in (topic, other):
        happens(likes.like, post=liked, by=bob, at=NOON)
    happens(likes.unlike, post=topic, by=bob)
    assert Notification.objects.get().gather_key == f"like:comment:{other.pk}"


def test_more_likes_than_a_notification_remembers_are_counted_out_one_by_one(
    happens, alice, people, topic, monkeypatch
):
    monkeypatch.setattr(Notification, "MAX_ACTS", 2)
    for fan in people.values():
        happens(likes.like, post=topic, by=fan, at=NOON)
    assert seen(alice) == [("unread", ["dora", "carol"], 3)]
    happens(likes.unlike, post=topic, by=people["bob"])
    assert seen(alice) == [("unread", ["dora", "carol"], 2)]
    happens(likes.like, post=topic, by=people["bob"], at=NOON)
    happens(likes.unlike, post=topic, by=people["dora"])
    happens(likes.unlike, post=topic, by=people["bob"])
    assert seen(alice) == [("unread", ["carol"], 1)]
    happens(likes.unlike, post=topic, by=people["carol"])
    assert seen(alice) == []


def test_what_was_mailed_is_not_mailed_again(happens, alice, bob, topic):
    wants_likes_mailed(alice)
    happens(likes.like, post=topic, by=bob, at=NOON)
    happens(likes.unlike, post=topic, by=bob)
    assert Mail.objects.get().status == "sent", "history stays"
    happens(likes.like, post=topic, by=bob, at=NOON)
    assert len(outbox.outbox) == 1


def test_a_like_taken_back_while_it_is_told_is_not_told(happens, alice, bob, topic, monkeypatch):
    """The job has read the like; before it writes, the like is taken back, and that job finds nothing to withdraw."""
    wants_likes_mailed(alice)
    original = telling.tell

    def late(story):
        happens(likes.unlike, post=topic, by=bob)
        original(story)

    monkeypatch.setattr(telling, "tell", late)
    happens(likes.like, post=topic, by=bob, at=NOON)
    assert (seen(alice), outbox.outbox) == ([], [])


def test_a_withdrawal_that_comes_late_leaves_the_new_like(happens, alice, bob, topic):
    for _again in range(2):
        happens(likes.like, post=topic, by=bob, at=NOON)
    take_back.call("like_taken_back", "discussion", topic.pk, bob.pk)
    assert seen(alice) == [("unread", ["bob"], 1)]


# --- posts ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["discussion", "comment"])
def test_what_is_hidden_while_it_is_told_is_not_told(happens, host, alice, bob, cup, post, what, monkeypatch):
    topic = post(alice, cup)
    original = telling.tell

    def late(story):
        happens(moderation.hide, post=story[0].about, by=host, reason="rude", at=NOON)
        original(story)

    monkeypatch.setattr(telling, "tell", late)
    if what == "comment":
        happens(posts.add_comment, discussion=topic, by=alice, body="@bob rude", at=NOON)
    else:
        happens(post, alice, cup, body="@bob rude")
    assert (told(), outbox.outbox) == (set(), [])
    assert set(Mail.objects.values_list("status", flat=True)) == {"dropped"}


@pytest.mark.parametrize("act", ["hide", "delete"])
def test_no_title_is_told_of_a_discussion_that_goes_while_a_comment_is_told(
    happens, host, alice, people, topic, act, monkeypatch
):
    original = telling.tell

    def late(story):
        if act == "hide":
            happens(moderation.hide, post=topic, by=host, reason="rude", at=NOON)
        else:
            happens(posts.delete_discussion, discussion=topic, by=alice, at=NOON)
        original(story)

    monkeypatch.setattr(telling, "tell", late)
    happens(posts.add_comment, discussion=topic, by=people["dora"], body="@bob see", at=NOON)
    assert not [letter for letter in outbox.outbox if "Topic" in letter.body + letter.subject]
    assert list(Notification.objects.values_list("title", flat=True)) == ([] if act == "hide" else ["", ""])


def test_a_hidden_discussion_takes_with_it_what_was_told_of_its_comments(happens, host, alice, people, cup, post):
    """Every sentence about a comment says the title of the discussion."""
    rude, fine = (happens(post, alice, cup, title=title) for title in ("rude", "fine"))
    for topic in (rude, fine):
        first = happens(posts.add_comment, discussion=topic, by=people["bob"], body="@carol see", at=NOON)
        happens(posts.add_comment, discussion=topic, by=people["dora"], body="No", parent_id=first.pk, at=NOON)
        happens(likes.like, post=first, by=people["dora"], at=NOON)
        happens(moderation.report, post=first, by=alice, reason="abuse", at=NOON)
    before = Notification.objects.count()
    happens(moderation.hide, post=rude, by=host, reason="rude", at=NOON)
    assert set(Notification.objects.filter(title="rude").values_list("recipient__username", "kind")) == {
        ("host", "report")
    }
    kept = Notification.objects.filter(title="fine").count()
    assert kept * 2 == before
    assert not Mail.objects.waiting().filter(title="rude").exists()
    assert Mail.objects.waiting().filter(title="fine").exists()


def test_a_deleted_discussion_takes_its_title_with_it_and_leaves_the_replies(
    happens, signed_in, alice, people, cup, post
):
    topic = happens(post, alice, cup, title="secret")
    first = happens(posts.add_comment, discussion=topic, by=people["bob"], body="See", at=NOON)
    reply = happens(posts.add_comment, discussion=topic, by=people["dora"], body="No", parent_id=first.pk, at=NOON)
    late = posts.add_comment(discussion=topic, by=people["carol"], body="Yes", parent_id=first.pk, at=NOON)
    happens(posts.delete_discussion, discussion=topic, by=alice, at=NOON)
    telling.tell_of.call("comment_added", "comment", late.pk, NOON.isoformat(), by=None, mentioned=[])
    [row] = signed_in(people["bob"]).get("/api/notifications/?kind=reply").json()["results"]
    assert row["text"] == "carol and dora replied to your comment in “(deleted)”"
    assert (row["title"], row["target"]["id"]) == ("", reply.pk)
    mail.deliver_due(NOON + timedelta(days=1))
    [letter] = [letter for letter in outbox.outbox if letter.to == ["bob@example.org"]]
    assert "carol and dora replied to your comment in “(deleted)”" in letter.body
    assert not [letter for letter in outbox.outbox if "secret" in letter.body + letter.subject]


def test_nothing_more_is_told_of_talk_in_a_hidden_discussion(happens, host, alice, bob, topic, settings):
    made = posts.add_comment(discussion=topic, by=bob, body="late", at=NOON)
    happens(moderation.hide, post=topic, by=host, reason="rude", at=NOON)
    telling.tell_of.call("comment_added", "comment", made.pk, NOON.isoformat(), by=None, mentioned=[host.pk])
    assert told() == set()


def test_likes_of_what_was_hidden_are_not_mailed(happens, host, alice, bob, topic):
    wants_likes_mailed(alice, "digest")
    happens(likes.like, post=topic, by=bob, at=NOON)
    happens(moderation.hide, post=topic, by=host, reason="rude", at=NOON)
    assert Mail.objects.get(kind="like").status == "dropped"


# --- in one moment ----------------------------------------------------------------------------------------------------
class TestAtOnce:
    """Real threads and connections, on PostgreSQL; SQLite lets one write at a time."""

    pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

    @pytest.mark.parametrize("ends_with", ["like", "unlike", "either"])
    def test_two_devices_end_with_what_is_true(self, alice, bob, topic, ends_with):
        def like():
            likes.like(post=topic, by=bob, at=NOON)

        def unlike():
            likes.unlike(post=topic, by=bob)

        wants_likes_mailed(alice, "digest")
        assert failures(at_once(*[like, unlike] * 4)) == []
        if ends_with != "either":
            {"like": like, "unlike": unlike}[ends_with]()
        stands = Like.objects.exists()
        assert seen(alice) == ([("unread", ["bob"], 1)] if stands else [])
        assert Mail.objects.waiting().filter(kind="like").count() == stands

    def test_many_who_like_while_others_think_again(self, alice, cup, topic):
        fans = UserFactory.create_batch(4)
        for fan in fans:
            likes.like(post=topic, by=fan, at=NOON)
        more = UserFactory.create_batch(4)
        acts = [lambda u=user: likes.unlike(post=topic, by=u) for user in fans]
        acts += [lambda u=user: likes.like(post=topic, by=u, at=NOON) for user in more]
        assert failures(at_once(*acts)) == []
        [(state, names, count)] = seen(alice)
        assert (state, set(names), count) == ("unread", {fan.username for fan in more}, 4)

    def test_a_like_in_the_moment_of_reading_is_not_overlooked(self, alice, bob, people, topic):
        """The author reads what carol's like is about to be added to: it is told in a new notification."""
        likes.like(post=topic, by=bob, at=NOON)
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                Notification.objects.filter(recipient=alice).update(unread=False)
                liking = meanwhile(pool, lambda: likes.like(post=topic, by=people["carol"], at=NOON))
            liking.result()
        assert seen(alice) == [("unread", ["carol"], 1), ("read", ["bob"], 1)]

    def test_two_workers_send_one_email_on_one_thing(self, alice, topic, settings, monkeypatch):
        """The second one comes while the first has found some of the emails on it, and not yet taken the rest."""
        monkeypatch.setattr(mail, "BATCH", 2)
        wants_likes_mailed(alice)
        settings.EMAIL_BACKEND = "tests.notifications_api.test_mail.Failing"
        for fan in UserFactory.create_batch(6):
            likes.like(post=topic, by=fan, at=NOON)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        Mail.objects.filter(kind="like").update(not_before=NOON)
        others, original = [], mail._moments_to_wait_for

        def second_comes(*args):
            if not others:
                others.append(None)
                others[0] = meanwhile(pool, lambda: mail.deliver_due(NOON))
            return original(*args)

        monkeypatch.setattr(mail, "_moments_to_wait_for", second_comes)
        with ThreadPoolExecutor(1) as pool:
            mail.deliver_due(NOON)
            others[0].result()
        [letter] = outbox.outbox
        assert "and 5 others liked" in letter.subject
