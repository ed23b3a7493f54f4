"""What a submission file may look like, and how each fault is refused: with its code and its place."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import re
import subprocess
import sys
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pa_parquet
import pytest
from hypothesis import example, given, settings, strategies as st

from scoring import (
    MESSAGES,
    InvalidSubmission,
    Predictions,
    PreparedSolution,
    ReadLimits,
    ScoringError,
    SolutionSpec,
    StalePredictionsError,
    bounds,
    prepare_solution,
    private_score,
    public_score,
    read_predictions,
)
from scoring.pages import unpacked_size
from tests.scoring.builders import csv_file, solution_of, submission_of, usages

TRUTH = [0.5, 1.5, 2.5, 3.5]
PLAIN = b"id,target\n0,1\n1,2\n2,3\n3,4\n"


@pytest.fixture(scope="module")
def solution() -> PreparedSolution:
    return solution_of("rmse", {"target": TRUTH})


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def parquet(**columns) -> bytes:
    out = io.BytesIO()
    pa_parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def zipped_by(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("s.csv", PLAIN)
    return out.getvalue()


def feather() -> bytes:
    out = io.BytesIO()
    pyarrow.feather.write_feather(pa.table({"id": [0], "target": [1.0]}), out)
    return out.getvalue()


def refusal(data: bytes, solution: PreparedSolution, **keywords):
    with pytest.raises(InvalidSubmission) as caught:
        read_predictions(data, solution, **keywords)
    for problem in caught.value.problems:
        assert problem.text()
        json.dumps(problem.as_dict())
    return caught.value.problems


def codes(data: bytes, solution: PreparedSolution, **keywords) -> list[str]:
    return [problem.code for problem in refusal(data, solution, **keywords)]


# --- accepted ---------------------------------------------------------------------------------------------------------

ACCEPTED = {
    "plain": PLAIN,
    "no line break at the end": PLAIN.rstrip(),
    "CRLF": PLAIN.replace(b"\n", b"\r\n"),
    "CR": PLAIN.replace(b"\n", b"\r"),
    "BOM": b"\xef\xbb\xbf" + PLAIN,
    "quoted": b'"id","target"\n"0","1"\n"1","2"\n"2","3"\n"3","4"\n',
    "columns the other way round": b"target,id\n1,0\n2,1\n3,2\n4,3\n",
    "other order": b"id,target\n3,4\n1,2\n0,1\n2,3\n",
    "blank lines": b"\n\nid,target\n0,1\n\n1,2\n2,3\n\n3,4\n\n",
    "blanks around": b"id , target\n 0, 1\n1 ,2 \n2,3\n3,\t4\n",
    "other spellings": b"id,target\n0,+1\n1.0,2.0\n02,3e0\n3,.4E1\n",
    "gzip": gzip.compress(PLAIN),
    "gzip in two members": gzip.compress(PLAIN[:12]) + gzip.compress(PLAIN[12:]),
    "zip": zipped(**{"submission.csv": PLAIN}),
    "zip made on a Mac": zipped(**{"s.csv": PLAIN, "__MACOSX/._s.csv": b"\0", ".DS_Store": b"\0"}),
    "zip with what systems leave": zipped(
        **{"a/s.csv": PLAIN, "a/._s.csv": b"\0", "a/Thumbs.db": b"\0", "Desktop.ini": b"\0"},
        **{"a/.ipynb_checkpoints/s-checkpoint.csv": PLAIN, "a/.ds_store": b"\0"},
    ),
    "BOM twice": b"\xef\xbb\xbf" * 2 + PLAIN,
    "sep=,": b"sep=,\r\n" + PLAIN,
    "sep=, in quotes after a BOM": b'\xef\xbb\xbf"sep=,"\n' + PLAIN,
    "emptied rows at the end": PLAIN + b",\r\n , \n,,\n",
    "Ctrl-Z": PLAIN + b"\x1a",
    "Ctrl-Z in the last line": PLAIN.rstrip() + b"\x1a",
    "ids as R writes round numbers": PLAIN.replace(b"2,3", b"2e+00,3"),
    "parquet": parquet(id=[0, 1, 2, 3], target=[1.0, 2.0, 3.0, 4.0]),
    "parquet in zip": zipped(**{"s.parquet": parquet(id=[0, 1, 2, 3], target=[1, 2, 3, 4])}),
    "parquet of texts": parquet(id=["0", "1", "2", "3"], target=["1", "2", "3", "4"]),
    "parquet of small types": parquet(
        id=pa.array([3, 1, 0, 2], pa.uint8()), target=pa.array([4.0, 2.0, 1.0, 3.0], pa.float32())
    ),
    "parquet of dictionaries": parquet(
        id=pa.array(["0", "1", "2", "3"]).dictionary_encode(), target=pa.array([1.0, 2.0, 3.0, 4.0])
    ),
}


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_sound_file_is_read_into_the_order_of_the_solution(data, solution):
    (column,) = read_predictions(data, solution).columns
    assert column.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_a_path_and_an_open_file_are_read_too(solution, tmp_path):
    path = tmp_path / "submission.csv"
    path.write_bytes(PLAIN)
    by_path = read_predictions(path, solution)
    with path.open("rb") as file:
        file.read(5)
        by_file = read_predictions(file, solution)
    assert by_path.columns[0].tolist() == by_file.columns[0].tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("ids", [["a", "b,c", 'd"e', "f\ng"], ["001", "01", "1", "日本"], ["-1", "5", "9" * 17, "0"]])
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 0, 3, 1]])
def test_ids_are_texts_or_numbers(ids, order):
    solution = solution_of("rmse", {"target": TRUTH}, ids=ids)
    predictions = read_predictions(
        submission_of({"target": np.arange(4.0)[order]}, ids=[ids[i] for i in order]), solution
    )
    assert predictions.columns[0].tolist() == [0.0, 1.0, 2.0, 3.0]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_order_of_any_ids_scores_the_same(data):
    text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
        lambda t: t.strip() == t
    )
    kind = data.draw(st.sampled_from([st.integers(-(10**17), 10**17), st.integers(0, 60), text]))
    ids = data.draw(st.lists(kind, min_size=2, max_size=30, unique_by=str))
    truth = np.arange(len(ids)) / 8
    guess = truth**2
    order = data.draw(st.permutations(range(len(ids))))
    solution = solution_of("rmse", {"target": truth}, ids=ids)
    predictions = read_predictions(submission_of({"target": guess[order]}, ids=[ids[i] for i in order]), solution)
    assert predictions.columns[0].tolist() == guess.tolist()
    assert public_score(solution, predictions) == pytest.approx(np.sqrt(np.mean((truth - guess)[::2] ** 2)), rel=1e-12)
    assert private_score(solution, predictions) == pytest.approx(
        np.sqrt(np.mean((truth - guess)[1::2] ** 2)), rel=1e-12
    )


# --- refused ----------------------------------------------------------------------------------------------------------

REFUSED = {
    "nothing": (b"", ["empty_file"]),
    "line breaks only": (b"\n\r\n", ["empty_file"]),
    "header only": (b"id,target\n", ["no_rows"]),
    "Latin-1 header": ("id,größe\n".encode("latin-1"), ["other_encoding"]),
    "UTF-16": (PLAIN.decode().encode("utf-16"), ["other_encoding"]),
    "Latin-1 value": (PLAIN.replace(b"4\n", b"\xe9\n"), ["other_encoding"]),
    "no text at all": (PLAIN.replace(b"4\n", b"\x81\x80\xff\n"), ["not_utf8"]),
    "NUL in the header": (b"id,target\0\n0,1\n", ["unknown_format"]),
    "missing column": (b"id\n0\n1\n2\n3\n", ["missing_columns"]),
    "another column": (b"id,target,x\n0,1,2\n", ["unexpected_columns"]),
    "other columns": (
        b"ID,goal\n0,1\n",
        ["missing_columns", "missing_columns", "unexpected_columns", "unexpected_columns"],
    ),
    "column twice": (b"id,target,target\n0,1,2\n", ["duplicate_columns"]),
    "field too many": (PLAIN.replace(b"2,3", b"2,3,4"), ["wrong_field_count"]),
    "field too few": (PLAIN.replace(b"2,3", b"2"), ["wrong_field_count"]),
    "unclosed quote": (b'id,"target\n0,1\n', ["broken_csv"]),
    "id twice": (PLAIN.replace(b"3,4", b"2,4"), ["duplicate_ids", "missing_ids"]),
    "row too many": (PLAIN + b"3,4\n", ["duplicate_ids"]),
    "unknown id": (PLAIN + b"77,4\n", ["unknown_ids"]),
    "id of another kind": (PLAIN.replace(b"3,4", b"x,4"), ["unknown_ids", "missing_ids"]),
    "huge id": (PLAIN + b"99999999999999999999999,4\n", ["unknown_ids"]),
    "missing row": (PLAIN.replace(b"3,4\n", b""), ["missing_ids"]),
    "missing id": (PLAIN.replace(b"3,4", b",4"), ["missing_value", "missing_ids"]),
    "missing value": (PLAIN.replace(b"3,4", b"3,"), ["missing_value"]),
    "no number": (PLAIN.replace(b"3,4", b"3,four"), ["not_a_number"]),
    "comma in a number": (PLAIN.replace(b"3,4", b'3,"4,5"'), ["not_a_number"]),
    "nan": (PLAIN.replace(b"3,4", b"3,nan"), ["not_finite"]),
    "infinity": (PLAIN.replace(b"3,4", b"3,-Infinity"), ["not_finite"]),
    "beyond a double": (PLAIN.replace(b"3,4", b"3,1e999"), ["not_finite"]),
    "beyond every bound": (PLAIN.replace(b"3,4", b"3,1e200"), ["out_of_range"]),
    "broken gzip": (gzip.compress(PLAIN)[:-9], ["broken_archive"]),
    "gzip of nothing": (gzip.compress(b""), ["empty_file"]),
    "gzip in gzip": (gzip.compress(gzip.compress(PLAIN)), ["unknown_format"]),
    "broken zip": (zipped(a=PLAIN)[:-9], ["broken_archive"]),
    "zip of nothing": (zipped(), ["several_members"]),
    "a spreadsheet": (zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}), ["other_format"]),
    "zip of two": (zipped(a=PLAIN, b=PLAIN), ["several_members"]),
    "no parquet": (b"PAR1" + PLAIN, ["broken_parquet"]),
    "parquet with a null": (parquet(id=[0, 1, 2, 3], target=[1.0, None, 2.0, 3.0]), ["missing_value"]),
    "parquet with nan": (parquet(id=[0, 1, 2, 3], target=[1.0, np.nan, 2.0, 3.0]), ["not_finite"]),
    "parquet of lists": (parquet(id=[0, 1, 2, 3], target=[[1.0]] * 4), ["wrong_type"]),
    "parquet of broken texts": (
        parquet(id=[0, 1, 2, 3], target=pa.array([b"1", b"\xff", b"3", b"4"]).view(pa.string())),
        ["broken_parquet"],
    ),
    "parquet of bytes": (parquet(id=[0, 1, 2, 3], target=[b"\xff"] * 4), ["wrong_type"]),
}


RECOGNISED = {
    "semicolons": (b"id;target\n0;1,5\n", "wrong_separator", ";"),
    "sep=;": (b"sep=;\nid;target\n0;1\n", "wrong_separator", ";"),
    "bars": (b"id|target\n0|1\n", "wrong_separator", "|"),
    "tabs": (PLAIN.replace(b",", b"\t"), "separated_by_tabs", None),
    "UTF-16 without a BOM": (PLAIN.decode().encode("utf-16-le"), "other_encoding", "UTF-16"),
    "UTF-16 of Excel": ("\ufeffid\ttarget\n0\t1\n".encode("utf-16-be"), "other_encoding", "UTF-16"),
    "Japanese header": ("id,予測値\n0,1\n".encode("cp932"), "other_encoding", "Shift_JIS (cp932)"),
    "Japanese value": (PLAIN + "東京,1\n".encode("cp932"), "other_encoding", "Shift_JIS (cp932)"),
    "kana far down": (PLAIN * 100_000 + "ねこ,1\n".encode("cp932"), "other_encoding", "Shift_JIS (cp932)"),
    "umlauts": ("id,target,Prädikt\n".encode("cp1252"), "other_encoding", "Windows-1252 (Latin-1)"),
    "index": (b",id,target\n0,0,1\n", "nameless_column", None),
    "index of Parquet": (parquet(id=[0], target=[1.0], __index_level_0__=[7]), "index_column", None),
    "index read again": (b"Unnamed: 0,id,target\n0,0,1\n", "index_column", None),
    "commas at the ends": (b"id,target,\n0,1,\n", "nameless_column", None),
    "bzip2": (bz2.compress(PLAIN), "other_format", "bzip2"),
    "xz": (lzma.compress(PLAIN), "other_format", "xz"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(40), "other_format", "7z"),
    "Zstandard": (pa.compress(PLAIN, "zstd", asbytes=True), "other_format", "Zstandard"),
    "Feather": (feather(), "other_format", "Feather (Arrow)"),
    "JSON": (b'[{"id": 0, "target": 1}]', "other_format", "JSON"),
    "lines of JSON": (b'{"id": 0}\n{"id": 1}\n', "other_format", "JSON"),
    "HTML": (b"\n<!DOCTYPE html>\n<html>", "other_format", "HTML (XML)"),
    "pickle": (pickle.dumps({"id": [0]}), "other_format", "pickle"),
    "NumPy": (b"\x93NUMPY\x01\x00v\x00", "other_format", "NumPy (npy)"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "other_format", "Excel (xls)"),
    "new Excel": (zipped(**{"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "other_format", "Excel (xlsx)"),
    "tar.gz": (gzip.compress(b"s.csv".ljust(257, b"\0") + b"ustar" + PLAIN), "other_format", "tar"),
    "zip by bzip2": (zipped_by(zipfile.ZIP_BZIP2), "packed_unusually", None),
    "zip by LZMA": (zipped_by(zipfile.ZIP_LZMA), "packed_unusually", None),
}


@pytest.mark.parametrize(("data", "code", "found"), RECOGNISED.values(), ids=RECOGNISED.keys())
def test_what_is_recognised_is_said(data, code, found, solution):
    (problem,) = refusal(data, solution)
    assert (problem.code, problem.found) == (code, found)


@pytest.mark.parametrize(("data", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_fault_is_refused_by_its_code(data, expected, solution):
    assert codes(data, solution) == expected


def test_a_fault_in_a_row_names_row_id_column_and_what_was_found(solution):
    (problem,) = refusal(b"id,target\n3,1\n\n2,2\n1,abc\n0,4\n", solution)
    assert (problem.row, problem.id, problem.column, problem.found) == (3, "1", "target", "abc")
    assert problem.expected == "a number"
    assert problem.text() == "Row 3, column “target”: “abc” is not a number."


def test_only_the_first_faults_of_a_kind_are_listed_and_the_rest_counted():
    solution = solution_of("rmse", {"target": np.arange(50.0)})
    problems = refusal(submission_of({"target": ["x"] * 50}), solution)
    assert [(problem.row, problem.more) for problem in problems] == [(1, 0), (2, 0), (3, 47)]


def test_ids_and_values_are_refused_together(solution):
    assert codes(b"id,target\n0,1\n1,x\n2,\n9,inf\n", solution) == [
        "unknown_ids",
        "missing_ids",
        "missing_value",
        "not_a_number",
        "not_finite",
    ]


def test_what_was_found_is_quoted_short_and_printable(solution):
    data = PLAIN.replace(b"3,4", b"3," + b"\x00\x1b" + b"y" * 500)
    (problem,) = refusal(data, solution)
    assert len(problem.found) <= 60
    assert problem.found.isprintable()


def test_probabilities_lie_between_zero_and_one():
    solution = solution_of("log_loss", {"target": [0, 1, 1, 0]})
    (problem,) = refusal(PLAIN.replace(b"1,2", b"1,0.5").replace(b"2,3", b"2,1").replace(b"3,4", b"3,-0.1"), solution)
    assert (problem.code, problem.row, problem.found, problem.expected) == ("out_of_range", 4, "-0.1", "0 to 1")


def test_the_probabilities_of_a_row_must_not_all_be_zero():
    solution = solution_of("log_loss", {"kind": ["a", "b", "a", "b"]})
    (problem,) = refusal(submission_of({"a": [1, 0, 0, 1], "b": [1, 1, 0, 0]}), solution)
    assert (problem.code, problem.row) == ("zero_probabilities", 3)


def test_ratings_are_whole_numbers():
    solution = solution_of("quadratic_weighted_kappa", {"stars": [1, 2, 3, 4]})
    (problem,) = refusal(submission_of({"stars": [1, 2.5, "3.0", 4]}), solution)
    assert (problem.code, problem.row, problem.found) == ("not_an_integer", 2, "2.5")


def test_a_label_outside_the_named_ones_is_refused():
    solution = solution_of("accuracy", {"kind": ["a", "b", "a", "b"]}, classes=["a", "b", "c"])
    (problem,) = refusal(submission_of({"kind": ["c", "b", "d", "a"]}), solution)
    assert (problem.code, problem.row, problem.found, problem.expected) == ("unknown_label", 3, "d", "a, b, c")


@pytest.mark.parametrize("metric", ["accuracy", "f1"])
@pytest.mark.parametrize("truth", [[1, 0, 0, 1], ["1.0", "0.0", "0.0", "1.0"]], ids=["whole", "floats"])
@pytest.mark.parametrize(
    "data",
    [
        submission_of({"target": [1, 0, 0, 1]}),
        submission_of({"target": ["1.0", "0.0", "0.0", "1.0"]}),
        submission_of({"target": [True, False, False, True]}),
        submission_of({"target": ["TRUE", "false", "False", "true"]}),
        parquet(id=np.arange(4), target=[1, 0, 0, 1]),
        parquet(id=np.arange(4), target=[1.0, 0.0, 0.0, 1.0]),
        parquet(id=np.arange(4), target=[True, False, False, True]),
    ],
    ids=["whole", "floats", "Python's words", "other words", "parquet", "parquet of floats", "parquet of booleans"],
)
def test_a_yes_is_a_yes_however_it_is_written(metric, truth, data):
    solution = solution_of(metric, {"target": truth})
    assert public_score(solution, read_predictions(data, solution)) == 1.0


@pytest.mark.parametrize("positive", ["1", "1.0"])
def test_the_positive_label_may_be_named_as_the_solution_writes_it(positive):
    solution = solution_of("f1", {"target": ["1.0", "0.0", "1.0", "2.0"]}, positive=positive)
    assert public_score(solution, read_predictions(submission_of({"target": [1, 0, 2, 2]}), solution)) == 2 / 3


@pytest.mark.parametrize("pack", [csv_file, lambda columns: parquet(**columns)], ids=["csv", "parquet"])
def test_booleans_are_the_same_labels_in_csv_and_parquet(pack):
    truth = [True, False, False, True]
    file = pack({"id": range(4), "target": truth, "Usage": usages(4)})
    solution = prepare_solution(file, SolutionSpec(metric="accuracy"))
    for data in (submission_of({"target": truth}), parquet(id=range(4), target=truth)):
        assert public_score(solution, read_predictions(data, solution)) == 1.0


@pytest.mark.parametrize("metric", ["accuracy", "map_at_k"])
def test_labels_must_be_there(metric):
    solution = solution_of(metric, {"kind": ["a", "b", "a", "b"]})
    (problem,) = refusal(submission_of({"kind": ["a", " ", "b", "b"]}), solution)
    assert (problem.code, problem.row) == ("missing_value", 2)


@pytest.mark.parametrize(
    "rows",
    [
        ["a b", "b c", "d e", "x a"],
        ["a", "b c", "d e f g", "x"],
        ["a  b", " b c", "d e ", "x\ta"],
        ["a\u3000b", "b\u00a0c", "d e", "é a"],
        ["a b c", "b", "d e", "x a"],
    ],
)
@pytest.mark.parametrize("piece", [1, 2, 50_000])
def test_a_ranking_is_its_labels_however_they_are_spaced(rows, piece, monkeypatch):
    monkeypatch.setattr("scoring.rankings.MANY", piece)
    solution = solution_of("map_at_k", {"t": ["a", "b", "c d", "x é"]}, k=3)
    labels = solution.layout.labels
    columns = read_predictions(submission_of({"t": rows}), solution).columns
    codes = [[labels.index(label) if label in labels else -2 for label in row.split()] for row in rows]
    assert np.array(columns).T.tolist() == [(row + [-2] * 3)[:3] for row in codes]


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(a=data)])
def test_decompression_stops_at_its_limit(pack, solution):
    bomb = pack(b"0" * (8 << 20))
    assert len(bomb) < 20_000
    assert codes(bomb, solution, limits=ReadLimits(max_decompressed_bytes=1 << 20)) == ["too_large"]


PEAK = """
import resource, sys
from tests.scoring.builders import solution_of, submission_of
from scoring import InvalidSubmission, read_predictions

solution = solution_of("rmse", {"target": range(100)})
read_predictions(submission_of({"target": range(100)}), solution)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_predictions(sys.argv[1], solution)
except InvalidSubmission as refused:
    print(refused.problems[0].code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("s.csv", "w") as file:
        for _ in range(128):
            file.write(b"0,1\n" * (1 << 18))
    return out.getvalue()


BOMBS = {
    "gzip of a gigabyte": (lambda: gzip.compress(b"id,target\n" + b"0,1\n" * (1 << 18)) * 1024, "unpacked_too_large"),
    "zip": (zip_bomb, "unpacked_too_large"),
    "parquet of a long text": (
        lambda: parquet(
            id=range(100), target=pa.DictionaryArray.from_arrays(np.zeros(100, np.int32), ["y" * 2_000_000])
        ),
        "unpacked_too_large",
    ),
    "parquet of a long list": (lambda: parquet(id=[0], target=[np.zeros(2_000_000)]), "wrong_type"),
}


@pytest.mark.parametrize(("bomb", "code"), BOMBS.values(), ids=BOMBS.keys())
def test_what_the_solution_cannot_need_is_not_unpacked(bomb, code, tmp_path):
    """In a process of its own: what it takes at most is known of whole processes."""
    (tmp_path / "bomb").write_bytes(bomb())
    assert (tmp_path / "bomb").stat().st_size < 2 << 20
    command = [sys.executable, "-c", PEAK, str(tmp_path / "bomb")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    said, peak = done.stdout.split()
    assert said == code
    assert int(peak) < 100 << 10


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(a=data)])
@pytest.mark.parametrize(
    ("metric", "truth", "guess"),
    [
        ("rmse", {"t": range(50)}, {"t": [f"{number}.{'0' * 50}" for number in range(50)]}),
        ("accuracy", {"t": ["x" * 5000, "y"] * 25}, {"t": ["x" * 5000] * 50}),
        ("map_at_k", {"t": ["x" * 500] * 25 + ["y"] * 25}, {"t": [" ".join(["y"] * 30 + ["x" * 500])] * 50}),
        ("log_loss", {"t": ["x" * 5000, "y"] * 25}, {"x" * 5000: [0.5] * 50, "y": [0.5] * 50}),
    ],
)
def test_what_a_solution_can_need_is_unpacked(pack, metric, truth, guess, monkeypatch):
    monkeypatch.setattr("scoring.bounds.SLACK", 0)
    ids = ["i" * 500 + str(number) for number in range(50)]
    solution = solution_of(metric, truth, ids=ids)
    read_predictions(pack(submission_of(guess, ids=ids)), solution)


def test_the_bound_that_is_said_is_the_one_applied(solution):
    most = bounds.most_unpacked(solution)
    padded = PLAIN + b"\n" * (most - len(PLAIN))
    assert read_predictions(gzip.compress(padded), solution).columns[0].tolist() == [1.0, 2.0, 3.0, 4.0]
    (problem,) = refusal(gzip.compress(padded + b"\n"), solution)
    assert (problem.code, problem.params["limit"]) == ("unpacked_too_large", most)


def test_the_list_of_an_archive_is_not_read_without_end(solution):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number:040}", b"")
    assert codes(out.getvalue(), solution) == ["broken_archive"]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_pages_of_parquet_are_as_large_as_their_headers_say(version, compression):
    rows = 30_000
    table = pa.table({"id": np.arange(rows), "target": np.arange(rows) / 7, "text": ["abc"] * rows})
    out = io.BytesIO()
    pa_parquet.write_table(
        table, out, data_page_version=version, compression=compression, use_dictionary=["text"], row_group_size=20_000
    )
    metadata = pa_parquet.ParquetFile(out).metadata
    size = unpacked_size(out.getvalue(), metadata, ["id", "target"], 1 << 30)
    assert 16 * rows <= size < 16 * rows + 1000
    assert unpacked_size(out.getvalue(), metadata, ["text"], 1 << 30) < rows
    assert 1000 < unpacked_size(out.getvalue(), metadata, ["id", "target"], 1000) < size


def test_a_file_beyond_the_limit_is_refused(solution):
    assert codes(PLAIN, solution, limits=ReadLimits(max_bytes=10)) == ["too_large"]
    assert codes(PLAIN, solution, limits=ReadLimits(max_decompressed_bytes=10)) == ["too_large"]


def test_parquet_that_unfolds_too_far_is_refused(solution):
    many = parquet(id=np.zeros(2_000_000, dtype=np.int64), target=np.zeros(2_000_000))
    long = parquet(id=np.arange(1000), target=pa.DictionaryArray.from_arrays(np.zeros(1000, np.int32), ["y" * 50_000]))
    assert len(long) < 200_000
    for data in (many, long):
        assert codes(data, solution, limits=ReadLimits(max_decompressed_bytes=1 << 20)) == ["too_large"]


@pytest.mark.parametrize(
    "data",
    [
        b"id,target\n" + b"1,1\n" * 3000,
        b"id,target\n" + b"1\n" * 3000,
        b"id,target\n" + b"1,1\n1\n" * 1500,
        b"id,target\n" + b",\n" * 3000,
        b"id,target\n" + b"1,1\n" * 1_000_000,
        parquet(id=np.zeros(3000, dtype=np.int64), target=np.zeros(3000)),
    ],
    ids=["rows", "broken rows", "rows and broken ones", "empty rows", "a million rows", "parquet"],
)
def test_nobody_looks_at_each_of_far_too_many_rows(data, solution):
    (problem,) = refusal(data, solution)
    assert problem.text() == "The file has more than 1008 rows."


def test_a_file_of_few_rows_may_be_long(solution):
    """Blank lines, zeros without end: unusual, and no reason to refuse it."""
    padded = PLAIN.replace(b"\n", b"\n" * 100_000).replace(b"3,4", b"3,4." + b"0" * 200_000)
    assert read_predictions(padded, solution).columns[0].tolist() == [1.0, 2.0, 3.0, 4.0]


# --- the promise ------------------------------------------------------------------------------------------------------


def test_no_refusal_tells_public_from_private_rows():
    """The same bad file is refused in the same words whichever rows are public."""
    bad = [
        b"id,target\n0,x\n1,nan\n2,1\n3,2\n",
        PLAIN + b"1,2\n",
        PLAIN.replace(b"0,1\n", b""),
        PLAIN.replace(b"1,2", b"1,1e300"),
    ]
    for data in bad:
        answers = set()
        for first in ("Public", "Private"):
            usage = usages(4, ("Public", "Private") if first == "Public" else ("Private", "Public", "Ignored"))
            usage = [*usage[:3], "Public"]
            answers.add(str(refusal(data, solution_of("rmse", {"target": TRUTH}, usage=usage))))
        assert len(answers) == 1


@pytest.mark.parametrize(
    "metric",
    ["pearson", "spearman", "r2", "mape", "smape", "auc", "average_precision", "quadratic_weighted_kappa", "mcc", "f1"],
)
@pytest.mark.parametrize("guess", [[0, 0, 0, 0], [0, 1, 0, 1], [1, 0, 1, 0], [1, 1, 1, 1]])
def test_no_degenerate_prediction_fails_on_one_split_only(metric, guess):
    solution = solution_of(metric, {"target": [0, 0, 1, 1]})
    predictions = read_predictions(submission_of({"target": guess}), solution)
    assert np.isfinite(public_score(solution, predictions))
    assert np.isfinite(private_score(solution, predictions))


def test_a_refusal_holds_no_value_of_the_solution():
    secret = [0.73519, 1.84624, 2.95731, 3.16842]
    solution = solution_of("rmse", {"target": secret})
    for data, _ in REFUSED.values():
        said = json.dumps([problem.as_dict() for problem in refusal(data, solution)]) + str(refusal(data, solution))
        assert not any(str(value) in said for value in secret)
    assert not any(str(value) in f"{solution!r} {solution.splits}" for value in secret)


# --- stored predictions -----------------------------------------------------------------------------------------------


def test_stored_predictions_score_as_the_file_did(solution, tmp_path):
    predictions = read_predictions(ACCEPTED["other order"], solution)
    predictions.save(tmp_path / "predictions.arrow")
    stream = io.BytesIO()
    predictions.save(stream)
    for source in (tmp_path / "predictions.arrow", io.BytesIO(stream.getvalue())):
        again = Predictions.load(source, solution)
        assert public_score(solution, again) == public_score(solution, predictions)
        assert private_score(solution, again) == private_score(solution, predictions)


@pytest.mark.parametrize(
    ("metric", "truth", "guess"),
    [
        ("accuracy", ["a", "b", "c", "a"], {"t": ["a", "zzz", "c", "b"]}),
        ("map_at_k", ["a", "b", "c d", "a"], {"t": ["b a", "b", "d", "q r"]}),
        ("log_loss", ["a", "b", "c", "a"], {"a": [1, 2, 3, 4], "b": [1, 1, 1, 1], "c": [0, 0, 1, 0]}),
    ],
)
def test_labels_and_rankings_are_stored_too(metric, truth, guess, tmp_path):
    if metric == "log_loss":
        guess = {name: np.array(values) / 8 for name, values in guess.items()}
    solution = solution_of(metric, {"t": truth})
    predictions = read_predictions(submission_of(guess), solution)
    predictions.save(tmp_path / "p.arrow")
    assert private_score(solution, Predictions.load(tmp_path / "p.arrow", solution)) == private_score(
        solution, predictions
    )


def test_stored_predictions_outlive_new_answers_for_the_same_rows(solution, tmp_path):
    read_predictions(PLAIN, solution).save(tmp_path / "p.arrow")
    corrected = solution_of("rmse", {"target": [9.0, 9.0, 9.0, 9.0]}, usage=["Private", "Public", "Public", "Ignored"])
    assert corrected.digest != solution.digest
    assert public_score(corrected, Predictions.load(tmp_path / "p.arrow", corrected)) == pytest.approx(
        np.sqrt((49 + 36) / 2)
    )


def test_stored_predictions_of_other_rows_are_stale(solution, tmp_path):
    read_predictions(PLAIN, solution).save(tmp_path / "p.arrow")
    other = solution_of("rmse", {"target": TRUTH}, ids=[3, 2, 1, 0])
    with pytest.raises(StalePredictionsError):
        Predictions.load(tmp_path / "p.arrow", other)


@pytest.mark.parametrize("score", [public_score, private_score])
def test_predictions_of_another_solution_are_not_scored(score, solution):
    predictions = read_predictions(PLAIN, solution)
    with pytest.raises(ScoringError, match="another solution"):
        score(solution_of("rmse", {"target": TRUTH}, ids=[3, 2, 1, 0]), predictions)


@pytest.mark.parametrize(
    ("score", "other", "weight"),
    [
        # The spread of the truth is next to nothing where all the weight lies on one row.
        (public_score, private_score, [1.0, 1.0, 5e-324, 1.0]),
        (private_score, public_score, [1.0, 1.0, 1.0, 5e-324]),
    ],
    ids=["public", "private"],
)
@pytest.mark.parametrize("truth", [[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.25, 0.25]], ids=["infinite", "nan"])
def test_a_score_that_is_no_finite_number_is_refused(score, other, weight, truth):
    solution = solution_of("r2", {"target": truth}, weight=weight)
    predictions = read_predictions(PLAIN, solution)
    with pytest.raises(InvalidSubmission) as caught:
        score(solution, predictions)
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.params) == ("undefined_score", None, {"metric": "R²"})
    assert np.isfinite(other(solution, predictions))


@pytest.mark.parametrize("content", [b"", b"ARROW1\0\0", PLAIN])
def test_a_file_that_holds_no_predictions_is_an_error_of_ours(content, solution, tmp_path):
    (tmp_path / "p.arrow").write_bytes(content)
    with pytest.raises(ScoringError):
        Predictions.load(tmp_path / "p.arrow", solution)


# --- anything ---------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
@example(b"\x1f\x8b\x08\x00")
@example(b"PK\x03\x04" + b"\0" * 40)
@example(b"PAR1\0\0\0\0PAR1")
@example(b"id,target\n\0,\0\n")
@example(b'id,target\n"0,1\n1,2\n2,3\n3,4\n')
@example(b"\xef\xbb\xbf")
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_are_refused_and_nothing_else(data):
    refusal(data, solution_of("rmse", {"target": TRUTH}))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data):
    """Each sound form of a file with a few bytes changed, removed or doubled."""
    content = bytearray(data.draw(st.sampled_from(list(ACCEPTED.values()))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        content = content or bytearray(b"0")
    solution = solution_of("rmse", {"target": TRUTH})
    try:
        predictions = read_predictions(bytes(content), solution)
    except InvalidSubmission as refused:
        assert all(problem.text() for problem in refused.problems)  # noqa: PT017 -- being read is fine too
    else:
        assert np.isfinite(public_score(solution, predictions))


def test_every_message_can_be_written():
    named = {name for text in MESSAGES.values() for name in re.findall(r"%\((\w+)\)s", text)}
    located = {"row", "id", "column", "expected", "found", "more"}
    assert named <= located | {"limit", "count", "split", "name", "group", "line", "text", "metric"}
