"""Finding the posts an address names, as far as the person asking may see them."""

from __future__ import annotations

from rest_framework.request import Request

from competitions.exceptions import NotVisible
from competitions.models import Competition
from discussions import permissions as can
from discussions.exceptions import NoSuchCompetition, NoSuchPost
from discussions.models import Comment, Discussion


def find_discussion(request: Request, pk: int) -> tuple[Discussion, can.Viewer]:
    """The discussion, and the one who looks at it.

    Raises:
        NoSuchPost, NotVisible: there is none for this user.
        NotEntered: a closed room.
    """
    found = Discussion.objects.for_page(request.user).filter(pk=pk).first()
    if found is None:
        raise NoSuchPost
    viewer = can.Viewer(request.user, found.competition)
    viewer.see(found).require()
    return found, viewer


def find_comment(request: Request, pk: int) -> tuple[Comment, can.Viewer]:
    """The comment (its discussion read with it), and the one who looks at it. Raises as `find_discussion`."""
    found = Comment.objects.for_list(request.user).select_related("discussion__competition").filter(pk=pk).first()
    if found is None:
        raise NoSuchPost
    viewer = can.Viewer(request.user, found.discussion.competition)
    viewer.see(found).require()
    return found, viewer


def competition_named(request: Request, key: str | None) -> Competition | None:
    """The competition a request's body or query names; None: the site.

    Raises:
        NoSuchCompetition: unknown or hidden, which look the same.
    """
    if key is None:
        return None
    found = Competition.objects.visible_to(request.user).by_slug_or_id(key).first()
    if found is None:
        raise NoSuchCompetition
    return found


def competition_in_query(request: Request, key: str) -> Competition:
    """The same for a list: what is not there is not found.

    Raises:
        NotVisible, NotEntered: it is hidden, or a closed room.
    """
    found = Competition.objects.visible_to(request.user).by_slug_or_id(key).first()
    if found is None:
        raise NotVisible
    can.Viewer(request.user, found).look_inside.require()
    return found
