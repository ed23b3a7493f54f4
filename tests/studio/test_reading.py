"""Files as organisers have them, to tables of texts."""

from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scoring.errors import InvalidFile
from studio.tables import reading
from studio.tables.describing import Kind, describe, overview
from studio.tables.moments import moments
from studio.tables.reading import ReadLimits, read_table
from studio.tables.table import table_of

PLAIN = b"id,x\n007,1.50\n08,\n"


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        gzip.compress(PLAIN),
        zipped(train=PLAIN),
        PLAIN.decode().encode("utf-16"),
        PLAIN.replace(b",", b";"),
        PLAIN.replace(b",", b"\t"),
        PLAIN.replace(b",", b"|"),
        b"sep=;\n" + PLAIN.replace(b",", b";"),
        PLAIN.replace(b",", b";").replace(b".", b","),
    ],
    ids=["plain", "bom", "crlf", "gz", "zip", "utf-16", "semicolon", "tab", "bar", "sep=", "decimal comma"],
)
def test_values_stay_as_they_were_written(content):
    table = read_table(content, name="train.csv")

    assert table.columns.to_pydict() == {"id": ["007", "08"], "x": ["1.50", None]}
    assert (table.name, table.rows, table.names) == ("train.csv", 2, ("id", "x"))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp932", "番号,値\n01,あひる\n02,いぬ\n"), ("cp1252", "id,name\n1,ñandú\n2,Müller\n")],
)
def test_other_encodings_are_told_by_their_letters(encoding, text):
    table = read_table(text.encode(encoding), name="x.csv")

    assert table.form.encoding == encoding
    assert table.text(table.names[1])[0].as_py() == text.split("\n")[1].split(",")[1]


def test_parquet_gives_the_texts_that_a_csv_of_it_would_have():
    out = io.BytesIO()
    pq.write_table(pa.table({"id": ["007", "08"], "n": [1, None], "f": [0.5, 2.0], "yes": [True, False]}), out)

    table = read_table(out.getvalue(), name="train.parquet")

    assert table.columns.to_pydict() == {
        "id": ["007", "08"],
        "n": ["1", None],
        "f": ["0.5", "2"],
        "yes": ["True", "False"],
    }
    assert table.form.format == "parquet"


def test_commas_within_texts_do_not_make_a_comma_the_separator():
    table = read_table(b"id;text\n1;a, b, c\n2;d, e\n", name="x.csv")

    assert table.names == ("id", "text")


def test_an_index_that_was_written_along_gets_the_name_pandas_gives_it():
    assert read_table(b",x\n0,a\n1,b\n", name="x.csv").names == ("Unnamed: 0", "x")


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "empty_file", None),
        (b"id,x\n", "no_rows", None),
        (b"id,x\n1,2\n1,2,3\n", "wrong_field_count", 2),
        (b"id,id\n1,2\n", "duplicate_columns", None),
        (b"\x89HDF\r\n\x1a\n", "other_format", None),
        (zipped(a=PLAIN, b=PLAIN), "several_members", None),
        (b"id,x\n\xff\xfe\x81,2\n", "not_utf8", None),
    ],
)
def test_what_is_no_table_is_refused_with_the_place(content, code, place):
    with pytest.raises(InvalidFile) as refused:
        read_table(content, name="x.csv")

    assert (refused.value.problems[0].code, refused.value.problems[0].row) == (code, place)


def test_more_than_the_limits_is_not_read(monkeypatch):
    with pytest.raises(InvalidFile) as too_large:
        read_table(PLAIN, name="x.csv", limits=ReadLimits(max_bytes=5))
    monkeypatch.setattr(reading, "MOST_CELLS", 2)
    with pytest.raises(InvalidFile) as too_many:
        read_table(PLAIN, name="x.csv")

    assert too_large.value.problems[0].code == "too_large"
    assert too_many.value.problems[0].code == "too_many_rows"


# --- what columns hold ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("n", ["1", "2", None], Kind.INTEGER),
        ("n", ["1", "NA", "2"], Kind.INTEGER),
        ("f", ["1.5", "2e3", "-.5"], Kind.NUMBER),
        ("b", ["True", "False"], Kind.BOOLEAN),
        ("d", ["2024-01-05", "2024-12-31"], Kind.DATE),
        ("d", ["31.12.2024", "01.01.2024"], Kind.DATE),
        ("d", ["12/31/2024 10:00", "1/1/2024 9:30"], Kind.DATE),
        ("d", ["2024年1月5日", "2024年12月31日"], Kind.DATE),
        ("d", ["2024-01-05T10:00:00.5Z"], Kind.DATE),
        ("date", ["20240105", "20241231"], Kind.DATE),
        ("n", ["20240105", "20241231"], Kind.INTEGER),
        ("t", ["1", "2", "three"], Kind.TEXT),
        ("t", ["12345678901234567890", "2"], Kind.TEXT),
        ("t", ["2024-13-45"], Kind.TEXT),
        ("e", [None, None], Kind.EMPTY),
    ],
)
def test_kinds_of_columns(name, values, kind):
    (column,) = describe(table_of("x", {name: pa.array(values, pa.string())}))

    assert column.kind is kind


def test_whole_numbers_with_leading_zeros_are_no_numbers():
    (column,) = describe(table_of("x", {"id": ["007", "8"]}))

    assert column.leading_zeros
    assert not column.is_numeric


@pytest.mark.parametrize("values", [["1/2/2024", "13/2/2024", "1/3/2024"], ["2/1/2024", "2/13/2024", "3/1/2024"]])
def test_days_and_months_are_told_by_what_can_be_no_month(values):
    when = moments(table_of("x", {"d": values}), "d")

    assert list(np.diff(when) / 86400) == [12, 17]


def test_an_overview_has_the_shape_of_a_preview_of_a_data_file():
    shown = overview(table_of("x", {"id": ["a", "b", "b"], "n": [1.5, None, 2.5]}))

    assert (shown["rows"], shown["read_rows"]) == (3, 3)
    assert shown["first_rows"] == [["a", "1.5"], ["b", ""], ["b", "2.5"]]
    text, number = shown["columns"]
    assert text["common"][0] == {"value": "b", "count": 2}
    assert (number["missing"], number["mean"], sum(number["histogram"])) == (1, 2.0, 2)
    assert set(text) == set(number)
