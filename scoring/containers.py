"""From what was uploaded to the bytes of one table: size limits, gz and zip, with decompression bounded."""

from __future__ import annotations

import io
import lzma
import mmap
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scoring.errors import InvalidFile, Problem

Data = bytes | mmap.mmap
Source = Data | bytearray | memoryview | str | Path | IO[bytes]

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# What tells a spreadsheet (.xlsx) from other zip files.
WORKBOOK = "[Content_Types].xml"
STEP = 1 << 18
MAPPED_FROM = 1 << 20


@dataclass(frozen=True)
class ReadLimits:
    """Bounds of one file, in bytes. Arrow's text columns end at 2 GiB, so `max_decompressed_bytes` stays below."""

    max_bytes: int = 512 << 20
    max_decompressed_bytes: int = 1 << 30

    @property
    def decompressed(self) -> int:
        """`max_decompressed_bytes`, kept below what a text column can hold."""
        return min(self.max_decompressed_bytes, (1 << 31) - (1 << 20))


def read_source(source: Source, limits: ReadLimits) -> Data:
    """All bytes of `source`, a file object being read from its beginning where it can be.

    Large files on disk are mapped instead of copied: they must not shrink while they are in use.

    Raises:
        InvalidFile: there are more than `limits.max_bytes`, or none.
    """
    data: Data
    if isinstance(source, mmap.mmap):
        data = source
    elif isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            data = _read_file(file, limits)
    else:
        data = _read_file(source, limits)
    if len(data) > limits.max_bytes:
        raise InvalidFile(Problem("too_large", {"limit": limits.max_bytes}))
    if not data:
        raise InvalidFile(Problem("empty_file"))
    return data


def _read_file(file: IO[bytes], limits: ReadLimits) -> Data:
    """Everything in `file`, or a little more than is allowed."""
    if not file.seekable():
        return file.read(limits.max_bytes + 1)
    # Django's uploaded files return nothing from seek.
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    on_disk = _file_on_disk(file)
    if on_disk is not None and MAPPED_FROM <= size <= limits.max_bytes:
        return mmap.mmap(on_disk.fileno(), size, access=mmap.ACCESS_READ)
    # A read allocates what it is asked for before it knows what there is.
    return file.read(min(size, limits.max_bytes) + 1)


def _file_on_disk(file: object) -> io.BufferedReader | io.BufferedRandom | None:
    """The plain file behind `file`, through wrappers such as Django's and tempfile's; nothing that transforms it."""
    for _ in range(4):
        if isinstance(file, io.BufferedReader | io.BufferedRandom):
            return file if isinstance(file.raw, io.FileIO) else None
        file = getattr(file, "file", None)
    return None


def unpacked(data: Data, limits: ReadLimits) -> Data:
    """`data` itself, or what its gz or zip holds. Archives are told by their first bytes, not by a file name.

    Raises:
        InvalidFile: the archive is broken, encrypted, holds not exactly one file, or too much.
    """
    if data[:2] == GZIP_MAGIC:
        content: Data = _gunzip(data, limits)
    elif data[:4] in ZIP_MAGICS:
        content = _unzip(data, limits)
    else:
        content = data
        _check_size(len(content), limits)
    if not content:
        raise InvalidFile(Problem("empty_file"))
    if content is not data and (content[:2] == GZIP_MAGIC or content[:4] in ZIP_MAGICS):
        raise InvalidFile(Problem("unknown_format"))
    return content


def _gunzip(data: Data, limits: ReadLimits) -> bytes:
    view, place, size = memoryview(data), 0, 0
    parts: list[bytes] = []
    while place < len(view):
        member = zlib.decompressobj(wbits=31)
        while place < len(view) and not member.eof:
            piece = view[place : place + STEP]
            place += len(piece)
            try:
                parts.append(member.decompress(piece, limits.decompressed - size + 1))
            except zlib.error:
                raise InvalidFile(Problem("broken_archive")) from None
            size += len(parts[-1])
            _check_size(size, limits)
        if not member.eof:
            raise InvalidFile(Problem("broken_archive"))
        place -= len(member.unused_data)
        # Some writers pad with zeros.
        while place < len(view) and not view[place]:
            place += 1
    return b"".join(parts)


def _check_size(size: int, limits: ReadLimits) -> None:
    if size > limits.decompressed:
        raise InvalidFile(Problem("too_large", {"limit": limits.decompressed}))


def _unzip(data: Data, limits: ReadLimits) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_only_member(archive)) as file:
            content = file.read(limits.decompressed + 1)
    # zipfile raises whatever a lying header makes it meet: the archive is broken in every case.
    except _ZIP_ERRORS:
        raise InvalidFile(Problem("broken_archive")) from None
    _check_size(len(content), limits)
    return content


_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not _is_clutter(member)]
    if any(member.filename == WORKBOOK for member in members):
        raise InvalidFile(Problem("unknown_format"))
    if len(members) != 1:
        raise InvalidFile(Problem("several_members", {"count": len(members)}))
    if members[0].flag_bits & 1:
        raise InvalidFile(Problem("encrypted_archive"))
    return members[0]


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    """Folders, and what macOS adds to every archive."""
    name = member.filename
    return member.is_dir() or name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] == ".DS_Store"
