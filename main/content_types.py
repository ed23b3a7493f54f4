"""Content types that Django fails over while it makes the request, before anything of ours could answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ReadableContentType:
    """WSGI middleware: everything is read as UTF-8, whatever charset it says it is in."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if ";" in environ.get("CONTENT_TYPE", ""):
            environ["CONTENT_TYPE"] = readable(environ["CONTENT_TYPE"])
        return self.application(environ, start_response)


def readable(content_type: str) -> str:
    """`content_type` without a charset other than UTF-8, and without parameters that can't be parsed.

    JSON and forms know no other (RFC 8259, 8.1; the URL standard). Django tries every codec of Python all the same, and
    fails over those that are none of text, such as rot13.
    """
    try:
        kind, parameters = parse_header_parameters(content_type)
    except (LookupError, ValueError):
        return content_type.partition(";")[0]
    if parameters.get("charset", "utf-8").lower() == "utf-8":
        return content_type
    boundary = parameters.get("boundary")
    return f'{kind}; boundary="{boundary}"' if boundary else kind
