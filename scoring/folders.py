"""Submissions and solutions that are files and no table: a zip, for an organiser's own metric that takes folders.

The solution's `manifest.csv` names each file of a submission, and whether it is public, private or left out. From there
on a file is a row: its name is the id, its content a cell. So files are checked, aligned, kept and divided into public
and private ones as rows are, and only the program in the sandbox makes folders of them again.

Names and sizes are looked at first, in the list of members, before anything is unpacked.
"""

from __future__ import annotations

import base64
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

import pyarrow as pa

from scoring.containers import (
    PACKED_AS,
    STEP,
    ZIP_ERRORS,
    ZIP_MAGICS,
    ReadLimits,
    Source,
    ZipSource,
    is_clutter,
    read_source,
)
from scoring.errors import SHOWN, InvalidFile, InvalidSolution, Problem, listed, quoted
from scoring.tables import Columns, CsvFile, NotTypedError

MANIFEST: Final = "manifest.csv"
FILE: Final = "file"
CONTENT: Final = "content"
# What a content begins with in a cell, so that no content looks like a number, or like nothing.
MARK: Final = ":"
MOST_FILES: Final = 5_000
# Unpacked: of all files together, and of one. A sandbox holds them in memory, twice.
MOST_BYTES: Final = 64 << 20
LARGEST: Final = 32 << 20
DEEPEST: Final = 8
LONGEST_NAME: Final = 200


class Archive:
    """The files of a zip: known by name and size, and not unpacked yet."""

    def __init__(self, source: Source, limits: ReadLimits | None = None) -> None:
        """Raises InvalidFile: it is no zip, or a file in it has a name or a size that is not taken."""
        limits = limits or ReadLimits()
        data = read_source(source, limits)
        if data[:4] not in ZIP_MAGICS:
            raise InvalidFile(Problem("not_a_zip"))
        try:
            self._zip = zipfile.ZipFile(ZipSource(data))
            members = [member for member in self._zip.infolist() if not is_clutter(member)]
        except ZIP_ERRORS:
            raise InvalidFile(Problem("broken_archive")) from None
        self.most = min(MOST_BYTES, limits.decompressed)
        self.size = len(data)
        self._members = self._checked(members)

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def _checked(self, members: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(members) > MOST_FILES:
            raise InvalidFile(Problem("too_many_files", {"limit": MOST_FILES}, found=str(len(members))))
        if any(member.flag_bits & 1 for member in members):
            raise InvalidFile(Problem("encrypted_archive"))
        if any(member.compress_type not in PACKED_AS for member in members):
            raise InvalidFile(Problem("packed_unusually"))
        names = _without_common_folder([member.filename for member in members])
        faults = [_problem("bad_file_name", name) for name in names if not _is_plain(name)]
        faults += [
            _problem("file_too_deep", name, expected=str(DEEPEST))
            for name in names
            if _is_plain(name) and len(PurePosixPath(name).parts) > DEEPEST
        ]
        faults += [_problem("repeated_file", name) for name, count in Counter(names).items() if count > 1]
        faults += [
            _problem("file_too_large", name, expected=str(LARGEST))
            for name, member in zip(names, members, strict=True)
            if member.file_size > LARGEST
        ]
        if faults:
            raise InvalidFile(_listed(faults))
        if sum(member.file_size for member in members) > self.most:
            raise InvalidFile(Problem("files_too_large", {"limit": self.most}))
        return dict(zip(names, members, strict=True))

    def read(self, name: str) -> bytes:
        """The content of a file, which is of the size that the list of members says.

        Raises:
            InvalidFile: the archive is broken.
        """
        member = self._members[name]
        parts: list[bytes] = []
        left = member.file_size
        try:
            with self._zip.open(member) as file:
                while part := file.read(min(STEP, left + 1)):
                    left -= len(part)
                    if left < 0:
                        raise InvalidFile(Problem("broken_archive"))
                    parts.append(part)
        except ZIP_ERRORS:
            raise InvalidFile(Problem("broken_archive")) from None
        return b"".join(parts)


def _without_common_folder(names: Sequence[str]) -> list[str]:
    """The names below the one folder that holds everything, which many programs pack along."""
    names = [name.removeprefix("./") for name in names]
    folders = {name.split("/", 1)[0] for name in names}
    if len(folders) == 1 and names and all("/" in name for name in names) and folders.isdisjoint({"", "..", "."}):
        return [name.split("/", 1)[1] for name in names]
    return names


def _is_plain(name: str) -> bool:
    """Whether a name is one of a file below a folder, on any system."""
    parts = name.split("/")
    return (
        0 < len(name) <= LONGEST_NAME
        and name.isprintable()
        and not any(letter in name for letter in '\\:*?"<>|')
        and all(part not in ("", ".", "..") and part == part.strip() and not part.endswith(".") for part in parts)
    )


def _problem(code: str, name: str, expected: str | None = None) -> Problem:
    return Problem(code, id=quoted(name), expected=expected)


def _listed(problems: Sequence[Problem]) -> list[Problem]:
    """The first few of each code, and how many more there are."""
    codes = dict.fromkeys(problem.code for problem in problems)
    found = {code: [problem for problem in problems if problem.code == code] for code in codes}
    return [one for several in found.values() for one in listed(several[:SHOWN], total=len(several))]


class SubmittedFiles:
    """The files of a submission as a table of names and contents: see `scoring.tables.TableFile`."""

    names: tuple[str, ...] = (FILE, CONTENT)

    def __init__(self, source: Source, wanted: Sequence[str], limits: ReadLimits | None = None) -> None:
        """`wanted`: the names that the manifest has.

        Raises:
            InvalidFile: also where a file is missing, or is none of these.
        """
        self._archive = Archive(source, limits)
        given, known = set(self._archive.names), set(wanted)
        faults = [_problem("unknown_files", name) for name in self._archive.names if name not in known]
        faults += [_problem("missing_files", name) for name in wanted if name not in given]
        if faults:
            raise InvalidFile(_listed(faults))
        self.rows: int | None = len(given)
        self.size = self._archive.size

    def read_typed(self, types: Mapping[str, pa.DataType]) -> Columns:
        """See TableFile: contents are never read as anything else."""
        raise NotTypedError

    def read_text(self, names: Sequence[str], most_rows: int | None = None) -> Columns:
        """See TableFile."""
        found: Columns = {}
        for name in names:
            values = self._archive.names
            if name == CONTENT:
                values = [encoded(self._archive.read(one)) for one in values]
            found[name] = pa.chunked_array([pa.array(values, pa.string())])
        return found


class SolutionFiles:
    """The manifest of a solution as a table, with a further column for the contents of the files beside it.

    Every file must have the name of one in the manifest; not every one in the manifest needs a file.
    """

    def __init__(self, source: Source, limits: ReadLimits | None = None) -> None:
        """Raises InvalidSolution: there is no manifest, or it does not fit the files."""
        try:
            self._archive = Archive(source, limits)
            if MANIFEST not in self._archive.names:
                raise InvalidFile(Problem("no_manifest"))  # noqa: TRY301
            self._manifest = CsvFile(self._archive.read(MANIFEST))
            if FILE not in self._manifest.names or CONTENT in self._manifest.names:
                raise InvalidFile(Problem("missing_columns", column=FILE))  # noqa: TRY301
            listed_ = self._manifest.read_text([FILE])[FILE].to_pylist()
        except InvalidFile as error:
            raise InvalidSolution(error.problems) from None
        folders = {str(folder) for name in listed_ if name for folder in PurePosixPath(name).parents}
        bad = [
            _problem("bad_file_name", name or "")
            for name in listed_
            if name is None or not _is_plain(name) or name == MANIFEST or name in folders
        ]
        known = {*listed_, MANIFEST}
        bad += [_problem("not_in_manifest", name) for name in self._archive.names if name not in known]
        if len(listed_) > MOST_FILES:
            bad.append(Problem("too_many_files", {"limit": MOST_FILES}, found=str(len(listed_))))
        if bad:
            raise InvalidSolution(_listed(bad))
        self.names: tuple[str, ...] = (*self._manifest.names, CONTENT)
        self.rows: int | None = self._manifest.rows
        self.size = self._archive.size

    def read_typed(self, types: Mapping[str, pa.DataType]) -> Columns:
        """See TableFile."""
        raise NotTypedError

    def read_text(self, names: Sequence[str], most_rows: int | None = None) -> Columns:
        """See TableFile: a file that is only in the manifest is null."""
        stored = list(dict.fromkeys([FILE, *(name for name in names if name != CONTENT)]))
        found = self._manifest.read_text(stored, most_rows)
        if CONTENT in names:
            there = set(self._archive.names)
            values = [encoded(self._archive.read(one)) if one in there else None for one in found[FILE].to_pylist()]
            found[CONTENT] = pa.chunked_array([pa.array(values, pa.string())])
        return {name: found[name] for name in names}


def encoded(content: bytes) -> str:
    """The content of a file as the text of a cell."""
    return MARK + base64.b64encode(content).decode("ascii")
