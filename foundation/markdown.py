"""Markdown to HTML that is safe to put into a page: competition pages, discussions, comments.

CommonMark with the tables, strike-through, task lists, footnotes and bare links people know from GitHub, dollar math
left for the browser to typeset, emoji by their short names, and emphasis that works in Japanese. Links to a heading or
an anchor of the same text lead there. Whatever HTML comes out, written or generated, is sanitised last.
"""

from __future__ import annotations

import html
import re
from binascii import crc32
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import emoji
import nh3
from django.conf import settings
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.anchors.index import slugify, unique_slug
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref
from mdit_py_plugins.tasklists import tasklists_plugin

from foundation import emphasis

# Longer texts are refused where they are written.
MAX_LENGTH = 200_000

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "code", "del", "details", "div", "em", "figcaption", "figure", "hr", "i"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "img", "input", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp"),
    *("rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot"),
    *("th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "a": {"class", "href", "id", "title"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"id", "open"},
    "div": {"class", "id"},
    "figure": {"id"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"checked"},
    "li": {"class", "id"},
    "ol": {"class", "start"},
    "p": {"id"},
    "span": {"class", "id"},
    "sup": {"class"},
    "table": {"id"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "ul": {"class"},
}
CLASSES = {
    "a": re.compile(r"mention|footnote-back"),
    "code": re.compile(r"language-[\w+#.-]{1,40}", re.ASCII),
    "div": re.compile(r"math block"),
    "li": re.compile(r"task-list-item"),
    "ol": re.compile(r"footnotes"),
    "span": re.compile(r"math (inline|block)"),
    "sup": re.compile(r"footnote-ref"),
    "ul": re.compile(r"contains-task-list"),
}
# The only ids there are: of places in the text that links can lead to, of footnotes, and of what refers to them. The
# second part is the name of the text.
ID = re.compile(r"(?:at|fn|fnref)-([0-9a-f]{8})-\d{1,5}(-\d{1,2})?", re.ASCII)
DIGITS = re.compile(r"\d{1,4}%?", re.ASCII)
ALIGNMENT = re.compile(r"text-align:\s*(left|center|right)")

# An id that somebody wrote in HTML; Jupyter's users write anchors with `name` too.
WRITTEN_ID = re.compile(
    r"""<[a-z][a-z0-9]*\b[^<>]*?\sid\s*=\s*(?:"([^"<>]{1,200})"|'([^'<>]{1,200})'|([^\s"'<>=`]{1,200}))""",
    re.IGNORECASE,
)
WRITTEN_NAME = re.compile(r"(<a\s(?:[^<>]*?\s)?)name(?=\s*=)", re.IGNORECASE)
MAX_ANCHORS = 2000
# Elements that stay open until somebody closes them: all but those that are empty or that the next of their kind ends.
# A sanitiser takes the square of their depth, so a text has only so many; the rest is shown as it was written.
NESTING = re.compile(
    r"<(?=[a-z])(?!(?:area|br|col|dd|dt|hr|img|input|li|p|tbody|td|tfoot|th|thead|tr|wbr)[\s/>])", re.IGNORECASE
)
MAX_NESTING_TAGS = 5000

FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,60}\]")
# A short name between colons, alone: neither within a word nor in x[1:100:2] or 10:100:20.
SHORT_NAMES = re.compile(r"(?<![A-Za-z0-9_:\[\].'\"/=-])((?::[a-z0-9+_-]+:)+)(?![A-Za-z0-9_:\]])", re.IGNORECASE)

# Invisible characters that turn the direction of what stands around them, so that an address reads as another one.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# From how many places that refer to it a footnote leads back.
MAX_BACK = 10

# @name, not within a word, an address or another name. User names are plain letters, so it also ends before kana.
MENTION = re.compile(r"(?<![A-Za-z0-9_.@/+-])@([A-Za-z0-9](?:[A-Za-z0-9_.-]{0,38}[A-Za-z0-9_])?)(?![A-Za-z0-9_@])")


def render(text: str, *, mentions: Mapping[str, str] | None = None) -> str:
    """`text` as sanitised HTML.

    Images are shown from this site only: an image elsewhere would tell its server who reads the page; it becomes a
    link.
    Math stays as written, in `<span class="math inline">` and `<div class="math block">`. `mentions` says which names
    after an @ become links: the address of each, by the name in lower case.
    """
    # Several texts stand on one page: each numbers its footnotes under a name of its own.
    name = f"{crc32(text.encode('utf-8', 'replace')):08x}"
    places: dict[str, str] = {}
    made = _parser().render(text, {"mentions": mentions or {}, "name": name, "places": places})
    return _cleaner(name, places).clean(made)


def with_emoji(text: str) -> str:
    """`text` with the emoji that short names such as :tada: stand for."""
    if ":" not in text:
        return text
    return SHORT_NAMES.sub(lambda found: emoji.emojize(found[1], language="alias"), text)


def tokens(text: str) -> list[Token]:
    """`text` as the parser reads it, for who wants something else of it than HTML."""
    return _parser().parse(text)


def mentioned_names(text: str) -> list[str]:
    """Every name after an @ outside code and links, in lower case, once each, in the order of the text."""
    tokens = [token for block in _parser().parse(text) for token in _plain_texts(block.children or [])]
    return list(dict.fromkeys(name.lower() for token in tokens for name in MENTION.findall(token.content)))


class _Addresses(LinkifyIt):
    """Finds the addresses in a text: with a scheme or www. As on GitHub, `train.py` and `README.md` are none."""

    def match(self, text: str) -> list[Any] | None:
        return [found for found in super().match(text) or [] if found.schema or found.text[:4].lower() == "www."]


class _Markdown(MarkdownIt):
    def __init__(self) -> None:
        super().__init__("commonmark")
        self.inline = emphasis.inline_parser()
        self.linkify = _Addresses()
        self.configure("commonmark", {"html": True, "linkify": True})

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 -- the parser's name
        """How an address is shown: readable, but never as something other than what it is."""
        return TURNING.sub(lambda found: quote(found[0]), super().normalizeLinkText(link))


@cache
def _parser() -> MarkdownIt:
    parser = _Markdown().enable(["table", "strikethrough", "linkify"])
    dollarmath_plugin(
        parser, allow_labels=False, allow_space=False, allow_digits=False, allow_blank_lines=False, double_inline=True
    )
    tasklists_plugin(parser)
    # Not within a text (^[...]): GitHub has no such notes, and each could hold another without an end.
    footnote_plugin(parser, inline=False)
    parser.inline.ruler.at("footnote_ref", _footnote_ref)
    for rule, render_part in _FOOTNOTE_PARTS.items():
        parser.add_render_rule(rule, render_part)
    parser.add_render_rule("math_inline_double", _display_math_in_text)
    # After "inline", when the tokens of a paragraph are known.
    parser.core.ruler.push("nesting", _bounded_nesting)
    parser.core.ruler.push("places", _places)
    parser.core.ruler.push("emoji", _emoji)
    parser.core.ruler.push("mentions", _mentions)
    parser.core.ruler.push("own_images", _foreign_images_as_links)
    parser.core.ruler.push("alignment", _alignment_without_style)
    return parser


def _cleaner(name: str, places: Mapping[str, str]) -> nh3.Cleaner:
    """A sanitiser for the text called `name`; `places`: the id of each place that links in it may lead to."""
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=partial(_attribute, name, places),
        clean_content_tags={"script", "style", "iframe", "object", "embed", "template", "textarea", "title"},
        # A checkbox that nobody can tick is the only form control there is.
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
        strip_comments=True,
    )


def is_own_address(address: str) -> bool:
    """Whether `address` is on this site: a path, or an absolute address below the configured one."""
    if re.search(r"[\s\\\x00-\x1f]", address):
        return False
    own, other = urlsplit(settings.SITE_URL), _split(address)
    if other is None:
        return False
    if not other.scheme and not other.netloc:
        return True
    return (other.scheme, other.netloc) == (own.scheme, own.netloc)


def _split(address: str) -> Any:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _attribute(name: str, places: Mapping[str, str], tag: str, attribute: str, value: str) -> str | None:
    """What remains of an attribute; None: nothing."""
    if attribute == "id":
        return places.get(value) or (value if (own := ID.fullmatch(value)) and own[1] == name else None)
    if attribute == "href" and value.startswith("#"):
        wanted = unquote(value[1:])
        place = places.get(wanted) or places.get(wanted.casefold())
        return f"#{place}" if place else value
    if attribute == "class":
        return value if CLASSES[tag].fullmatch(value) else None
    if tag == "img" and attribute == "src":
        return value if is_own_address(value) else None
    if attribute in ("width", "height", "colspan", "rowspan", "start"):
        return value if DIGITS.fullmatch(value) else None
    return value


def _display_math_in_text(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """`$$…$$` within a paragraph: a span, because no div may stand in a paragraph."""
    return f'<span class="math block">{escapeHtml(tokens[index].content.strip())}</span>'


def _footnote_ref(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- the parser calls it so
    """Read a reference to a footnote as the library does, but only if its label is short.

    The library looks for the end of a label through all of the text, again for each bracket.
    """
    return FOOTNOTE.match(state.src, state.pos) is not None and footnote_ref(state, silent)


def _ref_to_footnote(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    number, nth = tokens[index].meta["id"] + 1, tokens[index].meta["subId"]
    place = f' id="fnref-{env["name"]}-{number}-{nth}"' if nth < MAX_BACK else ""
    return f'<sup class="footnote-ref"><a{place} href="#fn-{env["name"]}-{number}">[{number}]</a></sup>'


def _footnote_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<li id="fn-{env["name"]}-{tokens[index].meta["id"] + 1}">'


def _back_from_footnote(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    number, nth = tokens[index].meta["id"] + 1, tokens[index].meta["subId"]
    if nth >= MAX_BACK:
        return ""
    return f' <a class="footnote-back" href="#fnref-{env["name"]}-{number}-{nth}">↑</a>'


_FOOTNOTE_PARTS = {
    "footnote_ref": _ref_to_footnote,
    "footnote_block_open": lambda *_: '<ol class="footnotes">\n',
    "footnote_block_close": lambda *_: "</ol>\n",
    "footnote_open": _footnote_open,
    "footnote_close": lambda *_: "</li>\n",
    "footnote_anchor": _back_from_footnote,
}


def _bounded_nesting(state: StateCore) -> None:
    left = MAX_NESTING_TAGS

    def bounded(found: re.Match[str]) -> str:
        nonlocal left
        left -= 1
        return found[0] if left >= 0 else "&lt;"

    for token in _written_html(state):
        token.content = NESTING.sub(bounded, token.content)


def _places(state: StateCore) -> None:
    """Gives headings their ids, and notes how links may name them and the anchors somebody wrote.

    A heading is called as GitHub does (`#2-model`), or as Jupyter does (`#2.-Model`). The ids themselves are numbers
    below the text's own name: whatever is written, none is an id of the page.
    """
    places: dict[str, str] = state.env.setdefault("places", {})
    name = state.env.get("name", "")

    def place(*names: str) -> str:
        made = f"at-{name}-{len(ids) + 1}"
        ids.append(made)
        for one in names:
            places.setdefault(one, made)
        return made

    ids: list[str] = []
    slugs: set[str] = set()
    for token in _written_html(state):
        token.content = WRITTEN_NAME.sub(r"\1id", token.content)
        for written in WRITTEN_ID.findall(token.content):
            given = html.unescape("".join(written))
            if given not in places and len(ids) < MAX_ANCHORS:
                place(given)
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open" and len(ids) < MAX_ANCHORS:
            title = "".join(t.content for t in inline.children or () if t.type in ("text", "code_inline")).strip()
            slug = unique_slug(slugify(title), slugs)
            opening.attrs["id"] = place(slug, slug.casefold(), title.replace(" ", "-"))


def _emoji(state: StateCore) -> None:
    for token in _inline(state):
        if token.type == "text":
            token.content = with_emoji(token.content)


def _mentions(state: StateCore) -> None:
    """Links to the people the text speaks to."""
    if not (mentions := state.env.get("mentions")):
        return
    for block in state.tokens:
        speaking = {id(token) for token in _plain_texts(block.children or []) if "@" in token.content}
        if not speaking:
            continue
        children: list[Token] = []
        for token in block.children or []:
            children += _with_mentions(token.content, mentions) if id(token) in speaking else [token]
        block.children = children


def _with_mentions(text: str, mentions: Mapping[str, str]) -> list[Token]:
    tokens, end = [], 0
    for match in MENTION.finditer(text):
        if (address := mentions.get(match[1].lower())) is None:
            continue
        tokens += [
            Token("text", "", 0, content=text[end : match.start()]),
            Token("link_open", "a", 1, attrs={"class": "mention", "href": address}),
            Token("text", "", 0, content=match[0]),
            Token("link_close", "a", -1),
        ]
        end = match.end()
    return [*tokens, Token("text", "", 0, content=text[end:])]


def _plain_texts(tokens: Sequence[Token]) -> list[Token]:
    """The texts among `tokens` that are in no link."""
    depth, texts = 0, []
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            depth += token.nesting
        elif token.type == "text" and depth == 0:
            texts.append(token)
    return texts


def _foreign_images_as_links(state: StateCore) -> None:
    for block in state.tokens:
        if not block.children or all(token.type != "image" for token in block.children):
            continue
        children: list[Token] = []
        for token in block.children:
            source = str(token.attrs.get("src", ""))
            if token.type != "image" or is_own_address(source):
                children.append(token)
                continue
            opening = Token("link_open", "a", 1, attrs={"href": source})
            text = Token("text", "", 0, content=token.content or source)
            children += [opening, text, Token("link_close", "a", -1)]
        block.children = children


def _alignment_without_style(state: StateCore) -> None:
    """Columns are aligned by an attribute: the content security policy allows no inline style."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", None)):
            match = ALIGNMENT.search(str(style))
            if match:
                token.attrs["align"] = match[1]


def _inline(state: StateCore) -> list[Token]:
    return [token for block in state.tokens for token in block.children or ()]


def _written_html(state: StateCore) -> list[Token]:
    blocks = [token for token in state.tokens if token.type == "html_block"]
    return blocks + [token for token in _inline(state) if token.type == "html_inline"]
