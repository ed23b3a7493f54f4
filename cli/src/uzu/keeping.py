"""Receipts and public keys that this machine keeps, by server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from uzu import config, proofs
from uzu.api import Client, UzuError


def folder_of(address: str) -> Path:
    """Where the things of one server are kept."""
    name = address.split("://", 1)[-1].strip("/").replace("/", "_").replace(":", "_")
    return config.config_dir() / "kept" / name


def keep_receipt(client: Client, slug: str, envelope: dict[str, Any]) -> Path:
    """Keep a receipt, and the keys of the server that signed it; returns where the receipt is."""
    keep_keys(client)
    path = folder_of(client.url) / "receipts" / f"{slug}-{int(envelope['receipt']['submission'])}.json"
    config.write_json(path, envelope)
    return path


def keep_keys(client: Client) -> dict[str, str]:
    """Add the server's public keys to those kept here; returns all. One that was seen once is never forgotten."""
    path = folder_of(client.url) / "keys.json"
    kept = config.read_json(path) or {}
    try:
        listed = proofs.keys_of(client.get("/.well-known/uzu-key"))
    except (UzuError, proofs.Unreadable):
        return kept
    if not listed.items() <= kept.items():
        # What was kept first stands: a server can't give an old key another content.
        kept = {**listed, **kept}
        config.write_json(path, kept)
    return kept


def keys_for(path: Path, envelope: dict[str, Any]) -> dict[str, str]:
    """The keys kept here of the server that a receipt came from: the one it was kept for, else the one it names."""
    beside = config.read_json(path.resolve().parent.parent / "keys.json")
    if isinstance(beside, dict) and path.resolve().is_relative_to((config.config_dir() / "kept").resolve()):
        return beside
    body = envelope.get("receipt")
    site = body.get("site") if isinstance(body, dict) else None
    return (config.read_json(folder_of(str(site)) / "keys.json") or {}) if site else {}
