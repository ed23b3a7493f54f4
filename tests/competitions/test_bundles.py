"""A competition as a file: out of one server, into another, and once more on the same; drafts deleted."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from competitions.bundles.cloning import clone_competition
from competitions.bundles.describing import FIELDS, LEFT_BEHIND, NAME, OF_COMPETITION, OF_PHASE
from competitions.bundles.reading import import_bundle
from competitions.bundles.writing import bundle_chunks, write_bundle
from competitions.exceptions import BundleRefused, MayNotCreateCompetitions, NoDraft, NotHost, SolutionNotYours
from competitions.files.services import add_data_file
from competitions.models import Competition, DataFile, Page, Phase, Solution
from competitions.organising.creating import delete_draft
from competitions.solution.services import active_solution
from tests.factories import (
    AFTER,
    ENDS,
    NOON,
    STARTS,
    CompetitionFactory,
    TeamFactory,
    UserFactory,
    give_solution,
    submits,
)

pytestmark = [pytest.mark.django_db]
SOLUTION = "id,target,Usage\n1,0.25,Public\n2,0.5,Private\n3,0.75,Private\n"


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture
def cup(host):
    made = CompetitionFactory(
        title="渦潮杯",
        slug="cup",
        hosts=[host],
        time_zone="Asia/Tokyo",
        merge_deadline=ENDS - timedelta(days=2),
        daily_submission_limit=None,
        metric="rmse",
    )
    Page.objects.create(competition=made, slug="overview", title="Overview", body="# 渦\r\n\nText.\n", position=0)
    Page.objects.create(competition=made, slug="rules", title="Rules", body="", position=1)
    for name, content in (("train/a.csv", b"id,x\n1,2\n"), ("sample_submission.csv", b"id,target\n1,0\n2,0\n3,0\n")):
        add_data_file(competition=made, file=ContentFile(content, name=name), name=name, by=None, at=STARTS)
    give_solution(made, SOLUTION)
    return made


def bundle_of(competition, *, with_solution=True):
    target = io.BytesIO()
    write_bundle(target, competition=competition, with_solution=with_solution)
    return target.getvalue()


def put_in(content, host, **options):
    return import_bundle(file=io.BytesIO(content), by=host, at=NOON, **options)


def changed(content, change, *, files=()):
    """The bundle with its description changed, and with other contents of some files."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == NAME:
                description = yaml.safe_load(body)
                change(description)
                body = yaml.safe_dump(description, sort_keys=False).encode()
            new.writestr(name, dict(files).get(name, body))
    return target.getvalue()


def zipped(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, body in files.items():
            archive.writestr({"description": NAME}.get(name, name), body)
    return target.getvalue()


def stored(tmp_path):
    return sorted(path for folder in ("private", "media") for path in (tmp_path / folder).rglob("*") if path.is_file())


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Tokyo", 9), ("UTC", 0)])
def test_a_copy_starts_at_a_moment_of_the_competitions_zone(api, cup, host, zone, hours):
    Competition.objects.filter(pk=cup.pk).update(time_zone=zone)
    api.force_authenticate(host)
    sent = {"title": "Next", "slug": "next", "startsAt": "2027-04-01T09:00:00"}
    answer = api.post(f"/api/competitions/{cup.slug}/clone/", sent, format="json")
    assert answer.status_code == 201, answer.json()
    assert Competition.objects.get(slug="next").phase.starts_at == datetime(2027, 4, 1, 9 - hours, tzinfo=UTC)


def test_a_bundle_starts_at_a_moment_with_an_offset(api, cup, host):
    api.force_authenticate(host)
    sent = {"bundle": SimpleUploadedFile("b.zip", bundle_of(cup)), "slug": "next", "startsAt": "2027-04-01T09:00:00"}
    answer = api.post("/api/competition-bundles/", sent, format="multipart")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "offset_missing")


# --- out and in ---------------------------------------------------------------------------------------------------------
def test_no_field_of_a_competition_is_forgotten():
    fields = [*Competition._meta.get_fields(), *Phase._meta.get_fields()]
    names = {field.name for field in fields if not field.auto_created or field.concrete}
    assert names == OF_COMPETITION.keys() | OF_PHASE.keys() | LEFT_BEHIND
    assert FIELDS.keys() < OF_COMPETITION.keys() | OF_PHASE.keys()


def test_what_comes_out_of_the_other_server_is_what_went_in(cup, host):
    there = bundle_of(cup)
    Competition.objects.update(slug="another-server")
    here = put_in(there, host)
    assert bundle_of(here) == there
    assert not here.is_published
    assert list(here.hosts.all()) == [host]
    assert active_solution(here.phase).sha256 == active_solution(cup.phase).sha256
    assert active_solution(here.phase).salt != active_solution(cup.phase).salt


def test_organisers_get_it_without_the_solution_and_without_what_people_did(cup, host):
    submits(TeamFactory(competition=cup), 0.5)
    content = b"".join(bundle_chunks(competition=cup, by=host))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == [
            "data/sample_submission.csv",
            "data/train/a.csv",
            "pages/overview.md",
            "pages/rules.md",
            NAME,
        ]
        assert b"solution" not in archive.read(NAME).replace(b"releasesSolution", b"")
    with pytest.raises(NotHost):
        bundle_chunks(competition=cup, by=UserFactory())


def test_moments_without_an_offset_are_those_of_its_zone(cup, host):
    content = changed(
        bundle_of(cup),
        lambda it: it["clock"].update(startsAt="2026-06-01T09:00", endsAt="2026-06-12T09:00+00:00"),
    )
    made = put_in(content, host, slug="other")
    assert (made.phase.starts_at, made.phase.ends_at) == (STARTS, ENDS + timedelta(days=1, hours=9))


# --- what is wrong is told with its place, and leaves nothing behind ------------------------------------------------------
def clock(**moments):
    return lambda it: it["clock"].update(moments)


FAULTS = {
    "a field that is none": (lambda it: it.update(colour="red"), (), "schema_additionalProperties", ""),
    "no title": (lambda it: it.pop("title"), (), "schema_required", ""),
    "a number for a text": (lambda it: it["metric"].update(digits="five"), (), "schema_type", "metric.digits"),
    "another format": (lambda it: it.update(format="uzu-competition/9"), (), "schema_const", "format"),
    "no such zone": (lambda it: it.update(timeZone="Mars/Base"), (), "unknown_time_zone", "timeZone"),
    "no such metric": (lambda it: it["metric"].update(name="luck"), (), "unknown_metric", "metric.name"),
    "an end before the start": (clock(startsAt="2026-07-01T00:00Z"), (), "ends_before_it_starts", ""),
    "an end that has passed": (clock(endsAt="2026-06-05T11:59Z"), (), "end_in_the_past", "clock.endsAt"),
    "a moment that is none": (clock(endsAt="2026-06-31T11:59Z"), (), "invalid_moment", "clock.endsAt"),
    "a deadline after the end": (
        clock(mergeDeadline="2026-07-01T00:00Z"),
        (),
        "after_the_end",
        "clock.mergeDeadline",
    ),
    "a file that is not there": (
        lambda it: it["data"][0].update(file="data/none.csv"),
        (),
        "file_missing",
        "data.0.file",
    ),
    "two pages of one slug": (lambda it: it["pages"][1].update(slug="overview"), (), "slug_taken", "pages.1.slug"),
    "a name that leads outside": (lambda it: it["data"][0].update(name="../x"), (), "invalid_file_name", "data.0"),
    "another file than said": (
        lambda it: None,
        [("data/train/a.csv", b"id\n")],
        "checksum_differs",
        "data.1.sha256",
    ),
    "a page that is no text": (lambda it: None, [("pages/rules.md", b"\xff\xfe\x00")], "not_utf8", ""),
    "a solution that is none": (
        lambda it: it["solution"].pop("sha256"),
        [("solution/solution", b"id,target,Usage\n1,x,Public\n")],
        "invalid_solution",
        "solution",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place_and_nothing_is_made(
    cup, host, tmp_path, fault, django_capture_on_commit_callbacks
):
    change, files, code, field = FAULTS[fault]
    content = changed(bundle_of(cup), change, files=files)
    before = stored(tmp_path)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(BundleRefused) as caught:
        put_in(content, host, slug="other")
    problem = caught.value.problems[0]
    assert (problem["code"], problem["params"]["field"]) == (code, field)
    assert problem["params"]["file"] == ("pages/rules.md" if code == "not_utf8" else NAME)
    assert (problem["params"]["line"] is None) == (code == "not_utf8")
    assert list(Competition.objects.all()) == [cup]
    assert stored(tmp_path) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda it: it.pop("title"), "次の項目がありません: title。"),
        (lambda it: it.update(colour="red"), "この名前の項目はありません: colour。"),
        (lambda it: it["metric"].update(digits="five"), "ここに「five」は書けません。書けるもの: 整数。"),
        (lambda it: it.update(format="none"), "「none」は次のどれでもありません: uzu-competition/1。"),
    ],
)
def test_what_is_wrong_is_told_in_the_language_of_who_asks(cup, host, change, told):
    with translation.override("ja"), pytest.raises(BundleRefused) as caught:
        put_in(changed(bundle_of(cup), change), host, slug="other")
    assert [problem["detail"] for problem in caught.value.problems] == [told]


def test_two_that_are_missing_are_told_one_by_one(cup, host):
    with pytest.raises(BundleRefused) as caught:
        put_in(changed(bundle_of(cup), lambda it: (it.pop("title"), it.pop("slug"))), host, slug="other")
    assert [one["detail"] for one in caught.value.problems] == ["This is missing: title.", "This is missing: slug."]


def test_the_line_is_that_of_the_value(cup, host):
    text = b"format: uzu-competition/1\ntitle: Cup\nslug: cup2\nclock:\n  startsAt: soon enough\n  endsAt: 2026-06-02T00:00Z\nmetric: {name: rmse}\n"
    with pytest.raises(BundleRefused) as caught:
        put_in(zipped(description=text), host)
    assert caught.value.problems[0]["params"] == {"file": NAME, "line": 5, "field": "clock.startsAt"}
    assert caught.value.detail.startswith(f"{NAME}: 5: clock.startsAt: ")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no zip", "not_a_zip"),
        (b"", "not_a_zip"),
        (zipped(other=b""), "description_missing"),
        (zipped(description=b"a: [1, 2"), "not_yaml"),
        (zipped(description=b"a: &a [x]\nb: [*a, *a]"), "not_yaml"),
        (zipped(description=b"a: !!python/object/apply:os.getcwd []"), "not_yaml"),
        (zipped(description=b"\xff"), "not_utf8"),
        (zipped(description=b"- 1"), "not_a_mapping"),
        (zipped(description=b""), "not_a_mapping"),
        (zipped(description=b"[" * 5000), "not_yaml"),
        (zipped(description=b"a: 1\n" * 300_000), "too_large"),
        (
            zipped(description=b"format: uzu-competition/1").replace(b"uzu-competition/1", b"uzu-competition/2"),
            "unreadable",
        ),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_what_is_no_bundle_is_refused(host, content, code):
    with pytest.raises(BundleRefused) as caught:
        put_in(content, host)
    assert caught.value.problems[0]["code"] == code


def test_a_slug_that_is_taken_is_told(cup, host):
    with pytest.raises(BundleRefused) as caught:
        put_in(bundle_of(cup), host)
    assert caught.value.problems[0]["params"]["field"] == "slug"


def test_only_who_may_make_competitions_puts_bundles_in(cup):
    with pytest.raises(MayNotCreateCompetitions):
        put_in(bundle_of(cup), UserFactory())


def test_last_years_bundle_starts_at_another_time(cup, host):
    later = NOON + timedelta(days=400)
    made = import_bundle(file=io.BytesIO(bundle_of(cup)), slug="again", starts_at=later, by=host, at=later)
    assert (made.phase.starts_at, made.phase.ends_at) == (later, later + (ENDS - STARTS))
    assert made.merge_deadline == later + (cup.merge_deadline - STARTS)


def test_by_commands(cup, host, tmp_path, capsys):
    path = tmp_path / "cup.zip"
    call_command("export_competition", "cup", str(path), with_solution=True)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_competition", "cup", str(path))
    with pytest.raises(CommandError, match="slug"):
        call_command("import_competition", str(path), host="host")
    call_command("import_competition", str(path), host="host", slug="next")
    assert "/competitions/next: a draft" in capsys.readouterr().out
    assert Competition.objects.get(slug="next").solutions.count() == 1


# --- once more ------------------------------------------------------------------------------------------------------------
def clone(cup, by, *, with_solution=False, at=NOON):
    return clone_competition(
        competition=cup,
        title="Next year",
        slug="next",
        starts_at=STARTS + timedelta(days=365),
        with_solution=with_solution,
        by=by,
        at=at,
    )


def test_a_copy_starts_later_and_is_else_the_same(cup, host):
    submits(TeamFactory(competition=cup), 0.5)
    copy = clone(cup, host)
    year = timedelta(days=365)
    assert (copy.phase.starts_at, copy.phase.ends_at, copy.entry_deadline) == (STARTS + year, ENDS + year, None)
    assert copy.merge_deadline == cup.merge_deadline + year
    assert (copy.title, copy.time_zone, copy.phase.daily_submission_limit) == ("Next year", "Asia/Tokyo", None)
    assert [page.body for page in copy.pages.all()] == [page.body for page in cup.pages.all()]
    assert copy.data_files.count() == 2
    assert not copy.is_published
    assert active_solution(copy.phase) is None
    assert copy.teams.count() == 0


@pytest.mark.parametrize(
    ("mine", "confirmed", "allowed"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_nobody_scores_by_a_copy_of_a_solution_that_somebody_else_keeps(cup, host, mine, confirmed, allowed):
    if mine:
        cup.solutions.update(uploaded_by=host)
    if confirmed:
        Phase.objects.filter(competition=cup.pk).update(confirmed_at=AFTER)
        cup.refresh_from_db()
    at = AFTER + timedelta(hours=1) if confirmed else NOON
    if allowed:
        assert active_solution(clone(cup, host, with_solution=True, at=at).phase).rows == 3
        return
    with pytest.raises(SolutionNotYours):
        clone(cup, host, with_solution=True, at=at)
    assert not Competition.objects.filter(slug="next").exists()


def test_another_organiser_copies_nothing(cup):
    with pytest.raises(NotHost):
        clone(cup, UserFactory())


# --- drafts ---------------------------------------------------------------------------------------------------------------
def test_a_draft_is_deleted_with_all_its_files(cup, host, tmp_path, django_capture_on_commit_callbacks):
    before = stored(tmp_path)
    draft = put_in(bundle_of(cup), host, slug="draft")
    assert stored(tmp_path) != before
    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(competition=draft, by=host)
    assert stored(tmp_path) == before
    assert not Competition.objects.filter(slug="draft").exists()
    assert DataFile.objects.count() == 2
    assert Solution.objects.count() == 1


@pytest.mark.parametrize("reason", ["published", "once published", "a team", "a stranger"])
def test_what_people_may_have_seen_is_no_draft(cup, host, reason):
    draft = put_in(bundle_of(cup), host, slug="draft")
    by, refusal = host, NoDraft
    if "published" in reason:
        from competitions.organising.editing import edit_competition

        edit_competition(competition=draft, changes={"is_published": True}, by=host, at=NOON)
        if reason == "once published":
            edit_competition(competition=draft, changes={"is_published": False}, by=host, at=NOON, reason="Not yet.")
    elif reason == "a team":
        TeamFactory(competition=draft)
    else:
        by, refusal = UserFactory(), Exception
    with pytest.raises(refusal):
        delete_draft(competition=draft, by=by)
    assert Competition.objects.filter(slug="draft").exists()
