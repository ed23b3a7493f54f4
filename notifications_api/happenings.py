"""The parts that happenings are made of: keys, excerpts, and the rows they speak of with all that is read of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from accounts.models import User
from competitions.models import (
    Competition,
    CrewInvitation,
    Invitation,
    LogRow,
    MergeRequest,
    Phase,
    PlannedPublication,
    Team,
)
from discussions.excerpts import excerpt
from discussions.models import Comment, Discussion, Like
from discussions.permissions import discussion_of
from foundation.languages import local
from notifications_api.models import Reminder
from notifications_api.registry import Happening
from submissions.models import Exclusion, ExtraSubmissions, ScoringRun


# --- rows -------------------------------------------------------------------------------------------------------------
def discussions() -> models.QuerySet[Discussion]:
    return Discussion.objects.select_related("competition", "author")


def comments() -> models.QuerySet[Comment]:
    return Comment.objects.select_related("author", "parent", "discussion__competition", "discussion__author")


def likes() -> models.QuerySet[Like]:
    return Like.objects.select_related("user", "discussion__competition", "comment__discussion__competition")


def invitations() -> models.QuerySet[Invitation]:
    return Invitation.objects.select_related("team__competition__current_phase", "team__owner", "user", "invited_by")


def crew_invitations() -> models.QuerySet[CrewInvitation]:
    return CrewInvitation.objects.select_related("competition__current_phase", "user", "invited_by")


def merge_requests() -> models.QuerySet[MergeRequest]:
    return MergeRequest.objects.select_related(
        "to_team__competition", "from_team__competition", "requested_by", "decided_by"
    )


def scoring_runs() -> models.QuerySet[ScoringRun]:
    return ScoringRun.objects.select_related("competition", "phase")


def phases() -> models.QuerySet[Phase]:
    return Phase.objects.select_related("competition", "entry_phase")


def log_rows() -> models.QuerySet[LogRow]:
    return LogRow.objects.select_related("competition__current_phase")


def exclusions() -> models.QuerySet[Exclusion]:
    return Exclusion.objects.select_related(
        "team__competition__current_phase", "competition__current_phase", "answered_by"
    )


def extras() -> models.QuerySet[ExtraSubmissions]:
    return ExtraSubmissions.objects.select_related("team__competition__current_phase", "by")


def publications() -> models.QuerySet[PlannedPublication]:
    return PlannedPublication.objects.select_related("competition__current_phase")


def reminders() -> models.QuerySet[Reminder]:
    return Reminder.objects.select_related("competition__current_phase", "phase__competition__current_phase")


def stands(post: Discussion | Comment) -> bool:
    """Whether people are told of a post: neither was it deleted or hidden, nor its discussion hidden."""
    return not post.is_removed and not discussion_of(post).is_hidden


# --- keys -------------------------------------------------------------------------------------------------------------
def quote(post: Discussion | Comment) -> str:
    """The beginning of a post's text, as plain words."""
    return excerpt(local(post, "body")[:1000], 180)


def key_of(post: Discussion | Comment) -> str:
    """The key under which a post is told of when it is written."""
    if isinstance(post, Comment):
        return f"comment:{post.pk}"
    return f"{'announcement' if post.is_announcement else 'discussion'}:{post.pk}"


def likes_of(post: Discussion | Comment) -> str:
    """The key under which likes of the post are gathered."""
    return f"like:{post._meta.model_name}:{post.pk}"


def like_key(post: Discussion | Comment, by: int) -> str:
    """The key under which one like is told of, however often it is taken back and given again."""
    return f"{likes_of(post)}:{by}"


def keys_of(post: Discussion | Comment) -> list[str]:
    """Every key under which a post may have been told of."""
    if isinstance(post, Comment):
        return [f"comment:{post.pk}"]
    return [f"discussion:{post.pk}", f"announcement:{post.pk}"]


# --- happenings -------------------------------------------------------------------------------------------------------
def of_talk(post: Discussion | Comment, *, actor: User | None, at: datetime, key: str | None = None) -> Happening:
    """A happening about a post. `key`: given where not the post itself is told of, but what was done to it."""
    discussion = discussion_of(post)
    return Happening(
        key=key_of(post) if key is None else key,
        at=at,
        actor=actor,
        title="" if discussion.is_deleted else discussion.local_title,
        url=post.get_absolute_url(),
        competition=discussion.competition,
        discussion=discussion,
        about=post,
        excerpt=quote(post),
        params={"thing": post._meta.model_name},
    )


def of_team(
    key: str,
    team: Team,
    about: models.Model,
    *,
    actor: User | None,
    at: datetime,
    excerpt: str = "",
    **params: str,
) -> Happening:
    """A happening between teams and people, which leads to the page of one's own team."""
    return Happening(
        key=key,
        at=at,
        actor=actor,
        title=team.name,
        url=f"{team.competition.get_absolute_url()}/team",
        competition=team.competition,
        about=about,
        excerpt=excerpt,
        params={"team": team.name, **params},
    )


def of_crew(
    key: str, invitation: CrewInvitation, *, actor: User | None, at: datetime, url: str, **params: str
) -> Happening:
    """A happening between organisers and whom they asked to organise or help.

    It names its competition in words alone: the invited of a draft may not open it before they accept.
    """
    return Happening(
        key=key,
        at=at,
        actor=actor,
        title=invitation.competition.local_title,
        url=url,
        competition=None,
        about=invitation,
        params={"title": invitation.competition.local_title, "role": invitation.role, **params},
    )


def of_leaderboard(
    key: str,
    competition: Competition,
    about: models.Model,
    *,
    actor: User | None,
    at: datetime,
    phase: Phase | None = None,
    **more: Any,
) -> Happening:
    """A happening that changes a leaderboard, and leads there, or to that of `phase`. No score is told."""
    named = f"?phase={phase.number}" if phase is not None and competition.last_phase_number > 1 else ""
    return Happening(
        key=key,
        at=at,
        actor=actor,
        title=competition.local_title,
        url=f"{competition.get_absolute_url()}/leaderboard{named}",
        competition=competition,
        about=about,
        **more,
    )
