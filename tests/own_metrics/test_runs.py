"""Private scoring, rescoring, late submissions and baselines by an own metric: through the same door."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import BytesIO

import pytest

from competitions.metrics.running import Said, scores_by
from competitions.metrics.sandboxes import SandboxUnavailable
from competitions.models import MetricFailure
from competitions.solution.services import active_solution, prepared_solution
from scoring import read_predictions
from submissions import analyses
from submissions.analyses import working as analysing
from submissions.models import Submission, Trial
from submissions.runs import own, start_run, work, working
from submissions.services.late import score_late_privately
from submissions.trials.services import try_out
from tests.factories import AFTER, NOON, TeamFactory
from tests.own_metrics.metrics import MAE, competition_scoring_by, submission_csv
from tests.submissions.conftest import send

pytestmark = [pytest.mark.django_db, pytest.mark.alone]


class Killed(BaseException):
    """The worker is gone in the middle of its work."""


def sends(competition, csv: str, *, at=NOON) -> Submission:
    return send(TeamFactory(competition=competition), file=BytesIO(csv.encode()), at=at).submission


def copies(submission: Submission, count: int) -> None:
    """As many more of the same team, with the same files."""
    fields = {
        one.attname: getattr(submission, one.attname) for one in Submission._meta.concrete_fields if not one.primary_key
    }
    Submission.objects.bulk_create([Submission(**fields) for _ in range(count)])


def patiently(ask: Callable[[], list[Said]]) -> list[Said]:
    """What it answers, asked again as the job queue does where a busy machine could not start the sandbox."""
    for _try in range(2):
        with suppress(SandboxUnavailable):
            return ask()
    return ask()


def test_a_private_run_of_many_is_killed_and_resumed(forked, monkeypatch) -> None:
    # The metric is the same on every database: a thousand once, fewer where the tests run again.
    many = 400 if os.environ.get("UZU_ONLY_DATABASE") else 1000
    competition = competition_scoring_by()
    copies(sends(competition, submission_csv(0.5, 3.0)), many - 1)
    monkeypatch.setattr(working, "CHUNK", 200)
    monkeypatch.setattr(own, "BATCH", 100)
    asked = []
    said = own.OwnCruncher._said

    def counted(self, several, part):
        answers = said(self, several, part)
        asked.append((part, len(several)))
        return answers

    monkeypatch.setattr(own.OwnCruncher, "_said", counted)
    write = working.write_chunk

    def dies_after_one(*arguments, **fields):
        if Submission.objects.filter(private_score__isnull=False).exists():
            raise Killed
        write(*arguments, **fields)

    run = start_run(phase=competition.phase, kind="private", by=competition.hosts.first(), at=AFTER)
    with monkeypatch.context() as patch:
        patch.setattr(working, "write_chunk", dies_after_one)
        with pytest.raises(Killed):
            work(run.pk, now=lambda: AFTER, seconds=600)
    done = Submission.objects.filter(private_score=3.0).count()
    assert done == working.CHUNK
    later = AFTER + timedelta(minutes=5)
    while work(run.pk, now=lambda: later, seconds=600) != "done":
        pass
    run.refresh_from_db()
    assert (run.status, run.done, run.failed) == ("complete", many, 0)
    assert Submission.objects.filter(private_score=3.0).count() == many
    assert {part for part, _count in asked} == {"private"}
    assert sum(count for _part, count in asked) <= many + 2 * working.CHUNK
    assert max(count for _part, count in asked) == own.BATCH


def test_a_sandbox_that_is_away_costs_no_score(forked, monkeypatch) -> None:
    competition = competition_scoring_by()
    submission = sends(competition, submission_csv(0.5, 3.0))
    run = start_run(phase=competition.phase, kind="private", by=competition.hosts.first(), at=AFTER)

    def away(*_: object) -> None:
        raise SandboxUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(own.OwnCruncher, "_said", away)
        assert work(run.pk, now=lambda: AFTER) == "waiting"
    assert work(run.pk, now=lambda: AFTER + timedelta(minutes=5)) == "done"
    submission.refresh_from_db()
    assert submission.private_score == 3.0


def test_one_that_fails_on_private_rows_alone_has_no_private_score(forked) -> None:
    source = MAE.replace(
        "    return",
        "    if solution.target.iloc[0] % 2 == 0 and submission.target.iloc[0] > 5: return solution\n    return",
    )
    competition = competition_scoring_by(source)
    good, bad = sends(competition, submission_csv(0.5, 3.0)), sends(competition, submission_csv(0.5, 9.0))
    run = start_run(phase=competition.phase, kind="private", by=competition.hosts.first(), at=AFTER)
    assert work(run.pk, now=lambda: AFTER) == "done"
    for one in (good, bad):
        one.refresh_from_db()
    assert (good.private_score, bad.private_score, bad.status) == (3.0, None, "scored")
    failure = MetricFailure.objects.get()
    assert (failure.submission, failure.is_private) == (bad.pk, True)
    assert not MetricFailure.objects.readable_by(competition.hosts.first(), AFTER).exists()


def test_a_late_submission_gets_its_private_score_after_the_confirmation(forked) -> None:
    competition = competition_scoring_by(confirmed_at=None)
    late = sends(competition, submission_csv(0.5, 3.0), at=AFTER)
    assert (late.public_score, late.private_score) == (0.5, None)
    assert score_late_privately(competition.phase.pk, AFTER) == 0
    competition.phase.confirmed_at = AFTER
    competition.phase.save()
    assert score_late_privately(competition.phase.pk, AFTER) == 1
    late.refresh_from_db()
    assert late.private_score == 3.0


def test_organisers_try_a_file_out_as_with_any_metric(forked) -> None:
    competition = competition_scoring_by()
    trial = try_out(
        phase=competition.phase,
        file=BytesIO(submission_csv(0.5).encode()),
        filename="a.csv",
        by=competition.hosts.first(),
        at=NOON,
    )
    assert (trial.status, trial.public_score) == (Trial.Status.SCORED, 0.5)


def test_a_sandbox_shared_by_many_keeps_them_apart(cold, settings) -> None:
    settings.METRIC_SECONDS = 3.0
    source = """
import os, pathlib, time
kept = []

def score(solution, submission, row_id_column_name):
    kept.append(1)
    left = [path for folder in (".", os.environ["TMPDIR"]) for path in pathlib.Path(folder).glob("left*")]
    pathlib.Path("left").write_text("x")
    pathlib.Path(os.environ["TMPDIR"], "left").write_text("x")
    first = submission.target.iloc[0]
    if first == 2:
        time.sleep(60)
    if first == 3:
        os._exit(0)
    return 10 * len(left) + len(kept)
"""
    competition = competition_scoring_by(source)
    solution = active_solution(competition.phase)
    assert solution is not None
    prepared = prepared_solution(solution)
    several = [read_predictions(BytesIO(submission_csv(error).encode()), prepared) for error in (0.0, 1.0, 2.0, 0.0)]
    said = patiently(lambda: scores_by(solution, prepared, several, "public"))
    assert [(one.score, one.error) for one in said] == [
        (1.0, ""),
        (None, "TimeoutError"),
        (None, "ProcessLost"),
        (1.0, ""),
    ]


def test_what_is_noise_is_not_measured_by_running_a_metric_thousands_of_times(forked) -> None:
    from submissions.analyses.starting import start_wobble
    from submissions.trials.services import set_baseline

    competition = competition_scoring_by()
    trial = try_out(
        phase=competition.phase,
        file=BytesIO(submission_csv(0.5).encode()),
        filename="a.csv",
        by=competition.hosts.first(),
        at=NOON,
    )
    set_baseline(trial=trial, name="Mean", by=competition.hosts.first(), at=NOON)
    analysis = competition.analyses.first() or start_wobble(submission=trial, by=None, at=NOON)
    assert analysing.work(analysis.pk, now=lambda: NOON) == "done"
    analysis.refresh_from_db()
    assert (analysis.status, analysis.error) == ("failed", "own_metric")


def test_the_desk_compares_files_of_an_own_metric(forked) -> None:
    from submissions.analyses import start_desk

    csv = "id,target,Usage\n" + "".join(f"{n},word{n},{'Public' if n % 2 else 'Private'}\n" for n in range(80))
    competition = competition_scoring_by("def score(solution, submission, row):\n    return 1.0\n", csv=csv)
    file = "id,target\n" + "".join(f"{n},guess{n % 7}\n" for n in range(80))
    for text in (file, file, file.replace("guess3", "other")):
        sends(competition, text)
    analysis = start_desk(phase=competition.phase, by=competition.hosts.first(), at=NOON)
    assert analysing.work(analysis.pk, now=lambda: NOON) == "done"
    analysis.refresh_from_db()
    assert analysis.status == "complete"
    assert len(analysis.result["identical"]) == 1
    assert analysis.result["similar"][0]["equal"] == 1.0


def test_a_dry_run_asks_the_own_metric_for_public_rows_and_keeps_no_failure(forked, monkeypatch) -> None:
    competition = competition_scoring_by()
    sends(competition, submission_csv(0.5, 3.0))
    asked = []
    said = own.OwnCruncher._said

    def noted(self, several, part):
        asked.append(part)
        return said(self, several, part)

    monkeypatch.setattr(own.OwnCruncher, "_said", noted)
    failures = MetricFailure.objects.count()
    analysis = analyses.start_dry_run(phase=competition.phase, by=competition.hosts.first(), at=AFTER)
    analyses.work(analysis.pk, now=lambda: AFTER)
    analysis.refresh_from_db()
    assert (analysis.status, analysis.result["submissions"], analysis.result["refused"]) == ("complete", 1, 0)
    assert set(asked) == {"public"}
    assert MetricFailure.objects.count() == failures
    assert not Submission.objects.filter(private_score__isnull=False).exists()
