"""Every write of submissions that has rules."""

from submissions.services.clearing import clear_refused_files
from submissions.services.late import catch_up_with_late
from submissions.services.recovery import give_up, settle_abandoned, try_again
from submissions.services.selecting import describe, select
from submissions.services.slots import check_allowance
from submissions.services.submitting import Outcome, score_stored, submit
from submissions.services.taking_over import take_over_due

__all__ = [
    "Outcome",
    "catch_up_with_late",
    "check_allowance",
    "clear_refused_files",
    "describe",
    "give_up",
    "score_stored",
    "select",
    "settle_abandoned",
    "submit",
    "take_over_due",
    "try_again",
]
