"""Markdown becomes HTML that is safe to show."""

from __future__ import annotations

import re

import pytest

from competitions.markdown import mentioned_names, render
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Title", "<h1>Title</h1>"),
        ("~~old~~", "<s>old</s>"),
        ("|a|b|\n|-|-:|\n|1|2|", '<td align="right">2</td>'),
        ("see https://example.org", '<a href="https://example.org"'),
        ("$a<b$", '<span class="math inline">a&lt;b</span>'),
        ("$$\na^2\n$$", '<div class="math block">\na^2\n</div>'),
        ("so $$a$$ there", '<p>so <span class="math block">a</span> there</p>'),
        ("it costs $5 or $6", "<p>it costs $5 or $6</p>"),
        ("```python\nx = 1\n```", '<code class="language-python">x = 1\n</code>'),
        (":tada: `:tada:`", "🎉 <code>:tada:</code>"),
        ("![own](/media/a.png)", '<img src="/media/a.png" alt="own">'),
        ("<kbd>Ctrl</kbd>", "<kbd>Ctrl</kbd>"),
        ("渦 *巻く*", "渦 <em>巻く</em>"),
    ],
)
def test_what_people_write_is_shown(text, html):
    assert html in render(text)


def test_tasks_are_checkboxes_that_nobody_can_tick():
    for html in (render("- [x] done"), render("<input type=password name=secret>")):
        assert 'type="checkbox"' in html
        assert "disabled" in html
        assert "secret" not in html


# --- footnotes --------------------------------------------------------------------------------------------------------
NOTED = "One[^a] and two[^b], one again[^a].\n\n[^b]: Second\n[^a]: The *first*\n"


def test_footnotes_stand_at_the_end_in_the_order_of_the_text():
    html = re.sub(r' rel="[^"]*"|-[0-9a-f]{8}', "", render(NOTED))
    assert html == (
        '<p>One<sup class="footnote-ref"><a id="fnref-1-0" href="#fn-1">[1]</a></sup>'
        ' and two<sup class="footnote-ref"><a id="fnref-2-0" href="#fn-2">[2]</a></sup>,'
        ' one again<sup class="footnote-ref"><a id="fnref-1-1" href="#fn-1">[1]</a></sup>.</p>\n'
        '<ol class="footnotes">\n<li id="fn-1"><p>The <em>first</em>'
        ' <a class="footnote-back" href="#fnref-1-0">↑</a> <a class="footnote-back" href="#fnref-1-1">↑</a></p>\n</li>\n'
        '<li id="fn-2"><p>Second <a class="footnote-back" href="#fnref-2-0">↑</a></p>\n</li>\n</ol>\n'
    )


def test_footnotes_of_two_texts_on_one_page_do_not_meet():
    def ids(text):
        return set(re.findall(r' id="([^"]+)"', render(text)))

    assert len(ids(NOTED)) == 5
    assert not ids(NOTED) & ids(NOTED + "More.")
    assert ids(NOTED) == ids(NOTED), "rendered anew it is the same text"


@pytest.mark.parametrize(
    "text", ["no note[^1]", "a set [^abc] in a pattern", "`[^1]`\n\n[^1]: x", "^[within]", "\\[^1]"]
)
def test_what_is_no_footnote_stays_as_written(text):
    assert "fn-" not in render(text)


@pytest.mark.parametrize(
    "text",
    [
        '<li id="app">x</li>',
        '<a id="location" href="/">x</a>',
        '<h1 id="fn-00000000-1">x</h1>',
        '<a id="fn-00000000-1x" href="/">x</a>',
    ],
)
def test_no_other_ids_are_taken(text):
    assert " id=" not in render(text)


def test_a_note_that_many_places_refer_to_leads_back_to_the_first_of_them():
    html = render("[^1]" * 500 + "\n\n[^1]: x")
    assert html.count('class="footnote-ref"') == 500
    assert html.count('class="footnote-back"') == html.count('id="fnref-') == 10


def test_people_named_in_a_footnote_are_mentioned_where_it_is_shown():
    text = "See[^1]\n\n[^1]: says @Bob\n[^2]: nobody refers to this of @carol"
    assert mentioned_names(text) == ["bob"]
    assert '<a class="mention" href="/users/bob"' in render(text, mentions={"bob": "/users/bob"})


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,alert(1)">x</a>',
        '<div style="position:fixed" onclick="alert(1)">x</div>',
        '<iframe src="/alert(1)"></iframe>',
        "<svg><script>alert(1)</script></svg>",
        "<style>alert(1)</style>",
        '<form action="/alert(1)"><button>x</button></form>',
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
        "$x$ <object data='/alert(1)'></object>",
    ],
)
def test_nothing_runs(text):
    html = render(text)
    for word in (
        "<script",
        "onerror",
        "onclick",
        "javascript:",
        "data:",
        "style=",
        "<iframe",
        "<form",
        "<object",
        "<svg",
    ):
        assert word not in html


@pytest.mark.parametrize(
    "address", ["https://elsewhere.test/a.png", "//elsewhere.test/a.png", "http:\\\\elsewhere.test"]
)
def test_images_from_elsewhere_are_not_loaded(address):
    assert "src=" not in render(f'![there]({address}) <img src="{address}">')
    assert "there" in render(f"![there]({address})")


@pytest.mark.django_db
def test_the_preview_is_for_people_signed_in(client_of):
    assert client_of(UserFactory()).post("/api/markdown/", {"body": "*a*"}).json() == {"html": "<p><em>a</em></p>\n"}
    assert client_of().post("/api/markdown/", {"body": "*a*"}).status_code == 401
    assert client_of(UserFactory()).post("/api/markdown/", {"body": 7}).status_code == 200
    assert client_of(UserFactory()).post("/api/markdown/", {"body": {}}).status_code == 400
