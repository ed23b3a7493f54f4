"""Turns one notebook into Markdown, in a process of its own that may die: bounded in memory and time, no Django.

    python -I notebook_worker.py <notebook> <empty folder> <options as JSON>

writes `result.json` and the images, decoded and made anew, into the folder. Images stand in the Markdown as tokens made
from `nonce`, for the caller to replace once they are stored. Whatever a notebook says is data: nothing in it is run.
"""

from __future__ import annotations

import base64
import binascii
import html
import itertools
import json
import re
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

MAX_CELLS = 2000
MAX_OUTPUTS = 5000
MAX_IMAGES = 100
MAX_IMAGE_BYTES = 10 * 2**20
# Over all images of a notebook: some seconds of work.
MAX_PIXELS = 100_000_000
# How much of an output is shown: less of each where the whole would be too long for a post.
MAX_TEXTS = (20_000, 5_000, 1_000)
MAX_HTML = 60_000
MAX_BODY = 200_000
FOLD_LINES = 30
MEMORY_BYTES = 2 * 2**30
CPU_SECONDS = 20

IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
SKIPPED_TYPES = ("image/svg+xml", "application/pdf")
HTML_TAGS = {
    *(
        "a",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "div",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
    ),
    *("h6", "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
HTML_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
# Elements that may be left open, or that are empty.
UNCLOSED = {
    *(
        "area",
        "br",
        "col",
        "dd",
        "dt",
        "hr",
        "img",
        "input",
        "li",
        "p",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "wbr",
    )
}
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\?|\Z)|[@-Z\\-_])")
ERASE_LINE = re.compile(r"\x1b\[[0-2]?K")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
DATA_ADDRESS = re.compile(r"data:image/([\w.+-]{1,30})(?:;[\w=-]{1,30})*,([^\s\"'<>()]{0,20000000})", re.IGNORECASE)
NO_ADDRESS = "about:blank"
# How Python writes an object that it can't write: worth nothing where another form of the output was meant.
OBJECT = re.compile(r"\s*<[^<>\n]{1,500}>\s*")
LANGUAGE = re.compile(r"[\w+#.-]{1,40}", re.ASCII)
TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(/?)([a-z][a-z0-9-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE | re.DOTALL
)
IMG = re.compile(r"<img\b[^>]*>")
# What Jupyter reads as mathematics, and before it what hides it: blocks of code, code in a line, escaped dollars.
MATHS = re.compile(
    r"""
    (?P<code> ^[ ]{0,3}(?P<fence>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)
            | (?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`) | \\\$ )
    | \$\$(?P<block>(?:[^$]|\\\$){1,20000}?)\$\$
    | (?P<environment> \\begin\{(?P<name>[a-zA-Z]{1,30}\*?)\}.{0,20000}?\\end\{(?P=name)\} )
    | \\\\\[(?P<bracketed>(?:(?!\n[ \t]*\n).){1,5000}?)\\\\\]
    | \\\\\((?P<braced>(?:(?!\n[ \t]*\n).){1,2000}?)\\\\\)
    | (?<![\w\\$])\$(?P<line>(?:(?!\n[ \t]*\n)[^$]){1,2000}?)(?<!\\)\$(?![\w$])
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


class Refused(Exception):
    """The notebook can't become a post; the code says why, `about` says more."""

    def __init__(self, code: str, **about: str) -> None:
        self.about = about
        super().__init__(code)


class _TooManyOutputs(Exception):
    """There are more than `MAX_OUTPUTS`."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Text as it looked in a terminal."""

    text: str


@dataclass(frozen=True, slots=True)
class Markup:
    """Sanitised HTML; `plain` is what else the output offers."""

    clean: str
    plain: str


# An output, or (as a string) Markdown that is shown whole.
Shown = Plain | Markup | str


class Conversion:
    """One notebook on its way."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.folder = folder
        self.nonce = options["nonce"]
        self.folded_label = options["folded"]
        self.cut_label = options["cut"]
        self.unshown_label = options["unshown"]
        self.images: list[dict[str, Any]] = []
        self.tries = 0
        self.pixels = MAX_PIXELS
        self.outputs = self.skipped_images = self.folded_outputs = self.truncated_outputs = 0

    # --- the notebook -------------------------------------------------------------------------------------------------
    def cells(self, notebook: Any, language: str) -> list[list[Shown]]:
        """What each cell shows: every image decoded, every text as it will stand."""
        shown: list[list[Shown]] = []
        for cell in notebook.cells:
            cell.source = _clean(_text(cell.get("source", "")))
            if cell.cell_type == "code":
                code = [fence(cell.source, language)] if cell.source.strip() else []
                shown.append([*code, *(made for output in _joined(cell.outputs) if (made := self.output(output)))])
            elif cell.cell_type == "markdown":
                cell.source = self.markdown(self.attachments(cell.source, dict(cell.get("attachments", {}))))
                shown.append([cell.source])
            else:
                shown.append([fence(cell.source, "text")] if cell.source.strip() else [])
        return shown

    def texts(self, shown: list[list[Shown]], limit: int) -> list[str]:
        """Each cell as Markdown, no output longer than `limit` characters."""
        self.folded_outputs = self.truncated_outputs = 0
        return ["\n\n".join(filter(None, (self.written(part, limit).strip("\n") for part in parts))) for parts in shown]

    def written(self, part: Shown, limit: int) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, Plain):
            return self.block(part.text, limit)
        if len(part.clean) > limit * 3:
            self.truncated_outputs += bool(not part.plain)
            return self.block(part.plain, limit) if part.plain else self.unshown()
        rows = part.clean.count("<tr")
        return self.folded(part.clean, rows) if rows > FOLD_LINES * 2 else part.clean

    # --- Markdown -----------------------------------------------------------------------------------------------------
    def markdown(self, source: str) -> str:
        """Markdown that a cell or an output holds, for this site and by itself."""
        source = self.data_images(source)
        # Longer ones are refused, whatever they hold.
        return closed(dollars(source)) if len(source) <= MAX_BODY else source

    def attachments(self, source: str, bundles: dict[str, Any]) -> str:
        """Tokens for the pictures a cell carries with it. An address may be encoded, and hold brackets and blanks."""
        if not bundles:
            return source
        names = sorted(bundles, key=len, reverse=True)
        made: dict[str, str] = {}

        def token(name: str) -> str:
            if name not in made:
                made[name] = self.best_image(bundles[name]) or NO_ADDRESS
                self.skipped_images += made[name] == NO_ADDRESS
            return made[name]

        def known(found: re.Match[str]) -> str:
            # With blanks, as nobody encoded it.
            for name in names:
                if found[1].startswith(name) and re.match(r"[)\s\"'>]|\Z", found[1][len(name) :]):
                    return token(name) + found[1][len(name) :]
            whole = re.match(r"[^\s\"'<>]*", found[1])
            address = whole[0] if whole else ""
            for end in [len(address), *(place.start() for place in reversed(list(re.finditer(r"\)", address))))]:
                name = unquote(html.unescape(address[:end]))
                if name in bundles:
                    return token(name) + found[1][end:]
            return found[0]

        # Up to where the next one begins.
        return re.sub(r"attachment:((?:(?!attachment:)[^\n])*)", known, source)

    def data_images(self, source: str) -> str:
        def token(found: re.Match[str]) -> str:
            made = self.image(found[2]) if f"image/{found[1].lower()}" in (*IMAGE_TYPES, "image/jpg") else None
            self.skipped_images += made is None
            return made or NO_ADDRESS

        return DATA_ADDRESS.sub(token, source) if "data:" in source else source

    # --- outputs ------------------------------------------------------------------------------------------------------
    def output(self, output: Any) -> Shown | None:
        self.outputs += 1
        if self.outputs > MAX_OUTPUTS:
            raise _TooManyOutputs
        kind = output.get("output_type")
        if kind == "stream":
            return _plain(_text(output.get("text", "")))
        if kind == "error":
            return _plain("\n".join(map(_text, output.get("traceback", []))) or _text(output.get("evalue", "")))
        return self.shown({name: value for name, value in output.get("data", {}).items() if value is not None})

    def shown(self, data: dict[str, Any]) -> Shown | None:
        """The best of what an output offers, as Jupyter prefers it; what is not safe counts as not offered."""
        plain = _terminal(_text(data["text/plain"])) if "text/plain" in data else ""
        others = data.keys() - {"text/plain"}
        if others and OBJECT.fullmatch(plain):
            plain = ""
        if "text/html" in data and (made := self.html(_clean(_text(data["text/html"])), plain)):
            return made
        if "text/markdown" in data:
            return self.markdown(_clean(_text(data["text/markdown"]))[: MAX_TEXTS[0]])
        if offered := [kind for kind in IMAGE_TYPES if kind in data]:
            if token := self.best_image(data):
                return f"![{len(self.images)}]({token})"
            self.skipped_images += bool(offered)
        self.skipped_images += any(kind in data for kind in SKIPPED_TYPES)
        if "text/latex" in data:
            latex = _clean(_text(data["text/latex"])).strip().strip("$").strip()
            if latex and len(latex) < MAX_TEXTS[0] and "\n\n" not in latex:
                return f"$$\n{latex}\n$$"
        if plain.strip():
            return Plain(plain)
        return self.unshown() if others else None

    def html(self, source: str, plain: str) -> Markup | None:
        """HTML made safe, in one block; None where little is left of it and `plain` says more."""
        import nh3  # noqa: PLC0415 -- after the limits are set

        source = self.data_images(source)
        if len(source) > MAX_HTML * 4:
            return None
        clean = nh3.clean(
            source,
            tags=HTML_TAGS,
            attributes=HTML_ATTRIBUTES,
            clean_content_tags={"script", "style", "iframe", "object", "template", "title", "noscript", "svg"},
            url_schemes={"http", "https", "mailto"},
            link_rel=None,
        )
        clean = IMG.sub(self._picture, clean)
        # A blank line would end the block of HTML and make Markdown of the rest.
        clean = "\n".join(line.strip() for line in clean.splitlines() if line.strip())
        words = html.unescape(re.sub(r"<[^>]*>", "", clean)).strip()
        if not (words or "<img" in clean) or len(clean) > MAX_HTML:
            return None
        if plain and not re.search(r"<(?:table|img|h[1-6])\b", clean):
            return None
        return Markup(clean if clean.startswith(("<div", "<table")) else f"<div>\n{clean}\n</div>", plain)

    def _picture(self, found: re.Match[str]) -> str:
        """Pictures of the notebook's own stay; those of other sites become links; the rest goes."""
        source = re.search(r'\ssrc="([^"]*)"', found[0])
        if source and re.fullmatch(rf"{self.nonce}x\d+x", source[1]):
            return found[0]
        if source and source[1].startswith(("http://", "https://")):
            return f'<a href="{source[1]}">{source[1]}</a>'
        return ""

    # --- parts --------------------------------------------------------------------------------------------------------
    def best_image(self, bundle: dict[str, Any]) -> str | None:
        return next((token for kind in IMAGE_TYPES if kind in bundle and (token := self.image(bundle[kind]))), None)

    def image(self, encoded: Any) -> str | None:
        """A token for the image, made anew; None where it is no good, or one too many or too large."""
        from discussions import pictures  # noqa: PLC0415 -- after the limits are set

        try:
            data = base64.b64decode(re.sub(r"\s+", "", unquote(_text(encoded))), validate=True)
        except (binascii.Error, ValueError):
            return None
        self.tries += 1
        if not pictures.looks_like_image(data) or len(data) > MAX_IMAGE_BYTES or self.tries > MAX_IMAGES:
            return None
        try:
            clean = pictures.clean_image(data, min(self.pixels, pictures.MAX_PIXELS))
        except (pictures.NoPicture, pictures.TooManyPixels):
            return None
        self.pixels -= clean.width * clean.height
        name = f"image{len(self.images)}"
        (self.folder / name).write_bytes(clean.data)
        self.images.append(
            {
                "file": name,
                "content_type": clean.content_type,
                "extension": clean.extension,
                "width": clean.width,
                "height": clean.height,
            }
        )
        return f"{self.nonce}x{len(self.images) - 1}x"

    def block(self, text: str, limit: int) -> str:
        """Text cut where it is too long, folded where it is long."""
        if len(text) > limit:
            self.truncated_outputs += 1
            half = limit // 2
            text = f"{text[:half]}\n{self.cut_label % (len(text) - limit)}\n{text[-half:]}"
        lines = text.count("\n") + 1
        made = fence(text, "text")
        return self.folded(made, lines) if lines > FOLD_LINES else made

    def folded(self, block: str, lines: int) -> str:
        self.folded_outputs += 1
        return f"<details><summary>{html.escape(self.folded_label % lines)}</summary>\n\n{block}\n\n</details>"

    def unshown(self) -> str:
        return f"*{self.unshown_label}*"


# --- texts ------------------------------------------------------------------------------------------------------------
def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_text(part) for part in value)
    if not isinstance(value, str):
        raise Refused("invalid_notebook")
    return value.encode("utf-8", "replace").decode("utf-8")


def _clean(text: str) -> str:
    """Without what no text may hold: control characters but line ends and tabs."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _joined(outputs: list[Any]) -> Iterator[Any]:
    """The outputs, neighbouring pieces of one stream made one: kernels write in pieces."""
    streams = itertools.groupby(
        outputs, lambda out: out.get("output_type") == "stream" and (out.get("name") or "stdout")
    )
    for stream, pieces in streams:
        if not stream:
            yield from pieces
        else:
            text = "".join(_text(piece.get("text", "")) for piece in pieces)
            yield {"output_type": "stream", "name": stream, "text": text}


def _plain(text: str) -> Plain | None:
    made = Plain(_terminal(text))
    return made if made.text.strip() else None


def _terminal(text: str) -> str:
    """Text as a terminal shows it: without colours, and what a progress bar wrote over itself only once."""
    text = ANSI.sub("", ERASE_LINE.sub("\x0b", text)).replace("\r\n", "\n")
    return CONTROLS.sub("", "\n".join(map(_last_written, text.split("\n")))).strip("\n")


def _last_written(line: str) -> str:
    if not any(control in line for control in "\r\b\x0b"):
        return line
    signs: list[str] = []
    at = 0
    for piece in re.split(r"([\r\x08\x0b])", line):
        if piece == "\r":
            at = 0
        elif piece == "\b":
            at = max(0, at - 1)
        elif piece == "\x0b":
            # "Erase the line from here on": whoever asks for it writes anew.
            del signs[at:]
        elif piece:
            signs[at : at + len(piece)] = piece
            at += len(piece)
    return "".join(signs).rstrip()


def dollars(source: str) -> str:
    r"""Mathematics as Jupyter reads it, written as this site reads it: in dollars that touch it.

    `$ x $`, `\\(x\\)`, and environments such as `\begin{align}` that stand without dollars.
    """

    def dollared(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        if (inner := found["line"]) is not None:
            # Money has a blank before the second dollar only: "$5 or $6".
            touches = inner == inner.strip() or (inner[0].isdigit() and not inner[0].isspace())
            return found[0] if touches or not inner.strip() else f"${inner.strip()}$"
        if (inner := found["braced"]) is not None:
            return f"${inner.strip()}$"
        inner = next(filter(None, (found["block"], found["environment"], found["bracketed"])))
        formula = re.sub(r"\n(?:[ \t]*\n)+", "\n", inner).strip()
        if found["block"] and formula == inner.strip():
            return found[0]
        start = found.start()
        if start == 0 or source[start - 1] == "\n":
            # It does not end a paragraph by itself.
            before = "\n" if start > 1 and source[start - 2] != "\n" else ""
            return f"{before}$$\n{formula}\n$$" + ("\n" if not source.startswith("\n", found.end()) else "")
        return f"$${formula}$$"

    return MATHS.sub(dollared, source) if "$" in source or "\\" in source else source


def closed(source: str) -> str:
    """Markdown that ends with itself: what it leaves open would go on through the next cell."""
    tokens = _parser()(source)
    lines = source.rstrip("\n").split("\n")
    last = next((token for token in reversed(tokens) if token.map and token.level == 0), None)
    ending = ""
    if last is not None and last.map[1] >= len(lines):
        if last.type == "fence" and not _is_closed(last, lines[last.map[0] : last.map[1]]):
            ending = f"\n{last.markup}"
        elif last.type == "html_block":
            ending = _end_of_html(last.content)
    open_tags: list[str] = []
    for token in tokens:
        for part in [token, *(token.children or ())]:
            if part.type in ("html_block", "html_inline"):
                _follow(part.content, open_tags)
    tags = "".join(f"</{tag}>" for tag in reversed(open_tags))
    return source.rstrip("\n") + ending + (f"\n\n{tags}" if tags else "") if ending or tags else source


def _is_closed(token: Any, lines: list[str]) -> bool:
    mark = token.markup[0]
    return len(lines) > 1 and bool(re.fullmatch(rf" {{0,3}}{mark}{{{len(token.markup)},}}[ \t]*", lines[-1]))


def _end_of_html(content: str) -> str:
    """What ends a block of HTML that blank lines do not end."""
    start = content.lstrip().lower()
    for opening, end in (("<!--", "-->"), ("<?", "?>"), ("<![cdata[", "]]>"), ("<!", ">")):
        if start.startswith(opening):
            return "" if end in start else f"\n{end}"
    if found := re.match(r"<(pre|script|style|textarea)\b", start):
        return "" if f"</{found[1]}>" in start else f"\n</{found[1]}>"
    return ""


def _follow(content: str, open_tags: list[str]) -> None:
    """Open and close in `open_tags` what this HTML opens and closes."""
    for found in TAG.finditer(content):
        name = (found[2] or "").lower()
        if not name or name in UNCLOSED or found[0].endswith("/>"):
            continue
        if not found[1]:
            open_tags.append(name)
        elif name in open_tags:
            del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name) :]


def _parser() -> Callable[[str], list[Any]]:
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- after the limits are set

    return MarkdownIt("commonmark", {"html": True}).enable("table").parse


def fence(text: str, language: str) -> str:
    """A code block that nothing in `text` can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}\n{text}\n{marks}"


def convert(source: Path, folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    import nbformat  # noqa: PLC0415 -- after the limits are set

    try:
        raw = json.loads(source.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_notebook") from error
    complete(raw)
    try:
        notebook = nbformat.reads(json.dumps(raw), as_version=4)
    except Exception as error:  # whatever old formats and broken ones make it raise
        raise Refused("invalid_notebook") from error
    if len(notebook.cells) > MAX_CELLS:
        raise Refused("too_many_cells")
    work = Conversion(folder, options)
    try:
        shown = work.cells(notebook, language_of(notebook.metadata))
    except _TooManyOutputs as error:
        lengths = [len(json.dumps(cell)) for cell in notebook.cells]
        raise Refused("output_too_large", cells=longest(lengths)) from error
    for limit in MAX_TEXTS:
        texts = work.texts(shown, limit)
        length = sum(len(text) + 2 for text in texts if text)
        # An address may be longer than the token in its place.
        if length + sum(text.count(work.nonce) for text in texts) * options["address"] <= MAX_BODY:
            break
    else:
        raise Refused("output_too_large", cells=longest([len(text) for text in texts]))
    body = exported(texts)
    images = [
        {"number": number, **image} for number, image in enumerate(work.images) if f"{work.nonce}x{number}x" in body
    ]
    return {"title": title_of(notebook), "body": body, "images": images, "metadata": facts(raw, notebook, work)}


def exported(texts: list[str]) -> str:
    """The cells, each Markdown by now, as nbconvert's exporter writes them one after the other."""
    from nbconvert.exporters import MarkdownExporter  # noqa: PLC0415 -- after the limits are set
    from nbformat.v4 import new_markdown_cell, new_notebook  # noqa: PLC0415

    exporter = MarkdownExporter(
        raw_template="{% extends 'markdown/index.md.j2' %}"
        "{% block markdowncell %}{{ cell.source }}\n\n{% endblock markdowncell %}",
        # Nothing of a notebook is looked at again: what it shows was decided above.
        preprocessors=[],
        default_preprocessors=[],
    )
    notebook = new_notebook(cells=[new_markdown_cell(text) for text in texts if text])
    body: str = exporter.from_notebook_node(notebook)[0]
    return body.rstrip("\n") + "\n"


def longest(lengths: list[int]) -> str:
    """The cells to shorten first, counted from one, and how many characters each takes."""
    worst = sorted(enumerate(lengths, start=1), key=lambda cell: (-cell[1], cell[0]))[:3]
    return ", ".join(f"{number} ({length:,})" for number, length in worst)


# What is obvious where it is absent or null: by the kind of cell or output, each field and what it is.
CELL_FIELDS: dict[str, dict[str, type]] = {"code": {"outputs": list}}
OUTPUT_FIELDS: dict[str, dict[str, type]] = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


def complete(raw: Any) -> None:
    """Fill in what is absent or null and obvious, before anything looks deeper.

    Raises:
        Refused: a field is of the wrong kind, and which one.
    """
    if not isinstance(raw, dict) or type(raw.get("nbformat")) is not int:
        raise Refused("invalid_notebook", field="nbformat")
    if raw.get("nbformat_minor") is None:
        raw["nbformat_minor"] = 4
    if type(raw["nbformat_minor"]) is not int:
        raise Refused("invalid_notebook", field="nbformat_minor")
    _fill(raw, "", {"metadata": dict})
    sheets: list[tuple[str, dict[str, Any]]] = [("", raw)]
    if raw["nbformat"] < 4 and "worksheets" in raw:
        _fill(raw, "", {"worksheets": list})
        sheets = [(f"worksheets[{number}].", sheet) for number, sheet in enumerate(raw["worksheets"])]
    cells = 0
    for place, sheet in sheets:
        if not isinstance(sheet, dict) or not isinstance(sheet.get("cells"), list):
            raise Refused("invalid_notebook", field=f"{place}cells")
        cells += len(sheet["cells"])
        if cells > MAX_CELLS:
            raise Refused("too_many_cells")
        for number, cell in enumerate(sheet["cells"]):
            _complete_cell(cell, f"{place}cells[{number}]", "input" if sheet is not raw else "source")


def _complete_cell(cell: Any, place: str, code: str) -> None:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        raise Refused("invalid_notebook", field=f"{place}.cell_type")
    kind = cell["cell_type"]
    source = code if kind == "code" else "source"
    _fill(cell, place, {"metadata": dict, source: str, **CELL_FIELDS.get(kind, {})})
    if cell.get("attachments") is None:
        cell.pop("attachments", None)
    _fill(cell, place, {"attachments": dict} if "attachments" in cell else {})
    for name, bundle in cell.get("attachments", {}).items():
        if not isinstance(bundle, dict):
            raise Refused("invalid_notebook", field=f"{place}.attachments.{name}"[:200])
    if kind != "code":
        return
    cell.setdefault("execution_count" if code == "source" else "prompt_number", None)
    for number, output in enumerate(cell["outputs"]):
        here = f"{place}.outputs[{number}]"
        if not isinstance(output, dict) or not isinstance(output.get("output_type"), str):
            raise Refused("invalid_notebook", field=here)
        if output["output_type"] == "execute_result":
            output.setdefault("execution_count", None)
        _fill(output, here, OUTPUT_FIELDS.get(output["output_type"], {}) if code == "source" else {})


def _fill(holder: dict[str, Any], place: str, fields: dict[str, type]) -> None:
    """Give each absent or null field its empty value. A text may be a list of texts, as the format allows."""
    for name, kind in fields.items():
        if holder.get(name) is None:
            holder[name] = kind()
        value = holder[name]
        lines = kind is str and isinstance(value, list) and all(isinstance(line, str) for line in value)
        if not isinstance(value, kind) and not lines:
            raise Refused("invalid_notebook", field=f"{place}.{name}".lstrip("."))


def language_of(metadata: Any) -> str:
    for place, key in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(place)
        name = found.get(key) if isinstance(found, dict) else None
        if isinstance(name, str) and LANGUAGE.fullmatch(name):
            return name.lower()
    return "python"


def title_of(notebook: Any) -> str | None:
    """The words of the first heading of the first two levels, written as Markdown or as HTML."""
    parse = _parser()
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        tokens = parse(cell.source[: MAX_TEXTS[0]])
        for token, inline in itertools.pairwise([*tokens, None]):
            words = ""
            if token.type == "heading_open" and token.tag in ("h1", "h2") and inline is not None:
                said = ("text", "text_special", "code_inline", "softbreak")
                words = "".join(part.content or " " for part in inline.children or () if part.type in said)
            elif token.type == "html_block" and (
                found := re.search(r"<(h[12])\b[^>]*>(.*?)</\1\s*>", token.content, re.IGNORECASE | re.DOTALL)
            ):
                words = html.unescape(re.sub(r"<[^>]*>", "", found[2]))
            if words := " ".join(words.split()):
                return words[:200]
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
        "outputs": work.outputs,
        "folded_outputs": work.folded_outputs,
        "truncated_outputs": work.truncated_outputs,
        "skipped_images": work.skipped_images,
    }


def main(source: str, target: str, options: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 2**20, 64 * 2**20))
    # Last: nothing of ours may stand before a library.
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    folder = Path(target)
    try:
        result = convert(Path(source), folder, json.loads(options))
    except Refused as refused:
        result = {"refused": str(refused), "about": refused.about}
    except (AttributeError, KeyError, TypeError, ValueError):
        # Something in it is not of the kind the format says.
        result = {"refused": "invalid_notebook", "about": {}}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:4])
