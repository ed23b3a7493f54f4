"""Five kinds of data, each from one file to a published competition, a submission, and a confirmed result."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from pyarrow.csv import write_csv

from tests.e2e.server import server_in
from tests.e2e.test_competition_day import sign_in
from tests.e2e.test_manage import step as next_step
from tests.e2e.test_studio import MOST_ACTS, PATIENCE_MS, Acts, step, takes_part
from tests.studio.datasets import SETUPS

pytestmark = pytest.mark.browser

# What the studio takes each for, of itself.
TARGETS = {
    "numbers": ["target"],
    "yes_or_no": ["diagnosis"],
    "classes": ["class"],
    "labels": ["label_a", "label_b", "label_c"],
    "rankings": ["items"],
}


@pytest.fixture(scope="module")
def moved_server(tmp_path_factory):
    server = server_in(tmp_path_factory.mktemp("server"), DJANGO_SETTINGS_MODULE="tests.e2e.moved_clock")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def host(chromium, moved_server):
    context = chromium.new_context(base_url=moved_server.url, locale="en-US")
    page = context.new_page()
    sign_in(page, "host", moved_server.password)
    yield page
    context.close()


@pytest.fixture(scope="module")
def played() -> list[str]:
    """Addresses of the competitions that somebody took part in."""
    return []


def written(name: str, folder):
    """The data set as the one file that somebody has."""
    table = SETUPS[name][0]()
    path = folder / table.name
    write_csv(table.columns, path)
    return path


@pytest.mark.parametrize("name", SETUPS)
def test_one_file_becomes_a_competition_in_a_few_acts(moved_server, host: Page, chromium, tmp_path, played, name):
    host.goto("/competitions/new")
    acts = Acts(host)
    acts.fill("Title", f"Of {name}")
    acts.choose_files([written(name, tmp_path)])
    acts.click("button", "Create draft")
    columns, made = step(host, "Columns"), step(host, "Make the competition")
    for target in TARGETS[name]:
        expect(columns.locator(".v-chip", has_text=target).first).to_be_visible(timeout=PATIENCE_MS)
    acts.click("button", "Make the competition", within=made)
    expect(made.get_by_text(re.compile(r"Solution: \d+ rows"))).to_be_visible(timeout=PATIENCE_MS)
    expect(made.get_by_role("img", name="To mend")).to_have_count(0)
    clock = step(host, "Clock and rules")
    clock.get_by_role("button", name=re.compile("8 hours in one room")).click()
    acts.count += 1
    expect(clock.get_by_role("button", name=re.compile("8 hours"))).to_have_attribute("aria-pressed", "true")
    acts.click("button", "Start now", within=clock)
    expect(clock.get_by_role("button", name="Start now")).to_be_enabled()
    acts.click("button", "Publish", within=step(host, "Publish"))
    host.get_by_role("dialog").get_by_role("button", name=re.compile("^Publish (now|anyway)$")).click()
    acts.count += 1
    expect(host.get_by_role("heading", name="The competition is published")).to_be_visible()
    assert acts.count <= MOST_ACTS
    assert acts.loads == 0

    address = host.url.removesuffix("/studio")
    takes_part(chromium, moved_server, address, tmp_path, baseline=None)
    played.append(address.rpartition("/")[2])


def test_each_is_played_to_the_end(moved_server, host: Page, played):
    assert len(played) == len(SETUPS)
    ends = [moved_server.json(f"/api/competitions/{slug}/")["endsAt"] for slug in played]
    last, now = max(map(datetime.fromisoformat, ends)), moved_server.json(f"/api/competitions/{played[0]}/")["now"]
    (moved_server.var / "clock").write_text(str((last - datetime.fromisoformat(now)).total_seconds() + 60))
    for slug in played:
        host.goto(f"/competitions/{slug}/manage")
        next_step(host).get_by_role("button", name="Compute private scores").click()
        expect(next_step(host)).to_contain_text("Look the final ranking over", timeout=PATIENCE_MS)
        next_step(host).get_by_role("button", name="Confirm the result").click()
        host.get_by_role("dialog").get_by_role("button", name="Confirm the result").click()
        expect(host.get_by_text("The result is confirmed.")).to_be_visible()
        (row,) = moved_server.json(f"/api/competitions/{slug}/leaderboard/private/")["results"]
        assert (row["rank"], row["score"] is not None) == (1, True)
