"""What people are told of: one entry for each kind of notification. A new kind is one more entry here.

An entry says on which occasions whom it is told to; an occasion that is not there yet is declared above the kinds that
it is told as. Beside this, the kind needs its Japanese in `main/locale`, its icon in
`frontend/src/features/notifications/kinds.ts` and its name in the two `notifications.json` of the front end;
`tests/notifications_api/test_kinds.py` says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from competitions import signals as competition_signals
from competitions.getting_on import bound_of, name_of
from competitions.models import (
    Competition,
    CrewInvitation,
    CrewRole,
    Invitation,
    LogKind,
    LogRow,
    MergeRequest,
    Phase,
    PlannedPublication,
    RequestStatus,
    Team,
)
from discussions import signals as discussion_signals
from discussions.models import Comment, Discussion, Like, Report
from discussions.permissions import discussion_of
from notifications_api import audiences, happenings, reminders
from notifications_api.models import MOST_TITLE, Reminder
from notifications_api.registry import (
    KINDS,
    Audience,
    Channels,
    Circumstances,
    EmailMode,
    Happening,
    KindEntry,
    Occasion,
    kind_choices,
    register,
)
from notifications_api.withdrawing import LIKE_TAKEN_BACK, POST_REMOVED
from submissions import signals as submission_signals
from submissions.models import Exclusion, ExtraSubmissions, ScoringRun

__all__ = ["KINDS", "EmailMode", "Kind"]

# What waits for an answer or concerns the result comes by email at once, talk in the digest, likes not at all.
AT_ONCE = Channels(in_app=True, email=EmailMode.IMMEDIATE)
DIGEST = Channels(in_app=True, email=EmailMode.DIGEST)
NO_EMAIL = Channels(in_app=True, email=EmailMode.OFF)
# What is quoted of a text.
EXCERPT = 180


# --- talk: what is said -----------------------------------------------------------------------------------------------
def _talk_is_left(post: Discussion | Comment, _at: object) -> bool:
    return happenings.stands(post)


DISCUSSION_STARTED: Occasion[Discussion] = Occasion(
    name="discussion_started",
    signal=discussion_signals.discussion_created,
    subject="discussion",
    rows=(happenings.discussions,),
    still_holds=_talk_is_left,
    happening=lambda discussion, now: happenings.of_talk(discussion, actor=discussion.author, at=now.at),
)
DISCUSSION_ANNOUNCED: Occasion[Discussion] = Occasion(
    name="discussion_announced",
    signal=discussion_signals.announced,
    subject="discussion",
    rows=(happenings.discussions,),
    still_holds=_talk_is_left,
    happening=lambda discussion, now: happenings.of_talk(
        discussion, actor=now.by, at=now.at, key=f"announcement:{discussion.pk}"
    ),
)
COMMENT_ADDED: Occasion[Comment] = Occasion(
    name="comment_added",
    signal=discussion_signals.comment_created,
    subject="comment",
    rows=(happenings.comments,),
    still_holds=_talk_is_left,
    happening=lambda comment, now: happenings.of_talk(comment, actor=comment.author, at=now.at),
)
# By an edit. Who was told of the post when it was written is not told again: it has the key of then.
PEOPLE_MENTIONED: Occasion[Any] = Occasion(
    name="people_mentioned",
    signal=discussion_signals.mentions_added,
    subject="post",
    rows=(happenings.discussions, happenings.comments),
    still_holds=_talk_is_left,
    happening=lambda post, now: happenings.of_talk(post, actor=now.by, at=now.at),
)
POST_LIKED: Occasion[Like] = Occasion(
    name="post_liked",
    signal=discussion_signals.liked,
    subject="like",
    rows=(happenings.likes,),
    # One's own like concerns nobody.
    is_worth_a_job=lambda like, _by: like.post.author_id not in (None, like.user_id),
    still_holds=lambda like, _at: happenings.stands(like.post),
    happening=lambda like, now: happenings.of_talk(
        like.post, actor=like.user, at=now.at, key=happenings.like_key(like.post, like.user_id)
    ),
)


def _announced_to(discussion: Discussion, _now: Circumstances) -> Audience | None:
    if not discussion.is_announcement:
        return None
    return Audience(audiences.announced_to(discussion))


def _discussed_among(discussion: Discussion, _now: Circumstances) -> Audience | None:
    """Everybody who takes part in the discussion's competition; of discussions of the whole site nobody is told."""
    if discussion.is_announcement or discussion.competition_id is None:
        return None
    return Audience(audiences.everybody(discussion.competition))


def _mentioned(post: Discussion | Comment, now: Circumstances) -> Audience:
    return Audience(audiences.readers(discussion_of(post), now.mentioned))


def _author_of_discussion(comment: Comment, _now: Circumstances) -> Audience | None:
    discussion = comment.discussion
    if discussion.author_id is None or discussion.is_deleted:
        return None
    return Audience(
        audiences.readers(discussion, [discussion.author_id]), gather_key=f"comment:discussion:{discussion.pk}"
    )


def _author_of_parent(comment: Comment, _now: Circumstances) -> Audience | None:
    if comment.parent is None or comment.parent.author_id is None:
        return None
    return Audience(
        audiences.readers(comment.discussion, [comment.parent.author_id]),
        gather_key=f"reply:comment:{comment.parent_id}",
    )


def _author_of_liked(like: Like, _now: Circumstances) -> Audience:
    post = like.post
    authors = [post.author_id] if post.author_id else []
    return Audience(audiences.readers(discussion_of(post), authors), gather_key=happenings.likes_of(post))


register(
    KindEntry(
        name="discussion",
        label=_("new discussions in competitions I take part in"),
        default=DIGEST,
        sentences={"": _("%(who)s started the discussion “%(title)s”")},
        told_on={DISCUSSION_STARTED: _discussed_among},
        withdrawals=(POST_REMOVED,),
    )
)
register(
    KindEntry(
        name="comment",
        label=_("comments on my discussions"),
        default=DIGEST,
        sentences={"": _("%(who)s commented on your discussion “%(title)s”")},
        told_on={COMMENT_ADDED: _author_of_discussion},
        withdrawals=(POST_REMOVED,),
    )
)
register(
    KindEntry(
        name="reply",
        label=_("replies to my comments"),
        default=DIGEST,
        sentences={"": _("%(who)s replied to your comment in “%(title)s”")},
        told_on={COMMENT_ADDED: _author_of_parent},
        weight=1,
        withdrawals=(POST_REMOVED,),
    )
)
register(
    KindEntry(
        name="mention",
        label=_("mentions of me"),
        default=AT_ONCE,
        sentences={"": _("%(who)s mentioned you in “%(title)s”")},
        told_on={DISCUSSION_STARTED: _mentioned, COMMENT_ADDED: _mentioned, PEOPLE_MENTIONED: _mentioned},
        weight=2,
        withdrawals=(POST_REMOVED,),
    )
)
register(
    KindEntry(
        name="like",
        label=_("likes of what I wrote"),
        default=NO_EMAIL,
        sentences={
            "comment": _("%(who)s liked your comment in “%(title)s”"),
            "discussion": _("%(who)s liked your discussion “%(title)s”"),
        },
        variant=lambda params: "comment" if params.get("thing") == "comment" else "discussion",
        told_on={POST_LIKED: _author_of_liked},
        withdrawals=(LIKE_TAKEN_BACK, POST_REMOVED),
        quotes_target=True,
    )
)
register(
    KindEntry(
        name="announcement",
        label=_("announcements of organisers"),
        default=AT_ONCE,
        sentences={"": _("%(who)s announced “%(title)s”")},
        told_on={
            DISCUSSION_STARTED: _announced_to,
            DISCUSSION_ANNOUNCED: lambda discussion, _now: Audience(audiences.announced_to(discussion)),
        },
        withdrawals=(POST_REMOVED,),
    )
)


# --- teams: what waits for an answer, and the answers -----------------------------------------------------------------
ANSWERS = (RequestStatus.ACCEPTED, RequestStatus.REFUSED)


def _answer(params: Mapping[str, Any]) -> str:
    return "accepted" if params.get("answer") == "accepted" else "refused"


INVITATION_SENT: Occasion[Invitation] = Occasion(
    name="invitation_sent",
    signal=competition_signals.invitation_sent,
    subject="invitation",
    rows=(happenings.invitations,),
    still_holds=lambda invitation, _at: invitation.status == RequestStatus.PENDING,
    happening=lambda invitation, now: happenings.of_team(
        f"invitation:{invitation.pk}", invitation.team, invitation, actor=invitation.invited_by, at=now.at
    ),
)
INVITATION_ANSWERED: Occasion[Invitation] = Occasion(
    name="invitation_answered",
    signal=competition_signals.invitation_decided,
    subject="invitation",
    rows=(happenings.invitations,),
    still_holds=lambda invitation, _at: invitation.status in ANSWERS,
    happening=lambda invitation, now: happenings.of_team(
        f"invitation_answer:{invitation.pk}",
        invitation.team,
        invitation,
        actor=invitation.user,
        at=now.at,
        answer=invitation.status,
    ),
)
MERGE_REQUESTED: Occasion[MergeRequest] = Occasion(
    name="merge_requested",
    signal=competition_signals.merge_requested,
    subject="merge_request",
    rows=(happenings.merge_requests,),
    still_holds=lambda merge_request, _at: merge_request.status == RequestStatus.PENDING,
    happening=lambda merge_request, now: happenings.of_team(
        f"merge_request:{merge_request.pk}",
        merge_request.to_team,
        merge_request,
        actor=merge_request.requested_by,
        at=now.at,
        other=merge_request.from_team.name,
    ),
)
MERGE_ANSWERED: Occasion[MergeRequest] = Occasion(
    name="merge_answered",
    signal=competition_signals.merge_request_decided,
    subject="merge_request",
    rows=(happenings.merge_requests,),
    still_holds=lambda merge_request, _at: merge_request.status in ANSWERS,
    happening=lambda merge_request, now: happenings.of_team(
        f"merge_answer:{merge_request.pk}",
        merge_request.to_team,
        merge_request,
        actor=merge_request.decided_by,
        at=now.at,
        answer=merge_request.status,
        other=merge_request.from_team.name,
    ),
)


CREW_INVITED: Occasion[CrewInvitation] = Occasion(
    name="crew_invited",
    signal=competition_signals.crew_invited,
    subject="invitation",
    rows=(happenings.crew_invitations,),
    still_holds=lambda invitation, _at: invitation.status == RequestStatus.PENDING,
    happening=lambda invitation, now: happenings.of_crew(
        f"crew_invitation:{invitation.pk}",
        invitation,
        actor=invitation.invited_by,
        at=now.at,
        url="/invitations",
    ),
)
CREW_ANSWERED: Occasion[CrewInvitation] = Occasion(
    name="crew_answered",
    signal=competition_signals.crew_invitation_decided,
    subject="invitation",
    rows=(happenings.crew_invitations,),
    still_holds=lambda invitation, _at: invitation.status in ANSWERS,
    happening=lambda invitation, now: happenings.of_crew(
        f"crew_answer:{invitation.pk}",
        invitation,
        actor=invitation.user,
        at=now.at,
        url=f"{invitation.competition.get_absolute_url()}/manage",
        answer=invitation.status,
    ),
)


def _role_asked(params: Mapping[str, Any]) -> str:
    return "host" if params.get("role") == CrewRole.HOST else "helper"


def _inviters(invitation: Invitation, _now: Circumstances) -> Audience:
    owners = (invitation.invited_by_id, invitation.team.owner_id)
    return Audience(audiences.people([pk for pk in owners if pk is not None]))


def _who_asked_to_merge(merge_request: MergeRequest, _now: Circumstances) -> Audience:
    """Who hears of a decided merge request: everybody in the merged team, or the team that asked in vain."""
    is_accepted = merge_request.status == RequestStatus.ACCEPTED
    return Audience(audiences.members(merge_request.to_team if is_accepted else merge_request.from_team))


register(
    KindEntry(
        name="invitation",
        label=_("invitations to teams"),
        default=AT_ONCE,
        sentences={"": _("%(who)s invited you to the team “%(team)s”")},
        told_on={INVITATION_SENT: lambda invitation, _now: Audience(audiences.people([invitation.user_id]))},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="invitation_answer",
        label=_("answers to invitations of my team"),
        default=DIGEST,
        sentences={
            "accepted": _("%(who)s joined the team “%(team)s”"),
            "refused": _("%(who)s refused the invitation to the team “%(team)s”"),
        },
        variant=_answer,
        told_on={INVITATION_ANSWERED: _inviters},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="crew_invitation",
        label=_("invitations to organise a competition or to help"),
        default=AT_ONCE,
        sentences={
            "host": _("%(who)s asks you to organise “%(title)s” together"),
            "helper": _("%(who)s asks you to help with “%(title)s”"),
        },
        variant=_role_asked,
        told_on={CREW_INVITED: lambda invitation, _now: Audience(audiences.people([invitation.user_id]))},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="crew_answer",
        label=_("answers to invitations to organise or to help"),
        default=DIGEST,
        sentences={
            "accepted": _("%(who)s now organises “%(title)s”, or helps with it"),
            "refused": _("%(who)s does not want to organise “%(title)s”, or to help"),
        },
        variant=_answer,
        told_on={CREW_ANSWERED: lambda invitation, _now: Audience(audiences.organisers(invitation.competition))},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="merge_request",
        label=_("requests to merge with my team"),
        default=AT_ONCE,
        sentences={"": _("%(who)s asks to merge “%(other)s” with your team “%(team)s”")},
        # The owner decides; the other members want to know.
        told_on={MERGE_REQUESTED: lambda merge_request, _now: Audience(audiences.members(merge_request.to_team))},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="merge_answer",
        label=_("answers to merge requests, and merges"),
        default=AT_ONCE,
        sentences={
            "accepted": _("“%(other)s” is now part of the team “%(team)s”"),
            "refused": _("“%(team)s” refused to merge with “%(other)s”"),
        },
        variant=_answer,
        told_on={MERGE_ANSWERED: _who_asked_to_merge},
        withdrawals=(),
    )
)


# --- scoring ----------------------------------------------------------------------------------------------------------
def _run_ended(run: ScoringRun, now: Circumstances) -> Happening:
    """What is told when a scoring run ends: no score, and of a private run no reason either."""
    is_private = run.kind == ScoringRun.Kind.PRIVATE
    return happenings.of_leaderboard(
        f"scoring_run:{run.pk}:{run.status}",
        run.competition,
        run,
        actor=None,
        at=now.at,
        phase=run.phase,
        excerpt="" if is_private else run.reason[:180],
        params={"run": run.kind, "status": run.status},
    )


SCORING_ENDED: Occasion[ScoringRun] = Occasion(
    name="scoring_ended",
    signal=submission_signals.scoring_finished,
    subject="scoring_run",
    rows=(happenings.scoring_runs,),
    moment=lambda run: run.finished_at,
    still_holds=lambda run, _at: run.status in (ScoringRun.Status.COMPLETE, ScoringRun.Status.FAILED),
    happening=_run_ended,
)


def _hash_of_confirmation(competition: Competition) -> str:
    """The hash of the newest log entry at the moment the result was confirmed, in words."""
    entries = LogRow.objects.filter(competition=competition, kind=LogKind.CONFIRMED).order_by("-sequence")
    newest = entries.values_list("hash", flat=True).first()
    return f"log: SHA-256 {newest}" if newest else ""


PRIVATE_CONFIRMED: Occasion[Phase] = Occasion(
    name="private_confirmed",
    signal=competition_signals.private_leaderboard_confirmed,
    subject="phase",
    rows=(happenings.phases,),
    still_holds=lambda phase, at: phase.is_confirmed(at),
    happening=lambda phase, now: happenings.of_leaderboard(
        f"private_confirmed:{phase.pk}:{int(now.at.timestamp())}",
        phase.competition,
        phase.competition,
        actor=now.by,
        at=now.at,
        phase=phase,
        # Whoever keeps the letter can tell later whether the log was rewritten: its hash then, in every language.
        excerpt=_hash_of_confirmation(phase.competition),
    ),
)


CHANGE_RECORDED: Occasion[LogRow] = Occasion(
    name="change_recorded",
    signal=competition_signals.change_recorded,
    subject="entry",
    rows=(happenings.log_rows,),
    still_holds=lambda _entry, _at: True,
    happening=lambda entry, now: happenings.of_leaderboard(
        f"log:{entry.pk}",
        entry.competition,
        entry,
        actor=now.by,
        at=now.at,
        excerpt=entry.reason[:180],
        params={"change": str(entry.kind)},
    ),
)


def _rescored(run: ScoringRun, _now: Circumstances) -> Audience | None:
    if run.kind != ScoringRun.Kind.RESCORE or run.status != ScoringRun.Status.COMPLETE:
        return None
    return Audience(audiences.everybody(run.competition))


def _end_of_run(params: Mapping[str, Any]) -> str:
    if params.get("status") != "complete":
        return "failed"
    return "private" if params.get("run") == "private" else "rescore"


PUBLICATION_STOPPED: Occasion[PlannedPublication] = Occasion(
    name="publication_stopped",
    signal=competition_signals.publication_stopped,
    subject="publication",
    rows=(happenings.publications,),
    still_holds=lambda publication, _at: publication.stopped_at is not None,
    happening=lambda publication, now: Happening(
        key=f"publication_stopped:{publication.competition_id}:{publication.planned_at.isoformat()}",
        at=now.at,
        actor=None,
        title=publication.competition.local_title,
        url=f"{publication.competition.get_absolute_url()}/studio",
        competition=publication.competition,
        about=publication,
        excerpt=" ".join(one["detail"] for one in publication.local_problems)[:EXCERPT],
    ),
)
register(
    KindEntry(
        name="publication_stopped",
        label=_("my drafts that were not published at the moment chosen for it"),
        default=AT_ONCE,
        sentences={"": _("“%(title)s” was not published at the moment chosen for it")},
        told_on={
            PUBLICATION_STOPPED: lambda publication, _now: Audience(audiences.organisers(publication.competition))
        },
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="scoring_finished",
        label=_("the end of scoring in competitions I organise"),
        default=AT_ONCE,
        sentences={
            "private": _("The private scores of “%(title)s” are ready to look at"),
            "rescore": _("The rescoring of “%(title)s” is complete"),
            "failed": _("Scoring of “%(title)s” has failed: look at it in the admin"),
        },
        variant=_end_of_run,
        told_on={
            SCORING_ENDED: lambda run, _now: Audience(audiences.organisers(run.competition, also=run.started_by_id))
        },
        # Organisers who also take part are told as organisers.
        weight=1,
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="rescored",
        label=_("rescoring of competitions I take part in"),
        default=DIGEST,
        sentences={"": _("“%(title)s” has been rescored: scores and ranks may have changed")},
        told_on={SCORING_ENDED: _rescored},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="private_confirmed",
        label=_("final results"),
        default=AT_ONCE,
        sentences={"": _("The final results of “%(title)s” are out")},
        told_on={PRIVATE_CONFIRMED: lambda phase, _now: Audience(audiences.everybody(phase.competition))},
        withdrawals=(),
    )
)


CHANGES = {
    # What is told of, and has no sentence of its own.
    "": _("“%(title)s” was changed: its log tells what"),
    LogKind.METRIC: _("The metric of “%(title)s” was changed: scores may change"),
    LogKind.CLOCK: _("The clock of “%(title)s” was changed"),
    LogKind.LIMITS: _("The limits of “%(title)s” were changed"),
    LogKind.BOARD: _("Who sees the leaderboard of “%(title)s”, or from when it stands still, was changed"),
    LogKind.COMBINED: _("How the phases of “%(title)s” make one ranking was changed"),
    LogKind.PHASE: _("A phase of “%(title)s” was added or taken away"),
    LogKind.ENTRY: _("Who gets on into a phase of “%(title)s” was changed"),
    LogKind.BRACKETS: _("The brackets of “%(title)s” were changed"),
    LogKind.TEAM_BRACKETS: _("A team of “%(title)s” was put into other brackets: ranks within them may have changed"),
    LogKind.READMITTED: _("Somebody who left a team of “%(title)s” may compete in another one"),
    LogKind.RULES: _("The rules of “%(title)s” were changed"),
    LogKind.SOLUTION: _("The solution of “%(title)s” was replaced: scores may change"),
    LogKind.PRIVATE_RUN: _("The private scores of “%(title)s” were computed again"),
    LogKind.UNCONFIRMED: _("The final results of “%(title)s” were taken back"),
    LogKind.UNPUBLISHED: _("“%(title)s” was taken off the site"),
}


register(
    KindEntry(
        name="changed",
        label=_("changes of competitions I take part in that can move the ranking"),
        default=AT_ONCE,
        sentences=CHANGES,
        variant=lambda params: change if (change := str(params.get("change", LogKind.CLOCK))) in CHANGES else "",
        told_on={CHANGE_RECORDED: lambda entry, _now: Audience(audiences.involved(entry.competition))},
        withdrawals=(),
    )
)


# --- getting on: who takes part in the next phase ---------------------------------------------------------------------
def _entry(phase: Phase, now: Circumstances, outcome: str) -> Happening:
    """What a team is told of itself, which leads to where its submissions are. No score is told."""
    former = phase.entry_phase
    page = "submit" if outcome == "in" else "submissions"
    return Happening(
        key=f"entry:{phase.pk}:{outcome}",
        at=now.at,
        actor=None,
        title=phase.competition.local_title,
        url=f"{phase.competition.get_absolute_url()}/{page}?phase={phase.number}",
        competition=phase.competition,
        about=phase.competition,
        params={
            "entry": outcome if outcome == "in" else str(phase.entry_rule),
            "phase": name_of(phase),
            "former": name_of(former),
            "bound": str(bound_of(phase) or ""),
        },
    )


GOT_ON: Occasion[Phase] = Occasion(
    name="got_on",
    signal=competition_signals.entry_decided,
    subject="phase",
    rows=(happenings.phases,),
    still_holds=lambda phase, _at: phase.entry_decided_at is not None,
    happening=lambda phase, now: _entry(phase, now, "in"),
)
LEFT_BEHIND: Occasion[Phase] = Occasion(
    name="left_behind",
    signal=competition_signals.entry_decided,
    subject="phase",
    rows=(happenings.phases,),
    still_holds=lambda phase, _at: phase.entry_decided_at is not None,
    happening=lambda phase, now: _entry(phase, now, "out"),
)
register(
    KindEntry(
        name="entry",
        label=_("whether my team gets on into the next phase"),
        default=AT_ONCE,
        sentences={
            "in": _("Your team got on into “%(phase)s” of “%(title)s”"),
            "teams": _(
                "Your team did not get on into “%(phase)s” of “%(title)s”: it is for those who took part in "
                "“%(former)s”"
            ),
            "best": _(
                "Your team did not get on into “%(phase)s” of “%(title)s”: it is for the teams up to rank %(bound)s "
                "in “%(former)s”"
            ),
            "share": _(
                "Your team did not get on into “%(phase)s” of “%(title)s”: it is for the best %(bound)s %% of "
                "“%(former)s”"
            ),
            "baseline": _(
                "Your team did not get on into “%(phase)s” of “%(title)s”: it is for the teams above “%(bound)s” in "
                "“%(former)s”"
            ),
            "list": _(
                "Your team did not get on into “%(phase)s” of “%(title)s”: it is for the teams that the organisers "
                "named"
            ),
        },
        variant=lambda params: str(params.get("entry", "in")),
        told_on={
            GOT_ON: lambda phase, _now: Audience(audiences.those_in(phase)),
            LEFT_BEHIND: lambda phase, _now: Audience(audiences.those_left_behind(phase)),
        },
        withdrawals=(),
    )
)


# --- exclusions: what organisers take out of the ranking, and what teams say to it ------------------------------------


def _act(exclusion: Exclusion) -> str:
    if exclusion.submission_id is None:
        return "reinstated" if exclusion.is_lifted else "disqualified"
    return "restored" if exclusion.is_lifted else "voided"


def _act_told(params: Mapping[str, Any]) -> str:
    return str(params.get("act", "disqualified"))


def _excluded(exclusion: Exclusion, now: Circumstances) -> Happening:
    """What the team itself is told of an exclusion: the reason in any case."""
    return happenings.of_team(
        f"excluded:{exclusion.pk}:{_act(exclusion)}",
        exclusion.team,
        exclusion,
        actor=now.by,
        at=now.at,
        excerpt=(exclusion.lifting_reason if exclusion.is_lifted else exclusion.reason)[:EXCERPT],
        act=_act(exclusion),
    )


def _exclusion(exclusion: Exclusion, now: Circumstances) -> Happening:
    """What everybody else is told of an exclusion: no team, which the leaderboard shows; the reason if it is public."""
    public = exclusion.reason if exclusion.is_reason_public else ""
    return happenings.of_leaderboard(
        f"exclusion:{exclusion.pk}:{_act(exclusion)}",
        exclusion.competition,
        exclusion,
        actor=now.by,
        at=now.at,
        excerpt=(exclusion.lifting_reason if exclusion.is_lifted else public)[:EXCERPT],
        params={"act": _act(exclusion)},
    )


TEAM_CONCERNED: Occasion[Exclusion] = Occasion(
    name="team_concerned",
    signal=submission_signals.exclusion_decided,
    subject="exclusion",
    rows=(happenings.exclusions,),
    still_holds=lambda _exclusion, _at: True,
    happening=_excluded,
)
RANKS_CONCERNED: Occasion[Exclusion] = Occasion(
    name="ranks_concerned",
    signal=submission_signals.exclusion_decided,
    subject="exclusion",
    rows=(happenings.exclusions,),
    still_holds=lambda _exclusion, _at: True,
    happening=_exclusion,
)
EXCLUSION_ANSWERED: Occasion[Exclusion] = Occasion(
    name="exclusion_answered",
    signal=submission_signals.exclusion_answered,
    subject="exclusion",
    rows=(happenings.exclusions,),
    still_holds=lambda exclusion, _at: exclusion.answered_at is not None,
    happening=lambda exclusion, now: Happening(
        key=f"exclusion_answer:{exclusion.pk}",
        at=now.at,
        actor=exclusion.answered_by,
        title=exclusion.competition.local_title,
        url=f"{exclusion.competition.get_absolute_url()}/exclusions",
        competition=exclusion.competition,
        about=exclusion,
        excerpt=exclusion.answer[:EXCERPT],
        params={"team": exclusion.team.name},
    ),
)

register(
    KindEntry(
        name="excluded",
        label=_("exclusions of my team or its submissions"),
        default=AT_ONCE,
        sentences={
            "disqualified": _("Your team “%(team)s” was disqualified"),
            "reinstated": _("Your team “%(team)s” takes part again"),
            "voided": _("A submission of your team “%(team)s” was taken out of the ranking"),
            "restored": _("A submission of your team “%(team)s” counts again"),
        },
        variant=_act_told,
        told_on={TEAM_CONCERNED: lambda exclusion, _now: Audience(audiences.members(exclusion.team))},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="exclusion",
        label=_("exclusions of others in competitions I take part in"),
        default=DIGEST,
        sentences={
            "disqualified": _("A team of “%(title)s” was disqualified"),
            "reinstated": _("A disqualified team of “%(title)s” takes part again"),
            "voided": _("A submission in “%(title)s” was taken out of the ranking"),
            "restored": _("A submission in “%(title)s” that was taken out of the ranking counts again"),
        },
        variant=_act_told,
        told_on={RANKS_CONCERNED: lambda exclusion, _now: Audience(audiences.others(exclusion.team))},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="exclusion_answer",
        label=_("answers to exclusions in competitions I organise"),
        default=AT_ONCE,
        sentences={"": _("%(who)s answered to the exclusion of the team “%(team)s”")},
        told_on={EXCLUSION_ANSWERED: lambda exclusion, _now: Audience(audiences.organisers(exclusion.competition))},
        withdrawals=(),
    )
)


EXTRA_GIVEN: Occasion[ExtraSubmissions] = Occasion(
    name="extra_given",
    signal=submission_signals.extra_given,
    subject="extra",
    rows=(happenings.extras,),
    still_holds=lambda _extra, _at: True,
    happening=lambda extra, now: happenings.of_team(
        f"extra:{extra.pk}", extra.team, extra, actor=extra.by, at=now.at, excerpt=extra.reason[:EXCERPT]
    ),
)
register(
    KindEntry(
        name="extra_submissions",
        label=_("extra submissions that organisers give my team"),
        default=AT_ONCE,
        sentences={"": _("Your team “%(team)s” was given extra submissions for today")},
        told_on={EXTRA_GIVEN: lambda extra, _now: Audience(audiences.members(extra.team))},
        withdrawals=(),
    )
)


def _brackets_set(entry: LogRow, now: Circumstances) -> Happening:
    return happenings.of_team(
        f"brackets:{entry.pk}", _team_of(entry), entry, actor=now.by, at=now.at, excerpt=entry.reason[:EXCERPT]
    )


def _team_of(entry: LogRow) -> Team:
    return Team.objects.select_related("competition").get(pk=entry.facts["team"])


BRACKETS_SET: Occasion[LogRow] = Occasion(
    name="brackets_set",
    signal=competition_signals.brackets_set,
    subject="entry",
    rows=(happenings.log_rows,),
    still_holds=lambda entry, _at: Team.objects.filter(pk=entry.facts["team"]).exists(),
    happening=_brackets_set,
)
register(
    KindEntry(
        name="brackets",
        label=_("brackets that organisers put my team into"),
        default=AT_ONCE,
        sentences={"": _("The organisers changed the brackets of your team “%(team)s”")},
        told_on={BRACKETS_SET: lambda entry, _now: Audience(audiences.members(_team_of(entry)))},
        withdrawals=(),
    )
)


# --- reminders: what a deadline still asks for ------------------------------------------------------------------------
def _reminder(reminder: Reminder, now: Circumstances) -> Happening:
    """It leads to where something can still be done, and tells no score."""
    page = {Reminder.Kind.MERGE_DEADLINE: "team", Reminder.Kind.NOTHING_SELECTED: "submissions"}
    competition, phase = reminder.competition, reminder.phase
    is_of_phase = competition.last_phase_number > 1 and reminder.kind != Reminder.Kind.MERGE_DEADLINE
    title = f"{competition.local_title}: {name_of(phase)}" if is_of_phase else competition.local_title
    address = f"{competition.get_absolute_url()}/{page.get(Reminder.Kind(reminder.kind), 'submit')}"
    return Happening(
        key=f"reminder:{reminder.pk}",
        at=now.at,
        actor=None,
        title=Truncator(title).chars(MOST_TITLE),
        url=f"{address}?phase={phase.number}" if is_of_phase else address,
        competition=competition,
        about=reminder,
    )


def _reminder_of(
    kind: Reminder.Kind, people: Callable[[Phase], QuerySet[User]]
) -> Callable[[Reminder, Circumstances], Audience | None]:
    return lambda reminder, _now: Audience(people(reminder.phase)) if reminder.kind == kind else None


REMINDER_DUE: Occasion[Reminder] = Occasion(
    name="reminder_due",
    signal=reminders.reminder_due,
    subject="reminder",
    rows=(happenings.reminders,),
    still_holds=reminders.still_holds,
    happening=_reminder,
)

register(
    KindEntry(
        name="merge_deadline",
        label=_("the deadline for merging teams, before it passes"),
        default=AT_ONCE,
        sentences={"": _("Teams of “%(title)s” can be merged for a short time only")},
        told_on={REMINDER_DUE: _reminder_of(Reminder.Kind.MERGE_DEADLINE, reminders.may_still_merge)},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="nothing_selected",
        label=_("submissions I have not selected, before a competition ends"),
        default=AT_ONCE,
        sentences={"": _("“%(title)s” ends soon, and your team has selected no submission for the final ranking")},
        told_on={REMINDER_DUE: _reminder_of(Reminder.Kind.NOTHING_SELECTED, reminders.has_not_chosen)},
        withdrawals=(),
    )
)
register(
    KindEntry(
        name="last_hour",
        label=_("the end of a competition, shortly before it"),
        default=AT_ONCE,
        sentences={"": _("“%(title)s” is about to end")},
        told_on={REMINDER_DUE: _reminder_of(Reminder.Kind.LAST_HOUR, reminders.takes_part)},
        withdrawals=(),
    )
)


# --- moderation -------------------------------------------------------------------------------------------------------
def _report(report: Report, now: Circumstances) -> Happening:
    """What moderators are told of a report: with the title even of a deleted discussion, to know what it is about."""
    discussion = discussion_of(report.post)
    return Happening(
        key=f"report:{report.pk}",
        at=now.at,
        actor=report.reporter,
        title=discussion.local_title,
        url=report.post.get_absolute_url(),
        competition=discussion.competition,
        discussion=discussion,
        about=report,
        params={"reason": report.reason},
    )


POST_REPORTED: Occasion[Report] = Occasion(
    name="post_reported",
    signal=discussion_signals.reported,
    subject="report",
    rows=(Report.objects.for_display,),
    still_holds=lambda _report, _at: True,
    happening=_report,
)

register(
    KindEntry(
        name="report",
        label=_("reports of posts in competitions I organise"),
        default=AT_ONCE,
        sentences={"": _("%(who)s reported a post in “%(title)s”")},
        told_on={
            POST_REPORTED: lambda report, _now: Audience(audiences.moderators(discussion_of(report.post).competition))
        },
        # Whoever decides about a report still finds it when the post is hidden.
        withdrawals=(),
    )
)


def _choices() -> type[models.TextChoices]:
    """The names and labels of all kinds, for fields on the wire."""
    members = [(name.upper(), (name, label)) for name, label in kind_choices()]
    return models.TextChoices("Kind", members, module=__name__)  # type: ignore[call-overload, return-value, misc]


Kind = _choices()
