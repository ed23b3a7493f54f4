"""An engine for containers, for those benchmarks that compare with one: somebody's own, or a Podman for the moment."""

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

CONFIGURATION = (
    '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n'
)
START_SECONDS = 60.0


@contextlib.contextmanager
def engine(address: str = "") -> Iterator[str | None]:
    """The address of an engine; None where there is none and none can be started. `address`: of one that runs."""
    if address:
        yield address
        return
    has_runc = shutil.which("runc", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None
    if shutil.which("podman") is None or not has_runc or os.geteuid() != 0:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="uzu-podman-"))
    (folder / "containers.conf").write_text(CONFIGURATION)
    command = ["podman", "--storage-driver", "vfs", "--root", str(folder / "root"), "--runroot", str(folder / "run")]
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(
            [*command, "system", "service", "--time=0", f"unix://{folder}/podman.sock"],
            env={**os.environ, "CONTAINERS_CONF": str(folder / "containers.conf")},
            stdout=log,
            stderr=log,
        )
    try:
        yield f"unix://{folder}/podman.sock" if _answers(folder / "podman.sock", service) else None
    finally:
        service.terminate()
        service.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(path: Path, service: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and service.poll() is None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            return True
        time.sleep(0.1)
    return False
