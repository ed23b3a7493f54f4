"""Notebooks become Markdown, whole or not at all."""

from __future__ import annotations

import base64
import io
import json
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from discussions import notebooks
from discussions.models import Upload
from tests.discussions.conftest import code
from tests.discussions.test_uploads import picture, stored_files

pytestmark = pytest.mark.django_db
PNG = base64.b64encode(picture()).decode()


def notebook(*cells, **more) -> dict:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}


def markdown(source, **more) -> dict:
    return {"cell_type": "markdown", "id": "m", "metadata": {}, "source": source, **more}


def code_cell(source="", *outputs) -> dict:
    return {
        "cell_type": "code",
        "id": "c",
        "metadata": {},
        "execution_count": 1,
        "source": source,
        "outputs": list(outputs),
    }


def shows(**data) -> dict:
    return {"output_type": "display_data", "metadata": {}, "data": {k.replace("__", "/"): v for k, v in data.items()}}


def prints(text) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.fixture
def convert(as_, visitor):
    def send(content, name="analysis.ipynb"):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        return as_(visitor).post(
            "/api/notebooks/convert/", {"file": SimpleUploadedFile(name, data)}, format="multipart"
        )

    return send


TABLE = """<div>
<style scoped>
    .dataframe tbody tr th { vertical-align: top; }
</style>
<table border="1" class="dataframe">

  <thead><tr style="text-align: right;"><th></th><th>id</th></tr></thead>
  <tbody><tr><th>0</th><td onclick="alert(1)">7</td></tr></tbody>
</table>
<script>alert(1)</script>
</div>"""


@pytest.mark.usefixtures("notebooks_by_themselves")
def test_a_real_notebook_with_a_plot_a_table_and_prints(convert):
    response = convert(
        notebook(
            markdown("# My *first* look\n\nSome $x^2$"),
            code_cell("import pandas as pd\ndf.head()", shows(text__html=TABLE, text__plain="   id\n0   7")),
            code_cell("plt.plot(x)", prints("done\n"), shows(image__png=PNG, text__plain="<Figure>")),
            metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        )
    )
    assert response.status_code == 200, response.content
    body = response.json()
    [upload] = body["uploads"]
    assert body["title"] == "My first look"
    assert "```python\nimport pandas as pd\ndf.head()\n```" in body["body"]
    assert f"![1]({upload['url']})" in body["body"]
    assert "<th>id</th>" in body["body"]
    assert "style" not in body["body"]
    assert "alert" not in body["body"]
    assert "```text\ndone\n```" in body["body"]
    assert "<Figure>" not in body["body"]
    assert f'<img src="{upload["url"]}" alt="1">' in body["html"]
    assert "<td>7</td>" in body["html"]
    assert body["metadata"] == {
        "language": "python", "kernel": "Python 3", "nbformat": "4.5", "cells": 3, "codeCells": 2, "markdownCells": 1,
        "outputs": 3, "images": 1, "foldedOutputs": 0, "truncatedOutputs": 0, "skippedImages": 0,
    }  # fmt: skip
    assert body["notebook"]["kind"] == "notebook"
    assert Upload.objects.count() == 2


def test_long_outputs_are_folded_and_very_long_ones_cut(convert):
    body = convert(notebook(code_cell("x", prints("line\n" * 40)), code_cell("y", prints(["word "] * 100_000)))).json()
    assert "<details><summary>Output (40 lines)</summary>\n\n```text\nline" in body["body"]
    assert "480000 characters left out" in body["body"] or "479999 characters left out" in body["body"]
    assert (body["metadata"]["foldedOutputs"], body["metadata"]["truncatedOutputs"]) == (1, 1)
    assert "<details><summary>Output (40 lines)</summary>" in body["html"]


def test_terminal_colours_and_progress_bars_look_as_they_did(convert):
    body = convert(notebook(code_cell("x", prints("\x1b[31mred\x1b[0m\n 10%\r 50%\r100%\n\x07bell")))).json()["body"]
    assert "```text\nred\n100%\nbell\n```" in body


def test_nothing_in_the_code_ends_its_block(convert):
    source = 'text = """\n```\n<script>alert(1)</script>\n````\n"""'
    body = convert(notebook(code_cell(source, prints("```\n# not a heading")))).json()
    assert f"`````python\n{source}\n`````" in body["body"]
    assert "<h1" not in body["html"]
    assert "<script" not in body["html"]


def test_attachments_and_embedded_pictures_become_uploads(convert):
    cell = markdown(
        "![a](attachment:a.png) ![b](data:image/png;base64," + PNG + ")", attachments={"a.png": {"image/png": PNG}}
    )
    body = convert(notebook(cell)).json()
    assert len(body["uploads"]) == 2
    assert all(f"]({upload['url']})" in body["body"] for upload in body["uploads"])


def test_the_same_picture_name_never_collides(convert):
    body = convert(notebook(*[code_cell("p", shows(image__png=PNG)) for _ in range(12)])).json()
    assert len({upload["url"] for upload in body["uploads"]}) == 12
    assert body["body"].count("/api/uploads/") == 12


# --- attachments ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("![x](attachment:my%20plot.png)", ["my plot.png"]),
        ("![x](<attachment:my plot.png>)", ["my plot.png"]),
        ('<img src="attachment:my plot.png">', ["my plot.png"]),
        ("![x](attachment:plot%20(1).png)", ["plot (1).png"]),
        ("![x](attachment:a.png) ![y](attachment:a.png2)", ["a.png", "a.png2"]),
        ("![x](attachment:a.png2)![y](attachment:a.png)", ["a.png", "a.png2"]),
        ("![x](attachment:%E5%9B%B3.png)", ["図.png"]),
        ("![x](attachment:図.png '図')", ["図.png"]),
        ("![x](attachment:a%26b.png) (see)", ["a&b.png"]),
        ("(![x](attachment:a.png))", ["a.png"]),
    ],
)
def test_an_attachment_is_found_however_its_address_is_written(convert, source, names):
    body = convert(notebook(markdown(source, attachments={name: {"image/png": PNG} for name in names}))).json()
    assert len(body["uploads"]) == len(names)
    assert "attachment:" not in body["body"]
    assert all(f'<img src="{upload["url"]}"' in body["html"] for upload in body["uploads"])


def test_an_attachment_that_is_not_there_leaves_its_words(convert):
    source = "![the plot](attachment:gone.png) ![bad](attachment:bad.png)"
    body = convert(notebook(markdown(source, attachments={"bad.png": {"image/png": "AAAA"}}))).json()
    assert "<p>" in body["html"]
    assert "the plot" in body["html"]
    assert "<img" not in body["html"]
    assert (body["uploads"], body["metadata"]["skippedImages"]) == ([], 1)


# --- outputs ----------------------------------------------------------------------------------------------------------
def test_the_pieces_of_a_stream_are_one_output(convert):
    error = {"output_type": "stream", "name": "stderr", "text": "warned\n"}
    body = convert(notebook(code_cell("x", prints("a "), prints("b\n"), error, prints("c")))).json()
    assert "```text\na b\n```\n\n```text\nwarned\n```\n\n```text\nc\n```" in body["body"]
    assert body["metadata"]["outputs"] == 3


def test_thousands_of_dots_are_one_short_output(convert):
    body = convert(notebook(code_cell("x", *[prints(".")] * 6000))).json()
    assert f"```text\n{'.' * 6000}\n```" in body["body"]


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["1/2", "\r", "2/2\n"], "2/2"),
        (["10%", "\b\b\b100%"], "100%"),
        (["a long state\r", "done\x1b[K\n"], "done"),
        (["abc\rX"], "Xbc"),
        (["one\r\ntwo\r\n"], "one\ntwo"),
        (["\b\bx"], "x"),
        (["\x1b[2K\r\x1b[1m50%\x1b[0m", "\x1b[2K\r100%"], "100%"),
    ],
)
def test_what_writes_over_itself_looks_as_in_a_terminal(convert, pieces, shown):
    assert f"```text\n{shown}\n```" in convert(notebook(code_cell("x", *map(prints, pieces)))).json()["body"]


HTML_OBJECT = "<IPython.core.display.HTML object>"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<h2>0.91</h2>", "<h2>0.91</h2>"),
        ("<b>CV</b> 0.91<br>*as is*", "<b>CV</b> 0.91<br>*as is*"),
        ("<ul><li>one</li></ul>", "<li>one</li>"),
        ("<p onclick=alert(1)>x</p><script>alert(1)</script>", "<p>x</p>"),
        ("<p>open", "<p>open</p>"),
    ],
)
def test_html_outputs_are_kept_as_far_as_they_are_safe(convert, html, kept):
    body = convert(
        notebook(code_cell("x", shows(text__html=html, text__plain=HTML_OBJECT)), markdown("*after*"))
    ).json()
    assert kept in body["html"]
    assert "object&gt;" not in body["html"]
    assert "alert" not in body["body"]
    assert "<em>after</em>" in body["html"]


def test_pictures_within_html_outputs_become_uploads(convert):
    html = (
        f'<img src="data:image/png;base64,{PNG}" onerror="alert(1)" width="80"><img src="https://elsewhere.test/a.png">'
    )
    body = convert(notebook(code_cell("x", shows(text__html=html, text__plain=HTML_OBJECT)))).json()
    [upload] = body["uploads"]
    assert f'<img src="{upload["url"]}" width="80">' in body["html"]
    assert body["html"].count("<img") == 1
    assert 'href="https://elsewhere.test/a.png"' in body["html"]
    assert "onerror" not in body["body"]


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "<script>Plotly.newPlot()</script>", "text/plain": HTML_OBJECT},
        {"image/svg+xml": "<svg onload=alert(1)></svg>", "text/plain": "<Figure size 640x480 with 1 Axes>"},
        {"application/vnd.plotly.v1+json": {"data": []}},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": None},
        {"text/html": '<img src="data:image/svg+xml;base64,PHN2Zz4=">', "text/plain": HTML_OBJECT},
    ],
)
def test_where_nothing_can_be_shown_the_post_says_so(convert, data):
    body = convert(notebook(code_cell("x", {"output_type": "display_data", "metadata": {}, "data": data}))).json()
    assert "<em>An output that can't be shown here.</em>" in body["html"]
    assert "&lt;" not in body["html"]


def test_an_output_that_is_only_an_objects_name_stays(convert):
    assert (
        "[<Line2D at 0x1>]" in convert(notebook(code_cell("x", shows(text__plain="[<Line2D at 0x1>]")))).json()["body"]
    )


# --- mathematics ------------------------------------------------------------------------------------------------------
ALIGNED = r"\begin{align} a_1 &= b_1 \\ c &= d \end{align}"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (ALIGNED, r'<div class="math block">\n\begin{align} a_1 &amp;= b_1 \\ c &amp;= d \end{align}\n</div>'),
        (f"so\n{ALIGNED}\nthen", r"c &amp;= d \end{align}\n</div>"),
        (f"so {ALIGNED} then", r'<span class="math block">\begin{align}'),
        (f"$${ALIGNED}$$", '<div class="math block">'),
        (r"\begin{equation*}" + "\nx\n\n= y\n" + r"\end{equation*}", 'math block">\n\\begin{equation*}\nx\n= y\n'),
        ("so $ L = x_1 $ is", '<span class="math inline">L = x_1</span>'),
        ("so $ L = x_1$ is", '<span class="math inline">L = x_1</span>'),
        ("as $x_1$ and $y_1$", '<span class="math inline">y_1</span>'),
        (r"as \\(x_1\\) is", '<span class="math inline">x_1</span>'),
        (r"\\[ x_1 \\]", '<div class="math block">'),
        ("it costs $5 or $6", "it costs $5 or $6"),
        (r"\$ 5 and \$ 6", "$ 5 and $ 6"),
        ("`$ x $` is code", "<code>$ x $</code>"),
        ("```\n$ x $\n```", "<code>$ x $\n</code>"),
        ("```tex\n" + ALIGNED + "\n```", 'class="language-tex">\\begin{align}'),
    ],
)
def test_mathematics_reads_as_in_jupyter(convert, source, html):
    body = convert(notebook(markdown(source))).json()
    assert html.replace(r"\n", "\n") in body["html"]


# --- cells ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "left_open",
    [
        "```python\nx = 1",
        "~~~~\nx\n~~~",
        "```",
        "<details><summary>more</summary>",
        "<div><b>",
        "text <b><i>bold",
        "<table><tr><td>",
        "<!-- a remark",
        "<pre>\nx",
        "<script>",
        "> ```\n> x",
        "- ```\n  x",
        "<center>\n\n# x",
    ],
)
@pytest.mark.parametrize("kind", ["cell", "output"])
def test_no_cell_goes_on_in_the_next(convert, left_open, kind):
    cell = markdown(left_open) if kind == "cell" else code_cell("x", shows(text__markdown=left_open))
    body = convert(notebook(cell, markdown("the *next* one"), code_cell("y = 2"))).json()
    html = body["html"]
    before = html[: html.index("the <em>next</em> one")]
    assert '<pre><code class="language-python">y = 2' in html
    for tag in ("details", "div", "b", "i", "pre", "table", "blockquote", "li"):
        assert before.count(f"<{tag}>") == before.count(f"</{tag}>"), before


@pytest.mark.parametrize(
    "whole", ["```\nx\n```", "<details>\n\nx\n\n</details>", "<b>x</b><br><img>", "<p>x", "- a\n- b"]
)
def test_what_ends_by_itself_stays_as_it_was(convert, whole):
    assert convert(notebook(markdown(whole))).json()["body"] == f"{whole}\n"


def test_control_characters_are_no_reason_to_refuse_the_post(convert, as_, visitor):
    converted = convert(notebook(markdown("a\x00b\x0cc\x1b[0m\r\nd"), code_cell("x = 'a\x07'", prints("\x01y")))).json()
    assert "abc" in converted["body"]
    assert not set(converted["body"]) & set(map(chr, range(32))) - {"\n", "\t"}
    posted = as_(visitor).post("/api/discussions/", {"title": "T", "body": converted["body"]})
    assert posted.json()["body"] == converted["body"].strip("\n")


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# <center>My <b>great</b> title</center>", "My great title"),
        ("# R&amp;D &lt;3 `x_1` [link](/a) ![pic](/b.png)", "R&D <3 x_1 link"),
        ("<h1 align='center'>From <i>HTML</i></h1>\n", "From HTML"),
        ("Title\n=====", "Title"),
        ("```\n# no title\n```\n\n## a title ##", "a title"),
        ("### too deep", None),
        ("# ", None),
    ],
)
def test_the_title_is_the_words_of_the_first_heading(convert, source, title):
    assert convert(notebook(markdown(source))).json()["title"] == title


# --- fields -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [
        {"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "x"}]},
        {"nbformat": 4, "nbformat_minor": None, "metadata": None, "cells": []},
        notebook({"cell_type": "code", "source": None, "outputs": None}),
        notebook({"cell_type": "code"}, {"cell_type": "markdown"}, {"cell_type": "raw"}),
        notebook(markdown("x", attachments=None, metadata=None)),
        notebook(code_cell("x", {"output_type": "error", "traceback": None, "evalue": None})),
        notebook(code_cell("x", {"output_type": "stream", "text": None, "name": None})),
        notebook(code_cell("x", {"output_type": "execute_result", "data": None, "metadata": None})),
        notebook(code_cell("x", {"output_type": "display_data"})),
        notebook(code_cell("x", {"output_type": "display_data", "data": {"text/plain": None}})),
    ],
)
def test_an_absent_field_is_taken_as_empty(convert, content):
    response = convert(content)
    assert response.status_code == 200, response.content


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"nbformat": "4", "cells": []}, "nbformat"),
        ({"nbformat": 4}, "cells"),
        (notebook(markdown("x"), {"source": "x"}), "cells[1].cell_type"),
        (notebook(markdown(7)), "cells[0].source"),
        (notebook(code_cell("x", prints("a"), 7)), "cells[0].outputs[1]"),
        (notebook(code_cell("x", {"output_type": "stream", "text": 5})), "cells[0].outputs[0].text"),
        (notebook(markdown("x", attachments={"a": 1})), "cells[0].attachments.a"),
    ],
)
def test_a_wrong_field_is_named(convert, content, field):
    response = convert(content)
    assert (response.status_code, code(response)) == (400, "invalid_notebook")
    assert f" {field} " in response.json()["errors"][0]["detail"]


# --- length -----------------------------------------------------------------------------------------------------------
def test_where_all_is_too_long_outputs_are_shown_in_part(convert):
    cells = [code_cell(f"cell_{n}", prints("word " * 3900)) for n in range(11)]
    response = convert(notebook(*cells))
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["metadata"]["truncatedOutputs"] == 11
    assert all(f"cell_{n}" in body["body"] for n in range(11))


def test_a_refusal_for_length_says_which_cells_to_shorten(convert):
    response = convert(notebook(markdown("a " * 60_000), markdown("short"), markdown("b " * 75_000)))
    assert (response.status_code, code(response)) == (413, "output_too_large")
    detail = response.json()["errors"][0]["detail"]
    assert "200000 characters" in detail
    assert "3 (150,000), 1 (120,000), 2 (5)" in detail


# --- pictures ---------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("notebooks_by_themselves")
def test_pictures_are_decoded_in_the_notebooks_own_process_up_to_a_budget(convert, monkeypatch):
    """Five pictures of 30 megapixels: three are within the budget, and the web process decodes none."""

    def never(*args, **kwargs):
        raise AssertionError

    monkeypatch.setattr("discussions.pictures.clean_image", never)
    large = io.BytesIO()
    Image.new("1", (6000, 5000)).save(large, "PNG")
    encoded = base64.b64encode(large.getvalue()).decode()
    body = convert(
        notebook(code_cell("p", *[shows(image__png=encoded)] * 5), code_cell("q", shows(image__png=PNG)))
    ).json()
    assert len(body["uploads"]) == 4
    assert (body["metadata"]["images"], body["metadata"]["skippedImages"]) == (4, 2)


@pytest.mark.parametrize(
    "output",
    [
        shows(image__png="not base64 !!"),
        shows(image__png=base64.b64encode(b"not a png").decode()),
        shows(image__png=base64.b64encode(b"<svg onload=alert(1)>").decode()),
        {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg onload=alert(1)></svg>"}},
    ],
)
def test_a_broken_or_unsafe_picture_is_left_out(convert, output):
    body = convert(notebook(code_cell("p", output))).json()
    assert (body["uploads"], body["metadata"]["images"], body["metadata"]["skippedImages"]) == ([], 0, 1)
    assert "![" not in body["body"]
    assert "svg" not in body["body"]


def test_interactive_output_falls_back_to_its_text(convert):
    output = shows(text__html="<div id=p></div><script>Plotly.newPlot()</script>", text__plain="Figure(42)")
    body = convert(notebook(code_cell("p", output))).json()["body"]
    assert "Figure(42)" in body
    assert "Plotly" not in body


def test_errors_latex_raw_cells_and_other_languages(convert):
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[0;31mE\x1b[0m: v"]}
    raw = {"cell_type": "raw", "id": "r", "metadata": {}, "source": "<script>raw</script>"}
    body = convert(
        notebook(
            code_cell(
                "x",
                error,
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {},
                    "data": {"text/latex": "$x^2$"},
                },
            ),
            raw,
            metadata={"language_info": {"name": "R"}},
        )
    ).json()
    assert "```r\nx\n```" in body["body"]
    assert "E: v" in body["body"]
    assert "$$\nx^2\n$$" in body["body"]
    assert '<div class="math block">' in body["html"]
    assert "<script" not in body["html"]


def test_notebooks_of_the_third_format_are_read(convert):
    old = {
        "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
        "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Old"]},
            {"cell_type": "code", "input": ["1+1"], "language": "python", "collapsed": False, "metadata": {}, "prompt_number": 1,
             "outputs": [{"output_type": "pyout", "prompt_number": 1, "metadata": {}, "text": ["2"]}]},
        ]}],
    }  # fmt: skip
    body = convert(old)
    assert body.status_code == 200, body.content
    assert "1+1" in body.json()["body"]


@pytest.mark.parametrize("name", ["a.b.c.ipynb", "日本語.ipynb", "A.IPYNB", ".ipynb", "a b.ipynb"])
def test_names_with_several_dots_or_none_work(convert, name):
    response = convert(notebook(markdown("x"), code_cell("p", shows(image__png=PNG))), name)
    assert response.status_code == 200, response.content
    [upload] = response.json()["uploads"]
    assert upload["name"].endswith("-1.png")
    assert upload["url"] in response.json()["body"]


@pytest.mark.parametrize("name", ["a.txt", "ipynb", "a.ipynb.txt", "a.ipynb.exe", "a."])
def test_another_extension_is_refused(convert, name):
    response = convert(notebook(), name)
    assert (response.status_code, code(response)) == (400, "wrong_extension")


BROKEN = [
    b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe\x00", b"\x80abc", b"{}", b"[" * 50_000, b'{"a":' * 20_000,
    b"<html>", b"NaN",
    {"nbformat": 4}, {"nbformat": "4", "cells": []}, {"nbformat": 4, "cells": {}}, {"nbformat": 4, "cells": [1]},
    {"nbformat": 99, "cells": []}, {"nbformat": -1, "cells": []}, {"nbformat": None, "cells": []},
    {"nbformat": 4, "nbformat_minor": "x", "metadata": {}, "cells": []},
    {"nbformat": 4, "nbformat_minor": 5, "metadata": [], "cells": [{"cell_type": "code"}]},
    notebook({"cell_type": 5}), notebook({}), notebook(markdown(7)), notebook(markdown({"a": 1})),
    notebook(markdown([1])), notebook(code_cell("x", {"output_type": "stream", "text": {"a": 1}})),
    notebook(code_cell("x", {"output_type": "display_data", "data": {"text/plain": {"a": 1}}})),
    notebook(code_cell("x", {"output_type": "display_data", "data": [1]})),
    notebook(code_cell("x", 7)),
    notebook({"cell_type": "code", "source": "x", "outputs": "abc"}),
    notebook(markdown("x", attachments={"a": 1})), notebook(markdown("x", attachments=[1])),
    notebook(code_cell("x", {"output_type": "error", "traceback": "abc"}, {"output_type": "error", "traceback": [1]})),
]  # fmt: skip


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_notebook_is_refused_and_leaves_nothing_behind(convert, content):
    response = convert(content)
    assert (response.status_code, code(response)) == (400, "invalid_notebook"), response.content[:300]
    assert not Upload.objects.exists()
    assert stored_files() == 0


@pytest.mark.usefixtures("notebooks_by_themselves")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (notebook(*[markdown("x")] * 2001), "too_many_cells"),
        (notebook(*[markdown("x" * 1000)] * 300), "output_too_large"),
        (notebook(code_cell("x", *[shows(text__plain="x")] * 5001)), "output_too_large"),
        (b"x" * (20 * 2**20 + 1), "too_large"),
    ],
    ids=["cells", "body", "outputs", "bytes"],
)
def test_a_huge_notebook_is_refused_and_leaves_nothing_behind(convert, content, expected):
    response = convert(content)
    assert (response.status_code, code(response)) == (413, expected)
    assert not Upload.objects.exists()
    assert stored_files() == 0


def test_a_notebook_that_takes_too_long_is_given_up(convert, monkeypatch):
    def slow(*args, **kwargs):
        raise subprocess.TimeoutExpired("worker", 30)

    monkeypatch.setattr(notebooks.subprocess, "run", slow)
    response = convert(notebook(markdown("x")))
    assert (response.status_code, code(response)) == (400, "conversion_timeout")


def test_a_failure_while_storing_takes_back_what_was_stored(convert, monkeypatch):
    """The third image does not fit any more: neither rows nor files of the first ones stay."""
    monkeypatch.setattr(notebooks.uploads, "MAX_UNUSED_UPLOADS", 3)
    response = convert(notebook(*[code_cell("p", shows(image__png=PNG)) for _ in range(5)]))
    assert (response.status_code, code(response)) == (429, "too_many_uploads")
    assert not Upload.objects.exists()
    assert stored_files() == 0


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ 7*7 }}",
        "{% for x in [1] %}{{ x }}{% endfor %}",
        "{% include '/etc/passwd' %}",
        "%load /etc/passwd",
        "!cat /etc/passwd",
    ],
)
def test_nothing_a_notebook_says_is_run(convert, hostile):
    body = convert(
        notebook(
            markdown(hostile),
            code_cell(hostile, prints(hostile)),
            metadata={"kernelspec": {"display_name": hostile, "language": hostile}},
        )
    ).json()["body"]
    assert "root:" not in body
    assert body.count(hostile) == 3


def test_a_notebook_is_posted_with_its_link(convert, as_, visitor):
    converted = convert(notebook(markdown("# T"), code_cell("p", shows(image__png=PNG)))).json()
    posted = as_(visitor).post(
        "/api/discussions/",
        {"title": converted["title"], "body": converted["body"], "notebook": converted["notebook"]["id"]},
    )
    assert posted.status_code == 201
    assert posted.json()["notebook"]["name"] == "analysis.ipynb"
    assert Upload.objects.filter(attached_at__isnull=True).count() == 0
