"""What people do over several pages, or in several browsers at once."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in
from tests.e2e.visits import CUT

pytestmark = pytest.mark.browser

NEW_PARTICIPANTS = """
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition
from competitions.teams.entries import enter
cup = Competition.objects.get(slug="demo-diabetes")
for name in {names!r}:
    user, is_new = User.objects.get_or_create(username=name, defaults=dict(email=name + "@example.org"))
    user.set_password("uzu-demo")
    user.save()
    user.emailaddress_set.update_or_create(email=user.email, defaults=dict(verified=True, primary=True))
    if is_new:
        enter(competition=cup, user=user, accept_rules=True, at=timezone.now())
"""


def participants(server, *names: str) -> None:
    """People of the running competition, each alone in a team, whom nobody else's test looks at."""
    server.manage("shell", "-v", "0", "-c", NEW_PARTICIPANTS.format(names=names))


def test_from_a_refused_file_to_a_place_on_the_leaderboard(server, page, tmp_path):
    participants(server, "fixer")
    sign_in(page, "fixer", server.password)
    page.goto("/competitions/demo-diabetes/data")
    with page.expect_download() as download:
        page.get_by_label("Download sample_submission.csv").click()
    right = tmp_path / "right.csv"
    download.value.save_as(right)
    header, first, second, *others = right.read_text().splitlines()
    wrong = tmp_path / "wrong.csv"
    number = second.split(",")[0]
    wrong.write_text("\n".join([header, first, f"{number},high", *others[:-1]]) + "\n")

    page.goto("/competitions/demo-diabetes/submit")
    page.locator("input[type=file]").first.set_input_files(wrong)
    # The browser has counted already, before anything is uploaded.
    expect(page.get_by_text("This file differs from the sample submission")).to_be_visible()
    page.get_by_role("button", name="Submit", exact=True).click()
    report = page.get_by_role("alert", name="This file can't be scored")
    expect(report).to_be_visible()
    located = report.get_by_role("row").filter(has_text="high")
    expect(located.first).to_contain_text(number)
    expect(located.first).to_contain_text("progression")
    assert axe.violations(page) == []

    page.locator("input[type=file]").first.set_input_files(right)
    expect(page.get_by_text("Columns, ids and values look like those of the sample submission")).to_be_visible()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Your team is on the leaderboard")).to_be_visible()
    assert axe.violations(page) == []
    page.get_by_role("button", name="Continue").click()

    page.goto("/competitions/demo-diabetes/submissions")
    expect(page.get_by_role("row").filter(has_text="right.csv")).to_be_visible()
    refused = page.get_by_role("row").filter(has_text="wrong.csv")
    refused.get_by_role("button", name="Refused: why?").click()
    expect(page.get_by_role("row").filter(has_text="high").first).to_be_visible()
    page.goto("/competitions/demo-diabetes/leaderboard")
    expect(page.get_by_role("row").filter(has_text="fixer").first).to_contain_text(re.compile(r"\d+\.\d{4}"))


def test_what_is_selected_for_the_final_stays_selected(server, page):
    sign_in(page, "bob", server.password)
    page.goto("/competitions/demo-diabetes/submissions")
    boxes = page.get_by_role("checkbox", name=re.compile("for the final ranking"))
    expect(boxes.first).to_be_visible()
    expect(page.get_by_text("0 of 2 selected")).to_be_visible()
    boxes.nth(0).check()
    expect(page.get_by_text("1 of 2 selected")).to_be_visible()
    boxes.nth(1).check()
    expect(page.get_by_text("2 of 2 selected")).to_be_visible()

    page.reload()
    expect(page.get_by_text("2 of 2 selected")).to_be_visible()
    expect(boxes.nth(0)).to_be_checked()
    # One more than there may be is refused, in words.
    boxes.nth(2).click()
    expect(page.get_by_role("status").or_(page.get_by_role("alert")).filter(has_text="2").first).to_be_visible()
    expect(boxes.nth(2)).not_to_be_checked()
    page.reload()
    expect(boxes.nth(2)).not_to_be_checked()

    for box in (boxes.nth(0), boxes.nth(1)):
        box.uncheck()
        expect(box).not_to_be_checked()
    expect(page.get_by_text("0 of 2 selected")).to_be_visible()


def test_two_teams_become_one_in_two_browsers(server, page, chromium):
    participants(server, "asker", "asked")
    sign_in(page, "asker", server.password)
    context = chromium.new_context(base_url=server.url, locale="en-US")
    there = context.new_page()
    sign_in(there, "asked", server.password)

    page.goto("/competitions/demo-diabetes/team")
    page.get_by_role("combobox", name="Other team").fill("asked")
    page.get_by_role("option", name=re.compile("asked")).click()
    page.get_by_role("button", name="Ask to merge").click()
    expect(page.get_by_text("“asked” has been asked.")).to_be_visible()

    there.goto("/competitions/demo-diabetes/team")
    accept = there.get_by_role("button", name="Accept: Merge with “asker”")
    expect(accept).to_be_visible()
    assert axe.violations(there) == []
    accept.click()
    there.get_by_role("dialog").get_by_role("button", name="Merge the teams").click()
    expect(there.get_by_text("“asker” and “asked” are one team now.")).to_be_visible()

    for each in (page, there):
        each.goto("/competitions/demo-diabetes/team")
        expect(each.get_by_text("Members: 2 of at most 5")).to_be_visible()
    assert axe.violations(there) == []
    context.close()


STRANGER = """
from accounts.models import User
user = User.objects.create_user("stranger", email="stranger@example.org", password="uzu-demo")
user.emailaddress_set.create(email=user.email, verified=True, primary=True)
"""


def test_who_is_invited_to_a_team_enters_by_it_and_accepts_the_rules(server, page, chromium):
    participants(server, "inviter")
    server.manage("shell", "-v", "0", "-c", STRANGER)
    sign_in(page, "inviter", server.password)
    page.goto("/competitions/demo-diabetes/team")
    page.get_by_label("Team name").fill("Foxes 🦊")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="Foxes")).to_be_visible()
    page.get_by_role("combobox", name="User name").fill("stranger")
    page.get_by_role("option", name=re.compile("stranger")).click()
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("stranger is invited.")).to_be_visible()

    context = chromium.new_context(base_url=server.url, locale="en-US")
    there = context.new_page()
    sign_in(there, "stranger", server.password)
    there.goto("/competitions/demo-diabetes/team")
    there.get_by_role("button", name="Accept: Join “Foxes 🦊”").click()
    dialog = there.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="🦊").first).to_be_visible()
    expect(dialog.get_by_role("region", name="Rules")).to_be_visible()
    join = dialog.get_by_role("button", name="Join the team")
    expect(join).to_be_disabled()
    assert axe.violations(there) == []
    dialog.get_by_label("I have read the rules and accept them").check()
    join.click()
    # Emoji are the same pictures everywhere, in what the page says in passing too.
    welcome = there.locator(".v-snackbar").filter(has_text="Welcome to “Foxes")
    expect(welcome.get_by_role("img", name="🦊")).to_be_visible()
    expect(there.get_by_text("Members: 2 of at most 5")).to_be_visible()
    context.close()


RULES_CUP = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition
user = User.objects.create_user("reader", email="reader@example.org", password="uzu-demo")
user.emailaddress_set.create(email=user.email, verified=True, primary=True)
now = timezone.now()
cup = Competition.objects.create(
    title="Rules Cup", slug="rules-cup", visibility="unlisted", is_published=True, metric="rmse",
    starts_at=now, ends_at=now + timedelta(days=1),
)
cup.pages.create(slug="rules", title="Rules", body="One account each.")
"""
NEW_RULES = """
from competitions.models import Competition
cup = Competition.objects.get(slug="rules-cup")
cup.pages.update(body="No help by {whom}.")
Competition.objects.filter(pk=cup.pk).update(rules_version=cup.rules_version + 1)
"""


def test_rules_that_change_while_they_are_read_are_shown_before_they_are_accepted(server, page):
    server.manage("shell", "-v", "0", "-c", RULES_CUP)
    sign_in(page, "reader", server.password)
    page.goto("/competitions/rules-cup")
    page.get_by_role("button", name="Join the competition").first.click()
    dialog = page.get_by_role("dialog")
    rules = dialog.get_by_role("region", name="Rules")
    yes, join = dialog.get_by_label("I have read the rules"), dialog.get_by_role("button", name="Join")
    expect(rules).to_have_text("One account each.")
    yes.check()
    server.manage("shell", "-v", "0", "-c", NEW_RULES.format(whom="friends"))
    join.click()
    expect(dialog.get_by_text("The rules have changed meanwhile: this is version 2.")).to_be_visible()
    expect(rules).to_have_text("No help by friends.")
    expect(yes).not_to_be_checked()
    expect(join).to_be_disabled()
    yes.check()
    join.click()
    expect(dialog).to_be_hidden()

    server.manage("shell", "-v", "0", "-c", NEW_RULES.format(whom="strangers"))
    page.reload()
    alert = page.get_by_text("The rules have changed since you accepted them.")
    expect(alert).to_be_visible()
    page.get_by_role("link", name="Read the rules").click()
    expect(page.get_by_text("No help by strangers.")).to_be_visible()
    server.manage("shell", "-v", "0", "-c", NEW_RULES.format(whom="machines"))
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("The rules have changed meanwhile: this is version 4.")).to_be_visible()
    expect(page.get_by_text("No help by machines.")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("The rules have changed")).to_have_count(0)


# Every number that the celebration shows, from its first moment on.
NUMBERS_SHOWN = """
window.numbersShown = []
new MutationObserver(() => {
  const number = document.querySelector(".celebration__score > [aria-hidden]")?.textContent
  if (number && number !== window.numbersShown.at(-1)) window.numbersShown.push(number)
}).observe(document, { subtree: true, childList: true, characterData: true })
"""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_celebration_counts_up_but_not_for_people_who_ask_for_less_motion(server, page, tmp_path, motion):
    name = f"scorer-{motion}"
    participants(server, name)
    page.emulate_media(reduced_motion=motion)
    page.add_init_script(NUMBERS_SHOWN)
    sign_in(page, name, server.password)
    page.goto("/competitions/demo-diabetes/data")
    with page.expect_download() as download:
        page.get_by_label("Download sample_submission.csv").click()
    file = tmp_path / "sample_submission.csv"
    download.value.save_as(file)
    page.goto("/competitions/demo-diabetes/submit")
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Submit", exact=True).click()

    celebration = page.get_by_role("dialog", name="Your team is on the leaderboard")
    said, shown = (
        celebration.locator(f".celebration__score > {which}") for which in (".visually-hidden", "[aria-hidden]")
    )
    expect(said).to_have_text(re.compile(r"^\d+\.\d{4}$"))
    score = said.inner_text()
    expect(shown).to_have_text(score)
    numbers = page.evaluate("window.numbersShown")
    if motion == "reduce":
        assert numbers == [score]
    else:
        assert numbers[0] == "0.0000"
        assert numbers[-1] == score


def test_an_organiser_goes_from_the_page_of_a_competition_to_its_administration(server, page):
    sign_in(page, "host", server.password)
    page.goto("/competitions/demo-diabetes")
    page.get_by_role("link", name="Administration").click()
    expect(page).to_have_title(re.compile("Diabetes Progression Challenge"))
    assert re.search(r"/admin/competitions/competition/\d+/change/$", page.url)


def test_the_final_ranking_is_revealed_from_the_last_place_to_the_first(server, page):
    ranking = server.json("/api/competitions/demo-breast-cancer/leaderboard/private/")["results"]
    winner = next(row["team"]["name"] for row in ranking if row["rank"] == 1)
    words = winner.encode("cp1252", "ignore").decode("cp1252").strip()  # emoji are pictures on the page
    page.goto("/competitions/demo-breast-cancer/screen")
    expect(page.get_by_text("Are you ready?")).to_be_visible()
    left = page.get_by_text(re.compile(r"\d+ places? to go|All places are revealed"))
    before = None
    for _ in ranking:
        assert "The winner" not in page.locator("body").inner_text()
        if (now := left.inner_text()) == before:
            break
        before = now
        page.keyboard.press("Space")
        expect(left).not_to_have_text(before)
        if left.inner_text() == "All places are revealed":
            break
    expect(page.get_by_text("The winner")).to_be_visible()
    expect(page.get_by_role("article").filter(has_text="The winner")).to_contain_text(words)
    assert page.locator(".line__team").evaluate_all(CUT) == []
    assert axe.violations(page) == []
    page.keyboard.press("Home")
    expect(page.get_by_text("Are you ready?")).to_be_visible()


def test_a_page_left_open_over_an_update_still_leads_on(server, page):
    """The server has new files and no longer those that the open page would load for the next one."""
    page.goto("/competitions/demo-diabetes")
    documents = []
    page.on("request", lambda request: documents.append(request) if request.is_navigation_request() else None)
    page.route(
        "**/static/app/assets/race*.js",
        lambda route: route.continue_() if documents else route.fulfill(status=404, body=""),
    )
    page.get_by_role("navigation", name="Sections of the competition").get_by_role("link", name="Race").click()
    expect(page.get_by_role("heading", name="Leaderboard race")).to_be_visible()
    assert page.url.endswith("/competitions/demo-diabetes/race")
    assert len(documents) == 1


def test_who_is_offline_is_told_so(server, page):
    page.goto("/competitions/demo-diabetes")
    tabs = page.get_by_role("navigation", name="Sections of the competition")
    expect(tabs).to_be_visible()
    page.context.set_offline(True)
    warning = page.get_by_text("You are offline.")
    expect(warning).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    assert warning.evaluate_all(CUT) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    tabs.get_by_role("link", name="Race").click()
    expect(page.get_by_text("Check your connection and try again.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_be_hidden()
    tabs.get_by_role("link", name="Race").click()
    expect(page.get_by_role("heading", name="Leaderboard race")).to_be_visible()


# --- when something goes wrong in the middle of a submission ----------------------------------------------------------
SUBMISSIONS = "**/api/teams/submissions/"


def sample_of(page, folder):
    """The sample submission of the running competition, as a person downloads it."""
    page.goto("/competitions/demo-diabetes/data")
    with page.expect_download() as download:
        page.get_by_label("Download sample_submission.csv").click()
    file = folder / "sample_submission.csv"
    download.value.save_as(file)
    return file


def choose(page, file) -> None:
    page.goto("/competitions/demo-diabetes/submit")
    page.locator("input[type=file]").first.set_input_files(file)


def drop(page, selector: str, name: str) -> None:
    """Let go of a file of `name` above an element."""
    script = """name => {
      const data = new DataTransfer()
      data.items.add(new File(["id,progression\\n"], name))
      return data
    }"""
    page.dispatch_event(selector, "drop", {"dataTransfer": page.evaluate_handle(script, name)})


def test_a_file_that_changed_since_it_was_chosen_is_asked_for_again(server, page, tmp_path):
    participants(server, "rewriter")
    sign_in(page, "rewriter", server.password)
    file = sample_of(page, tmp_path)
    choose(page, file)
    expect(page.get_by_text("Columns, ids and values look like those of the sample submission")).to_be_visible()
    os.utime(file, (file.stat().st_atime, file.stat().st_mtime + 5))  # the next model has written over it
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="changed on your disk")).to_be_in_viewport()

    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Your team is on the leaderboard")).to_be_visible()


def test_who_never_heard_the_score_is_sent_to_look_before_sending_again(server, page, tmp_path):
    participants(server, "unheard")
    sign_in(page, "unheard", server.password)
    choose(page, sample_of(page, tmp_path))

    def deliver_and_break(route):
        route.fetch()
        route.fulfill(status=504, body="")

    page.route(SUBMISSIONS, deliver_and_break)
    page.get_by_role("button", name="Submit", exact=True).click()
    told = page.get_by_role("alert").filter(has_text="It may have been scored and counted")
    expect(told).to_be_in_viewport()
    assert axe.violations(page) == []
    told.get_by_role("link", name="My submissions").click()
    expect(page.get_by_role("row").filter(has_text="sample_submission.csv")).to_be_visible()


def test_what_is_dropped_while_a_file_is_on_its_way_waits(server, page, tmp_path):
    participants(server, "juggler")
    sign_in(page, "juggler", server.password)
    choose(page, sample_of(page, tmp_path))
    held = []

    def hold(route) -> None:
        held.append(route)

    page.route(SUBMISSIONS, hold)
    submit = page.get_by_role("button", name="Submit", exact=True)
    with page.expect_request(SUBMISSIONS):
        submit.click()
    drop(page, "label.drop", "onto-the-field.csv")
    drop(page, "main", "onto-the-page.csv")
    expect(page.get_by_text("Wait until the file on its way has been scored.")).to_be_visible()
    expect(submit).to_be_disabled()
    expect(page.get_by_text("onto-the")).to_have_count(0)
    held[0].continue_()
    expect(page.get_by_text("Your team is on the leaderboard")).to_be_visible()


def test_a_cv_score_that_is_no_number_is_said_and_not_thrown_away(server, page):
    sign_in(page, "bob", server.password)
    page.goto("/competitions/demo-diabetes/submissions")
    page.get_by_role("button", name="Edit memo, CV score and experiment").first.click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Your CV score")
    before = field.input_value()
    field.fill("55,1")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("This is not a number.")).to_be_visible()
    field.fill("５５．１")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="55.1").first).to_be_visible()

    page.get_by_role("button", name="Edit memo, CV score and experiment").first.click()
    field.fill(before)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/legal/terms"])
def test_a_form_or_a_text_does_not_grow_with_the_wall(page, path):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator(".page").evaluate("page => page.offsetWidth") < 900
