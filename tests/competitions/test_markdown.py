"""Markdown becomes HTML that is safe to show."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from foundation.markdown import mentioned_names, render
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Title", '-1">Title</h1>'),
        ("~~~\nx\n~~~", "<pre><code>x\n</code></pre>"),
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


# --- emphasis ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**「強調」**する", "<strong>「強調」</strong>する"),
        ("**重要。**次", "<strong>重要。</strong>次"),
        ("これは*（注）*です", "これは<em>（注）</em>です"),
        ("~~消す。~~次", "<s>消す。</s>次"),
        ("文**`code`**文", "文<strong><code>code</code></strong>文"),
        ("値は**0.9（CV）**で", "値は<strong>0.9（CV）</strong>で"),
        ("**이 용어(term)**를", "<strong>이 용어(term)</strong>를"),
        ("**这个。**下一个", "<strong>这个。</strong>下一个"),
        ("葛\U000e0100**「x」**", "葛\U000e0100<strong>「x」</strong>"),
    ],
)
def test_emphasis_stands_beside_marks_of_scripts_without_blanks(text, html):
    assert html in render(text)


@pytest.mark.parametrize(
    "text", ['a**"b"**c', "snake_case_name", "日本_語_です", "** 渦 **", "2 * 3 * 4", "a**(b)**c", "x*👍*y"]
)
def test_elsewhere_emphasis_is_what_commonmark_says(text):
    html = render(text)
    assert "<em>" not in html
    assert "<strong>" not in html


# --- emoji and addresses ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":tada: done", "🎉 done"),
        ("すごい:tada:ね", "すごい🎉ね"),
        ("(:tada:) **:tada:** :tada::tada:", "(🎉) <strong>🎉</strong> 🎉🎉"),
        ("x[:100:] and x[1:100:2]", "x[:100:] and x[1:100:2]"),
        ("10:100:20", "10:100:20"),
        ("at std:fire:out or a:b:c", "at std:fire:out or a:b:c"),
        (":no-such-name:", ":no-such-name:"),
    ],
)
def test_a_short_name_is_an_emoji_only_where_it_stands_alone(text, shown):
    assert f"<p>{shown}</p>" in render(text)


@pytest.mark.parametrize("name", ["train.py", "README.md", "model.rs", "example.com"])
def test_a_name_with_a_dot_is_no_address(name):
    assert "<a" not in render(f"see {name} there")


@pytest.mark.parametrize("address", ["https://example.org/a", "www.example.org", "me@example.org"])
def test_an_address_becomes_a_link(address):
    assert f">{address}</a>" in render(f"see {address} there")


@pytest.mark.parametrize("turn", ["\u202e", "\u2066", "\u200f"])
@pytest.mark.parametrize("address", ["https://example.org/a{}gpj.exe", "<https://example.org/a{}gpj.exe>"])
def test_an_address_is_never_shown_turned_round(address, turn):
    for written in (turn, quote(turn)):
        html = render(address.format(written))
        assert turn not in html
        assert f">https://example.org/a{quote(turn)}gpj.exe</a>" in html


def test_elements_are_not_nested_without_end():
    html = render("<div>" * 20_000)
    assert html.count("<div>") == 5000
    assert "&lt;div&gt;" in html
    assert "&lt;" not in render("<table>" + "<tr><td>x</td></tr>" * 3000 + "</table>")


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
        '<div id="at-00000000-1">x</div>',
        '<a name="cookie">x</a>',
        "# body",
        "# getElementById",
    ],
)
def test_no_id_is_one_that_a_page_or_another_text_may_have(text):
    """The page and its scripts find their own elements by id: a post's must never be one of them."""
    html = render(text)
    assert " name=" not in html
    [found] = re.findall(r' id="([^"]*)"', html)
    assert re.fullmatch(r"at-[0-9a-f]{8}-1", found)
    assert found != re.findall(r' id="([^"]*)"', render(f"{text}\n"))[0]


# --- links within a text ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "link"),
    [
        ("# EDA", "#eda"),
        ("# EDA", "#EDA"),
        ("## 2. Model *again*", "#2.-Model-again"),
        ("## 2. Model *again*", "#2-model-again"),
        ("## 結論", "#結論"),
        ("## 結論", "#%E7%B5%90%E8%AB%96"),
        ("# One\n\n# One", "#one-1"),
        ('<a id="eda"></a>', "#eda"),
        ("<a name=eda></a>", "#eda"),
        ("<a class='x' name='eda'>here</a>", "#eda"),
        ('<div id="a b">x</div>', "#a%20b"),
        ("text <span id=eda>x</span>", "#eda"),
    ],
)
def test_a_link_within_a_text_leads_to_its_place(place, link):
    html = render(f"[there](<{link}>)\n\n{place}")
    [target] = re.findall(r'href="#([^"]*)"', html)
    assert re.findall(r' id="([^"]*)"', html)[-1] == target


@pytest.mark.parametrize("link", ["#comment-3", "#", "#nothing", "/other#eda", "https://example.org/#eda"])
def test_a_link_to_another_place_stays_as_it_is(link):
    assert f'href="{link}"' in render(f"[there]({link})\n\n# EDA")


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
