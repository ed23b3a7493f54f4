"""The modules whose rules matter most, and the tests that are each one's own: those of its subject, not all of a room.

A mutant of a module is run against the tests named here that execute its line. What only tests elsewhere notice counts
as a survivor: the rule is to be read, and held, where its subject is tested.
"""

from __future__ import annotations


def _in(room: str, *subjects: str) -> tuple[str, ...]:
    return tuple(f"tests/{room}/test_{subject}.py" for subject in subjects)


METRICS = _in("scoring", "metrics", "resampling", "solution")
RUNS = _in("submissions", "runs", "runs_guards", "runs_admin", "runs_api", "runs_permissions")

TARGETS: dict[str, tuple[str, ...]] = {
    "submissions/limits.py": _in("submissions", "limits", "extras", "refused_budget", "late"),
    "submissions/services/slots.py": _in("submissions", "slots", "limits", "submitting", "late"),
    "submissions/services/selecting.py": _in("submissions", "selecting", "api"),
    "submissions/services/finishing.py": _in("submissions", "submitting", "slots", "recovery", "exclusion"),
    "submissions/services/late.py": _in("submissions", "late"),
    "submissions/runs/starting.py": RUNS,
    "submissions/runs/confirming.py": (*RUNS, *_in("competitions", "ending")),
    "submissions/runs/selecting.py": (*RUNS, *_in("submissions", "selecting")),
    "submissions/runs/completing.py": RUNS,
    "competitions/leaderboards/standings.py": (
        *_in("competitions", "leaderboards", "merges", "out_of_competition"),
        *_in("submissions", "submitting", "merging", "exclusion", "runs", "runs_guards"),
    ),
    "competitions/leaderboards/queries.py": _in("competitions", "leaderboards", "search"),
    "competitions/teams/merges.py": (*_in("competitions", "merges"), *_in("submissions", "merging")),
    "competitions/teams/entries.py": _in("competitions", "entering", "invitation_codes", "teams"),
    "competitions/organising/editing.py": _in("competitions", "editing", "what_may_change", "log", "solutions"),
    "competitions/permissions.py": (
        *_in("competitions", "permissions", "entering", "invitations", "teams"),
        *_in("submissions", "submitting"),
    ),
    "competitions/access.py": _in("competitions", "access", "permissions", "leaderboards"),
    "scoring/score.py": _in("scoring", "metrics", "solution", "reading", "resampling"),
    "scoring/refusals.py": _in("scoring", "reading", "ids", "spellings", "words", "solution"),
    "scoring/metrics/regression.py": METRICS,
    "scoring/metrics/classification.py": METRICS,
    "scoring/metrics/ranking.py": METRICS,
    "scoring/metrics/ranks.py": METRICS,
    "scoring/metrics/agreement.py": METRICS,
    "scoring/metrics/probability.py": METRICS,
}
