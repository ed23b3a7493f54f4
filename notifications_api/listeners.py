"""Every signal of the rooms to the left that somebody is told of becomes a job. Nothing else happens in the request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from competitions import signals as competition_signals
from discussions import signals as discussion_signals
from notifications_api import jobs
from submissions import signals as submission_signals


@receiver(discussion_signals.discussion_created, dispatch_uid="notifications.discussion")
def discussion_created(*, discussion: Any, mentioned: Iterable[int], at: datetime, **_: Any) -> None:
    jobs.tell_discussion.enqueue(discussion.pk, sorted(mentioned), at.isoformat())


@receiver(discussion_signals.announced, dispatch_uid="notifications.announced")
def announced(*, discussion: Any, by: Any, at: datetime, **_: Any) -> None:
    jobs.tell_announcement.enqueue(discussion.pk, by.pk, at.isoformat())


@receiver(discussion_signals.comment_created, dispatch_uid="notifications.comment")
def comment_created(*, comment: Any, mentioned: Iterable[int], at: datetime, **_: Any) -> None:
    jobs.tell_comment.enqueue(comment.pk, sorted(mentioned), at.isoformat())


@receiver(discussion_signals.mentions_added, dispatch_uid="notifications.mentions")
def mentions_added(*, post: Any, mentioned: Iterable[int], by: Any, at: datetime, **_: Any) -> None:
    jobs.tell_mentions.enqueue(post._meta.model_name, post.pk, sorted(mentioned), by.pk, at.isoformat())


@receiver(discussion_signals.liked, dispatch_uid="notifications.like")
def liked(*, like: Any, at: datetime, **_: Any) -> None:
    # One's own like concerns nobody.
    if like.post.author_id not in (None, like.user_id):
        jobs.tell_like.enqueue(like.pk, at.isoformat())


@receiver(discussion_signals.unliked, dispatch_uid="notifications.unlike")
def unliked(*, post: Any, by: Any, **_: Any) -> None:
    if post.author_id not in (None, by.pk):
        jobs.withdraw_like.enqueue(post._meta.model_name, post.pk, by.pk)


@receiver(discussion_signals.reported, dispatch_uid="notifications.report")
def reported(*, report: Any, at: datetime, **_: Any) -> None:
    jobs.tell_report.enqueue(report.pk, at.isoformat())


@receiver(discussion_signals.post_removed, dispatch_uid="notifications.removed")
def post_removed(*, post: Any, **_: Any) -> None:
    jobs.withdraw_post.enqueue(post._meta.model_name, post.pk)


@receiver(competition_signals.invitation_sent, dispatch_uid="notifications.invitation")
def invitation_sent(*, invitation: Any, at: datetime, **_: Any) -> None:
    jobs.tell_invitation.enqueue(invitation.pk, at.isoformat())


@receiver(competition_signals.invitation_decided, dispatch_uid="notifications.invitation_answer")
def invitation_decided(*, invitation: Any, at: datetime, **_: Any) -> None:
    jobs.tell_invitation_answer.enqueue(invitation.pk, at.isoformat())


@receiver(competition_signals.merge_requested, dispatch_uid="notifications.merge_request")
def merge_requested(*, merge_request: Any, at: datetime, **_: Any) -> None:
    jobs.tell_merge_request.enqueue(merge_request.pk, at.isoformat())


@receiver(competition_signals.merge_request_decided, dispatch_uid="notifications.merge_answer")
def merge_request_decided(*, merge_request: Any, at: datetime, **_: Any) -> None:
    jobs.tell_merge_answer.enqueue(merge_request.pk, at.isoformat())


@receiver(competition_signals.private_leaderboard_confirmed, dispatch_uid="notifications.confirmed")
def private_leaderboard_confirmed(*, competition: Any, by: Any = None, at: datetime, **_: Any) -> None:
    jobs.tell_confirmed.enqueue(competition.pk, by.pk if by is not None else None, at.isoformat())


@receiver(submission_signals.scoring_finished, dispatch_uid="notifications.scoring")
def scoring_finished(*, scoring_run: Any, at: datetime | None = None, **_: Any) -> None:
    moment = at or scoring_run.finished_at or timezone.now()
    jobs.tell_scoring.enqueue(scoring_run.pk, moment.isoformat())
