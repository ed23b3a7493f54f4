"""Where the server is, who you are, and what you saw last: small JSON files, readable by their owner alone."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs


@dataclass(frozen=True)
class Account:
    url: str
    username: str
    token: str


def config_dir() -> Path:
    return Path(os.environ.get("UZU_CONFIG_DIR") or platformdirs.user_config_dir("uzu", appauthor=False))


def cache_dir() -> Path:
    return Path(os.environ.get("UZU_CACHE_DIR") or platformdirs.user_cache_dir("uzu", appauthor=False))


def load_account() -> Account | None:
    """The environment's account before the one of `uzu login`; None: neither."""
    saved = read_json(config_dir() / "account.json") or {}
    url = os.environ.get("UZU_URL") or saved.get("url", "")
    token = os.environ.get("UZU_TOKEN") or saved.get("token", "")
    if not url or not token:
        return None
    return Account(
        url=normalise(url), username=os.environ.get("UZU_USERNAME") or saved.get("username", ""), token=token
    )


def save_account(account: Account) -> Path:
    path = config_dir() / "account.json"
    write_json(path, {"url": account.url, "username": account.username, "token": account.token})
    return path


def forget_account() -> bool:
    path = config_dir() / "account.json"
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed


def normalise(url: str) -> str:
    url = url.strip().rstrip("/")
    return url if "://" in url else f"http://{url}" if url.startswith(("localhost", "127.")) else f"https://{url}"


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_json(path: Path, value: Any) -> None:
    """Write beside, then rename: a reader never sees half a file, and nobody else sees it at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(value, out, ensure_ascii=False, indent=1)
    beside.replace(path)
