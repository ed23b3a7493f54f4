"""How quickly and how well the built app arrives: the script of the first page, and what Lighthouse says."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.e2e.conftest import CHROMIUM
from tests.e2e.server import ROOT
from tests.e2e.visits import RUNNING, Watch

pytestmark = pytest.mark.browser

LIGHTHOUSE = ROOT / "tests" / "e2e" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
PAGES = ("/", RUNNING, f"{RUNNING}/leaderboard", f"{RUNNING}/race", f"{RUNNING}/discussions/2")
LEAST = {"accessibility": 0.95, "best-practices": 0.95, "seo": 0.95}
MOST_SCRIPT = 250_000  # bytes as they go over the wire


def script_of(page, watch: Watch, path: str) -> dict[str, int]:
    """The scripts that a page asks for, with their compressed sizes in bytes."""
    scripts = []

    def keep(request):
        if request.resource_type == "script":
            scripts.append(request)

    page.on("requestfinished", keep)
    watch.visit(path)
    page.remove_listener("requestfinished", keep)
    return {request.url.rsplit("/", 1)[1]: request.sizes()["responseBodySize"] for request in scripts}


def test_the_first_page_brings_little_script(chromium, server):
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    home = script_of(page, Watch(page, server.url), "/")
    context.close()
    print(f"\n{sum(home.values()) / 1000:.0f} kB of script on the first page")  # noqa: T201
    assert 0 < sum(home.values()) < MOST_SCRIPT, home


def test_what_a_page_alone_needs_comes_with_that_page(chromium, server):
    """Charts are the largest part of the app: who reads the first page does not wait for them."""
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    watch = Watch(page, server.url)
    home, race = script_of(page, watch, "/"), script_of(page, watch, f"{RUNNING}/race?view=lines")
    context.close()
    assert [name for name in race if "Chart" in name]
    assert [name for name in home if "Chart" in name] == []
    assert race.keys() - home.keys()


@pytest.mark.parametrize("path", PAGES)
def test_lighthouse(server, tmp_path, path: str):
    """`make lighthouse` prints the performance too: no machine that has other things to do can be held to it."""
    if CHROMIUM is None or not LIGHTHOUSE.exists():
        pytest.skip("needs Chromium and Lighthouse: make lighthouse")
    report = tmp_path / "report.json"
    categories = [*LEAST, *(["performance"] if "UZU_LIGHTHOUSE_PERFORMANCE" in os.environ else [])]
    command = [
        *(LIGHTHOUSE, server.url + path, "--preset=desktop", "--quiet", "--output=json"),
        *(f"--output-path={report}", f"--only-categories={','.join(categories)}"),
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    for _ in range(5):
        done = subprocess.run(
            command,
            env={**os.environ, "CHROME_PATH": CHROMIUM},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        # Of a trace that went wrong, which is no fault of the page's.
        if "Please run Lighthouse again" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    scores = {name: category["score"] for name, category in json.loads(report.read_text())["categories"].items()}
    print(f"\n{path}: " + ", ".join(f"{name} {score * 100:.0f}" for name, score in scores.items()))  # noqa: T201
    assert {name: scores[name] for name, least in LEAST.items() if scores[name] < least} == {}
