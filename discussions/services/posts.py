"""Starting, changing and deleting discussions and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from competitions.models import Competition
from discussions import audiences, mentions, permissions as can, signals, uploads
from discussions.exceptions import AudienceOfAnnouncement, NoSuchParent, NotOwnNotebook, NotOwnSubmission
from discussions.models import Comment, Discussion, Upload
from discussions.services import texts
from submissions.models import Submission


def create_discussion(
    *,
    by: User,
    competition: Competition | None,
    title: str,
    body: str,
    tags: Sequence[str] = (),
    translations: Mapping[str, str] | None = None,
    is_announcement: bool = False,
    audience: str = Discussion.Audience.EVERYBODY,
    audience_of: str = "",
    submission_id: int | None = None,
    notebook_id: UUID | None = None,
    at: datetime,
) -> Discussion:
    """Start a discussion; an announcement is pinned and tells everybody.

    `translations`: title and body for who reads another language, by their columns; of moderators only, who answer
    for texts that other moderators may not be able to read. `audience`: to whom an announcement is written, and
    `audience_of`: of which bracket (slug) or phase (number); it is theirs who belong to that now.

    Raises:
        NotEntered, NotVisible, NotModerator, NotHost: who may not.
        AudienceOfAnnouncement, NoSuchAudience, NobodyReached: nobody is written to like this.
        EmptyText, TextTooLong, InvalidTags, NotOwnSubmission, NotOwnNotebook: what it may not be.
    """
    can.write(by, competition).require()
    if is_announcement:
        can.speak_for(by, competition).require()
    if any((translations or {}).values()):
        can.moderate(by, competition).require()
    audience = Discussion.Audience(audience)
    if audience != Discussion.Audience.EVERYBODY and (competition is None or not is_announcement):
        raise AudienceOfAnnouncement
    title, body, tags = texts.check_title(title), texts.check_body(body), texts.check_tags(tags)
    discussion = Discussion(
        competition=competition,
        author=by,
        title=title,
        body=body,
        **texts.check_translations(translations or {}),
        created_at=at,
        active_at=at,
        is_pinned=is_announcement,
        announced_at=at if is_announcement else None,
        audience=audience,
        audience_of=audience_of if audience in audiences.NAMED else "",
        submission=_own_submission(by, competition, submission_id),
        notebook=_own_notebook(by, notebook_id),
    )
    mentioned = texts.render(discussion)
    discussion.update_hotness()
    with transaction.atomic():
        discussion.save(force_insert=True)
        audiences.address(discussion, by=by)
        texts.set_tags(discussion, tags)
        texts.index_post(discussion)
        texts.attach_uploads(discussion, at=at)
        uploads.attach({notebook_id} if notebook_id else set(), at=at)
        transaction.on_commit(
            lambda: signals.discussion_created.send_robust(
                Discussion, discussion=discussion, mentioned=mentioned, at=at
            )
        )
    return discussion


def edit_discussion(
    *,
    discussion: Discussion,
    by: User,
    title: str | None = None,
    body: str | None = None,
    tags: Sequence[str] | None = None,
    translations: Mapping[str, str] | None = None,
    at: datetime,
) -> Discussion:
    """Change what a discussion says; the version replaced stays in its history.

    Raises:
        NotAuthor, Locked, Removed: who may not, or not now.
        NotModerator: translations are written by moderators; whoever is none any more may take theirs away.
        EmptyText, TextTooLong, InvalidTags: what it may not be.
    """
    can.edit(by, discussion).require()
    title = None if title is None else texts.check_title(title)
    body = None if body is None else texts.check_body(body)
    names = None if tags is None else texts.check_tags(tags)
    translated = texts.check_translations(translations or {})
    with transaction.atomic():
        fresh = Discussion.objects.lock(discussion.pk)
        can.edit(by, fresh).require()
        changes = {
            name: value
            for name, value in (("title", title), ("body", body), *translated.items())
            if value is not None and value != getattr(fresh, name)
        }
        if any(changes[name] for name in changes.keys() & translated.keys()):
            can.moderate(by, fresh.competition).require()
        if changes:
            _replace_text(fresh, changes, by=by, at=at)
        if names is not None:
            texts.set_tags(fresh, names)
    return fresh


def delete_discussion(*, discussion: Discussion, by: User, at: datetime) -> None:
    """Empty it for everybody. Answers stay readable at its address; without any it is gone."""
    can.delete(by, discussion).require()
    _mark_deleted(Discussion.objects, discussion.pk, at)


def add_comment(*, discussion: Discussion, by: User, body: str, parent_id: int | None = None, at: datetime) -> Comment:
    """Answer a discussion, or a comment of it.

    Raises:
        NotEntered, NotVisible, Locked, Removed: who may not, or not now.
        NoSuchParent, EmptyText, TextTooLong: what it may not be.
    """
    can.comment(by, discussion).require()
    body = texts.check_body(body, limit=texts.MAX_COMMENT)
    rendered = mentions.render(body)
    with transaction.atomic():
        fresh = Discussion.objects.lock(discussion.pk)
        # It may have been locked or hidden since it was looked at.
        can.comment(by, fresh).require()
        parent = _parent(fresh, parent_id)
        comment = Comment.objects.create(
            discussion=discussion,
            parent=parent,
            thread_id=None if parent is None else (parent.thread_id or parent.pk),
            author=by,
            body=body,
            html=rendered.html,
            created_at=at,
        )
        count_comment(fresh, 1, at=at)
        texts.index_post(comment)
        texts.attach_uploads(comment, at=at)
        transaction.on_commit(
            lambda: signals.comment_created.send_robust(Comment, comment=comment, mentioned=rendered.mentioned, at=at)
        )
    return comment


def edit_comment(*, comment: Comment, by: User, body: str, at: datetime) -> Comment:
    """Change what a comment says; the version replaced stays in its history."""
    can.edit(by, comment).require()
    body = texts.check_body(body, limit=texts.MAX_COMMENT)
    with transaction.atomic():
        fresh = Comment.objects.lock(comment.pk)
        can.edit(by, fresh).require()
        if body != fresh.body:
            _replace_text(fresh, {"body": body}, by=by, at=at)
    return fresh


def delete_comment(*, comment: Comment, by: User, at: datetime) -> None:
    """Empty it for everybody; replies to it stay readable."""
    can.delete(by, comment).require()
    with transaction.atomic():
        discussion = Discussion.objects.lock(comment.discussion_id)
        if _mark_deleted(Comment.objects, comment.pk, at):
            count_comment(discussion, -1)


# --- parts ------------------------------------------------------------------------------------------------------------
def _replace_text(post: Any, changes: dict[str, str], *, by: User, at: datetime) -> None:
    bodies = texts.bodies_of(post)
    says_else = not changes.keys().isdisjoint(bodies)
    before = texts.mentioned_in(post) if says_else else frozenset()
    texts.keep_revision(post)
    for name, value in changes.items():
        setattr(post, name, value)
    newly = texts.render(post) - before if says_else else frozenset()
    post.edited_at = at
    rendered = [texts.html_column(column) for column in bodies]
    post.save(update_fields=[*changes, *rendered, "edited_at", "revision_count"])
    texts.index_post(post)
    texts.attach_uploads(post, at=at)
    if newly:
        transaction.on_commit(
            lambda: signals.mentions_added.send_robust(type(post), post=post, mentioned=newly, by=by, at=at)
        )


def _mark_deleted(posts: Any, pk: int, at: datetime) -> bool:
    """Whether it was this call that deleted it."""
    with transaction.atomic():
        post = posts.lock(pk)
        if post.is_deleted:
            return False
        was_counted = not post.is_hidden
        post.deleted_at = at
        post.save(update_fields=["deleted_at"])
        texts.index_post(post)
        transaction.on_commit(lambda: signals.post_removed.send_robust(type(post), post=post, at=at))
    return was_counted


def count_comment(discussion: Discussion, by: int, *, at: datetime | None = None) -> None:
    """Keep the counters of the list; the discussion's row is locked."""
    discussion.comment_count = max(0, discussion.comment_count + by)
    if at is not None:
        discussion.last_comment_at = discussion.active_at = at
    discussion.update_hotness()
    discussion.save(update_fields=["comment_count", "last_comment_at", "active_at", "hotness"])


def _parent(discussion: Discussion, parent_id: int | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = Comment.objects.filter(pk=parent_id, discussion=discussion).first()
    if parent is None or parent.is_removed:
        raise NoSuchParent
    return parent


def _own_submission(user: User, competition: Competition | None, pk: int | None) -> Submission | None:
    if pk is None:
        return None
    found = Submission.objects.of_teams_of(user).filter(pk=pk, competition=competition).first()
    if competition is None or found is None:
        raise NotOwnSubmission
    return found


def _own_notebook(user: User, pk: UUID | None) -> Upload | None:
    if pk is None:
        return None
    found = Upload.objects.filter(pk=pk, owner=user, kind=Upload.Kind.NOTEBOOK).first()
    if found is None:
        raise NotOwnNotebook
    return found
