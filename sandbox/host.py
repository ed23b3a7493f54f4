"""What a sandbox takes from the host: a user id of its own, a folder of its own, a process that is not root."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.collecting import remove_all
from sandbox.errors import RunnerUnavailableError, SandboxError

HERE = Path(__file__).parent
PREFIX = "uzu-sandbox-"
# Unused by distributions and by systemd, which lists its own in "Users, Groups, UIDs and GIDs on systemd systems".
USER_IDS = range(60720, 61170)
SUPERVISOR = (HERE / "supervisor.py").read_text(encoding="utf-8")
LAUNCHER = (HERE / "launcher.py").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Account:
    """Whom a sandbox runs as on the host. lock: held while the id is in use; -1 where it is the server's own."""

    uid: int
    gid: int
    lock: int = -1

    @property
    def is_its_own(self) -> bool:
        """Whether nothing else runs under this id."""
        return self.lock >= 0

    def give_back(self) -> None:
        """Let another sandbox have the id."""
        if self.lock >= 0:
            os.close(self.lock)


def take_account(user_ids: range = USER_IDS) -> Account:
    """An id that no other sandbox has, where the server is root; the server's own where it is not.

    Raises:
        SandboxError: all ids of the range are in use.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    folder = _folder_of_locks()
    for uid in user_ids:
        lock = os.open(folder / str(uid), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        return Account(uid, uid, lock)
    raise SandboxError(f"all {len(user_ids)} user ids for sandboxes are in use")


def refuse_root(account: Account) -> None:
    """Whatever made the account, a sandbox is never root.

    Raises:
        SandboxError: it is.
    """
    if account.uid == 0 or account.gid == 0:
        raise SandboxError("a sandbox never runs as root")


def _folder_of_locks() -> Path:
    folder = Path("/run" if os.access("/run", os.W_OK) else tempfile.gettempdir()) / f"{PREFIX}ids"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise SandboxError(f"{folder} is not a folder of this server")
    return folder


class Scratch:
    """A folder for one run on the host's disk. What a server that died left behind is found by `sweep`."""

    def __init__(self, account: Account, base: Path | None = None) -> None:
        self.account = account
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base)).resolve()
        self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path.chmod(0o711)

    def folder(self, name: str, *, writable: bool) -> Path:
        """A new folder in it, for the sandbox to write or only to read."""
        path = self.path / name
        path.mkdir(mode=0o755)
        if writable:
            if os.geteuid() == 0:
                os.chown(path, self.account.uid, self.account.gid)
            path.chmod(0o700)
        return path

    def remove(self) -> None:
        """Remove it with everything in it."""
        _remove(self.path)
        os.close(self._lock)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        for inner in path.iterdir():
            if inner.is_dir() and not inner.is_symlink():
                handle = os.open(inner, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    remove_all(handle)
                finally:
                    os.close(handle)
    shutil.rmtree(path, ignore_errors=True)


def sweep(base: Path | None = None) -> int:
    """Remove the folders of runs whose server is gone; the count of them."""
    count = 0
    for path in Path(base or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = os.open(path / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            if path.lstat().st_uid == os.geteuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path)
                count += 1
        except OSError:
            continue
        finally:
            os.close(lock)
    return count


def memory_file(content: bytes) -> int:
    """A handle from which bytes can be read, without a file anywhere."""
    handle = os.memfd_create("sandbox", os.MFD_CLOEXEC)
    with open(os.dup(handle), "wb") as file:  # noqa: PTH123 - a handle
        file.write(content)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


@dataclass
class Started:
    """The process below which a sandbox runs, and its ends of the channels."""

    process: subprocess.Popen[bytes]
    channel: socket.socket

    def complaint(self) -> str:
        """What it wrote to its standard error, as far as it fits a pipe."""
        assert self.process.stderr is not None
        with contextlib.suppress(OSError, ValueError):
            os.set_blocking(self.process.stderr.fileno(), False)
            return (self.process.stderr.read(4000) or b"").decode("utf-8", "replace")
        return ""

    def kill(self) -> None:
        """Kill that process and wait for it."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            raise SandboxError("a sandbox could not be ended") from None

    def close(self) -> None:
        """Close what is left."""
        if self.process.stderr is not None:
            self.process.stderr.close()


def start(
    command: Sequence[str],
    *,
    account: Account,
    shown: Sequence[Path],
    handles: Sequence[int],
    channel: tuple[socket.socket, socket.socket],
    stdin: int | None,
) -> Started:
    """Start a program as somebody who is not root, with an empty environment.

    shown: paths it has to be able to reach. handles: open files it inherits, under the same numbers. channel: this
    server's end and the sandbox's.

    Raises:
        SandboxError: the account is root.
    """
    refuse_root(account)
    plan = -1
    ours, theirs = channel
    try:
        inherited = [*handles, theirs.fileno()]
        if os.geteuid() == 0:
            wanted = {
                "uid": account.uid,
                "gid": account.gid,
                "command": list(command),
                "shown": [str(path) for path in shown],
            }
            plan = memory_file(json.dumps(wanted).encode())
            inherited.append(plan)
            python = os.path.realpath(sys.executable)
            command = [python, "-I", "-S", "-c", LAUNCHER, str(plan)]
        process = subprocess.Popen(  # noqa: S603
            list(command),
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            env={},
            pass_fds=inherited,
            start_new_session=True,
        )
    except OSError as error:
        ours.close()
        raise RunnerUnavailableError(f"{command[0]}: {error.strerror}") from error
    finally:
        theirs.close()
        if plan >= 0:
            os.close(plan)
    return Started(process, ours)


def kill_account(account: Account) -> None:
    """Kill every process of an id that only one sandbox has; only root can."""
    code = "import os, sys\nids = [int(sys.argv[1])] * 3\nos.setgroups([])\n"
    code += "os.setresgid(*ids)\nos.setresuid(*ids)\nos.kill(-1, 9)"
    if account.is_its_own and account.uid != 0:
        subprocess.run(  # noqa: S603
            [os.path.realpath(sys.executable), "-I", "-S", "-c", code, str(account.uid)],
            check=False,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=30,
        )
