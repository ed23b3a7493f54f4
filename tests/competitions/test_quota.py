"""How much the files of one competition may come to, and that nothing is stored beyond it."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from competitions.exceptions import StorageQuotaReached
from competitions.files.services import add_data_file, delete_data_file
from competitions.files.uploads import begin_upload
from competitions.models import DataUpload
from competitions.quota import stored_bytes
from submissions.models import Submission
from submissions.services import submit
from tests.factories import NOON, STARTS, CompetitionFactory, SubmissionFactory, TeamFactory, UserFactory, give_solution

pytestmark = pytest.mark.django_db
SMALL = "id,target,Usage\n1,1,Public\n2,2,Private\n"
FILE = b"id,target\n1,1\n2,2\n"


@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def cup(host):
    made = CompetitionFactory(hosts=[host], daily_submission_limit=None, storage_quota=1000)
    give_solution(made, SMALL)
    return made


def add(competition, size, name="a.bin", **options):
    return add_data_file(
        competition=competition, file=ContentFile(b"x" * size), name=name, by=None, at=STARTS, **options
    )


def send(team):
    return submit(user=team.owner, team=team, file=BytesIO(FILE), filename="s.csv", at=NOON)


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_data_file_beyond_it_is_refused_before_anything_is_stored(cup, tmp_path):
    add(cup, 600)
    before = files_in(tmp_path / "private")
    with pytest.raises(StorageQuotaReached) as caught:
        add(cup, 401, "b.bin")
    assert caught.value.params == {"quota": 1000, "size": 401}
    assert (files_in(tmp_path / "private"), cup.data_files.count()) == (before, 1)
    add(cup, 400, "b.bin")


def test_a_large_upload_is_refused_when_it_is_announced(cup, host):
    add(cup, 600)
    with pytest.raises(StorageQuotaReached):
        begin_upload(competition=cup, name="big.bin", size=401, by=host, at=NOON)
    assert not DataUpload.objects.exists()


def test_a_file_in_place_of_another_counts_for_what_it_adds(cup):
    add(cup, 900)
    add(cup, 1000, replace=True)
    with pytest.raises(StorageQuotaReached):
        add(cup, 1001, replace=True)


def test_a_submission_beyond_it_is_refused_and_does_not_count(cup):
    team = TeamFactory(competition=cup)
    add(cup, 1000 - len(FILE))
    send(team)
    with pytest.raises(StorageQuotaReached):
        send(team)
    assert Submission.objects.filter(team=team).count() == 1


def test_what_was_taken_away_makes_room_at_once(cup, host):
    add(cup, 600)
    row = add(cup, 400, "b.bin")
    delete_data_file(data_file=row, by=host)
    add(cup, 300, "c.bin")


def test_files_that_are_gone_do_not_count(cup):
    team = TeamFactory(competition=cup)
    SubmissionFactory(team=team, size=700)
    SubmissionFactory(team=team, size=300, status="refused", public_score=None, file_deleted_at=NOON)
    assert stored_bytes(cup) == 700


def test_what_is_added_within_a_minute_counts_without_a_walk_over_all_rows(cup, django_assert_num_queries):
    from competitions.quota import check_quota

    check_quota(cup, 100)
    with django_assert_num_queries(0):
        for _ in range(8):
            check_quota(cup, 100)


@pytest.mark.parametrize(
    ("own", "site", "fits"), [(None, 0, True), (None, 500, False), (0, 500, True), (700, 500, True)]
)
def test_the_sites_quota_holds_where_the_competition_has_none(host, settings, own, site, fits):
    settings.COMPETITION_STORAGE_BYTES = site
    cup = CompetitionFactory(hosts=[host], storage_quota=own)
    if fits:
        add(cup, 600)
    else:
        with pytest.raises(StorageQuotaReached):
            add(cup, 600)


def test_the_cache_may_be_away(cup, settings):
    settings.CACHES = {
        "default": {"BACKEND": "foundation.caches.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    add(cup, 1000)
    with pytest.raises(StorageQuotaReached):
        add(cup, 1, "b.bin")


def test_the_api_tells_it_with_the_numbers(api, cup, host):
    add(cup, 990)
    api.force_authenticate(host)
    answer = api.post(
        f"/api/competitions/{cup.slug}/data/", {"file": ContentFile(b"x" * 11, name="b.bin")}, format="multipart"
    )
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (409, "storage_quota_reached")
    assert error["params"] == {"quota": 1000, "size": 11}


@pytest.mark.parametrize("is_operator", [False, True])
def test_only_who_runs_the_site_sets_it(client, cup, host, is_operator):
    host.is_staff, host.is_superuser = True, is_operator
    host.save()
    client.force_login(host)
    page = client.get(f"/admin/competitions/competition/{cup.pk}/change/").content.decode()
    assert ('name="storage_quota"' in page) is is_operator
    assert "1000" in page


def test_nor_do_organisers_by_the_api(api, cup, host):
    api.force_authenticate(host)
    api.patch(f"/api/competitions/{cup.slug}/", {"storageQuota": 10**12})
    cup.refresh_from_db()
    assert cup.storage_quota == 1000
    cache.clear()
