"""What happened, as it is told: to whom it concerns, in the order in which roles count."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from accounts.models import User
from competitions.models import Competition, Invitation, MergeRequest, Team
from discussions.models import Comment, Discussion, Like, Report
from discussions.serializers.posts import excerpt
from notifications_api import audiences
from notifications_api.kinds import Kind
from submissions.models import ScoringRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, and the sentence it is told with (`sentences.py`)."""

    key: str
    at: datetime
    actor: User | None
    title: str
    url: str
    competition: Competition | None = None
    discussion: Discussion | None = None
    # What it speaks of.
    about: models.Model
    excerpt: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Telling:
    """Users who are told of a happening in the same words. `gather_key`: as part of one notification per thing."""

    kind: Kind
    users: models.QuerySet[User]
    gather_key: str = ""


Story = tuple[Happening, list[Telling]]


# --- talk -------------------------------------------------------------------------------------------------------------
def discussion_started(discussion: Discussion, *, mentioned: list[int], at: datetime) -> Story:
    """Mentioned people read of the mention; everybody who takes part of the discussion or announcement."""
    kind = Kind.ANNOUNCEMENT if discussion.is_announcement else Kind.DISCUSSION
    happening = _talk(f"{kind}:{discussion.pk}", discussion, discussion, actor=discussion.author, at=at)
    tellings = [Telling(Kind.MENTION, audiences.readers(discussion, mentioned))]
    if discussion.is_announcement or discussion.competition_id is not None:
        tellings.append(Telling(kind, audiences.everybody(discussion.competition)))
    return happening, tellings


def discussion_announced(discussion: Discussion, *, by: User | None, at: datetime) -> Story:
    happening = _talk(f"{Kind.ANNOUNCEMENT}:{discussion.pk}", discussion, discussion, actor=by, at=at)
    return happening, [Telling(Kind.ANNOUNCEMENT, audiences.everybody(discussion.competition))]


def comment_added(comment: Comment, *, mentioned: list[int], at: datetime) -> Story:
    discussion = comment.discussion
    happening = _talk(f"comment:{comment.pk}", comment, discussion, actor=comment.author, at=at)
    tellings = [Telling(Kind.MENTION, audiences.readers(discussion, mentioned))]
    if comment.parent is not None and comment.parent.author_id is not None:
        parent = audiences.readers(discussion, [comment.parent.author_id])
        tellings.append(Telling(Kind.REPLY, parent, gather_key=f"reply:comment:{comment.parent_id}"))
    if discussion.author_id is not None and not discussion.is_deleted:
        author = audiences.readers(discussion, [discussion.author_id])
        tellings.append(Telling(Kind.COMMENT, author, gather_key=f"comment:discussion:{discussion.pk}"))
    return happening, tellings


def people_mentioned(post: Discussion | Comment, *, mentioned: list[int], by: User | None, at: datetime) -> Story:
    """By an edit. Who was told of the post when it was written is not told again: it has the key of then."""
    discussion = post if isinstance(post, Discussion) else post.discussion
    happening = _talk(key_of(post), post, discussion, actor=by, at=at)
    return happening, [Telling(Kind.MENTION, audiences.readers(discussion, mentioned))]


def post_liked(like: Like, *, at: datetime) -> Story:
    post = like.post
    discussion = post if isinstance(post, Discussion) else post.discussion
    happening = _talk(like_key(post, like.user_id), post, discussion, actor=like.user, at=at)
    author = audiences.readers(discussion, [post.author_id] if post.author_id else [])
    return happening, [Telling(Kind.LIKE, author, gather_key=likes_of(post))]


def post_reported(report: Report, *, at: datetime) -> Story:
    post = report.post
    discussion = post if isinstance(post, Discussion) else post.discussion
    happening = Happening(
        key=f"report:{report.pk}",
        at=at,
        actor=report.reporter,
        title=discussion.title,
        url=post.get_absolute_url(),
        competition=discussion.competition,
        discussion=discussion,
        about=report,
        params={"reason": report.reason},
    )
    return happening, [Telling(Kind.REPORT, audiences.moderators(discussion.competition))]


def quote(post: Discussion | Comment) -> str:
    """The beginning of what it says, as plain words."""
    return excerpt(post.body[:1000], 180)


def key_of(post: Discussion | Comment) -> str:
    """The key under which a post is told of when it is written."""
    if isinstance(post, Comment):
        return f"comment:{post.pk}"
    return f"{Kind.ANNOUNCEMENT if post.is_announcement else Kind.DISCUSSION}:{post.pk}"


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
    return [f"{Kind.DISCUSSION}:{post.pk}", f"{Kind.ANNOUNCEMENT}:{post.pk}"]


def _talk(
    key: str, post: Discussion | Comment, discussion: Discussion, *, actor: User | None, at: datetime
) -> Happening:
    return Happening(
        key=key,
        at=at,
        actor=actor,
        title="" if discussion.is_deleted else discussion.title,
        url=post.get_absolute_url(),
        competition=discussion.competition,
        discussion=discussion,
        about=post,
        excerpt=quote(post),
        params={"thing": post._meta.model_name},
    )


# --- teams ------------------------------------------------------------------------------------------------------------
def invitation_sent(invitation: Invitation, *, at: datetime) -> Story:
    happening = _team(f"invitation:{invitation.pk}", invitation.team, invitation, actor=invitation.invited_by, at=at)
    return happening, [Telling(Kind.INVITATION, audiences.people([invitation.user_id]))]


def invitation_answered(invitation: Invitation, *, at: datetime) -> Story:
    team = invitation.team
    happening = _team(f"invitation_answer:{invitation.pk}", team, invitation, actor=invitation.user, at=at)
    happening.params["answer"] = invitation.status
    people = audiences.people([pk for pk in (invitation.invited_by_id, team.owner_id) if pk is not None])
    return happening, [Telling(Kind.INVITATION_ANSWER, people)]


def merge_requested(merge_request: MergeRequest, *, at: datetime) -> Story:
    """The owner of the team that is asked decides; its members want to know."""
    team = merge_request.to_team
    key = f"merge_request:{merge_request.pk}"
    happening = _team(key, team, merge_request, actor=merge_request.requested_by, at=at)
    happening.params["other"] = merge_request.from_team.name
    return happening, [Telling(Kind.MERGE_REQUEST, audiences.members(team))]


def merge_answered(merge_request: MergeRequest, *, at: datetime) -> Story:
    """Accepted: everybody in the merged team. Refused: the team that asked."""
    accepted = merge_request.status == "accepted"
    asked, asking = merge_request.to_team, merge_request.from_team
    key = f"merge_answer:{merge_request.pk}"
    happening = _team(key, asked, merge_request, actor=merge_request.decided_by, at=at)
    happening.params.update(answer=merge_request.status, other=asking.name)
    return happening, [Telling(Kind.MERGE_ANSWER, audiences.members(asked if accepted else asking))]


def _team(key: str, team: Team, about: models.Model, *, actor: User | None, at: datetime) -> Happening:
    return Happening(
        key=key,
        at=at,
        actor=actor,
        title=team.name,
        url=f"{team.competition.get_absolute_url()}/team",
        competition=team.competition,
        about=about,
        params={"team": team.name},
    )


# --- scoring ----------------------------------------------------------------------------------------------------------
def scoring_finished(run: ScoringRun, *, at: datetime) -> Story:
    """Organisers, of every end; after a rescoring all participants too. No score is told."""
    competition = run.competition
    is_private = run.kind == ScoringRun.Kind.PRIVATE
    happening = Happening(
        key=f"scoring_run:{run.pk}:{run.status}",
        at=at,
        actor=None,
        title=competition.title,
        url=f"{competition.get_absolute_url()}/leaderboard",
        competition=competition,
        about=run,
        excerpt="" if is_private else run.reason[:180],
        params={"run": run.kind, "status": run.status},
    )
    tellings = [Telling(Kind.SCORING_FINISHED, audiences.organisers(competition, also=run.started_by_id))]
    if run.kind == ScoringRun.Kind.RESCORE and run.status == ScoringRun.Status.COMPLETE:
        tellings.append(Telling(Kind.RESCORED, audiences.everybody(competition)))
    return happening, tellings


def private_confirmed(competition: Competition, *, by: User | None, at: datetime) -> Story:
    happening = Happening(
        key=f"private_confirmed:{competition.pk}:{int(at.timestamp())}",
        at=at,
        actor=by,
        title=competition.title,
        url=f"{competition.get_absolute_url()}/leaderboard",
        competition=competition,
        about=competition,
    )
    return happening, [Telling(Kind.PRIVATE_CONFIRMED, audiences.everybody(competition))]
