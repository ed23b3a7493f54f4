"""What the rules say no to when organisers score, rescore or confirm."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _, ngettext_lazy

from competitions.exceptions import InvalidReason, ReasonMissing, SubmissionsWouldBeRefused
from foundation.refusals import Conflict

__all__ = [
    "InvalidReason",
    "PrivateScoringMissing",
    "PrivateScoringOutdated",
    "ReasonMissing",
    "RescoringWouldRefuse",
    "ScoringRunActive",
    "TooManyRescorings",
]


class ScoringRunActive(Conflict):
    code = "scoring_run_active"
    message = _("Scoring is under way: wait until it is complete.")


class TooManyRescorings(Conflict):
    """Bounds rescorings while the competition runs: by many, each with another answer or weight, an organiser could
    read predictions row by row.
    """

    code = "too_many_rescorings"
    message = ngettext_lazy(
        "While the competition runs it may be rescored %(limit)d time in all, and has been. It can be rescored again "
        "after the end.",
        "While the competition runs it may be rescored %(limit)d times in all, and has been. It can be rescored again "
        "after the end.",
        "limit",
    )


class RescoringWouldRefuse(SubmissionsWouldBeRefused):
    """A dry run that still holds has said so: sent again with `acceptRefusals`, the rescoring begins."""

    message = ngettext_lazy(
        "The dry run says that a rescoring would refuse %(submissions)d submission that has a score. Say so explicitly "
        "if that is what you want.",
        "The dry run says that a rescoring would refuse %(submissions)d submissions that have a score. Say so "
        "explicitly if that is what you want.",
        "submissions",
    )
    attr = "accept_refusals"


class PrivateScoringMissing(Conflict):
    code = "private_scoring_missing"
    message = _("Run private scoring first.")


class PrivateScoringOutdated(Conflict):
    code = "private_scoring_outdated"
    message = _(
        "Private scoring is not up to date: the solution, the scores or the submissions changed since. Run it again."
    )
