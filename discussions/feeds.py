"""Discussions as an Atom feed, for people who follow a competition without an account."""

from __future__ import annotations

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext

from competitions.models import Competition
from discussions.excerpts import excerpt
from discussions.models import Discussion
from discussions.querysets import DiscussionQuerySet
from foundation.feeds import plain

IN_FEED = 50


def feed(rows: DiscussionQuerySet, *, place: Competition | None, announcements: bool, address: str) -> str:
    """The newest of `rows`, in the language of the moment.

    `place`: the competition whose they are. `address`: that of the feed itself.
    """
    site = settings.SITE_URL.rstrip("/")
    where = place.local_title if place is not None else settings.SITE_NAME
    title = gettext("Announcements of %(title)s") if announcements else gettext("Discussions of %(title)s")
    made = Atom1Feed(
        title=plain(title % {"title": where}),
        link=f"{site}{place.get_absolute_url() if place is not None else ''}/discussions",
        feed_url=f"{site}{address}",
        description="",
        language=get_language(),
    )
    for one in rows.order_by("-announced_at" if announcements else "-created_at", "-pk")[:IN_FEED]:
        made.add_item(
            title=plain(one.local_title),
            link=f"{site}{one.get_absolute_url()}",
            unique_id=f"{site}/discussions/{one.pk}",
            description=plain(excerpt(one.beginning)),
            author_name=plain(_author(one)),
            pubdate=one.announced_at or one.created_at,
            updateddate=one.edited_at or one.announced_at or one.created_at,
        )
    return made.writeString("utf-8")


def _author(one: Discussion) -> str:
    return one.author.name if one.author is not None and not one.author.is_deleted else settings.SITE_NAME
