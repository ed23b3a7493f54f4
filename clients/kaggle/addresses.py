"""Addresses of pages for people, as the command line prints them."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from rest_framework.request import Request


def page_address(request: Request, path: str) -> str:
    """The absolute address of a page: on the site's own address where the operator named one (`UZU_URL`).

    The client calls its server http://localhost, wherever a proxy leads it: what it says of its host is no address
    that a browser reaches. Addresses the client itself is to call are not made here: those go through the same proxy.
    """
    if settings.SITE_URL_IS_NAMED:
        return urljoin(settings.SITE_URL, path)
    return str(request.build_absolute_uri(path))
