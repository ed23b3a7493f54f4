"""The attacks that every kind of sandbox has to stand: tests run them one by one, a server runs them when it starts."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sandbox import probes
from sandbox.errors import SandboxError
from sandbox.outcome import Outcome, Reason
from sandbox.runners.base import Runner
from sandbox.spec import FOLDER, MIB, PYTHON, Input, Limits, Outputs, Spec

PROBES = tuple(probes.PROBES)
PROGRAM = Path(probes.__file__).read_text(encoding="utf-8")
INPUT = "/uzu-input/data.csv"


@dataclass(frozen=True)
class Finding:
    """What came of one attack. detail: how it got through, or how it was held off."""

    attack: str
    held: bool
    detail: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a host offers to somebody who gets out: listeners, a secret anybody may read, a process, an environment."""

    token: str
    folder: Path
    given: Mapping[str, Any]
    received: list[str]

    def left_behind(self, marker: str) -> list[int]:
        """Processes of the host that were started with a marker among their arguments."""
        found = []
        for path in Path("/proc").iterdir():
            if path.name.isdigit() and int(path.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if marker.encode() in (path / "cmdline").read_bytes():
                        found.append(int(path.name))
        return found


@contextlib.contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Set all of that up on this machine, for a while."""
    token = secrets.token_hex(16)
    folder = Path(tempfile.mkdtemp(prefix=f"uzu-attacks-{token[:8]}-"))
    folder.chmod(0o755)
    secret = folder / "secret.txt"
    secret.write_text(token)
    secret.chmod(0o644)
    received: list[str] = []
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        tcp = stack.enter_context(socket.create_server(("0.0.0.0", 0)))  # noqa: S104 - the attack is to reach it
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("0.0.0.0", 0))  # noqa: S104
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0uzu-{token}")
        abstract.listen()
        by_path = stack.enter_context(socket.socket(socket.AF_UNIX))
        by_path.bind(str(folder / "socket"))
        by_path.listen()
        (folder / "socket").chmod(0o777)
        answering = threading.Thread(target=_answer, args=(udp, received), daemon=True)
        answering.start()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)", token], stdin=subprocess.DEVNULL
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        os.environ["UZU_SELF_TEST"] = token
        stack.callback(os.environ.pop, "UZU_SELF_TEST", None)
        root = Path(__file__).resolve().parents[1]
        given = {
            "token": token,
            "folder": str(folder),
            "tcp": sorted({"127.0.0.1", *_addresses()}),
            "tcp_port": tcp.getsockname()[1],
            "udp_port": udp.getsockname()[1],
            "abstract": f"uzu-{token}",
            "socket": str(folder / "socket"),
            "secret_file": str(secret),
            "settings": [str(root / "main" / "settings.py"), str(root / ".env"), str(root / "manage.py"), __file__],
            "process": process.pid,
        }
        try:
            yield Surroundings(token, folder, given, received)
        finally:
            udp.sendto(b"stop", ("127.0.0.1", udp.getsockname()[1]))
            answering.join(5)


def _answer(listener: socket.socket, received: list[str]) -> None:
    while True:
        data, sender = listener.recvfrom(100)
        if data == b"stop":
            return
        received.append(str(sender))
        listener.sendto(b"hello", sender)


def _addresses() -> list[str]:
    """Addresses of this machine that others may know."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("192.0.2.1", 9))  # sends nothing
        return [sender.getsockname()[0]]
    return []


# --- attacks that only look ------------------------------------------------------------------------------------------
def peek(runner: Runner, around: Surroundings, names: tuple[str, ...] = PROBES) -> list[Finding]:
    """Run the named probes in one sandbox."""
    spec = Spec(
        command=[PYTHON, "-I", "-S", "/uzu-input/probes.py", _arguments(around, names)],
        inputs=[Input(PROGRAM.encode(), "/uzu-input/probes.py"), Input(_input(around), INPUT)],
        limits=Limits(wall=30, memory=256 * MIB),
        libraries=False,
    )
    if not runner.has_own_paths:
        # Paths in an argument that is no path are not replaced; the program looks beside itself then.
        spec = replace(spec, environment={"UZU_INPUT": INPUT, "UZU_FOLDER": spec.folder})
    secret = Path(around.given["secret_file"])
    before = _attributes(secret)
    outcome = runner.run(spec)
    changed = _attributes(secret) != before
    answers: dict[str, str | None] = {}
    for line in outcome.printed().splitlines():
        with contextlib.suppress(ValueError):
            name, got = json.loads(line)
            answers[name] = got
    findings = []
    for name in names:
        if name not in answers:
            said = outcome.detail or outcome.printed("stderr")[-300:]
            findings.append(Finding(name, False, f"did not run: {outcome.reason.value} {said}".strip()))
        else:
            got = answers[name]
            findings.append(Finding(name, got is None, got or ""))
    if changed and "change_attributes" in names:
        detail = "changed a file of the host"
        findings = [Finding(f.attack, False, detail) if f.attack == "change_attributes" else f for f in findings]
    if around.received and "network_udp" in names:
        findings = [Finding(f.attack, False, "reached the host") if f.attack == "network_udp" else f for f in findings]
    return findings


def _attributes(path: Path) -> tuple[object, ...]:
    status = path.stat()
    return status.st_mode, status.st_mtime_ns, status.st_size, status.st_uid


def _arguments(around: Surroundings, names: tuple[str, ...]) -> str:
    return json.dumps({**around.given, "probes": names, "input": INPUT, "folder_inside": FOLDER})


def _input(around: Surroundings) -> Path:
    """A file that the host lets everybody write, were it not for the sandbox."""
    folder = around.folder / "input"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    path = folder / "data.csv"
    path.write_text("id,value\n1,2\n")
    path.chmod(0o666)
    return path


# --- attacks that use up or leave something --------------------------------------------------------------------------
@dataclass(frozen=True)
class Attack:
    """A program, what it may use, and what has to come of it: `judge` returns what is wrong with the outcome."""

    name: str
    code: str
    judge: Callable[[Outcome, Limits], str | None]
    limits: Limits = field(default_factory=lambda: Limits(wall=10, memory=256 * MIB))
    outputs: Outputs = field(
        default_factory=lambda: Outputs(all_files=True, max_bytes=1 * MIB, max_total_bytes=2 * MIB, max_files=100)
    )
    runs: int = 1


def ends_as(*reasons: Reason) -> Callable[[Outcome, Limits], str | None]:
    """It ended for one of these reasons, soon after its limit, and used no more than it may."""

    def judge(outcome: Outcome, limits: Limits) -> str | None:
        said = outcome.detail or outcome.printed("stderr")[-300:] or outcome.printed()[-300:]
        printed = len(outcome.printed()) + len(outcome.printed("stderr"))
        problems = {
            f"ended as {outcome.reason.value}: {said}": outcome.reason not in reasons,
            f"took {outcome.wall:.1f} s of {limits.wall} s": outcome.wall > limits.wall + 3,
            f"took {outcome.peak_memory // MIB} MiB": outcome.peak_memory > 2 * limits.memory,
            f"took {outcome.peak_processes} processes": outcome.peak_processes > limits.processes + 80,
            "printed more than is kept": printed > limits.log,
            f"got through: {outcome.printed()[-300:]}": "BREACH" in outcome.printed(),
        }
        return next((problem for problem, is_so in problems.items() if is_so), None)

    return judge


def hands_back(*, only: set[str], refused: set[str]) -> Callable[[Outcome, Limits], str | None]:
    """Nothing comes out but the named files, and the others are told to be refused."""

    def judge(outcome: Outcome, limits: Limits) -> str | None:
        if problem := ends_as(Reason.FINISHED)(outcome, limits):
            return problem
        if set(outcome.files) != only:
            return f"handed back {sorted(outcome.files)[:5]}"
        why = {entry.why for entry in outcome.refused}
        return None if refused <= why else f"refused as {sorted(why)}"

    return judge


def _at_most_files(outcome: Outcome, limits: Limits) -> str | None:
    if problem := ends_as(Reason.FINISHED, Reason.DISK_FULL)(outcome, limits):
        return problem
    return f"handed back {len(outcome.files)} files" if len(outcome.files) > 100 else None


HOG = "bytes(1)\nhog = bytearray(64 << 20)\nfor place in range(0, len(hog), 4096): hog[place] = 1\n"
ATTACKS: tuple[Attack, ...] = (
    Attack(
        "fork_bomb",
        "import os\nwhile True:\n try: os.fork()\n except OSError: pass",
        ends_as(Reason.TOO_MANY_PROCESSES),
        Limits(wall=8, processes=24, memory=512 * MIB),
    ),
    Attack(
        "threads",
        "import threading, time\nfor _ in range(500): threading.Thread(target=time.sleep, args=(20,)).start()",
        ends_as(Reason.TOO_MANY_PROCESSES),
        Limits(wall=8, processes=24),
    ),
    Attack(
        "memory_in_a_tree",
        f"import os, time\nfor _ in range(6):\n if os.fork() == 0: break\n{HOG}time.sleep(20)",
        ends_as(Reason.OUT_OF_MEMORY),
        Limits(wall=15, memory=192 * MIB),
    ),
    Attack(
        "spinners",
        "import os, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for _ in range(3):\n if os.fork() == 0: os.setsid(); break\nwhile True: pass",
        ends_as(Reason.TIMED_OUT),
        Limits(wall=1, cpu=60),
    ),
    Attack(
        "cpu_of_a_tree",
        "import os\nfor _ in range(2):\n if os.fork() == 0: os.setsid(); break\nwhile True: pass",
        ends_as(Reason.TIMED_OUT),
        Limits(wall=30, cpu=1),
    ),
    Attack(
        "left_behind",
        "import os, signal, sys, time\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n"
        "  signal.signal(signal.SIGTERM, signal.SIG_IGN)\n  time.sleep(300)\n os._exit(0)\n",
        ends_as(Reason.FINISHED),
    ),
    Attack(
        "disk",
        "import os, itertools\nfor folder in ('.', os.environ['TMPDIR'], '/dev/shm', '/dev'):\n"
        " try:\n  for n in itertools.count():\n   with open(f'{folder}/{n}', 'wb') as f: f.write(bytes(4 << 20))\n"
        " except OSError as e: print(folder, n, e, flush=True)\nraise SystemExit(1)",
        ends_as(Reason.DISK_FULL),
        Limits(wall=20, disk=24 * MIB, memory=256 * MIB),
    ),
    Attack(
        "disk_without_names",
        "import os, time\nheld = []\ntry:\n while True:\n  f = open('x', 'wb', buffering=0)\n  os.unlink('x')\n"
        "  held.append(f)\n  while f.tell() < 4 << 20: f.write(bytes(1 << 20))\n"
        "except OSError: time.sleep(2)\nraise SystemExit(1)",
        ends_as(Reason.DISK_FULL),
        Limits(wall=20, disk=24 * MIB, memory=256 * MIB),
    ),
    Attack(
        "disk_in_many_folders",
        "for n in range(400):\n import os\n os.mkdir(f'{n}')\nfor n in range(400):\n"
        " with open(f'{n}/x', 'wb') as f: f.write(bytes(1 << 20))\nimport time; time.sleep(15)",
        ends_as(Reason.DISK_FULL),
        Limits(wall=20, disk=24 * MIB, memory=256 * MIB),
    ),
    Attack(
        "empty_files",
        "import os\nfor n in range(1_000_000): os.close(os.open(f'{n}', os.O_CREAT | os.O_WRONLY))",
        ends_as(Reason.DISK_FULL),
        Limits(wall=20, files=2000),
    ),
    Attack(
        "empty_folders",
        "import os\nfor n in range(1_000_000): os.mkdir('a'); os.chdir('a')",
        ends_as(Reason.DISK_FULL),
        Limits(wall=20, files=2000),
    ),
    Attack(
        "endless_log",
        "import os\nwhile True: os.write(1, b'\\x00' * 65536); os.write(2, b'y' * 65536)",
        ends_as(Reason.TIMED_OUT),
        Limits(wall=1, log=100_000),
    ),
    Attack(
        "endless_events",
        "import os\nwhile True: os.write(int(os.environ['UZU_EVENTS_FD']), b'{\"a\": \"' + b'x' * 9000 + b'\"}\\n')",
        ends_as(Reason.TIMED_OUT),
        Limits(wall=1, log=100_000),
    ),
    Attack(
        "against_the_supervisor",
        "import os, signal, time\n"
        "for sign in (signal.SIGSTOP, signal.SIGKILL):\n try: os.kill(os.getppid(), sign)\n except OSError: pass\n"
        "time.sleep(30)",
        ends_as(Reason.TIMED_OUT, Reason.FAILED),
        Limits(wall=1),
    ),
    Attack(
        "outputs_that_are_links",
        "import os\nos.symlink('/etc/shadow', 'shadow.csv')\nos.symlink('/etc/passwd', 'submission.csv')\n"
        "os.symlink('/', 'root')\nopen('good.csv', 'w').write('id\\n')\nos.mkdir('d')\nos.symlink('..', 'd/up')",
        hands_back(only={"good.csv"}, refused={"link"}),
    ),
    Attack(
        "outputs_that_are_hard_links",
        "import os\nopen('a.csv', 'w').write('x')\nos.link('a.csv', 'b.csv')\nopen('good.csv', 'w').write('id\\n')",
        hands_back(only={"good.csv"}, refused={"hard_link"}),
    ),
    Attack(
        "outputs_that_are_pipes",
        "import os\nos.mkfifo('submission.csv')\nopen('good.csv', 'w').write('id\\n')",
        hands_back(only={"good.csv"}, refused={"special"}),
    ),
    Attack(
        "outputs_that_are_sparse",
        "import os, resource\nopen('good.csv', 'w').write('id\\n')\nf = open('submission.csv', 'wb')\n"
        "try: f.truncate(1 << 40)\nexcept OSError: f.truncate(resource.getrlimit(resource.RLIMIT_FSIZE)[0])",
        hands_back(only={"good.csv"}, refused={"too_large"}),
    ),
    Attack(
        "outputs_by_the_thousand",
        "for n in range(20_000): open(f'{n}.csv', 'w').close()",
        _at_most_files,
        Limits(wall=20, files=5000),
    ),
    Attack(
        "outputs_with_names",
        "import os\nopen(b'\\xff\\xfe.csv', 'w').write('x')\nopen('a\\nb.csv', 'w').write('x')\n"
        "os.makedirs('/'.join('d' * 12))\nopen('/'.join('d' * 12) + '/deep.csv', 'w').write('x')\n"
        "open('good.csv', 'w').write('id\\n')",
        hands_back(only={"good.csv"}, refused={"name"}),
    ),
    Attack(
        "state_between_runs",
        "import ctypes, os, sys\nLIBC, NAME = ctypes.CDLL(None), '/' + sys.argv[1]\n"
        "folders = ('.', os.environ['TMPDIR'], '/tmp', '/dev/shm', '/var/tmp', '/dev/mqueue', '/run', '/dev')\n"
        "for folder in folders:\n if os.path.exists(folder + NAME): print('BREACH', folder)\n"
        "for folder in folders:\n try: open(folder + NAME, 'w').write('x')\n except OSError: pass\n"
        "if LIBC.shmget(0x757A75, 4096, 0) != -1 or LIBC.msgget(0x757A75, 0) != -1: print('BREACH shared memory')\n"
        "LIBC.shmget(0x757A75, 4096, 0o1666)\nLIBC.msgget(0x757A75, 0o1666)",
        ends_as(Reason.FINISHED),
        runs=2,
    ),
)


def strike(runner: Runner, around: Surroundings, attack: Attack) -> Finding:
    """Run one attack, and see that nothing of it goes on afterwards."""
    marker = f"{around.token}-{attack.name}"
    spec = Spec(
        command=[PYTHON, "-I", "-S", "-c", attack.code, marker],
        limits=attack.limits,
        outputs=attack.outputs,
        libraries=False,
    )
    detail = ""
    for _ in range(attack.runs):
        outcome = runner.run(spec)
        if problem := attack.judge(outcome, attack.limits):
            return Finding(attack.name, False, problem)
        if any(around.token.encode() in content for content in outcome.files.values()):
            return Finding(attack.name, False, "brought out a secret")
        detail = outcome.reason.value
    # A process that was killed may take a while to be gone on a busy machine.
    until = time.monotonic() + 10
    while left := around.left_behind(marker):
        if time.monotonic() > until:
            return Finding(attack.name, False, f"{len(left)} processes go on")
        time.sleep(0.02)
    return Finding(attack.name, True, detail)


def self_test(runner: Runner, *, at_once: int = 4) -> list[Finding]:
    """Run every attack against a runner; what is not held has to switch off what depends on it.

    at_once: how many sandboxes run at the same time. Takes some seconds.
    """
    greeting = runner.run(Spec(command=[PYTHON, "-I", "-S", "-c", "print('hello')"], libraries=False))
    if greeting.reason is not Reason.FINISHED or greeting.printed() != "hello\n":
        return [Finding("sandbox", False, greeting.detail or greeting.reason.value)]
    with surroundings() as around, ThreadPoolExecutor(at_once) as pool:
        try:
            looking = pool.submit(peek, runner, around)
            striking = [pool.submit(strike, runner, around, attack) for attack in ATTACKS]
            return [*looking.result(), *(future.result() for future in striking)]
        except SandboxError as error:
            return [Finding("sandbox", False, str(error))]
