"""Submissions and solutions that are zips of files: names and sizes first, then contents, then who gets which."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from scoring import (
    InvalidSolution,
    InvalidSubmission,
    Predictions,
    PreparedSolution,
    ReadLimits,
    SolutionSpec,
    check_submission,
    folders,
    prepare_solution,
    read_predictions,
    table_schema,
)
from scoring.expected import expected_file
from scoring.own import InvalidMetricSource, frames, read_signature
from scoring.own.program import call, read_bytes

NAMES = ["a.txt", "deep/b.txt", "deep/c.txt", "7"]
MANIFEST = "file,Usage,note\na.txt,Public,n1\ndeep/b.txt,Private,n2\ndeep/c.txt,Public,n3\n7,Private,n4\n"
FILES = {name: f"truth of {name}".encode() for name in NAMES}
# The share of bytes that agree; what lies where is said through an error, for the tests.
SCORE = """
import pathlib

def score(solution_dir: str, submission_dir: str, power: float = 1.0):
    true, sent = pathlib.Path(solution_dir), pathlib.Path(submission_dir)
    names = sorted(str(one.relative_to(sent)) for one in sent.rglob("*") if one.is_file())
    notes = (true / "manifest.csv").read_text()
    right = sum((true / name).read_bytes() == (sent / name).read_bytes() for name in names)
    held = sorted(one.name for one in true.rglob("*") if one.is_file())
    return {"share": (right / len(names)) ** power, "files": len(names), "held": len(held), "notes": notes.count("n")}
"""


def zipped(files, *, method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def solution(files=FILES, manifest: str | None = MANIFEST) -> PreparedSolution:
    whole = {**({} if manifest is None else {"manifest.csv": manifest}), **files}
    return prepare_solution(zipped(whole), SolutionSpec(metric="own_larger_is_better", are_files=True))


def refused(content: bytes, prepared: PreparedSolution | None = None) -> list[tuple]:
    with pytest.raises(InvalidSubmission) as found:
        read_predictions(content, prepared or solution())
    assert all(problem.text() for problem in found.value.problems)
    return [(problem.code, problem.id) for problem in found.value.problems]


def scored(prepared: PreparedSolution, content: bytes, part: str, **params):
    read = read_predictions(content, prepared)
    truth = read_bytes(frames.solution_frame(prepared, part))
    sent = read_bytes(frames.submission_frame(prepared, read.columns, part))
    sent.insert(0, "file", truth["file"])
    return call(SCORE, truth, sent, row_id="file", params=params, ranked="share", files=True)


def test_a_signature_with_folders_takes_files():
    found = read_signature(SCORE)
    assert (found.takes_files, [one.name for one in found.parameters]) == (True, ["power"])
    assert read_signature("def score(submission_dir, solution_dir): ...").takes_files
    assert not read_signature("def score(solution, submission, row_id_column_name): ...").takes_files


@pytest.mark.parametrize(
    "source",
    [
        "def score(solution_dir): ...",
        "def score(solution_dir, submission): ...",
        "def score(solution_dir, submission_dir, /): ...",
        "def score(solution_dir, submission_dir, **more): ...",
    ],
)
def test_other_signatures_are_none(source):
    with pytest.raises(InvalidMetricSource):
        read_signature(source)


@pytest.mark.parametrize(("part", "names"), [("public", {"a.txt", "deep/c.txt"}), ("private", {"deep/b.txt", "7"})])
def test_a_call_holds_the_files_of_its_part_and_nothing_of_the_others(part, names):
    prepared = solution()
    read = read_predictions(zipped({name: f"guess of {name}" for name in NAMES}), prepared)
    held = frames.solution_frame(prepared, part) + frames.submission_frame(prepared, read.columns, part)
    for name in NAMES:
        for text in (f"truth of {name}", f"guess of {name}"):
            cell = base64.b64encode(text.encode())
            assert (cell in held) == (name in names)
    for place, name in enumerate(NAMES, 1):
        assert (f"n{place}".encode() in held) == (name in names)


def test_it_is_scored_in_folders():
    prepared = solution()
    answer = scored(prepared, zipped({**FILES, "a.txt": "wrong"}), "public")
    # Two files of its own, two of the solution's and the manifest, with two rows and the word "note".
    assert answer["values"] == {"share": 0.5, "files": 2.0, "held": 3.0, "notes": 3.0}
    assert scored(prepared, zipped({**FILES, "a.txt": "wrong"}), "private")["score"] == 1.0
    assert scored(prepared, zipped({**FILES, "a.txt": "wrong"}), "public", power=2)["score"] == 0.25


def test_a_file_may_be_only_in_the_manifest():
    prepared = solution({}, MANIFEST)
    read = read_predictions(zipped(FILES), prepared)
    truth = read_bytes(frames.solution_frame(prepared, "public"))
    assert truth["content"].isna().all()
    assert truth["note"].tolist() == ["n1", "n3"]
    assert len(read.columns) == 1


@pytest.mark.parametrize(
    "content",
    [
        zipped({f"mine/{name}": content for name, content in FILES.items()}),
        zipped({f"./{name}": content for name, content in FILES.items()}),
        zipped({**FILES, "__MACOSX/._a.txt": "x", ".DS_Store": "x", "deep/": ""}),
        zipped(FILES, method=zipfile.ZIP_STORED),
        zipped(dict(reversed(FILES.items()))),
    ],
    ids=["one folder around", "dots", "clutter", "stored", "another order"],
)
def test_zips_are_taken_as_programs_make_them(content):
    assert scored(solution(), content, "public")["score"] == 1.0


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 500, b"1", b"true"], ids=["empty", "binary", "number", "word"])
def test_any_content_comes_through(content):
    read = read_predictions(zipped({**FILES, "a.txt": content}), solution())
    cell = read.columns[0][0]
    assert base64.b64decode(cell[1:]) == content


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (dict.fromkeys(NAMES[1:], ""), [("missing_files", "a.txt")]),
        ({**FILES, "b.txt": ""}, [("unknown_files", "b.txt")]),
        ({**FILES, "../up": ""}, [("bad_file_name", "../up")]),
        ({**FILES, "/root": ""}, [("bad_file_name", "/root")]),
        ({**FILES, "deep//x": ""}, [("bad_file_name", "deep//x")]),
        ({**FILES, "deep/\x07": ""}, [("bad_file_name", "deep/\N{REPLACEMENT CHARACTER}")]),
        ({**FILES, "x" * 201: ""}, [("bad_file_name", "x" * 59 + "…")]),
        ({**FILES, "/".join("abcdefghi"): ""}, [("file_too_deep", "a/b/c/d/e/f/g/h/i")]),
    ],
    ids=["missing", "unknown", "up", "root", "empty folder", "unprintable", "long", "deep"],
)
def test_names_are_refused_with_their_place(files, expected):
    assert refused(zipped(files)) == expected


def test_a_file_that_is_there_twice():
    buffer = io.BytesIO(zipped(FILES))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("a.txt", "again")
    assert refused(buffer.getvalue()) == [("repeated_file", "a.txt")]


def test_sizes_are_looked_at_before_anything_is_unpacked(monkeypatch):
    monkeypatch.setattr(folders.Archive, "read", lambda *_: pytest.fail("unpacked"))
    monkeypatch.setattr(folders, "LARGEST", 10)
    with pytest.raises(folders.InvalidFile) as found:
        folders.SubmittedFiles(zipped({**FILES, "a.txt": "x" * 11}), NAMES)
    assert {one.code for one in found.value.problems} == {"file_too_large"}
    monkeypatch.setattr(folders, "LARGEST", 100)
    monkeypatch.setattr(folders, "MOST_BYTES", 60)
    with pytest.raises(folders.InvalidFile) as found:
        folders.SubmittedFiles(zipped(FILES), NAMES)
    assert {one.code for one in found.value.problems} == {"files_too_large"}
    with pytest.raises(folders.InvalidFile) as found:
        folders.SubmittedFiles(zipped(FILES), NAMES, ReadLimits(max_decompressed_bytes=50))
    assert {one.code for one in found.value.problems} == {"files_too_large"}
    monkeypatch.setattr(folders, "MOST_FILES", 3)
    with pytest.raises(folders.InvalidFile) as found:
        folders.SubmittedFiles(zipped(FILES), NAMES)
    assert {one.code for one in found.value.problems} == {"too_many_files"}


def test_many_faults_are_counted_and_few_are_named():
    found = refused(zipped({f"{n}.bin": "" for n in range(30)}))
    assert len(found) < 15
    assert {code for code, _ in found} == {"unknown_files", "missing_files"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"id,target\n1,2\n", "not_a_zip"),
        (zipped(FILES)[:-30], "broken_archive"),
        (b"PK\x03\x04" + b"x" * 100, "broken_archive"),
        (zipped(FILES, method=zipfile.ZIP_BZIP2), "packed_unusually"),
    ],
    ids=["csv", "cut off", "no zip", "bzip2"],
)
def test_what_is_no_zip_that_can_be_read(content, code):
    assert [found for found, _ in refused(content)] == [code]


def test_a_list_of_members_that_lies_about_a_size_is_broken():
    """The list says ten bytes, the data unpack to a million: no more than ten and one are ever unpacked."""
    content = bytearray(zipped({**FILES, "a.txt": b"0" * 1_000_000}))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(magic)
        content[place + offset : place + offset + 4] = (10).to_bytes(4, "little")
    assert [code for code, _ in refused(bytes(content))] == ["broken_archive"]


def test_an_encrypted_zip_is_refused():
    content = bytearray(zipped(FILES))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    assert [code for code, _ in refused(bytes(content))] == ["encrypted_archive"]


@pytest.mark.parametrize(
    ("files", "manifest", "code"),
    [
        (FILES, None, "no_manifest"),
        (FILES, "name,Usage\na.txt,Public\n", "missing_columns"),
        (FILES, MANIFEST.replace(",Usage", ",usage"), "missing_columns"),
        ({**FILES, "more.txt": b""}, MANIFEST, "not_in_manifest"),
        ({}, MANIFEST + "../x,Public,\n", "bad_file_name"),
        ({}, MANIFEST + "deep,Public,\n", "bad_file_name"),
        ({}, MANIFEST + "manifest.csv,Public,\n", "bad_file_name"),
        ({}, MANIFEST + "a.txt,Public,\n", "duplicate_ids"),
        ({}, MANIFEST + "x,Some,\n", "unknown_usage"),
        ({}, MANIFEST.replace("Private", "Public"), "no_private_rows"),
    ],
    ids=["none", "no file column", "no usage", "unlisted", "up", "folder", "itself", "twice", "usage", "one part"],
)
def test_solutions_that_do_not_fit_their_manifest(files, manifest, code):
    with pytest.raises(InvalidSolution) as found:
        solution(files, manifest)
    assert {problem.code for problem in found.value.problems} == {code}
    assert all(problem.text() for problem in found.value.problems)


def test_what_is_stored_is_the_same(tmp_path):
    prepared = solution()
    prepared.save(tmp_path / "solution")
    loaded = PreparedSolution.load(tmp_path / "solution")
    assert (loaded.layout, loaded.spec) == (prepared.layout, prepared.spec)
    read = read_predictions(zipped(FILES), loaded)
    read.save(tmp_path / "aligned")
    again = Predictions.load(tmp_path / "aligned", loaded)
    assert [column.tolist() for column in again.columns] == [column.tolist() for column in read.columns]


def test_other_contents_are_another_solution():
    assert solution().digest != solution({**FILES, "a.txt": b"other"}).digest
    assert solution().layout_digest == solution({**FILES, "a.txt": b"other"}).layout_digest


def test_a_zip_can_be_checked_by_the_schema_and_the_sample():
    schema = table_schema(solution())
    expected = expected_file(schema, zipped(dict.fromkeys(NAMES, "")))
    check_submission(zipped(FILES), expected)
    with pytest.raises(InvalidSubmission) as found:
        check_submission(zipped({**FILES, "more": ""}), expected)
    assert [(one.code, one.id) for one in found.value.problems] == [("unknown_files", "more")]
