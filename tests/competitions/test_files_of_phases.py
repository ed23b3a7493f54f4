"""Data files that open with a phase: before it starts, nobody but organisers learns that there is one."""

from __future__ import annotations

import io
import itertools
import zipfile
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core import signing
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from freezegun import freeze_time
from rest_framework.test import APIClient

from clients.kaggle.links import SALT
from clients.kaggle.rpc import method_names
from competitions.access import FILE
from competitions.exceptions import ChangedMeanwhile, DataFileOpen, PhaseHasFiles, StartOpenedFiles
from competitions.files import archives
from competitions.files.previews import make_preview
from competitions.files.services import add_data_file, delete_data_file, move_data_file
from competitions.files.uploads import begin_upload, complete_upload, finish_upload
from competitions.models import Competition, DataArchive, DataFile, DataUpload, LogRow, Phase
from competitions.organising.editing import edit_competition
from competitions.phases.services import remove_phase
from competitions.solution.services import replace_solution
from competitions.turning import turn_phases
from foundation import uploads
from tests.clients.conftest import credentials
from tests.competitions.test_admin import admin_url, errors_of
from tests.factories import ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory
from tests.matrix import kaggle
from tests.matrix.scenario import build_at
from tests.phases import DAY, FINAL_ENDS, add, phase_of
from tests.submissions.conftest import competition_with_solution
from tests.submissions.files import solution_csv, upload
from tests.test_matrix import ROWS, fill, is_for_scripts
from tests.test_promise import client_of as client_in, shown

pytestmark = pytest.mark.django_db

BEFORE = ENDS - timedelta(seconds=1)
# Found nowhere else.
SECRET_NAME = "the-unheard-of.csv"
SECRET = b"id,quince\n" + b"9,8\n" * 31_337


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    """A development phase, and after it a final that brings a file of its own."""
    cup = competition_with_solution("rmse", slug="cup", hosts=[host])
    final = add(cup)
    replace_solution(phase=final, file=upload(solution_csv("rmse")).file, filename="s.csv", by=None, at=STARTS)
    cup = Competition.objects.get(pk=cup.pk)
    publish(cup, "train.csv")
    publish(cup, "final.csv", b"id,x\n1,2\n", phase=final)
    return cup


@pytest.fixture
def member(cup):
    return TeamFactory(competition=cup).owner


def publish(cup: Competition, name: str, content: bytes = b"id,y\n1,2\n", *, at: datetime = STARTS, **fields):
    return add_data_file(competition=cup, file=ContentFile(content, name=name), name=name, by=None, at=at, **fields)


def file_of(cup: Competition, name: str) -> DataFile:
    return DataFile.objects.select_related("phase").get(competition=cup, name=name)


def move(data_file: DataFile, phase: Phase | None, *, at: datetime = NOON):
    host = data_file.competition.hosts.first()
    assert host is not None
    return move_data_file(data_file=data_file, phase=phase, by=host, at=at)


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def names(answer):
    return [one["name"] for one in answer.json()]


# --- when it opens ----------------------------------------------------------------------------------------------------
def test_it_is_there_when_its_phase_starts(client_of, cup, host, member):
    final = file_of(cup, "final.csv")
    make_preview(final, at=STARTS)
    data = f"/api/competitions/cup/data/{final.pk}"
    for at, status in ((BEFORE, 404), (ENDS, 200), (FINAL_ENDS + DAY, 200)):
        with freeze_time(at):
            for who in (None, UserFactory(), member):
                there = ["final.csv", "train.csv"] if status == 200 else ["train.csv"]
                assert names(client_of(who).get("/api/competitions/cup/data/")) == there
            assert client_of(member).get(f"{data}/download/").status_code == status
            assert client_of(member).get(f"{data}/preview/").status_code == status
            # Organisers have it all the time.
            assert names(client_of(host).get("/api/competitions/cup/data/")) == ["final.csv", "train.csv"]
            assert client_of(host).get(f"{data}/download/").status_code == 200
            assert client_of(host).get(f"{data}/preview/").status_code == 200


def test_before_it_looks_as_if_there_were_none(client_of, cup, member):
    """The answers about it are, letter for letter, those about a file that was never there."""
    final = file_of(cup, "final.csv")
    never = final.pk + 1000
    with freeze_time(BEFORE):
        for who, tail in itertools.product((None, UserFactory(), member), ("download/", "preview/")):
            about_it, about_none = (
                client_of(who).get(f"/api/competitions/cup/data/{pk}/{tail}") for pk in (final.pk, never)
            )
            assert (about_it.status_code, about_it.content) == (about_none.status_code, about_none.content)


def test_every_door_is_silent_until_then():
    """Every address of the site and of the kaggle command line, for everybody but organisers."""
    scenario = build_at("running")
    competition = scenario.things["team"].competition
    organiser = competition.hosts.get()
    with freeze_time(NOON):
        hidden = add(competition, name="Hidden")
        sample = publish(competition, SECRET_NAME, SECRET, phase=hidden, is_sample_submission=True)
        make_preview(sample, at=NOON)
        archives.build(competition, at=NOON)
        begin_upload(competition=competition, name="other-unheard-of", size=5, phase=hidden, by=organiser, at=NOON)
    scenario.ids |= {"data": sample.pk, "phases": hidden.number}
    with freeze_time(BEFORE):
        secret = DataFile.objects.get(pk=scenario.ids["data"])
        words = ("unheard-of", secret.sha256, str(secret.size), "quince")
        routes = sorted({route for method, route, _stage, _statuses in ROWS if method == "GET"})
        for role in ("anonymous", "outsider", "participant", "owner"):
            for route in routes:
                cache.clear()
                client = client_in(scenario, role, by_token=is_for_scripts(route))
                text = shown(client.get(fill(route, scenario)))
                assert not [word for word in words if word in text], (role, route)
            scenario.asking = role
            for name in sorted(method_names()):
                if "/List" not in name and "/Get" not in name and "/DownloadData" not in name:
                    continue
                cache.clear()
                body = kaggle.body_of(name, scenario) | ({"fileName": SECRET_NAME} if "DataFile" in name else {})
                answer = client_in(scenario, role, by_token=True).post(f"/api/v1/{name}", body, format="json")
                text = shown(answer).replace(f"“{SECRET_NAME}”", "")  # what was asked for is named
                assert not [word for word in words if word in text], (role, name)
        told = shown(client_in(scenario, "organiser", by_token=False).get("/api/competitions/cup/data/"))
        assert all(word in told for word in words[:3])


@pytest.mark.parametrize(
    ("starts", "at", "open_"),
    [
        # Files of no phase open with the first phase that starts, whichever is meant where none is named.
        (STARTS + DAY, STARTS, True),
        (STARTS - DAY, STARTS - DAY, True),
        (STARTS - DAY, STARTS - 2 * DAY, False),
        (ENDS, STARTS - timedelta(seconds=1), False),
        (ENDS, STARTS, True),
    ],
)
def test_a_file_of_no_phase_opens_with_the_first(client_of, host, starts, at, open_):
    cup = CompetitionFactory(slug="early", hosts=[host])
    add(cup, starts_at=starts, at=STARTS - 3 * DAY)
    member = TeamFactory(competition=cup).owner
    train = publish(cup, "train.csv")
    with freeze_time(at):
        answer = client_of(member).get(f"/api/competitions/early/data/{train.pk}/download/")
        assert answer.status_code == (200 if open_ else 403)
        # Its name is told before, as in a competition of one phase.
        assert names(client_of(member).get("/api/competitions/early/data/")) == ["train.csv"]


def test_the_columns_of_a_submission_are_told_with_the_phase(client_of, cup, host, member):
    address = "/api/competitions/cup/phases/{}/submission-schema/"
    for at, phase, status in ((BEFORE, 1, 200), (BEFORE, 2, 403), (ENDS, 2, 200), (ENDS, 1, 200)):
        with freeze_time(at):
            assert client_of(member).get(address.format(phase)).status_code == status, (at, phase)
            assert client_of(host).get(address.format(phase)).status_code == 200


def test_the_three_answers_about_a_file_agree(client_of, cup, host, member):
    editor = UserFactory(is_staff=True)
    editor.user_permissions.add(Permission.objects.get(codename="change_competition"))
    people = [host, member, editor, UserFactory(), UserFactory(is_staff=True), UserFactory(is_superuser=True)]
    files = [*DataFile.objects.all(), publish(CompetitionFactory(is_published=False), "draft.csv")]
    for visibility, published in itertools.product(Competition.Visibility.values, (True, False)):
        Competition.objects.filter(pk=cup.pk).update(visibility=visibility, is_published=published)
        for user, row, at in itertools.product(people, files, (BEFORE, ENDS)):
            may = bool(FILE.may(user, DataFile.objects.get(pk=row.pk), at))
            assert DataFile.objects.known_to(user, at).filter(pk=row.pk).exists() == may
    assert not FILE.may(member, file_of(cup, "final.csv"), BEFORE)
    assert FILE.may(editor, file_of(cup, "final.csv"), BEFORE)


# --- all in one zip ---------------------------------------------------------------------------------------------------
def in_archive(client):
    answer = client.get("/api/competitions/cup/data/archive/")
    if answer.status_code != 200:
        return answer.status_code
    with zipfile.ZipFile(io.BytesIO(content_of(answer))) as unpacked:
        return sorted(unpacked.namelist())


def test_the_archive_turns_when_a_phase_starts(client_of, cup, host, member):
    with freeze_time(BEFORE):
        assert in_archive(client_of(member)) == 202
        archives.build(cup, at=BEFORE)
        for who in (member, host):
            assert in_archive(client_of(who)) == ["train.csv"]
    with freeze_time(ENDS):
        assert in_archive(client_of(member)) == 202
        archives.build(cup, at=ENDS)
        for who in (member, host):
            assert in_archive(client_of(who)) == ["final.csv", "train.csv"]
    assert DataArchive.objects.count() == 1


def test_an_archive_that_a_job_made_late_is_not_given_to_the_time_before(client_of, cup, member):
    """Clocks of two machines differ: what holds more than may be known now is not the archive of now."""
    archives.build(cup, at=ENDS)
    with freeze_time(BEFORE):
        assert in_archive(client_of(member)) == 202


def test_the_archive_is_asked_for_when_the_phase_starts(cup, django_capture_on_commit_callbacks, monkeypatch):
    asked = []
    monkeypatch.setattr(archives, "_request", lambda competition, wanted: asked.append(wanted))
    with freeze_time(ENDS), django_capture_on_commit_callbacks(execute=True):
        turn_phases(ENDS)
    assert asked == [archives.fingerprint(cup, ENDS)]


# --- who says so ------------------------------------------------------------------------------------------------------
def post(client, **fields):
    body = {"file": SimpleUploadedFile("extra.csv", b"id\n"), **fields}
    return client.post("/api/competitions/cup/data/", body, format="multipart")


def test_organisers_say_with_which_phase_a_file_opens(client_of, cup, host):
    client = client_of(host)
    with freeze_time(NOON):
        made = post(client, phase=2)
        assert (made.status_code, made.json()["phase"]) == (201, 2)
        assert post(client, name="a.csv").json()["phase"] is None
        assert post(client, name="b.csv", phase="").json()["phase"] is None
        address = f"/api/competitions/cup/data/{made.json()['id']}/"
        for phase in (None, None, 1):
            moved = client.patch(address, {"phase": phase}, format="json")
            assert (moved.status_code, moved.json()["phase"]) == (200, phase)
        # Put in place of it, another file of this name opens when it did.
        assert post(client, replace=True).json()["phase"] == 1


@pytest.mark.parametrize(("phase", "status"), [(3, 404), (0, 400), (40_000, 400), ("x", 400), (10**30, 400)])
def test_what_is_no_phase_is_refused(client_of, cup, host, phase, status):
    client, train = client_of(host), file_of(cup, "train.csv")
    with freeze_time(NOON):
        assert post(client, phase=phase).status_code == status
        assert client.patch(f"/api/competitions/cup/data/{train.pk}/", {"phase": phase}).status_code == status
        begun = client.post("/api/competitions/cup/data/uploads/", {"name": "a", "size": 1, "phase": phase})
        assert begun.status_code == status
    assert client.patch(f"/api/competitions/cup/data/{train.pk}/", {}).status_code == 400


def test_only_organisers_move_files(client_of, cup, member):
    train = file_of(cup, "train.csv")
    for user, status in ((None, 401), (UserFactory(), 403), (member, 403)):
        answer = client_of(user).patch(f"/api/competitions/cup/data/{train.pk}/", {"phase": 1}, format="json")
        assert answer.status_code == status


def test_a_phase_of_another_competition_is_none(cup, host):
    with pytest.raises(ChangedMeanwhile):
        publish(cup, "extra.csv", phase=CompetitionFactory().phase)
    with pytest.raises(ChangedMeanwhile):
        move(file_of(cup, "train.csv"), CompetitionFactory().phase)
    elsewhere = CompetitionFactory().phase
    with pytest.raises(ChangedMeanwhile):
        begin_upload(competition=cup, name="large", size=1, phase=elsewhere, by=host, at=NOON)


def test_a_large_file_in_parts_opens_with_its_phase(client_of, cup, host, member):
    client = client_of(host)
    base = "/api/competitions/cup/data/uploads/"
    with freeze_time(NOON):
        begun = client.post(base, {"name": "large.bin", "size": 5, "phase": 2}).json()
        assert begun["phase"] == 2
        uploads.put_part(upload=DataUpload.objects.get(), number=1, stream=io.BytesIO(b"12345"), at=NOON)
        complete_upload(upload=DataUpload.objects.get(), at=NOON)
        assert finish_upload(begun["id"], at=NOON).state == "done"
        assert "large.bin" not in names(client_of(member).get("/api/competitions/cup/data/"))
        assert client.get(f"{base}{begun['id']}/").json()["phase"] == 2
    with freeze_time(ENDS):
        assert "large.bin" in names(client_of(member).get("/api/competitions/cup/data/"))


# --- what is open stays so --------------------------------------------------------------------------------------------
def test_what_participants_may_have_waits_for_no_phase(client_of, cup, host):
    final, train = phase_of(cup, 2), file_of(cup, "train.csv")
    with freeze_time(NOON):
        answer = client_of(host).patch(f"/api/competitions/cup/data/{train.pk}/", {"phase": 2}, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "data_file_open")
        replaced = post(client_of(host), name="train.csv", replace=True, phase=2)
        assert (replaced.status_code, replaced.json()["errors"][0]["code"]) == (409, "data_file_open")
    with pytest.raises(DataFileOpen):
        begin_upload(competition=cup, name="train.csv", size=1, phase=final, replace=True, by=host, at=NOON)
    assert file_of(cup, "train.csv").phase is None


def test_before_anything_is_open_files_are_moved_freely(cup, host):
    final, train = phase_of(cup, 2), file_of(cup, "train.csv")
    move(train, final, at=STARTS - DAY)
    assert file_of(cup, "train.csv").phase == final
    move(train, None, at=STARTS - DAY)
    draft = CompetitionFactory(is_published=False, hosts=[host])
    later = add(draft)
    assert move(publish(draft, "a.csv"), later, at=NOON).phase == later


def test_an_upload_that_would_close_a_file_that_opened_meanwhile_fails(cup, host):
    final = phase_of(cup, 2)
    upload = begin_upload(competition=cup, name="new.csv", size=2, phase=final, replace=True, by=host, at=NOON)
    uploads.put_part(upload=upload, number=1, stream=io.BytesIO(b"a\n"), at=NOON)
    publish(cup, "new.csv", at=NOON)
    complete_upload(upload=upload, at=NOON)
    done = finish_upload(upload.pk, at=NOON)
    assert (done.state, file_of(cup, "new.csv").phase) == ("failed", None)
    assert "can't wait for a phase" in done.error


def test_the_start_that_opened_files_moves_into_no_future(cup, host):
    """Nothing was submitted to the final yet: without files its start could be moved."""
    final = phase_of(cup, 2)
    at = ENDS + timedelta(minutes=1)
    late = {"competition": cup, "phase": final, "changes": {"starts_at": ENDS + DAY}, "by": host, "reason": "Why."}
    with pytest.raises(StartOpenedFiles):
        edit_competition(**late, at=at)
    # Before it opens anything it moves both ways.
    edit_competition(**{**late, "changes": {"starts_at": ENDS + DAY}}, at=BEFORE)
    edit_competition(**{**late, "changes": {"starts_at": ENDS}}, at=BEFORE)
    delete_data_file(data_file=file_of(cup, "final.csv"), by=host)
    edit_competition(**late, at=at)


# --- what the log tells -----------------------------------------------------------------------------------------------
def entries(cup):
    return list(
        LogRow.objects.filter(competition=cup, kind="data").order_by("sequence").values_list("facts", flat=True)
    )


def test_the_log_tells_of_files_that_are_open_and_of_no_other(cup, host):
    edit_competition(competition=cup, changes={"is_published": False}, by=host, at=STARTS, reason="A mistake.")
    edit_competition(competition=cup, changes={"is_published": True}, by=host, at=STARTS, publish_anyway=True)
    final, third = phase_of(cup, 2), add(cup, name="Third", starts_at=FINAL_ENDS, ends_at=FINAL_ENDS + DAY, at=NOON)
    hidden = file_of(cup, "final.csv")
    before = LogRow.objects.count()
    move(hidden, third)
    move(hidden, final)
    publish(cup, "final.csv", b"id,x\n1,3\n", at=NOON, replace=True, phase=third)
    assert LogRow.objects.count() == before
    move(hidden, None)
    move(hidden, phase_of(cup, 1))
    assert entries(cup) == [
        {"file": "final.csv", "opensWith": [3, None]},
        {"file": "final.csv", "opensWith": [None, 1]},
    ]


# --- a phase goes -----------------------------------------------------------------------------------------------------
def test_a_phase_that_files_wait_for_is_not_taken_away(client_of, cup, host):
    """Its files would be the competition's otherwise, and open."""
    final, hidden = phase_of(cup, 2), file_of(cup, "final.csv")
    with freeze_time(NOON):
        answer = client_of(host).delete("/api/competitions/cup/phases/2/", {"reason": "Why."}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "phase_has_files")
    delete_data_file(data_file=hidden, by=host)
    coming = begin_upload(competition=cup, name="large", size=1, phase=final, by=host, at=NOON)
    with pytest.raises(PhaseHasFiles):
        remove_phase(phase=final, by=host, at=NOON, reason="Why.")
    DataUpload.objects.filter(pk=coming.pk).update(state=DataUpload.State.FAILED)
    remove_phase(phase=final, by=host, at=NOON, reason="Why.")
    assert not DataUpload.objects.exists()


def test_a_draft_goes_with_its_phases_and_their_files(client_of, host):
    host.is_staff = True
    draft = CompetitionFactory(slug="draft", is_published=False, hosts=[host])
    publish(draft, "later.csv", phase=add(draft))
    begin_upload(competition=draft, name="large", size=1, phase=phase_of(draft, 2), by=host, at=NOON)
    assert client_of(host).delete("/api/competitions/draft/").status_code == 204
    assert not DataFile.objects.filter(name="later.csv").exists()


# --- the sample submission --------------------------------------------------------------------------------------------
def test_each_phase_has_a_sample_submission_of_its_own_else_the_competitions(cup):
    final, files = phase_of(cup, 2), cup.data_files
    assert files.sample_submission_of(final) is None
    common = publish(cup, "sample_submission.csv")
    assert files.sample_submission_of(final) == common
    own = publish(cup, "final/sample.csv", phase=final, is_sample_submission=True)
    assert files.sample_submission_of(final) == own
    assert files.sample_submission_of(phase_of(cup, 1)) == common
    newer = publish(cup, "final/newer.csv", phase=final, is_sample_submission=True)
    assert files.sample_submission_of(final) == newer
    assert set(files.filter(is_sample_submission=True)) == {common, newer}
    # Moved to where there is one, it takes its place.
    move(newer, None)
    assert (files.sample_submission_of(final), files.filter(is_sample_submission=True).count()) == (newer, 1)


# --- the kaggle command line ------------------------------------------------------------------------------------------
@pytest.fixture
def call():
    def post_it(method, user, **fields):
        address = f"/api/v1/competitions.CompetitionApiService/{method}"
        return APIClient().post(address, {"competitionName": "cup", **fields}, format="json", **credentials(user))

    return post_it


def test_the_kaggle_command_line_has_it_with_the_phase(cup, host, member, call):
    for at, who, there in ((BEFORE, member, False), (BEFORE, host, True), (ENDS, member, True)):
        with freeze_time(at):
            listed = [one["name"] for one in call("ListDataFiles", who).json()["files"]]
            assert listed == (["final.csv", "train.csv"] if there else ["train.csv"])
            status = call("DownloadDataFile", who, fileName="final.csv").status_code
            assert status == (302 if there else 404)


def test_an_address_that_authorises_itself_opens_no_file_too_early(cup, host, member, call):
    """Not even one with a good signature: who may have what is asked when it is followed."""
    final = file_of(cup, "final.csv")
    with freeze_time(BEFORE):
        token = signing.dumps(["data", final.pk, member.pk], salt=SALT, compress=True)
        address = reverse("kaggle-file", args=[token, "final.csv"])
        assert APIClient().get(address).status_code == 404
    with freeze_time(ENDS):
        assert APIClient().get(address).status_code == 200


# --- the admin --------------------------------------------------------------------------------------------------------
@pytest.fixture
def admin_client(client, host):
    host.is_staff = True
    host.save()
    client.force_login(host)
    return client


def test_the_admin_asks_for_the_phase_where_there_are_several(admin_client, cup, host):
    alone = CompetitionFactory(hosts=[host])
    one = publish(alone, "one.csv")
    hidden, final = file_of(cup, "final.csv"), phase_of(cup, 2)
    with freeze_time(NOON):
        assert 'name="phase"' in admin_client.get(admin_url("datafile", "add")).content.decode()
        assert 'name="phase"' not in admin_client.get(admin_url("datafile", "change", one.pk)).content.decode()
        page = admin_client.get(admin_url("datafile", "change", hidden.pk)).content.decode()
        assert (page.count(">cup"), 'name="phase"' in page) == (page.count(">cup"), True)
        body = {"competition": cup.pk, "file": SimpleUploadedFile("late.csv", b"a\n"), "phase": final.pk}
        assert admin_client.post(admin_url("datafile", "add"), body).status_code == 302
        assert file_of(cup, "late.csv").phase == final
        wrong = {**body, "competition": alone.pk, "file": SimpleUploadedFile("late.csv", b"a\n")}
        assert errors_of(admin_client.post(admin_url("datafile", "add"), wrong)) == {"phase": ["invalid_choice"]}
        admin_client.post(admin_url("datafile", "change", hidden.pk), {"description": "All", "phase": ""})
        hidden = file_of(cup, "final.csv")
        assert (hidden.description, hidden.phase) == ("All", None)
        back = admin_client.post(admin_url("datafile", "change", hidden.pk), {"description": "", "phase": final.pk})
        assert errors_of(back) == {"phase": ["data_file_open"]}
    Competition.objects.filter(pk=cup.pk).delete()
    with freeze_time(NOON):
        assert 'name="phase"' not in admin_client.get(admin_url("datafile", "add")).content.decode()
        assert "column-shown_phase" not in admin_client.get(admin_url("datafile", "changelist")).content.decode()
