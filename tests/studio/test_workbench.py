"""The workbench: files come in, a job looks at them, decisions are kept, another job makes the competition of them."""

from __future__ import annotations

import io
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from django.utils import timezone

from competitions.models import Competition, DataFile
from competitions.organising.editing import edit_competition
from competitions.solution.services import active_solution
from studio import workbenches
from studio.models import SourceFile, SourceUpload, Workbench
from studio.uploads import sweep_source_uploads
from studio.working import LEASE, revive_workbenches, work
from tests.factories import CompetitionFactory, UserFactory, overwrite

pytestmark = pytest.mark.django_db


def houses(rows=120, seed=0):
    """A regression whose ids have leading zeros."""
    chance = np.random.default_rng(seed)
    size = chance.uniform(30, 200, rows)
    return pd.DataFrame(
        {
            "id": [f"{number:05}" for number in range(rows)],
            "size": size.round(2),
            "town": chance.choice(["Naruto", "Awaji", "Tokushima"], rows),
            "price": (size * 3 + chance.normal(0, 20, rows)).round(2),
        }
    )


def csv(table):
    return table.to_csv(index=False).encode()


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture
def draft(host):
    starts = timezone.now() + timedelta(days=1)
    clock = {"starts_at": starts, "ends_at": starts + timedelta(days=7)}
    return CompetitionFactory(slug="cup", is_published=False, hosts=[host], **clock)


@pytest.fixture
def bench(api, host, draft):
    return Bench(api, host, draft)


class Bench:
    """What the page does, over the API."""

    def __init__(self, api, user, draft):
        self.api, self.draft = api, draft
        self.root = f"/api/competitions/{draft.slug}/workbench/"
        api.force_authenticate(user)

    def ask(self, method, path="", body=None, expect=200):
        answer = getattr(self.api, method)(f"{self.root}{path}", body, format="json")
        assert answer.status_code == expect, answer.content
        return answer.json() if answer.content else None

    def send(self, name, content):
        upload = self.ask("post", "uploads/", {"name": name, "size": len(content)}, expect=201)
        for number in range(1, upload["partCount"] + 1):
            part = content[(number - 1) * upload["partSize"] : number * upload["partSize"]]
            path = f"{self.root}uploads/{upload['id']}/parts/{number}/"
            assert self.api.put(path, part, content_type="application/octet-stream").status_code == 204
        return self.ask("post", f"uploads/{upload['id']}/complete/")

    def work(self):
        assert work(Workbench.objects.get(competition=self.draft).pk)
        return self.ask("get")

    def read(self, **files):
        for name, table in files.items():
            self.send(f"{name}.csv", csv(table))
        self.ask("post", "read/", expect=202)
        return self.work()

    def make(self):
        self.ask("post", "make/", expect=202)
        return self.work()


def test_one_table_becomes_a_competition(bench, draft, host):
    told = bench.read(houses=houses())
    assert told["problems"] == []
    assert told["choices"]["targetColumns"] == ["price"]
    assert told["choices"]["idColumns"] == ["id"]
    assert told["choices"]["task"] == "regression"
    assert told["found"]["metrics"][0]["metric"] == told["choices"]["metric"]
    made = bench.make()
    assert made["problems"] == []
    draft.refresh_from_db()
    assert set(draft.data_files.values_list("name", flat=True)) == {"train.csv", "test.csv", "sample_submission.csv"}
    test = table_of(draft, "test.csv")
    assert "price" not in test.columns
    assert test["id"].str.len().eq(5).all()
    solution = active_solution(draft.phase)
    assert solution.rows == len(test) == made["made"]["solution"]["rows"]
    assert 0 < solution.public_rows < solution.private_rows
    assert draft.phase.metric == made["choices"]["metric"]
    assert [line["score"] is not None for line in made["made"]["baselines"]] == [True] * 3
    assert draft.baselines.count() == 3
    assert set(draft.pages.values_list("slug", flat=True)) == {"overview", "data", "evaluation", "rules"}
    assert all(finding["weight"] != "red" for finding in made["made"]["findings"])
    edit_competition(competition=draft, changes={"is_published": True}, by=host, at=timezone.now())


def table_of(draft, name):
    with DataFile.objects.get(competition=draft, name=name).file.open() as file:
        return pd.read_csv(io.BytesIO(file.read()), dtype=str)


def test_what_is_made_anew_takes_the_place_of_what_was_made(bench, draft):
    bench.read(houses=houses())
    first = bench.make()
    told = bench.ask("patch", body={"targetColumns": ["size"], "test": {"way": "random", "share": 0.5}})
    assert told["job"]["kind"] == "read"
    assert bench.work()["choices"]["targetColumns"] == ["size"]
    second = bench.make()
    assert first["made"]["solution"]["rows"] < second["made"]["solution"]["rows"] == 60
    draft.refresh_from_db()
    assert draft.phase.solutions.get().target_columns == ["size"]
    assert draft.baselines.count() == 3


@pytest.mark.parametrize("language", ["", "ja"])
def test_pages_are_written_in_both_languages(bench, draft, host, language):
    host.language = language
    host.save()
    bench.read(houses=houses())
    bench.make()
    page = draft.pages.get(slug="evaluation")
    original, translation = (page.body, page.body_en) if language == "ja" else (page.body_ja, page.body)
    assert "採点します" in original
    assert "Submissions are scored by" in translation


def test_a_page_that_somebody_wrote_stays(bench, draft):
    bench.read(houses=houses())
    bench.make()
    draft.pages.filter(slug="overview").update(body="Mine.")
    bench.ask("patch", body={"baselines": ["constant"]})
    bench.make()
    assert draft.pages.get(slug="overview").body == "Mine."


def test_files_that_are_no_table_become_data_files(bench, draft):
    bench.send("notes.pdf", b"%PDF-")
    bench.read(houses=houses())
    bench.make()
    assert draft.data_files.filter(name="notes.pdf").exists()
    bench.ask("patch", body={"otherFiles": False})
    bench.make()
    assert not draft.data_files.filter(name="notes.pdf").exists()


def test_a_way_to_split_is_proposed_that_leaves_rows_on_both_sides(bench):
    """Five stores: one of them for test, and none is left to be public."""
    table = houses()
    table["town"] = [f"store {row % 5}" for row in range(len(table))]
    told = bench.read(houses=table.rename(columns={"town": "store"}))
    assert told["found"]["groups"]
    assert told["choices"]["public"]["way"] != "group"
    assert bench.make()["problems"] == []


def test_a_decision_can_be_taken_back(bench):
    proposed = bench.read(houses=houses())["choices"]["metric"]
    told = bench.ask("patch", body={"metric": "mae"})
    assert (told["choices"]["metric"], told["decided"]) == ("mae", ["metric"])
    told = bench.ask("patch", body={"metric": None})
    assert (told["choices"]["metric"], told["decided"]) == (proposed, [])


def test_what_does_not_fit_the_files_is_refused_field_by_field(bench):
    bench.read(houses=houses())
    told = bench.ask(
        "patch",
        body={"targetColumns": ["rent"], "dateColumn": "day", "public": {"way": "random", "share": 0.3, "column": "x"}},
        expect=400,
    )
    assert [(one["code"], one["attr"]) for one in told["errors"]] == [
        ("no_such_column", "targetColumns"),
        ("no_such_column", "dateColumn"),
        ("no_such_column", "public"),
    ]


def test_ids_are_no_targets(bench):
    bench.read(houses=houses())
    told = bench.ask("patch", body={"targetColumns": ["id"]}, expect=400)
    assert [one["code"] for one in told["errors"]] == ["ids_are_targets"]


def test_looking_at_an_empty_workbench_writes_nothing(bench):
    told = bench.ask("get")
    assert (told["sources"], told["uploads"], told["found"], told["isOpen"]) == ([], [], None, True)
    assert not Workbench.objects.exists()


def test_nothing_is_decided_before_somebody_looked(bench):
    assert bench.ask("patch", body={"metric": "mae"}, expect=409)["errors"][0]["code"] == "sources_not_read"
    assert bench.ask("post", "read/", expect=409)["errors"][0]["code"] == "no_sources"


def test_while_a_job_is_at_work_nothing_else_changes(bench):
    bench.read(houses=houses())
    bench.ask("post", "make/", expect=202)
    for method, path, body in (
        ("post", "make/", None),
        ("patch", "", {"metric": "mae"}),
        ("post", "uploads/", {"name": "a.csv", "size": 1}),
    ):
        assert bench.ask(method, path, body, expect=409)["errors"][0]["code"] == "workbench_busy"
    assert bench.ask("post", "stop/")["job"] is None
    assert bench.ask("patch", body={"metric": "mae"})["choices"]["metric"] == "mae"


def test_a_job_that_was_stopped_writes_nothing(bench, draft, monkeypatch):
    bench.read(houses=houses())
    bench.ask("post", "make/", expect=202)
    row = Workbench.objects.get(competition=draft)

    def stopped(*_arguments, **_keywords):
        workbenches.stop(workbench=row, by=row.asked_by)
        raise RuntimeError("asked to stop in the middle")

    monkeypatch.setattr("studio.making.train_baseline", stopped)
    assert not work(row.pk)
    row.refresh_from_db()
    assert (row.job, row.made, row.problems) == ("", None, [])


def test_a_job_whose_worker_died_is_begun_again(bench, draft):
    bench.read(houses=houses())
    bench.ask("post", "make/", expect=202)
    row = Workbench.objects.get(competition=draft)
    Workbench.objects.filter(pk=row.pk).update(lease="dead", heartbeat_at=timezone.now(), attempts=1)
    assert not work(row.pk)
    assert revive_workbenches(timezone.now()) == 0
    Workbench.objects.filter(pk=row.pk).update(heartbeat_at=timezone.now() - 2 * LEASE)
    assert revive_workbenches(timezone.now()) == 1
    assert work(row.pk)


def test_files_that_kill_their_worker_are_given_up(bench, draft):
    bench.read(houses=houses())
    bench.ask("post", "make/", expect=202)
    Workbench.objects.update(attempts=3)
    assert [one["code"] for one in bench.work()["problems"]] == ["kills_its_worker"]


def test_a_table_that_cannot_be_read_is_named(bench):
    bench.send("broken.csv", b'id,"x\n1')
    told = bench.read(houses=houses())
    assert {one["file"] for one in told["found"]["unread"]} == {"broken.csv"}


def test_a_file_sent_again_takes_the_place_of_the_first(bench, draft):
    bench.read(houses=houses())
    told = bench.read(houses=houses(rows=40))
    assert [table["overview"]["rows"] for table in told["found"]["tables"]] == [40]
    assert SourceFile.objects.count() == 1


def test_once_published_it_is_closed_and_its_files_go(bench, draft, host):
    bench.read(houses=houses())
    bench.make()
    edit_competition(competition=draft, changes={"is_published": True}, by=host, at=timezone.now())
    for method, path, body in (("patch", "", {"metric": "mae"}), ("post", "read/", None), ("post", "make/", None)):
        assert bench.ask(method, path, body, expect=409)["errors"][0]["code"] == "workbench_closed"
    source = SourceFile.objects.get()
    storage, key = source.file.storage, source.file.name
    assert workbenches.sweep_sources(timezone.now()) == 1
    assert not storage.exists(key)


# --- who sees what ----------------------------------------------------------------------------------------------------
@pytest.fixture
def other_host(draft):
    other = UserFactory(is_staff=True)
    draft.hosts.add(other)
    return other


def test_what_stands_in_a_file_is_shown_to_who_sent_it_alone(bench, other_host):
    """Whatever role they give to it: they would see the answers."""
    own = bench.read(houses=houses())["found"]["tables"][0]["overview"]
    assert own["firstRows"]
    assert own["columns"][-1]["histogram"]
    bench.api.force_authenticate(other_host)
    for role in ("train", "other"):
        bench.ask("patch", body={"roles": {"houses.csv": role}})
        told = bench.work()["found"]["tables"][0]["overview"]
        assert told["firstRows"] == []
        assert all(one["histogram"] == one["common"] == [] for one in told["columns"])
        assert {one["mean"] for one in told["columns"]} == {None}


def test_only_who_sent_the_files_makes_the_competition_of_them(bench, other_host):
    """Another one could make private rows public, or let the file with the answers become a data file."""
    bench.read(houses=houses())
    bench.api.force_authenticate(other_host)
    assert bench.ask("post", "make/", expect=403)["errors"][0]["code"] == "sources_not_yours"


@pytest.mark.parametrize(("role", "status"), [("participant", 404), ("nobody", 404), ("other host", 404)])
def test_others_know_nothing_of_a_draft(api, draft, role, status):
    if role != "nobody":
        user = UserFactory()
        if role == "other host":
            CompetitionFactory(hosts=[user])
        api.force_authenticate(user)
    assert api.get(f"/api/competitions/{draft.slug}/workbench/").status_code == status


# --- creating ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "setting", "status"),
    [
        ("staff", "staff", 201),
        ("member", "staff", 403),
        ("member", "group", 201),
        ("anybody", "group", 403),
        ("anybody", "everybody", 201),
        ("nobody", "everybody", 401),
    ],
)
def test_who_may_create(api, settings, who, setting, status, django_user_model):
    from django.contrib.auth.models import Group

    settings.COMPETITION_CREATORS = setting
    user = UserFactory(is_staff=who == "staff")
    if who == "member":
        user.groups.add(Group.objects.create(name=settings.CREATORS_GROUP))
    if who != "nobody":
        api.force_authenticate(user)
    assert api.post("/api/competitions/", {"title": "渦潮"}, format="json").status_code == status


def test_no_competition_stands_where_a_page_of_the_app_does(api, host):
    api.force_authenticate(host)
    assert api.post("/api/competitions/", {"title": "Cup", "slug": "new"}, format="json").status_code == 400
    assert api.post("/api/competitions/", {"title": "New"}, format="json").json()["slug"].startswith("new-")


def test_who_is_not_of_the_staff_has_only_so_many_drafts(api, settings):
    settings.COMPETITION_CREATORS, settings.MOST_DRAFTS = "everybody", 2
    api.force_authenticate(UserFactory())
    codes = [api.post("/api/competitions/", {"title": "Cup"}, format="json").status_code for _ in range(3)]
    assert codes == [201, 201, 409]
    overwrite(Competition.objects.first(), is_published=True)
    assert api.post("/api/competitions/", {"title": "Cup"}, format="json").status_code == 201


def test_the_clock_follows_the_kind_of_event(bench, draft):
    starts = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    bench.ask("post", "clock/", {"preset": "day", "startsAt": starts.isoformat()}, expect=204)
    draft.refresh_from_db()
    phase = draft.phase
    assert (phase.starts_at, phase.ends_at) == (starts, starts + timedelta(hours=8))
    assert phase.daily_submission_limit == 30


def test_uploads_that_nobody_completes_are_forgotten(bench):
    bench.ask("post", "uploads/", {"name": "a.csv", "size": 1}, expect=201)
    assert sweep_source_uploads(timezone.now()) == 0
    assert sweep_source_uploads(timezone.now() + timedelta(days=4)) == 1
    assert SourceUpload.objects.count() == 0


def test_an_upload_that_was_left_says_which_parts_are_missing(bench, monkeypatch):
    monkeypatch.setattr("foundation.uploads.part_size_for", lambda size: 4)
    upload = bench.ask("post", "uploads/", {"name": "train.csv", "size": 10}, expect=201)
    assert upload["missing"] == [1, 2, 3]
    path = f"{bench.root}uploads/{upload['id']}/parts/2/"
    assert bench.api.put(path, b"5678", content_type="application/octet-stream").status_code == 204
    assert [one["missing"] for one in bench.ask("get")["uploads"]] == [[1, 3]]
