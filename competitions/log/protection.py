"""Triggers by which the database itself refuses to change or delete entries of the log.

They stop programs and slips, not an operator who drops them: that the chain still holds is what `verify_log` checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TABLE = "competitions_logrow"
REFUSAL = "the competition log is append-only"

_SQLITE = {
    f"{TABLE}_refuses_{act.lower()}": (
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_refuses_{act.lower()} BEFORE {act} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    for act in ("UPDATE", "DELETE")
}
_POSTGRESQL = {
    f"{TABLE}_refuses_{act.lower()}": (
        f"CREATE OR REPLACE TRIGGER {TABLE}_refuses_{act.lower()} BEFORE {act} ON {TABLE} "
        f"FOR EACH {'STATEMENT' if act == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION {TABLE}_refuse()"
    )
    for act in ("UPDATE", "DELETE", "TRUNCATE")
}
_FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
)


def protect(connection: Any) -> None:
    """Put the triggers there that are missing."""
    if is_protected(connection):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for statement in _triggers(connection).values():
            cursor.execute(statement)


def expose(connection: Any) -> None:
    """Take the triggers away: only for emptying the whole database."""
    with connection.cursor() as cursor:
        for name in _triggers(connection):
            place = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


@contextmanager
def exposed(connection: Any) -> Iterator[None]:
    """Run a block without the triggers, and put them back afterwards if they were there."""
    if not is_protected(connection):
        yield
        return
    expose(connection)
    try:
        yield
    finally:
        protect(connection)


def is_protected(connection: Any) -> bool:
    """Whether every trigger is there."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal "
                "AND tgenabled <> 'D'",
                [TABLE],
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        found = {name for (name,) in cursor.fetchall()}
    return found >= set(_triggers(connection))


def _triggers(connection: Any) -> dict[str, str]:
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
