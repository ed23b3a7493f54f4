"""What titles, bodies and tags may be, and what is kept beside a text: its search terms, its earlier versions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import emoji

from discussions import search, uploads
from discussions.exceptions import EmptyText, InvalidTags, TextTooLong
from discussions.models import Comment, Discussion, Revision, SearchText, Tag
from foundation import markdown

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


def check_title(title: str) -> str:
    title = re.sub(r"\s+", " ", _FORBIDDEN.sub("", title)).strip()
    # A title is no Markdown: what people type as a short name is kept as the emoji it means.
    title = emoji.emojize(title, language="alias") if ":" in title else title
    if not _INVISIBLE.sub("", title):
        raise EmptyText("title")
    if len(title) > MAX_TITLE:
        raise TextTooLong("title", MAX_TITLE)
    return title


def check_body(body: str, *, limit: int = markdown.MAX_LENGTH) -> str:
    body = _FORBIDDEN.sub("", body.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    if not _INVISIBLE.sub("", body):
        raise EmptyText("body")
    if len(body) > limit:
        raise TextTooLong("body", limit)
    return body


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
        key, text = {"discussion": post, "comment": None}, f"{post.title}\n{post.body}"
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
    Revision.objects.create(
        **about,
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
        "title": getattr(post, "title", ""),
        "body": post.body,
        "html": post.html,
        "edited_by": post.author,
        "at": post.edited_at or post.created_at,
    }
    earlier = [
        {"title": row.title, "body": row.body, "html": row.html, "edited_by": row.written_by, "at": row.written_at}
        for row in post.revisions.select_related("written_by")[:MAX_REVISIONS]
    ]
    return [present, *earlier]


def attach_uploads(text: str, *, at: datetime) -> None:
    uploads.attach(uploads.referred_in(text), at=at)
