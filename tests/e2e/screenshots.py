"""`make screenshots`: pictures of the main pages with the demo, for the README and the guides, into docs/images/.

Each page once at a desk (1280 pixels, light, English), and the pages of a participant on a phone (360, dark, Japanese).
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.e2e.server import ROOT, Server, server_in
from tests.e2e.test_competition_day import sign_in
from tests.e2e.test_flows import participants
from tests.e2e.visits import OVER, RUNNING, Watch

IMAGES = Path(os.environ.get("UZU_SCREENSHOTS") or ROOT / "docs" / "images")
LARGEST = 300_000  # bytes: people on a phone read the README too
PAGES = {
    "competition": RUNNING,
    "leaderboard": f"{RUNNING}/leaderboard",
    "final": f"{OVER}/leaderboard",
    "race": f"{RUNNING}/race",
    "submissions": f"{RUNNING}/submissions",
    "discussion": f"{RUNNING}/discussions/2",
    "screen": f"{RUNNING}/screen",
}
DESK = {"locale": "en-US", "color_scheme": "light", "viewport": {"width": 1280, "height": 800}}
PHONE = {
    "locale": "ja-JP",
    "color_scheme": "dark",
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
}


def take(server: Server, browser: Browser) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for look, options in (("", DESK), ("-phone", PHONE)):
        context = browser.new_context(base_url=server.url, timezone_id="Asia/Tokyo", reduced_motion="reduce", **options)
        page = context.new_page()
        # The form is found by its English words; after that the pages speak the language of the look.
        context.add_init_script("localStorage.getItem('uzu.locale') ?? localStorage.setItem('uzu.locale', 'en')")
        sign_in(page, "alice", server.password)
        page.evaluate("language => localStorage.setItem('uzu.locale', language)", options["locale"][:2])
        watch = Watch(page, server.url)
        for name, path in PAGES.items():
            watch.visit(path)
            page.wait_for_timeout(1000)  # charts are drawn after their data has come
            save(page, f"{name}{look}")
        context.close()
    context = browser.new_context(base_url=server.url, timezone_id="Asia/Tokyo", reduced_motion="reduce", **DESK)
    celebrate(server, context.new_page())
    context.close()


def celebrate(server: Server, page: Page) -> None:
    """A first score: the screen that a participant works for."""
    participants(server, "celebrant")
    sign_in(page, "celebrant", server.password)
    with tempfile.TemporaryDirectory() as folder:
        page.goto(f"{RUNNING}/data")
        with page.expect_download() as download:
            page.get_by_label("Download sample_submission.csv").click()
        sample = Path(folder) / "sample_submission.csv"
        download.value.save_as(sample)
        page.goto(f"{RUNNING}/submit")
        page.locator("input[type=file]").first.set_input_files(sample)
        page.get_by_role("button", name="Submit", exact=True).click()
        expect(page.get_by_text(re.compile("Your team"))).to_be_visible()
        page.wait_for_timeout(1500)
    save(page, "celebration")


def save(page: Page, name: str) -> None:
    file = IMAGES / f"{name}.png"
    size = len(page.screenshot(path=file, animations="disabled"))
    sys.stdout.write(f"{file.name}: {size // 1000} kB\n")
    if size > LARGEST:
        raise SystemExit(f"{file} is larger than {LARGEST} bytes.")


def main(serve: Callable[[Path], Server] = server_in) -> None:
    with tempfile.TemporaryDirectory() as var, sync_playwright() as playwright:
        server = serve(Path(var))
        server.start()
        try:
            take(server, playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
