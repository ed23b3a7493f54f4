"""Sandboxes by bubblewrap: namespaces of their own for processes, network, mounts and users, and a filter of calls."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from sandbox import host, watching
from sandbox.errors import RunnerUnavailableError, SandboxError
from sandbox.interpreter import SYSTEM_FILES, SYSTEM_FOLDERS, Interpreter
from sandbox.runners.base import MORE_PROCESSES, Runner, common_plan, readable_inputs, resource_limits
from sandbox.session import Box
from sandbox.spec import MIB, Spec
from sandbox.syscalls import filter_program

SUPERVISOR = "/uzu/supervisor.py"
INSTALL = "install the package `bubblewrap`"
USER = 1000
SHARED_MEMORY = 64 * MIB
FIXED_FILES = {
    "/etc/passwd": b"sandbox:x:1000:1000:sandbox:/tmp:/bin/sh\n",
    "/etc/group": b"sandbox:x:1000:\n",
    "/etc/hosts": b"127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
}


class BubblewrapRunner(Runner):
    """Needs the program `bwrap`, and a kernel that lets users make namespaces.

    Folders that can be written are in memory, each no larger than the limit of the disk; they count as disk.
    """

    name: ClassVar[str] = "bubblewrap"

    def __init__(self, *, program: str | None = None, user_ids: range = host.USER_IDS) -> None:
        self.program = program
        self.user_ids = user_ids
        self.interpreter = Interpreter.of_this_process()

    def open(self, spec: Spec, *, stdin: int | None = None) -> Box:
        program = self.program or shutil.which(
            "bwrap", path="/usr/bin:/bin:/usr/local/bin:" + os.environ.get("PATH", "")
        )
        if program is None or not Path(program).exists():
            raise RunnerUnavailableError(INSTALL)
        inputs = readable_inputs(tuple(spec.inputs))
        account = host.take_account(self.user_ids)
        handles: list[int] = []
        try:
            ours, theirs = socket.socketpair()
            shown = [*self.interpreter.folders, *(given.source for given in inputs if isinstance(given.source, Path))]
            arguments = _namespaces() + _system()
            # Before whatever of the host lies below a folder of that name.
            arguments += ["--size", str(spec.limits.disk), "--tmpfs", "/tmp"]  # noqa: S108
            arguments += ["--size", str(min(spec.limits.disk, SHARED_MEMORY)), "--tmpfs", "/dev/shm"]  # noqa: S108
            arguments += ["--size", str(spec.limits.disk), "--tmpfs", spec.folder]
            arguments += _folders(self.interpreter.folders)
            files = {**FIXED_FILES, SUPERVISOR: host.SUPERVISOR.encode()}
            for path, content in files.items():
                handles.append(host.memory_file(content))
                arguments += ["--perms", "0444", "--ro-bind-data", str(handles[-1]), path]
            for given in inputs:
                if isinstance(given.source, Path):
                    arguments += ["--ro-bind", str(given.source), given.path]
                else:
                    handles.append(host.memory_file(given.source))
                    arguments += ["--perms", "0444", "--ro-bind-data", str(handles[-1]), given.path]
            handles.append(host.memory_file(filter_program(namespaces=True, signals=True)))
            arguments += ["--seccomp", str(handles[-1]), "--remount-ro", "/dev", "--remount-ro", "/"]
            arguments += ["--chdir", "/"]
            # Within: `/proc/1/cmdline` is that of bubblewrap, so its arguments come from a file.
            handles.append(host.memory_file("\0".join(arguments).encode() + b"\0"))
            command = [program, "--args", str(handles[-1]), "--", str(self.interpreter.bare), "-I", "-S", SUPERVISOR]
            command.append(str(theirs.fileno()))
            started = host.start(
                command, account=account, shown=shown, handles=handles, channel=(ours, theirs), stdin=stdin
            )
        except BaseException:
            account.give_back()
            raise
        finally:
            for handle in handles:
                os.close(handle)
        return BubblewrapBox(started, account, spec, self.interpreter)


class BubblewrapBox(Box):
    """A started bubblewrap. Ending it ends the namespace of processes, and with it all of them."""

    folders_have_sizes = True

    def __init__(self, started: host.Started, account: host.Account, spec: Spec, interpreter: Interpreter) -> None:
        self._started = started
        self._account = account
        self._spec = spec
        self._interpreter = interpreter
        self.channel = started.channel
        self.pid = started.process.pid
        self.owner = account.uid

    def plan(self) -> dict[str, Any]:
        spec = self._spec
        plan = common_plan(spec, self._interpreter, folder=spec.folder, temporary="/tmp")  # noqa: S108
        # Counted for each namespace of users, so for this sandbox alone.
        plan["rlimits"] = resource_limits(spec, processes=spec.limits.processes + MORE_PROCESSES)
        plan["folders"] = [spec.folder, "/tmp", "/dev/shm"]  # noqa: S108
        return plan

    def folders(self, handed: list[int]) -> list[int]:
        return handed

    def end(self) -> None:
        below = watching.descendants(self.pid)
        self._started.kill()
        # They die with it, a little later.
        if not watching.are_gone(below):
            raise SandboxError("processes of a sandbox could not be ended")

    def close(self) -> None:
        self._started.close()
        self._account.give_back()

    def complaint(self) -> str:
        return self._started.complaint()


def _namespaces() -> list[str]:
    words = (
        "--unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try --disable-userns"
    )
    words += f" --uid {USER} --gid {USER} --cap-drop ALL --new-session --die-with-parent --clearenv --hostname sandbox"
    return words.split()


def _system() -> list[str]:
    """The system's programs and libraries, its links kept as links."""
    arguments: list[str] = []
    for folder in map(Path, SYSTEM_FOLDERS):
        if folder.is_symlink():
            arguments += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            arguments += ["--ro-bind", str(folder), str(folder)]
    for path in SYSTEM_FILES:
        arguments += ["--ro-bind-try", path, path]
    return [*arguments, "--proc", "/proc", "--dev", "/dev"]


def _folders(folders: Sequence[Path]) -> list[str]:
    return [word for folder in folders for word in ("--ro-bind", str(folder.resolve()), str(folder))]
