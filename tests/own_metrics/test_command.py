"""`uzu metric try`: what the server would say, without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from uzu.commands import main

from tests.own_metrics.metrics import MAE, SOLUTION, submission_csv
from tests.scoring.test_folders import FILES, MANIFEST, SCORE, zipped


def run(folder: Path, *options: str, source: str = MAE, sample: str = submission_csv(3.0, 3.0)):
    for name, text in {"metric.py": source, "solution.csv": SOLUTION, "sample.csv": sample}.items():
        (folder / name).write_text(text)
    files = [str(folder / "metric.py"), "-s", str(folder / "solution.csv"), "--sample", str(folder / "sample.csv")]
    return CliRunner().invoke(main, ["metric", "try", *files, *options])


def test_it_shows_scores_and_times_and_passes(tmp_path) -> None:
    found = run(tmp_path, "--smaller-is-better", "-p", "power=2", "--json")
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    assert (answer["why"], answer["params"]) == ([], {"power": 2.0})
    assert {one["name"]: one["score"] for one in answer["cases"]}["sample"] == 9.0


@pytest.mark.parametrize(
    ("options", "source", "text"),
    [
        (["--larger-is-better"], MAE, "is the direction right"),
        (["--smaller-is-better"], "def score(solution, submission, row):\n    return 1 / 0\n", "ZeroDivisionError"),
        (["--smaller-is-better"], "def score(:", "no Python"),
        (["--smaller-is-better", "-p", "other=1"], MAE, "no parameter"),
        (["--smaller-is-better", "-p", "power"], MAE, "name=value"),
    ],
    ids=["direction", "error", "syntax", "parameter", "pair"],
)
def test_what_would_not_pass_says_why(tmp_path, options, source, text) -> None:
    found = run(tmp_path, *options, source=source)
    assert found.exit_code == 1
    assert text in found.output


def test_a_sample_that_does_not_fit_is_told(tmp_path) -> None:
    found = run(tmp_path, "--smaller-is-better", sample="id,target\n1,2\n")
    assert found.exit_code == 1
    assert "is missing" in found.output


def test_several_numbers_are_columns(tmp_path) -> None:
    source = "def score(solution, submission, row):\n    return {'worst': 3.0, 'rows': float(len(solution))}\n"
    found = run(tmp_path, "--smaller-is-better", source=source)
    assert found.exit_code == 0, found.output
    header, *lines = found.stdout.splitlines()
    assert header.split()[:6] == ["submission", "public", "score", "worst", "rows", "seconds"]
    assert lines[0].split()[:4] == ["perfect", "3", "3", "20"]


def test_a_metric_of_files_is_tried_too(tmp_path) -> None:
    (tmp_path / "metric.py").write_text(SCORE)
    (tmp_path / "solution.zip").write_bytes(zipped({"manifest.csv": MANIFEST, **FILES}))
    (tmp_path / "sample.zip").write_bytes(zipped(dict.fromkeys(FILES, b"?")))
    files = [
        str(tmp_path / "metric.py"),
        "-s",
        str(tmp_path / "solution.zip"),
        "--sample",
        str(tmp_path / "sample.zip"),
    ]
    found = CliRunner().invoke(main, ["metric", "try", *files, "--larger-is-better", "--ranked", "share", "--json"])
    assert found.exit_code == 0, found.output
    scores = {one["name"]: one["score"] for one in json.loads(found.stdout)["cases"]}
    assert (scores["perfect"], scores["sample"]) == (1.0, 0.0)
