"""What a run in a sandbox is given, and what it may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a run may use. Reaching one ends the run, with a reason of its own.

    wall, cpu: seconds; cpu is that of all processes together. memory: bytes of all processes together, where pages
    that several share count once. processes: processes and threads together. disk: bytes in the folders it can write.
    files: files and folders there. log: bytes of what it prints that are kept.
    """

    wall: float = 60.0
    cpu: float = 120.0
    memory: int = 1024 * MIB
    processes: int = 64
    disk: int = 256 * MIB
    files: int = 10_000
    log: int = 1 * MIB


@dataclass(frozen=True)
class Input:
    """Something to read: a file or folder of the host, or bytes, and the absolute path at which the run finds it."""

    source: Path | bytes
    path: str

    def __post_init__(self) -> None:
        path = PurePosixPath(self.path)
        if not path.is_absolute() or ".." in path.parts or "\0" in self.path or len(path.parts) < 2:
            raise ValueError(f"not an absolute path inside: {self.path!r}")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Which files of its working folder are handed back when the run ends.

    required: paths without which the run counts as `missing_output`. all_files: take whatever else is there as well.
    max_bytes: of one file; max_total_bytes: of all; max_files: how many; max_depth: how many folders deep.
    """

    required: Sequence[str] = ()
    all_files: bool = False
    max_bytes: int = 64 * MIB
    max_total_bytes: int = 128 * MIB
    max_files: int = 500
    max_depth: int = 8


# Where nothing of the host can be, whose interpreter is shown at its own path.
FOLDER = "/uzu/work"


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A command to run in a sandbox, with everything it gets.

    command: as for `subprocess`; where the first word is `PYTHON`, the interpreter of the runner. folder: its working
    folder, empty and writable, the only one whose files are handed back. environment: the whole of it, but for HOME,
    PATH, TMPDIR and LANG, which it may replace. libraries: whether the packages installed beside this server can be
    imported.
    """

    command: Sequence[str]
    inputs: Sequence[Input] = ()
    limits: Limits = field(default_factory=Limits)
    environment: Mapping[str, str] = field(default_factory=dict)
    outputs: Outputs = field(default_factory=Outputs)
    folder: str = FOLDER
    libraries: bool = True


PYTHON = "{python}"
