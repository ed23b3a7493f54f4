"""Notebooks become Markdown, whole or not at all."""

from __future__ import annotations

import base64
import json
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

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
    assert "<h1>" not in body["html"]
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


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (notebook(*[markdown("x")] * 2001), "too_many_cells"),
        (notebook(*[markdown("x" * 1000)] * 300), "output_too_large"),
        (notebook(code_cell("x", *[prints("x")] * 5001)), "output_too_large"),
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
