"""Sandboxes made in advance: used once, bounded, and no harm to each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import MIB, Event, Limits, LogLine, Outputs, Reason, WarmPool, WarmSpec, work_once
from sandbox.runners.base import Runner
from sandbox.runners.docker import DockerRunner
from tests.sandbox.conftest import bubblewrap

SCRIPT = b"""
import os, sys, time
from pathlib import Path

kept = []

def work(call, given, made):
    match call["do"]:
        case "sum":
            return {"sum": sum((given / "numbers").read_bytes()), "loaded": "colorsys" in sys.modules}
        case "keep":
            kept.append(1)
            before = Path(os.environ["TMPDIR"], "kept").exists()
            Path(os.environ["TMPDIR"], "kept").write_text("x")
            return [len(kept), before]
        case "hang":
            while True: pass
        case "sleep":
            print("asleep", flush=True)
            time.sleep(call["seconds"])
            return "awake"
        case "grow":
            hog = []
            while True: hog.append(b"x" * (8 << 20))
        case "raise":
            raise LookupError("not here")
        case "leave":
            os._exit(7)
        case "quietly":
            os._exit(0)
        case "hand back":
            (made / "picture.png").write_bytes(b"png")
            return "done"
        case "nonsense":
            return object()
        case "lie":
            (made / "result.json").write_text("[" * 100000)
            os._exit(0)
"""
SPEC = WarmSpec(
    script=SCRIPT,
    modules=["colorsys"],
    limits=Limits(wall=3, cpu=3, memory=200 * MIB, disk=16 * MIB),
    outputs=Outputs(all_files=True),
)


@pytest.fixture(scope="module")
def pool(waiting_runner: Runner) -> Iterator[WarmPool]:
    with WarmPool(waiting_runner, SPEC, 2) as made:
        yield made


def ready(pool: WarmPool, count: int = 1) -> None:
    assert pool.wait_until_ready(count, seconds=60), pool.problem


def test_work_goes_in_and_the_answer_comes_out(pool: WarmPool) -> None:
    ready(pool)
    answer = pool.work({"do": "sum"}, {"numbers": bytes([1, 2, 3])})
    assert answer is not None
    assert (answer.value, answer.error) == ({"sum": 6, "loaded": True}, None)
    assert answer.outcome.reason is Reason.FINISHED


def test_nothing_is_used_twice(pool: WarmPool) -> None:
    for _ in range(3):
        ready(pool)
        answer = pool.work({"do": "keep"})
        assert answer is not None
        assert answer.value == [1, False]


def test_files_come_back(pool: WarmPool) -> None:
    ready(pool)
    answer = pool.work({"do": "hand back"})
    assert answer is not None
    assert (answer.value, answer.outcome.files["picture.png"]) == ("done", b"png")


ENDS = {
    "hang": Reason.TIMED_OUT,
    "grow": Reason.OUT_OF_MEMORY,
    "leave": Reason.FAILED,
    "quietly": Reason.MISSING_OUTPUT,
    "lie": Reason.INVALID_OUTPUT,
}


@pytest.mark.parametrize(("what", "reason"), ENDS.items())
def test_each_end_has_its_reason(pool: WarmPool, what: str, reason: Reason) -> None:
    ready(pool)
    answer = pool.work({"do": what})
    assert answer is not None
    assert (answer.outcome.reason, answer.value, answer.error) == (reason, None, None), answer.outcome


@pytest.mark.parametrize(("what", "kind"), [("raise", "LookupError"), ("nonsense", "TypeError")])
def test_what_is_raised_is_told(pool: WarmPool, what: str, kind: str) -> None:
    ready(pool)
    answer = pool.work({"do": what})
    assert answer is not None
    assert answer.error is not None
    assert answer.error["type"] == kind
    assert what != "raise" or "LookupError: not here" in answer.error["traceback"]


def test_where_none_is_ready_the_answer_is_none_at_once(waiting_runner: Runner) -> None:
    with WarmPool(waiting_runner, SPEC, 1) as pool:
        ready(pool)
        started = threading.Event()

        def sleeping(event: Event) -> None:
            if isinstance(event, LogLine) and "asleep" in event.text:
                started.set()

        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(pool.work({"do": "sleep", "seconds": 1}, on_event=sleeping))
        )
        thread.start()
        assert started.wait(30)
        asked = time.monotonic()
        assert pool.work({"do": "sum"}) is None
        assert time.monotonic() - asked < 0.1
        thread.join()
        assert answers[0].value == "awake"
        ready(pool)  # it is replaced


@pytest.mark.parametrize("harm", ["hang", "grow"])
def test_one_that_is_killed_does_not_touch_another(pool: WarmPool, harm: str) -> None:
    ready(pool, 2)
    answers = {}
    threads = [
        threading.Thread(target=lambda: answers.update(harm=pool.work({"do": harm}))),
        threading.Thread(target=lambda: answers.update(good=pool.work({"do": "sleep", "seconds": 2}))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers["good"].value == "awake"
    assert answers["harm"].outcome.reason is ENDS[harm]


def test_waiting_costs_no_time_of_the_work(waiting_runner: Runner) -> None:
    """The limit of time counts from when the work is given."""
    spec = WarmSpec(script=SCRIPT, limits=Limits(wall=2, memory=200 * MIB))
    with WarmPool(waiting_runner, spec, 1) as pool:
        ready(pool)
        warm = pool._ready[0]
        warm.session._asked_to_start -= 1000
        answer = pool.work({"do": "sleep", "seconds": 0.5})
        assert answer is not None
        assert answer.value == "awake"
        assert 0.5 <= answer.outcome.wall < 2


def test_the_problem_of_a_script_is_told_and_closing_ends_the_attempts(waiting_runner: Runner) -> None:
    with WarmPool(waiting_runner, WarmSpec(script=b"import no_such_module"), 1) as pool:
        until = time.monotonic() + 60
        while not pool.problem:
            assert time.monotonic() < until
        assert "no_such_module" in pool.problem
        assert pool.ready() == 0


def test_closing_ends_everything(waiting_runner: Runner) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    pool = WarmPool(waiting_runner, SPEC, 2)
    ready(pool, 2)
    pids = [warm.session.box.pid for warm in pool._ready]
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    pool.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert pool.work({"do": "sum"}) is None
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "", ".", "..", "a\0b"])
def test_files_have_plain_names(pool: WarmPool, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        pool.work({"do": "sum"}, {name: b""})


def test_the_same_work_can_be_done_without_a_pool(runner: Runner) -> None:
    answer = work_once(runner, SPEC, {"do": "sum"}, {"numbers": bytes([1, 2])})
    assert answer.value == {"sum": 3, "loaded": True}, answer.outcome


def test_a_pool_of_a_kind_that_cannot_wait_is_never_ready() -> None:
    bubblewrap()
    with WarmPool(DockerRunner(), SPEC, 1) as pool:
        assert pool.work({"do": "sum"}) is None
        assert "in advance" in pool.problem
