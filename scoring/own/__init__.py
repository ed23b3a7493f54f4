"""Metrics that organisers write, in the form of Kaggle: `score(solution, submission, row_id_column_name, **params)`.

`signature` reads what a metric takes without running it, `frames` lays out solutions and submissions as tables, and
`program` is what runs inside a sandbox, or on the organiser's own machine.
"""

from scoring.own.signature import InvalidMetricSource, OwnParameter, Signature, read_signature

__all__ = ["InvalidMetricSource", "OwnParameter", "Signature", "read_signature"]
