"""What a submission to one competition looks like, and the columns it becomes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from scoring.metrics.registry import Inputs

# Of a ranked list only this many labels are ever read, whatever K is.
LONGEST_RANKING = 1000


@dataclass(frozen=True)
class Layout:
    """The shape of a submission.

    Attributes:
        inputs: what the columns hold.
        id_column: the column of ids.
        columns: the prediction columns, in the order of the solution.
        labels: the labels there are, as text, when the columns hold labels or classes; code c stands for labels[c].
        labels_are_integers: labels are whole numbers, so that 3 and 3.0 are the same one.
        labels_are_closed: another label is a fault, not just wrong. Only where the organiser named the labels:
            otherwise a refusal would tell which labels the solution holds.
        minimum, maximum: bounds of a submitted number.
        depth: how many labels of a ranked list count.
    """

    inputs: Inputs
    id_column: str
    columns: tuple[str, ...]
    labels: tuple[str, ...] = ()
    labels_are_integers: bool = False
    labels_are_closed: bool = False
    minimum: float = 0.0
    maximum: float = 0.0
    depth: int = 0

    @property
    def expected_columns(self) -> tuple[str, ...]:
        """All columns of a submission."""
        return (self.id_column, *self.columns)

    @property
    def holds_codes(self) -> bool:
        """Whether aligned columns are label codes instead of numbers."""
        return self.inputs in (Inputs.LABELS, Inputs.RANKED_LABELS)

    @property
    def range_text(self) -> str:
        """The bounds of a number, for a message."""
        return f"{self.minimum:g} to {self.maximum:g}"

    @cached_property
    def label_texts(self) -> pa.StringArray:
        """`labels` as Arrow compares them, and once more with a blank before each."""
        return pa.array([*self.labels, *(f" {label}" for label in self.labels)], pa.string())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Layout:
        """The inverse of `as_dict`."""
        tuples = {"columns": tuple(values["columns"]), "labels": tuple(values["labels"])}
        return cls(**{**values, **tuples, "inputs": Inputs(values["inputs"])})
