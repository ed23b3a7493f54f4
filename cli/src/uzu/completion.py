"""What the shell offers behind Tab: commands and options by themselves, competitions from the server."""

from __future__ import annotations

import time
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from uzu import config
from uzu.api import Client, UzuError

# Nobody waits longer for a completion, and nobody who types on wants to ask the server again.
TIMEOUT_SECONDS = 2
KEPT_SECONDS = 300


def slugs(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Competitions whose short name begins so. None where no server can be asked: a shell has no place for errors."""
    return [CompletionItem(one["slug"], help=one["title"]) for one in known() if one["slug"].startswith(incomplete)]


def known() -> list[dict[str, Any]]:
    account = config.load_account()
    if account is None:
        return []
    path = config.cache_dir() / "completion.json"
    kept = config.read_json(path)
    if isinstance(kept, dict) and kept.get("url") == account.url and time.time() - kept["at"] < KEPT_SECONDS:
        return kept["competitions"]
    client = Client(account.url, account.token)
    client.http.timeout = TIMEOUT_SECONDS
    try:
        found = [{"slug": one["slug"], "title": one["title"]} for one in client.competitions()]
    except (UzuError, ValueError, KeyError):  # no such server, or none of ours
        return []
    config.write_json(path, {"url": account.url, "at": time.time(), "competitions": found})
    return found


def script(command: click.Command, shell: str) -> str:
    """What the shell has to read."""
    kind = get_completion_class(shell)
    assert kind is not None, "one of the shells click knows"
    return kind(command, {}, "uzu", "_UZU_COMPLETE").source()
