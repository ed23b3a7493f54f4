"""What all ways to isolate a run have in common."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag, Thread
from typing import Any, ClassVar

from sandbox.errors import SandboxError
from sandbox.interpreter import Interpreter
from sandbox.outcome import Event, Outcome, Reason
from sandbox.session import Box, Session
from sandbox.spec import MIB, PYTHON, Input, Spec

# Above the limit of processes, which the server watches: the kernel counts those that ended for a moment longer.
MORE_PROCESSES = 32
# What importing the usual libraries maps, whatever is used of it; below it they fail in ways nobody understands.
LEAST_ADDRESS_SPACE = 4096 * MIB


class Runner(ABC):
    """Runs commands in sandboxes of one kind. An instance holds no state of runs and may be used by many threads."""

    name: ClassVar[str]
    # Whether the paths inside are those that a spec names. Where not, they are replaced in the command and environment.
    has_own_paths: ClassVar[bool] = True
    # Whether a sandbox can be made in advance and be given its work later.
    can_wait: ClassVar[bool] = True

    @abstractmethod
    def open(self, spec: Spec, *, stdin: int | None = None) -> Box:
        """Start a sandbox with its supervisor. stdin: a handle that the command reads; nothing by default.

        Raises:
            RunnerUnavailableError: this machine can't; the text says why.
            SandboxError: it could not be set up.
        """

    def run(
        self, spec: Spec, on_event: Callable[[Event], None] | None = None, *, cancelled: Flag | None = None
    ) -> Outcome:
        """Run a command to its end. Never raises for what happens in the sandbox: that is the outcome's reason.

        on_event: told each line of the log and whatever the command tells on its events channel, in this thread.
        cancelled: setting it ends the run.
        """
        try:
            box = self.open(spec)
        except SandboxError as error:
            return Outcome(Reason.PLATFORM_ERROR, detail=str(error))
        session = Session(box, spec, on_event=on_event)
        if cancelled is not None:
            ended = Flag()

            def watch() -> None:
                while not ended.is_set():
                    if cancelled.wait(0.1):
                        session.cancel()
                        return

            Thread(target=watch, daemon=True).start()
            try:
                return session.wait()
            finally:
                ended.set()
        return session.wait()


def resource_limits(spec: Spec, *, processes: int | None) -> dict[str, int]:
    """Limits that the kernel keeps for each process, behind those that the server watches for all together."""
    limits = spec.limits
    answer = {
        "RLIMIT_CORE": 0,
        "RLIMIT_AS": max(2 * limits.memory, LEAST_ADDRESS_SPACE),
        "RLIMIT_FSIZE": limits.disk,
        "RLIMIT_NOFILE": 1024,
        "RLIMIT_CPU": max(1, int(limits.cpu) + 60),
        "RLIMIT_MEMLOCK": 64 * 1024,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_NICE": 0,
        "RLIMIT_RTPRIO": 0,
    }
    if processes is not None:
        answer["RLIMIT_NPROC"] = processes
    return answer


def common_plan(spec: Spec, interpreter: Interpreter, *, folder: str, temporary: str) -> dict[str, Any]:
    """What every supervisor is told."""
    python = str(interpreter.with_libraries if spec.libraries else interpreter.bare)
    return {
        "command": [python if word == PYTHON else word for word in spec.command],
        "environment": {
            "HOME": temporary,
            "TMPDIR": temporary,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            **spec.environment,
        },
        "folder": folder,
        "log": spec.limits.log,
        "measure": False,
        "alone": True,
        "subreaper": False,
        "filter": None,
        "landlock": None,
    }


def readable_inputs(inputs: list[Input] | tuple[Input, ...]) -> list[Input]:
    """The same inputs, where those that only root may read became bytes, since no sandbox is root.

    Raises:
        SandboxError: there is none at that path.
    """
    answer = []
    for given in inputs:
        if isinstance(given.source, Path):
            try:
                status = given.source.stat()
            except OSError as error:
                raise SandboxError(f"input {given.path}: {error.strerror}") from error
            closed = os.geteuid() == 0 and stat.S_ISREG(status.st_mode) and not status.st_mode & 0o004
            answer.append(Input(given.source.read_bytes() if closed else given.source.resolve(), given.path))
        else:
            answer.append(given)
    return answer
