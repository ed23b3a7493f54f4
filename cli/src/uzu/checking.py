"""A file held against what the server would ask of it, here, by the server's own code, its schema and the sample."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from uzu import config, keeping, notebook
from uzu.api import Client, UzuError, in_phase


class ScoringMissing(Exception):
    """The scoring package is not installed beside this one."""


def check(
    client: Client, slug: str, file: Path, *, offline: bool = False, phase: int | None = None
) -> list[dict[str, Any]]:
    """What the server would refuse in `file`, place by place, as it says it; empty if it takes the file.

    `phase`: for which it is, where it is not the one that runs. With `offline` by what an earlier check brought here.
    Whether the labels of a file are any of the competition's is for the server alone to say.

    Raises:
        ScoringMissing: the scoring package is not here.
        UzuError: the schema or the sample submission is not to be had.
    """
    try:
        import scoring  # noqa: PLC0415 -- optional
    except ImportError as error:
        raise ScoringMissing from error
    schema, sample = _kept(client, slug, phase) if offline else _fetched(client, slug, phase)
    try:
        # Without a sample the ids are those of the file itself: all else is checked.
        expected = scoring.expected_file(schema, str(sample or file))
        scoring.check_submission(str(file), expected)
    except scoring.InvalidSubmission as refused:
        return [_on_the_wire(problem) for problem in refused.problems]
    except scoring.ScoringError as error:
        raise UzuError(f"The server's schema can't be used here: {error}. Is the scoring package as new?") from error
    return []


def _on_the_wire(problem: Any) -> dict[str, Any]:
    """A problem as the server answers it."""
    text = problem.text()
    detail = f"{text} And {problem.more} more of the kind." if problem.more else text
    params = {re.sub("_([a-z])", lambda found: found[1].upper(), name): value for name, value in problem.params.items()}
    return {**problem.as_dict(), "params": params, "detail": detail, "attr": "file"}


def _fetched(client: Client, slug: str, phase: int | None) -> tuple[dict[str, Any], Path | None]:
    schema = client.of_competition(slug, f"{in_phase(phase)}submission-schema/")
    sample = notebook.sample_submission(client, slug, phase)
    config.write_json(_path(client, slug, phase), {"schema": schema, "sample": None if sample is None else str(sample)})
    return schema, sample


def _kept(client: Client, slug: str, phase: int | None) -> tuple[dict[str, Any], Path | None]:
    kept = config.read_json(_path(client, slug, phase))
    if not kept or (kept["sample"] and not Path(kept["sample"]).exists()):
        raise UzuError(f"There is no schema of “{slug}” here yet: run `uzu check` once without --offline.")
    return kept["schema"], Path(kept["sample"]) if kept["sample"] else None


def _path(client: Client, slug: str, phase: int | None) -> Path:
    name = slug if phase is None else f"{slug}.{phase}"  # a slug has no dots
    return keeping.folder_of(client.url) / "schemas" / f"{name}.json"
