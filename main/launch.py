"""`make run`: prepare the database, then keep one web server and one worker running.

Ctrl-C or a SIGTERM ends both; nothing is left behind. One that dies is started again, after a pause that grows, while
the other goes on; what dies again and again, or can't start at all, ends the command. At scale an init system or
containers start the same two commands on as many machines as one likes (docs/operating.md).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

BASE_DIR = Path(__file__).resolve().parent.parent
GRACE = 20  # seconds that children have to finish what they are doing


# A child that dies is started again after a pause, which doubles with every death in a row (up to a setting).
FIRST_PAUSE = 0.5
# So many in a row, some ten minutes of trying, are no accident any more.
MOST_DEATHS = 25
# What lived for so long was well: the next death is a first one.
HEALTHY_SECONDS = 120.0
# What ends by itself so soon after its first start (a port that is taken, a wrong setting) will do so again.
STARTING_SECONDS = 30.0


class Stopped(Exception):
    """A signal says that it is time to go."""


class GivenUp(Exception):
    """A child can't be kept running; says why."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "main.settings")
    os.umask(0o077)
    django.setup()
    prepare()
    address = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
    return supervise([Child("web server", web_command(address)), Child("worker", worker_command())], address)


# --- what has to be there before the first request --------------------------------------------------------------------
def prepare() -> None:
    """Migrate, gather static files if they changed, and load the demo into an empty development database."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    from foundation import metrics  # noqa: PLC0415 -- counts from its import on

    metrics.forget()
    say("migrating the database")
    call_command("migrate", interactive=False, verbosity=0)
    collect_static()
    if settings.LOADS_DEMO:
        call_command("demo", if_empty=True)


def collect_static() -> None:
    """Compressing takes seconds, so only when the app was built or a package installed since."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    sources = [
        settings.FRONTEND_DIST / "index.html",
        Path(sys.prefix) / ".runtime",
        *(file for room in apps.get_app_configs() for file in own_static_files(Path(room.path))),
    ]
    newest = max((source.stat().st_mtime for source in sources if source.is_file()), default=0.0)
    if stamp.exists() and stamp.stat().st_mtime >= newest:
        return
    say("gathering static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()


def own_static_files(room: Path) -> Iterator[Path]:
    """Static files of a room of ours; those of installed packages change with the environment only."""
    return (room / "static").rglob("*") if room.parent == BASE_DIR else iter(())


# --- the two processes ------------------------------------------------------------------------------------------------
def web_command(address: str) -> list[str]:
    command = [
        *(sys.executable, "-m", "gunicorn", "main.wsgi:application"),
        *("--bind", address),
        *("--worker-class", "gthread"),
        *("--workers", os.environ.get("WEB_CONCURRENCY", "2")),
        *("--threads", os.environ.get("WEB_THREADS", "16")),
        # An upload over a slow line may take its time; a worker that hangs is replaced.
        *("--timeout", "300", "--graceful-timeout", str(GRACE - 5)),
        *("--log-level", "warning"),
    ]
    if Path("/dev/shm").is_dir():  # noqa: S108 -- gunicorn's heartbeat file, made by it with a name of its own
        command += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return command


def worker_command() -> list[str]:
    # It yields to the web server, which somebody waits for: of two that want the processor it gets a tenth.
    return ["nice", "-n", "10", sys.executable, str(BASE_DIR / "manage.py"), "worker"]


class Child:
    """One of the processes, and how often it has died."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.starts = 0
        # Deaths since it last lived for long.
        self.deaths = 0
        self.start_at = 0.0

    def start(self) -> None:
        # In a session of its own: Ctrl-C reaches this process alone, which then ends the others in good order.
        self.process = subprocess.Popen(self.command, cwd=BASE_DIR, start_new_session=True)  # noqa: S603
        self.started_at = time.monotonic()
        self.starts += 1

    def watch(self) -> None:
        """Start it, or start it again once its pause is over.

        Raises:
            GivenUp: it can't start, or dies again and again.
        """
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        lived = time.monotonic() - self.started_at
        self.process = None
        if self.starts == 1 and code > 0 and lived < STARTING_SECONDS:
            raise GivenUp(f"the {self.name} can't start (exit status {code}); the reason stands above")
        self.deaths = 1 if lived > HEALTHY_SECONDS else self.deaths + 1
        if self.deaths > MOST_DEATHS:
            raise GivenUp(f"the {self.name} has died {self.deaths} times in a row, {how(code)}: giving up")
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), settings.LONGEST_RESTART_PAUSE_SECONDS)
        self.start_at = time.monotonic() + pause
        say(f"the {self.name} died, {how(code)}: starting it again in {pause:g} s")


def how(code: int) -> str:
    """The end of a process in words, from what `Popen.poll` says."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def supervise(children: Sequence[Child], address: str) -> int:
    """Keep the children running; 0 if somebody stopped them, 1 if one of them had to be given up."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    last_words = "stopping"
    try:
        for child in children:
            child.watch()
        threading.Thread(target=announce, args=(address,), daemon=True).start()
        while True:
            time.sleep(0.2)
            for child in children:
                child.watch()
    except Stopped:
        say(last_words)
        return 0
    except GivenUp as reason:
        last_words = str(reason)
        return 1
    finally:
        stop([child.process for child in children if child.process is not None])
        if last_words != "stopping":
            # The last line of all: those of the other process, as it ends, come before.
            say(last_words)


def stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def announce(address: str) -> None:
    """Say where it is once it answers."""
    for _attempt in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}/healthz", timeout=1):
            say(f"{settings.SITE_NAME} is at http://{address}  (stop with Ctrl-C)")
            if settings.LOADS_DEMO:
                say("sign in as host, alice or bob, password uzu-demo")
            return
        time.sleep(0.2)


def say(text: str) -> None:
    print(f"渦 {text}", file=sys.stderr, flush=True)  # noqa: T201 -- speaks to the person at the terminal


def _stop(signum: int, frame: FrameType | None) -> None:
    # A second Ctrl-C is no more than the first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
