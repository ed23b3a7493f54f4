"""Addresses that name a phase: `…/phases/{phase}/leaderboard/` beside `…/leaderboard/`, below a competition's.

They are the same views. `competitions.lookup.find_competition` finds for them the competition where the phase of the
address is the one that is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path

COMPETITION = "competitions/<slug:competition>/"
PHASE = f"{COMPETITION}phases/<int:phase>/"


def below_phases(patterns: Iterable[URLPattern | URLResolver], *, under: str = "") -> list[URLPattern]:
    """The same views at addresses that name a phase. `under`: what stands before the patterns."""
    found = []
    for route, pattern in _flat(patterns, under):
        if not route.startswith(COMPETITION):
            raise ValueError(f"{route} is not of a competition")
        view = _naming(pattern.callback)
        found.append(path(PHASE + route.removeprefix(COMPETITION), view, name=f"phase-{pattern.name}"))
    return found


def _flat(patterns: Iterable[URLPattern | URLResolver], under: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = under + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _flat(pattern.url_patterns, route)
        else:
            yield route, pattern


def _naming(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)  # with what DRF and the API's description read of it
    def naming(request: HttpRequest, *args: Any, phase: int, **kwargs: Any) -> Any:
        request.named_phase = phase  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return naming
