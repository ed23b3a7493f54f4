"""Whether a file of labels has a single one that can be right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from scoring.metrics.registry import Inputs
from scoring.prepared import PreparedSolution

# Rows looked at at once: nearly always the first few tell.
BLOCK = 1 << 14


def no_label_is_known(columns: Sequence[NDArray[Any]], solution: PreparedSolution) -> bool:
    """Whether no label in aligned columns of codes is one of a public row.

    Such a file scores 0 by every metric of labels, and nearly always its labels are only written in another way.
    Private rows are not asked: a refusal that depends on their labels would tell these. Where the organiser named the
    labels, others are refused one by one, and all of the named ones are known.
    """
    layout = solution.layout
    if layout.inputs not in (Inputs.LABELS, Inputs.RANKED_LABELS) or layout.labels_are_closed:
        return False
    public = solution.public_labels
    for column in columns:
        for start in range(0, len(column), BLOCK):
            codes = column[start : start + BLOCK]
            codes = codes[(codes >= 0) & (codes < public.size)]
            if public[codes].any():
                return False
    return True
