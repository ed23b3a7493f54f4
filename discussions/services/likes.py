"""Likes: one per person and post, whatever is clicked how often and where."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from discussions import permissions as can, signals
from discussions.models import Comment, Discussion, Like


def like(*, post: Discussion | Comment, by: User, at: datetime) -> int:
    """Like a post; a second time changes nothing. Returns how many like it now."""
    can.like(by, post).require()
    with transaction.atomic():
        fresh = type(post).objects.lock(post.pk)
        mark, is_new = Like.objects.get_or_create(
            user=by, **{str(post._meta.model_name): post}, defaults={"created_at": at}
        )
        if is_new:
            _count(fresh, 1)
            transaction.on_commit(lambda: signals.liked.send_robust(Like, like=mark, at=at))
    return fresh.like_count


def unlike(*, post: Discussion | Comment, by: User) -> int:
    """Take a like back, if there is one. Returns how many like it now."""
    can.like(by, post).require()
    with transaction.atomic():
        fresh = type(post).objects.lock(post.pk)
        deleted, _by_model = Like.objects.of(post).filter(user=by).delete()
        if deleted:
            _count(fresh, -1)
            transaction.on_commit(lambda: signals.unliked.send_robust(Like, post=fresh, by=by))
    return fresh.like_count


def _count(post: Discussion | Comment, by: int) -> None:
    post.like_count = max(0, post.like_count + by)
    fields = ["like_count"]
    if isinstance(post, Discussion):
        post.update_hotness()
        fields.append("hotness")
    post.save(update_fields=fields)
