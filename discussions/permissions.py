"""Who may do what with posts, in the words of `competitions.permissions`.

Reading follows the competition (`look_inside`); site-wide discussions are open to all. Writing is for those who take
part and their organisers; liking and reporting for everybody signed in who may read. Organisers moderate the
discussions of their competition, staff the site-wide ones.

    if can.see(user, comment): ...              # a Verdict is true or false
    can.edit(user, comment).require()           # or raises the refusal that says why

Lists ask for many posts of one competition: `Discussion.objects.for_page(user)` reads who organises it and whether
`user` takes part, and the questions then cost no query.
"""

from __future__ import annotations

from typing import Any

from competitions import permissions as competition_can
from competitions.access import runs_all
from competitions.boards import board_of
from competitions.exceptions import NotEntered, NotHost
from competitions.models import Competition
from discussions import exceptions as no
from discussions.models import Comment, Discussion
from discussions.querysets import is_staff
from foundation.refusals import NotSignedIn
from foundation.verdict import YES, Verdict

Post = Discussion | Comment


def discussion_of(post: Post) -> Discussion:
    return post if isinstance(post, Discussion) else post.discussion


# --- facts the questions rest on --------------------------------------------------------------------------------------
def is_moderator(user: Any, competition: Competition | None) -> bool:
    """Whether `user` moderates the discussions of this competition, or (None) the site-wide ones."""
    if competition is None:
        return is_staff(user)
    return competition_can.is_host(user, competition) or competition_can.is_helper(user, competition)


def is_author(user: Any, post: Post) -> bool:
    return bool(user.is_authenticated) and post.author_id == user.pk


def is_written_to(user: Any, discussion: Discussion) -> bool:
    """Whether it is for everybody, or `user` is one of those it is for, or a moderator.

    `Discussion.objects.addressed_to` for many rows, `audiences.readers_of` for many people.
    """
    if not discussion.is_restricted or runs_all(user) or is_moderator(user, discussion.competition):
        return True
    if not user.is_authenticated:
        return False
    if "recipients" in getattr(discussion, "_prefetched_objects_cache", {}):
        return any(one.user_id == user.pk for one in discussion.recipients.all())
    return discussion.recipients.filter(user=user).exists()


# --- a place: one competition, or (None) the site ---------------------------------------------------------------------
def look_inside(user: Any, competition: Competition | None) -> Verdict:
    """Read the discussions of a competition at all; the site-wide ones are open to everybody."""
    return YES if competition is None else competition_can.look_inside(user, competition)


def write(user: Any, competition: Competition | None) -> Verdict:
    """Start a discussion or comment at all."""
    if not user.is_authenticated:
        return Verdict(NotSignedIn())
    inside = look_inside(user, competition)
    if competition is None or not inside:
        return inside
    if is_moderator(user, competition) or competition_can.is_participant(user, competition):
        return YES
    return Verdict(NotEntered())


def moderate(user: Any, competition: Competition | None) -> Verdict:
    """Pin, lock, show again what was hidden, and see reports."""
    if not user.is_authenticated:
        return Verdict(NotSignedIn())
    if is_moderator(user, competition):
        return YES
    if not (inside := look_inside(user, competition)):
        return inside
    return Verdict(no.NotModerator())


def speak_for(user: Any, competition: Competition | None) -> Verdict:
    """Tell everybody something in the name of the competition: its organisers, and of the moderators no others."""
    if not (moderates := moderate(user, competition)) or competition is None:
        return moderates
    return YES if competition_can.is_host(user, competition) else Verdict(NotHost())


# --- one post ---------------------------------------------------------------------------------------------------------
def see(user: Any, post: Post) -> Verdict:
    """Open it. Hidden posts: their author and moderators. Deleted ones stay, emptied, while others answered. What is
    written to some of those who take part: they, and moderators; for all others it is not there.
    """
    discussion = discussion_of(post)
    if not (inside := look_inside(user, discussion.competition)):
        return inside
    if not is_written_to(user, discussion):
        return Verdict(no.NoSuchPost())
    out_of_sight = (
        (discussion.is_hidden and not is_author(user, discussion))
        or (discussion.is_deleted and discussion.comment_count == 0)
        or (isinstance(post, Comment) and post.is_hidden and not is_author(user, post))
    )
    if out_of_sight and not is_moderator(user, discussion.competition):
        return Verdict(no.NoSuchPost())
    return YES


def read_body(user: Any, post: Post) -> Verdict:
    """Read what it says. Of deleted posts nothing is shown, to anybody."""
    if post.is_deleted:
        return Verdict(no.Removed())
    if not post.is_hidden or is_author(user, post) or is_moderator(user, discussion_of(post).competition):
        return YES
    return Verdict(no.Removed())


def comment(user: Any, discussion: Discussion) -> Verdict:
    """Answer a discussion, or a comment of it."""
    if not (writes := write(user, discussion.competition)):
        return writes
    if not (visible := see(user, discussion)):
        return visible
    if discussion.is_removed:
        return Verdict(no.Removed())
    return _while_open(user, discussion)


def edit(user: Any, post: Post) -> Verdict:
    """Change what it says: its author, while it stands and the discussion is open."""
    if not (visible := _signed_in_and_sees(user, post)):
        return visible
    if not is_author(user, post):
        return Verdict(no.NotAuthor())
    if post.is_removed or discussion_of(post).is_removed:
        return Verdict(no.Removed())
    return _while_open(user, discussion_of(post))


def delete(user: Any, post: Post) -> Verdict:
    """Its author at any time, and moderators."""
    if not (visible := _signed_in_and_sees(user, post)):
        return visible
    if is_author(user, post) or is_moderator(user, discussion_of(post).competition):
        return YES
    return Verdict(no.NotAuthor())


def like(user: Any, post: Post) -> Verdict:
    """Like it, or take the like back: everybody signed in who may read it, while it stands."""
    if not (visible := _signed_in_and_sees(user, post)):
        return visible
    return Verdict(no.Removed()) if post.is_removed or discussion_of(post).is_removed else YES


def report(user: Any, post: Post) -> Verdict:
    """Tell the moderators of it: whoever may like it, but its author."""
    if not (likeable := like(user, post)):
        return likeable
    return Verdict(no.OwnPost()) if is_author(user, post) else YES


def announce(user: Any, discussion: Discussion) -> Verdict:
    """Tell everybody who takes part of it: organisers (of the whole site: staff), once, while it stands."""
    if not (speaks := speak_for(user, discussion.competition)):
        return speaks
    if discussion.is_removed:
        return Verdict(no.Removed())
    return Verdict(no.AlreadyAnnounced()) if discussion.is_announcement else YES


def hide(user: Any, post: Post) -> Verdict:
    """Take it out of sight: moderators, unless it has been deleted."""
    if not (moderates := moderate(user, discussion_of(post).competition)):
        return moderates
    return Verdict(no.Removed()) if post.is_deleted else YES


def _signed_in_and_sees(user: Any, post: Post) -> Verdict:
    return see(user, post) if user.is_authenticated else Verdict(NotSignedIn())


def _while_open(user: Any, discussion: Discussion) -> Verdict:
    """A locked discussion is open to its moderators only."""
    if discussion.is_locked and not is_moderator(user, discussion.competition):
        return Verdict(no.Locked())
    return YES


def see_linked_score(user: Any, discussion: Discussion) -> bool:
    """The score of the submission that a discussion shows: whoever sees it on the leaderboard, or would if it led."""
    submission, competition = discussion.submission, discussion.competition
    if submission is None or competition is None:
        return False
    board = board_of(submission.phase)
    return board.takes(submission.created_at) and bool(competition_can.view_public_leaderboard(user, submission.phase))
