"""The log as files that people keep: lines of JSON to check, and a feed to follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext

from competitions.models import Competition, LogKind, LogRow
from foundation.feeds import plain

IN_FEED = 50
CHUNK = 500


def lines(competition: Competition) -> Iterator[str]:
    """The whole log, oldest first: on each line an entry as it is hashed, and its hash."""
    rows = LogRow.objects.filter(competition=competition).order_by("sequence")
    for row in rows.iterator(chunk_size=CHUNK):
        yield json.dumps({**row.record, "hash": row.hash}, sort_keys=True, ensure_ascii=False) + "\n"


def kinds_in(competition: Competition) -> list[dict[str, Any]]:
    """Which kinds of entries there are, in the order of `LogKind`, and how many of each."""
    rows = LogRow.objects.filter(competition=competition).order_by().values("kind").annotate(entries=Count("pk"))
    counts = {row["kind"]: row["entries"] for row in rows}
    return [
        {"kind": kind.value, "label": kind.label, "entries": counts[kind]} for kind in LogKind if kind.value in counts
    ]


def feed(competition: Competition, rows: QuerySet[LogRow], *, kind: str = "") -> str:
    """The newest of `rows` as an Atom feed, in the language of the moment. `kind`: of which alone, if of one."""
    page = f"{settings.SITE_URL.rstrip('/')}{competition.get_absolute_url()}/log"
    address = f"{settings.SITE_URL.rstrip('/')}/api/competitions/{competition.pk}/log/feed/"
    made = Atom1Feed(
        title=plain(gettext("Log of %(title)s") % {"title": competition.local_title}),
        link=page,
        feed_url=f"{address}?{urlencode({'kind': kind})}" if kind else address,
        description="",
        language=get_language(),
    )
    for row in rows[:IN_FEED]:
        made.add_item(
            title=f"{row.sequence}: {row.get_kind_display()}",
            link=f"{page}#entry-{row.sequence}",
            unique_id=f"{address}#{row.hash}",
            description=plain(_described(row)),
            author_name=plain(row.actor.name) if row.actor is not None else settings.SITE_NAME,
            pubdate=row.at,
            updateddate=row.at,
        )
    return made.writeString("utf-8")


def _described(row: LogRow) -> str:
    """Plain text: the reason, the hash, and the facts in so far as they are short."""
    facts = {name: value for name, value in row.facts.items() if _is_short(value)}
    told = json.dumps(facts, ensure_ascii=False) if facts else ""
    return "\n".join(part for part in (row.reason, told, f"SHA-256 {row.hash}") if part)


def _is_short(value: Any) -> bool:
    return len(json.dumps(value)) <= 500
