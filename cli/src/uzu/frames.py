"""Frames to files, and a frame held against the sample submission before anything is sent."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SHOWN = 5


class FrameMismatch(ValueError):
    """The frame does not look like the sample submission; nothing was sent. The message says where it differs."""


def to_csv(frame: Any) -> bytes:
    """A pandas or polars frame (anything with their `to_csv` or `write_csv`) as CSV, numbers in full precision."""
    if hasattr(frame, "collect") and not hasattr(frame, "write_csv"):  # a lazy polars frame
        frame = frame.collect()
    if hasattr(frame, "write_csv"):
        return frame.write_csv().encode()
    if hasattr(frame, "to_csv"):
        # A named index is a column people mean to send; the default one is a row counter.
        named = getattr(getattr(frame, "index", None), "name", None) is not None
        return frame.to_csv(index=named).encode()
    raise TypeError("submit() takes a pandas or polars frame, or the path of a file")


def check_against_sample(content: bytes, sample: Path) -> None:
    """Compare columns and ids (first column) with the sample submission, and look for values that are not there.

    Raises:
        FrameMismatch: they differ; the first few places are named.
    """
    try:
        found = _read(io.StringIO(content.decode("utf-8-sig"), newline=""))
    except UnicodeDecodeError as error:
        raise FrameMismatch(f"this is no text in UTF-8: byte {error.start} can't be read") from error
    with sample.open(encoding="utf-8-sig", newline="") as lines:
        expected = _read(lines)
    missing = [name for name in expected[0] if name not in found[0]]
    unexpected = [name for name in found[0] if name not in expected[0]]
    if missing or unexpected:
        raise FrameMismatch(f"the columns differ: expected {', '.join(expected[0])}; found {', '.join(found[0])}")
    wanted = {row[0] for row in expected[1:] if row}
    position = found[0].index(expected[0][0])
    ids = [row[position] for row in found[1:] if row]
    if len(ids) != len(set(ids)):
        seen: set[str] = set()
        raise FrameMismatch(f"these ids stand twice: {_few(one for one in ids if one in seen or seen.add(one))}")
    if absent := wanted - set(ids):
        raise FrameMismatch(f"{len(absent)} ids are missing: {_few(sorted(absent))}")
    if extra := set(ids) - wanted:
        raise FrameMismatch(f"{len(extra)} ids are not in the sample submission: {_few(sorted(extra))}")
    without = {
        row[position]: name
        for row in found[1:]
        for name, value in zip(found[0], row, strict=False)
        if name in expected[0] and value.strip().lower() in ("", "nan")
    }
    if without:
        places = _few(f"{name} of id {one}" for one, name in without.items())
        raise FrameMismatch(f"{len(without)} rows lack a value: {places}")


def _read(lines: Iterable[str]) -> list[list[str]]:
    rows = list(csv.reader(lines))
    if not rows:
        raise FrameMismatch("there is no header row")
    return rows


def _few(values: Iterable[str]) -> str:
    listed = list(values)
    return ", ".join(listed[:SHOWN]) + (f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else "")
