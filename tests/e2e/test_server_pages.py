"""The pages that the server draws itself, beside those of the web app: the API page, and the administration."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in
from tests.e2e.visits import TOO_WIDE

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
ADMIN = "/admin/competitions/competition/"
OPERATION = "#operations-Account-updateMe"


def look(page: Page) -> list[str]:
    """What nobody should meet on the page, in the light and in the dark."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    faults = axe.violations(page) + page.evaluate(TOO_WIDE)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return faults + [f"dark: {fault}" for fault in axe.violations(page, only=axe.COLORS)]


@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_read_and_reach_the_api_page(server, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/docs")
    expect(page.locator(OPERATION)).to_be_visible()
    assert look(page) == []

    page.locator(f"{OPERATION} button.opblock-summary-control").click()
    expect(page).to_have_url(f"{server.url}/docs#/Account/updateMe")
    expect(page.get_by_role("textbox", name="Request body")).to_be_visible()
    assert look(page) == []

    page.get_by_role("button", name="Authorize").click()
    dialog = page.locator(".dialog-ux")
    expect(dialog.get_by_role("heading", name="Available authorizations")).to_be_visible()
    assert look(page) == []
    dialog.get_by_role("button", name="Close").first.click()
    expect(dialog).to_have_count(0)


def test_the_api_page_wears_the_dress_of_the_app(page):
    dress = "() => { const { backgroundColor: paper } = getComputedStyle(document.documentElement); return paper }"
    papers = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto("/")
        page.wait_for_function("scheme => document.querySelector(`.v-theme--${scheme}`)", arg=scheme)
        papers[scheme] = page.evaluate(dress)
        page.goto("/docs")
        assert page.evaluate(dress) == papers[scheme]
    assert papers["light"] != papers["dark"]
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Inter Variable\"'))")

    # What was chosen in the app weighs more than the system.
    page.evaluate("localStorage.setItem('uzu.theme', 'light')")
    page.reload()
    assert page.evaluate(dress) == papers["light"]


@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_read_and_fill_in_the_administration(server, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, "host", server.password)
    faults = {}
    for path in (
        "/admin/",
        ADMIN,
        f"{ADMIN}add/",
        "/admin/competitions/solution/add/",
        "/admin/submissions/submission/",
    ):
        page.goto(path)
        faults[path] = look(page)
    page.goto(ADMIN)
    page.get_by_role("link", name="Diabetes Progression Challenge").first.click()
    expect(page.get_by_role("textbox", name="Ends at – Date")).to_be_visible()
    faults["change"] = look(page)
    assert {path: found for path, found in faults.items() if found} == {}
