"""Brackets: who says that a team belongs to one and until when, and the ranks within it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings, strategies as st

from competitions.brackets.services import (
    add_bracket,
    change_bracket,
    choose_brackets,
    remove_bracket,
    set_brackets,
)
from competitions.bundles.cloning import clone_competition
from competitions.exceptions import (
    BracketOfHosts,
    BracketsFixed,
    BracketsFixedByPhase,
    BracketSlugTaken,
    LeaderboardOwnRowOnly,
    NotHost,
    NotTeamOwner,
    ReasonMissing,
    TooManyBrackets,
    UnknownBracket,
)
from competitions.leaderboards.queries import PRIVATE, Leaderboard, public_board
from competitions.models import Baseline, Bracket, Competition, LogRow, Membership, Phase, Standing, Team
from competitions.models.bracket import MOST_BRACKETS
from competitions.organising.exports import participants_csv
from competitions.teams.entries import enter
from competitions.teams.members import leave
from competitions.teams.merges import accept_merge, request_merge
from notifications_api.models import Notification
from submissions import runs
from submissions.runs.board import opened_board
from tests.competitions.test_admin import form_of
from tests.competitions.test_log import work_out
from tests.factories import (
    AFTER,
    ENDS,
    NOON,
    STARTS,
    CompetitionFactory,
    TeamFactory,
    UserFactory,
    give_solution,
    overwrite,
    submits,
)
from tests.phases import FINAL_ENDS, add
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db

BEFORE = STARTS - timedelta(days=1)
HOUR = timedelta(hours=1)
DIRECTIONS = pytest.mark.parametrize("metric", ["rmse", "auc"])


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture
def cup(host):
    cup = CompetitionFactory(slug="cup", hosts=[host])
    Bracket.objects.create(competition=cup, slug="student", name="Students", position=0)
    Bracket.objects.create(competition=cup, slug="sponsor", name="Sponsor", chosen_by="hosts", position=1)
    return cup


@pytest.fixture
def team(cup):
    return TeamFactory(competition=cup, name="ours")


def put(team: Team, *slugs: str) -> None:
    """The rows alone, whatever the rules say."""
    for slug in slugs:
        team.competition.brackets.get(slug=slug).entries.create(team=team)


def slugs(team: Team) -> list[str]:
    return [entry.bracket.slug for entry in team.bracket_entries.all()]


def confirm(cup: Competition, host, at=AFTER) -> None:
    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=at), at)
    runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=at)


def board(client, path: str = "public/", status: int = 200, place: str = "", **params):
    answer = client.get(f"/api/competitions/cup/{place}leaderboard/{path}", params)
    assert answer.status_code == status, answer.content
    return answer.json()


def ranking(body) -> list[tuple[int | None, str]]:
    return [(row["rank"], row["team"]["name"]) for row in body["results"]]


# --- what a team chooses ----------------------------------------------------------------------------------------------
def test_a_team_chooses_when_it_enters(client_of, cup):
    alice = UserFactory(username="alice")
    answer = client_of(alice).post("/api/competitions/cup/enter/", {"brackets": ["student"]}, format="json")
    assert (answer.status_code, answer.json()["brackets"]) == (201, ["student"])


@pytest.mark.parametrize(
    ("brackets", "code", "attr"),
    [(["nobody"], "unknown_bracket", "brackets"), (["student", "sponsor"], "bracket_of_hosts", "brackets")],
)
def test_who_names_another_bracket_when_entering_does_not_enter(client_of, cup, brackets, code, attr):
    answer = client_of(UserFactory()).post("/api/competitions/cup/enter/", {"brackets": brackets}, format="json")
    assert answer.status_code == 400
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [(code, attr)]
    assert not cup.teams.exists()


def test_a_team_chooses_anew_and_keeps_what_organisers_said(cup, team):
    put(team, "sponsor")
    choose_brackets(team=team, slugs=["student"], by=team.owner, at=NOON)
    assert slugs(team) == ["student", "sponsor"]
    choose_brackets(team=team, slugs=["sponsor"], by=team.owner, at=NOON)
    assert slugs(team) == ["sponsor"]
    choose_brackets(team=team, slugs=[], by=team.owner, at=NOON)
    assert slugs(team) == ["sponsor"]
    assert not LogRow.objects.exists()  # no organiser's act


@pytest.mark.parametrize(("slug", "refusal"), [("sponsor", BracketOfHosts), ("nobody", UnknownBracket)])
def test_a_team_can_put_itself_into_no_other(cup, team, slug, refusal):
    put(team, "student")
    with pytest.raises(refusal):
        choose_brackets(team=team, slugs=["student", slug], by=team.owner, at=NOON)
    assert slugs(team) == ["student"]


@pytest.mark.parametrize(
    ("deadline", "at", "may"),
    [
        (None, BEFORE, True),
        (None, ENDS - timedelta(seconds=1), True),
        (None, ENDS, False),
        (NOON, NOON - timedelta(seconds=1), True),
        (NOON, NOON, False),
    ],
)
def test_a_team_chooses_for_as_long_as_one_can_enter(cup, team, deadline, at, may):
    overwrite(cup, entry_deadline=deadline)
    team.refresh_from_db()
    if may:
        choose_brackets(team=team, slugs=["student"], by=team.owner, at=at)
    else:
        with pytest.raises(BracketsFixed):
            choose_brackets(team=team, slugs=["student"], by=team.owner, at=at)
    assert slugs(team) == (["student"] if may else [])


def test_the_end_stays_the_end_when_the_clock_is_put_back(cup, team):
    """It was acted on once: no later answer of the clock opens it again."""
    overwrite(cup, ended_at=NOON)
    with pytest.raises(BracketsFixed):
        choose_brackets(team=team, slugs=["student"], by=team.owner, at=NOON)


def test_only_the_owner_chooses(cup):
    member = UserFactory()
    team = TeamFactory(competition=cup, members=[member])
    for person in (member, UserFactory()):
        with pytest.raises(NotTeamOwner):
            choose_brackets(team=team, slugs=["student"], by=person, at=NOON)


def test_a_merged_team_belongs_to_what_both_belonged_to(cup):
    """Each bracket asks something of every member."""
    ours, theirs = TeamFactory(competition=cup), TeamFactory(competition=cup)
    put(ours, "student", "sponsor")
    put(theirs, "student")
    request = request_merge(from_team=theirs, to_team_id=ours.pk, by=theirs.owner, at=NOON)
    accept_merge(merge_request=request, by=ours.owner, at=NOON)
    assert slugs(ours) == ["student"]


# --- what organisers set ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", [BEFORE, NOON])
def test_organisers_set_any_bracket_before_the_end_and_the_log_tells(cup, team, host, at):
    put(team, "student")
    set_brackets(team=team, slugs=["sponsor"], by=host, at=at)
    assert slugs(team) == ["sponsor"]
    entry = LogRow.objects.get()
    assert (entry.kind, entry.actor, entry.reason) == ("team_brackets", host, "")
    assert entry.facts == {"team": team.pk, "brackets": ["student", "sponsor"]}


def test_what_changes_nothing_is_no_act(cup, team, host):
    put(team, "student")
    set_brackets(team=team, slugs=["student"], by=host, at=NOON)
    assert not LogRow.objects.exists()


def test_nobody_else_sets_them(cup, team):
    for person in (team.owner, UserFactory(is_staff=True)):
        with pytest.raises(NotHost):
            set_brackets(team=team, slugs=["sponsor"], by=person, at=NOON)


@pytest.fixture
def confirmed(cup, team, host):
    give_solution(cup, solution_csv("rmse"))
    send(team)
    confirm(cup, host)
    return Competition.objects.get(pk=cup.pk)


ACTS = {
    "set": lambda cup, team, host, reason: set_brackets(team=team, slugs=["sponsor"], by=host, at=AFTER, reason=reason),
    "add": lambda cup, team, host, reason: add_bracket(
        competition=cup, fields={"slug": "rookie", "name": "Rookies"}, by=host, at=AFTER, reason=reason
    ),
    "change": lambda cup, team, host, reason: change_bracket(
        bracket=cup.brackets.get(slug="student"), changes={"name": "Pupils"}, by=host, at=AFTER, reason=reason
    ),
    "remove": lambda cup, team, host, reason: remove_bracket(
        bracket=cup.brackets.get(slug="student"), by=host, at=AFTER, reason=reason
    ),
}


@pytest.fixture
def ended(request, cup, team):
    if request.param != "only over":
        return request.getfixturevalue("confirmed")
    give_solution(cup, solution_csv("rmse"))
    send(team)
    return Competition.objects.get(pk=cup.pk)


@pytest.mark.parametrize(
    ("ended", "unconfirmed"),
    [("only over", False), ("confirmed", False), ("unconfirmed", True)],
    indirect=["ended"],
    ids=["only over", "confirmed", "unconfirmed"],
)
@pytest.mark.parametrize("act", ACTS)
def test_once_it_is_over_it_takes_a_reason_and_everybody_is_told(
    ended, team, host, act, unconfirmed, settings, django_capture_on_commit_callbacks
):
    """Whoever changes brackets then may know who wins. Taking a confirmation back first is no way round."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    if unconfirmed:
        runs.unconfirm_private_leaderboard(phase=ended.phase, by=host, at=AFTER, reason="Wait.")
        ended.refresh_from_db()
    entries = LogRow.objects.count()
    with pytest.raises(ReasonMissing):
        ACTS[act](ended, team, host, " ")
    assert LogRow.objects.count() == entries
    with django_capture_on_commit_callbacks(execute=True):
        ACTS[act](ended, team, host, "Their papers came late.")
    newest = LogRow.objects.first()
    assert (LogRow.objects.count(), newest.reason) == (entries + 1, "Their papers came late.")
    told = Notification.objects.get(recipient=team.owner, kind="changed")
    assert (told.params, told.excerpt) == ({"change": str(newest.kind)}, "Their papers came late.")


def test_before_that_the_team_alone_is_told(cup, team, host, settings, django_capture_on_commit_callbacks):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    TeamFactory(competition=cup)
    with django_capture_on_commit_callbacks(execute=True):
        set_brackets(team=team, slugs=["sponsor"], by=host, at=NOON, reason="They work there.")
    told = Notification.objects.get()
    assert (told.recipient, told.kind, told.excerpt) == (team.owner, "brackets", "They work there.")


def test_the_confirmation_says_who_belonged_to_what(cup, team, host):
    """So that everybody can tell the ranking of a bracket from the log."""
    give_solution(cup, solution_csv("rmse"))
    put(team, "student")
    send(team)
    confirm(cup, host)
    facts = LogRow.objects.get(kind="confirmed").facts
    assert facts["brackets"] == [{"slug": "student", "teams": [team.pk]}, {"slug": "sponsor", "teams": []}]


# --- the brackets themselves ------------------------------------------------------------------------------------------
def test_organisers_add_change_and_remove_brackets_and_the_log_tells(client_of, cup, host):
    client = client_of(host)
    added = client.post(
        "/api/competitions/cup/brackets/", {"slug": "rookie", "name": "Rookies", "description": "New."}, format="json"
    )
    assert added.json() == {
        "slug": "rookie",
        "name": "Rookies",
        "description": "New.",
        "chosenBy": "teams",
        "position": 2,
    }
    changed = client.patch(
        "/api/competitions/cup/brackets/rookie/", {"name": "Newcomers", "chosenBy": "hosts"}, format="json"
    )
    assert (changed.json()["name"], changed.json()["chosenBy"]) == ("Newcomers", "hosts")
    shown = client_of().get("/api/competitions/cup/").json()["brackets"]
    assert [one["slug"] for one in shown] == ["student", "sponsor", "rookie"]
    assert client.delete("/api/competitions/cup/brackets/rookie/").status_code == 204
    facts = list(LogRow.objects.order_by("sequence").values_list("kind", "facts"))
    rookie = {"slug": "rookie", "name": "Newcomers", "description": "New.", "chosenBy": "hosts", "position": 2}
    assert facts == [
        ("brackets", {"added": {**rookie, "name": "Rookies", "chosenBy": "teams"}}),
        ("brackets", {"changed": {"slug": "rookie", "name": ["Rookies", "Newcomers"], "chosenBy": ["teams", "hosts"]}}),
        ("brackets", {"removed": {**rookie, "teams": []}}),
    ]


def test_one_that_teams_rely_on_goes_with_a_reason(cup, team, host):
    put(team, "student")
    student = cup.brackets.get(slug="student")
    with pytest.raises(ReasonMissing):
        remove_bracket(bracket=student, by=host, at=NOON)
    remove_bracket(bracket=student, by=host, at=NOON, reason="Nobody studies.")
    assert LogRow.objects.get().facts["removed"]["teams"] == [team.pk]
    assert slugs(team) == []


def test_what_is_refused(cup, host):
    with pytest.raises(BracketSlugTaken):
        add_bracket(competition=cup, fields={"slug": "student", "name": "S"}, by=host, at=NOON)
    Bracket.objects.bulk_create(
        Bracket(competition=cup, slug=f"b{number}", name="B") for number in range(MOST_BRACKETS - 2)
    )
    with pytest.raises(TooManyBrackets):
        add_bracket(competition=cup, fields={"slug": "one-more", "name": "S"}, by=host, at=NOON)


@pytest.mark.parametrize(
    "body",
    [
        {"slug": "Größe", "name": "X"},
        {"slug": "x"},
        {"slug": "x", "name": " "},
        {"slug": "x", "name": "X" * 41},
        {"slug": "x", "name": "X", "chosenBy": "nobody"},
        {"slug": "x\u0000", "name": "X"},
        {"slug": "x", "name": "X", "position": -1},
    ],
)
def test_what_is_no_bracket_is_refused_in_words(client_of, cup, host, body):
    answer = client_of(host).post("/api/competitions/cup/brackets/", body, format="json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["code"]
    assert cup.brackets.count() == 2


@pytest.mark.parametrize("body", [{}, {"brackets": "student"}, {"brackets": [1, {}]}, {"brackets": ["x"] * 21}])
def test_what_are_no_brackets_of_a_team_is_refused_in_words(client_of, cup, team, body):
    answer = client_of(team.owner).put(f"/api/teams/{team.pk}/brackets/", body, format="json")
    assert answer.status_code == 400, answer.content


def test_a_copy_has_the_brackets_and_no_team(cup, team, host, django_user_model):
    put(team, "student")
    boss = UserFactory(is_superuser=True, is_staff=True)
    copied = clone_competition(
        competition=cup, title="Next", slug="next", starts_at=AFTER, with_solution=False, by=boss, at=NOON
    )
    rows = ("slug", "name", "description", "chosen_by", "position")
    assert list(copied.brackets.values_list(*rows)) == list(cup.brackets.values_list(*rows))
    assert not any(bracket.entries.exists() for bracket in copied.brackets.all())


# --- the doors for a team ---------------------------------------------------------------------------------------------
def test_the_api_lets_owners_choose_and_organisers_set(client_of, cup, team, host):
    address = f"/api/teams/{team.pk}/brackets/"
    chosen = client_of(team.owner).put(address, {"brackets": ["student"]}, format="json")
    assert (chosen.status_code, chosen.json()["brackets"], chosen.json()["canChooseBrackets"]) == (
        *(200, ["student"], True),
    )
    refused = client_of(team.owner).put(address, {"brackets": ["sponsor"]}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "bracket_of_hosts")
    body = client_of(host).put(address, {"brackets": ["sponsor"], "reason": "They work there."}, format="json")
    assert (body.json()["brackets"], LogRow.objects.get().reason) == (["sponsor"], "They work there.")
    with freeze_time(AFTER):
        late = client_of(team.owner).put(address, {"brackets": []}, format="json")
        shown = client_of(team.owner).get(f"/api/teams/{team.pk}/").json()
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "brackets_fixed")
    assert (shown["brackets"], shown["canChooseBrackets"]) == (["sponsor"], False)


@pytest.fixture
def desk(host):
    client = Client()
    client.force_login(host)
    return client


def test_the_admin_sets_the_brackets_of_a_team(cup, team, host, desk):
    page = reverse("admin:competitions_team_change", args=[team.pk])
    inline = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1}
    inline |= {"memberships-0-id": team.memberships.get().pk, "memberships-0-team": team.pk}
    sponsor = cup.brackets.get(slug="sponsor").pk
    assert "Sponsor" in desk.get(page).content.decode()
    answer = desk.post(page, {"name": "ours", "brackets": [sponsor], **inline})
    assert answer.status_code == 302, answer.context["errors"]
    assert (slugs(team), LogRow.objects.get().kind) == (["sponsor"], "team_brackets")
    overwrite(cup, board_opened_at=AFTER)
    refused = desk.post(page, {"name": "ours", "brackets": [], **inline})
    assert [error.code for error in refused.context["adminform"].form.errors.as_data()["reason"]] == ["reason_missing"]
    assert slugs(team) == ["sponsor"]


def inline(cup: Competition, *new: dict, **changes) -> dict:
    """The brackets as the admin's form sends them. `changes`: by slug, and DELETE."""
    body = {}
    rows = list(cup.brackets.all())
    for place, row in enumerate(rows):
        fields = {"name": row.name, "description": row.description, "chosen_by": row.chosen_by}
        fields |= {"position": row.position, "slug": row.slug, "id": row.pk, "competition": cup.pk}
        body |= {f"brackets-{place}-{name}": value for name, value in {**fields, **changes.get(row.slug, {})}.items()}
    for place, fields in enumerate(new, start=len(rows)):
        more = {"description": "", "chosen_by": "teams", "position": place, "competition": cup.pk, **fields}
        body |= {f"brackets-{place}-{name}": value for name, value in more.items()}
    return {"brackets-TOTAL_FORMS": len(rows) + len(new), "brackets-INITIAL_FORMS": len(rows), **body}


def test_the_admin_edits_brackets_by_the_same_rules(cup, team, host, desk):
    page = reverse("admin:competitions_competition_change", args=[cup.pk])
    changes = {"student": {"name": "Pupils", "slug": "other"}, "sponsor": {"DELETE": "on"}}
    body = {**form_of(cup), **inline(cup, {"slug": "rookie", "name": "Rookies"}, **changes)}
    answer = desk.post(page, {name: value for name, value in body.items() if value is not None and value is not False})
    assert answer.status_code == 302, [form.errors for form in answer.context["inline_admin_formsets"][0].formset]
    assert list(cup.brackets.values_list("slug", "name")) == [("student", "Pupils"), ("rookie", "Rookies")]
    assert sorted(next(iter(row.facts)) for row in LogRow.objects.all()) == ["added", "changed", "removed"]
    overwrite(cup, board_opened_at=AFTER)
    body = {**form_of(cup), **inline(cup, student={"name": "Students"})}
    refused = desk.post(page, {name: value for name, value in body.items() if value is not None and value is not False})
    assert refused.status_code == 200
    assert cup.brackets.get(slug="student").name == "Pupils"


# --- the boards -------------------------------------------------------------------------------------------------------
@DIRECTIONS
def test_ranks_within_a_bracket_are_places_among_its_teams(client_of, host, metric):
    cup = CompetitionFactory(slug="cup", metric=metric, hosts=[host])
    Bracket.objects.create(competition=cup, slug="student", name="Students")
    names = ("best", "early", "late", "last", "idle", "out", "bad")
    teams = {name: TeamFactory(competition=cup, name=name) for name in names}
    good, fair, poor = (0.1, 0.2, 0.3) if metric == "rmse" else (0.9, 0.8, 0.7)
    for name, score, at in (
        *(("best", good, NOON), ("early", fair, NOON), ("late", fair, NOON + HOUR), ("last", poor, NOON)),
        *(("out", good, NOON), ("bad", good, NOON)),
    ):
        teams[name].submits(score, at=at)
    for name in ("early", "late", "last", "idle", "out", "bad"):
        put(teams[name], "student")
    Team.objects.filter(name="out").update(out_of_competition_at=NOON)
    Team.objects.filter(name="bad").update(disqualified_at=NOON)
    Standing.objects.filter(team__name__in=["out", "bad"]).update(is_ranked=False)
    key = cup.phase.sort_key(good)
    Baseline.objects.create(
        competition=cup, phase=cup.phase, name="Mean", since=NOON, public_score=good, public_key=key
    )
    body = board(client_of(teams["late"].owner), bracket="student")
    assert ranking(body) == [
        *((1, "early"), (2, "late"), (3, "last"), (None, "idle"), (None, "out"), (None, "bad")),
    ]
    assert (body["bracket"], body["count"], body["teams"]) == ("student", 6, 4)
    assert body["zones"] == {"gold": 1, "silver": 2, "bronze": 3}
    assert [line["after"] for line in body["baselines"]] == [0]
    assert (body["me"]["rank"], body["me"]["team"]["name"]) == (2, "late")
    whole = board(client_of(teams["late"].owner))
    assert ranking(whole)[:4] == [(1, "best"), (2, "early"), (3, "late"), (4, "last")]
    assert (whole["bracket"], whole["me"]["rank"]) == (None, 3)
    assert [row["brackets"] for row in whole["results"]] == [[], *[["student"]] * 6]
    assert ranking(board(client_of(), bracket="student", search="la")) == [(2, "late"), (3, "last")]
    assert ranking(board(client_of(), bracket="student", page=2, pageSize=2)) == [(3, "last"), (None, "idle")]


def test_who_is_not_in_it_has_no_row_of_their_own(client_of, cup, team):
    team.submits(0.5)
    assert board(client_of(team.owner), bracket="student")["me"] is None


def test_the_final_ranking_has_brackets_too(client_of, cup, team, host):
    give_solution(cup, solution_csv("rmse"))
    others = [TeamFactory(competition=cup, name=name) for name in ("alone", "theirs")]
    for one, public, private in ((team, 0.3, 0.1), (others[0], 0.1, 0.2), (others[1], 0.2, 0.3)):
        send(one, public, private=private)
    put(team, "student")
    put(others[1], "student")
    confirm(cup, host)
    with freeze_time(AFTER):
        whole = board(client_of(), "private/")
        body = board(client_of(), "private/", bracket="student")
    assert [(row["rank"], row["publicRank"], row["change"]) for row in whole["results"]] == [
        *((1, 3, 2), (2, 1, -1), (3, 2, -1)),
    ]
    assert [(row["team"]["name"], row["rank"], row["publicRank"], row["change"]) for row in body["results"]] == [
        *(("ours", 1, 2, 1), ("theirs", 2, 1, -1)),
    ]
    # The interval is one of the rank on the whole.
    assert {row["rankLow"] for row in body["results"]} == {None}


@pytest.mark.parametrize("path", ["public/", "public/csv/", "history/"])
@pytest.mark.parametrize("slug", ["nobody", "STUDENT", "\u0000", "1", "student "])
def test_an_unknown_bracket_is_not_there(client_of, cup, path, slug):
    if slug.strip() == "student":
        return  # blanks around it are no part of it
    answer = client_of().get(f"/api/competitions/cup/leaderboard/{path}", {"bracket": slug})
    assert answer.status_code in (400, 404)
    assert answer.json()["errors"][0]["attr"] == "bracket"
    if answer.status_code == 404:
        assert answer.json()["errors"][0]["code"] == "no_such_bracket"


def test_a_bracket_of_another_competition_is_not_there(client_of, cup):
    Bracket.objects.create(competition=CompetitionFactory(), slug="elsewhere", name="E")
    board(client_of(), status=404, bracket="elsewhere")


def test_csv_has_the_teams_of_a_bracket(client_of, cup, team):
    team.submits(0.5)
    TeamFactory(competition=cup, name="theirs").submits(0.25)
    put(team, "student", "sponsor")

    def rows(**params):
        answer = client_of().get("/api/competitions/cup/leaderboard/public/csv/", params)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return [(row["rank"], row["team"], row["brackets"]) for row in csv.DictReader(io.StringIO(text))]

    assert rows() == [("1", "theirs", ""), ("2", "ours", "student sponsor")]
    assert rows(bracket="student") == [("1", "ours", "student sponsor")]


def test_organisers_have_the_brackets_beside_the_participants(cup, team):
    put(team, "student", "sponsor")
    lines = csv.DictReader(io.StringIO("".join(participants_csv(Competition.objects.all()))))
    assert [line["team_brackets"] for line in lines] == ["student sponsor"]


def test_without_brackets_a_csv_is_as_it_was(client_of):
    cup = CompetitionFactory(slug="cup")
    TeamFactory(competition=cup)
    answer = client_of().get("/api/competitions/cup/leaderboard/public/csv/")
    assert b"brackets" not in b"".join(answer.streaming_content)


def test_the_history_of_a_bracket(client_of, cup, team):
    other = TeamFactory(competition=cup, name="theirs")
    for one in (team, other):
        one.submits(0.5)
    put(team, "student")
    body = board(client_of(other.owner), "history/", bracket="student", team=str(other.pk))
    assert [one["name"] for one in body["teams"]] == ["ours"]
    assert list(body["points"]) == [str(team.pk)]


# --- polls ------------------------------------------------------------------------------------------------------------
def test_polls_tell_brackets_apart_and_learn_of_every_change(client_of, cup, team, host):
    team.submits(0.5)
    client = client_of()

    def tag(**params):
        return client.get("/api/competitions/cup/leaderboard/public/", params)["ETag"]

    def poll(seen, **params):
        answer = client.get("/api/competitions/cup/leaderboard/public/", params, HTTP_IF_NONE_MATCH=seen)
        return answer.status_code

    assert len({tag(), tag(bracket="student"), tag(bracket="sponsor")}) == 3
    acts = [
        lambda: choose_brackets(team=team, slugs=["student"], by=team.owner, at=NOON),
        lambda: set_brackets(team=team, slugs=["sponsor"], by=host, at=NOON),
        lambda: change_bracket(bracket=cup.brackets.first(), changes={"name": "Pupils"}, by=host, at=NOON),
        lambda: add_bracket(competition=cup, fields={"slug": "rookie", "name": "R"}, by=host, at=NOON),
        lambda: remove_bracket(bracket=cup.brackets.get(slug="rookie"), by=host, at=NOON),
    ]
    for act in acts:
        whole, student = tag(), tag(bracket="student")
        assert (poll(whole), poll(student, bracket="student")) == (304, 304)
        act()
        assert (poll(whole), poll(student, bracket="student")) == (200, 200)
    assert poll(tag(bracket="student")) == 200


def test_what_is_kept_of_a_large_bracket_is_its_own(cup, team, monkeypatch):
    monkeypatch.setattr("competitions.leaderboards.queries.WORTH_KEEPING", 1)
    TeamFactory(competition=cup).submits(0.1)
    team.submits(0.5)
    put(team, "student")
    cache.clear()
    student = cup.brackets.get(slug="student")
    for _again in range(2):
        assert Leaderboard(cup.phase, own_team=team.pk).own_row().rank == 2
        assert Leaderboard(cup.phase, own_team=team.pk, bracket=student).own_row().rank == 1
        assert Leaderboard(cup.phase, bracket=student).sizes.teams == 1
        assert Leaderboard(cup.phase).sizes.teams == 2


@pytest.mark.parametrize("teams", [2, 9])
def test_a_page_takes_as_many_queries_however_many_teams(client_of, cup, teams, django_assert_num_queries):
    for number in range(teams):
        one = TeamFactory(competition=cup)
        one.submits(0.1 * (number + 1))
        put(one, "student", "sponsor")
    cache.clear()
    address = "/api/competitions/cup/leaderboard/public/"
    # The competition, its bracket, three sizes, rows, members, brackets of the teams, baselines, the newest change.
    with django_assert_num_queries(10):
        client_of().get(address, {"bracket": "student"})


# --- who may not see the board ----------------------------------------------------------------------------------------
def test_who_sees_their_own_row_alone_sees_no_bracket(client_of, cup, team):
    """A team that goes from bracket to bracket would learn how each of the others stands."""
    overwrite(cup, board_audience="own_row")
    cup = Competition.objects.get(pk=cup.pk)
    team.submits(0.5)
    put(team, "student")
    assert board(client_of(team.owner))["me"]["rank"] == 1
    for path in ("public/", "public/csv/", "history/"):
        body = board(client_of(team.owner), path, status=403, bracket="student")
        assert body["errors"][0]["code"] == "leaderboard_own_row_only"
    with pytest.raises(LeaderboardOwnRowOnly):
        public_board(cup.phase, seen_by=team.owner, bracket=cup.brackets.get(slug="student"))


# --- brackets of a competition of several phases ----------------------------------------------------------------------
@pytest.fixture
def final(cup, team):
    """A second phase that begins where the first ends; the team took part in the first."""
    team.submits(0.5)
    return add(cup)


@pytest.mark.parametrize("then", ["a later end", "one more phase", "unconfirmed"])
@pytest.mark.parametrize("act", ACTS)
def test_while_a_later_phase_runs_it_takes_a_reason_because_of_the_one_before(cup, team, host, final, act, then):
    """What follows the end of one takes nothing back."""
    if then == "a later end":
        overwrite(cup, ended_at=ENDS)
        Phase.objects.filter(pk=final.pk).update(ended_at=None)
        Phase.objects.filter(competition=cup).update(ends_at=FINAL_ENDS)
    elif then == "one more phase":
        add(cup, starts_at=FINAL_ENDS, ends_at=FINAL_ENDS + HOUR, at=AFTER)
    else:
        Phase.objects.filter(competition=cup, number=1).update(board_opened_at=AFTER)
    with freeze_time(AFTER):
        with pytest.raises(ReasonMissing):
            ACTS[act](cup, team, host, "")
        ACTS[act](cup, team, host, "Their papers came late.")
    assert LogRow.objects.first().reason == "Their papers came late."


def test_who_has_a_result_chooses_no_more_while_others_still_enter(client_of, cup, team, final):
    """They know where they would stand; who comes for the final does not."""
    late = TeamFactory(competition=cup)
    with freeze_time(AFTER):
        with pytest.raises(BracketsFixedByPhase):
            choose_brackets(team=team, slugs=["student"], by=team.owner, at=AFTER)
        shown = client_of(team.owner).get(f"/api/teams/{team.pk}/").json()
        choose_brackets(team=late, slugs=["student"], by=late.owner, at=AFTER)
    assert (slugs(team), shown["canChooseBrackets"]) == ([], False)
    assert slugs(late) == ["student"]


def test_who_comes_back_to_a_result_chooses_no_more_either(cup, team, final):
    owner = team.owner
    leave(team=team, user=owner, at=NOON)
    cup = Competition.objects.get(pk=cup.pk)
    with freeze_time(AFTER), pytest.raises(BracketsFixedByPhase):
        enter(competition=cup, user=owner, accept_rules=True, brackets=["student"], at=AFTER)
    assert not Membership.objects.filter(user=owner).exists()


def test_the_page_of_the_admin_about_any_phase_asks_for_the_reason(cup, team, host, desk, final):
    """What the phase that runs asks for, the page about one that is to come asks for too."""
    put(team, "student")
    page = reverse("admin:competitions_competition_change", args=[cup.pk]) + "?phase=2"
    for at in (NOON, AFTER):
        with freeze_time(at):
            page_of_two = Competition.objects.get(pk=cup.pk).meaning(Phase.objects.get(pk=final.pk))
            body = {**form_of(page_of_two), **inline(cup, student={"DELETE": "on"})}
            sent = {name: value for name, value in body.items() if value is not None and value is not False}
            answer = desk.post(page, sent)
        assert answer.status_code == 200
        formset = answer.context["inline_admin_formsets"][0].formset
        assert answer.context["adminform"].form.errors == {}
        assert [error.code for error in formset.non_form_errors().as_data()] == ["reason_missing"]
    assert cup.brackets.filter(slug="student").exists()


def test_each_phase_has_the_ranks_of_a_bracket_among_its_own_scores(client_of, cup, team, final):
    """Pages, CSV, history and baselines: by the scores of that phase alone."""
    cup = Competition.objects.get(pk=cup.pk)
    others = [TeamFactory(competition=cup, name=name) for name in ("alone", "theirs")]
    for one, first, second in ((others[0], 0.1, 0.1), (others[1], 0.4, 0.3), (team, None, 0.2)):
        if first is not None:
            one.submits(first)
        submits(one, second, at=AFTER, phase=final)
    for one in (team, others[1]):
        put(one, "student")
    Baseline.objects.create(
        competition=cup, phase=final, name="Mean", since=AFTER, public_score=0.25, public_key=final.sort_key(0.25)
    )
    with freeze_time(AFTER):
        boards = {number: board(client_of(), place=f"phases/{number}/", bracket="student") for number in (1, 2)}
        unnamed = board(client_of(), bracket="student")
        races = {
            number: board(client_of(), "history/", place=f"phases/{number}/", bracket="student") for number in (1, 2)
        }
        own = {
            number: board(client_of(team.owner), place=f"phases/{number}/", bracket="student")["me"]["rank"]
            for number in (1, 2)
        }
        board(client_of(), place="phases/2/", status=404, bracket="nobody")
    assert {number: ranking(body) for number, body in boards.items()} == {
        1: [(1, "theirs"), (2, "ours")],
        2: [(1, "ours"), (2, "theirs")],
    }
    assert {number: [line["after"] for line in body["baselines"]] for number, body in boards.items()} == {1: [], 2: [1]}
    assert ranking(unnamed) == ranking(boards[2])
    assert {number: [one["name"] for one in body["teams"]] for number, body in races.items()} == {
        1: ["theirs", "ours"],
        2: ["ours", "theirs"],
    }
    assert own == {1: 2, 2: 1}


def test_the_confirmation_of_each_phase_says_who_belonged_to_what(cup, team, host, final):
    put(team, "student")
    assert [opened_board(phase)["brackets"][0]["teams"] for phase in cup.phases.all()] == [[team.pk], [team.pk]]


# --- the ranking within a bracket is that of its teams alone ----------------------------------------------------------
entries = st.tuples(
    st.one_of(st.none(), st.integers(0, 3)),  # public score, few values: ties
    st.integers(0, 2),  # hours
    st.one_of(st.none(), st.integers(0, 3)),  # private score
    st.booleans(),  # in the bracket
    st.sampled_from(["", "", "", "out"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(entries, min_size=1, max_size=7), metric=st.sampled_from(["rmse", "auc"]))
def test_ranks_in_a_bracket_are_those_of_its_teams_alone(rows, metric):
    """On both sides, by page, by one's own row and by search: as if the others had never been there."""
    with transaction.atomic():
        found = [ranks_of(rows, metric, alone=alone) for alone in (False, True)]
        assert found[0] == found[1]
        transaction.set_rollback(True)


def ranks_of(rows, metric: str, *, alone: bool) -> dict:
    """Of the teams in the bracket, by their place in `rows`. `alone`: of a competition that has no others."""
    cup = CompetitionFactory(metric=metric, confirmed_at=AFTER)
    bracket = Bracket.objects.create(competition=cup, slug="student", name="Students")
    numbers = {}
    for number, (public, hours, private, is_in, state) in enumerate(rows):
        if alone and not is_in:
            continue
        team = TeamFactory(competition=cup, name=f"team {number}")
        numbers[team.pk] = number
        at = NOON + hours * HOUR
        has_private = private is not None and public is not None
        Standing.objects.filter(team=team).update(
            is_ranked=not state,
            best_public_score=public,
            public_key=None if public is None else cup.phase.sort_key(public),
            best_submitted_at=None if public is None else at,
            best_private_score=private if has_private else None,
            private_key=cup.phase.sort_key(private) if has_private else None,
            private_submitted_at=at if has_private else None,
        )
        if state:
            Team.objects.filter(pk=team.pk).update(out_of_competition_at=NOON)
        if is_in:
            bracket.entries.create(team=team)
    ranked = Standing.objects.filter(competition=cup, is_ranked=True, public_key__isnull=False).in_public_order()
    for place, standing in enumerate(ranked, start=1):
        Standing.objects.filter(pk=standing.pk).update(final_public_rank=place)
    told = {}
    for side in (None, PRIVATE):
        of = {} if alone else {"bracket": bracket}
        sides = {} if side is None else {"side": side}
        whole = Leaderboard(cup.phase, fresh=True, **sides, **of)
        page = [(numbers[row.team.pk], row.rank, row.public_rank) for row in whole[0:50]]
        own = {
            numbers[pk]: row and row.rank
            for pk in numbers
            for row in [Leaderboard(cup.phase, own_team=pk, fresh=True, **sides, **of).own_row()]
            if row is not None
        }
        search = Leaderboard(cup.phase, search="team", fresh=True, **sides, **of)
        hits = {numbers[row.team.pk]: row.rank for row in search[0:50]}
        everything = [(numbers[row.team.pk], row.rank) for row in whole.all_rows()]
        sizes = (whole.sizes.scored, whole.sizes.teams, whole.sizes.outside, whole.count())
        told[str(side)] = (page, own, hits, everything, sizes)
    return told
