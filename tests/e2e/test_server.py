"""`make run` as an operator meets it: two processes that start and stop together, and keep what they were given."""

import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.server import server_in


@pytest.fixture
def own_server(tmp_path):
    server = server_in(tmp_path, UZU_DEMO="0")
    yield server
    if server.process and server.process.poll() is None:
        server.stop()


def fetch(url: str):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_demo_is_there_after_the_first_start(server):
    competitions = fetch(f"{server.url}/api/competitions/")["results"]
    # Others made theirs on this server meanwhile.
    states = {one["slug"]: one["state"] for one in competitions if one["slug"].startswith("demo-")}
    assert states == {
        "demo-diabetes": "running",
        "demo-breast-cancer": "confirmed",
        "demo-digits": "upcoming",
    }


def test_ctrl_c_stops_both_processes_and_a_second_start_keeps_the_data(own_server):
    own_server.start()
    own_server.manage("shell", "-c", "from accounts.models import User; User.objects.create(username='keeper')")
    children = children_of(own_server.process.pid)
    assert len(children) == 2
    os.kill(own_server.process.pid, signal.SIGINT)
    assert own_server.process.wait(timeout=40) == 0
    assert all(gone(child) for child in children)
    own_server.start()
    assert fetch(f"{own_server.url}/api/users/keeper/")["username"] == "keeper"


def test_when_the_worker_dies_it_comes_back_and_the_web_server_stays(own_server):
    own_server.start()
    children = children_of(own_server.process.pid)
    worker = next(child for child in children if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"))
    (web,) = set(children) - {worker}
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not set(children_of(own_server.process.pid)) - {web, worker}:
        assert fetch(f"{own_server.url}/healthz") == {"status": "ok"}
        time.sleep(0.1)
    now = children_of(own_server.process.pid)
    assert web in now
    assert len(now) == 2
    os.kill(own_server.process.pid, signal.SIGTERM)
    assert own_server.process.wait(timeout=40) == 0
    assert all(gone(child) for child in [web, worker, *now])
