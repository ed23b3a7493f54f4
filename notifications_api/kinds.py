"""What people are told of, and how unless they choose otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The label finishes the sentence "Tell me of ...", as the preferences show it."""

    DISCUSSION = "discussion", _("new discussions in competitions I take part in")
    COMMENT = "comment", _("comments on my discussions")
    REPLY = "reply", _("replies to my comments")
    MENTION = "mention", _("mentions of me")
    LIKE = "like", _("likes of what I wrote")
    ANNOUNCEMENT = "announcement", _("announcements of organisers")
    INVITATION = "invitation", _("invitations to teams")
    INVITATION_ANSWER = "invitation_answer", _("answers to invitations of my team")
    MERGE_REQUEST = "merge_request", _("requests to merge with my team")
    MERGE_ANSWER = "merge_answer", _("answers to merge requests, and merges")
    SCORING_FINISHED = "scoring_finished", _("the end of scoring in competitions I organise")
    RESCORED = "rescored", _("rescoring of competitions I take part in")
    PRIVATE_CONFIRMED = "private_confirmed", _("final results")
    REPORT = "report", _("reports of posts in competitions I organise")


# What people say to each other: every sentence about it says the title of a discussion.
TALK = (Kind.DISCUSSION, Kind.COMMENT, Kind.REPLY, Kind.MENTION, Kind.LIKE, Kind.ANNOUNCEMENT)


class EmailMode(models.TextChoices):
    IMMEDIATE = "immediate", _("at once")
    DIGEST = "digest", _("in a daily digest")
    OFF = "off", _("off")


@dataclass(frozen=True, slots=True)
class Defaults:
    in_app: bool = True
    email: EmailMode = EmailMode.IMMEDIATE


# What waits for an answer or concerns the result comes by e-mail at once, talk in the digest, likes not at all.
DEFAULTS: dict[str, Defaults] = {
    Kind.DISCUSSION: Defaults(email=EmailMode.DIGEST),
    Kind.COMMENT: Defaults(email=EmailMode.DIGEST),
    Kind.REPLY: Defaults(email=EmailMode.DIGEST),
    Kind.MENTION: Defaults(),
    Kind.LIKE: Defaults(email=EmailMode.OFF),
    Kind.ANNOUNCEMENT: Defaults(),
    Kind.INVITATION: Defaults(),
    Kind.INVITATION_ANSWER: Defaults(email=EmailMode.DIGEST),
    Kind.MERGE_REQUEST: Defaults(),
    Kind.MERGE_ANSWER: Defaults(),
    Kind.SCORING_FINISHED: Defaults(),
    Kind.RESCORED: Defaults(email=EmailMode.DIGEST),
    Kind.PRIVATE_CONFIRMED: Defaults(),
    Kind.REPORT: Defaults(),
}
