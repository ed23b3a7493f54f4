"""The first process of ours in every sandbox: starts the command, frames what it prints, and tells how it ended.

Only this one file is shown inside, and it needs nothing but the standard library. It reads one line of JSON, the plan,
and answers with lines of JSON. What it tells is for people to read: it runs beside code that nobody trusts, so limits
are watched and enforced by the server, from outside.
"""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from typing import Any

CHUNK = 65536
EVENT_BYTES = 16384
EVENTS_AT_MOST = 10_000
EVENT_BYTES_AT_MOST = 8 * 1024 * 1024
# How long pipes are read after the command has ended, while something it left behind may hold them.
AFTERWARDS = 0.2
# How long to go on killing what does not go away.
END_WITHIN = 30.0
# How often use is measured where the server can't see the processes.
MEASURE_EVERY = 0.25


class ServerGoneError(Exception):
    """Nobody is at the other end any more: its process was killed, with or without having read what was told."""


class Channel:
    """Lines of JSON to and from the server, on a socket or on standard input and output.

    Raises:
        ServerGoneError: on reading and on writing. A socket of a killed process that had not read all of it answers
            with an error instead of its end.
    """

    def __init__(self, control: int | None) -> None:
        self.socket = None if control is None else socket.socket(fileno=control)
        self.reading, self.writing = (0, os.dup(1)) if control is None else (control, control)
        if control is None:
            # Nothing may be mixed into the lines; what goes wrong here still reaches the container's log.
            os.dup2(2, 1)
        os.set_inheritable(self.writing, False)

    def plan(self) -> dict[str, Any]:
        """The plan, read byte by byte: what follows on standard input belongs to the command."""
        line = bytearray()
        while not line.endswith(b"\n"):
            line += self.read(1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def read(self, most: int) -> bytes:
        try:
            data = os.read(self.reading, most)
        except OSError as error:
            raise ServerGoneError from error
        if not data:
            raise ServerGoneError
        return data

    def tell(self, **message: Any) -> None:
        data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        while data:
            try:
                data = data[os.write(self.writing, data) :]
            except OSError as error:
                raise ServerGoneError from error

    def hand_over(self, folders: list[str]) -> None:
        """Give the server a handle of each folder that the command can write, before there is a command."""
        if self.socket is None:
            self.tell(hello=[])
            return
        handles = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for folder in folders]
        try:
            socket.send_fds(self.socket, [json.dumps({"hello": folders}).encode() + b"\n"], handles)
        except OSError as error:
            raise ServerGoneError from error
        for handle in handles:
            os.close(handle)


class Log:
    """What was printed: the beginning is passed on at once, of the rest the end is kept."""

    def __init__(self, channel: Channel, limit: int, began: float) -> None:
        self.channel = channel
        self.began = began
        self.head = limit - limit // 4
        self.tail_limit = limit // 4
        self.tail: deque[tuple[str, float, bytes]] = deque()
        self.tail_bytes = 0
        self.left_out = 0
        self.decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}

    def add(self, stream: str, data: bytes) -> None:
        at = round(time.monotonic() - self.began, 3)
        now, later = data[: self.head], data[self.head :]
        self.head -= len(now)
        if now:
            self.channel.tell(log=[stream, at, self.decoders[stream].decode(now)])
        if later:
            self.tail.append((stream, at, later))
            self.tail_bytes += len(later)
            while self.tail_bytes > self.tail_limit:
                excess = self.tail_bytes - self.tail_limit
                name, when, oldest = self.tail.popleft()
                kept = oldest[excess:]
                self.tail_bytes -= len(oldest) - len(kept)
                self.left_out += len(oldest) - len(kept)
                if kept:
                    self.tail.appendleft((name, when, kept))

    def close(self) -> None:
        if self.left_out:
            at = self.tail[0][1] if self.tail else round(time.monotonic() - self.began, 3)
            self.channel.tell(log=["platform", at, f"[{self.left_out} bytes left out]\n"])
            self.decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in self.decoders}
        for stream, at, data in self.tail:
            self.channel.tell(log=[stream, at, self.decoders[stream].decode(data)])


class Confinement:
    """What a process takes upon itself before it becomes the command. Prepared before, since little works then."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.limits = [(getattr(resource, name), value) for name, value in plan["rlimits"].items()]
        self.filter = bytes.fromhex(plan["filter"] or "")
        self.landlock = plan.get("landlock")
        self.ruleset = -1
        if self.filter or self.landlock:
            self._load()

    def _load(self) -> None:
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.syscall.restype = ctypes.c_long
        if self.filter:

            class Program(ctypes.Structure):
                _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]

            self.buffer = ctypes.create_string_buffer(self.filter, len(self.filter))
            self.program = Program(len(self.filter) // 8, ctypes.addressof(self.buffer))
        if self.landlock:
            self._make_ruleset(self.landlock)

    def _make_ruleset(self, landlock: dict[str, Any]) -> None:
        class Ruleset(ctypes.Structure):
            _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]

        class Below(ctypes.Structure):
            _pack_ = 1
            _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]

        ruleset = Ruleset(landlock["files"], landlock["network"], landlock["scopes"])
        self.ruleset = self._call(444, ctypes.byref(ruleset), landlock["size"], 0)
        for allowed, allowed_for_files, paths in landlock["rules"]:
            for path in paths:
                try:
                    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
                except OSError:
                    continue
                try:
                    is_folder = os.path.isdir(path)
                    rule = Below(allowed if is_folder else allowed_for_files, handle)
                    self._call(445, self.ruleset, 1, ctypes.byref(rule), 0)
                finally:
                    os.close(handle)

    def _call(self, number: int, *arguments: Any) -> int:
        answer = int(self.libc.syscall(ctypes.c_long(number), *arguments))
        if answer < 0:
            raise OSError(ctypes.get_errno(), f"system call {number}")
        return answer

    def apply(self) -> None:
        for name, value in self.limits:
            hard = resource.getrlimit(name)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)  # noqa: PLW2901
            resource.setrlimit(name, (value, value))
        if self.filter or self.landlock:
            self._prctl(38, 1)  # no new privileges
        if self.landlock:
            self._call(446, self.ruleset, 0)
        if self.filter:
            self._prctl(22, 2, ctypes.byref(self.program))  # seccomp, a filter

    def _prctl(self, option: int, *arguments: Any) -> None:
        given = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
        if self.libc.prctl(option, *given, *[ctypes.c_ulong(0)] * (4 - len(given))) != 0:
            raise OSError(ctypes.get_errno(), f"prctl {option}")


def processes(*, alone: bool) -> list[int]:
    """Processes below this one; where the sandbox has a space of its own for them, all but this one and the first."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            parents.setdefault(parent, []).append(int(name))
    mine = os.getpid()
    if alone:
        return [pid for children in parents.values() for pid in children if pid not in {1, mine}]
    found, waiting = [], [mine]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def end_all(*, alone: bool) -> None:
    """Kill every process below this one, also those that others start meanwhile."""
    until = time.monotonic() + END_WITHIN
    while time.monotonic() < until:
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            for pid in (left := processes(alone=alone)):
                with contextlib.suppress(OSError):
                    os.kill(pid, sign)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not left:
            return
        # On a busy machine it takes a while until what was killed is gone.
        time.sleep(0.002)


def in_use(*, alone: bool) -> dict[str, Any]:
    """Bytes and processes at this moment."""
    page = resource.getpagesize()
    memory = count = 0
    ticks = 0
    for pid in processes(alone=alone):
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            memory += int(fields[21]) * page
            count += int(fields[17])
            ticks += sum(map(int, fields[11:15]))
        except (OSError, IndexError, ValueError):
            continue
    return {"memory": memory, "processes": count, "cpu": ticks / os.sysconf("SC_CLK_TCK")}


class Job:
    """The command, from its start to the account of its end."""

    def __init__(self, plan: dict[str, Any], channel: Channel) -> None:
        self.plan = plan
        self.channel = channel
        self.began = time.monotonic()
        self.log = Log(channel, plan["log"], self.began)
        self.streams: dict[int, str] = {}
        self.poll = select.poll()
        self.ending = -1
        self.status: int | None = None
        self.ended_at = self.measured_at = 0.0
        self.pending = b""
        self.events = self.event_bytes = 0
        self.stopping = False

    def start(self) -> bool:
        """Start the command; False, and told, where it can't be."""
        plan, confinement = self.plan, Confinement(self.plan)
        told, telling = os.pipe()
        self.began = self.log.began = time.monotonic()
        try:
            self.process = subprocess.Popen(  # noqa: S603 - what this is for; and there is one thread here
                plan["command"],
                stdin=0 if self.channel.socket else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=plan["folder"],
                env={**plan["environment"], "UZU_EVENTS_FD": str(telling)},
                pass_fds=(telling,),
                start_new_session=True,
                preexec_fn=confinement.apply,  # noqa: PLW1509 - there is one thread here
            )
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            self.channel.tell(end={"could_not_start": f"{type(error).__name__}: {error}"[:500]})
            return False
        os.close(telling)
        if confinement.ruleset >= 0:
            os.close(confinement.ruleset)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.streams = {self.process.stdout.fileno(): "stdout", self.process.stderr.fileno(): "stderr", told: "event"}
        for handle in [*self.streams, self.channel.reading]:
            self.poll.register(handle, select.POLLIN)
        with contextlib.suppress(OSError):
            self.ending = os.pidfd_open(self.process.pid)
            self.poll.register(self.ending, select.POLLIN)
        self.channel.tell(started=True)
        return True

    def see_to_its_end(self) -> None:
        """Pass on what is printed until it has ended, or until the server says so."""
        while self.streams or self.status is None:
            # Its end wakes this up as well; asking in between is for kernels that can't.
            for handle, _ in self.poll.poll(100 if self.status is None else 10):
                self._attend(handle)
            now = time.monotonic()
            if self.stopping and self.status is None:
                end_all(alone=self.plan["alone"])
                self.status, self.ended_at = signal.SIGKILL, now
            self._reap(now)
            if self.status is not None and now - self.ended_at > AFTERWARDS:
                break
            if self.plan["measure"] and self.status is None and now - self.measured_at > MEASURE_EVERY:
                self.measured_at = now
                self.channel.tell(use=in_use(alone=self.plan["alone"]))
        self.log.close()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = os.waitstatus_to_exitcode(self.status or 0)
        self.channel.tell(
            end={
                "exit_code": code if code >= 0 else None,
                "signal": -code if code < 0 else None,
                "cpu": round(used.ru_utime + used.ru_stime, 3),
                "largest": used.ru_maxrss * 1024,
            }
        )

    def _attend(self, handle: int) -> None:
        if handle == self.ending:
            self.poll.unregister(handle)
        elif handle == self.channel.reading:
            self.channel.read(100)
            self.stopping = True
        elif not (data := os.read(handle, CHUNK)):
            self.poll.unregister(handle)
            del self.streams[handle]
        elif self.streams[handle] == "event":
            self._pass_on(data)
        else:
            self.log.add(self.streams[handle], data)

    def _pass_on(self, data: bytes) -> None:
        """Events that the command tells: lines of JSON, of which those that are too long are lost."""
        *lines, self.pending = (self.pending + data)[-EVENT_BYTES:].split(b"\n")
        for line in lines:
            self.events += 1
            self.event_bytes += len(line)
            with contextlib.suppress(ValueError, RecursionError):
                if self.events <= EVENTS_AT_MOST and self.event_bytes <= EVENT_BYTES_AT_MOST:
                    self.channel.tell(event=json.loads(line), at=round(time.monotonic() - self.began, 3))

    def _reap(self, now: float) -> None:
        with contextlib.suppress(ChildProcessError):
            while self.status is None or self.plan["subreaper"]:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                if pid == self.process.pid and self.status is None:
                    self.status, self.ended_at = status, now


def protect(*, subreaper: bool) -> None:
    """Keep the command, which has the same user, from this process's memory and files."""
    # Where the whole machine runs out of memory, what is in a sandbox goes first. Children take it over.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    libc = ctypes.CDLL(None)
    libc.prctl(4, 0, 0, 0, 0)
    if subreaper:
        libc.prctl(36, 1, 0, 0, 0)  # what the command leaves behind stays below this process


def main() -> None:
    channel = Channel(None if sys.argv[1] == "-" else int(sys.argv[1]))
    alone = False
    with contextlib.suppress(ServerGoneError):
        # The plan comes before the handles: it names the folders.
        plan = channel.plan()
        alone = plan["alone"]
        protect(subreaper=plan["subreaper"])
        channel.hand_over(plan["folders"])
        channel.plan()  # go
        job = Job(plan, channel)
        if job.start():
            job.see_to_its_end()
        # What the command left behind is ended by the server, which also closes the channel.
        while channel.read(100):
            pass
    end_all(alone=alone)


if __name__ == "__main__":
    main()
