"""Sandboxes without namespaces: Landlock for files and signals, a filter that leaves no sockets, limits per process.

For metrics and scripts on machines where bubblewrap can't run. Processes are not hidden from each other by a namespace
but can't be read or reached; the host's name, and that a file exists, can be seen; paths inside are not those of the
spec but are replaced in the command and the environment.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from sandbox import host, watching
from sandbox.errors import RunnerUnavailableError, SandboxError
from sandbox.interpreter import SYSTEM_FILES, SYSTEM_FOLDERS, Interpreter
from sandbox.runners.base import MORE_PROCESSES, Runner, common_plan, readable_inputs, resource_limits
from sandbox.session import Box
from sandbox.spec import Input, Spec
from sandbox.syscalls import filter_program

EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = 1, 2, 4, 8
MAKE_DEVICES, MAKE_SOCKET = 64 | 2048, 512
TRUNCATE, DEVICE_CONTROL = 16384, 32768
# All rights about files that a version of Landlock knows, those it knows of the network, and its scopes.
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
ANY_TCP, ANY_SCOPE = 3, 3
FIRST_WITH_NETWORK, FIRST_WITH_SCOPES = 4, 6
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def landlock_version() -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    libc = ctypes.CDLL(None)
    libc.syscall.restype = ctypes.c_long
    return max(0, int(libc.syscall(ctypes.c_long(444), None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


class LandlockRunner(Runner):
    """Needs a kernel with Landlock (5.13, enabled) and nothing else; folders that can be written are on the disk."""

    name: ClassVar[str] = "landlock"
    has_own_paths: ClassVar[bool] = False

    def __init__(self, *, user_ids: range = host.USER_IDS, scratch: Path | None = None) -> None:
        self.user_ids = user_ids
        self.scratch = scratch
        self.interpreter = Interpreter.of_this_process()

    def open(self, spec: Spec, *, stdin: int | None = None) -> Box:
        version = landlock_version()
        if version < 1:
            raise RunnerUnavailableError("this kernel has no Landlock")
        inputs = readable_inputs(tuple(spec.inputs))
        account = host.take_account(self.user_ids)
        try:
            scratch = host.Scratch(account, self.scratch)
        except BaseException:
            account.give_back()
            raise
        try:
            box_paths = _lay_out(scratch, inputs)
            sources = [given.source for given in inputs if isinstance(given.source, Path)]
            shown = [path for folder in self.interpreter.folders for path in (folder, folder.resolve())]
            ours, theirs = socket.socketpair()
            started = host.start(
                [str(self.interpreter.bare), "-I", "-S", "-c", host.SUPERVISOR, str(theirs.fileno())],
                account=account,
                shown=[*shown, *sources, scratch.path],
                handles=[],
                channel=(ours, theirs),
                stdin=stdin,
            )
        except BaseException:
            scratch.remove()
            account.give_back()
            raise
        plan = self._plan(spec, account, box_paths, sources, version)
        return LandlockBox(started, account, scratch, plan)

    def _plan(
        self, spec: Spec, account: host.Account, paths: tuple[Path, Path, Path], sources: Sequence[Path], version: int
    ) -> dict[str, Any]:
        work, temporary, inputs = paths
        translate = _translation(spec, work, inputs)
        given = replace(
            spec,
            command=[translate(word) for word in spec.command],
            environment={name: translate(value) for name, value in spec.environment.items()},
        )
        plan = common_plan(given, self.interpreter, folder=str(work), temporary=str(temporary))
        # It needs semaphores, and would warn at each import that there are none.
        plan["environment"].setdefault("JOBLIB_MULTIPROCESSING", "0")
        every = FILES[min(version, max(FILES))]
        reading = [*SYSTEM_FOLDERS, *SYSTEM_FILES, *map(str, self.interpreter.folders), str(inputs), *map(str, sources)]
        for_files = EXECUTE | READ_FILE | (WRITE_FILE | TRUNCATE) & every
        writing = every & ~(MAKE_DEVICES | MAKE_SOCKET | DEVICE_CONTROL)
        plan["landlock"] = {
            "files": every,
            "network": ANY_TCP if version >= FIRST_WITH_NETWORK else 0,
            "scopes": ANY_SCOPE if version >= FIRST_WITH_SCOPES else 0,
            "size": 24 if version >= FIRST_WITH_SCOPES else 16 if version >= FIRST_WITH_NETWORK else 8,
            "rules": [
                [EXECUTE | READ_FILE | READ_FOLDER, EXECUTE | READ_FILE, reading],
                [writing, for_files, [str(work), str(temporary)]],
                [0, (READ_FILE | WRITE_FILE | TRUNCATE) & every, list(DEVICES)],
            ],
        }
        can_tell_apart = version >= FIRST_WITH_SCOPES or account.is_its_own
        plan["filter"] = filter_program(namespaces=False, signals=can_tell_apart).hex()
        # An id of its own is counted for this sandbox alone. Of the server's id everything else counts as well, also
        # what other sandboxes start meanwhile; there the watch of the server is what holds.
        others = MORE_PROCESSES if account.is_its_own else _tasks_of(account.uid) + 8 * MORE_PROCESSES
        plan["rlimits"] = resource_limits(spec, processes=spec.limits.processes + others)
        plan |= {"folders": [str(work), str(temporary)], "alone": False, "subreaper": True}
        return plan


class LandlockBox(Box):
    """A supervisor and what runs below it. It adopts orphans, and can't be reached by them."""

    folders_have_sizes = False

    def __init__(
        self, started: host.Started, account: host.Account, scratch: host.Scratch, plan: dict[str, Any]
    ) -> None:
        self._started = started
        self._account = account
        self._scratch = scratch
        self._plan = plan
        self.channel = started.channel
        self.pid = started.process.pid
        self.owner = account.uid

    def plan(self) -> dict[str, Any]:
        return self._plan

    def folders(self, handed: list[int]) -> list[int]:
        return handed

    def end(self) -> None:
        if self._started.process.returncode is None:
            nothing_left = watching.end_all_below(self.pid)
            self._started.kill()
            if not nothing_left and not self._account.is_its_own:
                raise SandboxError("processes of a sandbox could not be ended")
        if self._account.is_its_own:
            for _ in range(20):
                if not _tasks_of(self._account.uid):
                    return
                with contextlib.suppress(subprocess.TimeoutExpired):
                    host.kill_account(self._account)
            raise SandboxError("processes of a sandbox could not be ended")

    def close(self) -> None:
        self._started.close()
        self._scratch.remove()
        self._account.give_back()

    def complaint(self) -> str:
        return self._started.complaint()


def _lay_out(scratch: host.Scratch, inputs: Sequence[Input]) -> tuple[Path, Path, Path]:
    """The working folder, the one for temporary files, and one in which the inputs stand below their paths inside."""
    work, temporary = scratch.folder("work", writable=True), scratch.folder("tmp", writable=True)
    folder = scratch.folder("inputs", writable=False)
    for given in inputs:
        path = folder / given.path.lstrip("/")
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if isinstance(given.source, Path):
            path.symlink_to(given.source)
        else:
            path.write_bytes(given.source)
            path.chmod(0o444)
    return work, temporary, folder


def _translation(spec: Spec, work: Path, inputs: Path) -> Callable[[str], str]:
    """Replaces paths inside by what stands for them here, in words that are one or begin with one."""
    known = {
        path for given in spec.inputs for path in [PurePosixPath(given.path), *PurePosixPath(given.path).parents][:-1]
    }
    folder = PurePosixPath(spec.folder)

    def translate(word: str) -> str:
        if not word.startswith("/"):
            return word
        path = PurePosixPath(word)
        if path.is_relative_to(folder):
            return str(work / path.relative_to(folder))
        if path in known or known & set(path.parents):
            return f"{inputs}{path}"
        return word

    return translate


def _tasks_of(uid: int) -> int:
    """How many processes and threads of an account there are."""
    count = 0
    for name in os.listdir("/proc"):  # noqa: PTH208 - hundreds, and nothing but their names is wanted
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                if os.stat(f"/proc/{name}").st_uid == uid:  # noqa: PTH116
                    fields = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
                    count += int(fields[17]) if fields[0] != b"Z" else 0
    return count
