"""Versions of an own metric: kept, tried out, and let score by the rules that solutions have."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from competitions.exceptions import (
    DirectionFixed,
    MetricInUse,
    MetricIsBeingTried,
    MetricNotTried,
    MetricRefused,
    NoOwnMetric,
    NotHost,
    ReasonMissing,
)
from competitions.metrics import trying
from competitions.metrics.services import show_source, use_metric
from competitions.models import DataFile, LogKind, OwnMetric
from competitions.organising.editing import edit_competition
from competitions.organising.readiness import readiness
from competitions.solution.services import active_metric, active_solution
from scoring import Direction
from submissions.runs import start_run, work
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.own_metrics.metrics import (
    MAE,
    SOLUTION,
    competition_scoring_by,
    give,
    passed,
    submission_csv,
    tried,
    upload,
)
from tests.submissions.conftest import send

pytestmark = pytest.mark.django_db

BEFORE = STARTS - timedelta(days=1)


def function(code: str) -> str:
    return f"def score(solution, submission, row_id_column_name):\n    {code}\n"


@pytest.fixture
def competition(db):
    return CompetitionFactory(hosts=[UserFactory()])


@pytest.fixture
def scoring(db):
    return competition_scoring_by()


def add_sample(competition, csv: str = "id,target\n" + "".join(f"{n},0\n" for n in range(1, 41))) -> None:
    DataFile.objects.create(
        competition=competition,
        name="sample.csv",
        file=ContentFile(csv.encode(), "sample.csv"),
        size=len(csv),
        sha256="0" * 64,
        is_sample_submission=True,
    )


# --- keeping ----------------------------------------------------------------------------------------------------------
SOURCES = {
    "": "empty_file",
    "def score(": "metric_syntax",
    "x\0": "metric_syntax",
    "def other(a, b, c): pass": "metric_without_score",
    "class score: pass": "metric_without_score",
    "async def score(solution, submission, row): pass": "metric_without_score",
    "def score(solution, submission): pass": "metric_signature",
    "def score(submission, solution, row): pass": "metric_signature",
    "def score(solution, submission, row, **more): pass": "metric_signature",
    "def score(solution, submission, row, *more): pass": "metric_signature",
    "x = " + "(" * 5000: "metric_syntax",
    "#" * (256 * 1024 + 1): "too_large",
    "def score(solution, submission, row, wanted: int): pass": "wrong_parameter",
}


@pytest.mark.parametrize(("source", "code"), SOURCES.items(), ids=[one[:40] for one in SOURCES])
def test_what_is_no_metric_is_refused_and_nothing_of_it_is_run(competition, source, code) -> None:
    with pytest.raises(MetricRefused) as refused:
        upload(competition, source)
    assert [one["code"] for one in refused.value.problems] == [code]
    assert not OwnMetric.objects.exists()


def test_parameters_are_found_in_the_signature(competition) -> None:
    source = (
        "from typing import Optional\n"
        "def score(solution, submission, row_id_column_name, a: int, b: float = 1.5, c: str = 'x', d: bool = True,\n"
        "          e: list[str] = ['p'], f: Optional[int] = None, g=3, *, h: 'float | None' = None, i=print) -> float: ..."
    )
    metric = upload(competition, source, params={"a": 2, "b": 1, "f": None})
    assert {one["name"]: (one["kind"], one["default"]) for one in metric.parameters} == {
        "a": ("int", None),
        "b": ("float", 1.5),
        "c": ("str", "x"),
        "d": ("bool", True),
        "e": ("list", ["p"]),
        "f": ("int", None),
        "g": ("int", 3),
        "h": ("float", None),
        "i": ("any", None),
    }
    assert metric.params == {"a": 2, "b": 1.0, "f": None}


@pytest.mark.parametrize(
    "params",
    [{"power": "2"}, {"power": True}, {"power": None}, {"power": float("nan")}, {"power": []}, {"other": 1}],
    ids=str,
)
def test_values_have_the_kinds_of_the_parameters(competition, params) -> None:
    with pytest.raises(MetricRefused) as refused:
        upload(competition, params=params)
    assert refused.value.problems[0]["code"] in ("wrong_parameter", "unknown_parameter")


def test_line_ends_and_a_bom_do_not_matter(competition) -> None:
    one, other = upload(competition), upload(competition, "\N{BOM}" + MAE.replace("\n", "\r\n"))
    assert (one.sha256, one.version, other.version) == (other.sha256, 1, 2)
    assert set(one.libraries) == {"numpy", "pandas", "scipy", "scikit-learn", "pyarrow"}


def test_only_organisers_keep_try_use_and_show(scoring) -> None:
    metric, somebody = active_metric(scoring.phase), UserFactory()
    for act in (
        lambda: upload(scoring, by=somebody),
        lambda: trying.start_trial(metric=metric, by=somebody, at=NOON),
        lambda: use_metric(metric=metric, by=somebody, at=NOON),
        lambda: show_source(metric=metric, is_shown=True, by=somebody),
    ):
        with pytest.raises(NotHost):
            act()


# --- trying it out ----------------------------------------------------------------------------------------------------
def test_a_good_metric_passes_with_scores_and_times(forked, scoring) -> None:
    add_sample(scoring)
    metric = tried(upload(scoring))
    assert (metric.trial_status, metric.trial["why"]) == ("passed", [])
    cases = {one["name"]: one for one in metric.trial["cases"]}
    assert list(cases) == list(trying.CASES)
    assert cases["perfect"]["score"] == cases["perfect_again"]["score"] == 0
    assert cases["sample"]["score"] == 20
    assert cases["shuffled"]["score"] > 0
    assert cases["blanks"]["score"] is None
    assert all(one["seconds"] >= 0 for one in cases.values())


BAD = {
    "no number": (function("return float('nan')"), ["perfect_has_no_score", "sample_has_no_score"]),
    "chance": ("import os\n" + function("return int.from_bytes(os.urandom(4), 'big')"), ["not_deterministic"]),
    "a wrong direction": (function("return -abs(solution.target - submission.target).sum()"), ["perfect_is_worse"]),
    "only public rows": (
        function("return 1.0 if solution.id.iloc[0] % 2 else float('nan')"),
        ["private_rows_have_no_score"],
    ),
    "a crash": (function("import os; os._exit(1)"), ["perfect_has_no_score", "sample_has_no_score"]),
}


@pytest.mark.parametrize(("source", "why"), BAD.values(), ids=BAD.keys())
def test_what_can_not_rank_does_not_pass(forked, scoring, source, why) -> None:
    add_sample(scoring)
    metric = tried(upload(scoring, source))
    assert metric.trial_status == "failed"
    assert [code for code in why if code not in metric.trial["why"]] == []
    with pytest.raises(MetricNotTried):
        use_metric(metric=metric, by=scoring.hosts.first(), at=NOON)


def test_another_organiser_is_told_nothing_of_private_rows(forked, scoring) -> None:
    """A metric could fail by what one private row says: each version of it would tell something of that row."""
    other = UserFactory()
    scoring.hosts.add(other)
    metric = tried(upload(scoring, BAD["only public rows"][0], by=other), by=other)
    assert (metric.trial_status, metric.trial["why"]) == ("passed", [])
    # Nor when whoever has the answers tries their metric out, as happens with each new version of the solution.
    metric = tried(metric, by=scoring.hosts.first())
    assert (metric.trial_status, metric.trial["why"]) == ("passed", [])


def test_of_private_rows_no_score_and_no_traceback_is_kept(forked, scoring) -> None:
    code = "print(solution); raise ValueError(','.join(str(n) for n in solution.id))"
    metric = tried(upload(scoring, function(f"if solution.id.iloc[0] % 2: return 1.0\n    {code}")))
    assert metric.trial["why"] == ["private_rows_have_no_score"]
    assert "2,4,6" not in str(metric.trial)


def test_rows_in_another_order_are_shown_beside_the_same_in_order(forked, scoring) -> None:
    """A metric may mean the order, as one of a series in time does: it is told, and not refused."""
    add_sample(scoring, "id,target\n" + "".join(f"{n},{n * n}\n" for n in range(1, 41)))
    for source, same in ((MAE, True), (function("return float(submission.target.iloc[0])"), False)):
        metric = tried(upload(scoring, source, direction="smaller_is_better"))
        cases = {one["name"]: one["score"] for one in metric.trial["cases"]}
        assert (cases["reordered"] == cases["sample"]) is same
        assert metric.trial["why"] == []


def test_state_between_calls_is_not_found(forked, scoring) -> None:
    source = (
        "kept = []\ndef score(solution, submission, row_id_column_name):\n    kept.append(1)\n    return len(kept)\n"
    )
    assert tried(upload(scoring, source)).trial_status == "passed"


def test_the_sample_may_have_other_columns_than_the_solution(forked) -> None:
    competition = competition_scoring_by(
        function("return float(submission.p.sum())"), solution={"submission_columns": ["p"]}
    )
    assert tried(active_metric(competition.phase)).trial["why"] == ["nothing_to_try"]
    add_sample(competition, "id,p\n" + "".join(f"{n},1\n" for n in range(1, 41)))
    metric = tried(active_metric(competition.phase))
    assert [one["name"] for one in metric.trial["cases"]] == [
        *("reordered", "constant", "blanks", "sample", "sample_again"),
    ]
    assert metric.trial_status == "passed"


def test_one_that_is_being_tried_is_not_tried_twice_nor_used(scoring) -> None:
    metric = trying.start_trial(metric=upload(scoring), by=scoring.hosts.first(), at=NOON)
    with pytest.raises(MetricIsBeingTried):
        trying.start_trial(metric=metric, by=scoring.hosts.first(), at=NOON)
    with pytest.raises(MetricIsBeingTried):
        use_metric(metric=metric, by=scoring.hosts.first(), at=NOON)


def test_a_trial_that_lost_its_job_is_handed_out_again(scoring) -> None:
    metric = trying.start_trial(metric=upload(scoring), by=scoring.hosts.first(), at=NOON)
    assert trying.catch_up_with_trials_of_metrics(NOON) == 0
    assert trying.catch_up_with_trials_of_metrics(NOON + timedelta(hours=1)) == 1
    metric.refresh_from_db()
    assert metric.trial_status == "pending"


# --- letting it score -------------------------------------------------------------------------------------------------
def test_before_there_is_a_solution_it_is_used_untried_and_the_direction_stands_with_the_competition(
    competition,
) -> None:
    use_metric(metric=upload(competition, direction="larger_is_better"), by=competition.hosts.first(), at=BEFORE)
    competition.refresh_from_db()
    assert (competition.phase.metric, competition.phase.direction) == (
        "own_larger_is_better",
        Direction.LARGER_IS_BETTER,
    )
    solution = give(competition)
    assert solution.own_metric == active_metric(competition.phase)
    assert "own_metric_not_tried" in [one.code for one in readiness(competition)]


def test_the_solution_of_a_built_in_metric_is_taken_over(forked, competition) -> None:
    give_solution(competition, SOLUTION)
    use_metric(metric=tried(upload(competition)), by=competition.hosts.first(), at=BEFORE)
    solution = active_solution(competition.phase)
    assert (solution.version, solution.metric, solution.expected_columns) == (
        2,
        "own_smaller_is_better",
        ["id", "target"],
    )
    assert "own_metric_not_tried" not in [one.code for one in readiness(competition)]


def test_no_other_door_makes_an_own_metric_score(competition) -> None:
    with pytest.raises(NoOwnMetric):
        edit_competition(
            competition=competition,
            changes={"metric": "own_larger_is_better"},
            by=competition.hosts.first(),
            at=BEFORE,
        )


def used(scoring, public: float = 2.0):
    """A team has a score by the metric."""
    team = TeamFactory(competition=scoring)
    return send(team, file=BytesIO(submission_csv(public, 3.0).encode())).submission


def test_once_submissions_were_received_a_change_needs_a_reason_and_stands_in_the_log(forked, scoring) -> None:
    submission = used(scoring)
    metric, host = passed(upload(scoring, params={"power": 2})), scoring.hosts.first()
    with pytest.raises(ReasonMissing):
        use_metric(metric=metric, by=host, at=NOON)
    use_metric(metric=metric, by=host, at=NOON, reason="The power was wrong.")
    entry = scoring.log.get(kind=LogKind.METRIC, reason="The power was wrong.")
    assert [one["version"] for one in entry.facts["own"]] == [1, 2]
    assert MAE not in str(entry.facts)
    solution = active_solution(scoring.phase)
    assert (solution.version, solution.own_metric) == (2, metric)
    submission.refresh_from_db()
    assert submission.public_score == 2.0
    run = start_run(phase=scoring.phase, kind="rescore", by=host, at=NOON, reason="The power was wrong.")
    while work(run.pk, now=lambda: NOON) == "more":
        pass
    submission.refresh_from_db()
    assert (submission.public_score, submission.former_public_score) == (4.0, 2.0)


def test_once_submissions_were_received_the_direction_stays(forked, scoring) -> None:
    metric = passed(upload(scoring, direction="larger_is_better"))
    used(scoring)
    with pytest.raises(DirectionFixed):
        use_metric(metric=metric, by=scoring.hosts.first(), at=NOON, reason="x")
    with pytest.raises(DirectionFixed):
        upload(scoring, direction="larger_is_better")


@pytest.mark.parametrize("metric", ["rmse", "own_larger_is_better"])
def test_once_submissions_were_received_no_other_metric_takes_its_place(forked, scoring, metric) -> None:
    used(scoring)
    with pytest.raises((MetricInUse, NoOwnMetric)):
        edit_competition(competition=scoring, changes={"metric": metric}, by=scoring.hosts.first(), at=NOON)


def test_nor_does_an_own_metric_take_the_place_of_a_built_in_one(competition) -> None:
    give_solution(competition, SOLUTION)
    metric = passed(upload(competition))
    send(TeamFactory(competition=competition), file=BytesIO(submission_csv(1.0).encode()))
    with pytest.raises(MetricInUse):
        use_metric(metric=metric, by=competition.hosts.first(), at=NOON, reason="x")


def test_a_new_version_of_the_solution_keeps_the_metric_and_has_it_tried(forked, scoring) -> None:
    metric = active_metric(scoring.phase)
    solution = give(scoring, SOLUTION.replace("1,1,", "1,5,"), at=NOON)
    assert (solution.version, solution.own_metric) == (2, metric)


def test_a_change_after_the_end_opens_objections_and_closes_the_result(forked, scoring) -> None:
    used(scoring)
    metric = passed(upload(scoring, params={"power": 2}))
    scoring.phase.confirmed_at = AFTER
    scoring.phase.save()
    use_metric(metric=metric, by=scoring.hosts.first(), at=AFTER, reason="The power was wrong.")
    scoring.refresh_from_db()
    assert scoring.phase.confirmed_at is None
    assert scoring.phase.objections_until == AFTER + timedelta(minutes=scoring.phase.objection_minutes)
