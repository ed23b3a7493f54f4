"""Queries for discussions and comments: which rows, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from django.db import connections, models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from competitions.access import runs_all
from competitions.models import Competition, Helper, Membership
from discussions import search
from foundation.languages import local_column, translations_of

if TYPE_CHECKING:
    from discussions.models import Comment, Discussion

# Of `Discussion.Audience`.
EVERYBODY = "everybody"
Sort = Literal["hot", "newest", "last_comment", "most_liked"]
CommentSort = Literal["oldest", "newest", "most_liked"]
SORTS: dict[str, str] = {
    "hot": "hotness",
    "newest": "created_at",
    "last_comment": "active_at",
    "most_liked": "like_count",
}
COMMENT_SORTS: tuple[CommentSort, ...] = ("oldest", "newest", "most_liked")


def is_staff(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active and (user.is_staff or user.is_superuser))


class DiscussionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> DiscussionQuerySet:
        """Site-wide ones, and those of competitions `user` may look inside, as far as they are written to them
        (`can.see` for many rows)."""
        return self if runs_all(user) else self._in(Competition.objects.open_to(user)).addressed_to(user)

    def addressed_to(self, user: Any) -> DiscussionQuerySet:
        """Without announcements that are written to others."""
        if runs_all(user):
            return self
        mine = Q(pk__in=_recipients_of(self.model, user).values("discussion"))
        moderated = Q(competition__in=Competition.objects.moderated_by(user).values("pk"))
        return self.filter(Q(audience=EVERYBODY) | mine | moderated)

    def in_lists_of(self, user: Any) -> DiscussionQuerySet:
        """Of these, what a list of all places tells: the address of an unlisted competition only to its people."""
        if user.is_authenticated and user.is_superuser:
            return self.visible_to(user)
        return self._in(Competition.objects.open_to(user).listed_for(user)).addressed_to(user)

    def _in(self, competitions: models.QuerySet[Competition]) -> DiscussionQuerySet:
        return self.filter(Q(competition__isnull=True) | Q(competition__in=competitions.values("pk")))

    def listed(self) -> DiscussionQuerySet:
        """Those that stand in lists: neither deleted nor hidden."""
        return self.filter(deleted_at__isnull=True, hidden_at__isnull=True)

    def search(self, query: str) -> DiscussionQuerySet:
        """Those with a post (title and body, or one comment) in which every word of `query` occurs."""
        if not search.query_terms(query):
            return self.none()
        if connections[self.db].vendor == "postgresql":
            sql = (
                "SELECT discussion_id FROM discussions_searchtext"
                " WHERE array_to_tsvector(string_to_array(terms, ' ')) @@ %s::tsquery"
            )
            return self.filter(pk__in=RawSQL(sql, [search.tsquery(query)]))  # noqa: S611 -- parameters, no text
        sql = (
            "SELECT discussion_id FROM discussions_searchtext WHERE id IN"
            " (SELECT rowid FROM discussions_fts WHERE discussions_fts MATCH %s)"
        )
        return self.filter(pk__in=RawSQL(sql, [search.fts5_query(query)]))  # noqa: S611 -- parameters, no text

    def tagged(self, name: str) -> DiscussionQuerySet:
        return self.filter(tags__name=name)

    def sorted_by(self, sort: Sort, *, pinned_first: bool = True) -> DiscussionQuerySet:
        order = [f"-{SORTS[sort]}", "-id"]
        return self.order_by(*(["-is_pinned", *order] if pinned_first else order))

    def for_list(self, user: Any) -> DiscussionQuerySet:
        """With all that an item of a list shows, in a constant number of queries. Bodies stay in the database but for
        their beginning."""
        return (
            self.defer("body", "html", *translations_of("body", "html"))
            .annotate(beginning=models.functions.Left(local_column("body"), 600))
            .select_related("competition", "author")
            .prefetch_related("tags")
            .with_liked_by(user)
        )

    def for_page(self, user: Any) -> DiscussionQuerySet:
        """With all that the page of one discussion shows."""
        return (
            self.select_related("competition", "author", "notebook", "submission__team", "submission__phase")
            .prefetch_related("tags", _own_receiving(self.model, user), *_standing_of(user, "competition"))
            .with_liked_by(user)
        )

    def with_liked_by(self, user: Any) -> DiscussionQuerySet:
        return self.annotate(is_liked=_liked_by(user, "discussion", self.model))

    def lock(self, pk: int) -> Discussion:
        return self.select_for_update(of=("self",)).get(pk=pk)  # type: ignore[return-value]


class TagQuerySet(models.QuerySet):
    def used_in(self, discussions: DiscussionQuerySet) -> TagQuerySet:
        """Tags of these discussions with how many have each (`count`), the most used first."""
        used = Q(discussions__in=discussions.values("pk"))
        return self.annotate(count=Count("discussions", filter=used)).filter(count__gt=0).order_by("-count", "name")


class CommentQuerySet(models.QuerySet):
    def standing(self) -> CommentQuerySet:
        """Without those that were deleted before anybody answered."""
        answers = self.model._default_manager.filter(parent=OuterRef("pk"))
        return self.filter(Q(deleted_at__isnull=True) | Exists(answers))

    def in_thread_order(self, sort: CommentSort = "oldest") -> CommentQuerySet:
        """Threads by `sort`; within a thread the comment at its top, then the replies, oldest first."""
        thread = Coalesce(F("thread_id"), F("id"))
        if sort == "newest":
            return self.order_by(thread.desc(), "id")
        if sort == "most_liked":
            return self.order_by(Coalesce(F("thread__like_count"), F("like_count")).desc(), thread, "id")
        return self.order_by(thread, "id")

    def above(self, comment: Comment) -> CommentQuerySet:
        """Those that stand before it in the list of its discussion, oldest first."""
        top = comment.thread_id or comment.pk
        rows = self.filter(discussion=comment.discussion_id).standing().annotate(top=Coalesce("thread_id", "id"))
        return rows.filter(Q(top__lt=top) | Q(top=top, pk__lt=comment.pk))

    def for_list(self, user: Any) -> CommentQuerySet:
        return self.select_related("author").annotate(is_liked=_liked_by(user, "comment", self.model))

    def for_page(self, user: Any) -> CommentQuerySet:
        """With its discussion, and all that tells what `user` may do with it."""
        return (
            self.for_list(user)
            .select_related("discussion__competition")
            .prefetch_related(
                _own_receiving(self.model._meta.get_field("discussion").related_model, user, "discussion__"),
                *_standing_of(user, "discussion__competition"),
            )
        )

    def lock(self, pk: int) -> Comment:
        rows = self.select_for_update(of=("self",)).select_related("discussion__competition")
        return rows.get(pk=pk)  # type: ignore[return-value]


class LikeQuerySet(models.QuerySet):
    def of(self, post: Discussion | Comment) -> LikeQuerySet:
        return self.filter(**{str(post._meta.model_name): post})


class ReportQuerySet(models.QuerySet):
    def moderated_by(self, user: Any) -> ReportQuerySet:
        """Reports of posts in the competitions `user` organises or helps with; staff: also of site-wide posts."""
        rows = self.annotate(place=Coalesce("discussion__competition_id", "comment__discussion__competition_id"))
        mine = Q(place__in=Competition.objects.moderated_by(user).values("pk"))
        return rows.filter(mine | Q(place__isnull=True) if is_staff(user) else mine)

    def in_competition(self, competition: Competition | None) -> ReportQuerySet:
        """Of posts of one competition, or (None) of the site. Reads rows of `moderated_by`."""
        return self.filter(place__isnull=True) if competition is None else self.filter(place=competition.pk)

    def still_open(self) -> ReportQuerySet:
        return self.filter(state="open")

    def resolved(self) -> ReportQuerySet:
        """Those that a moderator has dealt with, either way."""
        return self.exclude(state="open")

    def for_display(self) -> ReportQuerySet:
        return self.select_related(
            "reporter",
            "resolved_by",
            "discussion__competition",
            "discussion__author",
            "comment__author",
            "comment__discussion__competition",
            "comment__discussion__author",
        )


def _standing_of(user: Any, competition: str) -> list[Prefetch]:
    """What `permissions` asks about `user` and a competition: who organises it, and whether they take part or help.

    Of memberships and helpers only theirs are read: rows read like this tell nothing of anybody else.
    """
    own, helps = Membership.objects.none(), Helper.objects.none()
    if user.is_authenticated:
        own, helps = Membership.objects.filter(user=user), Helper.objects.filter(user=user)
    return [
        Prefetch(f"{competition}__hosts"),
        Prefetch(f"{competition}__memberships", own),
        Prefetch(f"{competition}__helpers", helps),
    ]


def _recipients_of(discussions: Any, user: Any) -> models.QuerySet:
    """What `user` is a recipient of. `discussions`: the model."""
    recipients = discussions._meta.get_field("recipients").related_model.objects
    return recipients.filter(user=user) if user.is_authenticated else recipients.none()


def _own_receiving(discussions: Any, user: Any, prefix: str = "") -> Prefetch:
    """Whether a discussion is written to `user`: of its recipients only they are read."""
    return Prefetch(f"{prefix}recipients", _recipients_of(discussions, user))


def _liked_by(user: Any, field: str, model: type[models.Model]) -> Exists | Value:
    if not user.is_authenticated:
        return Value(value=False)
    likes: Any = model._meta.get_field("likes").related_model
    return Exists(likes.objects.filter(**{field: OuterRef("pk")}, user=user))
