"""Names of data files: paths that every system people unpack to can hold, and hold beside each other."""

from __future__ import annotations

import re
import unicodedata

from competitions.exceptions import FileNameTaken, FileNameTooLong, InvalidFileName, UnportableFileName
from competitions.models import Competition

NAME_LENGTH = 200
# What one step of a path may have on the file systems people unpack to.
SEGMENT_BYTES = 240
# Windows: devices, whatever follows a dot behind them, and characters that no name has.
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE)
FORBIDDEN = '<>:"|?*'


def clean_path(name: str) -> str:
    """`name` as a relative path that every file system takes.

    Raises:
        InvalidFileName: it is no relative path, or holds control characters.
        FileNameTooLong: the path, or one step of it.
        UnportableFileName: Windows can't hold it.
    """
    name = unicodedata.normalize("NFC", name.strip())
    segments = name.split("/")
    if (
        not name
        or "\\" in name
        or any(unicodedata.category(character).startswith("C") for character in name)
        or any(segment.strip() in ("", ".", "..") for segment in segments)
    ):
        raise InvalidFileName
    if len(name) > NAME_LENGTH or any(len(segment.encode()) > SEGMENT_BYTES for segment in segments):
        raise FileNameTooLong(limit=NAME_LENGTH, bytes=SEGMENT_BYTES)
    for segment in segments:
        if not is_portable(segment):
            raise UnportableFileName(name=segment)
    return name


def is_portable(segment: str) -> bool:
    """Whether one step of a path can be a file or a folder on Windows too."""
    return not (
        any(character in FORBIDDEN for character in segment)
        or segment.endswith((".", " "))
        or DEVICES.fullmatch(segment.split(".", maxsplit=1)[0].strip())
    )


def check_free(competition: Competition, name: str, *, replace: bool) -> None:
    """Go on if a data file may be called `name`: no other one differs in case only, or is a folder of it.

    Raises:
        FileNameTaken: there is one; with `replace`, only the very same name may be there.
    """
    wanted = name.casefold()
    for present in competition.data_files.values_list("name", flat=True):
        other = unicodedata.normalize("NFC", present).casefold()
        if present == name:
            if not replace:
                raise FileNameTaken
        elif other == wanted or other.startswith(f"{wanted}/") or wanted.startswith(f"{other}/"):
            raise FileNameTaken(other=present)
