"""The command lines people already have, installed from the registry into environments of their own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Kept between runs: an environment is a minute of downloads.
ENVIRONMENTS = Path(os.environ.get("UZU_CLIENT_ENVIRONMENTS") or ROOT / "var" / "clients")


@contextmanager
def only_process(lock: Path) -> Iterator[None]:
    """Wait until no other process is in here with this lock."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Package:
    """A client and what has to be installed for it, in the versions the suite names."""

    name: str
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return ENVIRONMENTS / self.name

    @cache  # noqa: B019 -- once a session, for each of the few packages below
    def install(self) -> None:
        """Make the environment, unless it is there; of several test processes one makes it and the others wait."""
        done = self.folder / "installed"
        wanted = "\n".join([*self.requirements, *self._digests_of_our_code()])
        with only_process(ENVIRONMENTS / f"{self.name}.lock"):
            if done.exists() and done.read_text() == wanted:
                return
            shutil.rmtree(self.folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", self.folder], check=True)
            subprocess.run([self.folder / "bin" / "pip", "install", "--quiet", *self.requirements], check=True)
            done.write_text(wanted)

    def _digests_of_our_code(self) -> Iterator[str]:
        """The same name and version need not be the same code."""
        for ours in self.requirements:
            if ours.startswith("/"):
                digest = hashlib.sha256()
                for path in [*sorted(Path(ours).rglob("*.py")), Path(ours) / "pyproject.toml"]:
                    digest.update(path.read_bytes())
                yield digest.hexdigest()

    def __str__(self) -> str:
        return self.name


# kaggle imports six without asking for it. The newest and three between with the SDK that pip gives them today, two with
# the one of their own days.
KAGGLE_NOW = Package("kaggle-2.2.5", ("kaggle==2.2.5", "kagglesdk==0.1.38", "six"))
KAGGLE_BEFORE = Package("kaggle-2.2.4", ("kaggle==2.2.4", "kagglesdk==0.1.37", "six"))
KAGGLE_2_2 = Package("kaggle-2.2.3", ("kaggle==2.2.3", "kagglesdk==0.1.38", "six"))
KAGGLE_2_1 = Package("kaggle-2.1.2", ("kaggle==2.1.2", "kagglesdk==0.1.38", "six"))
KAGGLE_1_8 = Package("kaggle-1.8.4", ("kaggle==1.8.4", "kagglesdk==0.1.38", "six"))
KAGGLE_OLDEST = Package("kaggle-1.8.2", ("kaggle==1.8.2", "kagglesdk==0.1.13", "six"))
# Every rule is asked for by three of them, a day of a participant is lived with each.
KAGGLES = (KAGGLE_NOW, KAGGLE_BEFORE, KAGGLE_OLDEST)
EVERY_KAGGLE = (KAGGLE_NOW, KAGGLE_BEFORE, KAGGLE_2_2, KAGGLE_2_1, KAGGLE_1_8, KAGGLE_OLDEST)
# Another protocol, of which nothing works here: what it is told is tested.
KAGGLE_1_7 = Package("kaggle-1.7.4.5", ("kaggle==1.7.4.5", "six"))
KAGGLEHUB = Package("kagglehub-1.0.3", ("kagglehub==1.0.3", "kagglesdk==0.1.38"))
GURUGURU = Package("guruguru-0.1.2.1", ("guruguru==0.1.2.1",))
# Of pipelines: the client and the scoring package beside what keeps a lab book, makes checks or runs tasks.
OURS = (str(ROOT / "cli"), str(ROOT / "scoring"))
MLFLOW = Package("mlflow-3.17.2", (*OURS, "mlflow-skinny==3.17.2", "sqlalchemy==2.1.9", "alembic==1.20.1"))
PANDERA = Package("pandera-0.35.0", ("pandera==0.35.0", "frictionless==5.21.0", "pandas==3.1.1", "pyyaml"))
GOKART = Package("gokart-1.12.2", (*OURS, "gokart==1.12.2", "luigi==3.8.1"))
UZU = Package("uzu", (str(ROOT / "cli"), "kaggle==2.2.5", "kagglesdk==0.1.38", "six", "pandas", "polars"))


@dataclass
class Client:
    """One person's machine with one client on it: a home folder, an environment, a working folder."""

    package: Package
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *command: str, stdin: str | None = None, timeout: int = 120) -> subprocess.CompletedProcess[str]:
        """Run a command of the package in the home folder; what it printed is in `.stdout` and `.stderr`."""
        environment = {
            "PATH": f"{self.package.folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "COLUMNS": "200",
            # A mistake must fail instead of leaving this machine.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            **self.environment,
        }
        return subprocess.run(
            command,
            cwd=self.home,
            env=environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            start_new_session=True,  # no terminal: a password is read from standard input
        )

    def ok(self, *command: str, stdin: str | None = None) -> str:
        """Run a command that must succeed; returns what it printed."""
        result = self(*command, stdin=stdin)
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
        return result.stdout


def kaggle_client(package: Package, home: Path, *, server: str, username: str, key: str) -> Client:
    """The kaggle command line or kagglehub, looking for its server at http://localhost through a proxy: ours."""
    package.install()
    environment = {
        "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
        "HTTP_PROXY": server,
        "http_proxy": server,
        "KAGGLE_USERNAME": username,
        "KAGGLE_KEY": key,
    }
    return Client(package, home, environment)
