"""`sitemap.xml`: the pages that everybody may find by a search engine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet

from competitions.models import Competition
from discussions.models import Discussion
from main.sharing.subjects import ANYBODY

MOST = 5000


class OfThisSite(Sitemap):
    """Addresses by the name that people type, whatever name the request came to."""

    limit = MOST

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class SiteSitemap(OfThisSite):
    """Pages of the site itself."""

    def items(self) -> list[str]:
        return ["/", "/discussions", "/fairness", "/legal/terms", "/legal/privacy"]

    def location(self, item: str) -> str:
        return item


class CompetitionSitemap(OfThisSite):
    """Competitions that are listed for everybody: their first page, their leaderboard and the pages of organisers."""

    def items(self) -> list[str]:
        found = (
            Competition.objects.listed_for(ANYBODY)
            .prefetch_related("pages")
            .order_by("-current_phase__starts_at", "-pk")
        )
        return [address for competition in found[:MOST] for address in _addresses(competition)]

    def location(self, item: str) -> str:
        return item


class DiscussionSitemap(OfThisSite):
    """Discussions of the site and of listed competitions, the latest."""

    def items(self) -> QuerySet[Discussion]:
        rows = Discussion.objects.in_lists_of(ANYBODY).listed().select_related("competition")
        return rows.only("pk", "active_at", "competition__slug").order_by("-pk")[:MOST]

    def lastmod(self, item: Discussion) -> datetime:
        return item.active_at


def _addresses(competition: Competition) -> Iterable[str]:
    first = competition.get_absolute_url()
    yield from (first, f"{first}/leaderboard", f"{first}/discussions")
    yield from (f"{first}/pages/{page.slug}" for page in competition.pages.all())


SITEMAPS = {"site": SiteSitemap, "competitions": CompetitionSitemap, "discussions": DiscussionSitemap}
