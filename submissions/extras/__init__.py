"""Extra submissions that organisers give one team, after a mishap that was not the team's fault."""
