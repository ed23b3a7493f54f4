"""A chain of records: each carries the hash of the one before it, so that none can be changed unnoticed.

Needs nothing but the records, so that anybody who has them can check the chain: the hash of a record is the SHA-256 of
its canonical JSON (keys sorted, no blanks, UTF-8), in which the hash of the former record stands as `previous`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

# What the first record of a chain names as the former one.
BEGINNING = "0" * 64


def canonical(record: Mapping[str, Any]) -> bytes:
    """The one way to write `record` down: JSON with sorted keys and without blanks, in UTF-8."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def moment(at: datetime) -> str:
    """The one way to write a moment down: UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def link(record: Mapping[str, Any]) -> str:
    """The hash of a record, in hexadecimal digits."""
    return hashlib.sha256(canonical(record)).hexdigest()


def faults(records: Iterable[tuple[Mapping[str, Any], str]]) -> Iterator[str]:
    """What is wrong with a chain, in words; nothing if it holds. Gets each record with the hash kept for it, in order.

    Each record holds its number from 1 on as `sequence` and the hash before it as `previous`.
    """
    expected, previous = 1, BEGINNING
    for record, kept in records:
        number = record["sequence"]
        if number != expected:
            yield f"entry {expected} is missing: the next one is {number}"
        if number == expected and record["previous"] != previous:
            yield f"entry {number} does not follow the one before it"
        if link(record) != kept:
            yield f"entry {number} was changed: its hash is not that of what it says"
        expected, previous = number + 1, kept
