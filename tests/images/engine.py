"""Podman and Buildah with a store of their own below one folder, so that nothing of this machine's is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEEDED = ("podman", "buildah", "runc", "mmdebstrap", "netavark", "aardvark-dns", "iptables")
ENGINE = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""


def missing() -> list[str]:
    """What has to be installed first, as commands and as the programs that Podman starts by itself."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin:/usr/lib/podman"
    return [command for command in NEEDED if shutil.which(command, path=path) is None]


@dataclass(frozen=True)
class Engine:
    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        (self.folder / "containers.conf").write_text(ENGINE)
        (self.folder / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{self.folder}/store"\nrunroot = "{self.folder}/run"\n'
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            # RUN lines share the kernel's namespaces with the builder: there is nothing to set up.
            "BUILDAH_ISOLATION": "chroot",
            "TMPDIR": str(self.folder / "tmp"),
        }

    def run(self, *command: object, stdin: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}")
        return done

    def podman(self, *arguments: object, **options: Any) -> str:
        return self.run("podman", *arguments, **options).stdout.strip()

    def build(self, *arguments: object) -> str:
        """Build an image; its number. What the build prints comes with a failure only."""
        return self.run(
            *("buildah", "build", "--quiet", "--layers", "--pull-never", "--format", "docker", "--network", "host"),
            *arguments,
        ).stdout.split()[-1]

    def image(self, name: str) -> dict[str, Any]:
        """What the engine knows of an image: size, layers, configuration."""
        return json.loads(self.podman("image", "inspect", name))[0]

    def has(self, name: str) -> bool:
        return self.run("podman", "image", "exists", name, check=False).returncode == 0

    def remove(self) -> None:
        """Everything: containers, networks, images, the folder."""
        self.run("podman", "rm", "--all", "--force", "--time", "0", check=False)
        self.run("podman", "volume", "prune", "--force", check=False)
        self.run("podman", "network", "prune", "--force", check=False)
        self.run("buildah", "rm", "--all", check=False)
        # The mounts of a store hide from `rm`; the engine lets go of them with its last image.
        self.run("podman", "rmi", "--all", "--force", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
