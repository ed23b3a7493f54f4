"""What the image is: named by its commit, small, and made of layers of which a commit changes only the small ones."""

from __future__ import annotations

import json

import pytest

MEGABYTE = 1_000_000
LARGEST = 600 * MEGABYTE


@pytest.fixture(scope="module")
def layers(built):
    """Of an image: the digest and the size of each layer."""
    stored = json.loads((built.engine.folder / "store" / "overlay-layers" / "layers.json").read_text())
    sizes = {layer["diff-digest"]: layer["diff-size"] for layer in stored if "diff-digest" in layer}
    return lambda name: {digest: sizes[digest] for digest in built.engine.image(name)["RootFS"]["Layers"]}


def test_it_is_small(built):
    assert built.engine.image(built.first)["Size"] <= LARGEST


def test_it_says_of_which_commit_it_is(built):
    known = built.engine.image(built.second)["Config"]
    assert known["Labels"]["org.opencontainers.image.revision"] == "2222222"
    assert "UZU_COMMIT=2222222" in known["Env"]


def test_a_commit_changes_only_what_is_small(built, layers):
    """What a machine pulls of a new release when it has the last one."""
    first, second = layers(built.first), layers(built.second)
    new = {digest: size for digest, size in second.items() if digest not in first}
    assert new, "another commit has to be another image"
    assert sum(new.values()) <= 60 * MEGABYTE
    kept = sum(size for digest, size in second.items() if digest in first)
    assert kept >= 300 * MEGABYTE


def test_it_runs_as_nobody_in_particular(built):
    assert built.engine.image(built.first)["Config"]["User"] == "10001"


@pytest.fixture(scope="module")
def inside(built):
    """`inside(shell command)` in a container without a network."""

    def run(command: str) -> str:
        options = ("--rm", "--network", "none", "--read-only", "--cap-drop", "all", "--entrypoint", "/bin/sh")
        return built.engine.podman("run", *options, built.first, "-c", command)

    return run


@pytest.mark.parametrize(
    "absent", ["tests", "frontend/src", "docs", "benchmarks", ".git", ".env", "var/db.sqlite3", "/installer", "/src"]
)
def test_it_holds_nothing_that_no_server_needs(inside, absent):
    assert inside(f"test -e {absent} && echo there || echo absent") == "absent"


def test_nothing_in_it_can_be_changed_by_who_runs_it(inside):
    # A shell's list and a loop: the image has no compiler, and this no other tool.
    assert inside("find /app /venv -writable -not -type l | head -n 3") == ""


def test_no_address_of_a_registry_is_left_in_it(built, inside):
    assert inside("cat /etc/pip.conf /etc/npmrc 2>/dev/null; true") == ""
    said = json.dumps(built.engine.image(built.first)["Config"])
    assert "index" not in said.lower()


def test_its_code_is_compiled(inside):
    """Where nothing can be written, each start would compile it again."""
    assert inside("find /app/main -name '*.pyc' | head -n 1") != ""
    assert inside("find /venv -path '*django/db*' -name '*.pyc' | head -n 1") != ""


def test_every_module_of_ours_can_be_loaded(inside):
    """Also those that only the demo and the command line need: nothing they use was trimmed away."""
    code = (
        "import django, pkgutil, importlib, os; os.environ['SECRET_KEY'] = 'x' * 60; os.environ['UZU_VAR_DIR'] = '/tmp/var';"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'main.settings'; django.setup();"
        "rooms = ['accounts', 'clients', 'competitions', 'discussions', 'foundation', 'main', 'notifications_api', 'sandbox',"
        " 'scoring', 'studio', 'submissions'];"
        "names = [m.name for room in rooms for m in pkgutil.walk_packages([room], room + '.')];"
        "[importlib.import_module(name) for name in names if not name.endswith(('launcher', 'probes', 'supervisor'))];"
        "print(len(names))"
    )
    assert int(inside(f'python -c "{code}"').splitlines()[-1]) > 200


def test_the_site_is_checked_in_it(inside):
    assert "no issues" in inside(
        "SECRET_KEY=$(head -c 40 /dev/urandom | od -An -tx1 | tr -d ' \\n') python manage.py check"
    )
