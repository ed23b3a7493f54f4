"""What happened to submissions, for the rooms to the right. Sent on commit with `send_robust`."""

from django.dispatch import Signal

# submission, is_best, rank_before, rank_after
submission_scored = Signal()
# submission
submission_refused = Signal()
# scoring_run
scoring_finished = Signal()
