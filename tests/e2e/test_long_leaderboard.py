"""A leaderboard of thousands of teams: only what is seen is drawn, and one never loses oneself."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_competition_day import sign_in

pytestmark = pytest.mark.browser

TEAMS = 3000
MARATHON = "/competitions/marathon"

# Unlisted, so that nobody else's test meets it. The teams stand in the order of their numbers, alice's in the middle.
THOUSANDS = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition, Membership, Standing, Team
from competitions.teams.searching import index_names
now, alice = timezone.now(), User.objects.get(username="alice")
cup = Competition.objects.create(
    title="Marathon", slug="marathon", metric="rmse", is_published=True, visibility="unlisted",
    starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=2),
)
users = User.objects.bulk_create(User(username=f"runner-{{n}}", email="") for n in range({teams}))
users[{teams} // 2] = alice
teams = Team.objects.bulk_create(
    Team(competition=cup, name=f"team {{n}}", owner=user, created_at=now) for n, user in enumerate(users, start=1)
)
Membership.objects.bulk_create(
    Membership(competition=cup, team=team, user=team.owner, joined_at=now) for team in teams
)
index_names(team.pk for team in teams)
Standing.objects.bulk_create(
    Standing(
        competition=cup, phase=cup.phase, team=team, best_public_score=n, public_key=n, total_submissions=1,
        best_submitted_at=now - timedelta(hours=1), last_submitted_at=now - timedelta(hours=1),
    )
    for n, team in enumerate(teams, start=1)
)
"""

# Unlisted too: no submission of another test changes it.
CALM = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition
from competitions.teams.entries import enter
now = timezone.now()
cup = Competition.objects.create(
    title="Calm", slug="calm", metric="rmse", is_published=True, visibility="unlisted",
    starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=2),
)
enter(competition=cup, user=User.objects.get(username="bob"), accept_rules=True, at=now)
"""

SOMEBODY_SCORES = """
from competitions.models import Standing
from competitions.leaderboards.standings import leaderboard_changed
standing = Standing.objects.get(competition__slug="calm")
standing.best_public_score = standing.public_key = 0.25
standing.save()
leaderboard_changed(competition_id=standing.competition_id)
"""

LAST_TO_THE_TOP = """
from competitions.models import Standing
from competitions.leaderboards.standings import leaderboard_changed
last = Standing.objects.filter(competition__slug="marathon").order_by("public_key").last()
last.best_public_score = last.public_key = 0.5
last.save()
leaderboard_changed(competition_id=last.competition_id)
"""


def test_thousands_of_teams(server, page):
    server.manage("shell", "-v", "0", "-c", THOUSANDS.format(teams=TEAMS))
    sign_in(page, "alice", server.password)
    page.goto(f"{MARATHON}/leaderboard")
    table = page.get_by_role("table", name="Leaderboard")
    row = table.get_by_role("row")
    mine = row.filter(has_text=f"team {TEAMS // 2 + 1}").first
    expect(row.filter(has_text=re.compile(r"team 1(?!\d)")).first).to_be_visible()
    expect(table).to_have_attribute("aria-rowcount", str(TEAMS + 1))

    # To the last row; one's own stays in sight, and few rows are in the page at any time.
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(row.filter(has_text=f"team {TEAMS}").first).to_be_in_viewport()
    expect(mine).to_be_in_viewport()
    expect(mine).to_contain_text("You")
    assert row.count() < 100

    # Somebody overtakes everybody: the page finds out by itself, and the top is another one.
    page.evaluate("window.scrollTo(0, 0)")
    server.manage("shell", "-v", "0", "-c", LAST_TO_THE_TOP)
    expect(table.locator("[aria-rowindex='2']")).to_contain_text(f"team {TEAMS}", timeout=30_000)
    expect(mine).to_contain_text(f"{TEAMS // 2 + 2:,}")

    page.get_by_role("searchbox", name="Search teams").fill(f"team {TEAMS - 1}")
    expect(table).to_have_attribute("aria-rowcount", "2")
    expect(row.filter(has_text=f"team {TEAMS - 1}").first).to_contain_text(f"{TEAMS:,}")
    assert f"search=team+{TEAMS - 1}" in page.url

    page.get_by_role("searchbox", name="Search teams").fill("")
    expect(table).to_have_attribute("aria-rowcount", str(TEAMS + 1))

    # Away for a while, and back: teams that were not looked at the last time are not called new.
    page.goto(f"{MARATHON}/race")
    page.goto(f"{MARATHON}/leaderboard")
    expect(row.filter(has_text=re.compile(r"team 1(?!\d)")).first).to_be_visible()
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight / 2)")
    expect(row.filter(has_text=f"team {TEAMS // 2 + 3}").first).to_be_in_viewport()
    expect(page.get_by_text("New since your last visit")).to_have_count(0)


def test_a_board_that_did_not_change_is_not_sent_again(server, page):
    """The browser asks with the ETag that it has: the page gets what it had, the wire carries a 304 and no body."""
    server.manage("shell", "-v", "0", "-c", CALM)
    # The page that is read; all scores, for the histogram, are another address, with a tag of its own.
    board = f"{server.url}/api/competitions/calm/leaderboard/public/?page=1&pageSize=200"

    # A page is told 200 when the browser answers from its cache: what came over the wire, only the protocol says.
    asked, answered = [], {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on(
        "Network.requestWillBeSent",
        lambda e: asked.append(e["requestId"]) if e["request"]["url"] == board else None,
    )
    wire.on("Network.responseReceivedExtraInfo", lambda e: answered.update({e["requestId"]: e["statusCode"]}))

    def is_board(response) -> bool:
        return response.url == board

    def come_back():
        """To a page that was out of sight: it asks at once."""
        with page.expect_response(is_board) as response:
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        return response.value

    with page.expect_response(is_board) as first:
        page.goto("/competitions/calm/leaderboard")
    row = page.get_by_role("table", name="Leaderboard").locator("[aria-rowindex='2']")
    expect(row).to_contain_text("–")
    etag = first.value.header_value("etag")
    for _ in range(2):
        again = come_back()
        assert again.request.header_value("if-none-match") == etag
        # A 304 has no body to compress, so that its tag may be the strong form of the same one.
        assert again.header_value("etag").removeprefix("W/") == etag.removeprefix("W/")
        assert again.header_value("content-length") == "0"
        assert again.json() == first.value.json()

    server.manage("shell", "-v", "0", "-c", SOMEBODY_SCORES)
    assert come_back().header_value("etag") != etag
    expect(row).to_contain_text("0.25")
    assert [answered[request] for request in asked[:4]] == [200, 304, 304, 200]
