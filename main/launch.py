"""`make run`: prepare the database, then one web server and one worker until either stops.

Ctrl-C, a SIGTERM or the end of one child ends both; nothing is left behind. At scale an init system or containers start
the same two commands on as many machines as one likes (docs/operating.md).
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


class Stopped(Exception):  # noqa: N818 -- somebody asked for it
    """A signal says that it is time to go."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "main.settings")
    os.umask(0o077)
    django.setup()
    prepare()
    address = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
    return supervise([web_command(address), worker_command()], address)


# --- what has to be there before the first request --------------------------------------------------------------------
def prepare() -> None:
    """Migrate, gather static files if they changed, and load the demo into an empty development database."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
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
        *("--threads", os.environ.get("WEB_THREADS", "8")),
        # An upload over a slow line may take its time; a worker that hangs is replaced.
        *("--timeout", "300", "--graceful-timeout", str(GRACE - 5)),
        *("--log-level", "warning"),
    ]
    if Path("/dev/shm").is_dir():  # noqa: S108 -- gunicorn's heartbeat file, made by it with a name of its own
        command += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return command


def worker_command() -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), "worker"]


def supervise(commands: Sequence[Sequence[str]], address: str) -> int:
    """Run the commands side by side; 0 if somebody stopped them, 1 if one of them ended by itself."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        # In sessions of their own: Ctrl-C reaches this process alone, which then ends them in good order.
        children += (subprocess.Popen(command, cwd=BASE_DIR, start_new_session=True) for command in commands)  # noqa: S603
        threading.Thread(target=announce, args=(address,), daemon=True).start()
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
    except Stopped:
        say("stopping")
        return 0
    else:
        say("one of the processes ended by itself: stopping the other")
        return 1
    finally:
        stop(children)


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
