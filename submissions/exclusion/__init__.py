"""Taking teams and submissions out of the ranking, and back: acts of organisers, logged and told to the team."""
