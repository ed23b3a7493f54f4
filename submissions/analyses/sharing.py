"""Participants of different teams who used the same browser, where the operator has that looked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.browsers import shared_browsers
from competitions.models import Competition, Membership

TOLD = 100


def shared_in(competition: Competition) -> list[dict[str, Any]]:
    """Groups of accounts of different teams that share browsers, those of most browsers first."""
    memberships = Membership.objects.filter(competition=competition).select_related("user", "team")
    by_user = {one.user_id: one for one in memberships.filter(user__deleted_at__isnull=True)}
    groups: dict[frozenset[int], list[datetime]] = {}
    for people, last in shared_browsers(list(by_user)):
        if len({by_user[user].team_id for user in people}) > 1:
            groups.setdefault(frozenset(people), []).append(last)
    found: list[dict[str, Any]] = [
        {
            "accounts": [
                {"user": by_user[user].user, "team": by_user[user].team}
                for user in sorted(people, key=lambda user: (by_user[user].team_id, user))
            ],
            "browsers": len(moments),
            "last_seen_at": max(moments),
        }
        for people, moments in groups.items()
    ]
    found.sort(key=lambda one: (-one["browsers"], -one["last_seen_at"].timestamp()))
    return found[:TOLD]
