"""From what was uploaded to the bytes of one table: size limits, gz and zip, with decompression bounded."""

from __future__ import annotations

import io
import mmap
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from scoring.errors import InvalidFile, Problem

Data = bytes | mmap.mmap
Source = Data | bytearray | memoryview | str | Path | IO[bytes]

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# What tells a spreadsheet (.xlsx) from other zip files.
WORKBOOK = "[Content_Types].xml"
STEP = 1 << 18
MAPPED_FROM = 1 << 20
# Longer lists of members, in bytes, belong to no archive of one file; each entry takes memory once it is read.
LONGEST_DIRECTORY: Final = 1 << 20
CLUTTER: Final = ("thumbs.db", "desktop.ini", ".ds_store")
CLUTTER_FOLDERS: Final = ("__MACOSX", ".ipynb_checkpoints")
# zipfile can bound what it unpacks of these alone.
PACKED_AS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# How kinds of files begin that people send instead, and what they are called.
OTHER_FORMATS: Final = (
    (rb"BZh[1-9]1AY&SY", "bzip2"),
    (rb"\xfd7zXZ\x00", "xz"),
    (rb"7z\xbc\xaf\x27\x1c", "7z"),
    (rb"\x28\xb5\x2f\xfd", "Zstandard"),
    (rb"Rar!\x1a\x07", "RAR"),
    (rb"[\x00-\xff]{257}ustar", "tar"),
    (rb"ARROW1\x00\x00|FEA1", "Feather (Arrow)"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel (xls)"),
    (rb"\x80[\x02-\x05][\x95c}\]]", "pickle"),
    (rb"\x93NUMPY", "NumPy (npy)"),
    (rb"\x89HDF\r\n\x1a\n", "HDF5"),
    (rb"SQLite format 3\x00", "SQLite"),
    (rb"%PDF-", "PDF"),
    (rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|table|\?xml)\b", "HTML (XML)"),
    (rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{])", "JSON"),
)


@dataclass(frozen=True)
class ReadLimits:
    """Bounds of one file, in bytes. Arrow's text columns end at 2 GiB, so `max_decompressed_bytes` stays below."""

    max_bytes: int = 512 << 20
    max_decompressed_bytes: int = 1 << 30

    @property
    def decompressed(self) -> int:
        """`max_decompressed_bytes`, kept below what a text column can hold."""
        return min(self.max_decompressed_bytes, (1 << 31) - (1 << 20))

    def of_packed(self, needed: int | None) -> Bound:
        """The bound of what is unpacked from a file of which at most `needed` bytes can be of use; None: nobody knows.

        Files that are not packed keep to the limits alone: they cost what was sent.
        """
        if needed is None or needed >= self.decompressed:
            return Bound(self.decompressed, "too_large")
        return Bound(needed, "unpacked_too_large")


@dataclass(frozen=True)
class Bound:
    """How many bytes there may be, and the code of the refusal that says so."""

    size: int
    code: str

    def check(self, size: int) -> None:
        """Raises InvalidFile: `size` is more."""
        if size > self.size:
            raise InvalidFile(Problem(self.code, {"limit": self.size}))


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


def unpacked(data: Data, limits: ReadLimits, needed: int | None = None) -> Data:
    """`data` itself, or what its gz or zip holds. Archives are told by their first bytes, not by a file name.

    Unpacking ends as soon as there is more than `limits` allow, or than `needed` (see `ReadLimits.of_packed`).

    Raises:
        InvalidFile: the archive is broken, encrypted, of a kind that is not read, holds not exactly one file, or too
            much.
    """
    bound = limits.of_packed(needed)
    if data[:2] == GZIP_MAGIC:
        content: Data = _gunzip(data, bound)
    elif data[:4] in ZIP_MAGICS:
        content = _unzip(data, bound)
    else:
        content = data
        limits.of_packed(None).check(len(content))
    if not content:
        raise InvalidFile(Problem("empty_file"))
    if content is not data and (content[:2] == GZIP_MAGIC or content[:4] in ZIP_MAGICS):
        raise InvalidFile(Problem("unknown_format"))
    for beginning, name in OTHER_FORMATS:
        if re.match(beginning, content[:512]):
            raise InvalidFile(Problem("other_format", found=name))
    return content


def _gunzip(data: Data, bound: Bound) -> bytes:
    view, place, size = memoryview(data), 0, 0
    parts: list[bytes] = []
    while place < len(view):
        member = zlib.decompressobj(wbits=31)
        while place < len(view) and not member.eof:
            piece = view[place : place + STEP]
            place += len(piece)
            try:
                parts.append(member.decompress(piece, bound.size - size + 1))
            except zlib.error:
                raise InvalidFile(Problem("broken_archive")) from None
            size += len(parts[-1])
            bound.check(size)
        if not member.eof:
            raise InvalidFile(Problem("broken_archive"))
        place -= len(member.unused_data)
        # Some writers pad with zeros.
        while place < len(view) and not view[place]:
            place += 1
    return b"".join(parts)


def _unzip(data: Data, bound: Bound) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        source = ZipSource(data)
        with zipfile.ZipFile(source) as archive, archive.open(_only_member(archive)) as file:
            while part := file.read(min(STEP, bound.size - size + 1)):
                parts.append(part)
                size += len(part)
                bound.check(size)
    # zipfile raises whatever a lying header makes it meet: the archive is broken in every case.
    except ZIP_ERRORS:
        raise InvalidFile(Problem("broken_archive")) from None
    return b"".join(parts)


class ZipSource:
    """The bytes of an archive as a file, without a copy of them; no single read is long."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._place = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: len(self._data)}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._place = base + offset
        return self._place

    def read(self, size: int = -1) -> bytes:
        # zipfile reads the whole list of members at once, and makes an object of each.
        if size > LONGEST_DIRECTORY:
            raise ValueError("a list of members without end")
        end = len(self._data) if size < 0 else self._place + size
        part = self._data[self._place : end]
        self._place += len(part)
        return part


ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not is_clutter(member)]
    if any(member.filename == WORKBOOK for member in members):
        raise InvalidFile(Problem("other_format", found="Excel (xlsx)"))
    if len(members) != 1:
        raise InvalidFile(Problem("several_members", {"count": len(members)}))
    if members[0].flag_bits & 1:
        raise InvalidFile(Problem("encrypted_archive"))
    if members[0].compress_type not in PACKED_AS:
        raise InvalidFile(Problem("packed_unusually"))
    return members[0]


def is_clutter(member: zipfile.ZipInfo) -> bool:
    """Folders, and what systems and notebooks leave beside people's files."""
    *folders, name = member.filename.replace("\\", "/").split("/")
    is_left_over = name.startswith("._") or name.lower() in CLUTTER
    return member.is_dir() or is_left_over or any(folder in CLUTTER_FOLDERS for folder in folders)
