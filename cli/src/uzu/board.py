"""What changed on a leaderboard since it was looked at last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One team's way between two looks. Ranks begin at 1; None: no rank, or not there."""

    team: str
    rank_before: int | None
    rank_now: int | None
    score_before: float | None
    score_now: float | None
    is_mine: bool = False

    @property
    def kind(self) -> str:
        if self.rank_before is None:
            return "new"
        if self.score_before != self.score_now:
            return "improved"
        return "up" if (self.rank_now or 0) < self.rank_before else "down"

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "team": self.team,
            "rankBefore": self.rank_before,
            "rankNow": self.rank_now,
            "scoreBefore": self.score_before,
            "scoreNow": self.score_now,
            "isMine": self.is_mine,
        }


def snapshot(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is kept of a look: by team id, because teams rename themselves."""
    return {str(row["team"]["id"]): {"rank": row["rank"], "score": row["score"]} for row in rows if row["rank"]}


def differences(before: dict[str, dict[str, Any]], rows: list[dict[str, Any]]) -> list[Change]:
    """Teams whose rank or score is another now, in today's order."""
    changes = []
    for row in rows:
        was = before.get(str(row["team"]["id"]), {"rank": None, "score": None})
        if row["rank"] and (was["rank"], was["score"]) != (row["rank"], row["score"]):
            changes.append(
                Change(
                    row["team"]["name"], was["rank"], row["rank"], was["score"], row["score"], bool(row.get("isMine"))
                )
            )
    return changes
