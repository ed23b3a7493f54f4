"""What organisers may change, and when: the table of the design, at every door that leads there.

`free`: it is done. `logged`: it is done, and an entry of the log names who it is about. `reason`: only with a public
reason. A word with underscores: refused with this code, whatever the
reason. Before the start nobody has submitted; afterwards a team has, and relies on what was said. The admin shows no
field for what is frozen, or refuses it; the kaggle command line knows no reason.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time
from rest_framework.test import APIClient

from accounts.models import User
from competitions.models import Bracket, Competition
from submissions import runs
from tests.competitions.test_admin import form_of
from tests.competitions.test_brackets import inline
from tests.competitions.test_log import work_out
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.matrix import kaggle
from tests.matrix.scenario import Scenario
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db

TABLE = """
#                               before  running                      ended                        confirmed
a public row becomes private    free    reason                       reason                       reason
a public row is ignored         free    reason                       reason                       reason
a private row becomes public    free    public_rows_added            public_rows_added            public_rows_added
usages are swapped              free    public_rows_added            public_rows_added            public_rows_added
another truth                   free    reason                       reason                       reason
other weights                   free    reason                       reason                       reason
one more id                     free    submissions_would_be_refused submissions_would_be_refused submissions_would_be_refused
another id column               free    id_column_changed            id_column_changed            id_column_changed
another metric                  free    metric_in_use                metric_in_use                metric_in_use
more digits                     free    metric_in_use                metric_in_use                metric_in_use
another start                   free    start_frozen                 start_frozen                 start_frozen
a later end                     free    reason                       clock_frozen                 clock_frozen
an earlier end, with notice     free    free                         clock_frozen                 clock_frozen
an earlier end, without         free    end_too_soon                 clock_frozen                 clock_frozen
fewer submissions a day         free    limits_only_rise             limits_frozen                limits_frozen
more submissions a day          free    free                         limits_frozen                limits_frozen
a limit in total                free    limits_only_rise             limits_frozen                limits_frozen
fewer selectable                free    limits_only_rise             selection_frozen             selection_frozen
more selectable                 free    free                         selection_frozen             selection_frozen
smaller teams                   free    limits_only_rise             limits_frozen                limits_frozen
larger teams                    free    free                         limits_frozen                limits_frozen
less time for objections        free    limits_only_rise             limits_frozen                limits_frozen
more time for objections        free    free                         limits_frozen                limits_frozen
no medals any more              free    free                         medals_frozen                medals_frozen
off the site                    reason  reason                       reason                       reason
one more bracket                free    free                         reason                       reason
another name of a bracket       free    free                         reason                       reason
a bracket without teams goes    free    free                         reason                       reason
a bracket with teams goes       free    reason                       reason                       reason
a team in another bracket       free    free                         reason                       reason
one more host                   logged  logged                       logged                       logged
a host goes                     logged  logged                       logged                       logged
a participant becomes a host    host_takes_part host_takes_part      host_takes_part              host_takes_part
"""
STATES: dict[str, datetime] = {
    "before": STARTS - timedelta(days=1),
    "running": NOON,
    "ended": AFTER,
    "confirmed": AFTER + timedelta(minutes=1),
}
EXPECTED = {
    state: {
        line[:32].strip(): line[32:].split()[place] for line in TABLE.strip().splitlines() if not line.startswith("#")
    }
    for place, state in enumerate(STATES)
}

RIGHT = solution_csv("rmse")
SWAPPED = RIGHT.replace("Public", "x").replace("Private", "Public").replace("x", "Private")
FILES: dict[str, str] = {
    "a public row becomes private": RIGHT.replace("Public", "Private", 1),
    "a public row is ignored": RIGHT.replace("Public", "Ignored", 1),
    "a private row becomes public": RIGHT.replace("Private", "Public", 1),
    "usages are swapped": SWAPPED,
    "another truth": solution_csv("rmse", shift=1.0),
    "other weights": "\n".join(f"{line},{place or 'w'}" for place, line in enumerate(RIGHT.splitlines())),
    "one more id": RIGHT + "33,0,Private\n",
    "another id column": RIGHT.replace("id,", "row,", 1),
}
MINUTE = timedelta(minutes=1)
FIELDS: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "another metric": lambda _: {"metric": "mae"},
    "more digits": lambda _: {"score_digits": 9},
    "another start": lambda _: {"starts_at": STARTS + timedelta(hours=1)},
    "a later end": lambda at: {"ends_at": max(at, ENDS) + timedelta(days=1)},
    "an earlier end, with notice": lambda at: {"ends_at": max(at, STARTS) + 60 * MINUTE},
    "an earlier end, without": lambda at: {"ends_at": max(at, STARTS) + 59 * MINUTE},
    "fewer submissions a day": lambda _: {"daily_submission_limit": 4},
    "more submissions a day": lambda _: {"daily_submission_limit": 6},
    "a limit in total": lambda _: {"total_submission_limit": 1000},
    "fewer selectable": lambda _: {"selectable_submissions": 1},
    "more selectable": lambda _: {"selectable_submissions": 3},
    "smaller teams": lambda _: {"max_team_size": 4},
    "larger teams": lambda _: {"max_team_size": 6},
    "less time for objections": lambda _: {"objection_minutes": 59},
    "more time for objections": lambda _: {"objection_minutes": 61},
    "no medals any more": lambda _: {"awards_medals": False},
    "off the site": lambda _: {"is_published": False},
}
# Who organises it then, by name. Whoever ever did is out of competition: tests/competitions/test_out_of_competition.py.
HOSTS: dict[str, set[str]] = {
    "one more host": {"host", "second", "third"},
    "a host goes": {"host"},
    "a participant becomes a host": {"host", "second", "participant"},
}
# That each is logged: tests/competitions/test_brackets.py.
BRACKETS = {
    "one more bracket",
    "another name of a bracket",
    "a bracket without teams goes",
    "a bracket with teams goes",
    "a team in another bracket",
}
assert {*FILES, *FIELDS, *HOSTS, *BRACKETS} == set(EXPECTED["running"])


class Desk:
    """An organiser, and what they find at one door. `act`: what the table calls it; returns the codes of the refusal."""

    def __init__(self, state: str) -> None:
        self.host = UserFactory(username="host", is_staff=True)
        self.cup = CompetitionFactory(slug="cup", hosts=[self.host, UserFactory(username="second")])
        self.at = STATES[state]
        give_solution(self.cup, RIGHT)
        UserFactory(username="third")
        self.team = TeamFactory(competition=self.cup, owner=UserFactory(username="participant"))
        student = Bracket.objects.create(competition=self.cup, slug="student", name="Students")
        student.entries.create(team=self.team)
        Bracket.objects.create(competition=self.cup, slug="empty", name="Nobody", position=1)
        if state != "before":
            send(self.team)
        if state in ("ended", "confirmed"):
            work_out(runs.start_run(phase=self.cup.phase, kind="private", by=self.host, at=AFTER), AFTER)
        if state == "confirmed":
            runs.confirm_private_leaderboard(phase=self.cup.phase, by=self.host, at=AFTER)

    def facts(self) -> dict[str, Any]:
        cup = Competition.objects.get(pk=self.cup.pk)
        kept = ("ended_at", "objections_until", "confirmed_at", "confirmed_by_id", "leaderboard_version")
        rows = (cup, cup.phase)
        fields = {field.attname: getattr(row, field.attname) for row in rows for field in row._meta.concrete_fields}
        changing = {name: one for name, one in fields.items() if name not in kept}
        hosts = set(cup.hosts.values_list("username", flat=True))
        brackets = list(cup.brackets.values_list("slug", "name", "entries__team"))
        return {"version": cup.solutions.count(), "hosts": hosts, "brackets": brackets, **changing}

    def told_of_hosts(self) -> list[str]:
        """Whom the log names as added or removed."""
        entries = self.cup.log.filter(kind__in=["host_added", "host_removed"], actor=self.host)
        return list(entries.values_list("subject__username", flat=True))

    def file(self, act: str) -> SimpleUploadedFile:
        return SimpleUploadedFile("s.csv", FILES[act].encode())

    def ask(self, act: str, reason: str) -> list[str]:
        raise NotImplementedError


class Api(Desk):
    def ask(self, act: str, reason: str) -> list[str]:
        client = APIClient()
        client.force_authenticate(self.host)
        if act in FILES:
            weight = {"weightColumn": "w"} if act == "other weights" else {}
            body = {"file": self.file(act), "reason": reason, **weight}
            answer = client.put("/api/competitions/cup/solution/", body, format="multipart")
        elif act in BRACKETS:
            method, path, fields = {
                "one more bracket": ("post", "competitions/cup/brackets/", {"slug": "rookie", "name": "Rookies"}),
                "another name of a bracket": ("patch", "competitions/cup/brackets/student/", {"name": "Pupils"}),
                "a bracket without teams goes": ("delete", "competitions/cup/brackets/empty/", {}),
                "a bracket with teams goes": ("delete", "competitions/cup/brackets/student/", {}),
                "a team in another bracket": ("put", f"teams/{self.team.pk}/brackets/", {"brackets": ["empty"]}),
            }[act]
            answer = getattr(client, method)(f"/api/{path}", {**fields, "reason": reason}, format="json")
        else:
            body = {camel(name): value for name, value in FIELDS[act](self.at).items()}
            answer = client.patch("/api/competitions/cup/", {**body, "reason": reason}, format="json")
        return [] if answer.status_code < 300 else [error["code"] for error in answer.json()["errors"]]


class Admin(Desk):
    def ask(self, act: str, reason: str) -> list[str]:
        client = Client()
        client.force_login(self.host)
        if act in FILES:
            page = reverse("admin:competitions_solution_add")
            weight = {"weight_column": "w"} if act == "other weights" else {}
            body = {"competition": self.cup.pk, "file": self.file(act), "usage_column": "Usage", "reason": reason}
            answer = client.post(page, {**body, **weight})
            errors = answer.context["form"].errors if answer.status_code == 200 else {}
        elif act == "a team in another bracket":
            page = reverse("admin:competitions_team_change", args=[self.team.pk])
            member = self.team.memberships.get().pk
            body = {"name": self.team.name, "brackets": [Bracket.objects.get(slug="empty").pk], "reason": reason}
            body |= {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": member}
            answer = client.post(page, {**body, "memberships-0-team": self.team.pk})
            errors = answer.context["adminform"].form.errors if answer.status_code == 200 else {}
        elif act in BRACKETS:
            page = reverse("admin:competitions_competition_change", args=[self.cup.pk])
            new = [{"slug": "rookie", "name": "Rookies"}] if act == "one more bracket" else []
            changes = {
                "another name of a bracket": {"student": {"name": "Pupils"}},
                "a bracket without teams goes": {"empty": {"DELETE": "on"}},
                "a bracket with teams goes": {"student": {"DELETE": "on"}},
            }.get(act, {})
            cup = Competition.objects.get(pk=self.cup.pk)
            body = {**form_of(cup, reason=reason), **inline(cup, *new, **changes)}
            answer = client.post(
                page, {name: value for name, value in body.items() if value is not None and value is not False}
            )
            if answer.status_code != 200:
                return []
            formset = answer.context["inline_admin_formsets"][0].formset
            assert answer.context["adminform"].form.errors == {}
            return [error.code for error in formset.non_form_errors().as_data()]
        else:
            page = reverse("admin:competitions_competition_change", args=[self.cup.pk])
            body = form_of(Competition.objects.get(pk=self.cup.pk), **self.typed(act), reason=reason)
            answer = client.post(
                page, {name: value for name, value in body.items() if value is not None and value is not False}
            )
            errors = answer.context["adminform"].form.errors if answer.status_code == 200 else {}
        return [error.code for field in errors.as_data().values() for error in field] if errors else []

    def typed(self, act: str) -> dict[str, Any]:
        if act in HOSTS:
            return {"hosts": list(User.objects.filter(username__in=HOSTS[act]).values_list("pk", flat=True))}
        return FIELDS[act](self.at)


class Kaggle(Desk):
    def ask(self, act: str, reason: str) -> list[str]:
        client = APIClient()
        client.force_authenticate(self.host)
        if act in FILES:
            everybody = Scenario(people={"host": self.host}, ids={}, asking="host")
            token = kaggle.sent("solution", FILES[act].encode(), "s.csv")(everybody)
            name, body = "CreateCompetitionSolution", {"blobToken": token}
        else:
            end = FIELDS[act](self.at)["ends_at"]
            name, body = "UpdateCompetitionSettings", {"settings": {"deadline": end}, "updateMask": "deadline"}
        address = f"/api/v1/competitions.CompetitionApiService/{name}"
        answer = client.post(address, {"competitionName": "cup", **body}, format="json")
        return [] if answer.status_code < 300 else ["refused"]


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def leads_to(desk: Desk, act: str) -> bool:
    if act in HOSTS:
        return isinstance(desk, Admin)  # the one door to them
    if act in BRACKETS:
        return not isinstance(desk, Kaggle)  # it has no word for them
    if not isinstance(desk, Kaggle):
        return True
    # It has no word for the columns; and the end is all that it changes of these.
    return act != "other weights" if act in FILES else "ends_at" in FIELDS[act](desk.at)


def found(desk: Desk, act: str, expected: str) -> str:
    """What came of it, in the words of the table. Nothing of it stays."""
    came_of_it = {"": "", "A mistake.": ""}
    # Without a reason where that is enough, with one where nothing is, and both ways where it decides.
    for reason in {"free": [""], "logged": [""], "reason": ["", "A mistake."]}.get(expected, ["A mistake."]):
        cache.clear()
        with transaction.atomic():
            before = desk.facts()
            codes = desk.ask(act, reason)
            changed = desk.facts() != before
            assert not (changed and codes), (act, codes)
            came_of_it[reason] = "done" if changed else (codes or ["silently left"])[0]
            moved = before["hosts"] ^ desk.facts()["hosts"]
            assert set(desk.told_of_hosts()) == moved, act
            if moved:
                came_of_it[reason] = "logged"
            transaction.set_rollback(True)
    without, given = came_of_it.values()
    if "logged" in (without, given):
        return "logged"
    if without == "done":
        return "free"
    if given == "done":
        return "reason" if without in ("reason_missing", "refused") else "done"
    # Without a field for it the admin leaves it, and it tells what is wrong with a file as the command line does, in words.
    in_words = {Admin: ("silently left", "invalid_solution"), Kaggle: ("refused",)}
    as_expected = given in in_words.get(type(desk), ()) and ("_" in expected or isinstance(desk, Kaggle))
    return expected if as_expected else given or without


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("door", [Api, Admin, Kaggle])
def test_what_may_change_and_when(door, state):
    with freeze_time(STATES[state]):
        desk = door(state)
        acts = [act for act in EXPECTED[state] if leads_to(desk, act)]
        came_of_it = {act: found(desk, act, EXPECTED[state][act]) for act in acts}
    assert came_of_it == {act: EXPECTED[state][act] for act in acts}


@pytest.mark.parametrize("act", HOSTS)
def test_the_api_has_no_word_for_hosts(act):
    with freeze_time(NOON):
        desk = Api("running")
        client = APIClient()
        client.force_authenticate(desk.host)
        before = desk.facts()
        client.patch("/api/competitions/cup/", {"hosts": sorted(HOSTS[act])}, format="json")
        assert desk.facts() == before
