"""The rows of the database in a form that no database knows, and back.

A line is a JSON object of a table's columns. Tables are read and written one by one, in pieces, with the bare columns:
no `save`, no signals, no `auto_now`, so that what comes back is what went.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils.dateparse import parse_duration

from foundation import digests
from foundation.storage import public
from main.backup import BackupError

CHUNK = 2000
# Made anew by every `migrate`: they are there in an empty site too, and give way to those of the backup.
MADE_BY_MIGRATE = {"contenttypes.contenttype", "auth.permission"}

Table = type[models.Model]


def tables() -> list[Table]:
    """Every table of ours and of the libraries, those between two others included."""
    found = apps.get_models(include_auto_created=True)
    return sorted((one for one in found if one._meta.managed and not one._meta.proxy), key=label)


def label(table: Table) -> str:
    return table._meta.label_lower


def columns(table: Table) -> list[models.Field[Any, Any]]:
    return [field for field in table._meta.local_concrete_fields if not getattr(field, "generated", False)]


def migrations(connection: BaseDatabaseWrapper) -> list[list[str]]:
    """The migrations that made the tables: what a backup fits."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


# --- one moment -------------------------------------------------------------------------------------------------------
@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """All reads within see the database as it was at the first of them; nobody who writes waits for it."""
    if connection.in_atomic_block:
        raise BackupError("A snapshot begins a transaction, and can't be within one.")
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        wrapper: Any = connection
        mode = wrapper.transaction_mode
        # IMMEDIATE, as everybody else begins, would keep everybody else from writing until the end.
        wrapper.transaction_mode = "DEFERRED"
        try:
            with transaction.atomic(using=connection.alias):
                yield
        finally:
            wrapper.transaction_mode = mode
        return
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


# --- out --------------------------------------------------------------------------------------------------------------
def write_table(table: Table, path: Path, connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Write the rows of a table; returns their number and the checksum of the file. Call it in a `snapshot`."""
    fields = columns(table)
    names = [field.attname for field in fields]
    rows = table._base_manager.using(connection.alias).order_by("pk").values_list(*names).iterator(chunk_size=CHUNK)
    count = 0
    # No time in the header: the same rows are the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        text = io.TextIOWrapper(packed, encoding="utf-8", newline="\n")
        for row in rows:
            values = {name: plain(value) for name, value in zip(names, row, strict=True)}
            text.write(json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
            count += 1
        text.flush()
        text.detach()
    return {"rows": count, "sha256": sha256_of(path), "sequence": sequence_of(table, connection)}


def plain(value: Any) -> Any:
    """A value of a column as JSON: the same on every database."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.days} {value.seconds}.{value.microseconds:06d}"
        case UUID() | Decimal():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
    return value


def sequence_of(table: Table, connection: BaseDatabaseWrapper) -> int | None:
    """The last number given to a row, deleted ones included; None where rows are not numbered.

    A number is never given twice: what outlives a row may name it, as the competition log does.
    """
    field = table._meta.auto_field
    if field is None or field not in table._meta.local_concrete_fields:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table._meta.db_table])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        cursor.execute(
            "SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass), 0)",
            [f'"{table._meta.db_table}"', field.column],
        )
        return int(cursor.fetchone()[0])


# --- in ---------------------------------------------------------------------------------------------------------------
def require_empty(connection: BaseDatabaseWrapper) -> None:
    """Whether nobody has used the database yet.

    Raises:
        BackupError: there are rows that a restore would mix with.
    """
    for table in tables():
        if label(table) not in MADE_BY_MIGRATE and table._base_manager.using(connection.alias).exists():
            raise BackupError(f"The database is not empty: it holds rows of {label(table)}. Restore into a new one.")


def empty(connection: BaseDatabaseWrapper) -> None:
    """Delete what `migrate` made."""
    for table in tables():
        if label(table) in MADE_BY_MIGRATE:
            table._base_manager.using(connection.alias).all()._raw_delete(connection.alias)


def read_table(table: Table, path: Path, connection: BaseDatabaseWrapper) -> int:
    """Insert the rows of a file; returns how many. Call it in a transaction: constraints hold at its end."""
    fields = columns(table)
    readers = [(field.attname, reader_of(field)) for field in fields]
    size = max(1, min(CHUNK, connection.ops.bulk_batch_size(fields, [None] * CHUNK)))
    count = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for chunk in chunks(lines, size):
            found = [json.loads(line) for line in chunk]
            rows = [table(**{name: read(values[name]) for name, read in readers}) for values in found]
            manager: Any = table._base_manager
            # As Django's own loaddata writes: nothing is computed on the way in.
            manager._insert(rows, fields=fields, using=connection.alias, raw=True)
            count += len(rows)
    return count


def reader_of(field: models.Field[Any, Any]) -> Any:
    """What makes a column's value of its JSON."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    match field:
        case models.JSONField():
            return lambda value: value
        case models.BinaryField():
            return lambda value: None if value is None else base64.b64decode(value)
        case models.DurationField():
            return lambda value: None if value is None else parse_duration(value)
        case models.FileField():
            return lambda value: value
    return field.to_python


def reset_sequences(sequences: dict[str, int | None], connection: BaseDatabaseWrapper) -> None:
    """Let every table go on numbering where the site of the backup would have."""
    by_label = {label(table): table for table in tables()}
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(by_label.values())):
            cursor.execute(statement)
        for name, last in sequences.items():
            table = by_label[name]
            if not last:
                continue
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table._meta.db_table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table._meta.db_table, last])
            else:
                place = [f'"{table._meta.db_table}"', table._meta.auto_field.column]  # type: ignore[union-attr]
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [*place, last])


# --- small things -----------------------------------------------------------------------------------------------------
def chunks(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file of the backup, in hexadecimal digits."""
    with path.open("rb") as file:
        return digests.sha256_of(file)


def file_names(table: Table, connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """The files that rows of a table name: which storage, and under which name."""
    for field in columns(table):
        if not isinstance(field, models.FileField):
            continue
        storage = "public" if field.storage is public else "default"
        names = table._base_manager.using(connection.alias).exclude(**{field.attname: ""}).order_by()
        for name in names.values_list(field.attname, flat=True).iterator(chunk_size=CHUNK):
            if name:
                yield storage, name
