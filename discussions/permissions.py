"""Who may do what with posts, in the words of `competitions.permissions`.

Reading follows the competition (`look_inside`); site-wide discussions are open to all. Writing is for those who take
part and their organisers; liking and reporting for everybody signed in who may read. Organisers moderate the
discussions of their competition, staff the site-wide ones.

    can.edit(user, comment).require()
    viewer = can.Viewer(user, competition)      # asks the database once, for many posts of one competition
    viewer.edit(comment)
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from competitions import permissions as competition_can
from competitions.exceptions import NotEntered, NotSignedIn
from competitions.models import Competition
from competitions.permissions import YES, Verdict
from discussions import exceptions as no
from discussions.models import Comment, Discussion
from discussions.querysets import is_staff

Post = Discussion | Comment


def discussion_of(post: Post) -> Discussion:
    return post if isinstance(post, Discussion) else post.discussion


class Viewer:
    """Somebody among the posts of one competition, or (None) of the site."""

    def __init__(self, user: Any, competition: Competition | None) -> None:
        self.user = user
        self.competition = competition

    @cached_property
    def is_moderator(self) -> bool:
        if self.competition is None:
            return is_staff(self.user)
        return competition_can.is_host(self.user, self.competition)

    @cached_property
    def look_inside(self) -> Verdict:
        return YES if self.competition is None else competition_can.look_inside(self.user, self.competition)

    @cached_property
    def write(self) -> Verdict:
        """Start a discussion or comment at all."""
        if not self.user.is_authenticated:
            return Verdict(NotSignedIn())
        if self.competition is None or not self.look_inside:
            return self.look_inside
        if self.is_moderator or competition_can.is_participant(self.user, self.competition):
            return YES
        return Verdict(NotEntered())

    @cached_property
    def moderate(self) -> Verdict:
        """Pin, lock, announce, hide, and see reports."""
        if not self.user.is_authenticated:
            return Verdict(NotSignedIn())
        if self.is_moderator:
            return YES
        return Verdict(no.NotModerator()) if self.look_inside else self.look_inside

    def is_author(self, post: Post) -> bool:
        return bool(self.user.is_authenticated) and post.author_id == self.user.pk

    def see(self, post: Post) -> Verdict:
        """Open it. Hidden posts: their author and moderators. Deleted ones stay, emptied, while others answered."""
        if not self.look_inside or self.is_moderator:
            return self.look_inside
        discussion = discussion_of(post)
        if discussion.is_hidden and not self.is_author(discussion):
            return Verdict(no.NoSuchPost())
        if discussion.is_deleted and discussion.comment_count == 0:
            return Verdict(no.NoSuchPost())
        if isinstance(post, Comment) and post.is_hidden and not self.is_author(post):
            return Verdict(no.NoSuchPost())
        return YES

    def read_body(self, post: Post) -> bool:
        """Whether what it says is shown. Of deleted posts nothing is, to anybody."""
        if post.is_deleted:
            return False
        return not post.is_hidden or self.is_author(post) or self.is_moderator

    def comment(self, discussion: Discussion) -> Verdict:
        if not self.write:
            return self.write
        if not (visible := self.see(discussion)):
            return visible
        if discussion.is_removed:
            return Verdict(no.Removed())
        return YES if self._is_open(discussion) else Verdict(no.Locked())

    def edit(self, post: Post) -> Verdict:
        """Change what it says: its author, while it stands and the discussion is open."""
        if not (visible := self._signed_in_and_sees(post)):
            return visible
        if not self.is_author(post):
            return Verdict(no.NotAuthor())
        if post.is_removed or discussion_of(post).is_removed:
            return Verdict(no.Removed())
        return YES if self._is_open(discussion_of(post)) else Verdict(no.Locked())

    def delete(self, post: Post) -> Verdict:
        """Its author at any time, and moderators."""
        if not (visible := self._signed_in_and_sees(post)):
            return visible
        return YES if self.is_author(post) or self.is_moderator else Verdict(no.NotAuthor())

    def like(self, post: Post) -> Verdict:
        if not (visible := self._signed_in_and_sees(post)):
            return visible
        return Verdict(no.Removed()) if post.is_removed or discussion_of(post).is_removed else YES

    def report(self, post: Post) -> Verdict:
        if not (likeable := self.like(post)):
            return likeable
        return Verdict(no.OwnPost()) if self.is_author(post) else YES

    def _signed_in_and_sees(self, post: Post) -> Verdict:
        return self.see(post) if self.user.is_authenticated else Verdict(NotSignedIn())

    def _is_open(self, discussion: Discussion) -> bool:
        return not discussion.is_locked or self.is_moderator


def viewer_of(user: Any, post: Post) -> Viewer:
    return Viewer(user, discussion_of(post).competition)


def write(user: Any, competition: Competition | None) -> Verdict:
    return Viewer(user, competition).write


def moderate(user: Any, competition: Competition | None) -> Verdict:
    return Viewer(user, competition).moderate


def see(user: Any, post: Post) -> Verdict:
    return viewer_of(user, post).see(post)


def read_body(user: Any, post: Post) -> bool:
    return viewer_of(user, post).read_body(post)


def comment(user: Any, discussion: Discussion) -> Verdict:
    return viewer_of(user, discussion).comment(discussion)


def edit(user: Any, post: Post) -> Verdict:
    return viewer_of(user, post).edit(post)


def delete(user: Any, post: Post) -> Verdict:
    return viewer_of(user, post).delete(post)


def like(user: Any, post: Post) -> Verdict:
    return viewer_of(user, post).like(post)


def report(user: Any, post: Post) -> Verdict:
    return viewer_of(user, post).report(post)
