"""The schema of a submission: by it and the sample a file is refused as the server refuses it, and no answer is in it."""

from __future__ import annotations

import json
from functools import cache, partial

import pytest

from scoring import (
    InvalidSubmission,
    ScoringError,
    SolutionSpec,
    check_submission,
    expected_file,
    prepare_solution,
    read_predictions,
    table_schema,
)

NUMBERS = b"id,target,Usage\n1,41.5,Public\n2,42.5,Public\n3,43.5,Private\n4,44.5,Ignored\n"
BINARY = b"id,target,Usage\n001,1,Public\n002,0,Public\n003,1,Private\n004,0,Private\n"
LABELS = "id,kind,Usage\n1,鯨,Public\n2,イルカ,Public\n3,鯨,Private\n4,イルカ,Private\n".encode()
GRADES = b"id,grade,Usage\n1,7,Public\n2,9,Public\n3,7,Private\n4,9,Private\n"
RANKED = b'id,items,Usage\n1,p1 p2,Public\n2,p3,Public\n3,p1,Private\n4,"a,b",Private\n'
PLAIN_RANKED = RANKED.replace(b'"a,b"', b"p4")

SCENES = {
    "numbers": (NUMBERS, SolutionSpec(metric="rmse")),
    "scores": (BINARY, SolutionSpec(metric="log_loss")),
    "labels": (LABELS, SolutionSpec(metric="accuracy")),
    "named labels": (LABELS, SolutionSpec(metric="accuracy", metric_params={"classes": ["鯨", "イルカ"]})),
    "whole labels": (GRADES, SolutionSpec(metric="accuracy")),
    "probabilities": (LABELS, SolutionSpec(metric="log_loss")),
    "whole numbers": (GRADES, SolutionSpec(metric="quadratic_weighted_kappa")),
    "ranked": (PLAIN_RANKED, SolutionSpec(metric="map_at_k")),
    "ranked with commas": (RANKED, SolutionSpec(metric="map_at_k")),
}


@cache
def prepared(scene):
    return prepare_solution(*SCENES[scene])


@pytest.fixture(params=SCENES)
def solution(request):
    return prepared(request.param)


def by_schema(solution):
    """What a client makes of the schema as it comes over the wire, and of the sample's ids in another order."""
    schema = json.loads(json.dumps(table_schema(solution)))
    ids = [solution.id_index.text(row) for row in reversed(range(solution.rows))]
    return expected_file(schema, "\n".join([solution.layout.id_column, *ids]).encode())


def refusals(act):
    try:
        act()
    except InvalidSubmission as refused:
        return [problem.as_dict() for problem in refused.problems]
    return []


def file_of(solution, *cells, ids=None, columns=None):
    names = [solution.layout.id_column, *(columns or solution.layout.columns)]
    ids = ids or [solution.id_index.text(row) for row in range(solution.rows)]
    rows = [[one, *(cell for _ in names[1:])] for one, cell in zip(ids, cells, strict=False)]
    return "\n".join([",".join(names), *(",".join(row) for row in rows)]).encode()


GOOD = {"labels": "鯨", "named labels": "鯨", "whole labels": "7", "whole numbers": "7", "ranked": "p1 p2"}


CELLS = [
    ("0.5",) * 4,
    ("7",) * 4,
    ("1.0", "1", "1e0", "01"),
    ("鯨",) * 4,
    ("鯨", "カモメ", "鯨", "鯨"),
    ("p1 p2", "p1", "p2 p3", "p3"),
    ('"p1,p2"',) * 4,
    ('"[p1, p2]"', "p1", "p1", "p1"),
    ("x",) * 4,
    ("", "0.5", " ", "0.5"),
    ("nan", "inf", "-1", "1e200"),
    ("-3", "2", "7.5", "0"),
    ("True", "False", "True", "False"),
    ("0.5",) * 3,
]


@pytest.mark.parametrize("ids", [None, "unknown", "repeated", "zeros", "missing"])
def test_the_same_is_refused_in_the_same_words(solution, ids):
    own = [solution.id_index.text(row) for row in range(solution.rows)]
    given = {
        None: own,
        "unknown": [*own[:3], "99"],
        "repeated": [*own[:3], own[0]],
        "zeros": [str(int(one)) for one in own],
        "missing": [*own[:3], ""],
    }[ids]
    expected = by_schema(solution)
    for cells in CELLS:
        file = file_of(solution, *cells, ids=given)
        server = refusals(partial(read_predictions, file, solution))
        here = refusals(partial(check_submission, file, expected))

        # The one thing that only the answers tell.
        assert here == [one for one in server if one["code"] != "no_known_label"], cells


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"id,target\n",
        b"id\n1\n",
        b"id,x,target,kind,grade,items\n1,2,3,4,5,6\n",
        b"id,target,target,kind,grade,items\n1,2,3,4,5,6\n",
        b"id;target\n1;2\n",
        b"\x80\x04]",
        b"id,target,kind,grade,items\n1,2\n",
        b"Unnamed: 0,id,target\n0,1,2\n",
    ],
    ids=str,
)
def test_a_file_of_another_form_is_refused_in_the_same_words(solution, file):
    server = refusals(lambda: read_predictions(file, solution))
    assert server
    assert refusals(lambda: check_submission(file, by_schema(solution))) == server


def test_a_good_file_is_taken(solution, request):
    scene = request.node.callspec.params["solution"]
    cell = GOOD.get(scene, "p1 p2" if "ranked" in scene else "0.5")
    check_submission(file_of(solution, *[cell] * 4), by_schema(solution))


@pytest.mark.parametrize("scene", ["labels", "ranked", "ranked with commas", "numbers", "whole labels"])
def test_no_answer_is_in_the_schema(scene):
    told = json.dumps(table_schema(prepared(scene)), ensure_ascii=False)
    assert not [word for word in ("鯨", "イルカ", "p1", "p4", "a,b", "41.5", "44.5", '"7"', ": 7", "9") if word in told]


def test_named_labels_are_those_of_the_organisers():
    (_ids, field) = table_schema(prepared("named labels"))["fields"]
    assert field == {"name": "kind", "type": "string", "constraints": {"required": True, "enum": ["鯨", "イルカ"]}}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"uzu": {"format": "another"}, "fields": []},
        {"uzu": {"format": "uzu-submission-1"}, "fields": [{"name": "id"}]},
    ],
    ids=str,
)
def test_another_schema_is_told_apart(schema):
    with pytest.raises(ScoringError):
        expected_file(schema, b"id\n1\n")
