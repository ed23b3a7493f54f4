"""The kinds of sandbox that this machine can offer, each as a runner."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.attacks import Surroundings, surroundings
from sandbox.runners.base import Runner
from sandbox.runners.bubblewrap import BubblewrapRunner
from sandbox.runners.docker import DockerRunner
from sandbox.runners.landlock import LandlockRunner, landlock_version

KINDS = ("bubblewrap", "landlock", "docker")


def bubblewrap() -> Runner:
    if shutil.which("bwrap") is None:
        pytest.skip("needs bwrap: install the package bubblewrap")
    return BubblewrapRunner()


def landlock() -> Runner:
    if landlock_version() < 1:
        pytest.skip("needs a kernel with Landlock (5.13 or newer, enabled)")
    return LandlockRunner()


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The address of an engine for containers: the one of UZU_TEST_ENGINE, or a Podman of our own, which takes root."""
    pytest.importorskip("docker.client", reason="needs docker-py: install the Python package docker")
    if address := os.environ.get("UZU_TEST_ENGINE"):
        yield address
        return
    if shutil.which("podman") is None or shutil.which("runc", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("needs podman: install the packages podman and runc, or set UZU_TEST_ENGINE")
    if os.geteuid() != 0:
        pytest.skip("needs root to start a Podman of its own: set UZU_TEST_ENGINE to the address of an engine")
    folder = Path(tempfile.mkdtemp(prefix="uzu-podman-"))
    (folder / "containers.conf").write_text(
        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
        '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n'
    )
    command = ["podman", "--storage-driver", "vfs", "--root", str(folder / "root"), "--runroot", str(folder / "run")]
    address = f"unix://{folder}/podman.sock"
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(
            [*command, "system", "service", "--time=0", address],
            env={**os.environ, "CONTAINERS_CONF": str(folder / "containers.conf")},
            stdout=log,
            stderr=log,
        )
    try:
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.connect(str(folder / "podman.sock"))
                break
            assert service.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, "Podman did not start"
        yield address
    finally:
        service.terminate()
        service.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=KINDS)
def runner(request: pytest.FixtureRequest) -> Runner:
    """Every kind of sandbox."""
    if request.param == "docker":
        return DockerRunner(address=request.getfixturevalue("engine"))
    return {"bubblewrap": bubblewrap, "landlock": landlock}[request.param]()


@pytest.fixture(scope="session", params=["bubblewrap", "landlock"])
def waiting_runner(request: pytest.FixtureRequest) -> Runner:
    """Every kind of sandbox that can be made in advance."""
    return {"bubblewrap": bubblewrap, "landlock": landlock}[request.param]()


@pytest.fixture(scope="session")
def around() -> Iterator[Surroundings]:
    """What somebody who gets out would find on this machine."""
    with surroundings() as found:
        yield found
