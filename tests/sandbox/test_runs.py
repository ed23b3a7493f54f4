"""What a run is given, what comes of it, and why it ended."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

import sandbox
from sandbox import MIB, PYTHON, Event, Happened, Input, Limits, LogLine, Outcome, Outputs, Reason, Spec
from sandbox.attacks import Surroundings
from sandbox.errors import SandboxError
from sandbox.host import USER_IDS, Account, start, sweep, take_account
from sandbox.runners.base import Runner
from tests.sandbox.conftest import bubblewrap


def program(code: str, **given: object) -> Spec:
    return Spec(command=[PYTHON, "-I", "-S", "-c", code], libraries=False, **given)  # type: ignore[arg-type]


HOG = "x = bytearray(300 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\nimport time; time.sleep(20)"
LINK = "import os; os.symlink('/etc/passwd', 'submission.csv')"
ENDS: dict[str, tuple[str, dict[str, object], Reason]] = {
    "finished": ("print('hello')", {}, Reason.FINISHED),
    "an exit code": ("raise SystemExit(3)", {}, Reason.FAILED),
    "a signal": ("import os; os.abort()", {}, Reason.FAILED),
    "too slow": ("import time; time.sleep(30)", {"limits": Limits(wall=0.5)}, Reason.TIMED_OUT),
    "too much work": ("while True: pass", {"limits": Limits(cpu=0.5)}, Reason.TIMED_OUT),
    "too large": (HOG, {"limits": Limits(memory=100 * MIB, wall=20)}, Reason.OUT_OF_MEMORY),
    "too much written": ("open('a', 'wb').write(bytes(20 << 20))", {"limits": Limits(disk=8 * MIB)}, Reason.DISK_FULL),
    "no output": ("pass", {"outputs": Outputs(required=["submission.csv"])}, Reason.MISSING_OUTPUT),
    "no file as output": (LINK, {"outputs": Outputs(required=["submission.csv"])}, Reason.INVALID_OUTPUT),
}


@pytest.mark.parametrize(("code", "given", "reason"), ENDS.values(), ids=ENDS)
def test_every_end_has_its_reason(runner: Runner, code: str, given: dict[str, object], reason: Reason) -> None:
    outcome = runner.run(program(code, **given))
    assert outcome.reason is reason, outcome


def test_a_server_that_keeps_its_files_to_itself_has_a_sandbox_too(runner: Runner) -> None:
    """As `make run` starts it. What only root may enter is covered by folders that the sandbox may enter."""
    before = os.umask(0o077)
    try:
        outcome = runner.run(program("print('hello')"))
    finally:
        os.umask(before)
    assert outcome.reason is Reason.FINISHED, outcome


def test_a_command_that_is_not_there_is_our_fault(runner: Runner) -> None:
    outcome = runner.run(Spec(command=["/no/such/program"], libraries=False))
    assert outcome.reason is Reason.PLATFORM_ERROR
    assert "FileNotFoundError" in outcome.detail


def test_exit_code_and_signal_are_told(runner: Runner) -> None:
    assert runner.run(program("raise SystemExit(3)")).exit_code == 3
    assert runner.run(program("import os; os.kill(os.getpid(), 11)")).signal == signal.SIGSEGV


def test_inputs_are_files_folders_and_bytes_wherever_they_are(runner: Runner, tmp_path: Path) -> None:
    """Also those that only the server may read, in folders that only the server may enter."""
    private = tmp_path / "private"
    (private / "folder").mkdir(parents=True)
    (private / "folder" / "inner.txt").write_text("inner ")
    (private / "file.txt").write_text("file ")
    (private / "file.txt").chmod(0o600)
    private.chmod(0o700)
    code = "import sys; print(*(open(path).read() for path in sys.argv[1:]), sep='', end='')"
    outcome = runner.run(
        Spec(
            command=[PYTHON, "-c", code, "/in/file.txt", "/in/folder/inner.txt", "/in/deep/bytes.txt"],
            inputs=[
                Input(private / "file.txt", "/in/file.txt"),
                Input(private / "folder", "/in/folder"),
                Input(b"bytes", "/in/deep/bytes.txt"),
            ],
        )
    )
    assert outcome.printed() == "file inner bytes", outcome


@pytest.mark.parametrize("path", ["relative", "/", "/a/../../etc", "/a\0b"])
def test_an_input_has_a_proper_path(path: str) -> None:
    with pytest.raises(ValueError, match="not an absolute path"):
        Input(b"", path)


def test_an_input_that_is_missing_is_our_fault(runner: Runner, tmp_path: Path) -> None:
    outcome = runner.run(program("pass", inputs=[Input(tmp_path / "gone.csv", "/in/gone.csv")]))
    assert (outcome.reason, outcome.detail) == (Reason.PLATFORM_ERROR, "input /in/gone.csv: No such file or directory")


def test_files_come_back_by_their_paths(runner: Runner) -> None:
    code = "import os; os.mkdir('d'); open('d/a.bin', 'wb').write(b'\\0\\1'); open('b.txt', 'w').write('b')"
    assert runner.run(program(code, outputs=Outputs(all_files=True))).files == {"d/a.bin": b"\0\1", "b.txt": b"b"}
    only = runner.run(program(code, outputs=Outputs(required=["b.txt"])))
    assert only.files == {"b.txt": b"b"}
    missing = runner.run(program(code, outputs=Outputs(required=["c.txt"])))
    assert sorted(missing.present) == ["b.txt", "d/a.bin"]


def test_the_environment_is_what_was_given(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    outcome = runner.run(program("import os; print(sorted(os.environ))", environment={"ANSWER": "42"}))
    names = set(ast.literal_eval(outcome.printed()))
    # Python's own, and what the landlock kind says to a library that would warn.
    names -= {"LC_CTYPE", "JOBLIB_MULTIPROCESSING"}
    assert names == {"ANSWER", "HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR", "UZU_EVENTS_FD"}


def test_the_libraries_of_the_server_can_be_imported(runner: Runner) -> None:
    outcome = runner.run(Spec(command=[PYTHON, "-c", "import numpy; print(numpy.arange(3).sum())"]))
    assert outcome.printed() == "3\n", outcome


def test_the_log_is_framed_in_order_and_told_as_it_comes(runner: Runner) -> None:
    events: list[Event] = []
    code = (
        "import os, sys, time\nos.write(1, b'one\\n')\ntime.sleep(0.2)\nos.write(2, b'two \\xff\\n')\n"
        "os.write(int(os.environ['UZU_EVENTS_FD']), b'{\"cell\": 3}\\nnonsense\\n')"
    )
    outcome = runner.run(program(code), events.append)
    assert [(line.stream, line.text) for line in outcome.log] == [("stdout", "one\n"), ("stderr", "two \ufffd\n")]
    assert outcome.log[0].at < outcome.log[1].at
    assert [event for event in events if isinstance(event, LogLine)] == list(outcome.log)
    assert [event.data for event in events if isinstance(event, Happened)] == [{"cell": 3}]


def test_of_a_long_log_the_beginning_and_the_end_are_kept(runner: Runner) -> None:
    code = "print('begin')\nfor n in range(20000): print('line', n)\nprint('the end')"
    outcome = runner.run(program(code, limits=Limits(log=4000)))
    assert outcome.printed().startswith("begin\n")
    assert outcome.printed().endswith("the end\n")
    assert len(outcome.printed()) <= 4000
    assert "bytes left out" in outcome.printed("platform")


def test_the_end_of_a_log_survives_the_limit_of_time(runner: Runner) -> None:
    code = "for n in range(20000): print('line', n)\nprint('last words', flush=True)\nimport time; time.sleep(30)"
    outcome = runner.run(program(code, limits=Limits(log=4000, wall=2)))
    assert (outcome.reason, outcome.printed().endswith("last words\n")) == (Reason.TIMED_OUT, True)


def test_use_is_that_of_all_processes_together(runner: Runner) -> None:
    code = (
        "import os, time\nfor _ in range(3):\n if os.fork() == 0:\n"
        "  x = bytearray(40 << 20)\n  for i in range(0, len(x), 4096): x[i] = 1\n"
        "  until = time.process_time() + 0.3\n  while time.process_time() < until: pass\n  time.sleep(1)\n  os._exit(0)\n"
        "for _ in range(3): os.wait()"
    )
    outcome = runner.run(program(code, limits=Limits(wall=30)))
    assert outcome.reason is Reason.FINISHED
    assert 120 * MIB < outcome.peak_memory < 250 * MIB
    assert outcome.cpu >= 0.9
    assert outcome.peak_processes == 4
    assert outcome.wall >= 1


def test_a_run_can_be_cancelled(runner: Runner) -> None:
    cancelled = threading.Event()
    outcome = runner.run(
        program("print('started', flush=True)\nimport time; time.sleep(60)"),
        lambda _: cancelled.set(),
        cancelled=cancelled,
    )
    assert (outcome.reason, outcome.wall < 20) == (Reason.CANCELLED, True)


def test_whoever_listens_may_fail_and_nothing_is_left(runner: Runner, around: Surroundings) -> None:
    def fail(event: Event) -> None:
        raise LookupError

    marker = f"{around.token}-listener"
    spec = Spec(
        command=[PYTHON, "-I", "-S", "-c", "print(1, flush=True)\nimport time; time.sleep(60)", marker], libraries=False
    )
    with pytest.raises(LookupError):
        runner.run(spec, fail)
    assert not around.left_behind(marker)


def test_runs_side_by_side_know_nothing_of_each_other(runner: Runner) -> None:
    code = "import os, sys, time; open('mine', 'w').write(sys.argv[1]); time.sleep(0.5); print(os.listdir('.'))"
    outcomes: dict[int, Outcome] = {}

    def run(number: int) -> None:
        spec = Spec(
            command=[PYTHON, "-I", "-S", "-c", code, str(number)], libraries=False, outputs=Outputs(all_files=True)
        )
        outcomes[number] = runner.run(spec)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, outcome in outcomes.items():
        assert (outcome.printed(), outcome.files) == ("['mine']\n", {"mine": str(number).encode()}), outcome


# --- whom it runs as -------------------------------------------------------------------------------------------------
def test_a_sandbox_never_runs_as_root() -> None:
    with pytest.raises(SandboxError, match="never runs as root"):
        start(["/bin/true"], account=Account(0, 0), shown=[], handles=[], channel=socket.socketpair(), stdin=None)


@pytest.mark.skipif("os.geteuid() != 0", reason="needs root, who alone can give a sandbox a user id: run as root")
def test_each_sandbox_of_root_has_a_user_id_of_its_own() -> None:
    one, other = take_account(), take_account()
    try:
        assert one.uid != other.uid
        assert {one.uid, other.uid} <= set(USER_IDS)
        with pytest.raises(SandboxError, match="in use"):
            take_account(range(one.uid, one.uid + 1))
    finally:
        one.give_back()
        other.give_back()
    again = take_account(range(one.uid, one.uid + 1))
    again.give_back()


@pytest.mark.skipif("os.geteuid() != 0", reason="needs root, who alone can become an ordinary user: run as root")
@pytest.mark.parametrize(("kind", "uid"), [("bubblewrap.BubblewrapRunner", 1000), ("landlock.LandlockRunner", 60001)])
def test_it_works_for_an_ordinary_user_too(kind: str, uid: int) -> None:
    """With the interpreter of the system, which everybody may read; the room needs nothing that is installed."""
    bubblewrap()
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip("needs the interpreter of the system: install the package python3")
    module, name = kind.split(".")
    code = (
        f"from sandbox import PYTHON, Spec, self_test\nfrom sandbox.runners.{module} import {name}\n"
        f"outcome = {name}().run(Spec(command=[PYTHON, '-c', 'import os; print(os.getuid())'], libraries=False))\n"
        "print(outcome.reason.value, outcome.printed().strip(), outcome.detail)\n"
        f"print([finding.attack for finding in self_test({name}()) if not finding.held])"
    )
    with tempfile.TemporaryDirectory() as folder:
        # This checkout may stand where nobody but root may go.
        shutil.copytree(Path(sandbox.__file__).parent, Path(folder) / "sandbox", ignore=shutil.ignore_patterns("__py*"))
        Path(folder).chmod(0o755)
        done = subprocess.run(
            [python, "-B", "-c", code],
            user=60001,
            group=60001,
            extra_groups=[],
            cwd=folder,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
    finished, through = done.stdout.splitlines()
    assert finished == f"finished {uid} ", done
    # With the server's own uid the kernel counts its processes too, so that under Landlock only the watch, which looks now
    # and then, holds what makes many of them: the self-test may say so, and of nothing else.
    known = {"fork_bomb", "threads"} if kind.startswith("landlock") else set()
    assert set(ast.literal_eval(through)) <= known, done


# --- when the server dies --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["bubblewrap.BubblewrapRunner", "landlock.LandlockRunner"])
@pytest.mark.parametrize(
    "goes_on",
    [
        pytest.param("pass", id="all read"),
        # The supervisor's socket then answers with an error instead of its end.
        pytest.param("print('x' * 1000, flush=True)", id="not all read"),
    ],
)
def test_nothing_goes_on_when_the_server_is_killed(kind: str, goes_on: str, around: Surroundings) -> None:
    bubblewrap()
    module, name = kind.split(".")
    marker = f"{around.token}-orphan-{module}-{len(goes_on)}"
    inner = f"import os\nos.fork()\nos.setsid() if os.fork() == 0 else 0\nprint(1, flush=True)\nwhile True: {goes_on}"
    # The marker comes over standard input, so that it is not among the arguments of the server itself.
    code = (
        f"import sys\nfrom sandbox import Spec, PYTHON\nfrom sandbox.runners.{module} import {name}\n"
        f"spec = Spec(command=[PYTHON, '-I', '-S', '-c', {inner!r}, sys.stdin.readline()], libraries=False)\n"
        f"{name}().run(spec, lambda event: print('on', flush=True))"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(marker.encode())
    server.stdin.close()
    assert server.stdout.readline() == b"on\n"
    assert around.left_behind(marker)
    # Stopped first, so that what is told meanwhile stays unread.
    server.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, server.pid, os.WSTOPPED)
    server.kill()
    server.wait()
    server.stdout.close()
    until = time.monotonic() + 30
    while around.left_behind(marker):
        assert time.monotonic() < until
    sweep()
