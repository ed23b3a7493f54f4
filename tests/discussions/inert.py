"""Whether HTML can run, load or pretend anything, judged by rules of its own: not by those of the sanitiser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

TAGS = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "details",
    "div",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
ATTRIBUTES = {
    "align",
    "alt",
    "checked",
    "class",
    "colspan",
    "disabled",
    "height",
    "href",
    "id",
    "open",
    "rel",
    "rowspan",
    "scope",
    "src",
    "start",
    "title",
    "type",
    "width",
}
CLASSES = {
    "math",
    "inline",
    "block",
    "task-list-item",
    "contains-task-list",
    "mention",
    "footnote-ref",
    "footnotes",
    "footnote-back",
}


class _Judge(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            self.faults += _faults(tag, name, value or "")
        if tag == "input" and (("type", "checkbox") not in attrs or "disabled" not in dict(attrs)):
            self.faults.append("a control that works")

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("a declaration")

    unknown_decl = handle_pi = handle_decl


def _faults(tag: str, name: str, value: str) -> list[str]:
    if name not in ATTRIBUTES:
        return [f"{tag}.{name}"]
    if name == "href":
        # As browsers read it: without control signs at the ends, without tabs and line ends inside.
        read = re.sub(r"[\t\n\r]", "", value.strip("".join(map(chr, range(33)))))
        found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", read)
        scheme = found[1].lower() if found else ""
        return [] if scheme in ("", "http", "https", "mailto") else [f"href to {scheme}"]
    if name == "id":
        # What no script and no link of the page knows by name.
        return [] if re.fullmatch(r"(at|fn|fnref)-[0-9a-f]{8}-[0-9-]+", value) else [f"id {value}"]
    if name == "src":
        parts = urlsplit(value.replace("\\", "/"))
        own = not parts.scheme and not parts.netloc
        return [] if own or value.startswith("http://127.0.0.1:8000/") else [f"src from {value}"]
    if name == "class":
        known = all(word in CLASSES or word.startswith("language-") for word in value.split())
        return [] if known else [f"class {value}"]
    return []


def faults(html: str) -> list[str]:
    """What is wrong with it; nothing, if it is inert."""
    judge = _Judge()
    judge.feed(html)
    judge.close()
    return judge.faults
