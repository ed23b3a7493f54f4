"""Every page of the web app, who looks at it, and what a page must never do while somebody looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.e2e.axe import STILL
from tests.e2e.server import ROOT

FRONTEND = ROOT / "frontend" / "src"
VISITOR, PARTICIPANT, ORGANISER = "visitor", "alice", "host"
EVERYBODY = (VISITOR, PARTICIPANT, ORGANISER)
SIGNED_IN = (PARTICIPANT, ORGANISER)

RUNNING = "/competitions/demo-diabetes"
OVER = "/competitions/demo-breast-cancer"
TO_COME = "/competitions/demo-digits"


@dataclass(frozen=True)
class Visit:
    """An address, and who opens it. `refusals`: the statuses of the API that the page is there to show."""

    path: str
    by: tuple[str, ...] = EVERYBODY
    refusals: tuple[int, ...] = ()


VISITS = (
    Visit("/"),
    Visit("/?search=diabetes"),
    # A competition that runs, its sections, the organisers' own pages
    Visit(RUNNING),
    Visit(f"{RUNNING}/pages/evaluation"),
    Visit(f"{RUNNING}/pages/rules"),
    Visit(f"{RUNNING}/pages/no-such-page", refusals=(404,)),
    Visit(f"{RUNNING}/data"),
    Visit(f"{RUNNING}/leaderboard"),
    Visit(f"{RUNNING}/leaderboard?board=private"),
    Visit(f"{RUNNING}/race"),
    Visit(f"{RUNNING}/screen"),
    Visit(f"{RUNNING}/submit"),
    Visit(f"{RUNNING}/submissions"),
    Visit(f"{RUNNING}/team"),
    Visit(f"{RUNNING}/discussions"),
    Visit(f"{RUNNING}/discussions/2"),
    Visit(f"{RUNNING}/discussions/999999", refusals=(404,)),
    Visit(f"{RUNNING}/discussions/new", by=SIGNED_IN),
    Visit(f"{RUNNING}/discussions/import", by=SIGNED_IN),
    Visit(f"{RUNNING}/discussions/reports", by=(ORGANISER,)),
    Visit(f"{RUNNING}/studio", by=(ORGANISER,)),
    Visit(f"{RUNNING}/phases", by=(ORGANISER,)),
    Visit(f"{RUNNING}/metric", by=(ORGANISER,)),
    Visit(f"{RUNNING}/metric?kind=own", by=(ORGANISER,)),
    Visit(f"{RUNNING}/integrity", by=(ORGANISER,)),
    Visit(f"{RUNNING}/manage", by=(ORGANISER,)),
    Visit(f"{RUNNING}/class", by=SIGNED_IN),
    Visit(f"{RUNNING}/baselines", by=(ORGANISER,)),
    Visit(f"{RUNNING}/exclusions", by=(ORGANISER,)),
    Visit(f"{RUNNING}/experiments/999999", refusals=(404,)),
    # One that is over, one to come, none
    Visit(OVER),
    Visit(f"{OVER}/leaderboard"),
    Visit(f"{OVER}/log"),
    Visit(f"{OVER}/race"),
    Visit(f"{OVER}/screen"),
    Visit(f"{OVER}/submissions", by=(PARTICIPANT,)),
    Visit(TO_COME),
    Visit(f"{TO_COME}/leaderboard"),
    Visit("/competitions/no-such-competition", refusals=(404,)),
    Visit("/competitions/new", by=SIGNED_IN),
    # Talk
    Visit("/discussions"),
    Visit("/discussions/999999", refusals=(404,)),
    Visit("/discussions/new", by=SIGNED_IN),
    Visit("/discussions/import", by=SIGNED_IN),
    Visit("/discussions/reports", by=(PARTICIPANT,), refusals=(403,)),
    # People
    Visit("/users/alice"),
    Visit("/ranking"),
    Visit("/users/nobody-of-this-name", refusals=(404,)),
    Visit("/notifications", by=SIGNED_IN),
    Visit("/invitations", by=(PARTICIPANT,)),
    Visit("/settings", by=SIGNED_IN),
    Visit("/settings/security", by=(PARTICIPANT,)),
    Visit("/settings/tokens", by=(PARTICIPANT,)),
    Visit("/settings/notifications", by=(PARTICIPANT,)),
    Visit("/settings/appearance", by=(PARTICIPANT,)),
    Visit("/settings/command-lines", by=(PARTICIPANT,)),
    # The way in
    Visit("/sign-in", by=(VISITOR,)),
    Visit("/sign-up", by=(VISITOR,)),
    # Where an institution sends people back to: nobody has come from one.
    Visit("/institution?error=cancelled", by=(VISITOR,)),
    Visit("/forgot-password", by=(VISITOR,)),
    Visit("/join"),
    Visit("/reset-password/no-such-key", by=(VISITOR,), refusals=(400, 404)),
    Visit("/confirm-email", by=(VISITOR,)),
    Visit("/confirm-email/no-such-key", by=(VISITOR,), refusals=(400, 404)),
    # The rest
    Visit("/legal/terms"),
    Visit("/fairness"),
    Visit("/legal/privacy"),
    Visit("/no/such/page", refusals=(404,)),
)


def routes() -> dict[str, re.Pattern[str]]:
    """The files below `pages/` that are a page of their own, with the addresses each one answers."""
    pages = FRONTEND / "pages"
    found = {}
    for file in sorted(pages.rglob("*.vue")):
        if file.with_suffix("").is_dir():
            continue  # a frame around the pages of the folder of its name
        found[file.relative_to(pages).as_posix()] = re.compile(_address(file.relative_to(pages)))
    return found


def _address(file: Path) -> str:
    # A dot in a name is a step that no frame surrounds: `[slug].screen.vue`.
    names = [part for part in file.with_suffix("").parts if not part.startswith("(")]
    steps = [step for name in names for step in ([name] if "..." in name else name.split(".")) if step != "index"]
    return "".join("/.*" if s.startswith("[...") else "/[^/]+" if s.startswith("[") else f"/{s}" for s in steps) or "/"


# --- what somebody who looks would notice -----------------------------------------------------------------------------
# A message key that no language file has is shown as it is: "leaderboard.whoKnows".
AREAS = "|".join(sorted(file.stem for file in (FRONTEND / "locales" / "en").glob("*.json")))
FILE_TYPES = "csv|gz|zip|parquet|jsonl|json|txt|md|py|ipynb|png|jpg|svg|vue|ts"
RAW_KEY = re.compile(rf"(?<![\w./@-])(?:{AREAS})\.(?!(?:{FILE_TYPES})\b)[A-Za-z]\w*")
LEFT_OVER = re.compile(r"\bundefined\b|\bNaN\b|\[object Object\]|\{\w+\}|Invalid Date")

# What the app says itself; what people wrote stands in .prose.
TEXTS = """() => {
  const attributes = ["aria-label", "title", "placeholder", "alt"]
  const texts = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node
    if (element.closest("script, style, noscript, .prose")) continue
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data)
    else texts.push(...attributes.map((name) => node.getAttribute(name)).filter(Boolean))
  }
  return texts.map((text) => text.trim()).filter(Boolean)
}"""
# Elements wider than the window, innermost last; what scrolls within itself may be as wide as it likes.
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= room) return []
  const scrolls = (element) => element && (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > room + 1 && !scrolls(element.parentElement))
    .map((element) => `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`)
    .concat(`the page: ${document.documentElement.scrollWidth} in ${room}`)
}"""
# The texts of elements that have no room for them: a name that ends in "...". What overflows by less than half a line is
# the upper or lower edge of a letter.
CUT = """elements => elements
  .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + parseFloat(getComputedStyle(e).lineHeight) / 2)
  .map((e) => e.textContent)"""
# Vuetify's theme follows the system's only once the browser has told it.
THEMED = "scheme => document.querySelector('.v-application')?.classList.contains(`v-theme--${scheme}`)"
BUSY = ".v-skeleton-loader, [aria-busy=true], .v-progress-circular--indeterminate"


@dataclass
class Watch:
    """Listens to a page: what it complains about, what it asks whom for."""

    page: Page
    origin: str
    allowed: tuple[int, ...] = ()
    faults: list[str] = field(default_factory=list)
    open_requests: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        page = self.page
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("requestfinished", self._finished)
        page.on("requestfailed", self._failed)

    def visit(self, path: str, *, refusals: tuple[int, ...] = ()) -> None:
        """Open an address and wait until all of it is there."""
        self.page.goto("about:blank")
        self.faults.clear()
        self.open_requests.clear()
        self.allowed = refusals
        self.page.goto(path)
        self.settle()

    def turn(self, scheme: Literal["light", "dark"]) -> None:
        """Let the system ask for the other theme, and wait until the page has followed."""
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.wait_for_function(THEMED, arg=scheme)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has asked for everything, and shows no sign of waiting."""
        calm = 0
        for _ in range(300):
            is_busy = bool(self.open_requests) or self.page.locator("#app > *").count() == 0
            is_busy = is_busy or self.page.locator(BUSY).count() > 0
            calm = 0 if is_busy else calm + 1
            if calm == 3:
                self.faults += [f"moves without an end: {element}" for element in self.page.evaluate(STILL)]
                return
            self.page.wait_for_timeout(40)
        waiting = [request.url for request in self.open_requests]
        self.faults.append(f"still loading after a long while: {waiting or self.page.locator(BUSY).first}")

    def look(self) -> list[str]:
        """What is wrong with what is shown now, and with what happened since the visit began."""
        return [*self.faults, *self._texts(), *(f"wider than the window: {e}" for e in self.page.evaluate(TOO_WIDE))]

    def _texts(self) -> Iterator[str]:
        if not self.page.title().strip():
            yield "no title"
        for text in self.page.evaluate(TEXTS):
            if RAW_KEY.search(text) or LEFT_OVER.search(text):
                yield f"a text that is none: {text!r}"

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        status = re.search(r"responded with a status of (\d+)", message.text)
        if status and int(status.group(1)) in self.allowed:
            return
        self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:", "about:")):
            return
        if not request.url.startswith(f"{self.origin}/"):
            self.faults.append(f"request to a stranger: {request.url}")
        self.open_requests.add(request)

    def _response(self, response: Response) -> None:
        # An address that is no page is told so by the document too.
        is_expected = "/api/" in response.url or response.request.resource_type == "document"
        if response.status >= 400 and not (response.status in self.allowed and is_expected):
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def _finished(self, request: Request) -> None:
        self.open_requests.discard(request)

    def _failed(self, request: Request) -> None:
        self.open_requests.discard(request)
        if request.failure != "net::ERR_ABORTED":  # what a page no longer wants to know
            self.faults.append(f"{request.failure} {request.url}")
