"""The head of the app's document: what those who show a link read of it, and search engines."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from main.sharing.subjects import Subject, shortened

TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta name="description"[^>]*>')
LOCALES = {"en": "en_US", "ja": "ja_JP"}


def with_head(document: str, subject: Subject | None, *, path: str) -> str:
    """`document` with what its head tells of the page. None: there is no such page."""
    head = _head(subject, path)
    # By function: what people wrote may hold backslashes.
    document = DESCRIPTION.sub("", document)
    document, found = TITLE.subn(lambda _match: str(head), document, count=1)
    return document if found else document.replace("</head>", f"{head}</head>", 1)


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _head(subject: Subject | None, path: str) -> SafeString:
    told = subject or Subject()
    title = f"{told.title} · {settings.SITE_NAME}" if told.title else settings.SITE_NAME
    description = shortened(told.description) or gettext(
        "Data competitions: upload predictions, see the leaderboard move."
    )
    picture = told.card.address if told.card else f"/cards/{get_language()}/site.png"
    properties = {
        "og:type": "article" if told.is_article else "website",
        "og:site_name": settings.SITE_NAME,
        "og:title": told.title or settings.SITE_NAME,
        "og:description": description,
        "og:url": absolute(path),
        "og:locale": LOCALES.get(get_language() or "", "en_US"),
        "og:image": absolute(picture),
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": told.title or settings.SITE_NAME,
    }
    names = {"description": description, "twitter:card": "summary_large_image"}
    if subject is None or not subject.is_listed:
        names["robots"] = "noindex"
    lines = [
        format_html("<title>{}</title>", title),
        format_html_join("", '<meta name="{}" content="{}" />', names.items()),
        format_html_join("", '<meta property="{}" content="{}" />', properties.items()),
        format_html_join(
            "",
            '<link rel="alternate" type="application/atom+xml" title="{}" href="{}" />',
            [(name, absolute(feed)) for name, feed in told.feeds],
        ),
    ]
    if subject is not None:
        lines.append(format_html('<link rel="canonical" href="{}" />', absolute(path)))
    return format_html_join("\n    ", "{}", [(line,) for line in lines if line])
