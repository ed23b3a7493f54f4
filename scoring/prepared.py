"""The solution, read once and laid out for scoring: ids, targets, weights, and which rows are public."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.ids import IntegerIds, TextIds, ids_digest_bytes, load_ids, path_arrays
from scoring.layout import Layout
from scoring.metrics import registry
from scoring.metrics.registry import Inputs, Metric
from scoring.parts import Options, Part, lack, own_parameters, parts_of
from scoring.texts import as_bytes, as_texts

# Of the layout of aligned predictions: those of another version are made again from the files as they were sent.
VERSION: Final = 2
# Prepared folders of another version are built again.
FOLDER_VERSION: Final = 3
FACTS: Final = "solution.json"

PUBLIC: Final = 0
PRIVATE: Final = 1
IGNORED: Final = 2
SPLITS: Final = {"public": PUBLIC, "private": PRIVATE}


@dataclass(frozen=True, kw_only=True)
class SolutionSpec:
    """How to read a solution file.

    Attributes:
        id_column: the column of ids; empty for the first column. Several, with commas between, where only together
            they tell rows apart.
        target_columns: the columns to predict; empty for all that have no other role.
        usage_column: the column of Public / Private / Ignored; None if every row counts for both scores.
        weight_column: the column of row weights, if any.
        metric, metric_params: what scores; see `scoring.metrics.registry`.
        are_files: the solution is a zip with a manifest, a submission one of files: for an own metric alone. Which
            columns there are, is known then.
        submission_columns: of an organiser's own metric, what a submission holds beside the ids; empty for the same as
            the solution.
    """

    metric: str
    id_column: str = ""
    target_columns: tuple[str, ...] = ()
    usage_column: str | None = "Usage"
    weight_column: str | None = None
    metric_params: Mapping[str, Any] = field(default_factory=dict)
    submission_columns: tuple[str, ...] = ()
    are_files: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; without the columns of submissions where none are named, so that digests stay what they were."""
        facts = asdict(self)
        if not self.submission_columns:
            del facts["submission_columns"]
        if not self.are_files:
            del facts["are_files"]
        return facts


@dataclass(frozen=True, repr=False)
class Split:
    """The public or the private rows.

    Attributes:
        rows: their places in the solution; None if these are all rows.
        truth: the target columns at these rows, in the form the metric takes.
        weight: the weights at these rows.
        prepared: what the metric worked out beforehand, per target column.
        group: the codes of the groups of these rows, if the score is a mean over groups.
    """

    rows: NDArray[np.intp] | None
    truth: tuple[NDArray[Any], ...]
    weight: NDArray[np.float64] | None
    prepared: tuple[dict[str, NDArray[Any]], ...]
    group: NDArray[np.int32] | None = None

    def __repr__(self) -> str:
        """Nothing it holds."""
        return "<Split>"

    def of(self, column: NDArray[Any]) -> NDArray[Any]:
        """The values of an aligned column at these rows."""
        if self.rows is None:
            return column
        taken: NDArray[Any] = column.take(self.rows, axis=0)
        return taken


@dataclass(frozen=True, repr=False)
class PreparedSolution:
    """A checked solution. `ids` and every array may be memory-mapped and are never written to."""

    spec: SolutionSpec
    layout: Layout
    id_index: IntegerIds | TextIds
    splits: Mapping[str, Split]
    ignored_rows: int
    params: Mapping[str, Any]
    digest: str
    layout_digest: str

    def __repr__(self) -> str:
        """Says which it is and nothing it holds: reprs end up in logs and error reports."""
        return f"<PreparedSolution {self.digest[:12]}>"

    @property
    def rows(self) -> int:
        """Rows in all."""
        return len(self.id_index)

    @property
    def public_rows(self) -> int:
        """Rows of the public score."""
        return self._rows_of("public")

    @property
    def private_rows(self) -> int:
        """Rows of the private score."""
        return self._rows_of("private")

    def _rows_of(self, name: str) -> int:
        rows = self.splits[name].rows
        return self.rows if rows is None else rows.size

    @property
    def ids(self) -> list[str]:
        """Every id as text, in the solution's order. Makes a list: not for the way of a submission."""
        return [self.id_index.text(row) for row in range(self.rows)]

    @property
    def expected_columns(self) -> tuple[str, ...]:
        """The columns of a submission, the id column first."""
        return self.layout.expected_columns

    @cached_property
    def metric(self) -> Metric:
        """The metric that scores."""
        return registry.get(self.spec.metric)

    @cached_property
    def options(self) -> Options:
        """What the metric was told besides its own parameters."""
        return Options.of(self.params)

    def parts(self, name: str) -> list[Part]:
        """The calls of the metric for the score of the split `name`."""
        if name not in self._parts:
            self._parts[name] = self._parts_of(self.splits[name])
        return self._parts[name]

    @cached_property
    def _parts(self) -> dict[str, list[Part]]:
        return {}

    def _parts_of(self, split: Split) -> list[Part]:
        found = parts_of(
            inputs=self.layout.inputs,
            metric=self.metric,
            params=self.params,
            names=self.spec.target_columns,
            truth=split.truth,
            weight=split.weight,
            group=split.group,
        )
        if self.options.are_plain:
            return [
                replace(part, prepared=split.prepared[part.column or 0] if split.prepared else {}) for part in found
            ]
        classes = len(self.layout.labels)
        if self.options.skip_undefined:
            found = (part for part in found if lack(self.metric, part.truth, part.weight, classes) is None)
        if self.metric.prepare is None:
            return list(found)
        own = own_parameters(self.params)
        return [replace(part, prepared=self.metric.prepare(part.truth, part.weight, **own)) for part in found]

    @cached_property
    def beside(self) -> dict[str, PreparedSolution]:
        """This solution as further metrics score by it: see `scoring.further`."""
        return {}

    @cached_property
    def public_labels(self) -> NDArray[np.bool_]:
        """By code: whether the label is the truth, or part of it, of a public row. For layouts that hold codes."""
        found = np.zeros(len(self.layout.labels), dtype=np.bool_)
        truth = self.splits["public"].truth
        for column in truth[:1] if self.layout.inputs is Inputs.RANKED_LABELS else truth:
            found[column[column >= 0]] = True
        return found

    def save(self, directory: str | Path) -> None:
        """Write everything below `directory`, which is made if need be: npy files and, last, one JSON file."""
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, NDArray[Any]] = dict(self.id_index.arrays())
        facts: dict[str, Any] = {
            "version": FOLDER_VERSION,
            "spec": self.spec.as_dict(),
            "layout": self.layout.as_dict(),
            "ignored_rows": self.ignored_rows,
            "params": dict(self.params),
            "digest": self.digest,
            "layout_digest": self.layout_digest,
        }
        for name, split in self.splits.items():
            if split.rows is not None:
                arrays[f"{name}.rows"] = split.rows
            if split.weight is not None:
                arrays[f"{name}.weight"] = split.weight
            if split.group is not None:
                arrays[f"{name}.group"] = split.group
            for number, truth in enumerate(split.truth):
                if self.layout.holds_texts:
                    characters, offsets = as_bytes(truth)
                    arrays |= {f"{name}.truth.{number}": characters, f"{name}.offsets.{number}": offsets}
                else:
                    arrays[f"{name}.truth.{number}"] = truth
            for number, prepared in enumerate(split.prepared):
                for key, array in prepared.items():
                    arrays[f"{name}.prepared.{number}.{key}"] = array
            facts[f"{name}.targets"] = len(split.truth)
            facts[f"{name}.prepared"] = [sorted(prepared) for prepared in split.prepared]
        for key, array in arrays.items():
            np.save(directory / f"{key}.npy", array, allow_pickle=False)
        (directory / FACTS).write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, directory: str | Path, *, mmap: bool = True) -> PreparedSolution:
        """What `save` wrote; memory-mapped, so that processes share it.

        Raises:
            ScoringError: there is none, or one of another version: prepare the solution file again.
        """
        directory = Path(directory)
        try:
            facts = json.loads((directory / FACTS).read_text(encoding="utf-8"))
            if facts["version"] != FOLDER_VERSION:
                raise ScoringError("prepared by another version")
            arrays = path_arrays(directory, mmap=mmap)
            splits = {name: _load_split(name, facts, arrays) for name in SPLITS}
            spec = dict(facts["spec"])
            spec["target_columns"] = tuple(spec["target_columns"])
            spec["submission_columns"] = tuple(spec.get("submission_columns", ()))
            return cls(
                spec=SolutionSpec(**spec),
                layout=Layout.from_dict(facts["layout"]),
                id_index=load_ids(arrays),
                splits=splits,
                ignored_rows=facts["ignored_rows"],
                params=facts["params"],
                digest=facts["digest"],
                layout_digest=facts["layout_digest"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ScoringError("no prepared solution there") from error


def _load_split(name: str, facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Split:
    return Split(
        rows=arrays.get(f"{name}.rows"),
        truth=tuple(_load_truth(name, number, arrays) for number in range(facts[f"{name}.targets"])),
        weight=arrays.get(f"{name}.weight"),
        prepared=tuple(
            {key: arrays[f"{name}.prepared.{number}.{key}"] for key in keys}
            for number, keys in enumerate(facts[f"{name}.prepared"])
        ),
        group=arrays.get(f"{name}.group"),
    )


def _load_truth(name: str, number: int, arrays: dict[str, NDArray[Any]]) -> NDArray[Any]:
    stored = arrays[f"{name}.truth.{number}"]
    offsets = arrays.get(f"{name}.offsets.{number}")
    return stored if offsets is None else as_texts(stored, offsets)


def digests(
    spec: SolutionSpec,
    layout: Layout,
    ids: IntegerIds | TextIds,
    arrays: list[NDArray[Any]],
) -> tuple[str, str]:
    """The digest of everything that scores, and of what aligned predictions depend on."""
    layout_hash = hashlib.sha256(json.dumps([VERSION, layout.as_dict()], sort_keys=True).encode())
    for part in ids_digest_bytes(ids):
        layout_hash.update(part)
    layout_digest = layout_hash.hexdigest()
    whole = hashlib.sha256(layout_digest.encode())
    whole.update(json.dumps(spec.as_dict(), sort_keys=True).encode())
    for array in arrays:
        whole.update(str((array.dtype, array.shape)).encode())
        stored = as_bytes(array) if array.dtype == object else (array,)
        for each in stored:
            whole.update(np.ascontiguousarray(each).tobytes())
    return whole.hexdigest(), layout_digest
