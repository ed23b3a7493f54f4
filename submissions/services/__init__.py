"""Every write of submissions that has rules."""

from submissions.services.late import catch_up_with_late
from submissions.services.recovery import settle_abandoned
from submissions.services.selecting import describe, select
from submissions.services.slots import check_allowance
from submissions.services.submitting import Outcome, score_stored, submit

__all__ = [
    "Outcome",
    "catch_up_with_late",
    "check_allowance",
    "describe",
    "score_stored",
    "select",
    "settle_abandoned",
    "submit",
]
