"""What a data file holds, at a glance: the first rows, and of each column its type, gaps and distribution.

Made by a job from the beginning of the file, within bounds that no file can move. It tells nothing but what the file
does, and is shown to whoever may download that.
"""

from __future__ import annotations

import gzip
import io
import logging
import math
import zlib
from datetime import datetime
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone
from django_tasks import task

from competitions.exceptions import PreviewBuilding
from competitions.models import DataFile, DataPreview
from foundation.once import ask_once

logger = logging.getLogger(__name__)

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet")
# Of what is unpacked; of a table in Parquet, of its first group of rows.
MOST_BYTES = 32 * 2**20
MOST_ROWS = 100_000
MOST_COLUMNS = 200
FIRST_ROWS = 5
BINS = 20
COMMON = 5
MOST_CHARACTERS = 80
LOST_AFTER_SECONDS = 900
# What files that are none, or damaged ones, make the readers raise.
UNREADABLE = (ValueError, OSError, EOFError, zlib.error, pa.ArrowException, OverflowError, MemoryError)


def looks_like_a_table(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def current_preview(data_file: DataFile) -> dict[str, Any] | None:
    """What the file holds; None where it is no table.

    Raises:
        PreviewBuilding: it is being looked at; this call has seen to that.
    """
    if not looks_like_a_table(data_file.name):
        return None
    made = DataPreview.objects.filter(data_file=data_file, sha256=data_file.sha256).first()
    if made is None:
        request_preview(data_file)
        raise PreviewBuilding
    content: dict[str, Any] | None = made.content
    return content


def request_preview(data_file: DataFile) -> None:
    """Have a job look at the file, if it may be a table; once however many people ask."""
    if looks_like_a_table(data_file.name):
        key = f"preview:{data_file.pk}:{data_file.sha256}"
        ask_once(key, lambda: look_at.enqueue(data_file.pk), for_seconds=LOST_AFTER_SECONDS)


@task()
def look_at(data_file_id: int) -> None:
    """Look at a data file and keep what it holds. Safe to run twice."""
    data_file = DataFile.objects.filter(pk=data_file_id).first()
    if data_file is not None:
        make_preview(data_file, at=timezone.now())


def make_preview(data_file: DataFile, *, at: datetime) -> DataPreview:
    """Read the beginning of the file, and keep what it holds or that it can't be read."""
    try:
        with data_file.file.storage.open(str(data_file.file.name)) as stream:
            table, is_whole = _read(stream, data_file.name.lower())
        content = described(table, is_whole=is_whole)
    except UNREADABLE as error:
        logger.info("preview.unreadable", extra={"data_file": data_file.pk, "fault": type(error).__name__})
        content = None
    values = {"sha256": data_file.sha256, "content": content, "created_at": at}
    return DataPreview.objects.update_or_create(data_file=data_file, defaults=values)[0]


# --- reading ----------------------------------------------------------------------------------------------------------
def _read(stream: IO[bytes], name: str) -> tuple[pd.DataFrame, bool]:
    """The beginning of a table, and whether that is all of it."""
    if name.endswith(".parquet"):
        return _read_parquet(stream)
    source: Any = gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream
    head = source.read(MOST_BYTES + 1)
    is_whole = len(head) <= MOST_BYTES
    if not is_whole:
        head = head[: head.rfind(b"\n", 0, MOST_BYTES) + 1]
    table = _parsed(head, "\t" if ".tsv" in name else ",")
    return table.iloc[:MOST_ROWS, :MOST_COLUMNS], is_whole and len(table) <= MOST_ROWS


def _parsed(head: bytes, separator: str) -> pd.DataFrame:
    options: dict[str, Any] = {"sep": separator, "nrows": MOST_ROWS + 1, "low_memory": False}
    try:
        return pd.read_csv(io.BytesIO(head), encoding="utf-8-sig", **options)
    except UnicodeDecodeError:
        return pd.read_csv(io.BytesIO(head), encoding="cp932", **options)


def _read_parquet(stream: IO[bytes]) -> tuple[pd.DataFrame, bool]:
    file = pq.ParquetFile(stream)
    if file.metadata.num_row_groups == 0:
        return file.schema_arrow.empty_table().to_pandas(), True
    if file.metadata.row_group(0).total_byte_size > MOST_BYTES * 8:
        raise ValueError("the first group of rows is too large")
    names = file.schema_arrow.names[:MOST_COLUMNS]
    table = file.read_row_group(0, columns=names).slice(0, MOST_ROWS)
    return table.to_pandas(ignore_metadata=True), table.num_rows == file.metadata.num_rows


# --- describing -------------------------------------------------------------------------------------------------------
def described(table: pd.DataFrame, *, is_whole: bool) -> dict[str, Any]:
    """A table in words and counts, as it is kept."""
    return {
        "rows": len(table) if is_whole else None,
        "read_rows": len(table),
        "columns": [_column(str(name), table.iloc[:, place]) for place, name in enumerate(table.columns)],
        "first_rows": [[_cell(value) for value in row] for row in table.head(FIRST_ROWS).itertuples(index=False)],
    }


def _column(name: str, values: pd.Series) -> dict[str, Any]:
    present = values.dropna()
    told: dict[str, Any] = {
        "name": _shortened(name),
        "missing": len(values) - len(present),
        "distinct": None,
        "smallest": None,
        "largest": None,
        "mean": None,
        "histogram": [],
        "common": [],
    }
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        words = present.map(_cell)
        counts = words.value_counts()
        common = [{"value": str(value), "count": int(count)} for value, count in counts.head(COMMON).items()]
        return told | {"type": "text", "distinct": len(counts), "common": common}
    numbers = present.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    kind = "integer" if pd.api.types.is_integer_dtype(values) else "number"
    told |= {"type": kind, "distinct": int(present.nunique())}
    if not len(numbers):
        return told
    smallest, largest = float(numbers.min()), float(numbers.max())
    span = largest - smallest
    if math.isfinite(span):
        shares = (numbers - smallest) / span if span else np.zeros(len(numbers))
        bins = np.minimum((shares * BINS).astype(np.int64), BINS - 1)
        told["histogram"] = np.bincount(bins, minlength=BINS).tolist()
    mean = float(numbers.mean())
    return told | {"smallest": smallest, "largest": largest, "mean": mean if math.isfinite(mean) else None}


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT or value is pd.NA:
        return ""
    return _shortened(f"{value:.6g}" if isinstance(value, float) else str(value))


def _shortened(text: str) -> str:
    # No database keeps a NUL in JSON, and half a pair of surrogates is no text.
    text = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
