"""Taking back what was told: likes that were taken back, and posts that were hidden or deleted."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django_tasks import task

from discussions import signals
from discussions.models import Comment, Discussion, Like
from discussions.permissions import discussion_of
from foundation.languages import translations_of
from notifications_api import registry
from notifications_api.happenings import comments, discussions, keys_of, like_key, likes_of, quote
from notifications_api.models import Mail, Notification
from notifications_api.registry import Withdrawal
from notifications_api.telling import again_if_busy, lock_recipient


@task()
def take_back(withdrawal: str, model: str, pk: int, by: int | None) -> None:
    """Take back what was told of a row. Safe to run twice. `withdrawal`: its name in the register."""
    declared = registry.withdrawals()[withdrawal]
    row = declared.find(model, pk)
    if row is not None:
        again_if_busy(lambda: declared.withdraw(row, by))


def withdraw_if_gone(post: Discussion | Comment, _by: int | None = None) -> None:
    """Take back what was told of a post if it was hidden or deleted, or the discussion around it was."""
    if post.is_removed:
        withdraw(post)
    discussion = discussion_of(post)
    if discussion is not post and discussion.is_removed:
        withdraw(discussion)


def withdraw(post: Discussion | Comment) -> None:
    """Take back what was told of a post that was hidden or deleted; what was mailed is mailed.

    Every sentence about a comment says the title of its discussion: with a hidden one goes what was told of its
    comments, and of a deleted one, whose comments stay readable, the title.
    """
    keys, likes = keys_of(post), likes_of(post)
    with transaction.atomic():
        Notification.objects.filter(key__in=keys).delete()
        Mail.objects.waiting().filter(key__in=keys).update(status=Mail.Status.DROPPED)
        if post.author_id is not None:
            Notification.objects.filter(recipient=post.author_id, gather_key=likes).delete()
            mails = Mail.objects.waiting().filter(recipient=post.author_id, gather_key=likes)
            mails.update(status=Mail.Status.DROPPED)
        if isinstance(post, Comment):
            _withdraw_act(post)
        else:
            _withdraw_thread(post)


def withdraw_like(post: Discussion | Comment, by: int | None) -> None:
    """Take `by` out of what was told of likes of the post, unless they like it again.

    What was read stays as it was read, and what was mailed is mailed; who likes again after that is not told twice.
    """
    if post.author_id is None or by is None:
        return
    act = like_key(post, by)
    with transaction.atomic():
        lock_recipient(post.author_id)
        # Looked at under the lock: a like that comes later is told after this.
        if Like.objects.of(post).filter(user=by).exists():
            return
        # Gone, not dropped: the same like may be given again, and then waits anew.
        Mail.objects.waiting().filter(recipient=post.author_id, key=act).delete()
        rows = Notification.objects.filter(recipient=post.author_id, gather_key=likes_of(post), unread=True)
        row = rows.select_for_update(of=("self",)).first()
        if row is not None:
            _withdraw_liker(row, post, act)


def _withdraw_liker(row: Notification, post: Discussion | Comment, act: str) -> None:
    if row.actor_count > len(row.acts):
        # More than a row remembers: as the likes themselves tell, that are not older than the notification.
        likers = Like.objects.of(post).exclude(user=post.author_id).filter(created_at__gte=row.timestamp)
        acts = [[pk, like_key(post, pk)] for pk in likers.order_by("created_at", "pk").values_list("user", flat=True)]
    else:
        acts = [[actor, key] for actor, key in row.acts if key != act]
        if len(acts) == len(row.acts):
            # It was told before this notification, in one that was read.
            return
    if not acts:
        row.delete()
        return
    latest = acts[-1][0]
    row.acts, row.actor_count, row.actor_object_id = acts[-Notification.MAX_ACTS :], len(acts), str(latest)
    if (like := Like.objects.of(post).filter(user=latest).first()) is not None:
        row.updated_at = like.created_at
    row.save(update_fields=["acts", "actor_count", "actor_object_id", "updated_at"])


def _withdraw_thread(discussion: Discussion) -> None:
    """Take back what was told of talk in a discussion, or its title; reports stay, for those who decide about them."""
    notifications = Notification.objects.filter(
        discussion=discussion, kind__in=registry.kinds_taken_back_by(POST_REMOVED)
    )
    comments = Comment.objects.filter(discussion=discussion).values("pk")
    keys = comments.annotate(told=Concat(Value("comment:"), Cast("pk", CharField()))).values("told")
    likes = comments.annotate(told=Concat(Value("like:comment:"), Cast("pk", CharField()))).values("told")
    told = Q(key__in=keys) | Q(gather_key__in=likes)
    mails = Mail.objects.waiting().filter(told)
    if discussion.is_hidden:
        notifications.delete()
        mails.update(status=Mail.Status.DROPPED)
    else:
        untitled = dict.fromkeys(["title", *translations_of("title")], "")
        notifications.update(**untitled)
        mails.update(**untitled)


def _withdraw_act(comment: Comment) -> None:
    """Take a comment out of the notifications that gathered it."""
    gathered = [f"comment:discussion:{comment.discussion_id}", f"reply:comment:{comment.parent_id}"]
    concerned = [comment.discussion.author_id, comment.parent.author_id if comment.parent else None]
    rows = Notification.objects.filter(recipient__in=[pk for pk in concerned if pk], gather_key__in=gathered)
    for row in rows.select_for_update(of=("self",)):
        acts = [[actor, key] for actor, key in row.acts if key != f"comment:{comment.pk}"]
        if len(acts) == len(row.acts):
            continue
        if not acts:
            row.delete()
            continue
        row.acts, row.actor_count = acts, len({actor for actor, _key in acts})
        row.actor_object_id = str(acts[-1][0]) or None
        ids = [int(key.rpartition(":")[2]) for _actor, key in acts]
        left = Comment.objects.select_related("discussion__competition").in_bulk([ids[0], ids[-1]])
        if (first := left.get(ids[0])) is not None:
            row.target_object_id, row.url = str(first.pk), first.get_absolute_url()[:200]
        row.excerpt = quote(left[ids[-1]]) if ids[-1] in left else ""
        excerpts = translations_of("excerpt")
        for column in excerpts:
            setattr(row, column, "")  # comments are in one language
        told = ["acts", "actor_count", "actor_object_id", "target_object_id", "excerpt", *excerpts, "url"]
        row.save(update_fields=told)


# --- what the kinds declare -------------------------------------------------------------------------------------------
def _of_told(row: models.Model) -> tuple[Discussion | Comment, None]:
    post: Any = row.post if isinstance(row, Like) else row
    return post, None


POST_REMOVED: Withdrawal[Any] = Withdrawal(
    name="post_removed",
    signal=signals.post_removed,
    subject="post",
    rows=(discussions, comments),
    withdraw=withdraw_if_gone,
    after_telling=_of_told,
)
LIKE_TAKEN_BACK: Withdrawal[Any] = Withdrawal(
    name="like_taken_back",
    signal=signals.unliked,
    subject="post",
    rows=(discussions, comments),
    is_worth_a_job=lambda post, by: post.author_id not in (None, by),
    withdraw=withdraw_like,
    after_telling=lambda like: (like.post, like.user_id),
)
