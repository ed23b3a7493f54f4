"""The end of a competition, on a server whose clock is moved past it while people look at their pages."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.server import Server, server_in
from tests.e2e.test_competition_day import sign_in

pytestmark = pytest.mark.browser

SUBMISSIONS = "/competitions/demo-diabetes/submissions"


@pytest.fixture
def moved_server(tmp_path):
    server = server_in(tmp_path, DJANGO_SETTINGS_MODULE="tests.e2e.moved_clock")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def alice(chromium, moved_server):
    context = chromium.new_context(base_url=moved_server.url, locale="en-US")
    page = context.new_page()
    sign_in(page, "alice", moved_server.password)
    yield page
    context.close()


def past_the_end(server: Server) -> None:
    """Let it be a minute after the end of the running competition."""
    end = datetime.fromisoformat(server.json("/api/competitions/demo-diabetes/")["endsAt"])
    (server.var / "clock").write_text(str((end - datetime.now(UTC)).total_seconds() + 60))


def selected(page: Page) -> list[bool]:
    boxes = page.get_by_role("checkbox", name=re.compile("for the final ranking"))
    return [box.is_checked() for box in boxes.all()]


def test_what_is_selected_can_change_until_the_end_and_not_after(moved_server, alice: Page):
    alice.goto(SUBMISSIONS)
    boxes = alice.get_by_role("checkbox", name=re.compile("for the final ranking"))
    expect(alice.get_by_text("1 of 2 selected")).to_be_visible()
    boxes.nth(2).check()
    expect(alice.get_by_text("2 of 2 selected")).to_be_visible()
    before = selected(alice)
    assert sum(before) == 2

    past_the_end(moved_server)
    # Who has the page open still sees boxes to click; the server no longer listens, says why, and nothing changes.
    boxes.nth(2).click()
    expect(alice.get_by_text("has ended").first).to_be_visible()
    expect(boxes.nth(2)).to_be_checked()

    alice.reload()
    expect(alice.get_by_text("The competition has ended; the selection stands.")).to_be_visible()
    expect(boxes.nth(2)).to_be_disabled()
    assert selected(alice) == before
    # Nothing private has been computed by the end itself.
    closed = alice.request.get("/api/competitions/demo-diabetes/leaderboard/private/")
    assert (closed.status, closed.json()["errors"][0]["code"]) == (403, "private_leaderboard_closed")
