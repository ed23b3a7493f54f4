"""An organiser takes a competition from the running day to its result on the tab *Manage*, without the admin."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in
from tests.e2e.test_the_end import moved_server, past_the_end  # noqa: F401

pytestmark = pytest.mark.browser
CUP = "/competitions/demo-diabetes"
# What makes the page wider than the screen: its class, and what it says.
TOO_WIDE = """
    document.documentElement.scrollWidth <= innerWidth ? [] :
      [...document.querySelectorAll("body *")]
        .filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest("nav"))
        .map((e) => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`)
"""
NEWCOMER = """
from accounts.models import User
user = User.objects.create_user("fuyumi", "fuyumi@example.org", "uzu-demo")
user.emailaddress_set.update_or_create(email=user.email, defaults=dict(verified=True, primary=True))
"""


@pytest.fixture
def host(chromium, moved_server):  # noqa: F811
    context = chromium.new_context(base_url=moved_server.url, locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, "host", moved_server.password)
    yield page
    context.close()


def step(page: Page):
    """What comes next."""
    return page.locator('[aria-current="step"]')


def test_from_the_running_day_to_the_confirmed_result(moved_server, host: Page):  # noqa: F811
    host.goto(f"{CUP}/manage")
    expect(step(host)).to_contain_text("It is running")
    expect(host.get_by_role("button", name="Compute private scores")).to_have_count(0)
    expect(host.get_by_role("img", name=re.compile("submissions, (hour by hour|day by day)"))).to_be_visible()
    expect(host.get_by_role("link", name="Download the archive")).to_have_count(0)
    assert axe.violations(host) == []

    # The end comes later, and everybody can read why.
    end = moved_server.json("/api/competitions/demo-diabetes/")["endsAt"]
    step(host).get_by_role("button", name="Move the end").click()
    dialog = host.get_by_role("dialog", name="Move the end")
    dialog.get_by_role("button", name="30 minutes later").click()
    dialog.get_by_role("button", name="Move the end").click()
    expect(dialog.get_by_text(re.compile("reason", re.IGNORECASE)).first).to_be_visible()
    dialog.get_by_label("Reason").fill("The power was out.")
    dialog.get_by_role("button", name="Move the end").click()
    expect(host.get_by_text("The end was moved.")).to_be_visible()
    assert moved_server.json("/api/competitions/demo-diabetes/")["endsAt"] > end

    # A team is found by a member's name, and may be given more.
    host.get_by_role("textbox", name="Find a team or a person").fill("alice")
    host.get_by_role("region", name="Teams").get_by_role("listitem").get_by_role("button").first.click()
    acts = host.get_by_role("dialog")
    acts.get_by_role("button", name="Give extra submissions").click()
    host.get_by_role("dialog").last.get_by_label("Reason").fill("Their laptop broke.")
    host.get_by_role("dialog").last.get_by_role("button", name="Give extra submissions").click()
    expect(host.get_by_text(re.compile("extra submission", re.IGNORECASE)).first).to_be_visible()

    past_the_end(moved_server)
    host.reload()
    expect(step(host)).to_contain_text("The end has come")
    step(host).get_by_role("button", name="Compute private scores").click()
    expect(step(host)).to_contain_text("Look the final ranking over", timeout=60_000)

    step(host).get_by_role("link", name="See the private leaderboard").click()
    expect(host.get_by_text("Only organisers see this ranking until it is confirmed.")).to_be_visible()
    host.go_back()
    step(host).get_by_role("button", name="Confirm the result").click()
    host.get_by_role("dialog", name="Confirm the result").get_by_role("button", name="Confirm the result").click()
    expect(host.get_by_text("The result is confirmed.")).to_be_visible()
    expect(step(host)).to_have_count(0)
    assert host.request.get("/api/competitions/demo-diabetes/leaderboard/private/").status == 200

    # What everybody did may be taken out now.
    out = host.get_by_role("region", name="Copies and archive")
    expect(out.get_by_role("checkbox", name=re.compile("^Codes in place"))).to_be_checked()
    with host.expect_download() as taken:
        out.get_by_role("link", name="Download the archive").click()
    with zipfile.ZipFile(taken.value.path()) as archive:
        assert {"uzu-competition.yaml", "results/README.md", "results/submissions.csv"} <= set(archive.namelist())
        assert "alice" not in archive.read("results/members.csv").decode()

    host.get_by_role("button", name="Take the confirmation back").click()
    again = host.get_by_role("dialog", name="Take the confirmation back")
    again.get_by_label("Reason").fill("A mistake in the solution.")
    again.get_by_role("button", name="Take the confirmation back").click()
    expect(step(host)).to_contain_text("Look the final ranking over")
    assert moved_server.json("/api/competitions/demo-diabetes/")["state"] == "finished"


def test_it_is_copied_and_put_in_again_as_a_bundle(moved_server, host: Page):  # noqa: F811
    host.goto(f"{CUP}/manage")
    out = host.get_by_role("region", name="Copies and archive")
    with host.expect_download() as taken:
        out.get_by_role("link", name="Download the bundle").click()
    bundle = taken.value.path()
    out.get_by_role("button", name="Make a copy").click()
    dialog = host.get_by_role("dialog", name="Make a copy")
    assert axe.violations(host) == []
    dialog.get_by_label("Address").fill("demo-digits")
    dialog.get_by_role("button", name="Make a copy").click()
    expect(dialog.get_by_text(re.compile("already"))).to_be_visible()
    dialog.get_by_label("Address").fill("next-year")
    dialog.get_by_role("button", name="Make a copy").click()
    host.wait_for_url("**/competitions/next-year/studio")
    assert host.request.get("/api/competitions/next-year/").json()["isPublished"] is False

    host.goto("/competitions/new")
    put_in = host.get_by_role("region", name="Or from a bundle")
    put_in.locator("input[type=file]").set_input_files(
        {"name": "a.zip", "mimeType": "application/zip", "buffer": b"no"}
    )
    put_in.get_by_role("button", name="Make a draft of the bundle").click()
    refusal = put_in.get_by_text("The bundle is no zip that can be read.")
    expect(refusal).to_be_visible()
    assert axe.violations(host) == []
    put_in.locator("input[type=file]").set_input_files(bundle)
    expect(refusal).to_have_count(0)
    put_in.get_by_label("Another address").fill("from-a-bundle")
    put_in.get_by_label("Another start").fill("2031-04-01T09:00")
    put_in.get_by_role("button", name="Make a draft of the bundle").click()
    host.wait_for_url("**/competitions/from-a-bundle/studio")
    draft = host.request.get("/api/competitions/from-a-bundle/").json()
    assert (draft["isPublished"], draft["startsAt"][:4]) == (False, "2031")


def test_it_is_for_organisers_alone(page: Page, server):
    sign_in(page, "alice", server.password)
    page.goto(f"{CUP}/manage")
    expect(page.get_by_text("This page is for organisers.")).to_be_visible()
    assert page.request.get("/api/competitions/demo-diabetes/activity/").status == 403


def test_somebody_is_asked_to_help_and_says_yes(moved_server, host: Page, chromium):  # noqa: F811
    moved_server.manage("shell", "-v", "0", "-c", NEWCOMER)
    host.goto(f"{CUP}/manage")
    crew = host.get_by_role("region", name="Organisers and helpers")
    crew.get_by_role("combobox", name="Person").fill("fuyumi")
    host.get_by_role("option", name="fuyumi").click()
    crew.get_by_role("button", name="Invite").click()
    expect(crew.get_by_role("list", name="Waiting for an answer")).to_contain_text("fuyumi")

    context = chromium.new_context(base_url=moved_server.url, locale="en-US", viewport={"width": 390, "height": 800})
    page = context.new_page()
    sign_in(page, "fuyumi", moved_server.password)
    page.goto("/invitations")
    expect(page.get_by_text("asks you to help with")).to_be_visible()
    assert axe.violations(page) == []
    page.get_by_role("button", name=re.compile("^Accept")).click()
    expect(page.get_by_text(re.compile("You help with"))).to_be_visible()
    page.goto(f"{CUP}/discussions")
    expect(page.get_by_role("link", name="Reports")).to_be_visible()

    host.reload()
    expect(crew.get_by_role("listitem").filter(has_text="fuyumi")).to_contain_text("Helper")
    crew.get_by_role("button", name="Remove fuyumi").click()
    host.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(crew.get_by_text("fuyumi")).to_have_count(0)
    context.close()


@pytest.fixture(scope="module")
def session(chromium, server):
    """The cookies of the organiser, for pages in any language."""
    context = chromium.new_context(base_url=server.url, locale="en-US")
    sign_in(context.new_page(), "host", server.password)
    state = {"cookies": context.cookies()}
    context.close()
    return state


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "heading"), [("en", "What comes next"), ("ja", "次にすること")])
def test_nothing_is_cut_off_on_a_phone(chromium, server, session, language, heading, scheme):
    context = chromium.new_context(
        base_url=server.url, storage_state=session, viewport={"width": 390, "height": 800}, color_scheme=scheme
    )
    context.add_init_script(f"try {{ localStorage.setItem('uzu.locale', '{language}') }} catch {{}}")
    page = context.new_page()
    page.goto(f"{CUP}/manage")
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator("canvas")).to_be_visible()
    assert page.evaluate(TOO_WIDE) == []
    assert axe.violations(page) == []
    context.close()


def test_what_a_rescoring_would_do_is_seen_before_it_is_done(moved_server, host: Page):  # noqa: F811
    host.goto(f"{CUP}/manage")
    repairs = host.get_by_role("region", name="After a mistake")
    repairs.get_by_role("button", name="See what it would do").click()
    expect(repairs.get_by_text("It says what a rescoring would do now.")).to_be_visible(timeout=60_000)
    expect(repairs.get_by_text("Nothing would change.")).to_be_visible()
    assert axe.violations(host) == []


def test_an_announcement_to_some_says_how_many_it_reaches(moved_server, host: Page):  # noqa: F811
    host.goto(f"{CUP}/manage")
    host.get_by_role("link", name="Write an announcement").click()
    expect(host.get_by_label("Announcement")).to_be_checked()
    host.get_by_label("Title").fill("You have not submitted yet")
    expect(host.get_by_text(re.compile(r"Reaches \d+ people"))).to_be_visible()
    expect(host.get_by_role("combobox", name="Written to")).to_be_visible()
