"""Starting, reading, changing and deleting discussions and comments."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.test.utils import CaptureQueriesContext

from competitions.models import Competition
from discussions.exceptions import Locked, Removed
from discussions.models import Comment, Discussion
from discussions.services import likes, moderation, posts
from tests.discussions.conftest import code
from tests.factories import NOON, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def titles(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["results"]]


# --- writing ----------------------------------------------------------------------------------------------------------
def test_a_participant_starts_a_discussion(as_, alice, cup):
    response = as_(alice).post(
        "/api/discussions/",
        {
            "competition": "cup",
            "title": "  Leak\nin   fold 3? ",
            "body": "See **this** :tada:",
            "tags": ["#Data Set", "data set"],
        },
    )
    assert response.status_code == 201, response.content
    body = response.json()
    assert body["title"] == "Leak in fold 3?"
    assert body["html"] == "<p>See <strong>this</strong> 🎉</p>\n"
    assert body["tags"] == ["data-set"]
    assert body["url"] == f"/competitions/cup/discussions/{body['id']}"
    assert body["author"]["username"] == "alice"
    assert body["competition"]["slug"] == "cup"
    assert body["can"] == {
        "edit": True, "delete": True, "comment": True, "like": True, "report": False,
        "pin": False, "lock": False, "translate": False, "announce": False, "hide": False,
    }  # fmt: skip


def test_short_names_of_emoji_in_a_title_are_kept_as_emoji(alice, cup, post):
    topic = post(alice, cup, title="We won :tada: at 10:30:20 :nothing:")
    assert topic.title == "We won 🎉 at 10:30:20 :nothing:"


def test_anybody_signed_in_starts_a_site_wide_discussion(as_, visitor):
    response = as_(visitor).post("/api/discussions/", {"title": "Hello", "body": "World"})
    assert response.status_code == 201
    assert response.json()["competition"] is None
    assert response.json()["url"] == f"/discussions/{response.json()['id']}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": " \u200b "}, "empty"),
        ({"body": "\u3000\n\u200d"}, "empty"),
        ({"title": "x" * 201}, "too_long"),
        ({"body": "x" * 200_001}, "too_long"),
        ({"tags": ["a", "b", "c", "d", "e", "f"]}, "invalid_tags"),
        ({"tags": ["x" * 31]}, "invalid_tags"),
        ({"tags": "data"}, "not_a_list"),
        ({"title": {"a": 1}}, "invalid"),
        ({"title": None}, "null"),
        ({"body": "a\x00b"}, "null_characters_not_allowed"),
        ({"competition": "nowhere"}, "no_such_competition"),
        ({"competition": "9" * 40}, "no_such_competition"),
        ({"submission": 10**30}, "max_value"),
        ({"submission": 1}, "no_such_submission"),
        ({"notebook": "not-a-uuid"}, "invalid"),
        ({"notebook": "00000000-0000-0000-0000-000000000000"}, "no_such_notebook"),
    ],
)
def test_what_cannot_be_posted_answers_400(as_, alice, cup, changes, expected):
    response = as_(alice).post("/api/discussions/", {"competition": "cup", "title": "T", "body": "B", **changes})
    assert (response.status_code, code(response)) == (400, expected)
    assert not Discussion.objects.exists()


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"{", b"\xff\xfe", b"null", b'{"title": "\\ud800", "body": "b"}'])
def test_what_is_no_object_answers_400(as_, visitor, raw):
    response = as_(visitor).generic("POST", "/api/discussions/", raw, content_type="application/json")
    assert response.status_code in (400, 201)
    if response.status_code == 201:
        assert response.json()["title"]


def test_replies_belong_to_their_thread_and_count(as_, alice, bob, cup, post):
    discussion = post(alice, cup)
    first = as_(bob).post(f"/api/discussions/{discussion.pk}/comments/", {"body": "one"}).json()
    reply = (
        as_(alice).post(f"/api/discussions/{discussion.pk}/comments/", {"body": "two", "parent": first["id"]}).json()
    )
    deeper = (
        as_(bob).post(f"/api/discussions/{discussion.pk}/comments/", {"body": "three", "parent": reply["id"]}).json()
    )
    assert (first["parent"], first["thread"]) == (None, None)
    assert (reply["parent"], reply["thread"]) == (first["id"], first["id"])
    assert (deeper["parent"], deeper["thread"]) == (reply["id"], first["id"])
    discussion.refresh_from_db()
    assert discussion.comment_count == 3
    assert discussion.last_comment_at is not None


def test_a_reply_answers_a_comment_of_the_same_discussion(as_, alice, cup, post, answer):
    here, there = post(alice, cup), post(alice, cup)
    comment = answer(there, alice)
    response = as_(alice).post(f"/api/discussions/{here.pk}/comments/", {"body": "x", "parent": comment.pk})
    assert (response.status_code, code(response)) == (400, "no_such_comment")


def test_mentions_become_links_to_people_that_exist(as_, alice, bob, cup, post):
    html = post(alice, cup, body="@Bob さん、@nobody と mail@bob.example と `@bob`").html
    assert '<a class="mention" href="/users/bob" rel="nofollow ugc noopener noreferrer">@Bob</a> さん、@nobody' in html
    assert html.count('class="mention"') == 1


# --- who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "visibility", "published", "reads", "writes"),
    [
        ("nobody", "public", True, 200, 401),
        ("visitor", "public", True, 200, 403),
        ("alice", "public", True, 200, 201),
        ("host", "public", True, 200, 201),
        ("nobody", "invitation", True, 403, 401),
        ("visitor", "invitation", True, 403, 403),
        ("alice", "invitation", True, 200, 201),
        ("host", "invitation", True, 200, 201),
        ("nobody", "public", False, 404, 401),
        ("visitor", "public", False, 404, 400),
        ("alice", "public", False, 404, 400),
        ("host", "public", False, 200, 201),
    ],
)
def test_reading_follows_the_competition_and_writing_takes_part(
    as_, request, host, cup, alice, visitor, post, who, visibility, published, reads, writes
):
    discussion = post(alice, cup)
    comment = posts.add_comment(discussion=discussion, by=alice, body="x", at=NOON)
    Competition.objects.filter(pk=cup.pk).update(visibility=visibility, is_published=published)
    user = None if who == "nobody" else request.getfixturevalue(who)
    api = as_(user)
    for address in (
        f"/api/discussions/{discussion.pk}/",
        f"/api/discussions/{discussion.pk}/comments/",
        f"/api/discussions/{discussion.pk}/revisions/",
        f"/api/comments/{comment.pk}/",
        f"/api/comments/{comment.pk}/revisions/",
        "/api/discussions/?competition=cup",
        "/api/discussions/tags/?competition=cup",
    ):
        assert api.get(address).status_code == reads, address
    everywhere = titles(api.get("/api/discussions/"))
    assert everywhere == (["A question"] if reads == 200 else [])
    assert titles(api.get("/api/discussions/?search=question")) == everywhere
    created = api.post("/api/discussions/", {"competition": "cup", "title": "T", "body": "B"})
    assert created.status_code == writes, created.content


@pytest.mark.parametrize(("who", "told"), [("nobody", False), ("visitor", False), ("alice", True), ("host", True)])
def test_the_list_of_all_tells_nobody_of_an_unlisted_competition(
    as_, request, host, cup, alice, visitor, post, who, told
):
    post(alice, cup, tags=["secret"])
    Competition.objects.filter(pk=cup.pk).update(visibility="unlisted")
    api = as_(None if who == "nobody" else request.getfixturevalue(who))
    assert titles(api.get("/api/discussions/?competition=cup")) == ["A question"], "who has the address reads"
    for address in ("/api/discussions/", "/api/discussions/?search=question", "/api/discussions/?author=alice"):
        assert titles(api.get(address)) == (["A question"] if told else []), address
    assert [tag["name"] for tag in api.get("/api/discussions/tags/").json()] == (["secret"] if told else [])


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("nobody", set()),
        ("visitor", {"like", "report"}),
        ("bob", {"like", "report", "comment"}),
        ("alice", {"like", "comment", "edit", "delete"}),
        ("host", {"like", "report", "comment", "delete", "pin", "announce", "hide", "unhide"}),
        ("staff", {"like", "report"}),
    ],
)
def test_who_may_do_what_with_a_discussion(as_, request, host, alice, bob, visitor, staff, cup, post, who, allowed):
    """Roles x acts; the author is alice."""
    user = None if who == "nobody" else request.getfixturevalue(who)
    acts = {
        "comment": lambda api, d: api.post(f"{d}comments/", {"body": "x"}),
        "edit": lambda api, d: api.patch(d, {"title": "Other"}),
        "pin": lambda api, d: api.patch(d, {"isPinned": True}),
        "like": lambda api, d: api.put(f"{d}like/"),
        "report": lambda api, d: api.post(f"{d}report/", {"reason": "spam"}),
        "announce": lambda api, d: api.post(f"{d}announce/"),
        "hide": lambda api, d: api.post(f"{d}hide/", {"reason": "spam"}),
        "unhide": lambda api, d: api.post(f"{d}unhide/"),
        "delete": lambda api, d: api.delete(d),
    }
    done = set()
    for name, act in acts.items():
        discussion = post(alice, cup)
        response = act(as_(user), f"/api/discussions/{discussion.pk}/")
        assert response.status_code in (200, 201, 204, 400, 401, 403), (name, response.content)
        if response.status_code < 300:
            done.add(name)
    assert done == allowed


def test_staff_moderate_site_wide_discussions(as_, alice, staff, post):
    discussion = post(alice)
    assert as_(staff).patch(f"/api/discussions/{discussion.pk}/", {"isLocked": True}).json()["isLocked"] is True
    assert as_(alice).post(f"/api/discussions/{discussion.pk}/hide/", {"reason": "x"}).status_code == 403


def test_a_locked_discussion_takes_no_comments_but_of_moderators(as_, alice, bob, host, cup, post, answer):
    discussion = post(alice, cup)
    comment = answer(discussion, bob)
    moderation.mark(discussion=discussion, by=host, is_locked=True)
    for response in (
        as_(bob).post(f"/api/discussions/{discussion.pk}/comments/", {"body": "x"}),
        as_(bob).patch(f"/api/comments/{comment.pk}/", {"body": "y"}),
        as_(alice).patch(f"/api/discussions/{discussion.pk}/", {"body": "y"}),
    ):
        assert (response.status_code, code(response)) == (409, "locked")
    assert as_(host).post(f"/api/discussions/{discussion.pk}/comments/", {"body": "x"}).status_code == 201


# --- history, deleting, hiding ----------------------------------------------------------------------------------------
def test_an_edit_leaves_the_earlier_version_in_the_history(as_, alice, bob, cup, post):
    discussion = post(alice, cup, title="Old", body="old *words*")
    answer = as_(alice).patch(f"/api/discussions/{discussion.pk}/", {"title": "New", "body": "new words"}).json()
    assert (answer["title"], answer["html"], answer["revisionCount"]) == ("New", "<p>new words</p>\n", 1)
    assert answer["editedAt"] is not None
    versions = as_(bob).get(f"/api/discussions/{discussion.pk}/revisions/").json()
    assert [(v["title"], v["body"]) for v in versions] == [("New", "new words"), ("Old", "old *words*")]
    assert versions[1]["editedBy"]["username"] == "alice"


def test_an_edit_that_changes_nothing_leaves_no_trace(as_, alice, cup, post):
    discussion = post(alice, cup, title="Same", body="same")
    answer = as_(alice).patch(f"/api/discussions/{discussion.pk}/", {"title": "Same", "body": "same"}).json()
    assert (answer["editedAt"], answer["revisionCount"]) == (None, 0)


def test_a_deleted_comment_with_replies_stays_as_an_empty_place(as_, alice, bob, cup, post, answer):
    discussion = post(alice, cup)
    first = answer(discussion, bob, "secret words")
    answer(discussion, alice, "reply", to=first)
    lonely = answer(discussion, bob, "lonely")
    for comment in (first, lonely):
        assert as_(bob).delete(f"/api/comments/{comment.pk}/").status_code == 204
    rows = as_(bob).get(f"/api/discussions/{discussion.pk}/comments/").json()["results"]
    assert [(row["isDeleted"], row["body"], row["author"] and row["author"]["username"]) for row in rows] == [
        (True, None, None),
        (False, "reply", "alice"),
    ]
    assert b"secret" not in as_(bob).get(f"/api/comments/{first.pk}/").content
    assert as_(bob).get(f"/api/comments/{first.pk}/revisions/").status_code == 409
    discussion.refresh_from_db()
    assert discussion.comment_count == 1


def test_deleting_twice_counts_once(alice, cup, post, answer):
    discussion = post(alice, cup)
    answer(discussion, alice)
    comment = answer(discussion, alice)
    posts.delete_comment(comment=comment, by=alice, at=NOON)
    posts.delete_comment(comment=comment, by=alice, at=NOON)
    discussion.refresh_from_db()
    assert discussion.comment_count == 1


def test_a_deleted_discussion_keeps_its_comments_readable(as_, alice, bob, cup, post, answer):
    discussion = post(alice, cup, title="Secret title", body="secret", tags=["secret"])
    answer(discussion, bob, "still here")
    assert as_(alice).delete(f"/api/discussions/{discussion.pk}/").status_code == 204
    body = as_(bob).get(f"/api/discussions/{discussion.pk}/")
    assert b"ecret" not in body.content
    assert body.json()["isDeleted"] is True
    assert as_(bob).get(f"/api/discussions/{discussion.pk}/comments/").json()["results"][0]["body"] == "still here"
    assert as_(bob).post(f"/api/discussions/{discussion.pk}/comments/", {"body": "x"}).status_code == 409
    assert titles(as_(bob).get("/api/discussions/")) == []


def test_a_deleted_discussion_nobody_answered_is_gone(as_, alice, bob, cup, post):
    discussion = post(alice, cup)
    posts.delete_discussion(discussion=discussion, by=alice, at=NOON)
    assert as_(bob).get(f"/api/discussions/{discussion.pk}/").status_code == 404


def test_a_hidden_discussion_is_seen_by_its_author_and_moderators_only(as_, alice, bob, host, cup, post):
    discussion = post(alice, cup, title="Bad")
    answer = as_(host).post(f"/api/discussions/{discussion.pk}/hide/", {"reason": "shares the solution"})
    assert answer.json()["hidden"]["reason"] == "shares the solution"
    assert as_(bob).get(f"/api/discussions/{discussion.pk}/").status_code == 404
    assert as_(alice).get(f"/api/discussions/{discussion.pk}/").json()["hidden"]["reason"] == "shares the solution"
    assert titles(as_(bob).get("/api/discussions/?search=bad")) == []
    as_(host).post(f"/api/discussions/{discussion.pk}/unhide/")
    assert titles(as_(bob).get("/api/discussions/?search=bad")) == ["Bad"]


def test_a_hidden_comment_leaves_its_place_and_the_reason(as_, alice, bob, host, cup, post, answer):
    discussion = post(alice, cup)
    comment = answer(discussion, bob, "rude words")
    as_(host).post(f"/api/comments/{comment.pk}/hide/", {"reason": "rude"})
    [row] = as_(alice).get(f"/api/discussions/{discussion.pk}/comments/").json()["results"]
    assert (row["isHidden"], row["body"], row["html"], row["hidden"]["reason"]) == (True, None, None, "rude")
    assert as_(alice).get(f"/api/comments/{comment.pk}/").status_code == 404
    [row] = as_(bob).get(f"/api/discussions/{discussion.pk}/comments/").json()["results"]
    assert row["body"] == "rude words"
    discussion.refresh_from_db()
    assert discussion.comment_count == 0


def test_a_hidden_comment_that_is_deleted_is_not_counted_out_twice(alice, bob, host, cup, post, answer):
    discussion = post(alice, cup)
    answer(discussion, alice)
    comment = answer(discussion, bob)
    moderation.hide(post=comment, by=host, reason="x", at=NOON)
    posts.delete_comment(comment=comment, by=bob, at=NOON)
    moderation.unhide(post=comment, by=host)
    discussion.refresh_from_db()
    assert discussion.comment_count == 1


def test_hiding_takes_a_reason(as_, alice, host, cup, post):
    response = as_(host).post(f"/api/discussions/{post(alice, cup).pk}/hide/", {"reason": "  "})
    assert (response.status_code, code(response)) == (400, "empty")


# --- reports ----------------------------------------------------------------------------------------------------------
def test_a_report_reaches_the_organisers_and_hiding_settles_all_of_the_same_post(
    as_, alice, bob, visitor, host, cup, post
):
    discussion = post(alice, cup, title="Bad")
    for user in (bob, visitor):
        assert as_(user).post(f"/api/discussions/{discussion.pk}/report/", {"reason": "leak"}).status_code == 201
    again = as_(bob).post(f"/api/discussions/{discussion.pk}/report/", {"reason": "spam"})
    assert (again.status_code, code(again)) == (409, "already_reported")
    reports = as_(host).get("/api/reports/?competition=cup&state=open").json()["results"]
    assert [r["reporter"]["username"] for r in reports] == ["visitor", "bob"]
    assert reports[0]["discussion"]["title"] == "Bad"
    done = as_(host).post(f"/api/reports/{reports[0]['id']}/resolve/", {"action": "hide"}).json()
    assert (done["state"], done["resolvedBy"]["username"]) == ("hidden", "host")
    assert as_(host).get("/api/reports/?state=open").json()["count"] == 0
    assert Discussion.objects.get().is_hidden
    late = as_(host).post(f"/api/reports/{reports[1]['id']}/resolve/", {"action": "dismiss"})
    assert (late.status_code, code(late)) == (409, "already_resolved")


def test_reports_are_for_moderators_only(as_, alice, bob, staff, cup, post):
    moderation.report(post=post(alice, cup), by=bob, reason="spam", at=NOON)
    site = moderation.report(post=post(alice), by=bob, reason="spam", at=NOON)
    assert as_(alice).get("/api/reports/").json()["count"] == 0
    assert as_(alice).get("/api/reports/?competition=cup").status_code == 403
    assert as_(alice).get("/api/reports/?competition=site").status_code == 403
    assert [r["id"] for r in as_(staff).get("/api/reports/").json()["results"]] == [site.pk]
    assert as_(bob).post(f"/api/reports/{site.pk}/resolve/", {"action": "hide"}).status_code == 404


# --- lists ------------------------------------------------------------------------------------------------------------
def test_orders_of_the_list(as_, alice, bob, cup, post, answer):
    old = post(alice, cup, title="old", at=NOON)
    liked = post(alice, cup, title="liked", at=NOON + MINUTE)
    post(alice, cup, title="new", at=NOON + 2 * MINUTE)
    answer(old, bob, at=NOON + 3 * MINUTE)
    likes.like(post=liked, by=bob, at=NOON)
    likes.like(post=liked, by=alice, at=NOON)
    api = as_(bob)

    def order(sort):
        return titles(api.get(f"/api/discussions/?competition=cup&ordering={sort}"))

    assert order("newest") == ["new", "liked", "old"]
    assert order("last_comment") == ["old", "new", "liked"]
    assert order("most_liked") == ["liked", "new", "old"]
    assert order("hot") == ["liked", "old", "new"]
    assert order("") == order("last_comment")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/api/discussions/?ordering=nonsense", "ordering"),
        ("/api/discussions/{pk}/comments/?ordering=hot", "ordering"),
        ("/api/reports/?state=hidden", "state"),
    ],
)
def test_a_choice_that_is_none_is_refused(as_, alice, cup, post, address, field):
    answer = as_(alice).get(address.format(pk=post(alice, cup).pk))
    assert answer.status_code == 400
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [("invalid_choice", field)]


def test_attention_wears_off_against_newer_discussions(as_, alice, bob, cup, post):
    old = post(alice, cup, title="yesterday's", at=NOON - timedelta(days=3))
    likes.like(post=old, by=bob, at=NOON)
    post(alice, cup, title="today's", at=NOON)
    assert titles(as_(bob).get("/api/discussions/?competition=cup&ordering=hot")) == ["today's", "yesterday's"]


def test_pinned_discussions_come_first_unless_searching(as_, alice, host, cup, post):
    pinned = post(alice, cup, title="pinned word")
    post(alice, cup, title="new word", at=NOON + MINUTE)
    moderation.mark(discussion=pinned, by=host, is_pinned=True)
    assert titles(as_(alice).get("/api/discussions/?ordering=newest")) == ["pinned word", "new word"]
    assert titles(as_(alice).get("/api/discussions/?ordering=newest&search=word")) == ["new word", "pinned word"]


def test_lists_can_be_narrowed(as_, alice, bob, cup, post):
    post(alice, cup, title="in cup", tags=["data"])
    post(bob, title="on site")
    api = as_(visitor_of := UserFactory())
    assert visitor_of
    assert titles(api.get("/api/discussions/?competition=cup")) == ["in cup"]
    assert titles(api.get("/api/discussions/?competition=site")) == ["on site"]
    assert titles(api.get("/api/discussions/?tag=DATA")) == ["in cup"]
    assert titles(api.get("/api/discussions/?author=BOB")) == ["on site"]
    assert as_(None).get("/api/discussions/tags/").json() == [{"name": "data", "count": 1}]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=abc",
        "page=99",
        "pageSize=abc",
        "competition=%00",
        "author=%00",
        "tag=%00",
        "search=%00",
        "search=%F0%9F%98%80",
        "search='\"*()",
        "competition=" + "9" * 50,
    ],
)
def test_strange_queries_never_break_the_list(as_, alice, cup, post, query):
    post(alice, cup)
    assert as_(alice).get(f"/api/discussions/?{query}").status_code in (200, 400, 404)


def test_threads_follow_each_other_by_age_or_likes(as_, alice, bob, cup, post, answer):
    discussion = post(alice, cup)
    first, second = answer(discussion, alice, "1"), answer(discussion, alice, "2")
    answer(discussion, bob, "2.1", to=second)
    deep = answer(discussion, bob, "1.1", to=first)
    answer(discussion, bob, "1.1.1", to=deep)
    likes.like(post=second, by=bob, at=NOON)

    def order(sort):
        rows = as_(alice).get(f"/api/discussions/{discussion.pk}/comments/?ordering={sort}").json()["results"]
        return [row["body"] for row in rows]

    assert order("oldest") == ["1", "1.1", "1.1.1", "2", "2.1"]
    assert order("newest") == order("most_liked") == ["2", "2.1", "1", "1.1", "1.1.1"]


def test_a_link_to_a_comment_finds_its_page(as_, alice, cup, post, answer):
    discussion = post(alice, cup)
    first = answer(discussion, alice)
    Comment.objects.bulk_create(
        Comment(discussion=discussion, author=alice, body=str(n), html="", created_at=NOON) for n in range(49)
    )
    last = answer(discussion, alice)
    reply = answer(discussion, alice, to=first)
    pages = [as_(alice).get(f"/api/comments/{comment.pk}/").json()["page"] for comment in (first, reply, last)]
    assert pages == [1, 1, 2]
    listed = as_(alice).get(f"/api/discussions/{discussion.pk}/comments/?page=2").json()["results"]
    assert last.pk in [row["id"] for row in listed]


# --- speed ------------------------------------------------------------------------------------------------------------
def queries(django_connection, act) -> int:
    with CaptureQueriesContext(django_connection) as captured:
        assert act().status_code == 200
    return len(captured)


@pytest.mark.parametrize("visibility", ["public", "invitation"])
def test_lists_and_threads_cost_the_same_at_any_length(as_, alice, bob, cup, post, answer, visibility):
    from django.db import connection

    Competition.objects.filter(pk=cup.pk).update(visibility=visibility)
    cup.refresh_from_db()
    discussion = post(alice, cup, tags=["a"])
    answer(discussion, bob)
    api = as_(alice)
    addresses = (
        "/api/discussions/?competition=cup",
        "/api/discussions/",
        f"/api/discussions/{discussion.pk}/comments/?pageSize=200",
    )
    few = [queries(connection, lambda a=address: api.get(a)) for address in addresses]
    for number in range(15):
        more = post(UserFactory(), title=f"t{number}") if number % 2 else post(bob, cup, tags=[f"t{number}", "x"])
        likes.like(post=more, by=alice, at=NOON)
        comment = answer(discussion, bob)
        answer(discussion, alice, to=comment)
    many = [queries(connection, lambda a=address: api.get(a)) for address in addresses]
    assert many == few
    assert max(many) <= 8


def test_one_may_be_in_another_competition(as_, alice, cup, post):
    """Taking part is asked of the competition of the discussion, not of any."""
    other = TeamFactory(competition=CompetitionFactory(slug="other")).owner
    discussion = post(alice, cup)
    response = as_(other).post(f"/api/discussions/{discussion.pk}/comments/", {"body": "x"})
    assert (response.status_code, code(response)) == (403, "not_entered")


# --- in the moment of moderating --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("act", "refusal"), [("lock", Locked), ("hide", Removed)])
@pytest.mark.parametrize("change", ["comment", "edit the discussion", "edit a comment"])
def test_what_an_organiser_overtakes_is_refused(alice, host, cup, post, answer, monkeypatch, act, refusal, change):
    """The discussion is open when it is looked at, and not any more when it is written."""
    topic = post(alice, cup, body="before")
    mine = answer(topic, alice, "before")
    original = posts.texts.check_body

    def overtaken(*args, **kwargs):
        if act == "lock":
            moderation.mark(discussion=topic, by=host, is_locked=True)
        else:
            moderation.hide(post=topic, by=host, reason="rude", at=NOON)
        return original(*args, **kwargs)

    monkeypatch.setattr(posts.texts, "check_body", overtaken)
    write = {
        "comment": partial(posts.add_comment, discussion=topic),
        "edit the discussion": partial(posts.edit_discussion, discussion=topic),
        "edit a comment": partial(posts.edit_comment, comment=mine),
    }[change]
    with pytest.raises(refusal):
        write(by=alice, body="after", at=NOON)
    assert list(Discussion.objects.values_list("body", flat=True)) == ["before"]
    assert list(Comment.objects.values_list("body", flat=True)) == ["before"]
