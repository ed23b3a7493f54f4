"""Two clicks, two devices, many people at once: real threads and connections.

On PostgreSQL; the tests' SQLite lives in memory, where connections lock tables instead of waiting for each other.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from discussions.exceptions import AlreadyResolved
from discussions.models import Comment, Discussion, Like, Report
from discussions.services import likes, moderation, posts
from tests.factories import NOON, TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture(autouse=True)
def _nobody_is_told(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def at_once(*acts):
    """Run all acts in threads that start together; returns what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except Exception as error:  # noqa: BLE001 -- looked at by the test
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def meanwhile(pool, act):
    """Start `act` in another thread; returns its future once it is done or waits for a lock that this thread holds."""

    def run():
        try:
            return act()
        finally:
            connections.close_all()

    future = pool.submit(run)
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        while not future.done():
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                break
    return future


def failures(results):
    return [result for result in results if isinstance(result, Exception)]


@pytest.mark.parametrize("of", ["discussion", "comment"])
def test_many_clicks_of_one_person_are_one_like(alice, bob, cup, post, answer, of):
    target = post(alice, cup)
    if of == "comment":
        target = answer(target, alice)
    assert failures(at_once(*[lambda: likes.like(post=target, by=bob, at=NOON)] * 8)) == []
    target.refresh_from_db()
    assert (target.like_count, Like.objects.count()) == (1, 1)


def test_likes_of_many_people_all_count(alice, cup, post):
    target = post(alice, cup)
    people = UserFactory.create_batch(8)
    assert failures(at_once(*[lambda u=user: likes.like(post=target, by=u, at=NOON) for user in people])) == []
    target.refresh_from_db()
    assert target.like_count == Like.objects.count() == 8


def test_like_and_unlike_in_one_moment_end_with_a_true_count(alice, bob, cup, post):
    target = post(alice, cup)
    acts = [lambda: likes.like(post=target, by=bob, at=NOON), lambda: likes.unlike(post=target, by=bob)] * 4
    assert failures(at_once(*acts)) == []
    target.refresh_from_db()
    assert target.like_count == Like.objects.count() <= 1


def test_comments_of_many_people_all_count(alice, cup, post):
    discussion = post(alice, cup)
    people = [TeamFactory(competition=cup).owner for _n in range(6)]
    acts = [lambda u=user: posts.add_comment(discussion=discussion, by=u, body="x", at=NOON) for user in people]
    assert failures(at_once(*acts)) == []
    discussion.refresh_from_db()
    assert discussion.comment_count == Comment.objects.count() == 6


def test_a_comment_that_two_delete_is_counted_out_once(alice, host, cup, post, answer):
    discussion = post(alice, cup)
    answer(discussion, alice)
    comment = answer(discussion, alice)
    acts = [lambda u=user: posts.delete_comment(comment=comment, by=u, at=NOON) for user in (alice, host)] * 2
    assert failures(at_once(*acts)) == []
    discussion.refresh_from_db()
    assert discussion.comment_count == 1


def test_edits_in_one_moment_both_stay_in_the_history(alice, cup, post):
    discussion = post(alice, cup, body="zero")
    acts = [
        lambda w=word: posts.edit_discussion(discussion=discussion, by=alice, body=w, at=NOON)
        for word in ("one", "two", "three")
    ]
    assert failures(at_once(*acts)) == []
    discussion.refresh_from_db()
    versions = {discussion.body, *discussion.revisions.values_list("body", flat=True)}
    assert versions == {"zero", "one", "two", "three"}
    assert discussion.revision_count == 3


def test_two_reports_of_one_person_are_one(alice, bob, cup, post):
    discussion = post(alice, cup)
    acts = [lambda: moderation.report(post=discussion, by=bob, reason="spam", at=NOON)] * 4
    assert len(failures(at_once(*acts))) == 3
    assert Report.objects.count() == 1


def test_new_tags_in_one_moment_are_made_once(alice, cup):
    acts = [
        lambda n=number: posts.create_discussion(
            by=alice, competition=cup, title=str(n), body="b", tags=["new", "tag"], at=NOON
        )
        for number in range(4)
    ]
    assert failures(at_once(*acts)) == []
    assert Discussion.objects.filter(tags__name="new").count() == 4


def test_two_organisers_with_a_report_each_do_not_wait_for_each_other(alice, bob, host, cup, post, monkeypatch):
    """Each decides about all reports of the post: the second one comes while the first has only its own."""
    discussion = post(alice, cup)
    first, second = (moderation.report(post=discussion, by=by, reason="spam", at=NOON) for by in (bob, host))
    original, other = moderation.hide, []

    def hide(**facts):
        if not other:
            other.append(None)
            other[0] = meanwhile(pool, lambda: moderation.resolve(report=second, by=host, hides=True, at=NOON))
        return original(**facts)

    monkeypatch.setattr(moderation, "hide", hide)
    with ThreadPoolExecutor(1) as pool:
        moderation.resolve(report=first, by=host, hides=True, at=NOON)
        with pytest.raises(AlreadyResolved):
            other[0].result()
    assert set(Report.objects.values_list("state", flat=True)) == {"hidden"}
