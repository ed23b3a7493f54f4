"""Example values of what no room tells by itself; see `main.example_values`."""

from __future__ import annotations

from typing import Any

# What stands in an address. They are there where the demo was loaded into an empty database, as `make run` does.
IN_ADDRESSES: dict[str, Any] = {
    "competition": "demo-diabetes",
    "page": "overview",
    "phase": 1,
    "username": "alice",
    "id": 1,
    "number": 1,
    # Where the same word means something else in another address.
    "metrics/name": "rmse",
}
VALUES: dict[str, Any] = {
    # people
    "LegalText.name": "terms",
    # submissions
    "Submission.status": "scored",
    "isBest": True,
    "privateScore": None,
    "privateRank": None,
    "score": 0.8123,
    "publicScore": 0.8123,
    "previousBest": 0.79,
    "cvScore": 0.809,
    "memo": "5 folds",
    "problems": [],
    "source": "web",
    # talk
    "body": "What works: $x^2$.",
    "bodyEn": "",
    "bodyJa": "うまくいく方法：$x^2$",
    "html": "<p>What works.</p>",
    "markdown": "# Notes",
    "text": "Alice answered you",
    "Preference.label": "New discussions",
    "digestHour": 8,
    # lists and files
    "next": None,
    "previous": None,
    "count": 1,
    "url": "/competitions/demo-diabetes",
    "error": "",
}
PARAMS: dict[str, Any] = {"team": "Whales", "resets_at": "2026-06-06T00:00:00Z", "limit": 5, "size": 6, "found": 9}
