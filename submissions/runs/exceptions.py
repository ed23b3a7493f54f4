"""What the rules say no to when organisers score, rescore or confirm."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.refusals import Conflict, Refusal


class ScoringRunActive(Conflict):
    code = "scoring_run_active"
    message = _("Scoring is under way: wait until it is complete.")


class ReasonMissing(Refusal):
    code = "reason_missing"
    message = _("Say why everything is scored again: participants are told.")
    attr = "reason"


class InvalidReason(Refusal):
    code = "invalid_reason"
    message = _("A reason is text of at most %(limit)d characters.")
    attr = "reason"


class PrivateScoringMissing(Conflict):
    code = "private_scoring_missing"
    message = _("Run private scoring first.")


class PrivateScoringOutdated(Conflict):
    code = "private_scoring_outdated"
    message = _(
        "Private scoring is not up to date: the solution, the scores or the submissions changed since. Run it again."
    )
