"""`make run` keeps its processes running: with real ones, killed by real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60.0

# Says who it is, then lives until it is killed.
LIVES = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(120)"
DIES = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); os.abort()"
CANNOT_START = "import sys; open(sys.argv[1], 'a').write('0\\n'); sys.exit(3)"
LAUNCHER = """
import sys
from main import launch
launch.announce = lambda address: None
launch.FIRST_PAUSE, launch.settings.LONGEST_RESTART_PAUSE_SECONDS, launch.MOST_DEATHS = 0.01, 0.05, {most}
children = [launch.Child(name, [sys.executable, "-c", script, log]) for name, script, log in {children!r}]
sys.exit(launch.supervise(children, ""))
"""


class Launched:
    """A launcher with two children, and the process ids each had."""

    def __init__(self, folder: Path, web: str, worker: str, most: int) -> None:
        self.logs = {"web server": folder / "web", "worker": folder / "worker"}
        children = [("web server", web, str(self.logs["web server"])), ("worker", worker, str(self.logs["worker"]))]
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER.format(most=most, children=children)],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "main.settings"},
            stderr=subprocess.PIPE,
            text=True,
        )

    def pids(self, name: str) -> list[int]:
        """All that it had, the newest last."""
        log = self.logs[name]
        return [int(line) for line in log.read_text().split()] if log.exists() else []

    def wait_for(self, fact: Callable[[], bool]) -> None:
        until = time.monotonic() + LIMIT
        while not fact():
            assert time.monotonic() < until, "it did not come true"
            assert self.process.poll() is None, self.process.communicate()[1]
            time.sleep(0.01)

    def end(self) -> list[str]:
        """Wait for it; the lines it said."""
        return self.process.communicate(timeout=LIMIT)[1].splitlines()


@pytest.fixture
def launch(tmp_path) -> Iterator[Callable[..., Launched]]:
    launched: list[Launched] = []

    def start(*, web: str = LIVES, worker: str = LIVES, most: int = 25) -> Launched:
        launched.append(Launched(tmp_path, web, worker, most))
        return launched[-1]

    yield start
    for one in launched:
        if one.process.poll() is None:
            # Not killed: its children, which hold our pipe, have to go too.
            one.process.terminate()
            one.process.communicate(timeout=LIMIT)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_killed_ten_times_comes_back_and_the_web_server_stays(launch):
    launched = launch()
    for deaths in range(10):
        launched.wait_for(lambda deaths=deaths: len(launched.pids("worker")) == deaths + 1)
        os.kill(launched.pids("worker")[-1], signal.SIGKILL)
    launched.wait_for(lambda: len(launched.pids("worker")) == 11)
    assert len(launched.pids("web server")) == 1
    assert is_there(launched.pids("web server")[0])

    launched.process.send_signal(signal.SIGTERM)
    said = launched.end()
    assert launched.process.returncode == 0
    assert "killed by SIGKILL" in said[0]
    assert not any(is_there(pid) for name in launched.logs for pid in launched.pids(name))


def test_a_web_server_that_is_killed_comes_back_too(launch):
    launched = launch()
    launched.wait_for(lambda: len(launched.pids("web server")) == 1)
    os.kill(launched.pids("web server")[0], signal.SIGKILL)
    launched.wait_for(lambda: len(launched.pids("web server")) == 2)
    launched.wait_for(lambda: len(launched.pids("worker")) == 1)


def test_what_dies_again_and_again_is_given_up_with_a_clear_last_line(launch):
    launched = launch(worker=DIES, most=3)
    said = launched.end()
    assert launched.process.returncode == 1
    assert len(launched.pids("worker")) == 4
    assert said[-1] == "渦 the worker has died 4 times in a row, killed by SIGABRT: giving up"
    assert not any(is_there(pid) for pid in launched.pids("web server"))


def test_what_cannot_start_at_all_is_not_tried_for_minutes(launch):
    launched = launch(web=CANNOT_START)
    said = launched.end()
    assert launched.process.returncode == 1
    assert len(launched.pids("web server")) == 1
    assert "the web server can't start (exit status 3)" in said[-1]
