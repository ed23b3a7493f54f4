"""Problems of files, kept in English and shown in the reader's language.

The translations are those of `scoring.messages.MESSAGES`, whose texts are the message ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, override

from scoring.errors import Problem
from scoring.messages import EXPECTED, MESSAGES

_LOCATED = ("row", "id", "column", "expected", "found", "more")


def kept(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """`problems` as the submission keeps them: JSON-ready, with their English text as `detail`."""
    with override("en"):
        return [{**problem.as_dict(), "detail": _text(problem.as_dict())} for problem in problems]


def translated(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Kept problems with `detail`, and what was expected where that is words, in the active language."""
    return [{**_in_words(problem), "detail": _text(problem)} for problem in problems]


def _in_words(problem: Mapping[str, Any]) -> dict[str, Any]:
    expected = problem.get("expected")
    return {**problem, "expected": gettext(expected)} if expected in EXPECTED else dict(problem)


def _text(problem: Mapping[str, Any]) -> str:
    """Codes and parameters of another version of the software must not break reading: the kept text stands then."""
    template = MESSAGES.get(problem.get("code", ""))
    if template is None:
        return str(problem.get("detail", ""))
    params = {**{name: problem.get(name) for name in _LOCATED}, **(problem.get("params") or {})}
    try:
        text = gettext(template) % params
    except (KeyError, TypeError, ValueError):
        return str(problem.get("detail", ""))
    more = problem.get("more") or 0
    return text if not more else gettext("%(text)s And %(more)s more of the kind.") % {"text": text, "more": more}
