"""Sandboxes made in advance: each has imported its libraries, waits, is used once, ended, and replaced.

Importing is what costs seconds; the sandbox itself costs a twentieth of one. Nothing is ever used twice, so that no
work finds anything of another.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox import worker
from sandbox.errors import SandboxError
from sandbox.outcome import Event, Happened, Outcome, Reason
from sandbox.runners.base import Runner
from sandbox.session import Session
from sandbox.spec import PYTHON, Input, Limits, Outputs, Spec

WORKER = Path(worker.__file__).read_bytes()
WORKER_PATH, SCRIPT_PATH, MESSAGE_PATH = "/uzu-worker/worker.py", "/uzu-worker/script.py", "/uzu-worker/message"
LONGEST_PAUSE = 60.0


@dataclass(frozen=True, kw_only=True)
class WarmSpec:
    """What the sandboxes of a pool are made for.

    script: a Python program that defines `work(call, given, made)`, see `worker`. It is ours; what it is asked to run
    need not be. modules: imported in advance. limits: of one piece of work, whose files count as disk; memory is that
    of everything together, and times the size of the pool what the machine has to have. outputs: of files beside the
    result. environment: one thread for each library by default, which suits many small pieces of work.
    """

    script: bytes
    modules: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)
    inputs: Sequence[Input] = ()
    outputs: Outputs = field(default_factory=Outputs)
    environment: Mapping[str, str] = field(
        default_factory=lambda: {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    )

    def spec(self, message: bytes | None) -> Spec:
        """The run of one piece of work. message: the work, or None where it will come over standard input."""
        inputs = [Input(WORKER, WORKER_PATH), Input(self.script, SCRIPT_PATH), *self.inputs]
        if message is not None:
            inputs.append(Input(message, MESSAGE_PATH))
        return Spec(
            command=[PYTHON, "-I", WORKER_PATH, SCRIPT_PATH, "-" if message is None else MESSAGE_PATH, *self.modules],
            inputs=inputs,
            limits=self.limits,
            environment=self.environment,
            outputs=replace(self.outputs, required=(worker.RESULT, *self.outputs.required)),
        )


@dataclass(frozen=True)
class Answer:
    """What came of one piece of work. value: what `work` returned, as JSON has it; error: what it raised, with `type`,
    `message` and `traceback`; both None where the outcome says why there is neither. None of it can be trusted more
    than the code that was asked to run."""

    outcome: Outcome
    value: Any = None
    error: dict[str, str] | None = None


def work_once(
    runner: Runner,
    spec: WarmSpec,
    call: Any,
    files: Mapping[str, bytes] | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Answer:
    """Do a piece of work in a sandbox that is made for it, which takes as long as the imports take."""
    return _answer(runner.run(spec.spec(_message(call, files or {})), on_event))


class WarmPool:
    """Keeps sandboxes ready. One is made at a time, so that a burst of work is not slowed down by its own replacements.

    Belongs to one process: make it after forking.
    """

    def __init__(self, runner: Runner, spec: WarmSpec, size: int) -> None:
        self.runner = runner
        self.spec = spec
        # Why the newest attempt to make one failed; empty while they succeed.
        self.problem = "" if runner.can_wait else f"sandboxes of {runner.name} can't be made in advance"
        self._ready: deque[_Warm] = deque()
        self._changed = threading.Condition()
        self._making = threading.Semaphore(1)
        self._closed = threading.Event()
        self._all: set[_Warm] = set()
        # The thread that starts a sandbox stays with it: the kernel ends a sandbox with the thread that began it.
        self._keepers = [threading.Thread(target=self._keep, name=f"sandbox-{n}", daemon=True) for n in range(size)]
        for keeper in self._keepers if runner.can_wait else ():
            keeper.start()

    def ready(self) -> int:
        """How many wait for work."""
        with self._changed:
            return len(self._ready)

    def wait_until_ready(self, count: int = 1, *, seconds: float) -> bool:
        """Wait for a number of them; whether there are."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._ready) >= count, seconds)

    def work(
        self,
        call: Any,
        files: Mapping[str, bytes] | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> Answer | None:
        """Do a piece of work in one that is ready; None, at once, where none is.

        call: anything JSON can hold. files: by plain names. on_event: called from another thread.
        """
        message = _message(call, files or {})
        while (warm := self._take()) is not None:
            if warm.give(message, on_event):
                return _answer(warm.outcome())
        return None

    def close(self) -> None:
        """End all of them, also those at work."""
        self._closed.set()
        with self._changed:
            everything = list(self._all)
        for warm in everything:
            warm.session.cancel()
        for keeper in self._keepers:
            if keeper.is_alive():
                keeper.join(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _take(self) -> _Warm | None:
        with self._changed:
            return self._ready.popleft() if self._ready else None

    def _keep(self) -> None:
        """Make one after the other, and see each to its end."""
        pause = 0.5
        while not self._closed.is_set():
            self._making.acquire()
            try:
                warm = self._open()
            except (SandboxError, OSError) as error:
                self._making.release()
                self.problem = str(error)
            else:
                outcome = _outcome_of(warm.session)
                self._forget(warm)
                warm.finish(outcome)
                if warm.session.is_ready:
                    pause = 0.5
                    continue
                self._making.release()
                self.problem = f"{outcome.reason.value}: {outcome.detail or outcome.printed('stderr')[-2000:]}"
            self._closed.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _open(self) -> _Warm:
        spec = self.spec.spec(None)
        reader, writer = os.pipe2(os.O_CLOEXEC)
        try:
            session = Session(self.runner.open(spec, stdin=reader), spec, waits_for_work=True)
        except BaseException:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        warm = _Warm(session, writer)
        session.on_event = lambda event: self._hear(warm, event)
        with self._changed:
            self._all.add(warm)
            if self._closed.is_set():
                session.cancel()
        return warm

    def _hear(self, warm: _Warm, event: Event) -> None:
        """What one tells. The first thing is that it is ready: nothing but its imports ran until then."""
        if warm.session.is_ready:
            warm.tell(event)
        elif isinstance(event, Happened) and event.data.get("ready") is True:
            warm.session.is_ready = True
            self.problem = ""
            self._making.release()
            with self._changed:
                self._ready.append(warm)
                self._changed.notify_all()

    def _forget(self, warm: _Warm) -> None:
        with self._changed:
            self._all.discard(warm)
            with contextlib.suppress(ValueError):
                self._ready.remove(warm)


def _outcome_of(session: Session) -> Outcome:
    """Whatever happens in somebody's `on_event`, the keeper of a sandbox lives on, and whoever waits is answered."""
    try:
        return session.wait()
    except Exception as error:  # noqa: BLE001
        return Outcome(Reason.PLATFORM_ERROR, detail=f"{type(error).__name__}: {error}")


class _Warm:
    """One sandbox of a pool, and the way its work goes in."""

    def __init__(self, session: Session, writer: int) -> None:
        self.session = session
        self._writer = writer
        self._outcome: Outcome | None = None
        self._ended = threading.Event()
        self._on_event: Callable[[Event], None] | None = None
        self._writing = threading.Lock()

    def give(self, message: bytes, on_event: Callable[[Event], None] | None) -> bool:
        """Hand the work over; False where the sandbox is no more."""
        self._on_event = on_event
        self.session.begin_work()
        with self._writing:
            if self._writer < 0:
                return False
            try:
                # The worker reads all of it before anything else runs; were it to hang, its end breaks the pipe.
                left = memoryview(message)
                while left:
                    left = left[os.write(self._writer, left) :]
            except OSError:
                return False
            finally:
                os.close(self._writer)
                self._writer = -1
        return True

    def tell(self, event: Event) -> None:
        """Pass on what happens while it works."""
        if self._on_event is not None:
            self._on_event(event)

    def finish(self, outcome: Outcome) -> None:
        """It has ended: whoever waits for it may go on."""
        self._outcome = outcome
        with self._writing:
            if self._writer >= 0:
                os.close(self._writer)
                self._writer = -1
        self._ended.set()

    def outcome(self) -> Outcome:
        """Wait for the end, which the limits bring about in any case."""
        self._ended.wait()
        assert self._outcome is not None
        return self._outcome


def _message(call: Any, files: Mapping[str, bytes]) -> bytes:
    """The work as one piece: a line that says what comes, then the files.

    Raises:
        ValueError: the name of a file is none.
    """
    for name in files:
        if "/" in name or "\0" in name or name in {"", ".", ".."}:
            raise ValueError(f"not a name of a file: {name!r}")
    header = {"call": call, "files": [[name, len(content)] for name, content in files.items()]}
    return b"".join([json.dumps(header).encode(), b"\n", *files.values()])


def _answer(outcome: Outcome) -> Answer:
    """Read what the worker wrote, beside code that may have written anything there."""
    if outcome.reason is not Reason.FINISHED:
        return Answer(outcome)
    try:
        result = json.loads(outcome.files[worker.RESULT])
    except (ValueError, RecursionError):
        result = None
    match result:
        case {"value": value}:
            return Answer(outcome, value=value)
        case {"error": {"type": "MemoryError"}}:
            return Answer(replace(outcome, reason=Reason.OUT_OF_MEMORY))
        case {"error": {"type": str(kind), "message": str(message), "traceback": str(trace)}}:
            return Answer(outcome, error={"type": kind, "message": message, "traceback": trace})
    return Answer(replace(outcome, reason=Reason.INVALID_OUTPUT))
