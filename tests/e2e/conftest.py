"""The real server and a real browser, for tests that take nothing apart.

def test_something(server, page):
    page.goto(server.url)
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.server import ROOT, demo, server_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# What its own start asks the network for would only be refused; a sandbox can't be had as root.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
)
# As long as Playwright waits for a click: a loaded machine is slow, not wrong.
PATIENCE_MS = 30_000


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in Path(str(item.path)).parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session", autouse=True)
def _one_demo_for_all(tmp_path_factory, worker_id):
    """Loading the demo takes a minute: the processes of a run do it once."""
    own = tmp_path_factory.getbasetemp()
    demo.shared = own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server with the demo for all tests: leave alone what others may look at."""
    server = server_in(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser():
    """Chromium, for tests that need no web app."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def chromium(browser):
    built = Path(os.environ.get("UZU_FRONTEND_DIST") or ROOT / "frontend" / "dist")
    if not (built / "index.html").exists():
        pytest.skip("needs the built web app: make build")
    return browser


@pytest.fixture
def page(chromium, server):
    """A page of a new person, in English. A script error or a violation of the security policy fails the test."""
    context = chromium.new_context(base_url=server.url, locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
    page.on("request", lambda r: None if r.url.startswith((server.url, "data:", "blob:")) else complaints.append(r.url))
    yield page
    context.close()
    assert complaints == []
