"""What a participant meets on the way into a competition and through its submit page, at every moment of its clock."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import axe
from tests.e2e.test_competition_day import fill, link_to, sign_in
from tests.e2e.test_flows import choose, participants, sample_of

pytestmark = pytest.mark.browser

RUNNING = "/competitions/demo-diabetes"

CUP = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition, Phase
from competitions.teams.entries import enter
now = timezone.now()
cup = Competition.objects.create(
    title={title!r}, slug={slug!r}, visibility="unlisted", is_published=True, metric="rmse", allows_late_submissions=True,
    starts_at=now + timedelta(days={starts}), ends_at=now + timedelta(days={ends}), time_zone={zone!r},
)
for slug, title, body in {pages!r}:
    cup.pages.create(slug=slug, title=title, body=body)
user, is_new = User.objects.get_or_create(username={user!r}, defaults=dict(email={user!r} + "@example.org"))
user.set_password("uzu-demo")
user.save()
user.emailaddress_set.update_or_create(email=user.email, defaults=dict(verified=True, primary=True))
if {enters}:
    Phase.objects.filter(competition=cup.pk).update(starts_at=now - timedelta(days=9), ends_at=now + timedelta(days=9))
    enter(competition=Competition.objects.get(pk=cup.pk), user=user, accept_rules=True, at=now)
    Phase.objects.filter(competition=cup.pk).update(starts_at=cup.phase.starts_at, ends_at=cup.phase.ends_at)
"""


def cup(server, slug: str, *, user: str, starts=-1, ends=1, pages=(), enters=True, zone="Asia/Tokyo") -> str:
    """The address of a competition of its own for a test, with one participant."""
    words = CUP.format(
        title=slug.replace("-", " ").title(),
        slug=slug,
        starts=starts,
        ends=ends,
        zone=zone,
        pages=list(pages),
        user=user,
        enters=enters,
    )
    server.manage("shell", "-v", "0", "-c", words)
    return f"/competitions/{slug}"


# --- the pages of a competition ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [390, 900, 1440])
def test_the_text_of_a_competition_with_one_page_has_the_room(server, page, width):
    path = "/competitions/one-page"
    if width == 390:
        cup(server, "one-page", user="onepager", pages=[("overview", "Overview", "Predict the number of gulls. " * 40)])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    text, timeline = page.locator("article"), page.locator("aside")
    expect(text.get_by_text("Predict the number of gulls").first).to_be_visible()
    expect(timeline.get_by_text("Timeline")).to_be_visible()
    assert text.bounding_box()["width"] > min(width * 0.5, 700) - 60
    if width > 840:
        assert timeline.bounding_box()["x"] > text.bounding_box()["x"] + text.bounding_box()["width"]
    assert axe.violations(page) == []


def test_each_page_of_a_competition_has_one_way_to_it_and_speaks_the_readers_language(server, page):
    pages = [
        ("overview", "Overview", "# Gulls\n\nPredict."),
        ("evaluation", "Evaluation", "RMSE."),
        ("data", "Data", "Columns."),
        ("rules", "Rules", "One account each."),
        ("sponsors", "Our sponsors", "A harbour."),
    ]
    path = cup(server, "many-pages", user="manypager", pages=pages)
    page.add_init_script("localStorage.setItem('uzu.locale', 'ja')")
    page.goto(path)
    tabs = page.get_by_role("navigation", name="コンペティションのメニュー")
    beside = page.get_by_role("navigation", name="主催者のページ")
    expect(tabs.get_by_role("link", name="ルール")).to_be_visible()
    expect(beside.get_by_role("link")).to_have_text(["概要", "評価方法", "Our sponsors"])
    # The text brings its own heading: it is not said twice.
    expect(page.locator("article .title")).to_have_class(re.compile("visually-hidden"))

    beside.get_by_role("link", name="評価方法").click()
    expect(page.get_by_text("RMSE.")).to_be_visible()
    expect(tabs.get_by_role("link", name="概要")).to_have_attribute("aria-current", "page")
    for tab, words in (("ルール", "One account each."), ("データ", "Columns.")):
        tabs.get_by_role("link", name=tab).click()
        expect(page.get_by_text(words)).to_be_visible()
        expect(tabs.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
        expect(beside).to_have_count(0)
        assert axe.violations(page) == []


def test_times_are_those_of_the_reader_with_the_competitions_own_below(server, chromium):
    path = cup(server, "far-away", user="traveller", pages=[("overview", "Overview", "Predict.")], zone="Asia/Tokyo")
    for zone, there in (("America/New_York", True), ("Asia/Tokyo", False)):
        context = chromium.new_context(base_url=server.url, locale="en-US", timezone_id=zone)
        page = context.new_page()
        page.goto(path)
        expect(page.get_by_text(f"Shown in your time zone ({zone}).")).to_be_visible()
        expect(page.locator("aside time").first).to_have_text(
            re.compile(r"^\w{3}, \w{3} \d+, \d{4}, \d+:\d\d\s[AP]M (E[SD]T|Japan Time)$")
        )
        expect(page.get_by_text("the time of the competition (Asia/Tokyo)")).to_have_count(int(there))
        expect(page.locator("aside").get_by_text("Japan Time")).to_have_count(2)
        context.close()


@pytest.mark.parametrize(
    ("path", "title"), [("/competitions/none-such", "Not found"), ("/users/none-such", "Not found")]
)
def test_the_title_of_what_is_not_there_says_so(page, path, title):
    page.goto(path)
    expect(page).to_have_title(re.compile(f"^{title} · "))


def test_nobody_accepts_rules_that_are_not_written(server, page):
    path = cup(server, "no-rules", user="ruleless", pages=[("overview", "Overview", "Predict.")], enters=False)
    sign_in(page, "ruleless", server.password)
    page.goto(path)
    page.get_by_role("button", name="Join the competition").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("with a team of your own")).to_be_visible()
    expect(dialog.get_by_role("checkbox")).to_have_count(0)
    dialog.get_by_role("button", name="Join the competition").click()
    expect(page.get_by_text("Welcome to the competition!")).to_be_visible()


# --- the submit page, before, during and after ------------------------------------------------------------------------
def test_before_the_start_the_submit_page_counts_down_and_only_looks_at_files(server, page, tmp_path):
    path = cup(server, "to-come", user="early", starts=2, ends=9)
    sign_in(page, "early", server.password)
    page.goto(f"{path}/submit")
    expect(page.get_by_text("Submissions open in")).to_be_visible()
    expect(page.get_by_role("timer").last).to_contain_text(re.compile(r"1 day \d\d:\d\d:\d\d"))
    expect(page.get_by_text("left today")).to_have_count(0)
    expect(page.get_by_text("no submission left")).to_have_count(0)
    expect(page.get_by_role("button", name="Submit", exact=True)).to_have_count(0)

    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    file = tmp_path / "early.csv"
    file.write_text("id,progression\n1,2\n1,\n")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("1 repeated id: line 3")).to_be_visible()
    expect(page.get_by_text("1 empty cell: line 3")).to_be_visible()
    assert axe.violations(page) == []
    assert sent == []


def test_a_late_submission_says_that_it_is_late_and_moves_nothing(server, page):
    path = cup(server, "too-late", user="latecomer", starts=-9, ends=-1)
    sign_in(page, "latecomer", server.password)
    page.goto(f"{path}/submit")
    expect(page.get_by_role("heading", name="Late submission")).to_be_visible()
    expect(page.get_by_text("moves nothing on the leaderboard and counts for no ranking")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ of \d+ late submissions left today"))).to_be_visible()
    expect(page.get_by_role("button", name="Submit late")).to_be_visible()
    assert axe.violations(page) == []


def test_a_session_that_ends_while_submitting_loses_nothing(server, page, tmp_path):
    participants(server, "expired")
    sign_in(page, "expired", server.password)
    choose(page, sample_of(page, tmp_path))
    page.get_by_label("Memo").fill("written before the session ended")
    page.get_by_label("Your CV score").fill("55.1")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Submit", exact=True).click()

    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    assert axe.violations(page) == []
    dialog.get_by_label("Password", exact=True).fill(server.password)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("You have been signed out.")).to_have_count(0)
    expect(page.get_by_label("Memo")).to_have_value("written before the session ended")
    expect(page.get_by_label("Your CV score")).to_have_value("55.1")
    expect(page.get_by_text("sample_submission.csv")).to_be_visible()

    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Your team is on the leaderboard")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.goto(f"{RUNNING}/submissions")
    row = page.get_by_role("row").filter(has_text="written before the session ended")
    expect(row).to_contain_text("55.1")


def test_a_session_that_ended_is_said_at_the_lower_edge_of_a_short_page(server, page):
    sign_in(page, "bob", server.password)
    page.goto("/settings/appearance")
    page.context.clear_cookies(name="sessionid")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_role("link", name="API tokens").click()
    told = page.get_by_text("You have been signed out.")
    expect(told).to_be_visible()
    band = page.locator(".notice").bounding_box()
    footer = page.get_by_role("contentinfo").bounding_box()
    assert band["y"] + band["height"] == pytest.approx(min(footer["y"], 900), abs=2)


def test_the_look_at_a_file_compares_ids_and_values_with_the_sample(server, page, tmp_path):
    participants(server, "checker")
    sign_in(page, "checker", server.password)
    header, one, two, three, four, *others = sample_of(page, tmp_path).read_text().splitlines()
    ids = [line.split(",")[0] for line in (one, two, three, four)]
    wrong = tmp_path / "wrong.csv"
    bad = [f"{ids[0]},1", f"{ids[0]},2", f"{ids[2]},", f"{ids[3]},high", "stranger,5"]
    wrong.write_text("\n".join([header, *bad, *others[1:]]) + "\n")
    choose(page, wrong)
    warning = page.get_by_role("status").filter(has_text="This file differs from the sample submission")
    for words in (
        f"1 repeated id: line 3 (“{ids[0]}”)",
        "1 unknown id: line 6 (“stranger”)",
        "2 missing ids",
        "1 empty cell: line 4 (progression)",
        "1 cell is not a number: line 5 (progression: “high”)",
    ):
        expect(warning.get_by_text(words)).to_be_visible()
    assert axe.violations(page) == []


def test_a_large_file_is_looked_at_beside_the_page(server, page, tmp_path):
    sign_in(page, "bob", server.password)
    sample = sample_of(page, tmp_path)
    large = tmp_path / "large.csv"
    large.write_text("id,progression\n" + "".join(f"{number},0.5\n" for number in range(1_000_000)))
    page.goto(f"{RUNNING}/submit")
    page.evaluate("window.longest = 0; let last = performance.now(); (function beat() { const now = performance.now();"
                  " window.longest = Math.max(window.longest, now - last); last = now; setTimeout(beat, 10) })()")  # fmt: skip
    page.locator("input[type=file]").first.set_input_files(large)
    rows = len(sample.read_text().splitlines()) - 1
    expect(page.get_by_text(f"Rows: 1,000,000 instead of {rows}")).to_be_visible()
    assert len(page.workers) == 0  # it has ended with its work
    assert page.evaluate("window.longest") < 1000


def test_a_refused_file_is_reported_in_one_table(server, page, tmp_path):
    participants(server, "reported")
    sign_in(page, "reported", server.password)
    header, one, two, three, *others = sample_of(page, tmp_path).read_text().splitlines()
    number = [line.split(",")[0] for line in (one, two, three)]
    wrong = tmp_path / "wrong.csv"
    # A blank line above: rows and lines are no longer the same number less one.
    wrong.write_text(
        "\n".join([header, "", f"{number[0]},high", f"{number[1]},low", f"{number[2]},", *others[:-1]]) + "\n"
    )
    choose(page, wrong)
    page.get_by_role("button", name="Submit", exact=True).click()
    report = page.get_by_role("alert", name="This file can't be scored")
    expect(report.get_by_role("table")).to_have_count(1)
    row = report.get_by_role("row").filter(has_text="high")
    expect(row.get_by_role("cell").first).to_have_text("3")
    expect(row).to_contain_text("Not a number")
    expect(row.locator("mark")).to_have_text("high")
    assert axe.violations(page) == []

    kinds = report.get_by_role("group", name="Kinds of problems")
    kinds.get_by_role("button", name="Not a number 2").click()
    expect(report.get_by_role("row")).to_have_count(3)  # with the head
    expect(report.get_by_role("row").filter(has_text="Empty cell")).to_have_count(0)
    with page.expect_download() as download:
        report.get_by_role("button", name="Download as CSV").click()
    saved = tmp_path / "problems.csv"
    download.value.save_as(saved)
    lines = saved.read_text().splitlines()
    assert lines[0] == "line,row,id,column,found,expected,kind,problem,more"
    assert any(line.startswith(f"3,1,{number[0]},progression,high,") for line in lines)

    # Later, from the list: the lines come from the file as it was sent.
    page.goto(f"{RUNNING}/submissions")
    page.get_by_role("button", name="Refused: why?").click()
    row = page.get_by_role("alert", name="This file can't be scored").get_by_role("row").filter(has_text="high")
    expect(row.get_by_role("cell").first).to_have_text("3")


def test_two_own_files_are_compared_and_the_best_are_offered_for_the_final(server, page, tmp_path):
    participants(server, "chooser")
    sign_in(page, "chooser", server.password)
    sample = sample_of(page, tmp_path)
    header, *rows = sample.read_text().splitlines()
    ids = [row.split(",")[0] for row in rows]
    for name, values in (("up", range(len(ids))), ("down", range(len(ids), 0, -1))):
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join([header, *(f"{id_},{value}" for id_, value in zip(ids, values, strict=True))]) + "\n")
        choose(page, file)
        page.get_by_label("Memo").fill(f"goes {name}")
        page.get_by_role("button", name="Submit", exact=True).click()
        expect(page.get_by_text("Scored").or_(page.locator(".result"))).to_be_visible()
    page.goto(f"{RUNNING}/submissions")
    page.get_by_role("button", name="Choose and compare").click()
    page.get_by_role("button", name="Find the most different two").click()
    pair = page.get_by_role("listitem").filter(has_text="Most different two of your best")
    expect(pair).to_contain_text("goes up")
    expect(pair).to_contain_text("goes down")
    pair.get_by_role("button", name="Select").click()
    expect(page.get_by_text("2 of 2 selected")).to_be_visible()

    for label, name in (("First file", "goes up"), ("Second file", "goes down")):
        page.locator(".v-select").filter(has_text=label).click()
        page.get_by_role("option", name=re.compile(name)).click()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="progression").first).to_contain_text("-1.0000")
    expect(page.get_by_text("Where they differ most")).to_be_visible()
    assert axe.violations(page) == []


# --- home, the wall, and after the end --------------------------------------------------------------------------------
def test_the_home_page_goes_on_where_one_takes_part(server, page):
    sign_in(page, "alice", server.password)
    page.goto("/")
    card = page.get_by_role("region", name="Continue").get_by_role("listitem").filter(has_text="Diabetes")
    expect(card).to_contain_text(re.compile(r"\d+ of \d+"))
    expect(card).to_contain_text(re.compile(r"\d+ submissions? left"))
    expect(card.get_by_role("timer")).to_be_visible()
    expect(card.get_by_role("link", name="Submit")).to_have_attribute("href", f"{RUNNING}/submit")


def test_on_a_phone_visitors_find_the_discussions_too(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Discussions").click()
    expect(page).to_have_url(re.compile("/discussions$"))


def test_a_row_of_the_leaderboard_opens_what_there_is_to_know_of_a_team(page):
    page.goto(f"{RUNNING}/leaderboard")
    page.get_by_role("button", name=re.compile("First Tree")).first.click()
    drawer = page.get_by_role("dialog", name=re.compile("First Tree"))
    for heading in ("Members", "Best public score over time"):
        expect(drawer.get_by_role("heading", name=heading)).to_be_visible()
    expect(drawer.get_by_role("img").last).to_be_visible()


def test_the_wall_before_the_start_shows_who_is_there(page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/competitions/demo-digits/screen")
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
    expect(page.locator(".teams__one").first).to_be_in_viewport(ratio=1)
    days, clock = page.locator(".countdown__value > span").all()
    assert abs(days.bounding_box()["y"] - clock.bounding_box()["y"]) < clock.bounding_box()["height"]


def test_the_overview_of_what_is_over_begins_with_its_result(server, page):
    sign_in(page, "alice", server.password)
    page.goto("/competitions/demo-breast-cancer")
    expect(page.get_by_text(re.compile(r"You finished \S+ of 13"))).to_be_visible()
    expect(
        page.get_by_role("list").filter(has=page.get_by_text("Rank 1", exact=True)).get_by_role("listitem")
    ).to_have_count(3)
    # What moves nothing any more asks for less attention than what does.
    expect(page.get_by_role("link", name="Late submission")).to_have_class(re.compile("v-btn--variant-text"))
    assert axe.violations(page) == []
    page.goto(RUNNING)
    expect(page.get_by_role("heading", name="What to predict")).to_be_visible()
    expect(page.get_by_text("You finished")).to_have_count(0)


# --- writing ----------------------------------------------------------------------------------------------------------
def test_code_is_written_beside_its_preview_and_copied_by_a_button(server, page):
    sign_in(page, "bob", server.password)
    page.goto("/discussions/new")
    page.get_by_role("button", name="Side by side").click()
    text = page.get_by_label("What do you want to say?")
    text.fill("## Folds\n\n```python\nimport numpy\n```\n")
    shown = page.locator(".shown")
    expect(shown.get_by_role("heading", name="Folds")).to_be_visible()
    assert axe.violations(page) == []
    shown.locator("pre").hover()
    shown.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("button", name="Side by side")).to_be_hidden()


# --- teams ------------------------------------------------------------------------------------------------------------
def test_a_merge_shows_its_numbers_before_anybody_decides(server, page, tmp_path):
    participants(server, "merge-one", "merge-two")
    sign_in(page, "merge-one", server.password)
    choose(page, sample_of(page, tmp_path))
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    page.goto(f"{RUNNING}/team")
    page.get_by_role("combobox", name="Other team").fill("merge-two")
    page.get_by_role("option", name=re.compile("merge-two")).click()
    numbers = page.locator("dl", has_text="Members")
    expect(numbers).to_contain_text("2 of at most 5")
    expect(numbers).to_contain_text("1 + 0 = 1")
    expect(numbers).to_contain_text(re.compile(r"Best public score\s*\d+\.\d{4}"))
    expect(numbers).to_contain_text(re.compile(r"Public rank\s*\d+"))
    assert axe.violations(page) == []


# --- the way in -------------------------------------------------------------------------------------------------------
def test_who_signs_up_to_join_comes_back_to_the_competition_over_the_mail(server, page):
    page.goto(RUNNING)
    page.get_by_role("button", name="Join the competition").first.click()
    page.get_by_role("link", name="Create an account").click()
    fill(page, {"User name": "joiner", "Email": "joiner@example", "Password": "a quite good password"})
    page.get_by_role("button", name="Create an account").click()
    # In the form's own words, not in the browser's bubble.
    expect(page.get_by_text("This is not an email address.")).to_be_visible()
    assert axe.violations(page) == []
    page.get_by_label("Email", exact=True).fill("joiner@example.org")
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_text("Open it to confirm that the address is yours")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"Send it again \(in \d+ s\)"))).to_be_disabled()
    assert axe.violations(page) == []

    page.goto(link_to("/confirm-email/", server.mails_to("joiner@example.org")[-1]))
    page.get_by_role("button", name="Confirm the email address").click()
    dialog = page.get_by_role("dialog", name="Join the competition")
    expect(dialog.get_by_label("I have read the rules and accept them")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{RUNNING}$"))


def test_the_mail_can_be_sent_again_by_one_button(server, page):
    page.clock.install()
    page.goto("/sign-up")
    fill(page, {"User name": "again", "Email": "again@example.org", "Password": "a quite good password"})
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_text("Open it to confirm that the address is yours")).to_be_visible()
    page.clock.fast_forward(61_000)
    page.get_by_role("button", name="Send it again", exact=True).click()
    expect(page.get_by_text("We have sent it again.")).to_be_visible()
