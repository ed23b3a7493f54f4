"""What happened to submissions, for the rooms that build on this one. Sent on commit with `send_robust`."""

from django.dispatch import Signal

# submission, is_best, rank_before, rank_after
submission_scored = Signal()
# submission
submission_refused = Signal()
# exclusion, by, at: a team was disqualified or reinstated, a submission voided or restored
exclusion_decided = Signal()
# exclusion, by, at
exclusion_answered = Signal()
# extra, by, at
extra_given = Signal()
# scoring_run
scoring_finished = Signal()
