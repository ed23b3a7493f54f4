"""What organisers may change, and when: the table of the design, row by row, at the doors that lead there.

A competition that was published and has started is relied on: from then on limits only rise, the end comes no earlier
than after a notice, and what can move the ranking needs a public reason, which participants are told.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time

from competitions.exceptions import (
    EndTooSoon,
    LimitsFrozen,
    LimitsOnlyRise,
    ObjectionsOpen,
    ReasonMissing,
    SelectionFrozen,
)
from competitions.models import Competition, Phase
from competitions.organising.editing import edit_competition
from competitions.solution.services import replace_solution
from notifications_api.models import Notification
from submissions import runs
from submissions.models import ScoringRun
from submissions.runs.exceptions import TooManyRescorings
from tests.competitions.test_log import newest, work_out
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db

BEFORE = STARTS - timedelta(days=1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LIMITS = [
    *("daily_submission_limit", "total_submission_limit", "selectable_submissions", "max_team_size"),
    "objection_minutes",
]


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture
def cup(host):
    return CompetitionFactory(slug="cup", hosts=[host], **dict.fromkeys(LIMITS, 5))


@pytest.fixture
def team(cup):
    return TeamFactory(competition=cup)


def edit(competition, host, at=NOON, reason="", **changes):
    return edit_competition(competition=competition, changes=changes, by=host, at=at, reason=reason)


# --- limits -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_free_before_the_start_rise_while_it_runs_and_stay_afterwards(cup, host, name):
    edit(cup, host, at=BEFORE, **{name: 3})
    edit(cup, host, **{name: 4})
    with pytest.raises(LimitsOnlyRise) as refused:
        edit(cup, host, **{name: 3})
    assert refused.value.attr == name
    for value in (3, 9):
        with pytest.raises((LimitsFrozen, SelectionFrozen)):
            edit(cup, host, at=AFTER, **{name: value})
    cup.refresh_from_db()
    assert getattr(cup.bearer_of(name), name) == 4


def test_no_limit_is_the_highest_limit(cup, host):
    edit(cup, host, daily_submission_limit=None)
    with pytest.raises(LimitsOnlyRise):
        edit(cup, host, daily_submission_limit=1000)


@pytest.mark.parametrize("hidden", ["never published", "taken off"])
def test_a_draft_may_change_everything_but_not_one_that_was_published(cup, host, hidden):
    """Its clock may have run: nobody could take part. Taking it off the site and changing it there is no way round."""
    if hidden == "taken off":
        edit(cup, host, is_published=False, reason="Wrong data.")
        with pytest.raises(LimitsOnlyRise):
            edit(cup, host, daily_submission_limit=1)
    else:
        Competition.objects.update(is_published=False)
        edit(cup, host, daily_submission_limit=1)


# --- the end ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "end", "reason", "refusal"),
    [
        (BEFORE, STARTS + HOUR, "", None),
        (BEFORE, ENDS + HOUR, "", None),
        (NOON, NOON + HOUR, "", None),
        (NOON, NOON + HOUR - timedelta(seconds=1), "A leak.", EndTooSoon),
        (NOON, ENDS + HOUR, "", ReasonMissing),
        (NOON, ENDS + HOUR, "  ", ReasonMissing),
        (NOON, ENDS + HOUR, "An outage.", None),
    ],
)
def test_the_end_moves_with_notice_and_with_reason(cup, host, at, end, reason, refusal):
    if refusal is not None:
        with pytest.raises(refusal):
            edit(cup, host, at=at, ends_at=end, reason=reason)
    else:
        edit(cup, host, at=at, ends_at=end, reason=reason)
    cup.refresh_from_db()
    assert cup.phase.ends_at == (ENDS if refusal else end)


def test_who_ends_it_too_soon_is_told_how_much_notice_there_must_be(cup, host):
    with pytest.raises(EndTooSoon) as refused:
        edit(cup, host, ends_at=NOON + timedelta(minutes=5), reason="A leak.")
    assert refused.value.params == {"minutes": 60}


def test_an_end_that_is_near_keeps_nothing_else_from_being_changed(cup, host, team):
    edit(cup, host, at=ENDS - timedelta(minutes=1), title="Last minute", ends_at=ENDS)
    cup.refresh_from_db()
    assert cup.title == "Last minute"


# --- publication ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", [BEFORE, NOON, AFTER])
def test_taking_it_off_the_site_needs_a_reason_once_people_are_there(cup, host, team, at):
    with pytest.raises(ReasonMissing):
        edit(cup, host, at=at, is_published=False)
    edit(cup, host, at=at, is_published=False, reason="Wrong data.")
    assert (newest(cup).kind, newest(cup).reason) == ("unpublished", "Wrong data.")


def test_what_nobody_has_joined_before_the_start_goes_without(cup, host):
    edit(cup, host, at=BEFORE, is_published=False)


# --- the solution and the result --------------------------------------------------------------------------------------
def put(competition, host, reason="", at=NOON, shift=1.0):
    file = BytesIO(solution_csv("rmse", shift=shift).encode())
    return replace_solution(phase=competition.phase, file=file, filename="s.csv", by=host, at=at, reason=reason)


def test_another_truth_needs_a_reason_once_a_submission_was_received(cup, host, team):
    put(cup, host)
    put(cup, host, shift=2.0)
    send(team)
    with pytest.raises(ReasonMissing):
        put(cup, host, shift=3.0)
    put(cup, host, shift=3.0, reason="A leak.")
    assert newest(cup).facts["changed"]["truth"] == {"public": 16, "private": 16}


@pytest.fixture
def confirmed(cup, host, team):
    """Confirmed after a complete private run."""
    give_solution(cup, solution_csv("rmse"))
    send(team)
    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER), AFTER)
    return runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER).competition


@pytest.mark.parametrize("reason", ["", "A row was wrong."])
def test_nothing_turns_a_known_result_round_in_silence(confirmed, host, reason):
    acts = {
        "solution": lambda: put(confirmed, host, at=AFTER, reason=reason),
        "private_run": lambda: work_out(
            runs.start_run(phase=confirmed.phase, kind="private", by=host, at=AFTER, reason=reason), AFTER
        ),
        "unconfirmed": lambda: runs.unconfirm_private_leaderboard(
            phase=confirmed.phase, by=host, at=AFTER, reason=reason
        ),
    }
    for kind in ("private_run", "unconfirmed", "solution"):
        if not reason:
            with pytest.raises(ReasonMissing):
                acts[kind]()
            continue
        acts[kind]()
        assert (newest(confirmed).kind, newest(confirmed).reason, newest(confirmed).actor) == (kind, reason, host)


def test_another_truth_closes_a_confirmed_result(confirmed, host):
    put(confirmed, host, at=AFTER, reason="A row was wrong.")
    confirmed.refresh_from_db()
    assert confirmed.phase.confirmed_at is None
    assert list(confirmed.log.values_list("kind", flat=True)[:2]) == ["unconfirmed", "solution"]


# --- participants are told --------------------------------------------------------------------------------------------
TOLD = {
    "clock": lambda cup, host: edit(cup, host, ends_at=ENDS + HOUR, reason="Why."),
    "limits": lambda cup, host: edit(cup, host, daily_submission_limit=9, reason="Why."),
    "unpublished": lambda cup, host: edit(cup, host, is_published=False, reason="Why."),
    "solution": lambda cup, host: put(cup, host, reason="Why."),
}


@pytest.mark.parametrize("kind", TOLD)
def test_participants_are_told_why(cup, host, team, kind, settings, django_capture_on_commit_callbacks):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    give_solution(cup, solution_csv("rmse"))
    send(team)
    with django_capture_on_commit_callbacks(execute=True):
        TOLD[kind](cup, host)
    told = Notification.objects.get(recipient=team.owner, kind="changed")
    assert (told.params, told.excerpt, told.title) == ({"change": kind}, "Why.", cup.title)


# --- the doors --------------------------------------------------------------------------------------------------------
def test_the_api_takes_the_reason_and_says_which_is_missing(cup, host, team, api):
    api.force_authenticate(host)
    later = {"endsAt": "2026-06-12T00:00:00Z"}
    with freeze_time(NOON):
        refused = api.patch("/api/competitions/cup/", later, format="json")
        assert [error["code"] for error in refused.json()["errors"]] == ["reason_missing"]
        fewer = api.patch("/api/competitions/cup/", {"maxTeamSize": 1}, format="json")
        assert (fewer.status_code, fewer.json()["errors"][0]["attr"]) == (409, "maxTeamSize")
        answer = api.patch("/api/competitions/cup/", {**later, "reason": "An outage."}, format="json")
    assert answer.status_code == 200
    assert newest(cup).reason == "An outage."


def test_the_api_unconfirms_with_a_reason(confirmed, host, api):
    api.force_authenticate(host)
    address = "/api/competitions/cup/private-leaderboard/unconfirm/"
    with freeze_time(AFTER):
        assert api.post(address).json()["errors"][0]["code"] == "reason_missing"
        assert api.post(address, {"reason": "A row was wrong."}, format="json").json() == {"confirmedAt": None}


def test_the_admin_asks_the_same(confirmed, host):
    """The panel has a field for each reason, and an act without one changes nothing."""
    client = Client()
    client.force_login(host)
    page = reverse("admin:competitions_competition_change", args=[confirmed.pk])
    body = {"competition": confirmed.pk, "file": SimpleUploadedFile("s.csv", solution_csv("rmse", shift=3).encode())}
    with freeze_time(AFTER):
        shown = client.get(page).content.decode()
        client.post(reverse("admin:competitions_competition_scoring_unconfirm", args=[confirmed.pk]))
        client.post(reverse("admin:competitions_competition_scoring_start", args=[confirmed.pk]), {"kind": "private"})
        form = client.post(reverse("admin:competitions_solution_add"), {**body, "usage_column": "Usage"})
    for field in ("unconfirm-reason", "private-reason", "id_reason"):
        assert f'id="{field}"' in shown
    assert "reason" in form.context["form"].errors
    assert (newest(confirmed).kind, confirmed.scoring_runs.count(), confirmed.solutions.count()) == ("confirmed", 1, 1)


def test_the_kaggle_command_line_asks_the_same(cup, host, team, api):
    api.force_authenticate(host)
    body = {
        "competitionName": "cup",
        "settings": {"deadline": "2026-06-05T12:30:00Z"},
        "updateMask": "deadline",
    }
    address = "/api/v1/competitions.CompetitionApiService/UpdateCompetitionSettings"
    for deadline, words in (("2026-06-05T12:30:00Z", "notice"), ("2026-06-12T00:00:00Z", "Say why")):
        body["settings"]["deadline"] = deadline
        with freeze_time(NOON):
            answer = api.post(address, body, format="json")
        assert (answer.status_code, words in answer.json()["message"]) == (400, True), answer.content
    cup.refresh_from_db()
    assert cup.phase.ends_at == ENDS


# --- time for objections ----------------------------------------------------------------------------------------------
def confirm(competition, host, at):
    return runs.confirm_private_leaderboard(phase=competition.phase, by=host, at=at)


def score_again(competition, host, at):
    run = runs.start_run(phase=competition.phase, kind="private", by=host, at=at, reason="A row was wrong.")
    work_out(run, at)


def test_a_truth_changed_after_the_end_is_open_to_objections(confirmed, host):
    """Confirmed or not: participants learn of it, and have the time that was said to answer."""
    put(confirmed, host, at=AFTER, reason="A row was wrong.", shift=1.0)
    score_again(confirmed, host, AFTER)
    until = AFTER + 5 * MINUTE
    assert confirmed.log.filter(kind="solution").latest("sequence").facts["objectionsUntil"] == (
        f"{until:%Y-%m-%dT%H:%M:%S}Z"
    )
    runs.open_preview(phase=confirmed.phase, by=host, at=AFTER)
    with pytest.raises(ObjectionsOpen) as refused:
        confirm(confirmed, host, until - timedelta(seconds=1))
    assert refused.value.params == {"until": until.isoformat()}
    assert confirm(confirmed, host, until).confirmed_at == until


def test_each_change_begins_the_time_anew_and_none_shortens_it(confirmed, host):
    put(confirmed, host, at=AFTER, reason="A row was wrong.", shift=1.0)
    put(confirmed, host, at=AFTER + 3 * MINUTE, reason="Another one.", shift=2.0)
    confirmed.refresh_from_db()
    assert confirmed.phase.objections_until == AFTER + 8 * MINUTE


@pytest.mark.parametrize(
    "what", ["the same file", "no time was said", "nobody's score rests on it", "before the end", "fewer minutes now"]
)
def test_where_there_is_nothing_to_object_to(cup, host, team, what):
    at = NOON if what == "before the end" else AFTER
    Phase.objects.update(objection_minutes=0 if what == "no time was said" else 60)
    put(cup, host, at=STARTS)
    if what != "nobody's score rests on it":
        send(team)
    put(cup, host, at=at, reason="A row was wrong.", shift=1.0 if what == "the same file" else 2.0)
    cup.refresh_from_db()
    if what == "fewer minutes now":
        with pytest.raises(LimitsFrozen):
            edit(cup, host, at=AFTER, objection_minutes=0)
        assert cup.phase.may_be_objected_to(AFTER)
    else:
        assert not cup.phase.may_be_objected_to(at)


# --- rescoring while it runs ------------------------------------------------------------------------------------------
def test_a_running_competition_is_rescored_a_few_times_only(cup, host, team, settings):
    """One public row with all the weight, and another one each time: the scores would be the predictions."""
    settings.RESCORINGS_WHILE_RUNNING = 2
    put(cup, host, at=STARTS)
    send(team)
    failed = runs.start_run(phase=cup.phase, kind="rescore", by=host, at=NOON, reason="Why.")
    ScoringRun.objects.filter(pk=failed.pk).update(status="failed")  # before it wrote a score
    for _ in range(2):
        work_out(runs.start_run(phase=cup.phase, kind="rescore", by=host, at=NOON, reason="Why."), NOON)
    with pytest.raises(TooManyRescorings):
        runs.start_run(phase=cup.phase, kind="rescore", by=host, at=NOON, reason="Why.")
    runs.start_run(phase=cup.phase, kind="rescore", by=host, at=AFTER, reason="Why.")


def test_the_number_of_submissions_a_version_refuses_is_public(cup, host, team):
    put(cup, host, at=STARTS)
    send(team)
    file = BytesIO((solution_csv("rmse", shift=1.0) + "33,0,Private\n").encode())
    replace_solution(
        phase=cup.phase,
        file=file,
        filename="s.csv",
        by=host,
        at=NOON,
        reason="A row was missing.",
        accept_refusals=True,
    )
    assert newest(cup).facts["submissionsRefused"] == 1
