"""Files that organisers try out, and baselines made of them. No submissions: they use no slot and freeze nothing."""
