"""What organisers do with discussions: pin, lock, announce, hide; and what users report to them."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from discussions import permissions as can, signals
from discussions.exceptions import AlreadyReported, AlreadyResolved, EmptyText
from discussions.models import Comment, Discussion, Report
from discussions.permissions import discussion_of
from discussions.services import texts
from discussions.services.posts import count_comment


def mark(
    *, discussion: Discussion, by: User, is_pinned: bool | None = None, is_locked: bool | None = None
) -> Discussion:
    """Pin or lock, or take it back; None leaves as is."""
    can.moderate(by, discussion.competition).require()
    with transaction.atomic():
        fresh = Discussion.objects.lock(discussion.pk)
        if is_pinned is not None:
            fresh.is_pinned = is_pinned
        if is_locked is not None:
            fresh.is_locked = is_locked
        fresh.save(update_fields=["is_pinned", "is_locked"])
    return fresh


def announce(*, discussion: Discussion, by: User, at: datetime) -> Discussion:
    """Pin a discussion and tell everybody of it, once.

    Raises:
        AlreadyAnnounced, Removed: there is nothing to tell.
    """
    can.announce(by, discussion).require()
    with transaction.atomic():
        fresh = Discussion.objects.lock(discussion.pk)
        can.announce(by, fresh).require()
        fresh.announced_at = at
        fresh.is_pinned = True
        fresh.save(update_fields=["announced_at", "is_pinned"])
        transaction.on_commit(lambda: signals.announced.send_robust(Discussion, discussion=fresh, by=by, at=at))
    return fresh


def hide(*, post: Discussion | Comment, by: User, reason: str, at: datetime) -> Discussion | Comment:
    """Take a post out of sight, with a reason that its author reads (and everybody, in place of a comment)."""
    can.moderate(by, discussion_of(post).competition).require()
    reason = reason.strip()
    if not reason:
        raise EmptyText("reason")
    with transaction.atomic():
        fresh = _locked(post)
        can.hide(by, fresh).require()
        if not fresh.is_hidden:
            fresh.hidden_at, fresh.hidden_by, fresh.hidden_reason = at, by, reason[:500]
            _save_visibility(fresh, counts=-1)
            transaction.on_commit(lambda: signals.post_removed.send_robust(type(fresh), post=fresh, at=at))
    return fresh


def unhide(*, post: Discussion | Comment, by: User) -> Discussion | Comment:
    can.moderate(by, discussion_of(post).competition).require()
    with transaction.atomic():
        fresh = _locked(post)
        if fresh.is_hidden:
            fresh.hidden_at, fresh.hidden_by, fresh.hidden_reason = None, None, ""
            _save_visibility(fresh, counts=0 if fresh.is_deleted else 1)
    return fresh


def report(*, post: Discussion | Comment, by: User, reason: str, text: str = "", at: datetime) -> Report:
    """Tell the organisers of a post.

    Raises:
        OwnPost, AlreadyReported: there is nothing to report (any more).
    """
    can.report(by, post).require()
    about = {"discussion": post} if isinstance(post, Discussion) else {"comment": post}
    try:
        with transaction.atomic():
            made = Report.objects.create(reporter=by, reason=reason, text=text.strip(), created_at=at, **about)
            transaction.on_commit(lambda: signals.reported.send_robust(Report, report=made, at=at))
    except IntegrityError as error:
        raise AlreadyReported from error
    return made


def resolve(*, report: Report, by: User, hides: bool, reason: str = "", at: datetime) -> Report:
    """Deal with a report, and with every other open one of the same post.

    Raises:
        AlreadyResolved: another organiser was quicker.
    """
    post = report.post
    can.moderate(by, discussion_of(post).competition).require()
    with transaction.atomic():
        # All that this may decide, in one order: two organisers with a report each would wait for each other.
        about = Report.objects.filter(discussion=report.discussion, comment=report.comment)
        list(about.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        fresh = about.get(pk=report.pk)
        if fresh.state != Report.State.OPEN:
            raise AlreadyResolved
        if hides and not post.is_deleted:
            hide(post=post, by=by, reason=reason or fresh.get_reason_display(), at=at)
        about.filter(state=Report.State.OPEN).update(
            state=Report.State.HIDDEN if hides else Report.State.DISMISSED, resolved_at=at, resolved_by=by
        )
        fresh.refresh_from_db()
    return fresh


def _locked(post: Discussion | Comment) -> Discussion | Comment:
    """The post's row, locked; the discussion's before the comment's, as everywhere."""
    if isinstance(post, Discussion):
        return Discussion.objects.lock(post.pk)
    Discussion.objects.lock(post.discussion_id)
    return Comment.objects.lock(post.pk)


def _save_visibility(post: Discussion | Comment, *, counts: int) -> None:
    post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    texts.index_post(post)
    if isinstance(post, Comment) and counts:
        count_comment(Discussion.objects.lock(post.discussion_id), counts)
