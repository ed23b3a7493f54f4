"""Nothing anybody writes runs in the browser of anybody else, nor keeps the server busy."""

from __future__ import annotations

import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from discussions.excerpts import excerpt
from discussions.services import posts
from foundation import markdown
from tests.discussions.inert import faults
from tests.discussions.test_notebooks import code_cell, markdown as text_cell, notebook, prints, shows
from tests.discussions.xss_vectors import VECTORS
from tests.factories import NOON

MENTIONS = {"bob": "/users/bob", "img": "/users/img"}


def test_there_are_enough_vectors_and_none_twice():
    assert len(set(VECTORS)) == len(VECTORS) >= 200


@pytest.mark.parametrize(
    "html",
    [
        "<script>",
        "<p onclick=x>",
        "<a href=javascript:x>",
        "<a href=' java\tscript:x'>",
        "<img src=//evil.example>",
        "<input>",
        "<!-- -->",
        "<p style=x>",
        "<p id=x>",
        "<p id=at-x>",
        "<p class=x>",
    ],
)
def test_the_judge_knows_a_fault(html):
    assert faults(html)


@pytest.mark.parametrize("vector", VECTORS)
def test_a_vector_renders_inert(vector):
    assert faults(markdown.render(vector, mentions=MENTIONS)) == []


@pytest.mark.parametrize(
    "frame",
    [
        "- %s",
        "> %s",
        "| %s |\n|-|\n| %s |",
        "**%s**",
        "# %s",
        "[%s](/x)",
        "![%s](/x)",
        "[x](%s)",
        "[x](/x '%s')",
        "$%s$",
        "@bob %s",
        "<p>%s</p>",
        "<details><summary>%s</summary>\n\n%s\n\n</details>",
    ],
)
def test_vectors_within_other_things_render_inert(frame):
    wrong = [vector for vector in VECTORS if faults(markdown.render(frame.replace("%s", vector), mentions=MENTIONS))]
    assert wrong == []


def test_all_vectors_one_after_another_render_inert():
    """One may open what the next one closes."""
    for glue in ("", " ", "\n", "\n\n"):
        assert faults(markdown.render(glue.join(VECTORS), mentions=MENTIONS)) == []
        assert faults(markdown.render(glue.join(reversed(VECTORS)), mentions=MENTIONS)) == []


def test_what_was_rendered_renders_inert_again():
    """Somebody copies the HTML of a post into a new one."""
    for vector in VECTORS:
        assert faults(markdown.render(markdown.render(vector))) == []


@pytest.mark.django_db
def test_a_notebook_full_of_vectors_becomes_inert(as_, visitor):
    cells = []
    for vector in VECTORS:
        clean = vector.encode("utf-8", "replace").decode()
        html = shows(text__html=f"<table><tr><td>{clean}</td></tr></table>", text__plain=clean)
        alone = shows(text__html=clean, text__plain="<IPython.core.display.HTML object>")
        headed = shows(text__html=f"<h2>x</h2>{clean}")
        latex, marked = shows(text__latex=clean), shows(text__markdown=clean)
        attached = text_cell(clean, attachments={"x": {"image/png": clean}})
        cells += [attached, code_cell(clean, html, alone, headed, prints(clean), latex, marked)]
    for start in range(0, len(cells), 100):
        data = json.dumps(
            notebook(*cells[start : start + 100], metadata={"language_info": {"name": 'x" onclick="alert(1)'}})
        )
        response = as_(visitor).post(
            "/api/notebooks/convert/",
            {"file": SimpleUploadedFile("<img src=x onerror=alert(1)>.ipynb", data.encode())},
            format="multipart",
        )
        assert response.status_code == 200, response.content[:300]
        body = response.json()
        assert faults(body["html"]) == []
        assert faults(markdown.render(body["notebook"]["markdown"])) == []


@pytest.mark.django_db
def test_no_answer_of_the_api_is_html(as_, alice, cup, post, answer):
    """A browser that opens an address of the API shows text, whatever it holds."""
    vector = "<script>alert(1)</script>"
    discussion = post(alice, cup, title=vector, body=vector, tags=["<b>"])
    answer(discussion, alice, vector)
    for address in (
        "/api/discussions/",
        f"/api/discussions/{discussion.pk}/",
        f"/api/discussions/{discussion.pk}/comments/",
    ):
        response = as_(alice).get(address, headers={"Accept": "text/html"})
        if response.status_code == 200:
            assert response["Content-Type"] == "application/json"
        assert response["X-Content-Type-Options"] == "nosniff"


def test_an_excerpt_is_plain_words():
    body = "# Title\n\n![plot](/x.png) See [the *docs*](https://x) and `code`:\n\n```python\nx = 1\n```\n- [ ] **done** <b>x</b> :tada:"
    assert excerpt(body) == "Title See the docs and code: done x 🎉"
    assert excerpt("| cv | lb |\n|:--|--:|\n| 0.5 | 0.4 |\n\n- [x] tidy\n\n$$\n\\int x\n$$\n_so_ my_name") == (
        "cv lb 0.5 0.4 tidy so my_name"
    )
    assert excerpt("Noted[^1].\n\n[^1]: here") == "Noted."
    assert excerpt("**「強調」**する `a_b` 1 * 2 * 3 # no heading") == "「強調」する a_b 1 * 2 * 3 # no heading"
    assert excerpt("<center>\n<h1>My &amp; yours</h1>\n</center>\n\n~~~\ncode\n~~~\n\n    indented") == "My & yours"
    assert len(excerpt("word " * 1000)) <= 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (r"It minimises $\|y - Xw\|^2 + \alpha \|w\|^2$.", "It minimises ‖y - Xw‖² + α ‖w‖²."),
        (r"$\lVert y \rVert_2 \le \frac{1}{n}\sum_i x_i^{10}$", "‖ y ‖₂ ≤ 1/n∑_i x_i¹⁰"),
        (r"数式 $\mathbf{x}_{1} \in \mathbb{R}^n$ です", "数式 x₁ ∈ Rⁿ です"),
        ("It costs $5, or $10 for two", "It costs $5, or $10 for two"),
    ],
)
def test_an_excerpt_says_a_formula_in_characters(body, words):
    assert excerpt(body) == words


HUGE = {
    "brackets": "[" * 50_000,
    "links": "[a](" * 20_000,
    "nested links": "[" * 3000 + "a" + "](b)" * 3000,
    "images": "![" * 30_000,
    "footnotes": "[^1]" * 12_000 + "\n\n[^1]: x",
    "footnotes without end": "[^1]: x\n\n" + "[^" * 25_000,
    "footnotes in footnotes": "[^1]\n\n" + "[^1]: " * 8_000,
    "emphasis": "*a **a " * 15_000,
    "stars": "*" * 60_000,
    "underscores": "_a " * 30_000,
    "quotes": ">" * 20_000,
    "lists": "".join("  " * n + "- x\n" for n in range(200)),
    "backticks": "".join("`" * n + " " for n in range(400)),
    "dollars": "$a " * 30_000,
    "double dollars": "$$" * 20_000,
    "tags": "<b>" * 30_000,
    "open comments": "<!--" * 20_000,
    "angles": "<" * 60_000,
    "entities": "&amp;" * 20_000,
    "ampersands": "&#" * 50_000,
    "mentions": "@a" * 50_000,
    "many mentions": "@user " * 20_000,
    "addresses": "http://a.b/c " * 8_000,
    "www": "www." * 20_000,
    "mails": "a@" * 40_000,
    "emoji": ":a" * 40_000,
    "colons": ":" * 60_000,
    "pipes": "|" * 30_000 + "\n" + "|-" * 5_000,
    "rows": "|a|\n|-|\n" + "|x|\n" * 15_000,
    "references": "".join(f"[{n}]: x\n" for n in range(10_000)),
    "one reference": "[a]: x\n\n" + "[a] " * 20_000,
    "tildes": "~~a " * 20_000,
    "headings": "# x\n" * 20_000,
    "blank": "\n" * 100_000 + "x",
    "deep html": "<div><ul><li>" * 8_000,
    "escapes": "\\" * 100_000,
    "details": "<details>" * 10_000,
    "elements in elements": "<div>" * 40_000,
    "elements that seem to end": "<div><!--</div>-->" * 11_000,
    "anchors": "".join(f"<a id={n}></a>" for n in range(12_000)),
    "anchors without end": "<a id=" * 30_000,
    "names without end": "<a " + " name" * 30_000,
    "bare names of hosts": "a.com " * 33_000,
    "slices": "1:2:" * 50_000,
}  # fmt: skip


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_no_text_keeps_the_server_busy(text):
    """Not a measure of speed: what grows with the square of its length would take minutes."""
    started = time.process_time()
    html = markdown.render(text)
    markdown.mentioned_names(text)
    excerpt(text[:1000])
    assert faults(html) == []
    assert time.process_time() - started < 20


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_text_as_long_as_allowed_takes_seconds_at_most(text):
    """What is written is bounded in length; this bounds what the worst of it costs."""
    longest = (text * (1 + markdown.MAX_LENGTH // len(text)))[: markdown.MAX_LENGTH]
    started = time.process_time()
    markdown.render(longest)
    assert time.process_time() - started < 15


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["<div>" * 10_000, ">" * 20_000, "[" * 20_000])
def test_a_hostile_text_is_posted_or_refused_but_breaks_nothing(as_, alice, cup, text):
    response = as_(alice).post("/api/discussions/", {"competition": "cup", "title": "T", "body": text})
    assert response.status_code in (201, 400)
    assert as_(alice).get("/api/discussions/").status_code == 200


@pytest.mark.django_db
def test_an_edit_is_sanitised_as_a_new_post(alice, cup, post):
    discussion = post(alice, cup)
    edited = posts.edit_discussion(discussion=discussion, by=alice, body="<img src=x onerror=alert(1)>", at=NOON)
    assert faults(edited.html) == []
