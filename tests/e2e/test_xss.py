"""Hostile texts in a real browser: the server's HTML alone must be inert, without any policy or second sanitiser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from discussions import notebooks
from foundation import markdown
from tests.discussions.test_notebooks import code_cell, markdown as text_cell, notebook, prints, shows
from tests.discussions.xss_vectors import VECTORS
from tests.e2e.server import ROOT

pytestmark = pytest.mark.browser
# The address the settings take for this site's; nothing listens there, every request is answered here.
SITE = "http://127.0.0.1:8000"
MENTIONS = {"bob": "/users/bob"}

LISTEN = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "open", "MsgBox", "print"]) window[name] = () => window.ran.push(name);
// Nothing navigates by itself; whether a link could is looked at below.
addEventListener("click", (event) => event.preventDefault(), true);
addEventListener("submit", (event) => { window.ran.push("submit"); event.preventDefault(); }, true);
"""
PROVOKE = """() => {
  const faults = [];
  const root = document.getElementById("post");
  const forbidden = "script,style,iframe,object,embed,applet,link,meta,base,form,button,select,textarea,video,audio,svg,math,"
    + "frame,frameset,template,noscript,dialog,portal,marquee,[style],[name],[srcdoc],[formaction],[ping],[target]";
  for (const element of root.querySelectorAll(forbidden)) faults.push(element.outerHTML.slice(0, 200));
  for (const element of root.querySelectorAll("*")) {
    // Footnotes, headings and anchors have ids, which no script and no other link can mean.
    if (element.id && !/^(fn|fnref|at)-[0-9a-f]{8}-[0-9-]+$/.test(element.id)) faults.push(`the id ${element.id}`);
    for (const { name } of element.attributes) if (/^(on|xlink|xmlns|v-|:|@|x-|hx-|ng-)/.test(name)) faults.push(name);
    for (const type of ["mouseover", "mouseenter", "pointerenter", "focus", "blur", "input", "toggle", "click", "wheel",
      "error", "load", "animationstart", "transitionend", "begin", "start"])
      element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
    if (element.focus) element.focus();
    if (element.tagName === "INPUT" && (element.type !== "checkbox" || !element.disabled)) faults.push("a control");
    if (element.tagName === "A" && element.href && !/^(https?|mailto)?:$/.test(element.protocol)) faults.push(element.href);
    if (element.tagName === "IMG" && element.src && new URL(element.src).origin !== location.origin) faults.push(element.src);
  }
  if (window.cookie || document.forms.length) faults.push("clobbered");
  return faults.concat(window.ran);
}"""


@pytest.fixture(scope="module")
def bare(browser):
    """A page without a policy. `bare.faults(html)`: what ran, was loaded, or could, of this HTML."""
    context = browser.new_context(base_url=SITE)
    context.add_init_script(LISTEN)
    page = context.new_page()
    seen: list[str] = []
    state = {"html": ""}

    def answer(route):
        url = route.request.url
        if url == f"{SITE}/post":
            route.fulfill(content_type="text/html; charset=utf-8", body=state["html"])
        elif url.startswith(f"{SITE}/"):
            route.fulfill(status=404, body="")
        else:
            seen.append(f"request to {url}")
            route.abort()

    context.route("**/*", answer)
    page.on("dialog", lambda dialog: (seen.append("dialog"), dialog.dismiss()))
    page.on("popup", lambda popup: seen.append("popup"))
    page.on("pageerror", lambda error: seen.append(str(error)))

    def faults(html: str) -> list[str]:
        seen.clear()
        state["html"] = f'<!doctype html><meta charset="utf-8"><body><div id="post">{html}</div><p id="end">end</p>'
        page.goto(f"{SITE}/post")
        found = page.evaluate(PROVOKE)
        assert page.locator("#end").count() == 1, "the post swallowed what follows it"
        # A second reading, as `innerHTML` of an app: where parsers that disagree with themselves are tricked.
        page.evaluate("html => { document.getElementById('post').innerHTML = html }", html)
        found += page.evaluate(PROVOKE)
        page.evaluate("() => { const p = document.getElementById('post'); p.innerHTML = p.innerHTML }")
        found += page.evaluate(PROVOKE)
        if page.url != f"{SITE}/post":
            found.append(f"navigated to {page.url}")
        return found + seen

    page.faults = faults
    yield page
    context.close()


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)></svg>",
        "<a href=javascript:alert(1)>x</a>",
        "<img src=https://evil.example/x.png>",
        "<details open ontoggle=alert(1)>x</details>",
        "<form></form>",
        "<p id=location>x</p>",
        "<p id='fn-00000000-1 x'>x</p>",
        "<iframe></iframe>",
    ],
)
def test_the_page_notices_what_is_not_inert(bare, html):
    assert bare.faults(html)


def test_every_vector_is_inert(bare):
    wrong = {}
    for vector in VECTORS:
        if found := bare.faults(markdown.render(vector, mentions=MENTIONS)):
            wrong[vector] = found
    assert wrong == {}


@pytest.mark.parametrize("glue", ["", " ", "\n", "\n\n"])
def test_all_vectors_in_one_post_are_inert(bare, glue):
    assert bare.faults(markdown.render(glue.join(VECTORS), mentions=MENTIONS)) == []
    assert bare.faults(markdown.render(glue.join(reversed(VECTORS)), mentions=MENTIONS)) == []


def test_a_notebook_full_of_vectors_is_inert(bare, tmp_path: Path):
    for start in range(0, len(VECTORS), 60):
        cells = []
        for vector in VECTORS[start : start + 60]:
            table = shows(text__html=f"<table><tr><td>{vector}</td></tr></table>", text__plain=vector)
            others = (prints(vector), shows(text__latex=vector), shows(text__markdown=vector))
            cells += [text_cell(vector), code_cell(vector, table, *others)]
        folder = tmp_path / str(start)
        folder.mkdir()
        result = notebooks._run_worker(json.dumps(notebook(*cells)).encode(), folder, "nonce", address=200)
        assert bare.faults(markdown.render(result["body"])) == []


def test_the_app_shows_hostile_posts_without_a_complaint(server, page):
    """The whole way: stored by the service, served by the API, shown by the app under its policy."""
    if not (ROOT / "frontend" / "src" / "features" / "discussions").exists():
        pytest.skip("needs the app's pages for discussions")
    made = server.manage("shell", "-v", "0", "-c", STORE).strip().splitlines()[-1]
    page.add_init_script(
        "for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { throw new Error(name) }"
    )
    page.goto(made)
    # Emoji are drawn last: nothing before them stopped the app.
    page.locator("p:has-text('the post') img.emoji").wait_for()
    page.locator("p:has-text('the last comment') img.emoji").wait_for()
    assert (
        page.evaluate("document.querySelectorAll('main script, main iframe, main object, main form[action]').length")
        == 0
    )


# Several in each comment, so that all stand on one page.
STORE = """
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition
from discussions.services import posts
from tests.discussions.xss_vectors import VECTORS
host = User.objects.get(username="host")
cup = Competition.objects.filter(hosts=host, is_published=True).first()
clean = [v.encode("utf-8", "replace").decode() for v in VECTORS]
body = "the post :tada:\\n\\n" + "\\n\\n".join(clean)
d = posts.create_discussion(by=host, competition=cup, title="<img src=x onerror=alert(1)>", body=body, at=timezone.now())
for start in range(0, len(clean), 8):
    posts.add_comment(discussion=d, by=host, body="\\n\\n".join(clean[start:start + 8]), at=timezone.now())
posts.add_comment(discussion=d, by=host, body="the last comment :tada:", at=timezone.now())
print(d.get_absolute_url())
"""
