"""The lab book and the schema of a submission, with the packages people keep, check and run their work with."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.e2e.real_clients import GOKART, MLFLOW, PANDERA, ROOT, Client
from tests.e2e.test_command_lines import NEWCOMER, NUMBERS, RUNNING

# Keeps runs, and prints the id of the last one.
LOGS = """
import mlflow
with mlflow.start_run(run_name="whale") as run:
    mlflow.log_params({"learning_rate": 0.05, "model": "lgbm", "n_folds": 5, "early": True, "version": "007"})
    mlflow.log_metric("valid_0.rmse", 55.5)
    mlflow.log_metric("unknown", float("nan"))
    mlflow.set_tag("stage", "tuning")
    %s
print(run.info.run_id)
"""
FROM_A_NOTEBOOK = f"import uzu; uzu.submit('sample_submission.csv', '{RUNNING}', mlflow_run=True)"
LOGGED = {
    "run": "whale",
    "params": {"learning_rate": 0.05, "model": "lgbm", "n_folds": 5, "early": True, "version": "007"},
    "metrics": {"valid_0.rmse": 55.5},
    "tags": ["stage=tuning"],
}
CHECKS = """
import json, sys
import pandas as pd
from pandera.errors import SchemaErrors
from pandera.io.pandas_io import from_frictionless_schema
schema = from_frictionless_schema(json.load(open("schema.json")))
for name in sys.argv[1:]:
    try:
        schema.validate(pd.read_csv(name), lazy=True)
        print(name, "passes")
    except SchemaErrors as errors:
        print(name, sorted(set(errors.failure_cases["column"].dropna())))
"""


@pytest.fixture
def participant(server, tmp_path):
    """`participant(GOKART)`: somebody who takes part, with these packages and the data files."""

    def sign_up(package):
        package.install()
        name = f"pipeliner{next(NUMBERS)}"
        printed = server.manage("shell", "-v", "0", "-c", NEWCOMER.format(name=name, slugs=[RUNNING]))
        token = printed.rsplit("TOKEN ", 1)[1].strip()
        return Client(package, tmp_path, {"UZU_URL": server.url, "UZU_TOKEN": token})

    return sign_up


def newest(client):
    return json.loads(client.ok("uzu", "submissions", RUNNING, "--json"))[0]


@pytest.mark.parametrize("store", ["sqlite:///mlflow.db", "./mlruns"])
def test_a_run_in_mlflow_is_handed_over(participant, store):
    alice = participant(MLFLOW)
    # Newer versions keep no more runs in files unless they are told to.
    alice.environment |= {"MLFLOW_TRACKING_URI": store, "MLFLOW_ALLOW_FILE_STORE": "true"}
    alice.ok("uzu", "download", RUNNING, "-f", "sample_submission.csv", "-q")
    run = alice.ok("python", "-c", LOGS % "pass").split()[-1]
    alice.ok(
        *("uzu", "submit", RUNNING, "sample_submission.csv", "-q"),
        *("--mlflow-run", run, "--mlflow-cv", "valid_0.rmse"),
    )
    by_command = newest(alice)
    alice.ok("python", "-c", LOGS % FROM_A_NOTEBOOK)
    from_a_notebook = newest(alice)
    unknown = alice("uzu", "submit", RUNNING, "sample_submission.csv", "--mlflow-run", "0" * 32)

    assert by_command["experiment"] == from_a_notebook["experiment"] == LOGGED
    assert (by_command["cvScore"], from_a_notebook["cvScore"]) == (55.5, None)
    assert unknown.returncode == 1
    assert "MLflow does not give the run" in unknown.stderr
    assert newest(alice)["id"] == from_a_notebook["id"]


def test_pandera_makes_its_checks_of_the_schema(participant, tmp_path):
    alice = participant(MLFLOW)
    alice.ok("uzu", "download", RUNNING, "-f", "sample_submission.csv", "-q")
    fetch = f"import json, uzu; print(json.dumps(uzu.Client.configured().of_competition('{RUNNING}', 'submission-schema/')))"
    (tmp_path / "schema.json").write_text(alice.ok("python", "-c", fetch))
    header, first, *others = (tmp_path / "sample_submission.csv").read_text().splitlines()
    name, value = header.split(",")[1], first.split(",")[1]
    for file, lines in {
        "twice.csv": [header, first, first],
        "text.csv": [header, first.replace(f",{value}", ",x"), *others],
        "empty.csv": [header, first.replace(f",{value}", ","), *others],
    }.items():
        (tmp_path / file).write_text("\n".join(lines))
    PANDERA.install()

    said = Client(PANDERA, tmp_path).ok(
        "python", "-c", CHECKS, "sample_submission.csv", "twice.csv", "text.csv", "empty.csv"
    )

    assert said.splitlines() == [
        "sample_submission.csv passes",
        "twice.csv ['id']",
        f"text.csv ['{name}']",
        f"empty.csv ['{name}']",
    ]


def test_a_check_here_says_what_the_server_says(participant, server, tmp_path):
    alice = participant(MLFLOW)
    alice.ok("uzu", "download", RUNNING, "-f", "sample_submission.csv", "-q")
    header, first, _second, *others = (tmp_path / "sample_submission.csv").read_text().splitlines()
    bad = [header, f"{first.split(',')[0]},x", first, "nobody,1", *others[:-3]]
    (tmp_path / "bad.csv").write_text("\n".join(bad))

    alice.ok("uzu", "check", RUNNING, "sample_submission.csv")
    checked = json.loads(alice("uzu", "check", RUNNING, "bad.csv", "--json").stderr)["errors"]
    refused = json.loads(alice("uzu", "submit", RUNNING, "bad.csv", "--no-check", "--json").stderr)["errors"]
    alice.environment["UZU_URL"] = server.url  # known by its address, and not asked
    offline = alice("uzu", "check", RUNNING, "bad.csv", "--offline", "--json")

    assert checked == refused
    assert json.loads(offline.stderr)["errors"] == checked


def test_a_pipeline_of_gokart_checks_submits_and_waits(participant, tmp_path):
    alice = participant(GOKART)
    shutil.copy(ROOT / "cli" / "examples" / "gokart_pipeline.py", tmp_path)
    command = ("python", "gokart_pipeline.py", "Score", "--competition", RUNNING, "--local-scheduler")
    alice.ok(*command)
    first = newest(alice)
    alice.ok(*command)

    assert (first["status"], first["experiment"]["tags"]) == ("scored", ["gokart"])
    assert first["experiment"]["params"]["competition"] == RUNNING
    assert newest(alice)["id"] == first["id"], "what was done is not done again"
