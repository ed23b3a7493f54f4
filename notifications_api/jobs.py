"""Telling, outside of the request of whoever caused it. Each job takes ids, reloads, and may run twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus

from accounts.models import User
from competitions.models import Competition, Invitation, MergeRequest
from discussions.models import Comment, Discussion, Like, Report
from discussions.permissions import discussion_of
from notifications_api import happenings, mail, telling
from submissions.models import ScoringRun
from submissions.periodic import uses_database_queue

log = logging.getLogger(__name__)

TRIES = 4
# Telling ten thousand takes a second.
LONGEST = timedelta(minutes=15)


def deliver_if_due(at: datetime) -> None:
    """Called by the worker again and again: digests, further tries, and what a killed worker left."""
    if mail.has_due(at):
        deliver_mail.enqueue()


def tell_again(at: datetime) -> int:
    """Hand what a killed worker was telling to another one; who was told already is not told twice. Returns how many.

    The database queue only: others look after their own jobs.
    """
    if not uses_database_queue():
        return 0
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 -- installed, though not always in use

    tellings = DBTaskResult.objects.filter(task_path__startswith=f"{__name__}.").exclude(
        task_path=deliver_mail.module_path  # Takes as long as it takes, and is called again and again.
    )
    lost = tellings.filter(status=TaskResultStatus.RUNNING, started_at__lt=at - LONGEST)
    handed_on = 0
    for job in lost:
        with transaction.atomic():
            # Of several workers that look, one wins.
            if lost.filter(pk=job.pk).update(
                status=TaskResultStatus.FAILED, finished_at=at, exception_class_path="notifications_api.WorkerLost"
            ):
                job.task.enqueue(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
                handed_on += 1
                log.info("a lost job was handed on", extra={"job": str(job.pk), "task": job.task_path})
    return handed_on


@task()
def tell_discussion(pk: int, mentioned: list[int], at: str) -> None:
    discussion = Discussion.objects.select_related("competition", "author").filter(pk=pk).first()
    if discussion is not None and _stands(discussion):
        story = happenings.discussion_started(discussion, mentioned=mentioned, at=_moment(at))
        _tell(story, then=lambda: _withdraw_if_gone("discussion", pk))


@task()
def tell_announcement(pk: int, by: int, at: str) -> None:
    discussion = Discussion.objects.select_related("competition").filter(pk=pk).first()
    if discussion is not None and _stands(discussion):
        story = happenings.discussion_announced(discussion, by=_user(by), at=_moment(at))
        _tell(story, then=lambda: _withdraw_if_gone("discussion", pk))


@task()
def tell_comment(pk: int, mentioned: list[int], at: str) -> None:
    comment = _comments().filter(pk=pk).first()
    if comment is not None and _stands(comment):
        story = happenings.comment_added(comment, mentioned=mentioned, at=_moment(at))
        _tell(story, then=lambda: _withdraw_if_gone("comment", pk))


@task()
def tell_mentions(model: str, pk: int, mentioned: list[int], by: int, at: str) -> None:
    post = _post(model, pk)
    if post is not None and _stands(post):
        story = happenings.people_mentioned(post, mentioned=mentioned, by=_user(by), at=_moment(at))
        _tell(story, then=lambda: _withdraw_if_gone(model, pk))


@task()
def tell_like(pk: int, at: str) -> None:
    rows = Like.objects.select_related("user", "discussion__competition", "comment__discussion__competition")
    like = rows.filter(pk=pk).first()
    # Taken back in the meantime: nothing to tell.
    if like is not None and _stands(post := like.post):

        def withdraw_if_gone() -> None:
            telling.withdraw_like(post, by=like.user_id)
            _withdraw_if_gone(str(post._meta.model_name), post.pk)

        _tell(happenings.post_liked(like, at=_moment(at)), then=withdraw_if_gone)


@task()
def tell_report(pk: int, at: str) -> None:
    rows = Report.objects.for_display()
    report = rows.filter(pk=pk).first()
    if report is not None:
        _tell(happenings.post_reported(report, at=_moment(at)))


@task()
def withdraw_like(model: str, pk: int, by: int) -> None:
    post = _post(model, pk)
    if post is not None:
        _again_if_busy(lambda: telling.withdraw_like(post, by=by))


@task()
def withdraw_post(model: str, pk: int) -> None:
    _again_if_busy(lambda: _withdraw_if_gone(model, pk))


@task()
def tell_invitation(pk: int, at: str) -> None:
    invitation = _invitations().filter(pk=pk).first()
    if invitation is not None and invitation.status == "pending":
        _tell(happenings.invitation_sent(invitation, at=_moment(at)))


@task()
def tell_invitation_answer(pk: int, at: str) -> None:
    invitation = _invitations().filter(pk=pk).first()
    if invitation is not None and invitation.status in ("accepted", "refused"):
        _tell(happenings.invitation_answered(invitation, at=_moment(at)))


@task()
def tell_merge_request(pk: int, at: str) -> None:
    merge_request = _merge_requests().filter(pk=pk).first()
    if merge_request is not None and merge_request.status == "pending":
        _tell(happenings.merge_requested(merge_request, at=_moment(at)))


@task()
def tell_merge_answer(pk: int, at: str) -> None:
    merge_request = _merge_requests().filter(pk=pk).first()
    if merge_request is not None and merge_request.status in ("accepted", "refused"):
        _tell(happenings.merge_answered(merge_request, at=_moment(at)))


@task()
def tell_scoring(pk: int, at: str) -> None:
    run = ScoringRun.objects.select_related("competition").filter(pk=pk).first()
    if run is not None and run.status in ("complete", "failed"):
        _tell(happenings.scoring_finished(run, at=_moment(at)))


@task()
def tell_confirmed(pk: int, by: int | None, at: str) -> None:
    competition = Competition.objects.filter(pk=pk).first()
    # Taken back in the meantime: nothing to tell.
    if competition is not None and competition.is_confirmed(_moment(at)):
        _tell(happenings.private_confirmed(competition, by=_user(by), at=_moment(at)))


@task()
def deliver_mail() -> None:
    mail.deliver_due()


def _tell(story: happenings.Story, then: Callable[[], None] | None = None) -> None:
    """`then` takes back what is not to be told any more: whoever removed it while it was told found nothing yet."""
    _again_if_busy(lambda: telling.tell(story))
    if then is not None:
        _again_if_busy(then)
    deliver_if_due(timezone.now())


def _again_if_busy(act: Callable[[], None]) -> None:
    """Do it, again where the database was busy: nobody else would, and doing it twice changes nothing more."""
    for tries_left in reversed(range(TRIES)):
        try:
            act()
            break
        except OperationalError:
            if not tries_left:
                raise


def _stands(post: Discussion | Comment) -> bool:
    """Whether it is told of: it was neither deleted nor hidden, nor was the discussion around it hidden."""
    return not post.is_removed and not discussion_of(post).is_hidden


def _withdraw_if_gone(model: str, pk: int) -> None:
    post = _post(model, pk)
    if post is None:
        return
    if post.is_removed:
        telling.withdraw(post)
    discussion = discussion_of(post)
    if discussion is not post and discussion.is_removed:
        telling.withdraw(discussion)


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _user(pk: int | None) -> User | None:
    return User.objects.filter(pk=pk).first() if pk is not None else None


def _comments() -> Any:
    return Comment.objects.select_related("author", "parent", "discussion__competition", "discussion__author")


def _post(model: str, pk: int) -> Any:
    if model == "comment":
        return _comments().filter(pk=pk).first()
    return Discussion.objects.select_related("competition", "author").filter(pk=pk).first()


def _invitations() -> Any:
    return Invitation.objects.select_related("team__competition", "team__owner", "user", "invited_by")


def _merge_requests() -> Any:
    return MergeRequest.objects.select_related(
        "to_team__competition", "from_team__competition", "requested_by", "decided_by"
    )
