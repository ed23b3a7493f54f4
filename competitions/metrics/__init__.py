"""Metrics that organisers write: keeping their versions, trying them out, and running them in sandboxes."""
