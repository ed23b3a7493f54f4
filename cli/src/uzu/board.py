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
    # The team was not among the ranks seen, and these were as many; None: it was, or all were seen.
    below: int | None = None

    @property
    def kind(self) -> str:
        if self.below is not None:
            return "unseen"
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
            "below": self.below,
        }


# Ranks a look reached; None: all there are.
Reach = int | None


@dataclass(frozen=True)
class Look:
    """What was seen of a leaderboard: rows by team id, because teams rename themselves, and how far down it went."""

    rows: dict[str, dict[str, Any]]
    reach: Reach

    def as_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "reach": self.reach}

    @classmethod
    def read(cls, kept: Any) -> Look | None:
        """What `as_dict` wrote; None where nothing was kept, or in another form."""
        if not isinstance(kept, dict) or not isinstance(kept.get("rows"), dict):
            return None
        return cls(kept["rows"], kept.get("reach"))

    def after(self, earlier: Look | None) -> Look:
        """This look, with the rows of an earlier one that it did not cover."""
        if earlier is None:
            return self
        reaches = (self.reach, earlier.reach)
        known = [reach for reach in reaches if reach is not None]
        return Look({**earlier.rows, **self.rows}, None if None in reaches else max(known))


def look_at(rows: list[dict[str, Any]], reach: Reach) -> Look:
    kept = {str(row["team"]["id"]): {"rank": row["rank"], "score": row["score"]} for row in rows if row["rank"]}
    return Look(kept, reach)


def differences(before: Look, rows: list[dict[str, Any]]) -> list[Change]:
    """Teams whose rank or score is another now, in today's order.

    A team that was not seen is new only where the last look went to the end. Otherwise it may have stood below what
    was seen: it is told where it stands above that now, which is a change for sure.
    """
    changes = []
    for row in rows:
        was = before.rows.get(str(row["team"]["id"]))
        if not row["rank"] or (was and (was["rank"], was["score"]) == (row["rank"], row["score"])):
            continue
        if was is None and before.reach is not None and row["rank"] > before.reach:
            continue
        changes.append(
            Change(
                row["team"]["name"],
                was["rank"] if was else None,
                row["rank"],
                was["score"] if was else None,
                row["score"],
                bool(row.get("isMine")),
                below=before.reach if was is None else None,
            )
        )
    return changes


def not_compared(before: Look, rows: list[dict[str, Any]]) -> int:
    """How many of `rows` the last look did not reach, so that nothing can be said of them."""
    if before.reach is None:
        return 0
    return sum(1 for row in rows if (row["rank"] or 0) > before.reach and str(row["team"]["id"]) not in before.rows)
