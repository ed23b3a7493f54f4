"""The integrity desk: which teams' files are the same or nearly so, and who asks the leaderboard for the answers.

A list with evidence, never a verdict. It compares predictions with predictions and knows no truth. Until the result is
confirmed it looks at public rows alone: whoever knows the truth could have a file with it sent in, and would read the
private score of another file from how alike the two are on private rows. Files of organisers' teams are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np
from django.db.models import Count, Min, QuerySet
from numpy.typing import NDArray

from competitions.log.recording import fact
from competitions.models import Phase
from scoring.likeness import Files, compare
from scoring.metrics.registry import Inputs
from scoring.own.frames import comparable
from scoring.probing import TOLD_STEPS, look_for_probing
from scoring.reading import Predictions
from scoring.texts import told_apart
from submissions.analyses.reading import Reader
from submissions.analyses.working import Job
from submissions.models import Submission

PUBLIC, ALL = "public", "all"
# Of each team: the best public one, and those it chose for the final ranking.
FILES_OF_A_TEAM = 3
# Files compared with one another; of more, those of the teams that stand best.
MOST_FILES = 6000
# Of one team the latest, in all those of the teams that sent most.
MOST_PROBED_OF_A_TEAM = 200
MOST_PROBED = 50_000
# Groups of identical files, and files of one group, that are told.
TOLD_GROUPS = 100
TOLD_IN_A_GROUP = 20
TOLD_PROBING = 100
DIGITS = 5
# How much of the progress bar each part takes.
LIKENESS_FROM, PROBING_FROM = 0.05, 0.6


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission that was scored in time; `number`: its place among those of its team, from 1."""

    pk: int
    team_id: int
    created_at: datetime
    number: int
    score: float
    is_selected: bool

    @property
    def reference(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "team": self.team_id,
            "number": self.number,
            "at": fact(self.created_at),
        }


def look_for_copies(job: Job) -> None:
    """Compare the files of all teams, and those of each team with one another."""
    analysis = job.analysis
    phase = Phase.objects.get(pk=analysis.phase_id)
    assert analysis.solution is not None
    scope = ALL if phase.is_confirmed(job.now()) else PUBLIC
    material = Material(phase, Reader(analysis.solution), scope)
    job.beat(0.01)
    identical = identical_files(material)
    job.beat(LIKENESS_FROM)
    similar = similar_files(material, analysis.seed, job)
    probing = probing_teams(material, job)
    job.complete(
        {
            "scope": scope,
            "rows": material.rows,
            "teams": len(material.by_team),
            "submissions": sum(map(len, material.by_team.values())),
            "identical": identical,
            **similar,
            **probing,
        }
    )


class Material:
    """What is compared: the scored submissions of competing teams, and the rows that may be looked at."""

    def __init__(self, phase: Phase, reader: Reader, scope: str) -> None:
        self.phase, self.reader = phase, reader
        prepared = reader.prepared
        # Of an organiser's own metric: columns of any kind.
        self.is_frame = prepared.layout.inputs is Inputs.FRAME
        layout = prepared.layout
        self.has_labels = layout.holds_codes or layout.holds_texts or bool(self.is_frame and layout.labels)
        self.picked = prepared.splits["public"].rows if scope == PUBLIC else None
        self.rows = prepared.rows if self.picked is None else self.picked.size
        self.by_team = {team: list(sent) for team, sent in self._teams()}

    def sent(self) -> QuerySet[Submission]:
        """Every submission that was scored in time, of teams that may be compared."""
        rows = self.phase.submissions.scored().filter(is_late=False)
        return rows.filter(team__out_of_competition_at__isnull=True)

    def _teams(self) -> Iterator[tuple[int, Iterable[Sent]]]:
        columns = ("pk", "team_id", "created_at", "public_score", "is_selected")
        rows = self.sent().order_by("team_id", "created_at", "pk").values_list(*columns)
        for team, found in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[1]):
            yield (
                team,
                [
                    Sent(pk, team, at, number, score, chosen)
                    for number, (pk, _team, at, score, chosen) in enumerate(found, 1)
                ],
            )

    def columns(self, submission: Submission | None) -> list[NDArray[Any]] | None:
        """The predictions of the rows that may be looked at; None: they can't be read."""
        predictions: Predictions | None = None if submission is None else self.reader.read(submission)
        if predictions is None:
            return None
        columns = list(predictions.columns)
        if self.picked is not None:
            columns = [column.take(self.picked) for column in columns]
        return comparable(columns) if self.is_frame else told_apart(columns)

    def stored(self, several: Iterable[Sent]) -> dict[int, Submission]:
        """Where the files of these are, by submission."""
        wanted = [one.pk for one in several]
        columns = ("competition_id", "team_id", "file", "filename", "aligned")
        found: dict[int, Submission] = {}
        for start in range(0, len(wanted), 500):
            found.update(Submission.objects.only(*columns).in_bulk(wanted[start : start + 500]))
        return found


# --- identical files --------------------------------------------------------------------------------------------------
def identical_files(material: Material) -> list[dict[str, Any]]:
    """Files that several teams sent byte by byte, those of most teams last: they are often an example of the data."""
    known = {one.pk: one for sent in material.by_team.values() for one in sent}
    groups = (
        material.sent()
        .exclude(sha256="")
        .values("sha256")
        .annotate(teams=Count("team", distinct=True), count=Count("pk"), first=Min("created_at"))
        .filter(teams__gt=1)
        .order_by("teams", "first")[:TOLD_GROUPS]
    )
    found: list[dict[str, Any]] = []
    for group in groups:
        rows = material.sent().filter(sha256=group["sha256"]).order_by("created_at", "pk")
        keys = rows.values_list("pk", flat=True)[:TOLD_IN_A_GROUP]
        found.append(
            {
                "sha256": group["sha256"],
                "teams": group["teams"],
                "count": group["count"],
                "submissions": [known[key].reference for key in keys if key in known],
            }
        )
    return found


# --- near-identical predictions ---------------------------------------------------------------------------------------
def files_of(sent: Sequence[Sent], phase: Phase) -> list[Sent]:
    """The files of a team that are compared: its best public one, and those it chose for the final ranking."""
    best = sorted(sent, key=lambda one: (phase.sort_key(one.score), one.created_at, one.pk))
    chosen = [one for one in best if one.is_selected]
    return list(dict.fromkeys([best[0], *chosen]))[:FILES_OF_A_TEAM]


def similar_files(material: Material, seed: int, job: Job) -> dict[str, Any]:
    """Pairs of teams whose files say nearly the same; the earlier file first."""
    phase = material.phase
    teams = sorted(material.by_team.values(), key=lambda sent: min(phase.sort_key(one.score) for one in sent))
    several = [one for sent in teams for one in files_of(sent, phase)][:MOST_FILES]
    stored = material.stored(several)
    readable = [one for one in several if _is_readable(material, stored.get(one.pk), job)]

    def load(number: int) -> list[NDArray[Any]]:
        return material.columns(stored.get(readable[number].pk)) or []

    files = Files(
        load,
        [one.team_id for one in readable],
        labels=material.has_labels,
        rows=material.rows,
    )
    found = compare(files, seed=seed, beat=lambda share: job.beat(_between(LIKENESS_FROM, PROBING_FROM, share)))
    pairs = []
    for pair in found.pairs:
        first, second = sorted((readable[pair.first], readable[pair.second]), key=lambda one: (one.created_at, one.pk))
        pairs.append(
            {
                "first": first.reference,
                "second": second.reference,
                "correlation": None if pair.correlation is None else round(pair.correlation, DIGITS),
                "equal": round(pair.equal, DIGITS),
            }
        )
    return {
        "files": found.files,
        "unread": len(several) - len(readable),
        "compared": found.compared,
        "typical_correlation": _rounded(found.typical_correlation),
        "typical_equal": _rounded(found.typical_equal),
        "similar": pairs,
    }


def _is_readable(material: Material, submission: Submission | None, job: Job) -> bool:
    job.beat(LIKENESS_FROM)
    return submission is not None and material.reader.read(submission) is not None


# --- probing ----------------------------------------------------------------------------------------------------------
def probing_teams(material: Material, job: Job) -> dict[str, Any]:
    """Teams whose files hardly differ from the one before, or say the same in every row."""
    asked = sorted(material.by_team.items(), key=lambda item: (-len(item[1]), item[0]))
    total = min(MOST_PROBED, sum(min(len(sent), MOST_PROBED_OF_A_TEAM) for _team, sent in asked))
    found: list[dict[str, Any]] = []
    done = looked_at = 0
    for team, sent in asked:
        latest = sent[-MOST_PROBED_OF_A_TEAM:]
        if len(latest) < 2 or done + len(latest) > MOST_PROBED:
            continue
        looked_at += 1
        stored = material.stored(latest)

        def columns(latest: Sequence[Sent] = latest, stored: dict[int, Submission] = stored) -> Iterator[Any]:
            for place, one in enumerate(latest):
                job.beat(_between(PROBING_FROM, 1.0, (done + place) / total))  # noqa: B023 -- used up in this turn
                yield material.columns(stored.get(one.pk))

        probing = look_for_probing(columns())
        done += len(latest)
        if probing.is_worth_telling:
            found.append(
                {
                    "team": team,
                    "files": probing.files,
                    "small": len(probing.small),
                    "single": probing.single,
                    "longest_walk": probing.longest_walk,
                    "constants": [latest[number].reference for number in probing.constants[:TOLD_STEPS]],
                    "steps": [
                        {
                            "submission": latest[step.file].reference,
                            "changed": step.changed,
                            "score_change": _change(material, latest[step.file - 1], latest[step.file]),
                        }
                        for step in probing.small[:TOLD_STEPS]
                    ],
                }
            )
    found.sort(key=lambda one: (-one["single"], -one["small"], -len(one["constants"]), one["team"]))
    return {"probed_teams": looked_at, "probed_files": done, "probing": found[:TOLD_PROBING]}


def _change(material: Material, before: Sent, after: Sent) -> float:
    """How far the public score moved from one file to the next, with the digits that were shown."""
    return material.phase.shown_score(after.score - before.score)


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * float(np.clip(share, 0.0, 1.0))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
