"""Every change of more than one row, or one with rules, by subject: entries, teams, invitations, merges, editing."""
