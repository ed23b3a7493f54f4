"""Transfers that a bad line cuts go on where they stopped: the real clients, the real server."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.e2e.bad_line import bad_line_to
from tests.e2e.real_clients import KAGGLE_NOW, KAGGLE_OLDEST, KAGGLES, UZU, Client, kaggle_client

SLUG = "heavy-data"
CONTENT = bytes(range(256)) * (6 * 2**20 // 256)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
TOGETHER = """
from datetime import timedelta
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.utils import timezone
from accounts.models import User
from accounts.tokens import create_token
from competitions.models import Competition
from competitions.files.services import add_data_file
from competitions.teams.entries import enter
at = timezone.now()
host = User.objects.create_user("heavyhost", "heavyhost@example.org", "uzu-demo")
user = User.objects.create_user("heavy", "heavy@example.org", "uzu-demo")
for one in (host, user):
    EmailAddress.objects.create(user=one, email=one.email, verified=True, primary=True)
cup = Competition.objects.create(
    title="Heavy data", slug={slug!r}, metric="rmse", is_published=True, visibility="unlisted", rules_required=False,
    starts_at=at - timedelta(hours=1), ends_at=at + timedelta(days=1),
)
cup.hosts.add(host)
content = bytes(range(256)) * (6 * 2**20 // 256)
add_data_file(competition=cup, file=ContentFile(content, name="big.bin"), name="big.bin", by=host, at=at)
enter(competition=cup, user=user, at=at)
for one in (host, user):
    print("TOKEN " + create_token(user=one, name="e2e", at=at)[1])
"""


@pytest.fixture(scope="module")
def tokens(server):
    """Of the organiser and of a participant of a competition with one large file."""
    printed = server.manage("shell", "-v", "0", "-c", TOGETHER.format(slug=SLUG))
    return [line.split()[1] for line in printed.splitlines() if line.startswith("TOKEN ")]


@pytest.fixture
def line(server):
    with bad_line_to(server.url) as line:
        yield line


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("package", KAGGLES, ids=str)
def test_kaggle_goes_on_with_a_download(package, line, tokens, tmp_path):
    """Today's release tries again by itself, that of a year ago when it is run again."""
    kaggle = kaggle_client(package, tmp_path, server=line.url, username="heavy", key=tokens[1])
    line.cut_next_answer("/big.bin", 2 * 2**20)
    command = ["kaggle", "competitions", "download", SLUG, "-f", "big.bin", "-q"]
    if package is KAGGLE_OLDEST:
        assert kaggle(*command).returncode == 1

    kaggle.ok(*command)

    assert sha256(tmp_path / "big.bin") == SHA256
    (asked,) = line.heads_with("/big.bin", "Range")
    assert int(asked.removeprefix("bytes=").removesuffix("-")) >= 2**20


def test_kaggle_goes_on_with_an_upload(server, line, tokens, tmp_path):
    kaggle = kaggle_client(KAGGLE_NOW, tmp_path, server=line.url, username="heavyhost", key=tokens[0])
    folder = tmp_path / "data" / "images"
    folder.mkdir(parents=True)
    (folder / "sent.bin").write_bytes(CONTENT)
    line.cut_next_body("/uploads/", 2 * 2**20)

    kaggle.ok("kaggle", "competitions", "data", "update", SLUG, "-p", "data", "-m", "v1")

    listed = server.json(f"/api/competitions/{SLUG}/data/", token=tokens[0])
    assert {one["name"]: one["sha256"] for one in listed}["images/sent.bin"] == SHA256
    question, rest = line.heads_with("/uploads/", "Content-Range")
    assert (question, rest) == (f"bytes */{len(CONTENT)}", f"bytes {2 * 2**20}-{len(CONTENT) - 1}/{len(CONTENT)}")


@pytest.fixture
def uzu(line, tokens, tmp_path):
    UZU.install()
    return Client(UZU, tmp_path, {"UZU_URL": line.url, "UZU_TOKEN": tokens[1]})


def test_uzu_goes_on_with_a_download_when_run_again(uzu, line):
    line.cut_next_answer("/download/", 2 * 2**20)
    cut = uzu("uzu", "download", SLUG, "-f", "big.bin", "-q")
    uzu.ok("uzu", "download", SLUG, "-f", "big.bin", "-q")

    assert (cut.returncode, "run it again" in cut.stderr) == (1, True)
    assert sha256(uzu.home / "big.bin") == SHA256
    assert len(line.heads_with("/download/", "Range")) == 1
    assert not [path for path in uzu.home.iterdir() if path.name.startswith("big.bin.")]


def test_uzu_goes_on_with_an_upload_when_run_again(server, line, tokens, tmp_path):
    UZU.install()
    host = Client(UZU, tmp_path, {"UZU_URL": line.url, "UZU_TOKEN": tokens[0]})
    content = CONTENT * 6
    (tmp_path / "large.bin").write_bytes(content)
    line.cut_next_body("/parts/2/", 2**20)
    cut = host("uzu", "push", SLUG, "large.bin", "-q")
    host.ok("uzu", "push", SLUG, "large.bin", "-q")

    assert cut.returncode == 1
    listed = json.loads(host.ok("uzu", "files", SLUG, "--json"))
    assert {one["name"]: one["sha256"] for one in listed}["large.bin"] == hashlib.sha256(content).hexdigest()
    sent = [head.split(" ")[1].rsplit("/", 2)[1] for head in line.heads if head.startswith("PUT")]
    assert sent == ["1", "2", "2", "3"]
