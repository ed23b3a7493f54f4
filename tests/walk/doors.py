"""Every door that tells something: the addresses of the site, the admin, the command lines. As roles and ways to ask."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.contrib.admin.sites import site
from django.urls import get_resolver, reverse

from clients.kaggle.rpc import method_names
from competitions.models import MetricFailure
from tests.test_matrix import ROWS, fill, is_for_scripts

ROLES = ("anonymous", "participant", "owner", "organiser", "staff")
# They say nothing of a competition, or, of the last one, are the walk's to begin.
SILENT = ("/docs", "/media", "/uzu-client", "/robots", "/healthz", "/readyz", "/api/schema", "/{app}", "/api/legal")
SILENT += ("/api/me/tokens", "/data/archive/")
# Nothing but hashes of receipts, in which the commitments to the solution stand.
SILENT += ("/receipt/path/",)
# What organisers may know before everybody else, once private scoring is complete: nothing but these two answers, and
# the same two in the admin.
PREVIEWS = re.compile(r"/(leaderboard/private/preview/|scoring/preview)")
# What a metric broke off with on private rows: for organisers who have looked.
FAILURES = re.compile(r"/own-metrics/failures/|/admin/competitions/metricfailure/")
# The first part is a different one in each answer.
RANDOM = re.compile(r'(name="csrfmiddlewaretoken" value=|nonce=|\'nonce-|"csrfToken": ?)"?[\w+/=-]+')
HEADERS_OF_THE_SESSION = ("Set-Cookie", "X-CSRFToken")


class Door(NamedTuple):
    """Where to ask. `method` of the kaggle command line, or a route, or a page of the admin."""

    kind: str
    place: str


def doors() -> list[Door]:
    # The command line's methods are known once the addresses are.
    assert get_resolver().url_patterns
    routes = sorted({route for method, route, _stage, _statuses in ROWS if method == "GET"})
    found = [Door("site", route) for route in routes if not any(part in route for part in SILENT)]
    found += [
        Door("kaggle", name)
        for name in sorted(method_names())
        if re.search(r"/(Get|List|DownloadLeaderboard)", name) and name.startswith("competitions.")
    ]
    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        found += [Door("admin", f"{name}_{view}") for view in ("changelist", "change", "history", "delete")]
    panel = "competitions_competition_scoring_"
    found += [Door("panel", f"{panel}{view}") for view in ("progress", "preview", "preview_csv", "public_csv")]
    return found


ALL_DOORS = doors()
# Those that show scores, or what is made of them: asked more often.
BOARDS = [
    door
    for door in ALL_DOORS
    if re.search(
        r"leaderboard|/log/|submissions|scoring|Leaderboard|Submissions|standing|/public/|notifications", door.place
    )
]


def address(door: Door, scenario: Any) -> str | None:
    """Where `door` is; None where there is nothing to ask for."""
    if door.kind == "site":
        return fill(door.place, scenario)
    if door.kind == "panel":
        return reverse(f"admin:{door.place}", args=[scenario.things["team"].competition_id])
    if door.kind == "kaggle":
        return f"/api/v1/{door.place}"
    if door.place.endswith("changelist"):
        return reverse(f"admin:{door.place}")
    for registered in site._registry:
        if door.place.startswith(f"{registered._meta.app_label}_{registered._meta.model_name}_"):
            rows = registered._default_manager.order_by("-pk").values_list("pk", flat=True)
            # How many rows of failures there are of private rows is of the private side: which one is asked for is not.
            newest = rows.filter(is_private=False).last() or 1 if registered is MetricFailure else rows.first()
            return None if newest is None else reverse(f"admin:{door.place}", args=[newest])
    raise AssertionError(door)


def is_for_tokens(door: Door) -> bool:
    return door.kind == "kaggle" or (door.kind == "site" and is_for_scripts(door.place))
