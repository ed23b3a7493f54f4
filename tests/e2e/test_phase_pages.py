"""An organiser makes phases on the page for it: adds one, moves its end, removes it; from a phone too, in Japanese too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in
from tests.e2e.visits import Watch

pytestmark = pytest.mark.browser

# Unlisted, so that nobody else's test meets it. The zone is far from that of the browser.
BUILD = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition
from competitions.phases.services import add_phase
from competitions.models.phase import Phase
from competitions.teams.entries import enter

now, day = timezone.now().replace(minute=0, second=0, microsecond=0), timedelta(days=1)
host = User.objects.get(username="host")
TITLES = {"one-round": "One round", "qualifiers": "Qualifiers", "invitation": "Invitation", "many-rounds": "Many rounds"}
for slug, title in TITLES.items():
    cup = Competition.objects.create(
        title=title, slug=slug, metric="rmse", is_published=True, visibility="unlisted", rules_required=False,
        starts_at=now - 2 * day, ends_at=now + 5 * day, time_zone="Asia/Tokyo",
    )
    cup.hosts.add(host)
Phase.objects.filter(competition=cup).update(name="Development")
for name, starts, ends in (("Japanese", -1, 3), ("Final with a name that is rather long", 5, 9)):
    fields = {"name": name, "starts_at": now + starts * day, "ends_at": now + ends * day}
    add_phase(competition=Competition.objects.get(pk=cup.pk), fields=fields, by=host, at=now)
days = {"starts_at": now + 5 * day, "ends_at": now + 9 * day}
for slug in ("qualifiers", "invitation"):
    cup = Competition.objects.get(slug=slug)
    Phase.objects.filter(competition=cup).update(name="Qualifiers")
    add_phase(competition=cup, fields={"name": "Final", **days}, by=host, at=now)
enter(competition=Competition.objects.get(slug="invitation"), user=User.objects.get(username="bob"), at=timezone.now())
"""
LOOKS = {
    "desk": {"locale": "en-US", "viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone": {"locale": "ja-JP", "viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def rounds(server):
    server.manage("shell", "-v", "0", "-c", BUILD)


@pytest.fixture(scope="module")
def session(chromium, server):
    """The cookies of the organiser, for pages in any language."""
    context = chromium.new_context(base_url=server.url, locale="en-US")
    sign_in(context.new_page(), "host", server.password)
    state = {"cookies": context.cookies()}
    context.close()
    return state


def cards(page: Page):
    return page.get_by_role("list", name="Phases").get_by_role("listitem")


def card(page: Page, name: str):
    """That of a phase, or the form in its place."""
    return cards(page).filter(has=page.get_by_role("heading", name=re.compile(rf"^(Edit )?{name}$")))


def choose(page: Page, label: str, option: str) -> None:
    page.locator(".v-field", has=page.get_by_role("combobox", name=label, exact=True)).click()
    page.get_by_role("option", name=option, exact=True).click()


def save(page: Page, name: str) -> None:
    """What was changed in the form of a phase."""
    page.get_by_role("form", name=f"Edit {name}").get_by_role("button", name="Save").click()


def wall(page: Page, label: str) -> str:
    return page.get_by_label(label, exact=True).input_value()


def test_from_one_phase_to_two_and_back(server, page, rounds):
    sign_in(page, "host", server.password)
    page.goto("/competitions/one-round")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Phases").click()
    expect(page.get_by_text("A competition can be held in several phases")).to_be_visible()
    page.get_by_label("Name of the present phase").fill("Development")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    # A second one: after the first, as long as that one, by the clocks of the competition.
    page.get_by_role("button", name="Add a second phase").click()
    (starts, ends) = (wall(page, "Start"), wall(page, "End"))
    page.get_by_label("Name", exact=True).fill("Final")
    page.get_by_label("Submissions a day").fill("3")
    page.get_by_role("button", name="Add the phase").click()
    expect(cards(page)).to_have_count(2)
    final = card(page, "Final")
    expect(final).to_contain_text("3 a day")
    expect(final).to_contain_text("It has no solution yet")
    told = server.json("/api/competitions/one-round/phases/")
    assert told[0]["endsAt"] == told[1]["startsAt"]

    # What the server refuses is said beside the field, and what was written stays.
    final.get_by_role("button", name="Edit Final").click()
    assert (wall(page, "Start"), wall(page, "End")) == (starts, ends)
    page.get_by_label("Selected for the final").fill("none")
    save(page, "Final")
    refused = page.locator(".v-input", has=page.get_by_label("Selected for the final"))
    expect(refused).to_contain_text("integer")
    page.get_by_label("Selected for the final").fill("2")

    # A later end, asked back.
    page.get_by_label("End", exact=True).fill(ends.split("T")[0] + "T23:30")
    save(page, "Final")
    dialog = page.get_by_role("dialog", name="Move the end?")
    expect(dialog).to_contain_text("11:30")
    dialog.get_by_role("button", name="Move the end").click()
    expect(final).to_contain_text(re.compile(r"11:30\sPM"))
    assert server.json("/api/competitions/one-round/phases/2/")["endsAt"].endswith("T14:30:00Z")

    # Taken away, with a reason: the competition was published.
    final.get_by_role("button", name="Remove Final").click()
    dialog = page.get_by_role("dialog", name="Remove the phase?")
    expect(dialog.get_by_role("button", name="Remove", exact=True)).to_be_disabled()
    dialog.get_by_label("Reason").fill("One round is enough")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(cards(page)).to_have_count(1)
    assert len(server.json("/api/competitions/one-round/phases/")) == 1


def test_a_later_end_of_a_phase_that_runs_needs_a_reason(server, page, rounds):
    sign_in(page, "host", server.password)
    page.goto("/competitions/many-rounds/phases")
    page.get_by_role("button", name="Edit Japanese").click()
    expect(page.get_by_label("Reason")).to_have_count(0)
    page.get_by_label("End", exact=True).fill("2099-12-24T18:00")
    page.get_by_label("Reason").fill("The hall is ours for longer")
    save(page, "Japanese")
    page.get_by_role("dialog", name="Move the end?").get_by_role("button", name="Move the end").click()
    expect(card(page, "Japanese")).to_contain_text("2099")
    # Six in the evening on the clocks of Tokyo.
    assert server.json("/api/competitions/many-rounds/phases/2/")["endsAt"] == "2099-12-24T09:00:00Z"


# By how much what has the focus lies under the bar and the tabs, which stay while the page is scrolled.
COVERED = """() => {
  const top = document.activeElement.getBoundingClientRect().top
  return document.querySelector("nav.tabs").getBoundingClientRect().bottom - top
}"""


def test_no_field_of_the_long_form_gets_the_focus_under_the_tabs(server, page, rounds):
    sign_in(page, "host", server.password)
    page.set_viewport_size({"width": 1440, "height": 600})
    page.goto("/competitions/many-rounds/phases")
    page.locator("button.add").click()
    form = page.get_by_role("form", name="Add a phase")
    form.get_by_role("button", name="Cancel").focus()
    passed = 0
    while passed < 40:
        page.keyboard.press("Shift+Tab")
        if not form.evaluate("form => form.contains(document.activeElement)"):
            break
        passed += 1
        assert page.evaluate(COVERED) <= 0, page.evaluate("document.activeElement.outerHTML")
    assert passed > 8


def test_brackets_are_made_on_the_same_page(server, page, rounds):
    sign_in(page, "host", server.password)
    page.goto("/competitions/many-rounds/phases")
    section = page.get_by_role("region", name="Brackets")
    section.get_by_role("button", name="Add a bracket").click()
    section.get_by_label("Name", exact=True).fill("Students")
    section.get_by_role("button", name="Add the bracket").click()
    expect(section.get_by_text("Students")).to_be_visible()
    section.get_by_role("button", name="Edit Students").click()
    section.get_by_label("Name", exact=True).fill("Students and pupils")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_text("Students and pupils")).to_be_visible()
    section.get_by_role("button", name="Remove Students and pupils").click()
    page.get_by_role("dialog", name="Remove the bracket?").get_by_role("button", name="Remove", exact=True).click()
    expect(section.get_by_text("Students and pupils")).to_have_count(0)


def test_who_gets_on_and_the_combined_leaderboard_are_chosen_and_kept(server, page, rounds):
    sign_in(page, "host", server.password)
    page.goto("/competitions/qualifiers/phases")
    final = card(page, "Final")
    final.get_by_role("button", name="Edit Final").click()
    choose(page, "Teams", "The best teams of another phase")
    page.get_by_label("How many teams get on").fill("2")
    choose(page, "Submissions taken over", "The selected ones")
    save(page, "Final")
    # The other phase has started: the server wants to know why.
    page.get_by_label("Reason").fill("As announced at the opening")
    save(page, "Final")
    expect(page.get_by_role("button", name="Edit Final")).to_be_visible()

    combined = page.get_by_role("region", name="Combined leaderboard")
    choose(page, "How phases count together", "Mean of the ranks")
    combined.get_by_role("button", name="Save").click()
    expect(combined.get_by_role("button", name="Save")).to_be_disabled()

    page.reload()
    expect(final).to_contain_text("The best 2 of Qualifiers, by the confirmed result")
    expect(final).to_contain_text("begins with the selected submissions of Qualifiers")
    expect(combined).to_contain_text("Mean of the ranks")
    told = server.json("/api/competitions/qualifiers/phases/2/")
    names = ("entryRule", "entryPhase", "entryCount", "entryBoard", "takesOver")
    assert [told[name] for name in names] == ["best", 1, 2, "confirmed", "selected"]
    assert server.json("/api/competitions/qualifiers/")["combinedRule"] == "mean_rank"


def test_organisers_name_the_teams_of_a_phase(server, page, rounds):
    sign_in(page, "host", server.password)
    page.goto("/competitions/invitation/phases")
    page.get_by_role("button", name="Edit Final").click()
    choose(page, "Teams", "The teams that you name")
    save(page, "Final")
    final = card(page, "Final")
    expect(final).to_contain_text("No team is named yet.")
    final.get_by_role("button", name="Name the teams of Final").click()
    dialog = page.get_by_role("dialog", name="Name the teams of Final")
    search = dialog.get_by_role("combobox", name="Add a team")
    search.fill("bob")
    page.get_by_role("option", name="Bob").click()
    expect(search).to_have_value("")
    expect(dialog.get_by_role("list", name="Named teams").get_by_role("listitem")).to_have_count(1)
    dialog.get_by_label("Reason").fill("They won the qualifiers")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    page.reload()
    expect(final).to_contain_text("1 team named")


def test_nobody_else_finds_the_page(server, page, rounds):
    sign_in(page, "alice", server.password)
    page.goto("/competitions/many-rounds")
    sections = page.get_by_role("navigation", name="Sections")
    expect(sections.get_by_role("link", name="Leaderboard")).to_be_visible()
    expect(sections.get_by_role("link", name="Phases")).to_have_count(0)
    page.goto("/competitions/many-rounds/phases")
    expect(page.get_by_text("This page is for the organisers")).to_be_visible()
    expect(page.get_by_role("button", name="Add a phase")).to_have_count(0)


@pytest.mark.parametrize("slug", ["one-round", "many-rounds"])
@pytest.mark.parametrize("look", ["desk", "phone"])
def test_everybody_can_read_and_reach_it(server, chromium, session, rounds, slug, look):
    """The list, and the form that one opens from it."""
    context = chromium.new_context(base_url=server.url, reduced_motion="reduce", storage_state=session, **LOOKS[look])
    language = LOOKS[look]["locale"][:2]
    context.add_init_script(f"try {{ localStorage.setItem('uzu.locale', '{language}') }} catch {{}}")
    page = context.new_page()
    watch = Watch(page, server.url)
    watch.visit(f"/competitions/{slug}/phases")
    faults = watch.look() + axe.violations(page, only=axe.COLORS if look == "phone" else ())
    page.locator("button.add").click()
    watch.settle()
    faults += watch.look() + axe.violations(page, only=axe.COLORS if look == "phone" else ())
    context.close()
    assert faults == []
