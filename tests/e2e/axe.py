"""What axe-core finds against levels A and AA of the WCAG on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from tests.e2e.server import ROOT

SOURCE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a theme can change; the rest needs to be looked at once only.
COLORS = ["color-contrast", "link-in-text-block"]
# What a language can change: whether what is said of a button holds the words that stand on it.
WORDS = ["label-content-name-mismatch"]

# What still moves is brought to its end, and what that starts in turn, until two frames in a row show nothing of it.
STILL = """async () => {
  const frame = () => new Promise(requestAnimationFrame)
  for (let calm = 0, round = 0; calm < 2; round++) {
    await frame()
    const moving = document.getAnimations().filter(
      ({ playState, effect }) => playState === "running" && effect?.getComputedTiming().endTime !== Infinity,
    )
    if (round === 100) return moving.map(({ effect }) => effect.target.outerHTML.slice(0, 200))
    moving.forEach((animation) => animation.finish())
    calm = moving.length ? 0 : calm + 1
  }
  return []
}"""
RUN = """options => axe.run(document, options).then(({ violations }) => violations.map(({ id, help, nodes }) => ({
  id, help, nodes: nodes.map(({ target, html, failureSummary }) => ({ target: target.join(' '), html, failureSummary })),
})))"""


def violations(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """Each violation as a line: rule, element, and what axe says of it. Empty is good. `only`: these rules alone.

    Looks at the page at rest: a colour half way through a transition is no colour of ours.
    """
    page.evaluate(STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    looked = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": LEVELS}
    # Style sheets are asked for nobody else's origin: there is nothing to preload.
    found: list[dict[str, Any]] = page.evaluate(
        RUN, {"runOnly": looked, "preload": False, "resultTypes": ["violations"]}
    )
    return [
        f"{rule['id']} ({rule['help']}): {node['target']}\n    {node['html'][:300]}\n    {_inline(node['failureSummary'])}"
        for rule in found
        for node in rule["nodes"]
    ]


def _inline(summary: str) -> str:
    return " ".join(summary.split())
