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
from scoring.metrics.registry import Metric

# Prepared folders of another version are built again.
VERSION: Final = 1
FACTS: Final = "solution.json"

PUBLIC: Final = 0
PRIVATE: Final = 1
IGNORED: Final = 2
SPLITS: Final = {"public": PUBLIC, "private": PRIVATE}


@dataclass(frozen=True, kw_only=True)
class SolutionSpec:
    """How to read a solution file.

    Attributes:
        id_column: the column of ids; empty for the first column.
        target_columns: the columns to predict; empty for all that have no other role.
        usage_column: the column of Public / Private / Ignored; None if every row counts for both scores.
        weight_column: the column of row weights, if any.
        metric, metric_params: what scores; see `scoring.metrics.registry`.
    """

    metric: str
    id_column: str = ""
    target_columns: tuple[str, ...] = ()
    usage_column: str | None = "Usage"
    weight_column: str | None = None
    metric_params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Split:
    """The public or the private rows.

    Attributes:
        rows: their places in the solution; None if these are all rows.
        truth: the target columns at these rows, in the form the metric takes.
        weight: the weights at these rows.
        prepared: what the metric worked out beforehand, per target column.
    """

    rows: NDArray[np.intp] | None
    truth: tuple[NDArray[Any], ...]
    weight: NDArray[np.float64] | None
    prepared: tuple[dict[str, NDArray[Any]], ...]

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

    def save(self, directory: str | Path) -> None:
        """Write everything below `directory`, which is made if need be: npy files and, last, one JSON file."""
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, NDArray[Any]] = dict(self.id_index.arrays())
        facts: dict[str, Any] = {
            "version": VERSION,
            "spec": asdict(self.spec),
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
            for number, truth in enumerate(split.truth):
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
            if facts["version"] != VERSION:
                raise ScoringError("prepared by another version")
            arrays = path_arrays(directory, mmap=mmap)
            splits = {name: _load_split(name, facts, arrays) for name in SPLITS}
            spec = dict(facts["spec"])
            spec["target_columns"] = tuple(spec["target_columns"])
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
        truth=tuple(arrays[f"{name}.truth.{number}"] for number in range(facts[f"{name}.targets"])),
        weight=arrays.get(f"{name}.weight"),
        prepared=tuple(
            {key: arrays[f"{name}.prepared.{number}.{key}"] for key in keys}
            for number, keys in enumerate(facts[f"{name}.prepared"])
        ),
    )


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
    whole.update(json.dumps(asdict(spec), sort_keys=True).encode())
    for array in arrays:
        whole.update(str((array.dtype, array.shape)).encode())
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest(), layout_digest


def with_params(spec: SolutionSpec, params: Mapping[str, Any]) -> SolutionSpec:
    """`spec` with its metric's parameters filled in."""
    return replace(spec, metric_params=dict(params))
