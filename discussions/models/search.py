"""The words of every post, as the full-text indexes of both databases read them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from discussions.models.post import Comment, Discussion


class SearchText(models.Model):
    """One row per findable post: `terms` as `discussions.search.terms` makes them, separated by blanks.

    The index itself is the database's: an FTS5 table kept by triggers on SQLite, a GIN index on PostgreSQL (migration
    0002). `discussion` is the one to show when the post is found; `comment` says that the post is a comment.
    """

    discussion = models.ForeignKey(Discussion, models.CASCADE, related_name="search_texts")
    comment = models.OneToOneField(Comment, models.CASCADE, null=True, blank=True, related_name="search_text")
    terms = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["discussion"], condition=Q(comment__isnull=True), name="one_search_text_per_discussion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.discussion_id}/{self.comment_id or ''}"
