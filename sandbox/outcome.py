"""How a run in a sandbox ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why a run ended: one of these, always."""

    FINISHED = "finished"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    TOO_MANY_PROCESSES = "too_many_processes"
    DISK_FULL = "disk_full"
    MISSING_OUTPUT = "missing_output"
    INVALID_OUTPUT = "invalid_output"
    CANCELLED = "cancelled"
    PLATFORM_ERROR = "platform_error"


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something that was printed. stream: `stdout`, `stderr`, or `platform` for remarks of ours; at: seconds since the
    start; text: with its line ends."""

    stream: str
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that the program in the sandbox told by itself, on its events channel. Not to be trusted."""

    at: float
    data: dict[str, object]


Event = LogLine | Happened


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was there and is not handed back.

    why: `link`, `hard_link`, `special` (a pipe, socket or device), `owner`, `too_large`, `too_many`, `too_deep`,
    `name`, `unreadable`.
    """

    path: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    exit_code: of the command, where it ended by itself. signal: the one that ended it. wall, cpu: seconds.
    peak_memory: bytes of all processes together, measured in steps. files: contents by path inside the working folder.
    refused: what of the wanted files was not taken. present: names of what was there, for a message, at most some
    dozens. detail: what went wrong, for those who run the platform.
    """

    reason: Reason
    exit_code: int | None = None
    signal: int | None = None
    wall: float = 0.0
    cpu: float = 0.0
    peak_memory: int = 0
    peak_processes: int = 0
    log: tuple[LogLine, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    refused: tuple[RefusedFile, ...] = ()
    present: tuple[str, ...] = ()
    detail: str = ""

    def printed(self, stream: str = "stdout") -> str:
        """Everything that was kept of one stream."""
        return "".join(line.text for line in self.log if line.stream == stream)
