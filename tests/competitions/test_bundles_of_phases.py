"""A competition of several phases as a file, and copied: each phase with all that is its own."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import yaml
from django.core.files.base import ContentFile

from competitions.bundles.cloning import clone_competition
from competitions.bundles.describing import NAME
from competitions.exceptions import BundleRefused, SolutionNotYours
from competitions.files.services import add_data_file
from competitions.metrics.services import upload_metric, use_metric
from competitions.models import Competition, DataFile, Phase
from competitions.phases.services import remove_phase
from competitions.solution.services import active_solution, replace_solution
from tests.competitions.test_bundles import SOLUTION, bundle_of, changed, put_in, stored
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, UserFactory, give_solution, overwrite
from tests.matrix.scenario import METRIC
from tests.phases import DAY, FINAL_ENDS, add, phase_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture
def cup(host):
    """A development phase and a final of its best, ranked together; the number between the two was given up."""
    cup = CompetitionFactory(
        title="渦潮杯",
        slug="cup",
        hosts=[host],
        time_zone="Asia/Tokyo",
        combined_rule="points",
        combined_points=[25, 18, 15],
        merge_deadline=FINAL_ENDS - DAY,
        daily_submission_limit=None,
    )
    give_solution(cup, SOLUTION)
    gone = add(cup, name="Given up")
    final = add(
        cup,
        daily_submission_limit=2,
        metric="pinball",
        metric_params={"alpha": 0.9},
        score_digits=3,
        board_freeze_minutes=60,
        releases_solution=True,
    )
    remove_phase(phase=gone, by=host, at=STARTS, reason="Why.")
    Phase.objects.filter(pk=final.pk).update(
        entry_rule="best",
        entry_phase=phase_of(cup, 1),
        entry_board="public",
        entry_count=10,
        takes_over="selected",
        combined_weight=2.5,
    )
    other = io.BytesIO(SOLUTION.replace("0.25", "0.125").encode())
    replace_solution(phase=final, file=other, filename="final.csv", by=None, at=STARTS)
    for name, phase in (("train.csv", None), ("sample_submission.csv", None), ("final/sample.csv", final)):
        file = ContentFile(name.encode(), name=name)
        sample = "sample" in name
        add_data_file(
            competition=cup, file=file, name=name, phase=phase, is_sample_submission=sample, by=None, at=STARTS
        )
    return Competition.objects.get(pk=cup.pk)


def description_in(content):
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(content)) as archive:
        return yaml.safe_load(archive.read(NAME)), archive.namelist()


def test_what_comes_out_of_the_other_server_is_what_went_in(cup, host):
    there = bundle_of(cup)
    Competition.objects.update(slug="another-server")
    here = put_in(there, host)
    assert bundle_of(here) == there
    assert [phase.number for phase in here.phases.order_by("number")] == [1, 2]
    final = phase_of(here, 2)
    assert (final.name, final.entry_phase, final.entry_count) == ("Final", phase_of(here, 1), 10)
    assert (final.takes_over, final.combined_weight, final.metric_params) == ("selected", 2.5, {"alpha": 0.9})
    assert here.data_files.get(name="final/sample.csv").phase == final
    assert here.data_files.filter(is_sample_submission=True).count() == 2
    for number, solution in ((1, cup.phase), (2, phase_of(cup, 3))):
        assert active_solution(phase_of(here, number)).sha256 == active_solution(solution).sha256


def test_each_phase_says_what_is_its_own(cup):
    described, files = description_in(bundle_of(cup))
    first, final = described["phases"]
    assert first["clock"] == {
        "startsAt": "2026-06-01T09:00:00+09:00",
        "endsAt": "2026-06-11T09:00:00+09:00",
        "objectionMinutes": 60,
    }
    assert final["metric"] == {"name": "pinball", "parameters": {"alpha": 0.9}, "further": [], "digits": 3}
    assert final["limits"]["daily"] == 2
    assert final["leaderboard"]["freezeMinutes"] == 60
    assert final["entry"] == {
        "rule": "best",
        "phase": 1,
        "board": "public",
        "count": 10,
        "percent": None,
        "baseline": "",
        "takesOver": "selected",
    }
    assert (final["combinedWeight"], final["solution"]["file"]) == (2.5, "solution/2/solution")
    assert described["combined"] == {"rule": "points", "points": [25, 18, 15]}
    assert described["clock"] == {"entryDeadline": None, "mergeDeadline": "2026-06-20T09:00:00+09:00"}
    assert described["limits"] == {"teamSize": 5, "mergeBound": "by_now"}
    assert not {"metric", "leaderboard", "solution"} & described.keys()
    assert {"solution/1/solution", "solution/2/solution"} < set(files)


def test_in_one_phase_nobody_sees_the_word(host):
    cup = CompetitionFactory(slug="alone", hosts=[host])
    gone = add(cup)
    remove_phase(phase=gone, by=host, at=STARTS, reason="Why.")
    give_solution(cup, SOLUTION)
    described, files = description_in(bundle_of(cup))
    assert not {"phases", "combined"} & described.keys()
    assert {"startsAt", "endsAt"} < described["clock"].keys()
    assert files == [NAME, "solution/solution"]


def test_an_own_metric_goes_with_its_phase(cup, host):
    third = add(cup, name="Third", metric="rmse", starts_at=FINAL_ENDS, ends_at=FINAL_ENDS + DAY)
    metric = upload_metric(
        phase=third, source=METRIC, filename="m.py", direction="smaller_is_better", by=host, at=STARTS
    )
    use_metric(metric=metric, by=host, at=STARTS)
    there = bundle_of(cup)
    assert "metric/3/metric.py" in description_in(there)[1]
    Competition.objects.update(slug="another-server")
    here = put_in(there, host)
    assert bundle_of(here) == there
    metrics = [phase.metric for phase in here.phases.order_by("number")]
    assert metrics == ["rmse", "pinball", phase_of(cup, 4).metric]
    assert phase_of(here, 3).own_metrics.get().source == metric.source


def test_a_copy_has_all_phases_at_their_distances(cup, host):
    copy = clone_competition(
        competition=cup,
        title="Next",
        slug="next",
        starts_at=STARTS + timedelta(days=365),
        with_solution=False,
        by=host,
        at=AFTER,
    )
    year = timedelta(days=365)
    first, final = copy.phases.order_by("number")
    assert (first.starts_at, first.ends_at) == (STARTS + year, ENDS + year)
    assert (final.starts_at, final.ends_at) == (ENDS + year, FINAL_ENDS + year)
    assert copy.merge_deadline == cup.merge_deadline + year
    assert [active_solution(phase) for phase in (first, final)] == [None, None]
    assert copy.data_files.get(name="final/sample.csv").phase == final


def test_the_earliest_phase_begins_at_the_moment_said(cup, host):
    """Whatever its number is."""
    overwrite(cup, board_freezes_at=None)
    Phase.objects.filter(competition=cup, number=3).update(starts_at=STARTS - DAY)
    made = put_in(bundle_of(cup), host, slug="next", starts_at=NOON)
    assert [phase.starts_at for phase in made.phases.order_by("number")] == [NOON + DAY, NOON]


@pytest.mark.parametrize(
    ("mine", "confirmed", "allowed"),
    [((), (1,), False), ((), (1, 3), True), ((3,), (1,), True), ((1,), (), False), ((1, 3), (), True)],
)
def test_a_copy_takes_solutions_along_where_it_may_of_every_phase(cup, host, mine, confirmed, allowed):
    cup.solutions.filter(phase__number__in=mine).update(uploaded_by=host)
    cup.phases.filter(number__in=confirmed).update(confirmed_at=FINAL_ENDS)
    at = FINAL_ENDS + DAY
    asked = {"title": "Next", "slug": "next", "starts_at": at + DAY, "with_solution": True, "by": host, "at": at}
    if allowed:
        copy = clone_competition(competition=cup, **asked)
        assert all(active_solution(phase) for phase in copy.phases.all())
        return
    with pytest.raises(SolutionNotYours):
        clone_competition(competition=cup, **asked)
    assert not Competition.objects.filter(slug="next").exists()


def of_final(**parts):
    return lambda it: it["phases"][1].update(parts)


FAULTS = {
    "a metric for all": (lambda it: it.update(metric={"name": "rmse"}), "schema_place", "metric"),
    "a start for all": (
        lambda it: it["clock"].update(startsAt="2026-06-01T00:00Z"),
        "schema_place",
        "clock.startsAt",
    ),
    "a limit for all": (lambda it: it["limits"].update(daily=3), "schema_place", "limits.daily"),
    "one phase alone": (lambda it: it["phases"].pop(), "schema_minItems", "phases"),
    "no clock": (lambda it: it["phases"][1].pop("clock"), "schema_required", "phases.1"),
    "a field that is none": (of_final(colour="red"), "schema_additionalProperties", "phases.1"),
    "no such metric": (of_final(metric={"name": "luck"}), "unknown_metric", "phases.1.metric.name"),
    "a moment that is none": (
        of_final(clock={"startsAt": "soon enough", "endsAt": "2026-06-21T00:00Z"}),
        "invalid_moment",
        "phases.1.clock.startsAt",
    ),
    "an end that has passed": (
        of_final(clock={"startsAt": "2026-06-01T00:00Z", "endsAt": "2026-06-05T11:00Z"}),
        "end_in_the_past",
        "phases.1.clock.endsAt",
    ),
    "an end before the start": (
        of_final(clock={"startsAt": "2026-06-21T00:00Z", "endsAt": "2026-06-20T00:00Z"}),
        "ends_before_it_starts",
        "phases.1",
    ),
    "no such phase to come from": (of_final(entry={"phase": 3}), "no_such_phase", "phases.1.entry.phase"),
    "no such phase of a file": (lambda it: it["data"][0].update(phase=7), "no_such_phase", "data.0.phase"),
    "a rule that is none": (of_final(entry={"rule": "luck"}), "schema_enum", "phases.1.entry.rule"),
    "more than all": (of_final(entry={"percent": 101}), "schema_anyOf", "phases.1.entry.percent"),
    "a weight without end": (of_final(combinedWeight=float("inf")), "not_a_number", "phases.1.combinedWeight"),
    "a weight that is none": (of_final(combinedWeight=float("nan")), "not_a_number", "phases.1.combinedWeight"),
    "a deadline after all ends": (
        lambda it: it["clock"].update(mergeDeadline="2026-07-01T00:00Z"),
        "after_the_end",
        "clock.mergeDeadline",
    ),
    "a solution that is not there": (
        of_final(solution={"file": "solution/none"}),
        "file_missing",
        "phases.1.solution.file",
    ),
    "a solution that is none": (of_final(solution={"file": "data/train.csv"}), "invalid_solution", "phases.1.solution"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place_and_nothing_is_made(
    cup, host, tmp_path, fault, django_capture_on_commit_callbacks
):
    change, code, field = FAULTS[fault]
    content = changed(bundle_of(cup), change)
    before, files = stored(tmp_path), DataFile.objects.count()
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(BundleRefused) as caught:
        put_in(content, host, slug="other")
    problem = caught.value.problems[0]
    assert (problem["code"], problem["params"]["field"]) == (code, field)
    assert problem["params"]["line"] is not None
    assert list(Competition.objects.all()) == [cup]
    assert (stored(tmp_path), DataFile.objects.count()) == (before, files)


def test_what_is_of_phases_has_no_place_in_one(host):
    cup = CompetitionFactory(slug="alone", hosts=[host])
    content = changed(bundle_of(cup), lambda it: it.update(combined={"rule": "last"}))
    with pytest.raises(BundleRefused) as caught:
        put_in(content, host, slug="other")
    (problem,) = caught.value.problems
    assert (problem["code"], problem["params"]["field"]) == ("schema_place", "combined")
    assert "phases" in problem["detail"]


def test_what_a_later_phase_does_not_say_is_as_in_the_one_before(cup, host):
    def short(it):
        it["phases"][0]["limits"]["selectable"] = 4
        final = it["phases"][1]
        it["phases"][1] = {"clock": final["clock"], "metric": {"name": "mae"}}
        it["data"] = []

    made = put_in(changed(bundle_of(cup), short), host, slug="other")
    final = phase_of(made, 2)
    assert (final.name, final.metric, final.selectable_submissions, final.entry_rule) == (
        "Phase 2",
        "mae",
        4,
        "everybody",
    )
