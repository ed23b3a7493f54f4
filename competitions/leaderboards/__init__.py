"""The public and the private leaderboard: one indexed read of standings, whatever the size of the competition."""
