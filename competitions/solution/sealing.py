"""The commitment to a version of the solution: public at once, and provable once file and salt are known.

`SHA-256(salt || canonical)`, where canonical is the JSON of the file's SHA-256 and of how the file is read and scored.
The salt keeps people from trying answers until the hash fits.
"""

from __future__ import annotations

import hashlib
from typing import Any

from competitions.log.recording import fact
from competitions.models import Phase, Solution
from foundation import chain


def commitment(solution: Solution) -> str | None:
    """What is published of the version; None for one that was stored before commitments were made."""
    if not solution.sha256:
        return None
    return hashlib.sha256(solution.salt.encode() + chain.canonical(_sealed(solution))).hexdigest()


def opened(phase: Phase) -> list[dict[str, Any]]:
    """What opens the commitments: of each version the salt and what was sealed with it. Only for the confirmation."""
    versions = phase.solutions.exclude(sha256="").order_by("version")
    return [
        {"version": one.version, "commitment": commitment(one), "salt": one.salt, "sealed": _sealed(one)}
        for one in versions
    ]


def _sealed(solution: Solution) -> dict[str, Any]:
    sealed = {
        "file": solution.sha256,
        "version": solution.version,
        "idColumn": solution.id_column,
        "targetColumns": solution.target_columns,
        "weightColumn": solution.weight_column,
        "usageColumn": solution.usage_column,
        "metric": solution.metric,
        "metricParams": fact(solution.metric_params),
    }
    if (metric := solution.own_metric) is not None:
        sealed["ownMetric"] = {
            "source": metric.sha256,
            "submissionColumns": solution.expected_columns[1:],
            "params": fact(metric.params),
            "ranked": metric.ranked,
        }
    return sealed
