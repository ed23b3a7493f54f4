"""A competition in four phases, as people look at it and submit to it: each phase by itself, and where one is now said."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in
from tests.e2e.visits import Watch

pytestmark = pytest.mark.browser

ROUNDS = "/competitions/rounds"

# Unlisted, so that nobody else's test meets it. A confirmed phase, two that run side by side, and one to come.
BUILD = """
import io
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition, Phase
from competitions.phases.services import add_phase
from competitions.solution.services import replace_solution
from competitions.teams.entries import enter
from submissions import runs
from submissions.services import submit

now, day = timezone.now(), timedelta(days=1)
host, alice, bob = (User.objects.get(username=name) for name in ("host", "alice", "bob"))
cup = Competition.objects.create(
    title="Rounds", slug="rounds", metric="rmse", is_published=True, visibility="unlisted", rules_required=False,
    starts_at=now - 20 * day, ends_at=now - 5 * day, daily_submission_limit=5,
)
cup.hosts.add(host)
Phase.objects.filter(competition=cup).update(name="Development", objection_minutes=0)

def solve(phase, at):
    solution = b"id,target,Usage\\n1,1,Public\\n2,2,Public\\n3,3,Private\\n4,4,Private\\n"
    replace_solution(phase=phase, file=io.BytesIO(solution), filename="solution.csv", by=host, at=at)

def send(user, team, phase, error, at):
    rows = "".join(f"{n},{n + error}\\n" for n in range(1, 5))
    submit(user=user, team=team, phase=phase, file=io.BytesIO(f"id,target\\n{rows}".encode()), filename="s.csv", at=at)

def phase(number):
    return Phase.objects.select_related("competition").get(competition=cup, number=number)

solve(phase(1), now - 21 * day)
teams = {user: enter(competition=cup, user=user, at=now - 19 * day) for user in (alice, bob)}
for user, error in ((alice, 0.25), (bob, 0.5)):
    send(user, teams[user], phase(1), error, now - 18 * day)
run = runs.start_run(phase=phase(1), kind="private", by=host, at=now - 4 * day)
runs.work(run.pk)
runs.confirm_private_leaderboard(phase=phase(1), by=host, at=now)
for name, starts, ends, metric in (("Japanese", -4, 5, "mae"), ("English", -3, 3, "rmse"), ("Final", 5, 9, "rmse")):
    fields = {"name": name, "starts_at": now + starts * day, "ends_at": now + ends * day, "metric": metric}
    add_phase(competition=Competition.objects.get(pk=cup.pk), fields=fields, by=host, at=now, reason="rounds")
for number in (2, 3, 4):
    solve(phase(number), now)
send(bob, teams[bob], phase(3), 0.125, now - day)
"""


@pytest.fixture(scope="module")
def rounds(server):
    server.manage("shell", "-v", "0", "-c", BUILD)


@pytest.fixture(scope="module")
def session(chromium, server):
    """The cookies of alice, for pages in any language."""
    context = chromium.new_context(base_url=server.url, locale="en-US")
    sign_in(context.new_page(), "alice", server.password)
    state = {"cookies": context.cookies()}
    context.close()
    return state


def switch(page: Page):
    return page.get_by_role("group", name="Phases")


def rows(page: Page) -> list[str]:
    """The scores of the leaderboard shown, best first."""
    table = page.get_by_role("table", name="Leaderboard")
    expect(table).to_be_visible()
    return re.findall(r"0\.\d{5}", " ".join(table.get_by_role("row").all_inner_texts()))


def test_each_phase_has_its_board_and_its_address(server, page, rounds):
    sign_in(page, "alice", server.password)
    page.goto(f"{ROUNDS}/leaderboard")
    expect(switch(page).get_by_role("button", pressed=True)).to_contain_text("English")
    expect(switch(page).get_by_role("button")).to_have_count(4)
    expect(switch(page)).to_contain_text("Results are final")
    expect(
        page.get_by_role("table", name="Leaderboard").get_by_role("row").filter(has_text="0.12500").first
    ).to_be_visible()
    assert "0.25000" not in rows(page)

    # By the keyboard, to the one that is confirmed: its private board, and its address.
    switch(page).get_by_role("button", name=re.compile("Development")).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/leaderboard\?phase=1$"))
    expect(
        page.get_by_role("table", name="Leaderboard").get_by_role("row").filter(has_text="0.25000").first
    ).to_be_visible()
    assert "0.12500" not in rows(page)

    # From tab to tab, and as somebody else would open the address.
    page.get_by_role("navigation", name="Sections of the competition").get_by_role("link", name="Race").click()
    expect(page).to_have_url(re.compile(r"/race\?phase=1$"))
    expect(switch(page).get_by_role("button", pressed=True)).to_contain_text("Development")
    page.goto(f"{ROUNDS}/leaderboard?phase=4")
    expect(switch(page).get_by_role("button", pressed=True)).to_contain_text("Final")
    expect(page.get_by_text("0.12500")).to_have_count(0)


def test_a_file_goes_into_the_phase_that_the_page_names(server, page, rounds, tmp_path):
    sign_in(page, "alice", server.password)
    page.goto(f"{ROUNDS}/submit")
    expect(page.get_by_text("Your file goes into English.")).to_be_visible()
    page.get_by_role("link", name="Into Japanese instead").click()
    expect(page.get_by_text("Your file goes into Japanese.")).to_be_visible()
    file = tmp_path / "mine.csv"
    file.write_text("id,target\n1,1.5\n2,2.5\n3,3.5\n4,4.5\n")
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Your team is on the leaderboard")).to_be_visible()
    page.get_by_role("button", name="Continue").click()

    page.goto(f"{ROUNDS}/submissions?phase=2")
    expect(page.get_by_text("mine.csv").first).to_be_visible()
    switch(page).get_by_role("button", name=re.compile("English")).click()
    expect(page).to_have_url(re.compile("phase=3"))
    expect(page.get_by_text("mine.csv")).to_have_count(0)


def test_the_overview_lists_all_phases(server, page, rounds):
    page.goto(ROUNDS)
    phases = page.get_by_role("list", name="Phases").get_by_role("listitem")
    expect(phases).to_have_count(4)
    expect(phases.first).to_contain_text("Development")
    page.get_by_role("link", name="Leaderboard of Final").click()
    expect(page).to_have_url(re.compile(r"/leaderboard\?phase=4$"))


@pytest.mark.parametrize(
    "path", ["", "/leaderboard", "/leaderboard?phase=1", "/race?phase=1", "/submit", "/submissions?phase=1"]
)
@pytest.mark.parametrize("look", ["desk", "phone"])
def test_everybody_can_read_and_reach_it(server, chromium, session, rounds, path, look):
    looks = {
        "desk": {"locale": "en-US", "viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
        "phone": {"locale": "ja-JP", "viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    }
    context = chromium.new_context(base_url=server.url, reduced_motion="reduce", storage_state=session, **looks[look])
    language = looks[look]["locale"][:2]
    context.add_init_script(f"try {{ localStorage.setItem('uzu.locale', '{language}') }} catch {{}}")
    page = context.new_page()
    watch = Watch(page, server.url)
    watch.visit(ROUNDS + path)
    if path and look == "phone":
        expect(page.get_by_label("フェーズ", exact=True)).to_be_visible()
    faults = watch.look() + axe.violations(page, only=axe.COLORS if look == "phone" else ())
    context.close()
    assert faults == []
