"""The final ranking, sealed when private scoring is complete and opened with the confirmation.

Between the two an organiser may look at it. That it was not bent meanwhile can be checked: the log has had
`SHA-256(salt || board)` since before the first look, and gets salt and board with the confirmation. The salt is 256
random bits, made anew for each run: nobody can try scores until the hash fits, or tell whether two boards are alike.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from competitions.models import Phase, Standing
from foundation import chain
from submissions.models import ScoringRun, SealedBoard


def seal_board(run: ScoringRun) -> str:
    """Keep the ranking as the run left it; returns the hash for the log. Call it in the run's last transaction."""
    sealed = SealedBoard(run=run, salt=secrets.token_hex(32), board=ranking(run.phase))
    SealedBoard.objects.filter(run=run).delete()
    sealed.save(force_insert=True)
    return hashlib.sha256(sealed.salt.encode() + chain.canonical({"board": sealed.board})).hexdigest()


def opened_board(phase: Phase) -> dict[str, Any]:
    """For the log, with the confirmation: the ranking, and what opens the hash of the newest run.

    `sealed`: the ranking as it was hashed, where it has changed since, such as by a disqualification. `brackets`:
    which teams each has, where there are any: the ranking of one is that of its teams alone.
    """
    sealed = SealedBoard.objects.filter(run__phase=phase).order_by("-run_id").first()
    board = ranking(phase)
    brackets = [
        {"slug": one.slug, "teams": sorted(one.entries.values_list("team", flat=True))}
        for one in phase.competition.brackets.all()
    ]
    return {
        **({"brackets": brackets} if brackets else {}),
        "board": board,
        "salt": None if sealed is None else sealed.salt,
        "sealed": None if sealed is None or sealed.board == board else sealed.board,
    }


def ranking(phase: Phase) -> list[dict[str, Any]]:
    """Every ranked team, best first. Scores in full, as text; teams by their id, for names may change."""
    rows = Standing.objects.ranked().filter(phase=phase, private_key__isnull=False)
    return [
        {
            "rank": place,
            "team": row.team_id,
            "score": repr(row.best_private_score),
            "at": None if row.private_submitted_at is None else chain.moment(row.private_submitted_at),
        }
        for place, row in enumerate(rows.in_private_order(), start=1)
    ]
