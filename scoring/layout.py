"""What a submission to one competition looks like, and the columns it becomes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scoring.metrics.registry import Inputs

# Of a ranked list only this many labels are ever read, whatever K is.
LONGEST_RANKING = 1000
# What stands between or around labels in a list of Python or JSON, or in one that is separated by commas.
LIST_MARKS = r"[,\[\]]"


@dataclass(frozen=True)
class Layout:
    """The shape of a submission.

    Attributes:
        inputs: what the columns hold.
        id_column: the column of ids.
        columns: the prediction columns, in the order of the solution.
        labels: the labels there are, as text, when the columns hold labels or classes; code c stands for labels[c]. For
            an organiser's own metric, the columns that hold texts because those of the solution do.
        labels_are_integers: labels are whole numbers, so that 3 and 3.0 are the same one.
        labels_are_closed: another label is a fault, not just wrong. Only where the organiser named the labels:
            otherwise a refusal would tell which labels the solution holds.
        minimum, maximum: bounds of a submitted number.
        depth: how many labels of a ranked list count.
        longest: how many characters a text may have.
        text_metric, text_kind: the metric that says how texts are written, and its parameters that matter for this
            (`Metric.checked`), separated by spaces.
        shares: the numbers of a row are shares of their sum, which must not be zero.
        are_files: a submission is a zip of files, each of them a row: see `scoring.folders`.
        id_columns: where the ids are made of several columns, these; `id_column` is their names with commas between.
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
    longest: int = 0
    text_metric: str = ""
    text_kind: str = ""
    shares: bool = False
    id_columns: tuple[str, ...] = ()
    are_files: bool = False

    @property
    def expected_columns(self) -> tuple[str, ...]:
        """All columns of a submission, the ids being one."""
        return (self.id_column, *self.columns)

    @property
    def file_columns(self) -> tuple[str, ...]:
        """All columns of a submitted file: ids of several columns stand in each of them."""
        return (*(self.id_columns or (self.id_column,)), *self.columns)

    @property
    def holds_codes(self) -> bool:
        """Whether aligned columns are label codes instead of numbers."""
        return self.inputs in (Inputs.LABELS, Inputs.RANKED_LABELS, Inputs.CLUSTERS)

    @property
    def holds_texts(self) -> bool:
        """Whether aligned columns are texts, which may be empty."""
        return self.inputs is Inputs.TEXTS

    @property
    def needs_a_chance(self) -> bool:
        """Whether some number of each row must be above zero."""
        return self.shares or self.inputs is Inputs.CLASS_PROBABILITIES

    @property
    def range_text(self) -> str:
        """The bounds of a number, for a message."""
        return f"{self.minimum:g} to {self.maximum:g}"

    @cached_property
    def label_texts(self) -> pa.StringArray:
        """`labels` as Arrow compares them, and once more with a blank before each."""
        return pa.array([*self.labels, *(f" {label}" for label in self.labels)], pa.string())

    @cached_property
    def labels_hold_marks(self) -> bool:
        """Whether some label holds a comma or a bracket, so that these are no sign of a list."""
        return bool(pc.any(pc.match_substring_regex(self.label_texts, LIST_MARKS)).as_py())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready. What few layouts have is left out of the others: the digest of a layout follows from this."""
        facts = asdict(self)
        if not self.holds_texts:
            del facts["longest"], facts["text_metric"], facts["text_kind"]
        if not self.shares:
            del facts["shares"]
        if not self.id_columns:
            del facts["id_columns"]
        if not self.are_files:
            del facts["are_files"]
        return facts

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Layout:
        """The inverse of `as_dict`."""
        tuples = {name: tuple(values.get(name, ())) for name in ("columns", "labels", "id_columns")}
        return cls(**{**values, **tuples, "inputs": Inputs(values["inputs"])})
