"""The sentence for a notification, in the language of the moment. Names and titles go in as they are: plain text."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext

from notifications_api.kinds import Kind


def who(names: list[str], count: int) -> str:
    """ "A", "A and B", "A and 3 others". `names`: the latest first; `count`: how many people it stands for."""
    if not names:
        return gettext("Somebody")
    if count <= 1:
        # Languages that add a title of courtesy to names do it here.
        return pgettext("one person, in a sentence", "%(name)s") % {"name": names[0]}
    if count == 2 and len(names) > 1:
        return gettext("%(first)s and %(second)s") % {"first": names[0], "second": names[1]}
    others = count - 1
    return ngettext("%(first)s and %(count)d other", "%(first)s and %(count)d others", others) % {
        "first": names[0],
        "count": others,
    }


def sentence(*, kind: str, title: str, params: dict[str, Any], names: list[str], count: int = 1) -> str:
    """What happened, in one sentence. `title`: empty of a discussion that was deleted."""
    template = TEMPLATES[f"{kind}:{_variant(kind, params)}"]
    return str(template) % {
        "who": who(names, count),
        "title": title or gettext("(deleted)"),
        "team": params.get("team", ""),
        "other": params.get("other", ""),
    }


def _variant(kind: str, params: dict[str, Any]) -> str:
    """Which sentence of those a kind has."""
    match kind:
        case Kind.LIKE:
            return "comment" if params.get("thing") == "comment" else "discussion"
        case Kind.INVITATION_ANSWER | Kind.MERGE_ANSWER:
            return "accepted" if params.get("answer") == "accepted" else "refused"
        case Kind.SCORING_FINISHED if params.get("status") != "complete":
            return "failed"
        case Kind.SCORING_FINISHED:
            return "private" if params.get("run") == "private" else "rescore"
    return ""


TEMPLATES = {
    "discussion:": _("%(who)s started the discussion “%(title)s”"),
    "announcement:": _("%(who)s announced “%(title)s”"),
    "comment:": _("%(who)s commented on your discussion “%(title)s”"),
    "reply:": _("%(who)s replied to your comment in “%(title)s”"),
    "mention:": _("%(who)s mentioned you in “%(title)s”"),
    "like:comment": _("%(who)s liked your comment in “%(title)s”"),
    "like:discussion": _("%(who)s liked your discussion “%(title)s”"),
    "report:": _("%(who)s reported a post in “%(title)s”"),
    "invitation:": _("%(who)s invited you to the team “%(team)s”"),
    "invitation_answer:accepted": _("%(who)s joined the team “%(team)s”"),
    "invitation_answer:refused": _("%(who)s refused the invitation to the team “%(team)s”"),
    "merge_request:": _("%(who)s asks to merge “%(other)s” with your team “%(team)s”"),
    "merge_answer:accepted": _("“%(other)s” is now part of the team “%(team)s”"),
    "merge_answer:refused": _("“%(team)s” refused to merge with “%(other)s”"),
    "scoring_finished:private": _("The private scores of “%(title)s” are ready to look at"),
    "scoring_finished:rescore": _("The rescoring of “%(title)s” is complete"),
    "scoring_finished:failed": _("Scoring of “%(title)s” has failed: look at it in the admin"),
    "rescored:": _("“%(title)s” has been rescored: scores and ranks may have changed"),
    "private_confirmed:": _("The final results of “%(title)s” are out"),
}
