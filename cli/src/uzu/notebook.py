"""What a notebook calls."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uzu import config, experiments, frames, keeping
from uzu.api import Client, UzuError, sha256_of


@dataclass(frozen=True)
class Result:
    """What became of a submission: its public score and rank; `remaining`: submissions left, None: unlimited."""

    id: int
    score: float | None
    is_best: bool
    rank: int | None
    previous_rank: int | None
    remaining: int | None
    raw: dict[str, Any]

    def __str__(self) -> str:
        best = ", your team's best" if self.is_best else ""
        place = f", rank {self.rank}" if self.rank else ""
        return f"#{self.id}: {self.score}{best}{place}"


def submit(
    predictions: Any,
    slug: str,
    *,
    memo: str = "",
    cv: float | None = None,
    experiment: dict[str, Any] | None = None,
    mlflow_run: Any = None,
    check: bool = True,
    phase: int | str | None = None,
    client: Client | None = None,
) -> Result:
    """Submit a pandas or polars frame, or the path of a file, and return its public score. The receipt is kept here.

    `experiment`: how they were made, for your team's lab book: `run`, `url`, `commit`, `params`, `metrics`, `tags`.
    `mlflow_run`: take it from a run in MLflow: True for the active one, a run, or its id. What `experiment` says goes
    before what the run says. With `check`, a frame (or a plain .csv) is first compared with the competition's sample
    submission here. `phase`: its number or name, where the competition is held in several; by default the one that
    runs.

    Raises:
        FrameMismatch: it does not look like the sample submission; nothing was sent.
        UzuError: the server refused it; the message says what is wrong and where.
    """
    client = client or Client.configured()
    if mlflow_run is not None and mlflow_run is not False:
        experiment = {**experiments.of_run(mlflow_run), **(experiment or {})}
    if isinstance(predictions, (str, Path)):
        path = Path(predictions)
        content, filename = path.read_bytes(), path.name
    else:
        content, filename = frames.to_csv(predictions), "submission.csv"
    number = client.phase_named(slug, phase)
    if check and filename.lower().endswith(".csv") and (sample := sample_submission(client, slug, number)):
        frames.check_against_sample(content, sample)
    answer = client.submit(slug, io.BytesIO(content), filename, memo=memo, cv=cv, experiment=experiment, phase=number)
    result = result_of(client, answer)
    if "receipt" in answer:  # servers of before receipts send none
        answer["receipt"] = answer["receipt"] or client.receipt(result.id)
        keeping.keep_receipt(client, slug, answer["receipt"])
    return result


def result_of(client: Client, answer: dict[str, Any]) -> Result:
    """The answer to a submission as a result, after waiting for a queued one."""
    submission, scored = answer["submission"], answer.get("result") or {}
    if submission["status"] == "pending":
        submission = client.wait(submission["id"])
        if submission["status"] != "scored":
            problems = submission.get("problems") or []
            raise UzuError(
                "\n".join(str(one.get("detail", "")) for one in problems) or "It could not be scored.", errors=problems
            )
    return Result(
        id=submission["id"],
        score=submission.get("publicScore"),
        is_best=bool(scored.get("isBest", submission.get("isBest", False))),
        rank=scored.get("rankAfter"),
        previous_rank=scored.get("rankBefore"),
        remaining=(answer.get("allowance") or {}).get("remaining"),
        raw=answer,
    )


def sample_submission(client: Client, slug: str, phase: int | None = None) -> Path | None:
    """The sample submission for a phase (its own, else the competition's), kept here by its checksum; None: there is
    none. Without a number: for the phase that is meant where none is named.
    """
    samples = [one for one in client.data_files(slug) if one.get("isSampleSubmission")]
    if phase is None and any(one.get("phase") is not None for one in samples):
        phase = next((one["number"] for one in client.competition(slug)["phases"] if one["isCurrent"]), None)
    own = [one for one in samples if one.get("phase") == phase]
    found = next(iter([*own, *(one for one in samples if one.get("phase") is None)]), None)
    if found is None or not found["name"].lower().endswith(".csv"):
        return None
    target = config.cache_dir() / "samples" / f"{found['sha256']}.csv"
    return target if target.exists() else client.download_file(found["url"], target, sha256=found["sha256"])


def leaderboard(
    slug: str,
    *,
    private: bool = False,
    limit: int = 20,
    bracket: str | None = None,
    phase: int | str | None = None,
    client: Client | None = None,
) -> list[dict[str, Any]]:
    """The first rows of a leaderboard, or of a bracket of it. `phase`: as in `submit`."""
    client = client or Client.configured()
    number = client.phase_named(slug, phase)
    return client.leaderboard(slug, private=private, limit=limit, bracket=bracket, phase=number)["results"]


def submissions(slug: str, *, phase: int | str | None = None, client: Client | None = None) -> list[dict[str, Any]]:
    """Your team's submissions, newest first. `phase`: as in `submit`."""
    client = client or Client.configured()
    return client.submissions(slug, phase=client.phase_named(slug, phase))


def download(
    slug: str, folder: str | Path = ".", *, phase: int | str | None = None, client: Client | None = None
) -> list[Path]:
    """Download every data file of a competition into `folder`; files that are there already, unchanged, stay.

    `phase`: only those of this phase (its number or name) and those of no phase.
    """
    client = client or Client.configured()
    paths = []
    for one in client.data_files(slug, phase=client.phase_named(slug, phase)):
        target = safe_target(Path(folder), one["name"])
        if not is_here(target, one):
            client.download_file(one["url"], target, sha256=one["sha256"])
        paths.append(target)
    return paths


def is_here(target: Path, file: dict[str, Any]) -> bool:
    """Whether `target` is the data file as the server has it now."""
    return target.is_file() and target.stat().st_size == file["size"] and sha256_of(target) == file["sha256"]


def safe_target(folder: Path, name: str) -> Path:
    """Where a data file goes: never outside `folder`, whatever the server calls it."""
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise UzuError(f"the server names a file outside the folder: {name}")
    return target
