"""The product as people run it: gunicorn and a worker on a folder of their own, with the demo loaded."""

from __future__ import annotations

import contextlib
import email
import email.policy
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Demo:
    """The data folder of a server that was started once, loaded the demo and was stopped: others begin with a copy.

    `shared`: a folder that the processes of a test run have together (`conftest`); without it, every server loads its own.
    """

    shared: Path | None = None

    def copy_to(self, var: Path) -> None:
        if self.shared is not None:
            shutil.copytree(self._folder(self.shared), var, dirs_exist_ok=True)

    def _folder(self, shared: Path) -> Path:
        loaded = shared / "demo"
        with (shared / "demo.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not loaded.exists():
                first = server_in(shared / "demo-loading")
                first.var.mkdir(exist_ok=True)
                first.launch()
                first.stop()
                first.var.rename(loaded)
        return loaded


demo = Demo()


@dataclass
class Server:
    """A running server. `var`: its data folder; `password`: of host, alice and bob."""

    url: str
    var: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    password: str = "uzu-demo"
    has_demo: bool = False

    @property
    def log(self) -> str:
        return (self.var / "server.log").read_text(errors="replace")

    def start(self) -> None:
        """Start both processes, and wait until it is ready; the first time with the demo, unless it is to have none."""
        if self.has_demo and not (self.var / "server.log").exists():
            demo.copy_to(self.var)
        self.launch()

    def launch(self) -> None:
        """Start both processes, as `make run` does, and wait until it is ready."""
        with (self.var / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "main.launch"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended at once:\n{self.log[-4000:]}")
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5).close()
                return
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"the server did not become ready:\n{self.log[-4000:]}")

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; its exit code."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def manage(self, *arguments: str) -> str:
        """What `manage.py ...` prints, on the same data."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def get(self, path: str, *, token: str = "") -> bytes:
        """What an address of the server answers, as a script sees it."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = path if path.startswith("http") else self.url + path
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
            return answer.read()

    def json(self, path: str, *, token: str = "") -> Any:
        return json.loads(self.get(path, token=token))

    def mails_to(self, address: str) -> list[str]:
        """The texts of the emails sent to `address`, oldest first."""
        texts = []
        for file in sorted((self.var / "mails").glob("*.log"), key=lambda file: file.stat().st_mtime_ns):
            for part in file.read_bytes().split(b"-" * 79):
                message = email.message_from_bytes(part.lstrip(), policy=email.policy.default)
                if address in str(message["To"]):
                    texts.append(message.get_body(("plain",)).get_content())
        return texts


def server_in(var: Path, **settings: str) -> Server:
    """A server, not started yet, on a free port with its data below `var`. `settings`: environment variables."""
    has_demo = settings.get("UZU_DEMO") != "0" and "DATABASE_URL" not in settings
    port = free_port()
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "UZU_FRONTEND_DIST") if name in os.environ}
    environment = {
        **inherited,
        "PORT": str(port),
        "UZU_VAR_DIR": str(var),
        "EMAIL_URL": f"filemail:///{var}/mails",
        "WEB_CONCURRENCY": "1",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    return Server(url=f"http://127.0.0.1:{port}", var=var, environment=environment, has_demo=has_demo)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
