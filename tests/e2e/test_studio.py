"""An organiser goes from two files to a published competition, and somebody takes part in it."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect
from sklearn.datasets import load_diabetes

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in

pytestmark = pytest.mark.browser

MOST_ACTS = 12
TEST_ROWS = 142
# The files are read, models trained and pages written; a loaded machine takes its time.
PATIENCE_MS = 120_000
TITLE = "Diabetes on Friday"


@pytest.fixture
def files(tmp_path):
    """What somebody has who wants to hold a competition: train and test, both with the answers."""
    data = load_diabetes(scaled=False)
    header = ["id", *data.feature_names, "progression"]
    rows = [
        [n, *values, answer] for n, (values, answer) in enumerate(zip(data.data, data.target, strict=True), start=1)
    ]
    parts = {"train.csv": rows[:-TEST_ROWS], "test.csv": rows[-TEST_ROWS:]}
    for name, part in parts.items():
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows([header, *part])
    return [tmp_path / name for name in parts]


class Acts:
    """Does things on a page and counts them; and how often the browser loads a page as a whole."""

    def __init__(self, page: Page) -> None:
        self.page, self.count, self.loads = page, 0, 0
        page.on("request", self._request)

    def _request(self, request) -> None:
        self.loads += request.is_navigation_request() and request.frame == self.page.main_frame

    def click(self, role, name: str, within=None) -> None:
        self.count += 1
        (within or self.page).get_by_role(role, name=name, exact=True).click()

    def fill(self, label: str, value: str) -> None:
        self.count += 1
        self.page.get_by_label(label, exact=True).fill(value)

    def choose_files(self, files) -> None:
        self.count += 1
        self.page.locator("[data-takes-files] input[type=file]:not([webkitdirectory])").set_input_files(files)


def step(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def test_from_files_to_a_published_competition_and_a_score(server, page, files, chromium, tmp_path):
    sign_in(page, "host", server.password)
    acts = Acts(page)
    page.goto("/competitions/new")
    acts.fill("Title", TITLE)
    acts.choose_files(files)
    acts.click("button", "Create draft")

    columns, made = step(page, "Columns"), step(page, "Make the competition")
    expect(columns.get_by_text("300 rows")).to_be_visible(timeout=PATIENCE_MS)
    expect(columns.locator(".v-chip", has_text="progression")).to_be_visible()
    acts.click("button", "Make the competition", within=made)
    expect(made.get_by_text(f"Solution: {TEST_ROWS} rows")).to_be_visible(timeout=PATIENCE_MS)
    expect(made.get_by_role("img", name="To mend")).to_have_count(0)
    expect(step(page, "Metric").get_by_role("row", name=re.compile("the right answers"))).to_be_visible()
    expect(step(page, "Split").get_by_text("The public score wobbles by")).to_be_visible()

    clock = step(page, "Clock and rules")
    clock.get_by_role("button", name=re.compile("8 hours in one room")).click()
    expect(clock.get_by_role("button", name=re.compile("8 hours in one room"))).to_have_attribute(
        "aria-pressed", "true"
    )
    acts.count += 1
    acts.click("button", "Start now", within=clock)
    expect(clock.get_by_role("button", name="Start now")).to_be_enabled()
    clock.get_by_role("radio", name=re.compile("Whoever has the address")).check()
    acts.count += 1
    expect(clock.get_by_role("radio", name=re.compile("Whoever has the address"))).to_be_enabled()
    acts.click("button", "Publish", within=step(page, "Publish"))
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Publish (now|anyway)$")).click()
    acts.count += 1

    expect(page.get_by_role("heading", name="The competition is published")).to_be_visible()
    address = page.url.removesuffix("/studio")
    expect(page.get_by_role("link", name=address, exact=True)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("QR"))).to_be_visible()
    assert acts.loads == 1
    assert acts.count <= MOST_ACTS
    assert axe.violations(page) == []

    takes_part(chromium, server, address, tmp_path)


def takes_part(chromium, server, address: str, folder, *, baseline: str | None = "linear model") -> None:
    """Somebody joins, sends the sample submission, and sees what it scores, with the `baseline` beside it."""
    context = chromium.new_context(base_url=server.url, locale="en-US")
    page = context.new_page()
    sign_in(page, "alice", server.password)
    page.goto(address)
    page.get_by_role("button", name="Join the competition").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("I have read the rules and accept them").check()
    dialog.get_by_role("button", name="Join the competition").click()
    expect(page.get_by_text("Welcome to the competition!")).to_be_visible()
    page.goto(f"{address}/data")
    with page.expect_download() as download:
        page.get_by_label("Download sample_submission.csv").click()
    sample = folder / "sample_submission.csv"
    download.value.save_as(sample)
    page.goto(f"{address}/submit")
    page.locator("input[type=file]").first.set_input_files(sample)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Your team is on the leaderboard")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.goto(f"{address}/leaderboard")
    expect(page.get_by_role("row").filter(has_text="alice").first).to_contain_text(re.compile(r"\d+\.\d+"))
    if baseline is not None:
        expect(page.get_by_role("row").filter(has_text=baseline).first).to_be_visible()
    context.close()
