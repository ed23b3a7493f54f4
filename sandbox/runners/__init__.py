"""The ways to isolate a run that are known here, one module each."""
