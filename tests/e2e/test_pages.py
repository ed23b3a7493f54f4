"""Every page, as visitor, participant and organiser: nothing breaks, nothing leaks, everybody can read and reach it.

Each is loaded twice: in English, looked at with 1280 and 1920 pixels, light and dark, by axe-core too; and in Japanese
on a dark phone of 360 pixels.
"""

from __future__ import annotations

import pytest

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in
from tests.e2e.visits import (
    CUT,
    EVERYBODY,
    OVER,
    PARTICIPANT,
    RUNNING,
    SIGNED_IN,
    THEMED,
    VISITOR,
    VISITS,
    Visit,
    Watch,
    routes,
)

pytestmark = pytest.mark.browser

LOOKS = [
    pytest.param(role, visit, id=f"{role}-{visit.path}") for role in EVERYBODY for visit in VISITS if role in visit.by
]


@pytest.fixture(scope="session")
def sessions(chromium, server):
    """The cookies of everybody who signed in, through the form that people use."""
    states = {VISITOR: None}
    for person in SIGNED_IN:
        context = chromium.new_context(base_url=server.url, locale="en-US")
        sign_in(context.new_page(), person, server.password)
        states[person] = {"cookies": context.cookies()}
        context.close()
    return states


@pytest.fixture(scope="session")
def watches(chromium, server, sessions):
    """`watches(role, look)`: a page of that person that is listened to, kept for the next visit."""
    looks = {
        "desk": {"locale": "en-US", "viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
        "phone": {
            "locale": "ja-JP",
            "viewport": {"width": 360, "height": 740},
            "color_scheme": "dark",
            "has_touch": True,
        },
    }
    opened = {}

    def watch(role: str, look: str) -> Watch:
        if (role, look) not in opened:
            context = chromium.new_context(
                base_url=server.url, reduced_motion="reduce", storage_state=sessions[role], **looks[look]
            )
            # Chosen, so that no account's own language overrules it.
            language = looks[look]["locale"][:2]
            context.add_init_script(f"try {{ localStorage.setItem('uzu.locale', '{language}') }} catch {{}}")
            page = context.new_page()
            opened[role, look] = Watch(page, server.url)
        return opened[role, look]

    yield watch
    for each in opened.values():
        each.page.context.close()


def demand_none(faults: dict[str, list[str]]) -> None:
    report = "\n".join(f"{when}:\n  " + "\n  ".join(found) for when, found in faults.items() if found)
    if report:
        pytest.fail(report, pytrace=False)


@pytest.mark.parametrize(("role", "visit"), LOOKS)
def test_at_a_desk_in_light_and_dark(watches, role: str, visit: Visit):
    watch = watches(role, "desk")
    page = watch.page
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    watch.visit(visit.path, refusals=visit.refusals)
    faults = {"1280, light": watch.look() + axe.violations(page)}
    watch.turn("dark")
    faults["1280, dark"] = axe.violations(page, only=axe.COLORS)
    page.set_viewport_size({"width": 1920, "height": 1080})
    watch.settle()
    faults["1920"] = [fault for fault in watch.look() if fault not in faults["1280, light"]]
    demand_none(faults)


@pytest.mark.parametrize(("role", "visit"), LOOKS)
def test_on_a_phone_in_japanese(watches, role: str, visit: Visit):
    watch = watches(role, "phone")
    watch.visit(visit.path, refusals=visit.refusals)
    assert watch.page.locator("html").get_attribute("lang") == "ja"
    demand_none({"360, dark": watch.look() + axe.violations(watch.page, only=axe.WORDS)})


def test_nothing_moves_for_people_who_ask_for_less_motion(watches):
    """Nor for a moment: colours would crawl from element to element, and be found wrong by whoever looks just then."""
    watch = watches(PARTICIPANT, "desk")
    watch.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    watch.visit("/settings")
    watch.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    watch.page.wait_for_function(THEMED, arg="dark")
    assert watch.page.evaluate("document.getAnimations().filter(a => a instanceof CSSTransition).length") == 0


@pytest.mark.parametrize("board", [f"{RUNNING}/leaderboard", f"{OVER}/leaderboard?board=private"])
def test_a_phone_shows_whole_team_names(watches, board: str):
    watch = watches(PARTICIPANT, "phone")
    watch.visit(board)
    if board.startswith(OVER):
        # They come some seconds after the confirmation, and take room from the names.
        watch.page.locator(".rank__range").first.wait_for(timeout=60_000)
    names = watch.page.locator(".team__name")
    assert names.count() > 10
    assert names.evaluate_all(CUT) == []


def test_bars_go_from_edge_to_edge_on_a_short_page_too(watches):
    watch = watches(VISITOR, "desk")
    watch.visit("/legal/terms")
    right = watch.page.get_by_role("banner").evaluate("bar => bar.getBoundingClientRect().right")
    assert right == watch.page.evaluate("window.innerWidth")


@pytest.mark.parametrize("visit", [v for v in VISITS if VISITOR not in v.by and not v.refusals], ids=lambda v: v.path)
def test_a_visitor_signs_in_first(watches, visit: Visit):
    """Where one needs an account, the way there leads over the sign-in and back."""
    watch = watches(VISITOR, "desk")
    watch.visit(visit.path, refusals=(401, 403))
    url = watch.page.url
    assert "/sign-in" in url or watch.page.locator("main a[href^='/sign-in']").count() > 0, url


def test_no_page_is_left_out():
    unseen = [
        file for file, address in routes().items() if not any(address.fullmatch(v.path.split("?")[0]) for v in VISITS)
    ]
    assert unseen == []


def test_every_visit_is_to_a_page_that_exists():
    missing = [
        visit.path
        for visit in VISITS
        if visit.path != "/no/such/page"
        and not any(
            address.fullmatch(visit.path.split("?")[0]) for file, address in routes().items() if "[..." not in file
        )
    ]
    assert missing == []
