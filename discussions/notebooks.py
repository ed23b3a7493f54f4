"""Notebooks as posts: the conversion runs in a process of its own, its images become uploads, all of them or none."""

from __future__ import annotations

import json
import logging
import re
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from discussions import exceptions as no, mentions, notebook_worker, uploads
from discussions.models import Upload
from discussions.pictures import CleanImage
from foundation.refusals import Refusal

log = logging.getLogger(__name__)

MAX_BYTES = 20 * 2**20
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ConvertedNotebook:
    title: str | None
    body: str
    html: str
    metadata: dict[str, Any]
    notebook: Upload
    uploads: list[Upload]


def convert(*, file: Any, by: User, at: datetime) -> ConvertedNotebook:
    """Turn an uploaded notebook into Markdown with its images stored.

    Raises:
        NoFile, EmptyFile, TooLarge, WrongExtension: it is no file to look into.
        InvalidNotebook, TooManyCells, ConversionTooLarge, ConversionFailed, ConversionTimeout, TooManyUploads: it
            can't become a post. Nothing is kept.
    """
    if file is not None and not str(getattr(file, "name", "")).lower().endswith(".ipynb"):
        raise no.WrongExtension
    data = uploads.read_bounded(file, MAX_BYTES)
    name = uploads.clean_name(file.name)
    with tempfile.TemporaryDirectory(prefix="uzu-notebook-") as folder:
        nonce = secrets.token_hex(12)
        # As long as the address of an image can be.
        address = len(Upload(name=f"{Path(name).stem}-{notebook_worker.MAX_IMAGES}.jpeg").url)
        result = _run_worker(data, Path(folder), nonce, address)
        images = [_made(Path(folder), image) for image in result["images"]]
    stored: list[Upload] = []
    try:
        with transaction.atomic():
            notebook = uploads.store_notebook(data=data, name=name, by=by, at=at)
            stored.append(notebook)
            addresses = {}
            for image, made in zip(images, result["images"], strict=True):
                number = made["number"]
                upload = uploads.store_image(image=image, name=f"{Path(name).stem}-{number + 1}.png", by=by, at=at)
                stored.append(upload)
                addresses[number] = upload.url
            body = _with_addresses(result["body"], nonce, addresses)
    except BaseException:
        uploads.discard_files(stored)
        raise
    metadata = result["metadata"]
    metadata["images"] = len(images)
    return ConvertedNotebook(result["title"], body, mentions.render(body).html, metadata, notebook, stored[1:])


def _run_worker(data: bytes, folder: Path, nonce: str, address: int) -> dict[str, Any]:
    """What the worker made of it; its images are in `folder`."""
    source = folder / "notebook.ipynb"
    source.write_bytes(data)
    options = {
        "nonce": nonce,
        "address": address,
        "folded": gettext("Output (%d lines)"),
        "cut": gettext("… %d characters left out …"),
        "unshown": gettext("An output that can't be shown here."),
    }
    command = [sys.executable, "-I", notebook_worker.__file__, str(source), str(folder), json.dumps(options)]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603 -- our own script, its arguments are ours
            command, env=environment, cwd=folder, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise no.ConversionTimeout from error
    path = folder / "result.json"
    if done.returncode != 0 or not path.exists():
        # Killed by its limits, or something no notebook should cause.
        log.warning("notebook conversion failed", extra={"returncode": done.returncode, "stderr": done.stderr[-2000:]})
        raise no.ConversionTimeout if done.returncode == -24 else no.ConversionFailed
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if code := result.get("refused"):
        raise _refusal(code, result["about"])
    return result


def _refusal(code: str, about: dict[str, str]) -> Refusal:
    if code == no.TooManyCells.code:
        return no.TooManyCells(limit=notebook_worker.MAX_CELLS)
    if code == no.ConversionTooLarge.code:
        return no.ConversionTooLarge(limit=notebook_worker.MAX_BODY, **about)
    return no.BrokenNotebook(**about) if about else no.InvalidNotebook()


def _made(folder: Path, image: dict[str, Any]) -> CleanImage:
    """An image as the worker made it anew."""
    data = (folder / image["file"]).read_bytes()
    return CleanImage(data, image["content_type"], image["extension"], image["width"], image["height"])


def _with_addresses(body: str, nonce: str, addresses: dict[int, str]) -> str:
    """The tokens of images replaced by where they are."""
    return re.sub(rf"{nonce}x(\d+)x", lambda token: addresses[int(token[1])], body)
