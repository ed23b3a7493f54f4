"""Private scoring and rescoring: starting, working, completing, and opening the private leaderboard.

The only code that computes private scores of submissions made in time. It refuses before the end, when a run is
started, when it is planned, whenever scores are written and when standings are rebuilt.
"""

from submissions.runs.confirming import (
    confirm_private_leaderboard,
    unconfirm_private_leaderboard,
    what_is_missing,
    why_not_confirm,
)
from submissions.runs.previewing import open_preview
from submissions.runs.starting import active_run, hand_out, start_run, why_not
from submissions.runs.working import Outcome, work

__all__ = [
    "Outcome",
    "active_run",
    "confirm_private_leaderboard",
    "hand_out",
    "open_preview",
    "start_run",
    "unconfirm_private_leaderboard",
    "what_is_missing",
    "why_not",
    "why_not_confirm",
    "work",
]
