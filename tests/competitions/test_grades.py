"""Grades: by hand-computed examples, whom they are for, and when."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from freezegun import freeze_time
from hypothesis import given, strategies as st

from competitions.exceptions import GradesFall, NoGradeRule, NotHost, PrivateLeaderboardClosed, SameScoreTwice
from competitions.grades.export import grades_csv
from competitions.grades.grading import grades_of
from competitions.grades.rules import Line, check_lines, grade_of, rule_of, set_rule
from competitions.models import Membership, RosterEntry, Standing, Team
from competitions.phases.services import add_phase
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

CONFIRMED = AFTER + timedelta(hours=1)
LARGER = [Line(0.5, 40), Line(0.7, 60), Line(0.9, 100)]
# Of errors: the smaller the better.
SMALLER = [Line(10.0, 100), Line(20.0, 60), Line(40.0, 0)]


# --- the rule ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lines", "score", "grade"),
    [
        (LARGER, 0.4, "40.00"),  # below the first line it stays as it is
        (LARGER, 0.5, "40.00"),
        (LARGER, 0.6, "50.00"),  # half of the way from 40 to 60
        (LARGER, 0.65, "55.00"),
        (LARGER, 0.7, "60.00"),
        (LARGER, 0.75, "70.00"),  # a quarter of the way from 60 to 100
        (LARGER, 0.9, "100.00"),
        (LARGER, 0.99, "100.00"),
        (SMALLER, 5.0, "100.00"),
        (SMALLER, 10.0, "100.00"),
        (SMALLER, 12.5, "90.00"),  # a quarter of the way from 100 to 60
        (SMALLER, 30.0, "30.00"),
        (SMALLER, 39.9, "0.30"),
        (SMALLER, 41.0, "0.00"),
        ([Line(0.0, 0), Line(8.0, 1)], 1.0, "0.13"),  # 0.125: halves up
        ([Line(-2.0, 0), Line(2.0, 10)], -1.0, "2.50"),
        ([Line(0.5, 70)], 0.1, "70.00"),
    ],
)
def test_grades_as_one_computes_them_by_hand(lines, score, grade):
    assert grade_of(score, lines) == Decimal(grade)


@pytest.mark.parametrize("larger", [True, False])
@given(
    scores=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8, unique=True),
    grades=st.lists(st.floats(0, 100), min_size=8, max_size=8),
    asked=st.lists(st.floats(-2e6, 2e6), min_size=2, max_size=2),
)
def test_a_better_score_never_gets_a_lower_grade(larger, scores, grades, asked):
    given = sorted(grades[: len(scores)], reverse=not larger)
    pairs = zip(sorted(scores), given, strict=True)
    lines = check_lines([Line(score, grade) for score, grade in pairs], larger_is_better=larger)
    worse, better = sorted(asked, reverse=not larger)
    assert grade_of(worse, lines) <= grade_of(better, lines)
    assert min(given) - 0.01 <= grade_of(worse, lines) <= max(given) + 0.01


def test_lines_that_are_no_rule_are_refused():
    with pytest.raises(SameScoreTwice):
        check_lines([Line(0.5, 1), Line(0.5, 2)], larger_is_better=True)
    with pytest.raises(GradesFall):
        check_lines(SMALLER, larger_is_better=True)
    with pytest.raises(GradesFall):
        check_lines(LARGER, larger_is_better=False)
    assert check_lines([LARGER[2], LARGER[0], LARGER[1]], larger_is_better=True) == LARGER


# --- a class ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def host():
    return UserFactory(username="host")


def a_class(host, metric):
    """Five on the roster: two in a team, one alone, one who sent nothing, one who has not come."""
    cup = CompetitionFactory(slug="cup", hosts=[host], metric=metric)
    people = [UserFactory(username=name) for name in ("ana", "bob", "cho", "dan")]
    pair = TeamFactory(competition=cup, owner=people[0], members=[people[1]], name="Pair")
    alone = TeamFactory(competition=cup, owner=people[2], name="=Alone")
    TeamFactory(competition=cup, owner=people[3], name="Silent")
    for number, name in enumerate(("Ana", "Bob", "=Cho", "Dan", "Eve")):
        RosterEntry.objects.create(
            competition=cup,
            email=f"{name.strip('=').lower()}@example.org",
            name=name,
            number=f"s{number}",
            section="A",
            user=people[number] if number < 4 else None,
            joined_at=NOON if number < 4 else None,
            created_at=NOON,
        )
    good, bad = (0.75, 0.6) if metric == "auc" else (12.5, 30.0)
    scored(pair, good)
    scored(alone, bad)
    return cup


def scored(team, score):
    phase = team.competition.phase
    Standing.objects.filter(team=team, phase=phase).update(
        best_private_score=score, private_key=phase.sort_key(score), private_submitted_at=NOON
    )


def confirmed(cup):
    cup.phase.confirmed_at = AFTER
    cup.phase.save()


def rule(cup, host, *, missing="blank", lines=None):
    lines = lines or (LARGER if cup.phase.metric == "auc" else SMALLER)
    return set_rule(
        phase=cup.phase,
        lines=[line.stored() for line in lines],
        assignment="Final project",
        missing=missing,
        by=host,
        at=NOON,
    )


def told(cup, host, at=CONFIRMED):
    return {one.entry.name: one.grade for one in grades_of(rule_of(cup.phase), by=host, at=at)}


@pytest.mark.parametrize(("metric", "good", "bad"), [("auc", "70", "50"), ("rmse", "90", "30")])
@pytest.mark.parametrize(("missing", "none"), [("blank", None), ("zero", Decimal(0))])
def test_each_member_gets_the_grade_of_the_team(host, metric, good, bad, missing, none):
    cup = a_class(host, metric)
    confirmed(cup)
    rule(cup, host, missing=missing)
    with freeze_time(CONFIRMED):
        assert told(cup, host) == {
            "Ana": Decimal(good),
            "Bob": Decimal(good),
            "=Cho": Decimal(bad),
            "Dan": none,
            "Eve": none,
        }


def test_a_disqualified_team_has_no_grade(host):
    cup = a_class(host, "auc")
    confirmed(cup)
    rule(cup, host)
    Team.objects.filter(name="Pair").update(disqualified_at=NOON)
    assert told(cup, host)["Ana"] is None


def test_somebody_who_left_their_team_has_no_grade_of_it(host):
    cup = a_class(host, "auc")
    confirmed(cup)
    rule(cup, host)
    Membership.objects.filter(user__username="bob").delete()
    assert (told(cup, host)["Ana"], told(cup, host)["Bob"]) == (Decimal(70), None)


@pytest.mark.parametrize("at", [NOON, ENDS - timedelta(seconds=1), CONFIRMED])
def test_before_the_confirmation_nobody_has_grades(host, at):
    cup = a_class(host, "auc")
    rule(cup, host)
    with pytest.raises(PrivateLeaderboardClosed):
        told(cup, host, at)
    with pytest.raises(PrivateLeaderboardClosed):
        told(cup, UserFactory(is_staff=True, is_superuser=True), at)


def test_a_confirmation_that_is_taken_back_closes_them_again(host, client_of):
    cup = a_class(host, "auc")
    confirmed(cup)
    rule(cup, host)
    with freeze_time(CONFIRMED):
        assert client_of(host).get("/api/competitions/cup/grades/").status_code == 200
        cup.phase.confirmed_at = None
        cup.phase.save()
        for address in (
            "grades/",
            "grades/csv/",
            "grades/csv/?layout=canvas",
            "phases/1/grades/",
            "phases/1/grades/csv/",
        ):
            assert client_of(host).get(f"/api/competitions/cup/{address}").status_code == 403
        assert client_of(host).get("/api/competitions/cup/grades/rule/").json()["isOpen"] is False


def test_grades_are_for_organisers(host):
    cup = a_class(host, "auc")
    confirmed(cup)
    rule(cup, host)
    for person in (UserFactory(), Membership.objects.first().user):
        with pytest.raises(NotHost):
            told(cup, person)
        with pytest.raises(NotHost):
            rule(cup, person)


def test_a_phase_without_a_rule_has_no_grades(host):
    cup = a_class(host, "auc")
    with pytest.raises(NoGradeRule):
        rule_of(cup.phase)


def test_each_phase_has_grades_of_its_own(host, client_of):
    cup = a_class(host, "auc")
    confirmed(cup)
    rule(cup, host)
    add_phase(
        competition=cup,
        fields={"name": "Final", "starts_at": ENDS, "ends_at": ENDS + timedelta(days=5)},
        by=host,
        at=STARTS,
    )
    with freeze_time(CONFIRMED):
        assert client_of(host).get("/api/competitions/cup/phases/1/grades/").status_code == 200
        assert client_of(host).get("/api/competitions/cup/phases/2/grades/").status_code == 403
        assert client_of(host).get("/api/competitions/cup/phases/2/grades/rule/").json()["lines"] == []


# --- the files --------------------------------------------------------------------------------------------------------
def rows(cup, host, form):
    text = "".join(grades_csv(found := rule_of(cup.phase), grades_of(found, by=host, at=CONFIRMED), form=form))
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_moodle_reads_them(host):
    cup = a_class(host, "auc")
    confirmed(cup)
    rule(cup, host, missing="zero")
    assert rows(cup, host, "moodle") == [
        ["Email address", "ID number", "Name", "Group", "Final project"],
        ["cho@example.org", "s2", "'=Cho", "A", "50"],
        ["ana@example.org", "s0", "Ana", "A", "70"],
        ["bob@example.org", "s1", "Bob", "A", "70"],
        ["dan@example.org", "s3", "Dan", "A", "0"],
        ["eve@example.org", "s4", "Eve", "A", "0"],
    ]


def test_canvas_reads_them(host):
    cup = a_class(host, "rmse")
    confirmed(cup)
    rule(cup, host, lines=[Line(10.0, 12.5), Line(20.0, 5), Line(40.0, 0)])
    assert rows(cup, host, "canvas") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Final project"],
        ["    Points Possible", "", "", "", "", "12.5"],
        ["'=Cho", "", "s2", "cho@example.org", "A", "2.5"],
        ["Ana", "", "s0", "ana@example.org", "A", "10.63"],  # 12.5 - 7.5 / 4 = 10.625
        ["Bob", "", "s1", "bob@example.org", "A", "10.63"],
        ["Dan", "", "s3", "dan@example.org", "A", ""],
        ["Eve", "", "s4", "eve@example.org", "A", ""],
    ]


@pytest.mark.parametrize("form", ["moodle", "canvas"])
def test_no_cell_is_a_formula(host, form):
    cup = a_class(host, "auc")
    confirmed(cup)
    rule(cup, host)
    RosterEntry.objects.filter(name="Ana").update(
        name="@SUM(1)", email="+1-2@example.org", section="=cmd|' /C calc'!A0", number="-2"
    )
    cup.phase.grade_rule.assignment = "=HYPERLINK(1)"
    cup.phase.grade_rule.save()
    cells = [cell for row in rows(cup, host, form) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


# --- over HTTP --------------------------------------------------------------------------------------------------------
def test_over_http(host, client_of):
    cup = a_class(host, "auc")
    confirmed(cup)
    api, base = client_of(host), "/api/competitions/cup/grades/"
    assert api.get(f"{base}rule/").json() == {
        "lines": [],
        "assignment": "",
        "missing": "blank",
        "direction": "larger_is_better",
        "changedAt": None,
        "isOpen": False,
    }
    body = {"lines": [{"score": 0.9, "grade": 100}, {"name": "pass", "score": 0.5, "grade": 60}], "assignment": "Final"}
    answer = api.put(f"{base}rule/", body)
    assert answer.status_code == 200, answer.json()
    assert [line["score"] for line in answer.json()["lines"]] == [0.5, 0.9]
    with freeze_time(CONFIRMED):
        first = api.get(base).json()[1]
        assert (first["name"], first["team"], first["score"], first["grade"]) == ("Ana", "Pair", 0.75, 85.0)
        answer = api.get(f"{base}csv/?layout=canvas")
        assert answer["Content-Disposition"] == 'attachment; filename="cup-grades-canvas.csv"'
        assert b"Points Possible" in b"".join(answer.streaming_content)
        assert api.get(f"{base}csv/?layout=excel").status_code == 400


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"score": "x", "grade": 1}],
        [{"score": 1, "grade": -1}],
        [{"score": 1}],
        [{"score": "NaN", "grade": 1}],
        [{"score": 1, "grade": "Infinity"}],
        [{"score": 1, "grade": 1}, {"score": 1.0, "grade": 2}],
        [{"score": 1, "grade": 2}, {"score": 2, "grade": 1}],
        [{"score": n, "grade": n} for n in range(21)],
        "all",
        None,
    ],
)
def test_a_wrong_rule_is_refused(host, client_of, lines):
    CompetitionFactory(slug="cup", hosts=[host], metric="auc")
    body = {"lines": lines, "assignment": "Final"}
    assert client_of(host).put("/api/competitions/cup/grades/rule/", body, format="json").status_code == 400
