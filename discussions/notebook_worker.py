"""Turns one notebook into Markdown, in a process of its own that may die: bounded in memory and time, no Django.

    python -I notebook_worker.py <notebook> <empty folder> <options as JSON>

writes `result.json` and the images into the folder. Images stand in the Markdown as tokens made from `nonce`, for the
caller to replace once they are checked and stored. Whatever a notebook says is data: nothing in it is run.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

MAX_CELLS = 2000
MAX_OUTPUTS = 5000
MAX_IMAGES = 100
MAX_IMAGE_BYTES = 10 * 2**20
MAX_TEXT = 20_000
MAX_HTML = 60_000
MAX_BODY = 200_000
FOLD_LINES = 30
MEMORY_BYTES = 2 * 2**30
CPU_SECONDS = 20

IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
SKIPPED_TYPES = ("image/svg+xml", "application/pdf")
TABLE_TAGS = {
    *("a", "b", "br", "caption", "code", "div", "em", "i", "li", "ol", "p", "pre", "small", "span", "strong", "sub"),
    *("sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
TABLE_ATTRIBUTES = {"td": {"align", "colspan", "rowspan"}, "th": {"align", "colspan", "rowspan", "scope"}}
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]{1,20000000})", re.IGNORECASE)
LANGUAGE = re.compile(r"[\w+#.-]{1,40}", re.ASCII)


class Refused(Exception):  # noqa: N818 -- an answer
    """The notebook can't become a post; the code says why."""


class Conversion:
    """One notebook on its way."""

    def __init__(self, folder: Path, options: dict[str, str]) -> None:
        self.folder = folder
        self.nonce = options["nonce"]
        self.folded_label = options["folded"]
        self.cut_label = options["cut"]
        self.images: list[str] = []
        self.counts = dict.fromkeys(("outputs", "folded_outputs", "truncated_outputs", "skipped_images"), 0)

    # --- the notebook -------------------------------------------------------------------------------------------------
    def prepare(self, notebook: Any) -> None:
        """Replace every output by Markdown, every image by a token. Afterwards the exporter has only texts to join."""
        for cell in notebook.cells:
            cell.source = _text(cell.get("source", ""))
            if cell.cell_type == "code":
                cell.outputs = [made for output in cell.get("outputs", []) for made in self.output(output)]
            elif cell.cell_type == "markdown":
                cell.source = self.data_images(self.attachments(cell))
                cell.pop("attachments", None)
            else:
                cell.cell_type, cell.source = "markdown", fence(cell.source, "text") if cell.source.strip() else ""

    def attachments(self, cell: Any) -> str:
        source = cell.source
        for name, bundle in dict(cell.get("attachments", {})).items():
            for kind in IMAGE_TYPES:
                if kind in bundle and (token := self.image(bundle[kind])):
                    source = source.replace(f"attachment:{name}", token)
        return source

    def data_images(self, source: str) -> str:
        return DATA_IMAGE.sub(lambda match: self.image(match[1]) or "#", source)

    def output(self, output: Any) -> list[Any]:
        from nbformat.v4 import new_output  # noqa: PLC0415 -- after the limits are set

        self.counts["outputs"] += 1
        if self.counts["outputs"] > MAX_OUTPUTS:
            raise Refused("output_too_large")
        kind = output.get("output_type")
        if kind == "stream":
            text = self.plain(_text(output.get("text", "")))
        elif kind == "error":
            text = self.plain("\n".join(map(_text, output.get("traceback", []))) or _text(output.get("evalue", "")))
        else:
            text = self.shown(dict(output.get("data", {})))
        return [new_output("display_data", {"text/markdown": text})] if text.strip() else []

    def shown(self, data: dict[str, Any]) -> str:
        """The best of what an output offers, as Jupyter prefers it; what is not safe counts as not offered."""
        if "text/html" in data and (table := self.html(_text(data["text/html"]))):
            return table
        if "text/markdown" in data:
            return self.data_images(_text(data["text/markdown"])[:MAX_TEXT])
        for kind in IMAGE_TYPES:
            if kind in data:
                if token := self.image(_text(data[kind])):
                    return f"![{len(self.images)}]({token})"
                self.counts["skipped_images"] += 1
        self.counts["skipped_images"] += any(kind in data for kind in SKIPPED_TYPES)
        if "text/latex" in data:
            latex = _text(data["text/latex"]).strip().strip("$").strip()
            if latex and len(latex) < MAX_TEXT and "\n\n" not in latex:
                return f"$$\n{latex}\n$$"
        return self.plain(_text(data["text/plain"])) if "text/plain" in data else ""

    # --- parts --------------------------------------------------------------------------------------------------------
    def image(self, encoded: Any) -> str | None:
        """A token for the image, or None where it is no good or one too many."""
        try:
            data = base64.b64decode(re.sub(r"\s+", "", _text(encoded)), validate=True)
        except (binascii.Error, ValueError):
            return None
        if not data or len(data) > MAX_IMAGE_BYTES or len(self.images) >= MAX_IMAGES:
            return None
        name = f"image{len(self.images)}"
        (self.folder / name).write_bytes(data)
        self.images.append(name)
        return f"{self.nonce}x{len(self.images) - 1}x"

    def html(self, source: str) -> str:
        """A table (or other plain HTML) made safe, in one block of HTML; empty where nothing is left of it."""
        import nh3  # noqa: PLC0415 -- after the limits are set

        if len(source) > MAX_HTML * 4:
            return ""
        clean = nh3.clean(
            source,
            tags=TABLE_TAGS,
            attributes=TABLE_ATTRIBUTES | {"a": {"href"}},
            clean_content_tags={"script", "style", "iframe", "object", "template", "title", "noscript", "svg"},
            url_schemes={"http", "https", "mailto"},
            link_rel=None,
        )
        # A blank line would end the block of HTML and make Markdown of the rest.
        clean = "\n".join(line.strip() for line in clean.splitlines() if line.strip())
        words = html.unescape(re.sub(r"<[^>]*>", "", clean)).strip()
        if not words or "<table" not in clean or len(clean) > MAX_HTML:
            return ""
        rows = clean.count("<tr")
        return self.folded(clean, rows) if rows > FOLD_LINES * 2 else clean

    def plain(self, text: str) -> str:
        """Text as it looked in a terminal, cut where it is too long, folded where it is long."""
        text = ANSI.sub("", text).replace("\r\n", "\n")
        # A progress bar writes over itself: what was last written remains.
        text = "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")).strip("\n")
        text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text)
        if not text.strip():
            return ""
        if len(text) > MAX_TEXT:
            self.counts["truncated_outputs"] += 1
            left_out = len(text) - MAX_TEXT
            half = MAX_TEXT // 2
            text = f"{text[:half]}\n{self.cut_label % left_out}\n{text[-half:]}"
        lines = text.count("\n") + 1
        block = fence(text, "text")
        return self.folded(block, lines) if lines > FOLD_LINES else block

    def folded(self, block: str, lines: int) -> str:
        self.counts["folded_outputs"] += 1
        return f"<details><summary>{html.escape(self.folded_label % lines)}</summary>\n\n{block}\n\n</details>"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_text(part) for part in value)
    if not isinstance(value, str):
        raise Refused("invalid_notebook")
    return value.encode("utf-8", "replace").decode("utf-8")


def fence(text: str, language: str) -> str:
    """A code block that nothing in `text` can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}\n{text}\n{marks}"


def convert(source: Path, folder: Path, options: dict[str, str]) -> dict[str, Any]:
    import nbformat  # noqa: PLC0415 -- after the limits are set
    from nbconvert.exporters import MarkdownExporter  # noqa: PLC0415

    try:
        raw = json.loads(source.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_notebook") from error
    check_shape(raw)
    try:
        notebook = nbformat.reads(json.dumps(raw), as_version=4)
    except Exception as error:  # whatever old formats and broken ones make it raise
        raise Refused("invalid_notebook") from error
    if len(notebook.cells) > MAX_CELLS:
        raise Refused("too_many_cells")
    work = Conversion(folder, options)
    work.prepare(notebook)
    language = language_of(notebook.metadata)
    # What the exporter's template looks at.
    notebook.metadata.language_info = nbformat.from_dict({"name": language})
    exporter = MarkdownExporter(
        raw_template=(
            "{% extends 'markdown/index.md.j2' %}"
            "{% block input %}{% if cell.source.strip() %}\n{{ cell.source | fenced }}\n{% endif %}{% endblock input %}"
            "{% block data_markdown %}\n{{ output.data['text/markdown'] }}\n{% endblock data_markdown %}"
        ),
        filters={"fenced": lambda text: fence(text, language)},
        preprocessors=[],
        default_preprocessors=[],
    )
    body, _resources = exporter.from_notebook_node(notebook)
    body = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
    if len(body) > MAX_BODY:
        raise Refused("output_too_large")
    return {"title": title_of(notebook), "body": body, "images": work.images, "metadata": facts(raw, notebook, work)}


def check_shape(raw: Any) -> None:
    """What every notebook has, before anything looks deeper."""
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise Refused("invalid_notebook")
    cells = raw.get("cells", raw.get("worksheets"))
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Refused("invalid_notebook")
    if len(cells) > MAX_CELLS:
        raise Refused("too_many_cells")


def language_of(metadata: Any) -> str:
    for place, key in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(place)
        name = found.get(key) if isinstance(found, dict) else None
        if isinstance(name, str) and LANGUAGE.fullmatch(name):
            return name.lower()
    return "python"


def title_of(notebook: Any) -> str | None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if match := re.match(r"#{1,2}\s+(.+?)\s*#*\s*$", line):
                    return re.sub(r"[*_`]|\[|\]\([^)]*\)", "", match[1])[:200] or None
    return None


def facts(raw: Any, notebook: Any, work: Conversion) -> dict[str, Any]:
    kernel = notebook.metadata.get("kernelspec")
    name = kernel.get("display_name") if isinstance(kernel, dict) else None
    kinds = [cell.cell_type for cell in notebook.cells]
    return {
        "language": language_of(notebook.metadata),
        "kernel": name[:100] if isinstance(name, str) else "",
        "nbformat": f"{raw['nbformat']}.{raw.get('nbformat_minor', 0)}"[:20],
        "cells": len(kinds),
        "code_cells": kinds.count("code"),
        "markdown_cells": kinds.count("markdown"),
        **work.counts,
    }


def main(source: str, target: str, options: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 2**20, 64 * 2**20))
    folder = Path(target)
    try:
        result = convert(Path(source), folder, json.loads(options))
    except Refused as refused:
        result = {"refused": str(refused)}
    except (AttributeError, KeyError, TypeError, ValueError):
        # Something in it is not of the kind the format says.
        result = {"refused": "invalid_notebook"}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:4])
