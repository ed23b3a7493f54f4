"""The sentence for a notification, in the language of the moment. Names and titles go in as they are: plain text."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from notifications_api.registry import KINDS


def who(names: list[str], count: int) -> str:
    """ "A", "A and B", "A and 3 others". `names`: the latest first; `count`: how many people it stands for."""
    if not names:
        return gettext("Somebody")
    if count <= 1:
        # Languages that add a title of courtesy to names do it here.
        return pgettext("one person, in a sentence", "%(name)s") % {"name": names[0]}
    if count == 2 and len(names) > 1:
        return gettext("%(first)s and %(second)s") % {"first": names[0], "second": names[1]}
    others = count - 1
    return ngettext("%(first)s and %(count)d other", "%(first)s and %(count)d others", others) % {
        "first": names[0],
        "count": others,
    }


def sentence(*, kind: str, title: str, params: dict[str, Any], names: list[str], count: int = 1) -> str:
    """What happened, in one sentence. `title`: empty of a discussion that was deleted."""
    entry = KINDS[kind]
    template = entry.sentences[entry.variant(params)]
    return str(template) % {
        "who": who(names, count),
        "title": title or gettext("(deleted)"),
        "team": params.get("team", ""),
        "other": params.get("other", ""),
        "phase": params.get("phase", ""),
        "former": params.get("former", ""),
        "bound": params.get("bound", ""),
    }
