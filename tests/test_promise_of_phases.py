"""The promise, phase by phase: while one phase is over and confirmed, nobody learns anything private of one that is not.

Every address of the site and every page of the admin, by everybody, with the two after each other and side by side.
"""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.admin.sites import site
from django.core.cache import cache
from django.urls import reverse
from freezegun import freeze_time

from clients.kaggle.rpc import method_names
from competitions.models import Phase, Standing
from competitions.solution.services import replace_solution
from submissions.models import Submission
from submissions.services import submit
from tests.factories import AFTER, ENDS, NOON, STARTS, overwrite
from tests.matrix import kaggle
from tests.matrix.scenario import PREDICTIONS, build_at
from tests.phases import DAY, add, confirm, phase_of
from tests.test_matrix import ROWS, fill, is_for_scripts
from tests.test_promise import (
    ADMIN_QUERIES,
    ANSWERS,
    CURIOUS,
    PRIVATE_SCORE,
    QUERIES,
    SHOWN,
    SOLUTION,
    client_of,
    require_silence,
    shown,
)

# When it is looked at; the hidden phase runs, or has ended and waits for its confirmation.
LOOKS = {"running": AFTER + DAY, "ended": ENDS + 11 * DAY}
FORMS = {
    # The hidden one follows the confirmed one, or began before it and goes on.
    "after each other": {"starts_at": ENDS, "ends_at": ENDS + 10 * DAY},
    "side by side": {"starts_at": STARTS + DAY, "ends_at": ENDS + 10 * DAY},
}
OPEN_SCORE = 0.4142135


@pytest.fixture(params=[(form, look) for form in FORMS for look in LOOKS], ids=" ".join, scope="module")
def case(request):
    return request.param


@pytest.fixture
def scenario(scenes, case, tmp_path):
    form, look = case
    with scenes.set_up(f"phases-{form}-{look}", lambda: with_two_phases(form, look), tmp_path) as scenario:
        yield scenario


def with_two_phases(form, look):
    """The cast's competition, whose phase is confirmed, and a second phase full of secrets."""
    scenario = build_at("running")
    team = scenario.things["team"]
    competition = team.competition
    with freeze_time(NOON):
        overwrite(competition, combined_rule="weighted_score")
        hidden = add(competition, name="Hidden", further_metrics=competition.phase.further_metrics, **FORMS[form])
        replace_solution(phase=hidden, file=BytesIO(SOLUTION.encode()), filename="s.csv", by=None, at=STARTS)
    at = LOOKS[look]
    with freeze_time(at):
        sent = submit(
            user=team.owner,
            team=team,
            phase=hidden,
            file=BytesIO(PREDICTIONS),
            filename="submission.csv",
            at=ENDS + DAY / 2,
        ).submission
        confirm(phase_of(competition, 1), at)
        Submission.objects.filter(phase=phase_of(competition, 1)).update(private_score=OPEN_SCORE)
        if look == "ended":
            confirm(hidden, at)
            Phase.objects.filter(pk=hidden.pk).update(confirmed_at=None, board_opened_at=None)
    Submission.objects.filter(phase=hidden).update(private_score=PRIVATE_SCORE, private_numbers={"mse": PRIVATE_SCORE})
    Standing.objects.filter(phase=hidden).update(
        best_private_score=PRIVATE_SCORE, private_key=PRIVATE_SCORE, private_submitted_at=ENDS + DAY
    )
    scenario.ids["submissions"] = sent.pk
    # The address that names a phase names the hidden one.
    scenario.ids["phases"] = hidden.number
    return scenario


@pytest.mark.parametrize("role", CURIOUS)
def test_no_address_of_the_site_tells_it(scenario, case, role):
    _form, look = case
    told = "/preview/" if look == "ended" and role in ("organiser", "staff") else "nowhere"
    routes = sorted({route for method, route, _stage, _statuses in ROWS if method == "GET" and told not in route})
    with freeze_time(LOOKS[look]):
        for route in routes:
            cache.clear()
            client = client_of(scenario, role, by_token=is_for_scripts(route))
            for query in QUERIES:
                require_silence(client.get(fill(route, scenario) + query), f"{role} {route}{query}")


@pytest.mark.parametrize("role", CURIOUS)
def test_the_kaggle_command_line_is_told_nothing_of_it(scenario, case, role):
    _form, look = case
    names = [name for name in sorted(method_names()) if re.search(r"/(Get|List|DownloadLeaderboard)", name)]
    scenario.asking = role
    with freeze_time(LOOKS[look]):
        for name in names:
            cache.clear()
            client = client_of(scenario, role, by_token=True)
            answer = client.post(f"/api/v1/{name}", kaggle.body_of(name, scenario), format="json")
            require_silence(answer, f"{role} {name}")


@pytest.mark.parametrize("role", ["organiser", "staff"])
def test_no_page_of_the_admin_tells_it(scenario, case, role):
    _form, look = case
    person = scenario.people[role]
    person.is_staff = True
    person.save()
    client = client_of(scenario, role, by_token=False)
    for model in site._registry:
        meta = model._meta
        pages = [reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist") + query for query in ADMIN_QUERIES]
        for row in model._default_manager.all()[:10]:
            views = ("change", "history", "delete")
            pages += [reverse(f"admin:{meta.app_label}_{meta.model_name}_{view}", args=[row.pk]) for view in views]
        with freeze_time(LOOKS[look]):
            for page in pages:
                require_silence(client.get(page), page)


def test_it_would_have_been_seen(scenario, case):
    """The same doors tell what is open: the private scores of the confirmed phase to everybody, and a preview."""
    _form, look = case
    with freeze_time(LOOKS[look]):
        client = client_of(scenario, "owner", by_token=False)
        team = scenario.things["team"]
        opened = shown(client.get(f"/api/teams/{team.pk}/submissions/?phase=1"))
        assert str(OPEN_SCORE) in opened
        assert client.get("/api/competitions/cup/phases/1/leaderboard/private/").status_code == 200
        preview = client_of(scenario, "organiser", by_token=False).get(
            "/api/competitions/cup/phases/2/leaderboard/private/preview/"
        )
        assert (SHOWN in shown(preview)) is (look == "ended")
        assert not any(answer in shown(preview) for answer in ANSWERS)


@pytest.mark.parametrize("role", ["organiser", "staff"])
@pytest.mark.parametrize("case", [(form, "running") for form in FORMS], ids=" ".join, indirect=True)
def test_no_act_of_organisers_opens_it(scenario, case, role):
    """While it runs: not to score it, to look at it or to confirm it, by its own address or by one without a name."""
    _form, look = case
    client = client_of(scenario, role, by_token=False)
    before = list(Submission.objects.order_by("pk").values_list("pk", "private_score"))
    with freeze_time(LOOKS[look] + timedelta(seconds=1)):
        for place in ("", "phases/2/"):
            for path, body in (
                ("scoring-runs/", {"kind": "private", "reason": "Why."}),
                ("private-leaderboard/confirm/", {}),
                ("private-leaderboard/unconfirm/", {"reason": "Why."}),
                ("noise/ranks/", {}),
            ):
                answer = client.post(f"/api/competitions/cup/{place}{path}", body, format="json")
                assert answer.status_code == 403, (place, path, answer.content)
        assert client.get("/api/competitions/cup/phases/2/leaderboard/private/preview/").status_code == 403
    assert list(Submission.objects.order_by("pk").values_list("pk", "private_score")) == before
