"""The promise, for who gets on: what is closed in one phase can't be told from anything that another one does with it.

Two worlds are alike but for what is closed: the private scores of a phase that is over and not confirmed, or what its
leaderboard holds back. Whatever anybody asks and does, the answers must be the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from freezegun import freeze_time
from rest_framework.test import APIClient

from competitions.models import Baseline, Phase, Standing
from competitions.phases.entry import decide_entries
from competitions.solution.services import replace_solution
from submissions import runs
from submissions.models import Submission, Takeover
from submissions.services import submit, take_over_due
from submissions.services.taking_over import work
from tests.factories import NOON, STARTS, TeamFactory, UserFactory
from tests.phases import FINAL, add, confirm, phase_of
from tests.submissions.conftest import competition_with_solution
from tests.submissions.files import file_scoring, solution_csv, upload

pytestmark = pytest.mark.django_db
FROZEN = NOON + timedelta(minutes=1)
TEAMS = ("a", "b", "c", "d")


def world(closed: str, order: list[str]) -> dict[str, Any]:
    """Four teams that are alike in all that is open. `order`: who is best in what is closed."""
    host = UserFactory(username="host")
    cup = competition_with_solution("rmse", slug="two", title="Cup", hosts=[host])
    final = add(cup, at=NOON, takes_over="none", entry_phase=cup.phase)
    shifted = upload(solution_csv("rmse", shift=1.0)).file
    replace_solution(phase=final, file=shifted, filename="s.csv", by=None, at=STARTS)
    teams = {name: TeamFactory(competition=cup, name=name, owner__username=name) for name in TEAMS}
    first = phase_of(cup, 1)
    if closed == "frozen":
        Phase.objects.filter(pk=first.pk).update(board_freezes_at=FROZEN)
    for place, (name, team) in enumerate(teams.items()):
        secret = (1 + order.index(name)) / 10
        private = secret if closed == "private" else 0.5
        sends(team, first, 0.5 + place / 10, private, at=NOON)
        if closed == "frozen":
            sends(team, first, secret, 0.5, at=FROZEN)
    Baseline.objects.create(
        competition=cup, phase=first, name="Ours", since=NOON, public_score=0.55, public_key=0.55, private_key=0.25
    )
    if closed == "private":
        run = runs.start_run(phase=first, kind="private", by=None, at=FINAL)
        assert runs.work(run.pk, now=lambda: FINAL) is runs.Outcome.DONE
    return {"cup": cup, "host": host, "teams": teams}


def sends(team, phase, public, private, *, at):
    submit(user=team.owner, team=team, phase=phase, file=file_scoring("rmse", public, private), filename="s.csv", at=at)


def client(user=None) -> APIClient:
    found = APIClient()
    if user is not None:
        found.force_authenticate(user)
    return found


def everything(made: dict[str, Any], board: str) -> list[str]:
    """What everybody is told while an organiser tries rule after rule, the worker works, and teams submit."""
    host, told = client(made["host"]), []
    best, worst = (made["teams"][name] for name in ("a", "d"))
    people = [client(), host, client(best.owner)]
    rules: list[dict[str, Any]] = [
        {"entryRule": "best", "entryCount": 1},
        {"entryRule": "best", "entryCount": 3},
        {"entryRule": "share", "entryPercent": 50},
        {"entryRule": "baseline", "entryBaseline": "Ours"},
        {"entryRule": "teams", "takesOver": "best"},
    ]

    def tell(ask: Callable[[], Any]) -> None:
        answer = ask()
        told.append(f"{answer.status_code} {answer.content.decode()}")

    for rule in rules:
        body = {**rule, "entryBoard": board, "reason": "To see what it comes to."}
        tell(lambda body=body: host.patch("/api/competitions/two/phases/2/", body, format="json"))
        told.append(f"{decide_entries(FINAL)} {take_over_due(FINAL)}")
        told.extend(str(work(one.pk, now=lambda: FINAL)) for one in Takeover.objects.all())
        for person in people:
            for address in ("", "phases/", "phases/2/", "phases/2/teams/", "phases/2/leaderboard/public/", "log/"):
                tell(lambda person=person, address=address: person.get(f"/api/competitions/two/{address}"))
        for team, other in ((best, worst), (worst, best)):
            owner = client(team.owner)
            tell(lambda owner=owner, team=team: owner.get(f"/api/teams/{team.pk}/allowance/?phase=2"))
            tell(lambda owner=owner, team=team: sent(owner, team))
            preview = f"/api/teams/{team.pk}/merge-requests/preview/?team={other.pk}"
            tell(lambda owner=owner, preview=preview: owner.get(preview))
    told.append(str(sorted(Standing.objects.filter(phase__number=2).values_list("gets_on", "entry_rank"))))
    told.append(str(Submission.objects.filter(phase__number=2).count()))
    return [re.sub(r"[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z?", "…", one) for one in told]


def sent(owner: APIClient, team) -> Any:
    file = upload(solution_csv("rmse"))
    return owner.post("/api/teams/submissions/", {"team": team.pk, "phase": 2, "file": file}, format="multipart")


def told_in(closed: str, order: list[str], board: str) -> list[str]:
    with freeze_time(FINAL, tick=False):
        point = transaction.savepoint()
        try:
            return everything(world(closed, order), board)
        finally:
            transaction.savepoint_rollback(point)


@pytest.mark.parametrize(("closed", "board"), [("private", "confirmed"), ("frozen", "public"), ("frozen", "confirmed")])
def test_no_rule_tells_who_would_get_on(closed, board):
    one = told_in(closed, ["a", "b", "c", "d"], board)
    other = told_in(closed, ["d", "c", "b", "a"], board)
    if connection.vendor != "sqlite":
        # Ids count on there when a world is undone.
        one, other = ([re.sub(r"\b\d+\b", "0", text) for text in told] for told in (one, other))
    assert one == other


@pytest.mark.parametrize(("closed", "board"), [("private", "confirmed"), ("frozen", "public")])
def test_it_would_have_been_seen(closed, board):
    """Once it is open, the same acts tell the two worlds apart."""
    found = []
    for order in (["a", "b", "c", "d"], ["d", "c", "b", "a"]):
        with freeze_time(FINAL, tick=False):
            point = transaction.savepoint()
            made = world(closed, order)
            Phase.objects.filter(number=2).update(entry_rule="best", entry_count=2, entry_board=board)
            confirm(phase_of(made["cup"], 1), FINAL)
            got_on = Standing.objects.filter(phase__number=2, gets_on=True)
            found.append(set(got_on.values_list("team__name", flat=True)))
            transaction.savepoint_rollback(point)
    assert found == [{"a", "b"}, {"c", "d"}]
