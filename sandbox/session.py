"""One run from its start to its outcome: reads what the supervisor tells, watches the limits from outside, decides."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox import watching
from sandbox.collecting import Collected, collect, size_of
from sandbox.errors import SandboxError
from sandbox.outcome import Event, Happened, LogLine, Outcome, Reason
from sandbox.spec import MIB, Spec

# Seconds: to set up, between looks, between looks at folders on a disk, and to hand over the end of a log.
SET_UP = 60.0
POLL = 0.03
POLL_IDLE = 0.5
POLL_DISK = 0.25
GRACE = 0.5
# And for a sandbox that is made in advance to say that it is ready.
PREPARE = 120.0
MOST_EVENTS = 10_000


class Box(ABC):
    """A sandbox that was started, whatever made it, with the supervisor in it."""

    # Where the supervisor is heard and spoken to.
    channel: socket.socket
    # The process of the host below which everything in the sandbox runs; 0 where it can't be seen.
    pid: int = 0
    # Who owns, on the host, what is written inside.
    owner: int
    # Whether folders have a size of their own, so that the file system tells what is used.
    folders_have_sizes: bool

    @abstractmethod
    def plan(self) -> dict[str, Any]:
        """What the supervisor is told to do."""

    @abstractmethod
    def folders(self, handed: list[int]) -> list[int]:
        """Handles of the writable folders, the working folder first. handed: those that came over the channel."""

    @abstractmethod
    def end(self) -> None:
        """Kill everything in it. May be called again.

        Raises:
            SandboxError: something is still there.
        """

    @abstractmethod
    def close(self) -> None:
        """Give back whatever the sandbox held, once it has ended."""

    @abstractmethod
    def complaint(self) -> str:
        """What the sandbox's own programs wrote when something went wrong."""

    def was_killed_for_memory(self) -> bool:
        """Whether the system says so."""
        return False


@dataclass
class Seen:
    """What is known of a run so far. Peaks are the server's own measurements where it can see the processes."""

    memory: int = 0
    processes: int = 0
    cpu: float = 0.0
    disk: int = 0
    files: int = 0
    log: list[LogLine] = field(default_factory=list)
    end: dict[str, Any] | None = None
    started: bool = False


class Session:
    """Drives one run. `wait` returns its outcome; other threads may cancel it, or say that its work begins."""

    def __init__(
        self,
        box: Box,
        spec: Spec,
        *,
        on_event: Callable[[Event], None] | None = None,
        waits_for_work: bool = False,
    ) -> None:
        self.box = box
        self.spec = spec
        self.on_event = on_event
        self.seen = Seen()
        self._handed: list[int] = []
        self._folders: list[int] = []
        self._kept: frozenset[int] = frozenset()
        self._buffer = b""
        self._received = 0
        self._logged = 0
        self._events = 0
        self._looked_at_disk = 0.0
        self._began: float | None = None
        self._cpu_before = 0.0
        self._waits_for_work = waits_for_work
        self._asked_to_start = 0.0
        # Set by whoever was told so.
        self.is_ready = False
        self._cancelled = threading.Event()
        self._wake_reader, self._wake_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._closing = threading.Lock()

    def cancel(self) -> None:
        """End the run as soon as possible, as cancelled."""
        self._cancelled.set()
        self._wake()

    def begin_work(self) -> None:
        """From now on time counts: for a sandbox that had been made in advance."""
        self._cpu_before = self.seen.cpu
        self._began = time.monotonic()
        self._wake()

    def _wake(self) -> None:
        with self._closing, contextlib.suppress(OSError):
            if self._wake_writer >= 0:
                os.write(self._wake_writer, b"x")

    # --- the course of a run ------------------------------------------------------------------------------------------

    def wait(self) -> Outcome:
        """See the run to its end, and clear away all of it.

        Raises nothing that has to do with the run: what goes wrong is a platform error.
        """
        began = time.monotonic()
        try:
            self._set_up()
            if not self._waits_for_work:
                self._began = time.monotonic()
            decided = self._watch()
            return self._conclude(decided)
        except (SandboxError, OSError) as error:
            detail = f"{type(error).__name__}: {error}\n{self.box.complaint()}".strip()
            return Outcome(
                Reason.PLATFORM_ERROR, wall=time.monotonic() - began, log=tuple(self.seen.log), detail=detail
            )
        finally:
            self._close()

    def _close(self) -> None:
        try:
            with contextlib.suppress(SandboxError):
                self.box.end()
        finally:
            for handle in self._folders:
                with contextlib.suppress(OSError):
                    os.close(handle)
            for handle in self._handed:
                if handle not in self._folders:
                    os.close(handle)
            with self._closing:
                os.close(self._wake_reader)
                os.close(self._wake_writer)
                self._wake_writer = -1
            self.box.channel.close()
            self.box.close()

    def _set_up(self) -> None:
        """Give the supervisor its plan, take the handles of its folders, and let it go."""
        channel = self.box.channel
        channel.settimeout(SET_UP)
        try:
            channel.sendall(json.dumps(self.box.plan()).encode() + b"\n")
            hello, self._handed, _, _ = socket.recv_fds(channel, 65536, 8)
            while hello and b"\n" not in hello:
                hello += channel.recv(65536)
        except TimeoutError:
            raise SandboxError("the sandbox did not start in time") from None
        if not hello:
            raise SandboxError("the sandbox did not start")
        line, _, self._buffer = hello.partition(b"\n")
        if b'"hello"' not in line:
            raise SandboxError(f"the sandbox answered {line[:200]!r}")
        self._folders = self.box.folders(self._handed)
        if self.box.pid:
            # Nothing but the sandbox's own processes exists yet: they are not counted, and are ended last.
            self._kept = frozenset([self.box.pid, *watching.descendants(self.box.pid)])
        channel.sendall(b"{}\n")
        channel.setblocking(False)

    def _watch(self) -> Reason | None:
        """Look until the run ends by itself, which is None, or has to be ended."""
        poll = select.poll()
        poll.register(self.box.channel, select.POLLIN)
        poll.register(self._wake_reader, select.POLLIN)
        self._asked_to_start = time.monotonic()
        while True:
            idle = self._waits_for_work and self._began is None
            ready = poll.poll((POLL_IDLE if idle else POLL) * 1000)
            if any(handle == self._wake_reader for handle, _ in ready):
                with contextlib.suppress(OSError):
                    os.read(self._wake_reader, 100)
            if any(handle != self._wake_reader for handle, _ in ready) and not self._listen():
                return None
            if self.seen.end is not None:
                return None
            if not self.seen.started and time.monotonic() - self._asked_to_start > SET_UP:
                raise SandboxError("the command did not start in time")
            if decided := self._decide():
                return decided

    def _decide(self) -> Reason | None:
        if self._cancelled.is_set():
            return Reason.CANCELLED
        self._measure()
        limits, seen, now = self.spec.limits, self.seen, time.monotonic()
        if self._began is not None:
            late = now - self._began > limits.wall or seen.cpu - self._cpu_before > limits.cpu
        else:
            late = not self.is_ready and now - self._asked_to_start > PREPARE
        exceeded = {
            Reason.OUT_OF_MEMORY: seen.memory > limits.memory,
            Reason.TOO_MANY_PROCESSES: seen.processes > limits.processes,
            Reason.DISK_FULL: seen.disk > limits.disk or seen.files > limits.files,
            Reason.TIMED_OUT: late,
        }
        return next((reason for reason, is_so in exceeded.items() if is_so), None)

    def _measure(self) -> None:
        seen = self.seen
        if self.box.pid:
            pids = [pid for pid in watching.descendants(self.box.pid) if pid not in self._kept]
            use = watching.use_of(pids, shared_once=False)
            if use.memory > seen.memory and len(pids) > 1:
                use = use._replace(memory=watching.use_of(pids, shared_once=True).memory)
            seen.memory = max(seen.memory, use.memory)
            seen.processes = max(seen.processes, use.processes)
            # With what supervisors waited for; processes that were never waited for drop out of the sum again.
            waited = watching.use_of(list(self._kept), shared_once=False).cpu
            seen.cpu = max(seen.cpu, use.cpu + waited)
        self._measure_disk()

    def _measure_disk(self, *, at_once: bool = False) -> None:
        seen, now = self.seen, time.monotonic()
        if self.box.folders_have_sizes:
            states = [os.fstatvfs(folder) for folder in self._folders]
            used = sum((state.f_blocks - state.f_bfree) * state.f_frsize for state in states)
            count = sum(state.f_files - state.f_ffree for state in states) - len(states)
        elif at_once or now - self._looked_at_disk > POLL_DISK:
            sizes = [size_of(folder, most_entries=self.spec.limits.files) for folder in self._folders]
            used, count = sum(size for size, _ in sizes), sum(count for _, count in sizes)
            if self.box.pid:
                pids = [pid for pid in watching.descendants(self.box.pid) if pid not in self._kept]
                used += watching.held_without_a_name(pids)
            # Looking takes longer the more there is, and has to leave time for the rest.
            self._looked_at_disk = time.monotonic() + 4 * (time.monotonic() - now)
        else:
            return
        seen.disk, seen.files = max(seen.disk, used), max(seen.files, count)

    # --- what the supervisor tells -----------------------------------------------------------------------------------

    def _listen(self) -> bool:
        """Read what there is; False once there will be no more.

        Raises:
            SandboxError: it tells more than the log it was allowed can take.
        """
        while True:
            try:
                data = self.box.channel.recv(1 << 18)
            except (BlockingIOError, TimeoutError):
                return True
            except OSError:
                return False
            if not data:
                return False
            self._received += len(data)
            if self._received > 8 * self.spec.limits.log + 64 * MIB:
                raise SandboxError("the supervisor told more than it may")
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                self._hear(line)
            if len(self._buffer) > MIB:
                raise SandboxError("the supervisor told a line that is too long")
            if self.seen.end is not None:
                return True

    def _hear(self, line: bytes) -> None:
        """One line. It was written beside hostile code, so anything may stand there."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return
        match message:
            case {"log": [("stdout" | "stderr" | "platform") as stream, (int() | float()) as at, str(text)]}:
                self._logged += len(text) + 16
                if self._logged <= 2 * self.spec.limits.log + 65536:
                    self.seen.log.append(entry := LogLine(stream, float(at), text))
                    self._tell(entry)
            case {"event": dict(data), "at": (int() | float()) as at}:
                self._events += 1
                if self._events <= MOST_EVENTS:
                    self._tell(Happened(float(at), data))
            case {"use": {"memory": int(memory), "processes": int(processes), "cpu": (int() | float()) as cpu}}:
                self.seen.memory = max(self.seen.memory, memory)
                self.seen.processes = max(self.seen.processes, processes)
                self.seen.cpu = max(self.seen.cpu, float(cpu))
            case {"started": True}:
                self.seen.started = True
            case {"end": dict(end)}:
                self.seen.end = end

    def _tell(self, event: Event) -> None:
        if self.on_event is not None:
            self.on_event(event)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _conclude(self, decided: Reason | None) -> Outcome:
        """End everything, take the files, and say what came of it."""
        wall = time.monotonic() - (self._began or time.monotonic())
        if decided in {Reason.TIMED_OUT, Reason.CANCELLED, Reason.DISK_FULL}:
            self._ask_for_the_rest()
        self.box.end()
        with contextlib.suppress(SandboxError):
            self._listen()
        seen, limits = self.seen, self.spec.limits
        with contextlib.suppress(OSError):
            self._measure_disk(at_once=True)
        end = seen.end or {}
        seen.cpu = max(seen.cpu, _number(end.get("cpu")))
        seen.memory = max(seen.memory, min(int(_number(end.get("largest"))), limits.memory))
        collected = Collected()
        reason = decided or self._reason(end)
        if reason is not Reason.PLATFORM_ERROR and self._folders:
            collected = collect(
                self._folders[0], self.spec.outputs, owner=self.box.owner, most_entries=limits.files + 1000
            )
        if reason is Reason.FINISHED:
            reason = self._judge(collected)
        return Outcome(
            reason=reason,
            exit_code=None if decided else _whole(end.get("exit_code")),
            signal=signal.SIGKILL if decided else _whole(end.get("signal")),
            wall=wall,
            cpu=max(0.0, seen.cpu - self._cpu_before),
            peak_memory=seen.memory,
            peak_processes=seen.processes,
            log=tuple(seen.log),
            files=collected.files,
            refused=tuple(collected.refused),
            present=tuple(collected.present),
            detail=str(end.get("could_not_start", "")) or ("" if end or decided else self.box.complaint()),
        )

    def _ask_for_the_rest(self) -> None:
        """Let the supervisor end the command itself, and hand over the end of the log."""
        with contextlib.suppress(OSError, SandboxError):
            self.box.channel.send(b"stop\n")
            until = time.monotonic() + GRACE
            poll = select.poll()
            poll.register(self.box.channel, select.POLLIN)
            while self.seen.end is None and (left := until - time.monotonic()) > 0:
                if poll.poll(left * 1000) and not self._listen():
                    return

    def _reason(self, end: dict[str, Any]) -> Reason:
        """Why a run ended that nobody ended."""
        seen, limits = self.seen, self.spec.limits
        if not seen.started or "could_not_start" in end:
            return Reason.PLATFORM_ERROR
        code, sign = _whole(end.get("exit_code")), _whole(end.get("signal"))
        if code == 0:
            return Reason.FINISHED
        if self.box.was_killed_for_memory() or (sign in {None, signal.SIGKILL} and seen.memory >= 0.9 * limits.memory):
            return Reason.OUT_OF_MEMORY
        if seen.processes >= limits.processes:
            return Reason.TOO_MANY_PROCESSES
        if sign == signal.SIGXFSZ or seen.disk >= 0.98 * limits.disk or seen.files > limits.files:
            return Reason.DISK_FULL
        return Reason.TIMED_OUT if sign == signal.SIGXCPU else Reason.FAILED

    def _judge(self, collected: Collected) -> Reason:
        missing = [path for path in self.spec.outputs.required if path not in collected.files]
        if not missing:
            return Reason.FINISHED
        refused = {entry.path for entry in collected.refused}
        return Reason.INVALID_OUTPUT if refused & set(missing) else Reason.MISSING_OUTPUT


def _number(value: object) -> float:
    """Something that should be a number of seconds or bytes, as nothing where it is none."""
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e18 else 0.0


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and -1000 < value < 1000 else None
