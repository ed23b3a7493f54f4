"""Discussions, as the command line lists and shows them. Reading only: the client writes none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from clients.kaggle.addresses import page_address
from clients.kaggle.lookup import CompetitionName, competition_of
from clients.kaggle.paging import MAX_PAGE_SIZE, Paged, PageNumber, page_of
from clients.kaggle.rpc import Fields, rpc, timestamp
from competitions import permissions as can
from competitions.models import Competition
from discussions.models import Comment, Discussion

# The client computes pages of this size by itself.
TOPICS_PAGE = 20
GENERAL = "general"
SORTS = {
    "HOT": "hot",
    "TOP": "most_liked",
    "NEW": "newest",
    "RECENT": "last_comment",
    "ACTIVE": "last_comment",
    "RELEVANCE": "hot",
}
COMMENT_SORTS = {"HOT": "most_liked", "TOP": "most_liked", "NEW": "newest", "OLD": "oldest"}


def word_of(fields: dict[str, Any], prefix: str, words: dict[str, str], default: str) -> str:
    return words.get(fields.get("sortBy", "").upper().removeprefix(prefix), default)


def topics(fields: dict[str, Any], rows: Any) -> Any:
    rows = rows.listed()
    if search := fields.get("searchQuery"):
        rows = rows.search(search)
    return rows.sorted_by(word_of(fields, "TOPIC_LIST_SORT_BY_", SORTS, "hot")).select_related("author", "competition")


def topic_shape(request: Request, one: Discussion) -> dict[str, Any]:
    author = one.author
    return {
        "id": one.pk,
        "title": one.local_title,
        "authorName": author.name if author else "",
        "authorUrl": page_address(request, f"/users/{author.username}") if author else "",
        "commentCount": one.comment_count,
        "votes": one.like_count,
        "postDate": timestamp(one.created_at),
        "lastCommentPostDate": timestamp(one.last_comment_at),
        "lastCommentDate": timestamp(one.last_comment_at),
        "isSticky": one.is_pinned,
        "topicUrl": page_address(request, one.get_absolute_url()),
        "url": page_address(request, one.get_absolute_url()),
        "forumName": one.competition.local_title if one.competition else _("General"),
        "forumId": one.competition_id or 0,
    }


class TopicsFields(CompetitionName):
    page = PageNumber()
    sortBy = serializers.CharField(required=False, max_length=60)  # noqa: N815


@rpc("competitions.CompetitionApiService/ListCompetitionTopics", TopicsFields)
def list_competition_topics(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    can.look_inside(request.user, competition).require()
    rows = topics(fields, Discussion.objects.filter(competition=competition).addressed_to(request.user))
    first = (fields.get("page", 1) - 1) * TOPICS_PAGE
    return {
        "topics": [topic_shape(request, one) for one in rows[first : first + TOPICS_PAGE]],
        "totalCount": rows.count(),
    }


class MessagesFields(CompetitionName, Paged):
    topicId = serializers.IntegerField(min_value=1, max_value=2**62)  # noqa: N815
    sortBy = serializers.CharField(required=False, max_length=60)  # noqa: N815


@rpc("competitions.CompetitionApiService/ListTopicMessages", MessagesFields)
def list_topic_messages(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    topic = topic_of(request, fields["topicId"], competition=competition)
    page, following = page_of(threads(topic, fields), fields, default_size=MAX_PAGE_SIZE)
    return {"messages": with_replies(page), "nextPageToken": following}


def topic_of(request: Request, pk: int, *, competition: Competition | None = None) -> Discussion:
    rows = Discussion.objects.visible_to(request.user).listed().select_related("author", "competition")
    if competition is not None:
        rows = rows.filter(competition=competition)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such discussion."))
    return found


def threads(topic: Discussion, fields: dict[str, Any]) -> Any:
    """Comments that answer the discussion itself; those that answer a comment come with it."""
    order = {"oldest": ["created_at", "pk"], "newest": ["-created_at", "-pk"], "most_liked": ["-like_count", "pk"]}
    wanted = word_of(fields, "COMMENT_LIST_SORT_BY_", COMMENT_SORTS, "oldest")
    return topic.comments.filter(parent__isnull=True).select_related("author").order_by(*order[wanted])


def with_replies(page: Sequence[Comment]) -> list[dict[str, Any]]:
    """The comments with everything below them: one more query, however many there are."""
    below: dict[int, list[Comment]] = {}
    replies = Comment.objects.filter(thread__in=page).select_related("author").order_by("created_at", "pk")
    for one in replies:
        if one.parent_id is not None and one.thread_id is not None:
            below.setdefault(one.thread_id, []).append(one)
    return [
        {**message_shape(one), "replies": [message_shape(reply) for reply in below.get(one.pk, [])]} for one in page
    ]


def message_shape(one: Comment) -> dict[str, Any]:
    gone = one.is_deleted or one.is_hidden
    return {
        "id": one.pk,
        "authorName": one.author.name if one.author and not gone else "",
        "postDate": timestamp(one.created_at),
        "votes": one.like_count,
        "content": _("(removed)") if gone else one.body,
        "rawMarkdown": "" if gone else one.body,
        "isDeleted": gone,
        "replies": [],
    }


class TopicFields(Fields):
    id = serializers.IntegerField(min_value=1, max_value=2**62)


@rpc("discussions.DiscussionApiService/GetTopic", TopicFields)
def get_topic(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    topic = topic_of(request, fields["id"])
    return {"topic": {**topic_shape(request, topic), "content": topic.local_body}}


class CommentsFields(Paged):
    topicId = serializers.IntegerField(min_value=1, max_value=2**62)  # noqa: N815
    sortBy = serializers.CharField(required=False, max_length=60)  # noqa: N815


@rpc("discussions.DiscussionApiService/ListComments", CommentsFields)
def list_comments(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    page, following = page_of(threads(topic_of(request, fields["topicId"]), fields), fields)
    return {"comments": with_replies(page), "nextPageToken": following}


@rpc("discussions.DiscussionApiService/ListForums")
def list_forums(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """The site's own forum, and one for each competition in the sender's list."""
    site = {"id": 0, "name": _("General"), "subtitle": "", "url": page_address(request, "/discussions")}
    return {
        "forums": [
            {**site, "slug": GENERAL},
            *(
                {
                    "id": one.pk,
                    "name": one.local_title,
                    "subtitle": one.local_summary,
                    "slug": one.slug,
                    "url": page_address(request, f"{one.get_absolute_url()}/discussions"),
                }
                for one in Competition.objects.listed_for(request.user)[:MAX_PAGE_SIZE]
            ),
        ]
    }


class ForumFields(Paged):
    forumSlug = serializers.CharField(required=False, max_length=200)  # noqa: N815
    sortBy = serializers.CharField(required=False, max_length=60)  # noqa: N815
    searchQuery = serializers.CharField(required=False, max_length=200)  # noqa: N815


@rpc("discussions.DiscussionApiService/ListTopics", ForumFields)
def list_topics(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    rows = Discussion.objects.in_lists_of(request.user)
    forum = fields.get("forumSlug")
    if forum == GENERAL:
        rows = rows.filter(competition__isnull=True)
    elif forum:
        competition = competition_of(request, {"competitionName": forum})
        can.look_inside(request.user, competition).require()
        rows = Discussion.objects.filter(competition=competition).addressed_to(request.user)
    rows = topics(fields, rows)
    page, following = page_of(rows, fields)
    return {
        "topics": [topic_shape(request, one) for one in page],
        "totalCount": rows.count(),
        "nextPageToken": following,
    }


@rpc("discussions.DiscussionApiService/ListKernelTopics")
def list_kernel_topics(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Uzu keeps no notebooks, so there is nothing said about any."""
    return {"topics": [], "totalCount": 0, "nextPageToken": ""}
