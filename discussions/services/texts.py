"""What titles, bodies and tags may be, and what is kept beside a text: its search terms, its earlier versions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import emoji

from discussions import mentions, search, uploads
from discussions.exceptions import EmptyText, InvalidTags, TextTooLong
from discussions.models import Comment, Discussion, Revision, SearchText, Tag
from foundation import markdown
from foundation.languages import local, translations_of

MAX_TITLE = 200
MAX_COMMENT = 30_000
MAX_TAGS = 5
MAX_TAG = 30
MAX_REVISIONS = 100
# A search text beyond this is cut: PostgreSQL's vectors are bounded.
MAX_TERMS = 20_000

# Letters, digits and signs; no control characters but line ends and tabs, no halves of surrogate pairs.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def check_title(title: str, *, field: str = "title") -> str:
    title = re.sub(r"\s+", " ", _FORBIDDEN.sub("", title)).strip()
    # A title is no Markdown: what people type as a short name is kept as the emoji it means.
    title = emoji.emojize(title, language="alias") if ":" in title else title
    if not _INVISIBLE.sub("", title):
        raise EmptyText(field)
    if len(title) > MAX_TITLE:
        raise TextTooLong(field, MAX_TITLE)
    return title


def check_body(body: str, *, limit: int = markdown.MAX_LENGTH, field: str = "body") -> str:
    body = _FORBIDDEN.sub("", body.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    if not _INVISIBLE.sub("", body):
        raise EmptyText(field)
    if len(body) > limit:
        raise TextTooLong(field, limit)
    return body


def check_translations(sent: Mapping[str, str]) -> dict[str, str]:
    """Titles and bodies in further languages, by their columns; one without anything to read is taken away."""
    return {column: _checked(column, text) if _INVISIBLE.sub("", text) else "" for column, text in sent.items()}


def _checked(column: str, text: str) -> str:
    return check_title(text, field=column) if column.startswith("title") else check_body(text, field=column)


def check_tags(names: Iterable[str]) -> list[str]:
    """Names in their one spelling: NFKC, lower case, blanks become a dash."""
    clean = []
    for name in names:
        folded = unicodedata.normalize("NFKC", _FORBIDDEN.sub("", name)).strip().lstrip("#").lower()
        clean.append(re.sub(r"[\s,]+", "-", folded))
    clean = list(dict.fromkeys(name for name in clean if name))
    if len(clean) > MAX_TAGS or any(len(name) > MAX_TAG for name in clean):
        raise InvalidTags(count=MAX_TAGS, length=MAX_TAG)
    return clean


def set_tags(discussion: Discussion, names: list[str]) -> None:
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    discussion.tags.set(Tag.objects.filter(name__in=names))


def index_post(post: Discussion | Comment) -> None:
    """Make the post findable by what it says now; one that was removed is found no more."""
    key: dict[str, Any]
    if isinstance(post, Discussion):
        said = [getattr(post, column) for column in ("title", "body", *translations_of("title", "body"))]
        key, text = {"discussion": post, "comment": None}, "\n".join(said)
    else:
        key, text = {"discussion_id": post.discussion_id, "comment": post}, post.body
    if post.is_removed:
        SearchText.objects.filter(**key).delete()
        return
    terms = " ".join(search.terms(text)[:MAX_TERMS])
    SearchText.objects.update_or_create(**key, defaults={"terms": terms})


def keep_revision(post: Discussion | Comment) -> None:
    """Put away what the post says now, before it is changed."""
    about = {"discussion": post} if isinstance(post, Discussion) else {"comment": post}
    columns = translations_of("title", "body", "html") if isinstance(post, Discussion) else []
    Revision.objects.create(
        **about,
        **{column: getattr(post, column) for column in columns},
        title=getattr(post, "title", ""),
        body=post.body,
        html=post.html,
        written_by=post.author,
        written_at=post.edited_at or post.created_at,
    )
    post.revision_count += 1


def versions_of(post: Discussion | Comment) -> list[dict[str, Any]]:
    """Every version of a post, the present one first, as `RevisionSerializer` shows them; at most `MAX_REVISIONS`
    earlier ones."""
    present = {
        **_read(post),
        "edited_by": post.author,
        "at": post.edited_at or post.created_at,
    }
    earlier = [
        {**_read(row), "edited_by": row.written_by, "at": row.written_at}
        for row in post.revisions.select_related("written_by")[:MAX_REVISIONS]
    ]
    return [present, *earlier]


def _read(row: Discussion | Comment | Revision) -> dict[str, str]:
    """What a version says to a reader of the moment."""
    title = local(row, "title") if hasattr(row, "title") else ""
    return {"title": title, "body": local(row, "body"), "html": local(row, "html")}


def bodies_of(post: Discussion | Comment | Revision) -> list[str]:
    """The columns with what a post says, in whatever language."""
    return ["body"] if isinstance(post, Comment) else ["body", *translations_of("body")]


def html_column(body: str) -> str:
    """The column in which the body of this column stands as HTML."""
    return body.replace("body", "html", 1)


def render(post: Discussion | Comment) -> frozenset[int]:
    """Render what a post says, in every language. Returns whom it mentions."""
    mentioned: frozenset[int] = frozenset()
    for column in bodies_of(post):
        text = getattr(post, column)
        rendered = mentions.render(text) if text else None
        setattr(post, html_column(column), rendered.html if rendered else "")
        mentioned |= rendered.mentioned if rendered else frozenset()
    return mentioned


def mentioned_in(post: Discussion | Comment) -> frozenset[int]:
    """Whom a post mentions, in whatever language."""
    texts = [getattr(post, column) for column in bodies_of(post)]
    return frozenset().union(*(mentions.render(text).mentioned for text in texts if text))


def attach_uploads(post: Discussion | Comment, *, at: datetime) -> None:
    """Keep the files that the post shows, in whatever language."""
    referred = [uploads.referred_in(getattr(post, column)) for column in bodies_of(post)]
    uploads.attach(set().union(*referred), at=at)
