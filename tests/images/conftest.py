"""The image built from docker/Dockerfile, on an engine of its own. Takes root, and some minutes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.server import ROOT
from tests.images.engine import Engine, missing
from tests.images.stack import read_compose
from tests.images.stand_ins import make_bases, make_services, registries

SECRETS = {
    "SECRET_KEY": "a-secret-key-of-fifty-characters-for-this-test-alone!",
    "POSTGRES_PASSWORD": "password-of-the-database",
    "S3_ACCESS_KEY": "uzu",
    "S3_SECRET_KEY": "secret-of-the-store",
}


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in Path(str(item.path)).parents:
            item.add_marker(pytest.mark.images)


@pytest.fixture(autouse=True)
def _files_of_their_own() -> None:
    """No test here touches Django in this process."""


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Its images stay for the next run in the folder that UZU_TEST_IMAGES names."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    if absent := missing():
        pytest.skip(f"needs {', '.join(absent)}: see .ci/run")
    if not Path("/etc/apt/sources.list.d").is_dir():
        pytest.skip("needs a machine with Debian's packages")
    kept = os.environ.get("UZU_TEST_IMAGES")
    made = Engine(Path(kept) if kept else Path(tempfile.mkdtemp(prefix="uzu-images-")))
    yield made
    if not kept:
        made.remove()


@dataclass(frozen=True)
class Built:
    """Two images of two commits: the second has another file, and the same lock file."""

    engine: Engine
    first: str
    second: str


@pytest.fixture(scope="session")
def built(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Built:
    make_bases(engine)
    names = {service: given["image"] for service, given in read_compose(**SECRETS).items()}
    options = registries(engine)
    context = tmp_path_factory.mktemp("context") / "uzu"
    copy_of_the_project(context)
    with ThreadPoolExecutor() as threads:
        services = threads.submit(make_services, engine, names)
        first = build(engine, context, "1111111", *options)
        services.result()
    with (context / "main" / "__init__.py").open("a") as file:
        file.write("# Another commit.\n")
    return Built(engine, first, build(engine, context, "2222222", *options))


def build(engine: Engine, context: Path, commit: str, *options: str) -> str:
    name = f"localhost/uzu:{commit}"
    engine.build(
        *options, "--build-arg", f"COMMIT={commit}", "--tag", name, "--file", context / "docker/Dockerfile", context
    )
    return name


def copy_of_the_project(target: Path) -> None:
    """What a fresh clone of it would hold: what git knows, and what is new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
