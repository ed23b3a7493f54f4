"""Sandboxes as containers of Docker or Podman, through the socket of its engine on this machine.

The engine isolates; the supervisor in the container adds our filter of system calls and frames the log. Needs docker-py
(the optional extra `docker`), and an image with a Python or the one this module makes, which shows this host's.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import secrets
import socket
import struct
import tarfile
import threading
from pathlib import Path
from typing import Any, ClassVar

from sandbox import host
from sandbox.errors import RunnerUnavailableError, SandboxError
from sandbox.interpreter import SYSTEM_FILES, SYSTEM_FOLDERS, Interpreter
from sandbox.runners.base import MORE_PROCESSES, Runner, common_plan, readable_inputs, resource_limits
from sandbox.session import Box
from sandbox.spec import MIB, Spec
from sandbox.syscalls import filter_program

LABEL = "uzu.sandbox.server"
HOST_IMAGE = "uzu-sandbox-host"
# What the engine's own processes and file systems in memory add to a container.
MARGIN = 64 * MIB


class DockerRunner(Runner):
    """Needs an engine on this machine, since folders are shared with it.

    image: what to run in; by default an empty one that is made here and shows this host's programs and interpreter.
    python: the interpreter in an image of your own.
    """

    name: ClassVar[str] = "docker"
    can_wait: ClassVar[bool] = False

    def __init__(
        self,
        *,
        address: str | None = None,
        image: str | None = None,
        python: str = "python3",
        user_ids: range = host.USER_IDS,
        scratch: Path | None = None,
    ) -> None:
        self.address = address
        self.image = image
        self.interpreter = (
            Interpreter.of_this_process() if image is None else Interpreter(Path(python), Path(python), ())
        )
        self.user_ids = user_ids
        self.scratch = scratch
        self._client: Any = None

    def client(self) -> Any:
        """The connection to the engine, made once.

        Raises:
            RunnerUnavailableError: there is no docker-py, or no engine.
        """
        if self._client is None:
            try:
                engine: Any = importlib.import_module("docker.client")  # an optional extra
                errors: Any = importlib.import_module("docker.errors")
            except ImportError:
                raise RunnerUnavailableError("install the Python package `docker`") from None
            try:
                by_environment = engine.DockerClient.from_env
                client = engine.DockerClient(self.address, timeout=120) if self.address else by_environment(timeout=120)
                client.ping()
                if self.image is None:
                    _make_host_image(client)
            except (errors.DockerException, OSError) as error:
                raise RunnerUnavailableError(f"no engine of Docker or Podman answers: {error}") from error
            self._client = client
        return self._client

    def open(self, spec: Spec, *, stdin: int | None = None) -> Box:
        if stdin is not None:
            raise RunnerUnavailableError("containers can't be made in advance")
        client = self.client()
        inputs = readable_inputs(tuple(spec.inputs))
        account = host.take_account(self.user_ids)
        host.refuse_root(account)
        try:
            scratch = host.Scratch(account, self.scratch)
        except BaseException:
            account.give_back()
            raise
        token = secrets.token_hex(16)
        try:
            # On the disk and not in memory, since engines don't agree on how to bound the count of files there.
            shared = {
                str(scratch.folder("work", writable=True)): {"bind": spec.folder, "mode": "rw"},
                str(scratch.folder("tmp", writable=True)): {"bind": "/tmp", "mode": "rw"},  # noqa: S108
            }
            folder = scratch.folder("inputs", writable=False)
            for number, given in enumerate(inputs):
                source = given.source
                if isinstance(source, bytes):
                    path = folder / str(number)
                    path.write_bytes(source)
                    path.chmod(0o444)
                    source = path
                shared[str(source)] = {"bind": given.path, "mode": "ro"}
            if self.image is None:
                shared |= self._of_the_host()
            command = [str(self.interpreter.bare), "-I", "-S", "-c", host.SUPERVISOR, "-", token]
            container = _create(client, command, spec, account, image=self.image or HOST_IMAGE, shared=shared)
        except BaseException as error:
            scratch.remove()
            account.give_back()
            if isinstance(error, (SandboxError, KeyboardInterrupt)):
                raise
            raise SandboxError(f"the engine: {error}") from error
        box = DockerBox(container, account, scratch, self._plan(spec))
        try:
            box.start(token)
        except Exception as error:
            with contextlib.suppress(Exception):
                box.end()
            box.close()
            raise SandboxError(f"the engine: {error}") from error
        return box

    def sweep(self) -> int:
        """Remove the containers of servers that are gone; the count of them."""
        count = 0
        for container in self.client().containers.list(all=True, filters={"label": LABEL}):
            if not Path(f"/proc/{container.labels.get(LABEL, '')}/stat").exists():
                with contextlib.suppress(Exception):
                    container.remove(force=True)
                    count += 1
        return count

    def _of_the_host(self) -> dict[str, dict[str, str]]:
        shown = [folder for folder in SYSTEM_FOLDERS if Path(folder).is_dir() and not Path(folder).is_symlink()]
        shown += [path for path in SYSTEM_FILES if Path(path).exists()]
        answer = {path: {"bind": path, "mode": "ro"} for path in shown}
        return answer | {str(f.resolve()): {"bind": str(f), "mode": "ro"} for f in self.interpreter.folders}

    def _plan(self, spec: Spec) -> dict[str, Any]:
        plan = common_plan(spec, self.interpreter, folder=spec.folder, temporary="/tmp")  # noqa: S108
        plan["filter"] = filter_program(namespaces=True, signals=True).hex()
        plan["rlimits"] = resource_limits(spec, processes=None)
        plan |= {"folders": [], "subreaper": True, "measure": True}
        return plan


class DockerBox(Box):
    """A container. Its attached stream is split into what the supervisor tells, and complaints."""

    folders_have_sizes = False

    def __init__(self, container: Any, account: host.Account, scratch: host.Scratch, plan: dict[str, Any]) -> None:
        self._container = container
        self._account = account
        self._scratch = scratch
        self._plan = plan
        self._complaint = b""
        self._out_of_memory = False
        self._gone = False
        self.owner = account.uid
        self.channel, self._inner = socket.socketpair()
        self._attached: Any = None

    def start(self, token: str) -> None:
        """Attach to the container, start it, and find its first process among those of this machine."""
        wrapped = self._container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        self._wrapped = wrapped
        self._attached = getattr(wrapped, "_sock", wrapped)
        self._attached.settimeout(None)
        self._container.start()
        for pump in (self._outwards, self._inwards):
            threading.Thread(target=pump, daemon=True).start()
        self._container.reload()
        pid = int(self._container.attrs["State"].get("Pid") or 0)
        with contextlib.suppress(OSError):
            # The engine may run in a virtual machine, whose numbers mean somebody else here.
            if pid and token.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                self.pid = pid

    def _outwards(self) -> None:
        with contextlib.suppress(OSError, SandboxError):
            while True:
                kind, length = struct.unpack(">BxxxI", self._exactly(8))
                data = self._exactly(length)
                if kind == 1:
                    self._inner.sendall(data)
                else:
                    self._complaint = (self._complaint + data)[-4000:]
        with contextlib.suppress(OSError):
            self._inner.shutdown(socket.SHUT_WR)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self._attached.recv(count - len(data))
            if not chunk:
                raise SandboxError("the container's stream ended")
            data += chunk
        return data

    def _inwards(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._inner.recv(65536):
                self._attached.sendall(data)

    def plan(self) -> dict[str, Any]:
        return self._plan

    def folders(self, handed: list[int]) -> list[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        return [os.open(self._scratch.path / name, flags) for name in ("work", "tmp")]

    def end(self) -> None:
        if self._gone:
            return
        with contextlib.suppress(Exception):
            self._container.kill()
        with contextlib.suppress(Exception):
            self._container.wait(timeout=20)
        with contextlib.suppress(Exception):
            self._container.reload()
            self._out_of_memory = bool(self._container.attrs["State"].get("OOMKilled"))
        try:
            self._container.remove(force=True)
        except Exception as error:
            raise SandboxError(f"a container could not be removed: {error}") from error
        self._gone = True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            if self._attached is not None:
                self._attached.shutdown(socket.SHUT_RDWR)
                self._wrapped.close()
        self._inner.close()
        self._scratch.remove()
        self._account.give_back()

    def complaint(self) -> str:
        return self._complaint.decode("utf-8", "replace")

    def was_killed_for_memory(self) -> bool:
        return self._out_of_memory


def _create(
    client: Any, command: list[str], spec: Spec, account: host.Account, *, image: str, shared: dict[str, dict[str, str]]
) -> Any:
    """A container with nothing but what is shared, and no rights."""
    limits = spec.limits
    # File systems in memory count as memory to the engine; what processes use is watched by us.
    memory = limits.memory + 2 * limits.disk + MARGIN
    return client.containers.create(
        image,
        command=command[1:],
        entrypoint=command[:1],
        user=f"{account.uid}:{account.gid}",
        working_dir="/",
        hostname="sandbox",
        stdin_open=True,
        network_mode="none",
        ipc_mode="private",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit=memory,
        memswap_limit=memory,
        pids_limit=limits.processes + MORE_PROCESSES,
        ulimits=[
            {"Name": "nofile", "Soft": 1024, "Hard": 1024},
            {"Name": "nproc", "Soft": limits.processes + MORE_PROCESSES, "Hard": limits.processes + MORE_PROCESSES},
            {"Name": "core", "Soft": 0, "Hard": 0},
        ],
        shm_size=min(limits.disk, MARGIN),
        # Podman makes these writable for everybody, and of any size.
        tmpfs=dict.fromkeys(("/run", "/var/tmp"), "size=1m,mode=755"),  # noqa: S108
        volumes=shared,
        labels={LABEL: str(os.getpid())},
    )


def _make_host_image(client: Any) -> None:
    """An image with links and empty folders only, for the host's own programs to be shown in."""
    if any(tag.rpartition("/")[2] == f"{HOST_IMAGE}:latest" for image in client.images.list() for tag in image.tags):
        return
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in map(Path, SYSTEM_FOLDERS):
            if folder.is_symlink():
                link = tarfile.TarInfo(str(folder).lstrip("/"))
                link.type, link.linkname = tarfile.SYMTYPE, str(folder.readlink())
                archive.addfile(link)
        for name, text in {
            "etc/passwd": "sandbox:x:1000:1000::/tmp:/bin/sh\n",
            "etc/group": "sandbox:x:1000:\n",
        }.items():
            file = tarfile.TarInfo(name)
            file.size, file.mode = len(text), 0o644
            archive.addfile(file, io.BytesIO(text.encode()))
    client.api.import_image_from_data(buffer.getvalue(), repository=HOST_IMAGE, tag="latest")
