"""What a server published, checked without it: receipts, the competition log, commitments, the sealed ranking.

Nothing here asks the server or shares code with it: hashes are computed anew from what was published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

RECEIPT_FORMAT = "uzu-receipt-1"
BEGINNING = "0" * 64
# What is hashed of an entry of the log; the rest of a line is not protected by it.
HASHED = ("competition", "sequence", "at", "actorId", "subjectId", "kind", "facts", "reason", "previous")
# What is logged after private scoring and explains no change of the ranking.
MOVE_NO_RANK = {"previewed", "published", "unpublished", "confirmed", "unconfirmed", "receipts_root", "noise"}
# What is written of one phase. Without a number it is of the first.
OF_A_PHASE = {
    *("private_run", "rescored", "previewed", "confirmed", "unconfirmed", "receipts_root", "noise", "metric"),
    *("solution", "published", "baseline_set", "baseline_removed", "phase", "got_on", "taken_over"),
}
# Entries that close a result that an earlier one opened.
REOPENED = "unconfirmed"

Log = Sequence[Mapping[str, Any]]


class Unreadable(ValueError):
    """The file is not what it was taken for. The message says why."""


@dataclass(frozen=True)
class Check:
    """One thing looked at. `holds` None: it could not be checked, and `text` says why."""

    holds: bool | None
    text: str


def canonical(record: Mapping[str, Any]) -> bytes:
    """A record as it is hashed and signed: JSON with sorted keys, without blanks, in UTF-8."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- reading ----------------------------------------------------------------------------------------------------------
def read_json(path: Path) -> dict[str, Any]:
    """A file that holds one JSON object.

    Raises:
        Unreadable: it does not.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"{path.name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Unreadable(f"{path.name} holds no JSON object")
    return found


def read_log(path: Path) -> list[dict[str, Any]]:
    """The entries of a downloaded log, oldest first.

    Raises:
        Unreadable: a line is no entry.
    """
    entries = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name} is no text in UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise Unreadable(f"line {number} of {path.name} is no JSON") from error
        if not _is_entry(entry):
            raise Unreadable(f"line {number} of {path.name} is no entry of a competition log")
        entries.append(entry)
    if not entries:
        raise Unreadable(f"{path.name} is empty")
    return entries


def _is_entry(found: Any) -> bool:
    if not isinstance(found, dict) or not {*HASHED, "hash"} <= found.keys():
        return False
    return isinstance(found["facts"], dict) and isinstance(found["sequence"], int)


def keys_of(document: Mapping[str, Any]) -> dict[str, str]:
    """By id, the public keys of `/.well-known/uzu-key`."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise Unreadable("this is no list of keys as /.well-known/uzu-key answers it")
    return {str(one["id"]): str(one["publicKey"]) for one in listed if isinstance(one, dict) and "publicKey" in one}


# --- the log ----------------------------------------------------------------------------------------------------------
def check_log(entries: Log, *, heads: Iterable[str] = ()) -> list[Check]:
    """Whether the chain holds from the first entry to the last.

    `heads`: hashes of entries known from elsewhere, such as from receipts.
    """
    faults = []
    previous = BEGINNING
    for number, entry in enumerate(entries, start=1):
        if entry["sequence"] != number:
            faults.append(f"entry {number} is missing or stands elsewhere: found {entry['sequence']}")
            break
        if entry["previous"] != previous:
            faults.append(f"entry {number} does not follow the one before it")
        if _hash_of(entry) != entry["hash"]:
            faults.append(f"entry {number} was changed: its hash is not that of what it says")
        if entry["competition"] != entries[0]["competition"]:
            faults.append(f"entry {number} is of another competition")
        previous = entry["hash"]
    checks = [Check(holds=False, text=fault) for fault in faults]
    if not faults:
        checks.append(Check(holds=True, text=f"the chain of {len(entries)} entries holds; its head is {previous}"))
    known = {entry["hash"] for entry in entries}
    for head in heads:
        found = head in known
        checks.append(Check(found, f"the hash {head} {'is' if found else 'is not'} in the log"))
    return checks


def _hash_of(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical({name: entry[name] for name in HASHED})).hexdigest()


def of_phase(entries: Log, phase: int | None) -> Log:
    """What the log says of one phase, by its number, and of the competition as a whole; None: everything.

    The chain holds of the whole log alone.
    """
    if phase is None:
        return entries
    return [one for one in entries if one["facts"].get("phase", 1 if one["kind"] in OF_A_PHASE else phase) == phase]


def up_to(entries: Log, last: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries until `last`, which is one of them."""
    return [one for one in entries if one["sequence"] <= last["sequence"]]


def after(entries: Log, first: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries that came after `first`."""
    return [one for one in entries if one["sequence"] > first["sequence"]]


# --- receipts ---------------------------------------------------------------------------------------------------------
def check_receipt(
    envelope: Mapping[str, Any], *, file: Path | None = None, keys: Mapping[str, str] | None = None, log: Log = ()
) -> list[Check]:
    """Whether the site signed the receipt, and whether it is for `file`.

    `keys`: public keys by id that are known to be the site's; without them nothing is proved.
    """
    body, signature = _parts(envelope)
    key_id = str(body.get("key"))
    checks = []
    public = (keys or {}).get(key_id)
    if body.get("format") != RECEIPT_FORMAT:
        checks.append(Check(holds=False, text=f"this is no receipt of the form {RECEIPT_FORMAT}"))
    if public is None:
        text = f"the key {key_id} of {body.get('site')} is not known here: name a file with its keys with --key"
        checks.append(Check(holds=None, text=text))
    else:
        checks.append(_signature_check(canonical(body), signature, key_id, public))
    if file is not None:
        checks.append(_file_check(body, file))
    if log:
        checks.append(_head_check(body, log))
    return checks


def leaf_of(envelope: Mapping[str, Any]) -> bytes:
    """The receipt's leaf in the tree of all receipts."""
    body, signature = _parts(envelope)
    return hashlib.sha256(b"\x00" + canonical(body) + bytes.fromhex(signature)).digest()


def check_path(envelope: Mapping[str, Any], path: Mapping[str, Any], log: Log) -> list[Check]:
    """Whether the receipt is among those whose root stands in the log."""
    node = leaf_of(envelope)
    try:
        for step in path["steps"]:
            other = bytes.fromhex(step["hash"])
            node = hashlib.sha256(b"\x01" + (other + node if step["side"] == "left" else node + other)).digest()
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("this is no path of a receipt") from error
    roots = {entry["facts"].get("root"): entry["sequence"] for entry in log if entry["kind"] == "receipts_root"}
    entry = roots.get(node.hex())
    if entry is None:
        return [Check(holds=False, text="the path leads to no root of receipts in the log")]
    return [Check(holds=True, text=f"the receipt is among those sealed by entry {entry} of the log")]


def _parts(envelope: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    body, signature = envelope.get("receipt"), envelope.get("signature")
    if not isinstance(body, dict) or not isinstance(signature, str):
        raise Unreadable("this is no receipt")
    try:
        bytes.fromhex(signature)
    except ValueError:
        raise Unreadable("the signature is not written in hexadecimal digits") from None
    return body, signature


def _signature_check(message: bytes, signature: str, key_id: str, public: str) -> Check:
    try:
        raw = bytes.fromhex(public)
        if hashlib.sha256(raw).hexdigest()[: len(key_id)] != key_id:
            return Check(holds=False, text=f"the key {key_id} is not the one it calls itself")
        Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return Check(holds=False, text="the signature is not the site's: this receipt was forged or changed")
    return Check(holds=True, text=f"signed by the key {key_id}")


def _file_check(body: Mapping[str, Any], file: Path) -> Check:
    same = (sha256_of_file(file), file.stat().st_size) == (body.get("sha256"), body.get("size"))
    return Check(same, f"{file.name} {'is' if same else 'is not'} the file that the receipt is for")


def _head_check(body: Mapping[str, Any], log: Log) -> Check:
    if log[0]["competition"] != body.get("competition"):
        return Check(holds=False, text="the log is of another competition")
    head = body.get("logHead")
    if head is None:
        return Check(holds=True, text="the log had not begun when the receipt was signed")
    found = any(entry["hash"] == head for entry in log)
    text = "the log still holds" if found else "the log does not hold any more"
    return Check(found, f"{text} the entry that was its newest when the receipt was signed")


# --- the solution -----------------------------------------------------------------------------------------------------
def confirmation_in(log: Log) -> Mapping[str, Any] | None:
    """The entry that opened the final result; None while it is closed."""
    for entry in reversed(log):
        if entry["kind"] == REOPENED:
            return None
        if entry["kind"] == "confirmed":
            return entry
    return None


def check_commitments(log: Log) -> list[Check]:
    """Whether each version of the solution is the one that was committed to when it was put in place."""
    confirmation = confirmation_in(log)
    if confirmation is None:
        text = "the result is not confirmed: salts are published with the confirmation"
        return [Check(holds=None, text=text)]
    told = _commitments_told(up_to(log, confirmation))
    opened = {one["version"]: one for one in confirmation["facts"].get("solutions", [])}
    checks = []
    for version, commitments in sorted(told.items()):
        one = opened.get(version)
        if one is None:
            checks.append(Check(holds=None, text=f"version {version} of the solution was never opened"))
            continue
        computed = hashlib.sha256(one["salt"].encode() + canonical(one["sealed"])).hexdigest()
        same = commitments == {computed} and one["sealed"].get("version") == version
        text = "is what was committed to" if same else "is not what was committed to"
        checks.append(Check(same, f"version {version} of the solution {text}"))
    return checks


def check_solution(file: Path, log: Log, *, version: int | None = None) -> list[Check]:
    """Whether `file` is the committed solution: the version named, or whichever it is."""
    checks = check_commitments(log)
    confirmation = confirmation_in(log)
    if confirmation is None:
        return checks
    digest = sha256_of_file(file)
    versions = [one["version"] for one in confirmation["facts"].get("solutions", []) if one["sealed"]["file"] == digest]
    wanted = [one for one in versions if version in (None, one)]
    what = f"version {version}" if version else "any version"
    if not wanted:
        checks.append(Check(holds=False, text=f"{file.name} is not the file of {what} of the solution"))
    else:
        checks.append(Check(holds=True, text=f"{file.name} is the file of version {wanted[-1]} of the solution"))
    return checks


def _commitments_told(log: Log) -> dict[int, set[str]]:
    """By version, the commitments told of it: one, unless somebody cheats."""
    told: dict[int, set[str]] = {}
    for entry in log:
        # Of the phases there are when a competition is published, those but one have an entry of their own.
        facts = entry["facts"] if entry["kind"] == "solution" else entry["facts"].get("solution")
        if entry["kind"] in ("published", "phase", "solution") and facts and facts.get("commitment"):
            told.setdefault(facts["version"], set()).add(facts["commitment"])
    return told


# --- the ranking ------------------------------------------------------------------------------------------------------
def check_board(log: Log, *, smaller_is_better: bool | None = None) -> list[Check]:
    """Whether the final ranking is the one that was sealed before anybody looked at it, and is in its own order."""
    confirmation = confirmation_in(log)
    if confirmation is None or "board" not in confirmation["facts"]:
        return [Check(holds=None, text="no final ranking stands in the log")]
    facts = confirmation["facts"]
    checks = []
    runs = [one for one in up_to(log, confirmation) if one["facts"].get("boardHash")]
    if not runs or not facts.get("salt"):
        checks.append(Check(holds=None, text="the ranking was not sealed before the confirmation"))
    else:
        sealed = facts["board"] if facts["sealed"] is None else facts["sealed"]
        computed = hashlib.sha256(facts["salt"].encode() + canonical({"board": sealed})).hexdigest()
        same = computed == runs[-1]["facts"]["boardHash"]
        text = "is" if same else "is not"
        checks.append(Check(same, f"the ranking {text} the one that entry {runs[-1]['sequence']} of the log sealed"))
        if facts["sealed"] is not None:
            checks.append(_difference(sealed, facts["board"], after(up_to(log, confirmation)[:-1], runs[-1])))
        checks.append(_looked_before(log, runs[-1], confirmation))
    if smaller_is_better is not None:
        checks.append(_order_check(facts["board"], smaller_is_better=smaller_is_better))
    return checks


def _difference(sealed: Sequence[Any], board: Sequence[Any], between: Log) -> Check:
    kinds = sorted({entry["kind"] for entry in between} - MOVE_NO_RANK)
    why = ", ".join(kinds) if kinds else "nothing in the log says why"
    text = f"it changed between sealing and confirmation ({len(sealed)} teams, then {len(board)}): {why}"
    return Check(bool(kinds), text)


def _looked_before(log: Log, run: Mapping[str, Any], confirmation: Mapping[str, Any]) -> Check:
    looks = [
        one["sequence"]
        for one in up_to(log, confirmation)
        if one["kind"] == "previewed" and one["facts"].get("run") == run["facts"].get("run")
    ]
    early = [one for one in looks if one < run["sequence"]]
    text = f"somebody looked at it before it was sealed: entry {early[0]}" if early else "nobody looked at it before"
    return Check(not early, text)


def _order_check(board: Sequence[Mapping[str, Any]], *, smaller_is_better: bool) -> Check:
    def order(row: Mapping[str, Any]) -> tuple[float, str, int]:
        score = float(row["score"])
        return (score if smaller_is_better else -score), row["at"], row["team"]

    right = sorted(board, key=order)
    holds = [row["team"] for row in right] == [row["team"] for row in board]
    holds = holds and [row["rank"] for row in board] == list(range(1, len(board) + 1))
    return Check(holds, f"the {len(board)} teams {'stand' if holds else 'do not stand'} in the order of their scores")
