"""What a submission must hold, as far as it can be told without the answers; also as a schema, for other programs.

The schema is a Table Schema of Frictionless Data. What that has no words for stands in its property `uzu`: with it,
and with the ids of the sample submission, `check_submission` refuses just what the server would, and in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import pyarrow as pa

from scoring.containers import ReadLimits, Source
from scoring.errors import InvalidFile, InvalidSolution, InvalidSubmission, ScoringError
from scoring.folders import Archive, SubmittedFiles
from scoring.ids import IntegerIds, TextIds
from scoring.layout import Layout
from scoring.metrics.registry import Inputs, get
from scoring.reading import read_columns, wanted_files, with_ids_of
from scoring.solution import read_ids
from scoring.tables import TableFile, open_table

FORMAT: Final = "uzu-submission-1"
# Of whose labels nobody may know more than what the organisers have named.
OF_LABELS: Final = (Inputs.LABELS, Inputs.RANKED_LABELS, Inputs.CLUSTERS)


class Expected(Protocol):
    """What reading a submission asks: a prepared solution knows it, and so does an `ExpectedFile`."""

    @property
    def layout(self) -> Layout: ...

    @property
    def id_index(self) -> IntegerIds | TextIds: ...

    @property
    def rows(self) -> int: ...


@dataclass(frozen=True)
class OpenLayout(Layout):
    """A layout whose labels are not told.

    Attributes:
        marks: whether some label holds a comma or a bracket.
    """

    marks: bool = False

    @property
    def labels_hold_marks(self) -> bool:
        return self.marks


@dataclass(frozen=True)
class ExpectedFile:
    """What a submission must hold, by a schema and the ids of the sample submission."""

    layout: Layout
    id_index: IntegerIds | TextIds

    @property
    def rows(self) -> int:
        return len(self.id_index)


def table_schema(expected: Expected) -> dict[str, Any]:
    """JSON-ready. No id, no value and no label but those that the organisers have named."""
    layout = expected.layout
    id_type = "integer" if isinstance(expected.id_index, IntegerIds) else "string"
    ids = layout.id_columns or (layout.id_column,)
    alone = {"unique": True} if len(ids) == 1 else {}
    fields = [{"name": name, "type": id_type, "constraints": {"required": True, **alone}} for name in ids]
    fields += [{"name": name, **_field(layout, name)} for name in layout.columns]
    facts = {
        "format": FORMAT,
        "inputs": layout.inputs.value,
        "rows": expected.rows,
        "labelsAreIntegers": layout.labels_are_integers,
        "labelsAreClosed": layout.labels_are_closed,
        "labelsHoldMarks": layout.inputs is Inputs.RANKED_LABELS and layout.labels_hold_marks,
        "depth": layout.depth,
    }
    if layout.holds_texts:
        facts |= {"longest": layout.longest, "textMetric": layout.text_metric, "textKind": layout.text_kind}
    if layout.shares:
        facts["shares"] = True
    if layout.are_files:
        facts["areFiles"] = True
    return {"fields": fields, "primaryKey": list(ids), "missingValues": [""], "uzu": facts}


def _field(layout: Layout, name: str) -> dict[str, Any]:
    if layout.inputs is Inputs.FRAME:
        # What else an organiser's own metric wants, only it can say.
        return {"type": "string" if name in layout.labels else "any", "constraints": {}}
    required: dict[str, Any] = {"required": True}
    if layout.inputs in (Inputs.RANKED_LABELS, Inputs.CLUSTERS):
        return {"type": "string", "constraints": required}
    if layout.holds_texts:
        return {"type": "string", "constraints": {"required": False, "maxLength": layout.longest}}
    if layout.inputs is Inputs.LABELS:
        if layout.labels_are_closed:
            required["enum"] = [int(label) if layout.labels_are_integers else label for label in layout.labels]
        return {"type": "integer" if layout.labels_are_integers else "string", "constraints": required}
    bounds = {"minimum": layout.minimum, "maximum": layout.maximum}
    is_whole = layout.inputs is Inputs.INTEGERS
    return {"type": "integer" if is_whole else "number", "constraints": {**required, **bounds}}


def expected_file(schema: Mapping[str, Any], sample: Source) -> ExpectedFile:
    """What `schema` and the sample submission say of a submission.

    Raises:
        ScoringError: the schema is none of ours.
        InvalidSubmission: the sample can't be read.
    """
    try:
        layout = _layout_of(schema)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ScoringError("no schema of a submission") from error
    try:
        if layout.are_files:
            names = Archive(sample).names
            return ExpectedFile(layout, TextIds(pa.array(names, pa.string())))
        file = open_table(sample)
        if not set(layout.id_columns or (layout.id_column,)) <= set(file.names):
            raise ScoringError("the sample submission has no ids")
        file = with_ids_of(file, layout)
        return ExpectedFile(layout, read_ids(file.read_text([layout.id_column])[layout.id_column]))
    except (InvalidFile, InvalidSolution) as error:
        raise InvalidSubmission(error.problems) from None


def _layout_of(schema: Mapping[str, Any]) -> Layout:
    facts = schema["uzu"]
    if facts["format"] != FORMAT:
        raise ValueError(facts["format"])
    named = [str(name) for name in schema["primaryKey"]]
    others = schema["fields"][len(named) :]
    if [str(field["name"]) for field in schema["fields"][: len(named)]] != named or not named:
        raise ValueError(named)
    constraints = others[0]["constraints"]
    inputs = Inputs(facts["inputs"])
    labels = tuple(str(label) for label in constraints.get("enum", ()))
    if inputs is Inputs.FRAME:
        labels = tuple(str(field["name"]) for field in others if field["type"] == "string")
    layout = OpenLayout(
        inputs=inputs,
        id_column=",".join(named),
        id_columns=tuple(named) if len(named) > 1 else (),
        columns=tuple(str(field["name"]) for field in others),
        labels_are_integers=bool(facts["labelsAreIntegers"]),
        labels_are_closed=bool(facts["labelsAreClosed"]),
        labels=labels,
        minimum=float(constraints.get("minimum", 0)),
        maximum=float(constraints.get("maximum", 0)),
        depth=int(facts["depth"]),
        marks=bool(facts["labelsHoldMarks"]),
        longest=int(facts.get("longest", 0)),
        text_metric=str(facts.get("textMetric", "")),
        text_kind=str(facts.get("textKind", "")),
        shares=facts.get("shares") is True,
        are_files=facts.get("areFiles") is True,
    )
    if layout.holds_texts:
        get(layout.text_metric)
    if layout.labels and layout.inputs not in (*OF_LABELS, Inputs.FRAME):
        raise ValueError(layout.inputs)
    return layout


def check_submission(source: Source, expected: Expected, *, limits: ReadLimits | None = None) -> None:
    """Go on if the server would take `source`, as far as that can be told without the answers.

    Only whether any label of the file is one of a public row is not asked.

    Raises:
        InvalidSubmission: what is wrong and where, as the server says it.
    """
    try:
        if expected.layout.are_files:
            file: TableFile = SubmittedFiles(source, wanted_files(expected), limits)
        else:
            file = open_table(source, limits)
        read_columns(file, expected)
    except InvalidFile as error:
        raise InvalidSubmission(error.problems) from None
