"""The discussions of a competition as tables of its archive (`competitions.bundles.results`).

What was deleted or hidden is left out, and so are announcements that were written to some of the people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from competitions.bundles.results import CHUNK, Names, Table, flag
from competitions.leaderboards.export import moment
from competitions.models import Competition
from discussions.models import Comment, Discussion
from discussions.querysets import EVERYBODY, DiscussionQuerySet


def _shown(competition: Competition) -> DiscussionQuerySet:
    return Discussion.objects.filter(competition=competition, audience=EVERYBODY).listed()


def _discussions(competition: Competition, names: Names) -> Iterator[Iterable[Any]]:
    for one in _shown(competition).select_related("author").prefetch_related("tags").order_by("pk").iterator(CHUNK):
        yield (
            names.key("discussion", one.pk),
            names.person(one.author),
            moment(one.created_at),
            flag(one.is_announcement),
            names.text(one.title),
            names.text(one.body),
            " ".join(tag.name for tag in one.tags.all()),
            one.like_count,
        )


def _comments(competition: Competition, names: Names) -> Iterator[Iterable[Any]]:
    found = Comment.objects.filter(
        discussion__in=_shown(competition).order_by().values("pk"), deleted_at__isnull=True, hidden_at__isnull=True
    )
    for one in found.select_related("author").order_by("pk").iterator(chunk_size=CHUNK):
        yield (
            names.key("comment", one.pk),
            names.key("discussion", one.discussion_id),
            names.key("comment", one.parent_id),
            names.person(one.author),
            moment(one.created_at),
            names.text(one.body),
            one.like_count,
        )


DISCUSSIONS = Table(
    "discussions",
    ("discussion", "person", "created_at", "is_announcement", "title", "text", "tags", "likes"),
    _discussions,
)
COMMENTS = Table(
    "comments",
    ("comment", "discussion", "answers", "person", "created_at", "text", "likes"),
    _comments,
)
