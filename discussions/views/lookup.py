"""Finding the posts an address names, as far as the person asking may see them."""

from __future__ import annotations

from rest_framework.request import Request

from competitions.models import Competition
from discussions import permissions as can
from discussions.exceptions import NoSuchCompetition, NoSuchPost
from discussions.models import Comment, Discussion
from discussions.querysets import DiscussionQuerySet
from foundation.refusals import NotVisible

# What a list is asked for instead of a competition: what stands in none.
SITE = "site"


def find_discussion(request: Request, pk: int) -> Discussion:
    """The discussion with this id.

    Raises:
        NoSuchPost, NotVisible: there is none for this user.
        NotEntered: a closed room.
    """
    found = Discussion.objects.for_page(request.user).filter(pk=pk).first()
    if found is None:
        raise NoSuchPost
    can.see(request.user, found).require()
    return found


def find_comment(request: Request, pk: int) -> Comment:
    """The comment with this id, its discussion read with it. Raises as `find_discussion`."""
    found = Comment.objects.for_page(request.user).filter(pk=pk).first()
    if found is None:
        raise NoSuchPost
    can.see(request.user, found).require()
    return found


def competition_named(request: Request, key: str | None) -> Competition | None:
    """The competition a request's body names; None: the site.

    Raises:
        NoSuchCompetition: unknown or hidden, which look the same.
    """
    if key is None:
        return None
    found = Competition.objects.visible_to(request.user).by_slug_or_id(key).first()
    if found is None:
        raise NoSuchCompetition
    return found


def competition_in_query(request: Request, key: str) -> Competition | None:
    """The competition a list is asked for; None: the site. What is not there is not found.

    Raises:
        NotVisible, NotEntered: it is hidden, or a closed room.
    """
    if key == SITE:
        return None
    found = Competition.objects.visible_to(request.user).by_slug_or_id(key).first()
    if found is None:
        raise NotVisible
    can.look_inside(request.user, found).require()
    return found


def discussions_asked_for(request: Request) -> DiscussionQuerySet:
    """The discussions of the place that `competition` of the query names, or of all places. Raises as
    `competition_in_query`."""
    if key := request.query_params.get("competition", ""):
        return Discussion.objects.filter(competition=competition_in_query(request, key)).addressed_to(request.user)
    return Discussion.objects.in_lists_of(request.user)
