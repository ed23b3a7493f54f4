"""Computing a confirmed result again from what was published, with the server's own scoring package.

Everything is put into one folder first; what is checked is checked from there alone, so that the same folder can be
checked again later, or by somebody else, on a machine without a network.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from uzu import proofs
from uzu.api import Client, UzuError, in_phase
from uzu.proofs import Check

FACTS, LOG, KEYS, BOARD, SOLUTION = "competition.json", "log.jsonl", "keys.json", "board.json", "solution"
RECEIPTS, PATHS, FILES, SUBMISSIONS = "receipts", "paths", "files", "submissions.json"
# Parameters of a metric that are names, whatever they look like.
NAMES = ("group_column", "positive", "classes")
# Of the same arithmetic on another machine: sums may be taken in another order.
TOLERANCE = 1e-9
# Kinds of entries after which a team may have another final score.
SCORES_MOVED = {"voided", "restored", "out_of_competition"}


class ScoringMissing(Exception):
    """The scoring package is not installed beside this one."""


@dataclass(frozen=True)
class Own:
    """One of one's own submissions, as `scoring.standings` takes it."""

    pk: int
    created_at: datetime
    is_selected: bool
    public_score: float


# --- gathering --------------------------------------------------------------------------------------------------------
def gather(client: Client, slug: str, folder: Path, *, phase: int | None = None) -> None:
    """Download into `folder` what a replay needs: what everybody may have, and what is one's own team's.

    `phase`: whose result; without it, of the one that is meant where none is named.

    Raises:
        UzuError: the result is not confirmed, or the server can't be reached.
    """
    facts = client.competition(slug)
    if phase is None and len(phases := facts.get("phases", [])) > 1:
        phase = next(one["number"] for one in phases if one["isCurrent"])
    if phase is not None:
        facts = {**facts, **client.of_competition(slug, in_phase(phase)), "phase": phase}
    if facts["state"] != "confirmed":
        raise UzuError(f"The result of “{slug}” is not confirmed: there is nothing to compute again yet.")
    base = f"/api/competitions/{facts['id']}/"
    client.download_file(f"{base}log/jsonl/", folder / LOG)
    if facts.get("releasesSolution"):
        client.download_file(f"{base}{in_phase(phase)}solution/file/", folder / SOLUTION)
    board = client.leaderboard(slug, private=True, limit=10**9, phase=phase)["results"]
    _write(folder / BOARD, {"results": board})
    _write(folder / KEYS, client.get("/.well-known/uzu-key"))
    _write(folder / FACTS, facts)
    team = facts.get("myTeam")
    submissions = client.submissions(slug, phase=phase) if team else []
    _write(folder / SUBMISSIONS, {"team": team, "results": submissions})
    for one in submissions:
        if one["status"] == "scored":
            _gather_own(client, one, folder)


def _gather_own(client: Client, submission: Mapping[str, Any], folder: Path) -> None:
    number = int(submission["id"])  # a name of a file: nothing but a number, whatever the server says
    target = folder / FILES / str(number)
    if not target.exists():
        try:
            client.download_file(f"/api/submissions/{number}/file/", target)
        except UzuError as error:
            if error.status not in (404, 410):  # the server does not have it any more: its score can't be checked
                raise
    for place, path in ((RECEIPTS, "receipt/"), (PATHS, "receipt/path/")):
        try:
            _write(folder / place / f"{number}.json", client.get(f"/api/submissions/{number}/{path}"))
        except UzuError as error:
            if error.code not in ("no_receipt", "receipt_not_sealed"):
                raise


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


# --- checking ---------------------------------------------------------------------------------------------------------
def replay(folder: Path, *, solution: Path | None = None) -> Iterator[Check]:
    """Check what `gather` put into `folder`, offline. `solution`: its file, where the server does not release it.

    Raises:
        ScoringMissing: the scoring package is not here.
        Unreadable: a file in the folder is not what it should be.
    """
    try:
        import scoring  # noqa: F401, PLC0415 -- optional
    except ImportError as error:
        raise ScoringMissing from error
    log = proofs.read_log(folder / LOG)
    receipts = [proofs.read_json(path) for path in sorted((folder / RECEIPTS).glob("*.json"), key=_number)]
    heads = [one["receipt"]["logHead"] for one in receipts if one["receipt"].get("logHead")]
    yield from proofs.check_log(log, heads=dict.fromkeys(heads))
    whole, log = log, proofs.of_phase(log, _phase_in(folder))
    yield from proofs.check_commitments(log)
    confirmation = proofs.confirmation_in(log)
    if confirmation is None:
        yield Check(holds=None, text="the result is not confirmed")
        return
    sealed = [one["sealed"] for one in confirmation["facts"].get("solutions", [])]
    yield from proofs.check_board(log, smaller_is_better=_smaller_is_better(sealed))
    board, since = confirmation["facts"]["board"], proofs.after(log, confirmation)
    yield _shown_check(board, proofs.read_json(folder / BOARD)["results"], since)
    keys = proofs.keys_of(proofs.read_json(folder / KEYS))
    for receipt in receipts:
        yield from _own_receipt(receipt, folder, keys, whole)
    file = solution or folder / SOLUTION
    if not file.exists() or not sealed:
        yield Check(holds=None, text="scores: the solution is not released (--solution names its file, if you have it)")
        return
    yield from proofs.check_solution(file, log, version=sealed[-1]["version"])[-1:]
    if "ownMetric" in sealed[-1]:
        yield Check(holds=None, text="scores: the metric is a program of the organisers, which is not run here")
        return
    yield from _scores(folder, file, sealed[-1], confirmation["facts"], receipts)


def _phase_in(folder: Path) -> int | None:
    """Which phase's result was put into the folder; None: of a competition in one phase."""
    path = folder / FACTS
    return proofs.read_json(path).get("phase") if path.is_file() else None


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdigit() else 0


def _smaller_is_better(sealed: Sequence[Mapping[str, Any]]) -> bool | None:
    from scoring import Direction, get  # noqa: PLC0415 -- optional

    if not sealed:
        return None
    try:
        return get(sealed[-1]["metric"]).direction is Direction.SMALLER_IS_BETTER
    except KeyError:
        return None


def _shown_check(
    board: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]], since: Sequence[Mapping[str, Any]]
) -> Check:
    """Whether the private leaderboard of the site shows the ranking of the log, with what was excluded since.

    `since`: the entries after the confirmation. A team that was disqualified leaves its place to those behind it; what
    a submission was void for its team can't be told from outside.
    """
    out: set[int] = set()
    for entry in since:
        if entry["kind"] in SCORES_MOVED:
            return Check(holds=None, text=f"entry {entry['sequence']} of the log moved the ranking after it was opened")
        if entry["kind"] == "disqualified":
            out.add(entry["facts"]["team"])
        elif entry["kind"] == "reinstated":
            out.discard(entry["facts"]["team"])
    expected = [row["team"] for row in board if row["team"] not in out]
    ranked = [(row["rank"], row["team"]["id"]) for row in shown if row["rank"] is not None]
    same = ranked == list(enumerate(expected, 1))
    text = f"the private leaderboard {'shows' if same else 'does not show'} the ranking of the log"
    return Check(same, f"{text}, without {len(out)} disqualified" if out else text)


def _own_receipt(receipt: Mapping[str, Any], folder: Path, keys: Mapping[str, str], log: proofs.Log) -> Iterator[Check]:
    number = receipt["receipt"]["submission"]
    file, path = folder / FILES / str(number), folder / PATHS / f"{number}.json"
    checks = proofs.check_receipt(receipt, file=file if file.exists() else None, keys=keys, log=log)
    if path.exists():
        checks += proofs.check_path(receipt, proofs.read_json(path), log)
    elif not receipt["receipt"].get("isLate"):
        checks.append(Check(holds=None, text="there is no path to the root of receipts"))
    for check in checks:
        yield Check(check.holds, f"receipt #{number}: {check.text}")


def _scores(
    folder: Path,
    file: Path,
    sealed: Mapping[str, Any],
    facts: Mapping[str, Any],
    receipts: Sequence[Mapping[str, Any]],
) -> Iterator[Check]:
    """One's own scores, which of the submissions count, and one's own place; of other teams there are no files."""
    from scoring import InvalidSubmission, ScoringError, private_score, public_score, read_predictions  # noqa: PLC0415
    from scoring.standings import counting, sort_key  # noqa: PLC0415

    try:
        prepared = _prepared(file, sealed)
    except ScoringError:
        yield Check(holds=False, text=f"{file.name} can't be read as the solution that was committed to")
        return
    direction = prepared.metric.direction
    kept = proofs.read_json(folder / SUBMISSIONS)
    shown = {one["receipt"]["submission"]: one["receipt"] for one in receipts}
    digits = proofs.read_json(folder / FACTS).get("scoreDigits", 5)
    own: list[Own] = []
    private: dict[int, float] = {}
    missing = 0
    for one in kept["results"]:
        path = folder / FILES / str(one["id"])
        if one["status"] != "scored":
            continue
        if not path.exists():
            missing += not one["isLate"]
            yield Check(holds=None, text=f"#{one['id']}: its file is not here")
            continue
        try:
            predictions = read_predictions(path, prepared)
            public = public_score(prepared, predictions)
            private[one["id"]] = private_score(prepared, predictions)
        except InvalidSubmission:
            yield Check(holds=False, text=f"#{one['id']} can't be scored with the solution")
            continue
        receipt = shown.get(one["id"])
        if receipt is not None and receipt["solutionVersion"] == sealed["version"]:
            same = _is_close(public, float(receipt["score"]), digits)
            yield Check(same, f"#{one['id']}: the public score {'is' if same else 'is not'} that of the receipt")
        same = one["publicScore"] is not None and _is_close(public, one["publicScore"], digits)
        yield Check(same, f"#{one['id']}: the public score {'is' if same else 'is not'} the one shown")
        if not one["isLate"] and not one.get("isVoid"):
            moment = datetime.fromisoformat(one["createdAt"])
            own.append(Own(one["id"], moment, bool(one["isSelected"]), one["publicScore"]))
    if missing:
        yield Check(holds=None, text="the rank of your team: files that may count are not here")
    elif kept["team"] and own:
        selected = counting(own, selectable=facts["selectable"], direction=direction)
        best = min((private[one.pk] for one in selected), key=lambda score: sort_key(score, direction))
        yield _place_check(kept["team"]["id"], best, facts["board"])
    others = sum(row["team"] != (kept["team"] or {}).get("id") for row in facts["board"])
    yield Check(holds=None, text=f"the scores of {others} other teams: their files are not public")


def _prepared(file: Path, sealed: Mapping[str, Any]) -> Any:
    from scoring import InvalidMetricParameters, SolutionSpec, prepare_solution  # noqa: PLC0415 -- optional

    def spec(params: dict[str, Any]) -> Any:
        return SolutionSpec(
            metric=sealed["metric"],
            metric_params=params,
            id_column=sealed["idColumn"],
            target_columns=tuple(sealed["targetColumns"]),
            usage_column=sealed["usageColumn"] or None,
            weight_column=sealed["weightColumn"] or None,
        )

    params = dict(sealed["metricParams"])
    try:
        return prepare_solution(file, spec(params))
    except InvalidMetricParameters:
        # The log holds no fractions: they are written as text.
        return prepare_solution(file, spec({name: _as_number(name, value) for name, value in params.items()}))


def _as_number(name: str, value: Any) -> Any:
    """Texts that are fractions as numbers, in lists too: what else looks like a number is a whole one, or a name."""
    if name in NAMES:
        return value
    if name == "column_weights":
        return [[column, _as_number("", weight)] for column, weight in value]
    if isinstance(value, list):
        return [_as_number("", one) for one in value]
    try:
        return float(value) if isinstance(value, str) and not value.isdigit() else value
    except ValueError:
        return value


def _is_close(computed: float, shown: float, digits: int) -> bool:
    """Whether `shown` is `computed` with so many digits."""
    return abs(computed - shown) <= 0.5 * 10**-digits + TOLERANCE * max(1.0, abs(computed))


def _place_check(team: int, best: float, board: Sequence[Mapping[str, Any]]) -> Check:
    row = next((row for row in board if row["team"] == team), None)
    if row is None:
        return Check(holds=None, text="your team has no place in the ranking: out of competition, or excluded")
    same = math.isclose(best, float(row["score"]), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    text = "follows" if same else "does not follow"
    return Check(same, f"rank {row['rank']} of your team, {row['score']}, {text} from your files and selections")
