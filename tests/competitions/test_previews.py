"""What a data file holds at a glance: read from its beginning, within bounds, and shown to whoever may download it."""

from __future__ import annotations

import gzip
import io

import pandas as pd
import pytest
from django.core.files.base import ContentFile

from competitions.files import previews
from competitions.files.previews import make_preview
from competitions.files.services import add_data_file
from competitions.models import DataFile, DataPreview
from tests.factories import NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, overwrite

pytestmark = pytest.mark.django_db
TABLE = b"id,age,city,note\n1,30,Kyoto,\n2,50,Nara,\n3,,Kyoto,x\n"


@pytest.fixture(autouse=True)
def _jobs_wait(settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "scoring"]}
    }


@pytest.fixture
def cup():
    return CompetitionFactory(slug="cup", hosts=[UserFactory(username="host")])


def put(cup, name, content) -> DataFile:
    return add_data_file(competition=cup, file=ContentFile(content, name=name), name=name, by=None, at=STARTS)


def content_of(cup, name, content):
    return make_preview(put(cup, name, content), at=NOON).content


def parquet(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    table.to_parquet(out)
    return out.getvalue()


# --- what is told -----------------------------------------------------------------------------------------------------
def test_a_table_is_told_by_its_columns_and_first_rows(cup):
    told = content_of(cup, "train.csv", TABLE)
    assert (told["rows"], told["read_rows"]) == (3, 3)
    assert told["first_rows"][0] == ["1", "30", "Kyoto", ""]
    age, city = told["columns"][1], told["columns"][2]
    assert (age["type"], age["missing"], age["smallest"], age["largest"], age["mean"]) == ("number", 1, 30, 50, 40)
    assert (sum(age["histogram"]), age["histogram"][0], age["histogram"][-1]) == (2, 1, 1)
    assert (city["type"], city["distinct"]) == ("text", 2)
    assert city["common"] == [{"value": "Kyoto", "count": 2}, {"value": "Nara", "count": 1}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "\ufeff町,n\n京都,1\n".encode()),
        ("a.csv", "町,n\n京都,1\n".encode("cp932")),
        ("a.tsv", "町\tn\n京都\t1\n".encode()),
        ("a.CSV.gz", gzip.compress("町,n\n京都,1\n".encode())),
        ("deep/a.parquet", parquet(pd.DataFrame({"町": ["京都"], "n": [1]}))),
    ],
    ids=["a mark first", "CP932", "tabs", "gzip", "Parquet in a folder"],
)
def test_the_same_table_is_read_in_every_form(cup, name, content):
    told = content_of(cup, name, content)
    assert [column["name"] for column in told["columns"]] == ["町", "n"]
    assert [column["type"] for column in told["columns"]] == ["text", "integer"]
    assert told["first_rows"] == [["京都", "1"]]


@pytest.mark.parametrize(
    "table",
    [
        {"x": [float("inf"), -float("inf"), float("nan")]},
        {"x": [1e308, -1e308]},
        {"x": [True, False]},
        {"x": [[1], None]},
        {"x": [b"\xff", b"a"]},
        {"x": pd.to_datetime(["2026-01-01", None])},
        {"x": [None, None]},
        {"x": ["\x00", "\ud800".encode("utf-8", "replace").decode()]},
        {"x": []},
    ],
)
def test_whatever_stands_in_a_column_it_is_kept(cup, client_of, table):
    file = put(cup, "odd.parquet", parquet(pd.DataFrame(table)))
    make_preview(file, at=NOON)
    answer = client_of(cup.hosts.get()).get(f"/api/competitions/cup/data/{file.pk}/preview/")
    assert answer.status_code == 200
    assert [column["name"] for column in answer.json()["columns"]] == ["x"]


# --- bounds -----------------------------------------------------------------------------------------------------------
def test_a_long_table_is_told_from_its_beginning(cup, monkeypatch):
    monkeypatch.setattr(previews, "MOST_ROWS", 10)
    told = content_of(cup, "a.csv", b"n\n" + b"1\n" * 11)
    assert (told["rows"], told["read_rows"]) == (None, 10)


def test_only_so_much_is_unpacked(cup, monkeypatch):
    monkeypatch.setattr(previews, "MOST_BYTES", 100)
    told = content_of(cup, "a.csv.gz", gzip.compress(b"n,m\n" + b"12345,1\n" * 1_000_000))
    assert (told["rows"], told["read_rows"]) == (None, 12)
    assert told["columns"][0]["smallest"] == 12345, "no half line"


def test_wide_tables_and_long_texts_are_cut(cup):
    told = content_of(
        cup, "a.csv", ",".join("c" * 200 + str(n) for n in range(300)).encode() + b"\n" + b"x" * 500 + b",1" * 299
    )
    assert len(told["columns"]) == len(told["first_rows"][0]) == 200
    assert max(len(column["name"]) for column in told["columns"]) == len(told["first_rows"][0][0]) == 80


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\x00\xff\xfe\x81"),
        ("a.csv.gz", b"no gzip"),
        ("a.csv.gz", gzip.compress(TABLE)[:-12]),
        ("a.parquet", b"PAR1 no parquet"),
        ("a.csv", b'a,b\n"open,1\n' + b"1,2,3,4\n" * 3),
    ],
    ids=["empty", "no text", "no gzip", "half a gzip", "no parquet", "an open quote"],
)
def test_what_is_no_table_breaks_nothing(cup, client_of, name, content):
    file = put(cup, name, content)
    made = make_preview(file, at=NOON)
    answer = client_of(cup.hosts.get()).get(f"/api/competitions/cup/data/{file.pk}/preview/")
    assert answer.status_code == (200 if made.content else 404)


# --- who sees it, and when --------------------------------------------------------------------------------------------
def test_it_is_made_when_asked_for_and_shown_from_then_on(cup, client_of):
    file = put(cup, "train.csv", TABLE)
    client, address = client_of(cup.hosts.get()), f"/api/competitions/cup/data/{file.pk}/preview/"
    waiting = client.get(address)
    assert (waiting.status_code, waiting.json(), waiting["Retry-After"]) == (202, {"status": "building"}, "2")
    previews.look_at.call(file.pk)
    assert client.get(address).json()["readRows"] == 3


def test_a_replaced_file_is_looked_at_anew(cup, client_of):
    file = put(cup, "train.csv", TABLE)
    make_preview(file, at=NOON)
    add_data_file(competition=cup, file=ContentFile(b"b\n1\n"), name="train.csv", replace=True, by=None, at=STARTS)
    assert client_of(cup.hosts.get()).get(f"/api/competitions/cup/data/{file.pk}/preview/").status_code == 202
    previews.look_at.call(file.pk)
    assert [column["name"] for column in DataPreview.objects.get().content["columns"]] == ["b"]


def test_it_is_shown_to_whoever_may_download_the_file_and_nobody_else(cup, client_of):
    file = put(cup, "train.csv", TABLE)
    make_preview(file, at=NOON)
    team, address = TeamFactory(competition=cup), f"/api/competitions/cup/data/{file.pk}/"
    for person in (None, UserFactory(), team.owner, cup.hosts.get()):
        for changes in ({"starts_at": NOON.replace(day=9)}, {"starts_at": STARTS}):
            overwrite(**changes)
            seen, taken = (client_of(person).get(f"{address}{door}/").status_code for door in ("preview", "download"))
            assert seen == taken, f"{person} {changes}"


def test_what_is_no_table_by_its_name_is_never_opened(cup, client_of, monkeypatch):
    file = put(cup, "image.png", b"\x89PNG")
    monkeypatch.setattr(previews, "request_preview", None)
    answer = client_of(cup.hosts.get()).get(f"/api/competitions/cup/data/{file.pk}/preview/")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "no_preview")


def test_a_file_that_went_meanwhile_is_nobodys_job(cup):
    previews.look_at.call(999_999)


def test_who_asks_while_the_queue_is_away_does_not_keep_the_next_from_asking(cup, monkeypatch):
    file, asked = put(cup, "train.csv", TABLE), []

    def away(*_arguments):
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr("django_tasks.backends.dummy.DummyBackend.enqueue", away)
        with pytest.raises(ConnectionResetError):
            previews.request_preview(file)
    monkeypatch.setattr("django_tasks.backends.dummy.DummyBackend.enqueue", lambda *_, **__: asked.append(1))
    for _person in range(2):
        previews.request_preview(file)
    assert asked == [1]
    assert not DataPreview.objects.exists()
