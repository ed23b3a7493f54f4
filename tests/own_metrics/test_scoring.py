"""A submission is scored by the organisers' own metric, while its sender waits or by the job queue."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from competitions.columns import columns_of
from competitions.exceptions import MetricRefused
from competitions.metrics import sandboxes as place
from competitions.metrics.running import score_by
from competitions.metrics.sandboxes import NO_SANDBOX_READY, Sandboxes, SandboxUnavailable
from competitions.metrics.services import use_metric
from competitions.models import MetricFailure
from competitions.organising.editing import edit_competition
from competitions.solution.services import active_solution, prepared_solution
from sandbox import Answer, Outcome, Reason
from scoring import InvalidSubmission, read_predictions
from submissions import runs
from submissions.exceptions import InvalidFile
from submissions.models import Submission
from submissions.serializers import SubmissionSerializer
from submissions.services.submitting import score_queued, score_stored
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, overwrite
from tests.own_metrics.metrics import MAE, competition_scoring_by, submission_csv, tried, upload
from tests.submissions.conftest import enqueued, send

pytestmark = pytest.mark.django_db


def sends(competition, csv: str, **fields):
    team = fields.pop("team", None) or TeamFactory(competition=competition)
    return send(team, file=BytesIO(csv.encode()), at=NOON, **fields)


def answers(monkeypatch: pytest.MonkeyPatch, value: Any, **outcome: Any) -> list[tuple[Any, Any]]:
    """Every sandbox gives this answer; returns what they are asked."""
    asked = []

    def answer(_self: Sandboxes, request: Any, files: Any, **_: Any) -> Answer:
        asked.append((request, files))
        return Answer(Outcome(**{"reason": Reason.FINISHED, **outcome}), value=value)

    for name in ("now", "soon", "alone"):
        monkeypatch.setattr(Sandboxes, name, answer)
    return asked


def test_it_is_scored_in_the_request(sandboxed) -> None:
    outcome = sends(competition_scoring_by(), submission_csv(0.25, 7.0))
    assert outcome.submission.status == Submission.Status.SCORED
    assert (outcome.submission.public_score, outcome.submission.private_score) == (0.25, None)
    assert outcome.update is not None
    assert outcome.update.rank_after == 1


def test_the_parameters_of_the_version_are_used(forked) -> None:
    competition = competition_scoring_by(metric={"params": {"power": 2}})
    assert sends(competition, submission_csv(0.5)).submission.public_score == 0.25


def test_rows_in_another_order_score_the_same(forked) -> None:
    header, *rows = submission_csv(0.25).splitlines()
    outcome = sends(competition_scoring_by(), "\n".join([header, *rows[::-1]]))
    assert outcome.submission.public_score == 0.25


def test_a_public_call_holds_no_private_row(monkeypatch) -> None:
    asked = answers(monkeypatch, {"score": 1.0})
    csv = "id,target,Usage\n" + "".join(f"{n},word{n},{'Public' if n < 4 else 'Private'}\n" for n in range(8))
    competition = competition_scoring_by(csv=csv)
    sends(competition, "id,target\n" + "".join(f"{n},guess{n}\n" for n in range(8)))
    [(request, files)] = asked
    held = b"".join([repr(request).encode(), *files.values()])
    assert all(f"word{n}".encode() in held and f"guess{n}".encode() in held for n in range(4))
    assert not any(f"word{n}".encode() in held or f"guess{n}".encode() in held for n in range(4, 8))


@pytest.mark.parametrize(
    "truth", ["5.5", "five", "", "true", "1e300"], ids=["fraction", "text", "blank", "truth", "large"]
)
@pytest.mark.parametrize("sent", ["1", "0.5", "word"])
def test_a_public_call_can_not_tell_by_a_type_what_private_rows_hold(monkeypatch, truth, sent) -> None:
    """To the byte what it is given where the private rows are whole numbers, as the public ones are."""
    asked = answers(monkeypatch, {"score": 1.0})
    for private in ("5", truth):
        csv = "id,target,Usage\n1,1,Public\n2,2,Public\n3,3,Private\n4,4,Ignored\n"
        competition = competition_scoring_by(csv=csv.replace("3,3,", f"3,{private},").replace("4,4,", f"4,{private},"))
        sends(competition, f"id,target\n1,{sent}\n2,2\n3,3\n4,4\n")
    assert len(asked) == 2
    assert asked[0] == asked[1]


@pytest.mark.parametrize("truth", ["5", "five"])
def test_an_infinite_number_is_refused_whatever_private_rows_hold(truth) -> None:
    csv = f"id,target,Usage\n1,1,Public\n2,2,Public\n3,{truth},Private\n"
    with pytest.raises(InvalidFile) as refused:
        sends(competition_scoring_by(csv=csv), "id,target\n1,1\n2,inf\n3,3\n")
    assert [problem["code"] for problem in refused.value.problems] == ["not_finite"]


def test_rows_with_text_are_compared_with_text(forked) -> None:
    """Of the private rows some are text: a number there is one too, while the public ones stay numbers."""
    source = MAE.split("def score")[0] + (
        "def score(solution, submission, row_id_column_name):\n"
        "    kind = float if solution['target'].dtype.kind in 'if' else str\n"
        "    return float((solution['target'] == submission['target'].astype(kind)).mean())\n"
    )
    csv = "id,target,Usage\n1,1,Public\n2,2,Public\n3,01,Private\n4,five,Private\n"
    competition = competition_scoring_by(source, csv=csv)
    outcome = sends(competition, "id,target\n1,1.0\n2,2\n3,01\n4,five\n")
    assert outcome.submission.public_score == 1.0
    solution = active_solution(competition.phase)
    prepared = prepared_solution(solution)
    predictions = read_predictions(BytesIO(b"id,target\n1,1.0\n2,2\n3,01\n4,five\n"), prepared)
    assert score_by(solution, prepared, predictions, "private").score == 1.0


def test_only_the_checked_columns_are_passed(forked) -> None:
    source = "def score(solution, submission, row_id_column_name):\n    return len(submission.columns) + 10 * len(solution.columns)\n"
    csv = "id,truth,scale,Usage\n" + "".join(f"{n},{n},2,{'Public' if n % 2 else 'Private'}\n" for n in range(8))
    competition = competition_scoring_by(source, csv=csv, solution={"submission_columns": ["p", "q"]})
    rows = "".join(f"{n},1,2\n" for n in range(8))
    assert sends(competition, "id,p,q\n" + rows).submission.public_score == 33.0
    with pytest.raises(InvalidFile) as refused:
        sends(competition, "id,p,q,more\n" + "".join(f"{n},1,2,3\n" for n in range(8)))
    assert [one["code"] for one in refused.value.problems] == ["unexpected_columns"]


def test_where_none_is_ready_it_goes_to_the_queue_and_the_answer_says_so(cold, monkeypatch) -> None:
    outcome = sends(competition_scoring_by(), submission_csv(0.25))
    assert outcome.is_queued
    waiting = SubmissionSerializer(outcome.submission).data["waiting"]
    assert waiting["code"] == NO_SANDBOX_READY
    assert "sandbox" in waiting["detail"]
    assert enqueued(score_queued) == [outcome.submission.pk]
    found = score_stored(outcome.submission.pk, NOON)
    assert found is not None
    assert found.public_score == 0.25
    assert SubmissionSerializer(found).data["waiting"] is None


def test_where_no_sandbox_holds_it_waits(monkeypatch) -> None:
    monkeypatch.setattr(place, "find_runner", lambda: None)
    monkeypatch.setattr(Sandboxes, "warm_up", lambda _self: None)
    outcome = sends(competition_scoring_by(), submission_csv(0.25))
    found = score_stored(outcome.submission.pk, NOON)
    assert found is not None
    assert (found.status, found.fault) == ("pending", SandboxUnavailable.code)


def test_what_the_metric_says_to_participants_reaches_them(forked) -> None:
    with pytest.raises(InvalidFile) as refused:
        sends(competition_scoring_by(), submission_csv(0.25).replace("id,target\n1,1.25", "id,target\n1,high"))
    [problem] = refused.value.problems
    assert (problem["code"], problem["params"]["text"]) == ("metric_says", "Predictions must be numbers")
    assert refused.value.submission.status == Submission.Status.REFUSED
    assert not MetricFailure.objects.exists()


FAILS = {
    "the truth in an error": ('raise ValueError(f"truth: {solution.to_csv()}")', "exception", "ValueError"),
    "no number": ("return float('nan')", "exception", "NoNumberError"),
    "infinite": ("return float('inf')", "exception", "NoNumberError"),
    "text": ("return '0.5'", "exception", "NoNumberError"),
    "a mapping whose first value is no number": ("return {'a': None, 'b': 1.0}", "exception", "NoNumberError"),
    "the process ends": ("import os; os._exit(0)", "missing_output", ""),
    "it exits": ("raise SystemExit(0)", "exception", "SystemExit"),
    "a result of its own": (
        'import os, pathlib; pathlib.Path(\'result.json\').write_text(\'{"value": {"score": "high"}}\'); os._exit(0)',
        "invalid_output",
        "",
    ),
    "a link as result": ("import os; os.symlink('/etc/passwd', 'result.json'); os._exit(0)", "invalid_output", ""),
}


@pytest.mark.parametrize(("code", "reason", "error"), FAILS.values(), ids=FAILS.keys())
def test_anything_else_is_a_neutral_sentence_and_a_traceback_for_hosts(forked, code, reason, error) -> None:
    competition = competition_scoring_by(f"def score(solution, submission, row_id_column_name):\n    {code}\n")
    with pytest.raises(InvalidFile) as refused:
        sends(competition, submission_csv(0.25))
    [problem] = refused.value.problems
    assert (problem["code"], problem["params"], problem["found"]) == ("metric_failed", {}, None)
    assert "truth" not in str(refused.value.submission.problems)
    failure = MetricFailure.objects.get()
    assert (failure.reason, failure.error, failure.is_private) == (reason, error, False)
    assert failure.submission == refused.value.submission.pk
    if error in ("ValueError", "SystemExit"):
        assert 'File "metric.py", line 2, in score' in failure.traceback
    assert "program" not in failure.traceback


LIMITS = {
    "sleeps": ("import time; time.sleep(60)", {"timed_out"}),
    "grows": ("kept = []\n    while True: kept.append(b'x' * (64 << 20))", {"out_of_memory", "timed_out"}),
    "forks": (
        "import os\n    while True: os.fork()",
        # The last one where it is ended while some of its processes leave without an answer.
        {"too_many_processes", "exception", "timed_out", "out_of_memory", "invalid_output"},
    ),
}


@pytest.mark.parametrize(("code", "reasons"), LIMITS.values(), ids=LIMITS.keys())
def test_what_goes_beyond_its_limits_is_ended(cold, settings, monkeypatch, code, reasons) -> None:
    settings.METRIC_SECONDS, settings.METRIC_SANDBOX_BYTES = 1.0, 300 << 20
    # Its imports count too: enough of them, and few.
    monkeypatch.setattr(place, "START_SECONDS", 6.0)
    competition = competition_scoring_by(f"def score(solution, submission, row_id_column_name):\n    {code}\n")
    outcome = sends(competition, submission_csv(0.25))
    found = score_stored(outcome.submission.pk, NOON)
    assert found is not None
    assert (found.status, [one["code"] for one in found.problems]) == ("refused", ["metric_failed"])
    assert MetricFailure.objects.get().reason in reasons


CLOSED = """
import os, sys, socket, pathlib
kept = []

def score(solution, submission, row_id_column_name):
    kept.append(1)
    found = list(kept[1:])
    if "SECRET" in str(dict(os.environ)) or any(name.startswith(("DJANGO", "UZU_SECRET")) for name in os.environ):
        found.append("environment")
    for path in ("/proc/1/environ", "/proc/self/environ"):
        try:
            if b"PROBE_OF_THE_SERVER" in pathlib.Path(path).read_bytes():
                found.append(path)
        except OSError:
            pass
    for path in (__SETTINGS__, "/etc/shadow"):
        if os.access(path, os.R_OK):
            found.append(path)
    for path in ("/etc/made", "/usr/made", __FOLDER__):
        try:
            pathlib.Path(path).write_text("x")
            found.append(path)
        except OSError:
            pass
    try:
        socket.create_connection(("127.0.0.1", __PORT__), 1)
        found.append("network")
    except OSError:
        pass
    left = pathlib.Path(os.environ["TMPDIR"], "left")
    if left.exists():
        found.append("files of another call")
    left.write_text("x")
    if found:
        raise LookupError(str(found))
    return 1.0
"""


def test_it_finds_nothing_of_the_server_nor_of_another_call(sandboxed, settings, monkeypatch, tmp_path) -> None:
    import socket

    monkeypatch.setenv("PROBE_OF_THE_SERVER", "1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        source = (
            CLOSED.replace("__SETTINGS__", repr(str(settings.BASE_DIR / "main" / "settings.py")))
            .replace("__FOLDER__", repr(str(tmp_path / "made")))
            .replace("__PORT__", str(listener.getsockname()[1]))
        )
        competition = competition_scoring_by(source)
        for _ in range(2):
            assert sandboxed.wait_until_ready(seconds=60)
            outcome = sends(competition, submission_csv(0.25))
            assert outcome.submission.public_score == 1.0


def test_of_private_rows_nothing_is_told_but_that_there_is_no_score(forked) -> None:
    source = MAE.replace(
        "    del solution[row", "    raise ParticipantVisibleError(solution.to_csv())\n    del solution[row"
    )
    competition = competition_scoring_by(source)
    solution = active_solution(competition.phase)
    assert solution is not None
    prepared = prepared_solution(solution)
    predictions = read_predictions(BytesIO(submission_csv(0.25).encode()), prepared)
    with pytest.raises(InvalidSubmission) as refused:
        score_by(solution, prepared, predictions, "private")
    assert [one.code for one in refused.value.problems] == ["metric_failed"]
    failure = MetricFailure.objects.get()
    assert failure.is_private
    assert "target" in failure.traceback
    host, later = competition.hosts.get(), failure.at + timedelta(days=30)
    assert not MetricFailure.objects.readable_by(host, later).exists()
    overwrite(competition, confirmed_at=later)
    assert MetricFailure.objects.readable_by(host, later).get() == failure


def test_the_text_for_participants_is_bounded_and_plain(forked) -> None:
    source = MAE.replace('"Predictions must be numbers"', '"<b>\\x00\\n\\t\\u202e" + "x" * 100000')
    with pytest.raises(InvalidFile) as refused:
        sends(competition_scoring_by(source), submission_csv(0.25).replace("1,1.25", "1,high"))
    text = refused.value.problems[0]["params"]["text"]
    assert len(text) == 400
    assert text.isprintable()


def test_a_mapping_of_numbers_with_one_that_ranks(forked) -> None:
    source = "def score(solution, submission, row_id_column_name):\n    return {'mae': 0.5, 'rmse': float('nan')}\n"
    competition = competition_scoring_by(source, metric={"ranked": "mae"})
    assert sends(competition, submission_csv(0.25)).submission.public_score == 0.5


STRANGE = [None, [], "x", {}, {"score": "1"}, {"score": True}, {"score": 10**400}, {"failure": 3}, {"refusal": {}}]


@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_whatever_comes_out_of_a_sandbox_is_no_500(monkeypatch, value) -> None:
    answers(monkeypatch, value)
    with pytest.raises(InvalidFile) as refused:
        sends(competition_scoring_by(), submission_csv(0.25))
    assert [one["code"] for one in refused.value.problems] == ["metric_failed"]


def test_failures_are_bounded(monkeypatch) -> None:
    from competitions.metrics import running

    monkeypatch.setattr(running, "KEPT", 3)
    answers(monkeypatch, {"failure": {"type": "E\0\ud800", "traceback": "x\0" * 100_000}})
    competition = competition_scoring_by()
    for _ in range(5):
        with pytest.raises(InvalidFile):
            sends(competition, submission_csv(0.25))
    assert MetricFailure.objects.count() == 3
    assert max(len(one.traceback) for one in MetricFailure.objects.all()) <= 8000


# --- several numbers --------------------------------------------------------------------------------------------------
SEVERAL = """
def score(solution, submission, row_id_column_name):
    errors = (solution["target"] - submission["target"]).abs()
    return {"mean": errors.mean(), "largest": errors.max(), "rows": len(errors), "hidden": errors.sum(), "odd": None}
"""


def test_the_first_of_several_numbers_ranks_where_none_is_named(forked) -> None:
    competition = competition_scoring_by(SEVERAL, metric={"columns": ["largest", "odd", "not said"]})
    sent = sends(competition, submission_csv(0.25, 7.0)).submission
    assert sent.public_score == 0.25
    assert sent.public_numbers == {"largest": 0.25, "odd": None, "not said": None}


def test_the_one_that_is_named_ranks(forked) -> None:
    competition = competition_scoring_by(SEVERAL, metric={"ranked": "rows", "columns": ["mean"]})
    sent = sends(competition, submission_csv(0.25)).submission
    assert (sent.public_score, sent.public_numbers) == (20.0, {"mean": 0.25})
    assert [(one.key, one.label, one.direction) for one in columns_of(competition.phase)] == [("mean", "mean", "")]


def test_without_names_the_trial_takes_the_first_ones(forked) -> None:
    competition = competition_scoring_by()
    metric = upload(competition, SEVERAL, ranked="largest")
    assert metric.columns is None
    metric = tried(metric)
    assert metric.columns == ["mean", "rows", "hidden", "odd"]
    use_metric(metric=metric, by=competition.hosts.first(), at=STARTS)
    competition.refresh_from_db()
    sent = sends(competition, submission_csv(0.5)).submission
    assert sent.public_numbers == {"mean": 0.5, "rows": 20.0, "hidden": 10.0, "odd": None}


def test_private_rows_give_the_private_ones(forked) -> None:
    competition = competition_scoring_by(SEVERAL, metric={"columns": ["largest"]})
    sent = sends(competition, submission_csv(0.25, 7.0)).submission
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE
    sent.refresh_from_db()
    assert (sent.public_numbers, sent.private_numbers) == ({"largest": 0.25}, {"largest": 7.0})


@pytest.mark.parametrize(
    "values",
    ["text", [1], {"a\nb": 1.0, "largest": "high"}, {"largest": float("inf")}, {1: 2.0}, {"largest": True}],
    ids=str,
)
def test_what_a_sandbox_calls_numbers_is_looked_at(monkeypatch, values) -> None:
    answers(monkeypatch, {"score": 1.0, "values": values})
    competition = competition_scoring_by(SEVERAL, metric={"columns": ["largest"]})
    assert sends(competition, submission_csv(0.25)).submission.public_numbers == {"largest": None}


@pytest.mark.parametrize("columns", [["a"] * 2, ["mean"], ["x" * 101], [""], ["a\nb"], list("abcdef")], ids=str)
def test_names_that_are_none_are_refused(columns) -> None:
    with pytest.raises(MetricRefused) as refused:
        upload(CompetitionFactory(hosts=[UserFactory()]), SEVERAL, ranked="mean", columns=columns)
    assert refused.value.problems[0]["params"]["name"] == "columns"


def test_a_built_in_metric_leaves_what_it_had_beside_it_behind() -> None:
    competition = CompetitionFactory(hosts=[UserFactory()], further_metrics=[{"metric": "mae", "params": {}}])
    use_metric(metric=upload(competition, SEVERAL, columns=["mean"]), by=competition.hosts.first(), at=STARTS)
    competition.refresh_from_db()
    assert (competition.phase.further_metrics, [one.key for one in columns_of(competition.phase)]) == ([], ["mean"])
    with pytest.raises(ValidationError):
        edit_competition(
            competition=competition,
            changes={"further_metrics": [{"metric": "mae", "params": {}}]},
            by=competition.hosts.first(),
            at=STARTS,
        )
