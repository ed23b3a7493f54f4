"""What happened in competitions, for the rooms that build on this one.

Sent on commit with `send_robust`, unless its docstring says otherwise. Arguments are model instances.
"""

from django.dispatch import Signal

# competition, team, user, at
entered = Signal()
# invitation / invitation, at
invitation_sent = Signal()
invitation_decided = Signal()
# invitation / invitation, at
crew_invited = Signal()
crew_invitation_decided = Signal()
# merge_request / merge_request, at
merge_requested = Signal()
merge_request_decided = Signal()
# Sent inside the transaction with `send`: listeners move their own rows from one team to the other.
# from_team, to_team, at
teams_merging = Signal()
# from_team, to_team, at
teams_merged = Signal()
# Sent inside the transaction with `send`, with the rows of all teams locked: the public leaderboard shows submissions
# now that it held back, or the other way round.
# phase
board_moved = Signal()
# team, user, at
member_left = Signal()
# entry (of the competition log), by, at: an organiser put a team into brackets, or took it out of some
brackets_set = Signal()
# phase, at: it was decided which teams get on into the phase
entry_decided = Signal()
# Sent inside the transaction with `send`: organisers let more teams into a phase that is open.
# phase, at
entry_widened = Signal()
# phase, by, at
private_leaderboard_confirmed = Signal()
private_leaderboard_unconfirmed = Signal()
# publication (a `PlannedPublication`), at: a draft was not published at the moment chosen for it
publication_stopped = Signal()
# entry (of the competition log), by, at: an act that participants are told of
change_recorded = Signal()
# phase, solution, by, at
solution_replaced = Signal()
