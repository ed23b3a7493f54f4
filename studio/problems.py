"""What a job says, in words: problems of files, reasons of guesses, findings of checks.

Kept are codes and parameters; the words are those of `scoring.messages` and `studio.tables.messages`, and of here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from scoring.errors import Problem
from scoring.messages import MESSAGES
from studio.tables import messages

OF_THE_JOB = {
    "no_table": _("None of the files is a table: CSV or Parquet."),
    "kills_its_worker": _("These files are too large for this machine: it gave up after several tries."),
    "broken": _("A fault on our side: try again. If it stays, tell the staff of the site."),
    "nobody_asked": _("Whoever asked for it organises the competition no more."),
    "no_target": _("Say which column is to be predicted."),
    "refused": "%(text)s",
    "decided": _("You decided so."),
    "other_ways_leave_nothing": _("Other ways leave too few rows on one side."),
    "role_given_away": _("Another file is that, as you decided."),
}
TEXTS: Mapping[str, Any] = {
    **MESSAGES,
    **messages.READING,
    **messages.REASONS,
    **messages.SPLITTING,
    **messages.MAKING,
    **messages.BASELINES,
    **messages.FINDINGS,
    **{f"{check}_fine": text for check, text in messages.CHECKS.items()},
    **OF_THE_JOB,
}
PLACES = ("row", "id", "column", "expected", "found", "more")


def kept(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems of a file, JSON-ready."""
    return [problem.as_dict() for problem in problems]


def in_words(said: Mapping[str, Any]) -> str:
    """What was said, in the active language. Codes of another version of the software are shown as they are."""
    code = str(said.get("code", ""))
    template = TEXTS.get(code)
    if template is None:
        return code
    given = {**{place: said.get(place) for place in PLACES}, **(said.get("params") or {})}
    # A finding may name the problem of a file.
    params = {name: in_words(value) if isinstance(value, Mapping) else value for name, value in given.items()}
    try:
        return gettext(str(template)) % params
    except (KeyError, TypeError, ValueError):
        return code
