"""Taking files out of a hostile folder, measuring it, removing it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import MIB, Outputs
from sandbox.collecting import collect, remove_all, size_of, walk

EVERYTHING = Outputs(all_files=True, max_bytes=1 * MIB, max_total_bytes=2 * MIB, max_files=10, max_depth=3)


@pytest.fixture
def handle(tmp_path: Path) -> Iterator[int]:
    opened = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield opened
    os.close(opened)


def taken(handle: int, wanted: Outputs = EVERYTHING, *, owner: int | None = None, most: int = 1000):
    return collect(handle, wanted, owner=os.geteuid() if owner is None else owner, most_entries=most)


def make_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def make_hard_link(path: Path) -> None:
    (path.parent.parent / "elsewhere").write_text("secret")
    os.link(path.parent.parent / "elsewhere", path)


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def make_giant(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


HOSTILE = {"link": make_link, "hard_link": make_hard_link, "special": make_pipe, "too_large": make_giant}


@pytest.mark.parametrize(("why", "make"), [*HOSTILE.items(), ("special", make_socket)])
def test_only_plain_files_are_taken(tmp_path: Path, why: str, make) -> None:
    folder = tmp_path / "box"
    folder.mkdir()
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    make(folder / "submission.csv")
    for wanted in (EVERYTHING, Outputs(required=["submission.csv"], max_bytes=1 * MIB)):
        found = taken(handle, wanted)
        assert (found.files, [(entry.path, entry.why) for entry in found.refused]) == ({}, [("submission.csv", why)])
    os.close(handle)


def test_a_link_of_a_folder_is_not_entered(tmp_path: Path, handle: int) -> None:
    (tmp_path / "etc").symlink_to("/etc")
    assert [(entry.path, entry.why) for entry in taken(handle).refused] == [("etc", "link")]
    assert taken(handle, Outputs(required=["etc/passwd"])).files == {}


def test_files_of_somebody_else_are_not_taken(tmp_path: Path, handle: int) -> None:
    (tmp_path / "a").write_text("a")
    assert [entry.why for entry in taken(handle, owner=os.geteuid() + 1).refused] == ["owner"]


def test_counts_sizes_and_depth_are_bounded(tmp_path: Path, handle: int) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}").write_bytes(bytes(10))
    found = taken(handle)
    assert (len(found.files), {entry.why for entry in found.refused}) == (10, {"too_many"})
    assert len(taken(handle, most=5).files) <= 5
    found = taken(handle, Outputs(all_files=True, max_total_bytes=55))
    assert (len(found.files), {entry.why for entry in found.refused}) == (5, {"too_large"})
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "fine").write_text("x")
    (tmp_path / "a" / "b" / "c" / "deep").write_text("x")
    found = taken(handle, Outputs(all_files=True, max_depth=3))
    assert "a/b/fine" in found.files
    assert [(entry.path, entry.why) for entry in found.refused] == [("a/b/c/deep", "too_deep")]


@pytest.mark.parametrize("name", [b"\xff.csv", b"a\nb", b"a\x1b[31m", "\u202ecod.exe".encode()])
def test_names_that_lie_are_not_taken(tmp_path: Path, handle: int, name: bytes) -> None:
    (tmp_path / os.fsdecode(name)).write_text("x")
    found = taken(handle)
    assert (found.files, [entry.why for entry in found.refused]) == ({}, ["name"])


def test_sizes_are_what_is_really_used(tmp_path: Path, handle: int) -> None:
    make_giant(tmp_path / "sparse")
    (tmp_path / "real").write_bytes(bytes(100_000))
    used, count = size_of(handle, most_entries=100)
    assert (100_000 <= used < 200_000, count) == (True, 2)
    assert size_of(handle, most_entries=1)[1] == 2
    deep = tmp_path
    for _ in range(70):
        deep /= "d"
        deep.mkdir()
    assert size_of(handle, most_entries=100)[1] == 101


def test_nothing_hides_in_many_folders(tmp_path: Path, handle: int) -> None:
    for number in range(400):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "x").write_bytes(bytes(8192))
    used, count = size_of(handle, most_entries=1000)
    assert (used >= 400 * 8192, count) == (True, 800)


def test_any_folder_can_be_removed(tmp_path: Path, handle: int) -> None:
    """Also one deeper than paths can be, with folders that may not be entered, links, and names that collide."""
    below = os.dup(handle)
    for _ in range(200):
        os.mkdir("d" * 60, dir_fd=below)
        inner = os.open("d" * 60, os.O_RDONLY | os.O_DIRECTORY, dir_fd=below)
        os.close(below)
        below = inner
    os.close(below)
    (tmp_path / ".moved-1").mkdir()
    (tmp_path / ".moved-1" / "full").mkdir()
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "inner").write_text("x")
    (tmp_path / "closed").chmod(0)
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    (tmp_path / "link").symlink_to(outside)
    remove_all(handle)
    assert list(tmp_path.iterdir()) == []
    assert (outside / "kept").exists()


def test_walking_leaves_nothing_open(tmp_path: Path, handle: int) -> None:
    for number in range(5):
        (tmp_path / str(number)).mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    next(iter(walk(handle)))
    list(walk(handle))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
