"""The combined leaderboard: what it shows of which phases to whom, and what organisers may set."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from competitions.brackets.services import set_brackets
from competitions.combined.queries import CombinedBoard, phases_of
from competitions.exceptions import CombinedWeightsMissing, DirectionsDiffer
from competitions.metrics.services import upload_metric, use_metric
from competitions.models import Bracket, Competition, LogRow, Phase, Standing, Team
from competitions.organising.editing import edit_competition
from competitions.phases.services import remove_phase
from notifications_api.models import Notification
from submissions import runs
from submissions.exclusion.services import disqualify, lift
from tests.factories import AFTER, ENDS, NOON, STARTS, TeamFactory, UserFactory, overwrite
from tests.matrix.scenario import METRIC
from tests.phases import DAY, FINAL, FINAL_ENDS, add, confirm, phase_of
from tests.submissions.conftest import competition_with_solution
from tests.submissions.test_phases import client, give, sends

pytestmark = pytest.mark.django_db

ADDRESS = "/api/competitions/two/leaderboard/combined/"
OVER = FINAL_ENDS + DAY
FORMS = {
    "after each other": {"starts_at": ENDS, "ends_at": FINAL_ENDS},
    "side by side": {"starts_at": STARTS + DAY, "ends_at": FINAL_ENDS},
}
# What each team scores privately: in the first phase, and in the second.
SCORES = {"ants": (0.25, 0.75), "bees": (0.5, 0.25), "cats": (0.75, 0.5), "dogs": (0.125, None)}


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture
def cup(host, form):
    return two_phases(host, **FORMS[form])


def two_phases(host, rule: str = "mean_rank", **fields):
    cup = competition_with_solution("rmse", slug="two", hosts=[host], combined_rule=rule)
    give(add(cup, **fields))
    return Competition.objects.get(pk=cup.pk)


@pytest.fixture
def teams(cup):
    """Four teams that have sent what they score by; the dogs nothing to the second phase."""
    made = {name: TeamFactory(competition=cup, name=name) for name in SCORES}
    for name, scores in SCORES.items():
        for number, score in enumerate(scores, start=1):
            if score is not None:
                at = NOON if number == 1 else ENDS + DAY
                sends(made[name], phase_of(cup, number), 0.5, score, at=at)
    return made


def show(at=OVER, who: Any = None, address: str = ADDRESS, status: int = 200, **params: Any) -> Any:
    with freeze_time(at):
        answer = client(who).get(address, params)
    assert answer.status_code == status, answer.content
    return answer.json()


def ranking(body: Any) -> list[tuple[int | None, str]]:
    return [(row["rank"], row["team"]["name"]) for row in body["results"]]


def patch(who: Any, body: dict[str, Any], *, at=NOON, place: str = "") -> Any:
    with freeze_time(at):
        return client(who).patch(f"/api/competitions/two/{place}", body, format="json")


def refused(answer: Any) -> tuple[int, str, str | None]:
    error = answer.json()["errors"][0]
    return answer.status_code, error["code"], error["attr"]


# --- which phases count -----------------------------------------------------------------------------------------------
def test_nothing_is_shown_before_the_first_confirmation(cup, teams):
    run = runs.start_run(phase=phase_of(cup, 1), kind="private", by=None, at=FINAL)
    runs.work(run.pk, now=lambda: FINAL)
    for who in (None, teams["ants"].owner, cup.hosts.get()):
        body = show(FINAL, who)
        told = {name: body[name] for name in ("count", "results", "me", "teams", "isFinal")}
        assert told == {"count": 0, "results": [], "me": None, "teams": 0, "isFinal": False}
        assert [one["counts"] for one in body["phases"]] == [False, False]


def test_only_confirmed_phases_count_and_others_are_columns_without_numbers(cup, teams):
    confirm(phase_of(cup, 1), FINAL)
    body = show(FINAL)
    assert ranking(body) == [(1, "dogs"), (2, "ants"), (3, "bees"), (4, "cats")]
    assert [(one["number"], one["name"], one["counts"]) for one in body["phases"]] == [
        (1, "", True),
        (2, "Final", False),
    ]
    assert [row["phases"] for row in body["results"]][:2] == [
        [{"rank": 1, "score": 0.125, "points": None}, None],
        [{"rank": 2, "score": 0.25, "points": None}, None],
    ]
    assert body["isFinal"] is False


def test_with_both_confirmed_the_rule_ranks_over_both(cup, teams):
    for number in (1, 2):
        confirm(phase_of(cup, number), OVER)
    body = show(OVER, teams["dogs"].owner)
    # ants 2 + 3, bees 3 + 1, cats 4 + 2, dogs 1 + 4: of equal means the later phase decides.
    assert ranking(body) == [(1, "bees"), (2, "ants"), (3, "dogs"), (4, "cats")]
    assert [row["value"] for row in body["results"]] == [2.0, 2.5, 2.5, 3.0]
    assert body["results"][2]["phases"] == [
        {"rank": 1, "score": 0.125, "points": None},
        {"rank": None, "score": None, "points": None},
    ]
    assert (body["me"]["rank"], body["me"]["isMine"], body["isFinal"], body["rule"]) == (3, True, True, "mean_rank")


@pytest.mark.parametrize(
    ("rule", "order", "values"),
    [
        ("points", [(1, "bees"), (2, "ants"), (3, "dogs"), (4, "cats")], [150.0, 325 / 3, 100.0, 275 / 3]),
        ("weighted_score", [(1, "bees"), (2, "ants"), (3, "cats"), (None, "dogs")], [0.375, 0.5, 0.625, None]),
        ("last", [(1, "bees"), (2, "cats"), (3, "ants"), (None, "dogs")], [1.0, 2.0, 3.0, None]),
    ],
)
def test_each_rule_has_its_own_order(cup, teams, rule, order, values):
    overwrite(cup, combined_rule=rule)
    for number in (1, 2):
        confirm(phase_of(cup, number), OVER)
    body = show()
    assert ranking(body) == order
    assert [row["value"] for row in body["results"]] == pytest.approx(values)
    cells = body["results"][0]["phases"]
    assert [cell["points"] for cell in cells] == ([50.0, 100.0] if rule == "points" else [None, None])


def test_a_confirmation_that_is_taken_back_takes_the_phase_out_by_every_way(cup, teams):
    for number in (1, 2):
        confirm(phase_of(cup, number), OVER)
    with freeze_time(OVER):
        seen = client().get(ADDRESS)
        assert client().get(ADDRESS, headers={"If-None-Match": seen["ETag"]}).status_code == 304
        runs.unconfirm_private_leaderboard(phase=phase_of(cup, 2), by=None, at=OVER, reason="A mistake.")
        for headers in ({"If-None-Match": seen["ETag"]}, {}):
            answer = client().get(ADDRESS, headers=headers)
            assert answer.status_code == 200
            assert [row["phases"][1] for row in answer.json()["results"]] == [None] * 4
        assert ranking(answer.json())[0] == (1, "dogs")
        assert answer.json()["isFinal"] is False
        lines = csv_of(client().get(f"{ADDRESS}csv/"))
        assert [(line["Final rank"], line["Final score"]) for line in lines] == [("", "")] * 4
    assert LogRow.objects.filter(competition=cup, kind="unconfirmed").count() == 1


def test_what_is_kept_of_a_confirmed_result_is_not_shown_when_it_is_taken_back(cup, teams, monkeypatch):
    monkeypatch.setattr("competitions.combined.queries.WORTH_KEEPING", 0)
    for number in (1, 2):
        confirm(phase_of(cup, number), OVER)
    assert show()["results"][0]["phases"][1] == {"rank": 1, "score": 0.25, "points": None}
    with freeze_time(OVER):
        runs.unconfirm_private_leaderboard(phase=phase_of(cup, 2), by=None, at=OVER, reason="A mistake.")
    assert {str(row["phases"][1]) for row in show()["results"]} == {"None"}
    # Whoever read the phases a moment before reads nothing of the second one.
    found = Competition.objects.get(pk=cup.pk)
    phases = phases_of(found)
    phases[1].confirmed_at = OVER
    rows = CombinedBoard(found, phases, OVER)[0:4]
    assert [row.cells[1].score for row in rows] == [None] * 4


def test_the_private_run_of_a_phase_that_is_not_confirmed_shows_nowhere(cup, teams):
    """Neither in the answer, nor by an answer that is new though nothing in it is."""
    confirm(phase_of(cup, 1), OVER)
    with freeze_time(OVER):
        before = client().get(ADDRESS)
        run = runs.start_run(phase=phase_of(cup, 2), kind="private", by=None, at=OVER)
        assert runs.work(run.pk, now=lambda: OVER) is runs.Outcome.DONE
        assert Standing.objects.filter(phase=phase_of(cup, 2), private_key__isnull=False).count() == 3
        cache.clear()
        after = client().get(ADDRESS)
        preview = client(cup.hosts.get()).get("/api/competitions/two/phases/2/leaderboard/private/preview/")
        assert preview.status_code == 200
        as_host = client(cup.hosts.get()).get(ADDRESS)
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
    assert as_host.json()["results"] == before.json()["results"]


def test_a_result_is_closed_while_the_clock_says_that_its_phase_runs(cup, teams):
    for number in (1, 2):
        confirm(phase_of(cup, number), OVER)
    Phase.objects.filter(pk=phase_of(cup, 2).pk).update(confirmed_at=OVER + 2 * DAY, ends_at=OVER + DAY)
    assert [one["counts"] for one in show(OVER)["phases"]] == [True, False]


# --- who sees it ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("door", ["", "csv/"])
@pytest.mark.parametrize("without", ["a rule", "a second phase"])
def test_there_is_none_without_a_rule_or_a_second_phase(cup, host, door, without):
    if without == "a rule":
        overwrite(cup, combined_rule="")
    else:
        Phase.objects.filter(pk=phase_of(cup, 2).pk).delete()
    for who in (None, host):
        assert show(NOON, who, ADDRESS + door, 404)["errors"][0]["code"] == "no_combined_leaderboard"


@pytest.mark.parametrize("door", ["", "csv/"])
def test_it_is_as_open_as_the_competition(cup, host, teams, door):
    confirm(phase_of(cup, 1), FINAL)
    overwrite(cup, visibility="invitation")
    statuses = {}
    for name, who in {"anybody": None, "inside": teams["ants"].owner, "host": host, "other": UserFactory()}.items():
        with freeze_time(FINAL):
            statuses[name] = client(who).get(ADDRESS + door).status_code
    assert statuses == {"anybody": 403, "inside": 200, "host": 200, "other": 403}
    overwrite(cup, is_published=False)
    assert show(FINAL, None, ADDRESS + door, 404)["errors"][0]["code"] == "not_found"


def test_it_is_below_no_phase(cup):
    with freeze_time(NOON):
        assert client().get("/api/competitions/two/phases/1/leaderboard/combined/").status_code == 404


def test_a_leaderboard_for_fewer_says_nothing_here_before_its_confirmation(cup, host, teams):
    overwrite(cup, board_audience="hosts")
    confirm(phase_of(cup, 1), FINAL)
    told = str(show(FINAL)["results"])
    assert "ubmi" not in told


# --- teams ------------------------------------------------------------------------------------------------------------
def test_who_does_not_compete_stands_last_without_a_rank(cup, teams, host):
    for number in (1, 2):
        confirm(phase_of(cup, number), OVER)
    Team.objects.filter(pk=teams["bees"].pk).update(out_of_competition_at=NOON)
    Standing.objects.filter(team=teams["bees"]).update(is_ranked=False)
    with freeze_time(OVER):
        exclusion = disqualify(team=teams["dogs"], reason="Two accounts.", by=host, at=OVER)
    body = show()
    # ants 1 + 2, cats 2 + 1: those behind have closed up.
    assert ranking(body) == [(1, "cats"), (2, "ants"), (None, "bees"), (None, "dogs")]
    assert [(row["outOfCompetition"], row["disqualified"]) for row in body["results"]][2:] == [
        (True, False),
        (False, True),
    ]
    assert (body["count"], body["teams"]) == (4, 2)
    assert body["results"][2]["phases"][0] == {"rank": None, "score": 0.5, "points": None}
    with freeze_time(OVER):
        lift(exclusion=exclusion, reason="One account.", by=host, at=OVER)
    # 1 + 3, 2 + 2, 3 + 1: the later phase decides.
    assert ranking(show()) == [(1, "cats"), (2, "ants"), (3, "dogs"), (None, "bees")]


def test_a_bracket_has_the_order_of_the_whole_and_its_own_ranks(cup, teams, host):
    student = Bracket.objects.create(competition=cup, slug="student", name="Students")
    for name in ("cats", "ants"):
        student.entries.create(team=teams[name])
    for number in (1, 2):
        confirm(phase_of(cup, number), OVER)
    body = show(OVER, teams["cats"].owner, bracket="student")
    assert ranking(body) == [(1, "ants"), (2, "cats")]
    assert [row["value"] for row in body["results"]] == [2.5, 3.0]
    assert (body["count"], body["teams"], body["bracket"], body["me"]["rank"]) == (2, 2, "student", 2)
    assert show(OVER, teams["bees"].owner, bracket="student")["me"] is None
    assert [row["brackets"] for row in show()["results"]] == [[], ["student"], [], ["student"]]
    assert show(status=404, bracket="nothing")["errors"][0]["code"] == "no_such_bracket"
    with freeze_time(OVER):
        set_brackets(team=teams["ants"], slugs=[], by=host, at=OVER, reason="Not one.")
    assert ranking(show(bracket="student")) == [(1, "cats")]


def test_a_search_keeps_the_ranks_of_the_whole(cup, teams):
    confirm(phase_of(cup, 1), FINAL)
    assert ranking(show(FINAL, search="CATS")) == [(4, "cats")]
    assert ranking(show(FINAL, search=teams["bees"].owner.username)) == [(3, "bees")]
    assert show(FINAL, search="nobody")["count"] == 0


def test_pages_follow_each_other_and_ones_own_row_comes_with_each(cup, teams):
    confirm(phase_of(cup, 1), FINAL)
    first = show(FINAL, teams["cats"].owner, pageSize=3)
    second = show(FINAL, teams["cats"].owner, pageSize=3, page=2)
    assert [ranking(first), ranking(second)] == [[(1, "dogs"), (2, "ants"), (3, "bees")], [(4, "cats")]]
    assert (bool(first["next"]), bool(second["previous"])) == (True, True)
    assert first["me"] == second["results"][0] == second["me"]


def test_as_csv_it_is_safe_to_open(cup, teams):
    Team.objects.filter(pk=teams["dogs"].pk).update(name="=1+1")
    overwrite(cup, combined_rule="points")
    confirm(phase_of(cup, 1), FINAL)
    with freeze_time(FINAL):
        answer = client(teams["ants"].owner).get(f"{ADDRESS}csv/")
    assert answer["Content-Disposition"] == 'attachment; filename="two-combined-leaderboard.csv"'
    lines = csv_of(answer)
    assert list(lines[0])[:4] == ["rank", "team", "members", "value"]
    assert [
        (line["rank"], line["team"], line["value"], line["Phase 1 points"], line["Final score"]) for line in lines[:2]
    ] == [
        ("1", "'=1+1", "100.0", "100.0", ""),
        ("2", "ants", "75.0", "75.0", ""),
    ]


def csv_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# --- what it costs ----------------------------------------------------------------------------------------------------
def test_its_queries_do_not_grow_with_teams_or_phases(host):
    counts = []
    for phases, teams in ((2, 2), (10, 30)):
        cup = competition_with_solution("rmse", slug=f"of-{phases}", hosts=[host], combined_rule="mean_rank")
        for number in range(1, phases):
            add(cup, name=f"Track {number}", starts_at=STARTS, ends_at=ENDS)
        made = [TeamFactory(competition=cup) for _ in range(teams)]
        Standing.objects.filter(competition=cup).update(
            private_key=0.5, best_private_score=0.5, private_submitted_at=NOON
        )
        overwrite(cup, confirmed_at=AFTER)
        with freeze_time(AFTER):
            member = client(made[-1].owner)
            address = f"/api/competitions/{cup.slug}/leaderboard/combined/"
            member.get(address)
            with CaptureQueriesContext(connection) as asked:
                body = member.get(address, {"pageSize": 1}).json()
        assert (body["count"], body["me"]["rank"]) == (teams, teams)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_order_that_is_kept_is_made_anew_when_something_changes(cup, teams, monkeypatch, host):
    monkeypatch.setattr("competitions.combined.queries.WORTH_KEEPING", 0)
    confirm(phase_of(cup, 1), FINAL)
    assert ranking(show(FINAL))[0] == (1, "dogs")
    with CaptureQueriesContext(connection) as asked:
        assert ranking(show(FINAL))[0] == (1, "dogs")
    assert not any("private_key" in query["sql"] for query in asked)
    with freeze_time(FINAL):
        disqualify(team=teams["dogs"], reason="Two accounts.", by=host, at=FINAL)
    assert ranking(show(FINAL))[0] == (1, "ants")
    assert edit_competition(competition=cup, changes={"combined_rule": "points"}, by=host, at=FINAL, reason="As said.")
    assert show(FINAL)["results"][0]["value"] == 100.0


# --- what organisers set ----------------------------------------------------------------------------------------------
@pytest.fixture
def new(host):
    """Two phases after each other and no rule yet, with a team that hears of changes."""
    cup = two_phases(host, rule="", **FORMS["after each other"])
    TeamFactory(competition=cup, name="ours")
    return cup


def test_organisers_choose_the_rule_the_points_and_the_weights(new, host):
    with_points = patch(host, {"combinedRule": "points", "combinedPoints": [25, 18.5, 0]})
    assert with_points.status_code == 200, with_points.content
    assert (with_points.json()["combinedRule"], with_points.json()["combinedPoints"]) == ("points", [25, 18.5, 0])
    weighed = patch(host, {"combinedWeight": 2}, place="phases/2/")
    assert weighed.json()["combinedWeight"] == 2.0
    told = [(entry.kind, entry.facts) for entry in new.log.order_by("sequence") if entry.kind == "combined"]
    assert told == [
        ("combined", {"combinedRule": ["", "points"], "combinedPoints": [[], [25, "18.5", 0]]}),
        ("combined", {"combinedWeight": ["1.0", "2.0"], "phase": 2}),
    ]


def test_nobody_else_sets_it(new):
    for who in (None, Team.objects.get(competition__slug="two").owner, UserFactory(is_staff=True)):
        assert patch(who, {"combinedRule": "points"}).status_code in (401, 403)
        assert patch(who, {"combinedWeight": 2}, place="phases/2/").status_code in (401, 403)
    assert Competition.objects.get(pk=new.pk).combined_rule == ""


@pytest.mark.parametrize(
    "points",
    [
        "x",
        {},
        None,
        3,
        [-1],
        [True],
        ["1"],
        [1, 2],
        [1_000_001],
        [10**400],
        [0.1234567],
        [None],
        [[1]],
        [1] * 1001,
    ],
    ids=lambda points: str(points)[:12],
)
def test_points_that_are_none_are_refused(new, host, points):
    answer = patch(host, {"combinedRule": "points", "combinedPoints": points})
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["attr"] == "combinedPoints"


@pytest.mark.parametrize(
    "weight", ["x", -1, 1001, 10**400, "1e400", "nan", "inf", True, None, []], ids=lambda one: str(one)[:8]
)
def test_weights_that_are_none_are_refused(new, host, weight):
    answer = patch(host, {"combinedWeight": weight}, place="phases/2/")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "combinedWeight")


def test_a_mean_of_scores_needs_one_direction_whichever_is_set_last(new, host):
    phase_of(new, 2).solutions.all().delete()
    assert patch(host, {"metric": "auc"}, place="phases/2/").status_code == 200
    assert refused(patch(host, {"combinedRule": "weighted_score"})) == (409, "directions_differ", "combinedRule")
    assert patch(host, {"combinedRule": "mean_rank"}).status_code == 200
    assert patch(host, {"metric": "mae"}, place="phases/2/").status_code == 200
    assert patch(host, {"combinedRule": "weighted_score"}).status_code == 200
    assert refused(patch(host, {"metric": "auc"}, place="phases/2/")) == (409, "directions_differ", "combinedRule")
    with pytest.raises(DirectionsDiffer):
        add(new, name="Third", metric="auc", at=NOON)


def test_an_own_metric_of_the_other_direction_does_not_come_to_score(new, host):
    assert patch(host, {"combinedRule": "weighted_score"}).status_code == 200
    Phase.objects.filter(pk=phase_of(new, 2).pk).update(metric="rmse")
    phase_of(new, 2).solutions.all().delete()
    for direction in ("larger_is_better", "smaller_is_better"):
        metric = upload_metric(
            phase=phase_of(new, 2), source=METRIC, filename="m.py", direction=direction, by=host, at=NOON
        )
        if direction == "larger_is_better":
            with pytest.raises(DirectionsDiffer):
                use_metric(metric=metric, by=host, at=NOON)
        else:
            use_metric(metric=metric, by=host, at=NOON)
    assert phase_of(new, 2).metric == "own_smaller_is_better"


def test_a_mean_of_scores_needs_a_weight(new, host):
    assert patch(host, {"combinedRule": "weighted_score"}).status_code == 200
    assert patch(host, {"combinedWeight": 0}, place="phases/1/").status_code == 200
    assert refused(patch(host, {"combinedWeight": 0}, place="phases/2/")) == (
        409,
        "combined_weights_missing",
        "combinedWeight",
    )
    with pytest.raises(CombinedWeightsMissing):
        remove_phase(phase=phase_of(new, 2), by=host, at=NOON, reason="No time.")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"combinedRule": "points"}, ""),
        ({"combinedPoints": [3, 2, 1]}, ""),
        ({"combinedWeight": 3}, "phases/1/"),
        ({"combinedRule": ""}, ""),
    ],
    ids=str,
)
@pytest.mark.parametrize("when", ["running", "ended", "confirmed"])
def test_once_a_phase_has_ended_a_change_needs_a_reason_and_is_told_to_all(
    new, host, change, place, when, settings, django_capture_on_commit_callbacks
):
    overwrite(new, combined_rule="mean_rank")
    at = NOON if when == "running" else FINAL
    if when == "confirmed":
        sends(Team.objects.get(competition__slug="two"), phase_of(new, 1), at=NOON)
        confirm(phase_of(new, 1), FINAL)
    if when != "running":
        assert refused(patch(host, change, at=at, place=place))[:2] == (400, "reason_missing")
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    with django_capture_on_commit_callbacks(execute=True):
        answer = patch(host, {**change, "reason": "As the rules say."}, at=at, place=place)
    assert answer.status_code == 200, answer.content
    entry = new.log.filter(kind="combined").get()
    assert entry.reason == "As the rules say."
    assert Notification.objects.filter(
        recipient=Team.objects.get(competition__slug="two").owner, kind="changed"
    ).exists()


def test_what_was_never_published_is_changed_without_a_reason(host):
    draft = competition_with_solution("rmse", slug="two", hosts=[host], is_published=False)
    add(draft)
    assert patch(host, {"combinedRule": "points"}, at=FINAL).status_code == 200


def test_the_log_begins_with_the_rule(host):
    draft = competition_with_solution(
        "rmse", slug="two", hosts=[host], combined_rule="points", combined_points=[3, 2], is_published=False
    )
    add(draft, combined_weight=2.0)
    with freeze_time(STARTS):
        answer = client(host).patch(
            "/api/competitions/two/", {"isPublished": True, "publishAnyway": True}, format="json"
        )
    assert answer.status_code == 200, answer.content
    first, second = draft.log.order_by("sequence")[:2]
    told = {name: first.facts[name] for name in ("combinedRule", "combinedPoints", "combinedWeight")}
    assert told == {"combinedRule": "points", "combinedPoints": [3, 2], "combinedWeight": "1.0"}
    assert second.facts["combinedWeight"] == "2.0"


def test_everybody_can_read_the_rule(new, host):
    patch(host, {"combinedRule": "points", "combinedPoints": [3, 2, 1]})
    with freeze_time(NOON):
        body = client().get("/api/competitions/two/").json()
        phase = client().get("/api/competitions/two/phases/2/").json()
    assert (body["combinedRule"], body["combinedPoints"], phase["combinedWeight"]) == ("points", [3, 2, 1], 1.0)
