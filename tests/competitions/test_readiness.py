"""What speaks against publishing a competition, and what may not become public beside it."""

from __future__ import annotations

import gzip
from io import BytesIO

import pandas as pd
import pytest
from django.core.files.base import ContentFile

from competitions.exceptions import DataFileIsSolution, NotReadyToPublish, SolutionRefused
from competitions.files.services import add_data_file
from competitions.files.uploads import begin_upload, complete_upload, finish_upload
from competitions.organising.editing import edit_competition
from competitions.organising.readiness import Weight, readiness
from competitions.solution.services import replace_solution
from foundation import uploads
from foundation.throttling import CostlyThrottle
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, UserFactory, give_solution

pytestmark = pytest.mark.django_db
SOLUTION = "id,target,Usage\n" + "".join(
    f"{one},{one * 1.5},{'Public' if one < 4 else 'Private'}\n" for one in range(1, 9)
)
TABLE = pd.read_csv(BytesIO(SOLUTION.encode()))


@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def draft(host):
    made = CompetitionFactory(is_published=False, hosts=[host])
    give_solution(made, SOLUTION)
    return made


def add(competition, content, name="extra.csv"):
    content = content if isinstance(content, bytes) else content.encode()
    return add_data_file(competition=competition, file=ContentFile(content, name=name), name=name, by=None, at=STARTS)


def publish(competition, host, **options):
    return edit_competition(competition=competition, changes={"is_published": True}, by=host, at=NOON, **options)


SAMPLE = "id,target\n" + "".join(f"{one},0\n" for one in range(1, 9))


def codes(competition):
    """What forbids it or is asked back; what is only worth a look is tested with the studio."""
    return [finding.code for finding in readiness(competition) if finding.weight is not Weight.NOTES]


def packed(table):
    content = BytesIO()
    table.to_parquet(content)
    return content.getvalue()


# --- rows ---------------------------------------------------------------------------------------------------------------
def test_nothing_speaks_against_a_competition_that_is_ready(draft, host):
    add(draft, "id,feature\n1,2\n"), add(draft, SAMPLE, "sample_submission.csv")
    assert codes(draft) == []
    assert publish(draft, host).is_published


@pytest.mark.parametrize(
    ("solution", "usage", "code"),
    [
        (None, "Usage", "no_solution"),
        ("id,target\n1,1\n2,2\n", "", "rows_public_and_private"),
    ],
)
def test_what_an_organiser_may_want_is_asked_back(host, solution, usage, code):
    draft = CompetitionFactory(is_published=False, hosts=[host])
    if solution:
        file = BytesIO(solution.encode())
        replace_solution(phase=draft.phase, file=file, filename="s.csv", usage_column=usage, by=None, at=STARTS)
    assert codes(draft) == [code]
    with pytest.raises(NotReadyToPublish) as caught:
        publish(draft, host)
    assert [one["code"] for one in caught.value.problems] == [code]
    assert publish(draft, host, publish_anyway=True).is_published


@pytest.mark.parametrize("usage", ["Public", "Private"])
def test_a_solution_for_one_board_alone_is_not_even_taken(host, usage):
    draft = CompetitionFactory(is_published=False, hosts=[host])
    with pytest.raises(SolutionRefused):
        give_solution(draft, f"id,target,Usage\n1,1,{usage}\n2,2,{usage}\n")


# --- files --------------------------------------------------------------------------------------------------------------
def test_the_solution_itself_among_the_data_can_not_be_published_at_all(draft, host):
    add(draft, SOLUTION, "renamed.dat")
    for anyway in (False, True):
        with pytest.raises(NotReadyToPublish) as caught:
            publish(draft, host, publish_anyway=anyway)
    assert caught.value.problems[0]["code"] == "solution_is_data_file"
    assert "renamed.dat" in caught.value.detail


ALIKE = {
    "other order.csv": lambda: TABLE.sample(frac=1, random_state=1).to_csv(index=False),
    "more columns.csv": lambda: TABLE.assign(feature=1, Usage="x").to_csv(index=False),
    "fewer columns.csv": lambda: TABLE[["target", "id"]].to_csv(index=False),
    "more rows.csv": lambda: pd.concat([TABLE.assign(id=TABLE.id + 100), TABLE]).to_csv(index=False),
    "other rows without answers.csv": lambda: pd.concat(
        [TABLE, pd.DataFrame({"id": ["x1", "x2"], "target": [None, "?"]})]
    ).to_csv(index=False),
    "written otherwise.csv": lambda: TABLE.assign(target=TABLE.target.map("{:.3f}".format)).to_csv(index=False),
    "packed.csv.gz": lambda: gzip.compress(SOLUTION.encode()),
    "table.parquet": lambda: packed(TABLE),
}


@pytest.mark.parametrize("name", ALIKE)
def test_a_table_with_the_answers_is_asked_back(draft, host, name):
    add(draft, ALIKE[name](), name)
    assert codes(draft) == ["solution_in_data_file"]
    with pytest.raises(NotReadyToPublish, match=name.split(".", maxsplit=1)[0]):
        publish(draft, host)
    assert publish(draft, host, publish_anyway=True).is_published


UNLIKE = {
    "train.csv": lambda: TABLE.assign(id=TABLE.id + 100).to_csv(index=False),
    "one answer is another.csv": lambda: TABLE.assign(target=TABLE.target.replace(12.0, 13.0)).to_csv(index=False),
    "a row is missing.csv": lambda: TABLE[:-1].to_csv(index=False),
    "sample_submission.csv": lambda: TABLE.assign(target=0.5)[["id", "target"]].to_csv(index=False),
    "no table.csv": lambda: b"\x00\xff\xfe",
    "empty.csv": lambda: b"",
    "picture.png": lambda: SOLUTION + "# not read",
}


@pytest.mark.parametrize("name", UNLIKE)
def test_other_files_say_nothing(draft, name):
    add(draft, UNLIKE[name](), name)
    assert codes(draft) == []


def test_a_sample_submission_may_be_what_a_solution_of_one_value_is(host):
    draft = CompetitionFactory(is_published=False, hosts=[host], metric="mae")
    give_solution(draft, "id,target,Usage\n1,0,Public\n2,0,Private\n")
    add(draft, "id,target\n1,0\n2,0\n", "sample_submission.csv")
    assert codes(draft) == []


# --- once it is published -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", [SOLUTION, TABLE.to_csv(index=False), TABLE[::-1].to_csv(index=False)])
def test_no_file_with_the_answers_joins_a_published_competition(draft, host, content):
    publish(draft, host)
    with pytest.raises(DataFileIsSolution):
        add(draft, content)
    assert not draft.data_files.exists()


def test_nor_does_a_large_upload_in_parts(draft, host):
    publish(draft, host)
    content = TABLE[::-1].to_csv(index=False).encode()
    upload = begin_upload(competition=draft, name="big.csv", size=len(content), by=host, at=NOON)
    uploads.put_part(upload=upload, number=1, stream=BytesIO(content), at=NOON)
    complete_upload(upload=upload, at=NOON)
    done = finish_upload(upload.pk, at=NOON)
    assert (done.state, draft.data_files.exists()) == ("failed", False)
    assert "answers" in done.error
    assert not done._meta.get_field("data_file").related_model._meta.get_field("file").storage.exists(done.key)


def test_after_the_confirmation_the_answers_may_be_given_out(draft, host):
    publish(draft, host)
    draft.refresh_from_db()
    draft.phase.confirmed_at, draft.phase.ends_at = AFTER, NOON
    draft.phase.save()
    assert add(draft, SOLUTION).pk


@pytest.mark.parametrize("content", [SOLUTION, TABLE[::-1].to_csv(index=False)])
def test_nor_is_a_solution_taken_that_participants_can_read_already(host, content):
    cup = CompetitionFactory(hosts=[host])
    add(cup, content, "train.csv")
    with pytest.raises(SolutionRefused) as caught:
        give_solution(cup, SOLUTION)
    assert caught.value.problems[0]["code"] == "solution_is_known"
    assert "train.csv" in caught.value.detail
    assert not cup.solutions.exists()


# --- how it is told -----------------------------------------------------------------------------------------------------
def test_the_api_tells_every_finding_and_takes_a_yes(api, draft, host):
    add(draft, ALIKE["other order.csv"]())
    api.force_authenticate(host)
    address = f"/api/competitions/{draft.slug}/"
    answer = api.patch(address, {"isPublished": True})
    assert answer.status_code == 409
    (error,) = answer.json()["errors"]
    assert (error["code"], error["attr"]) == ("solution_in_data_file", "isPublished")
    assert error["params"] == {"weight": "asks", "name": "extra.csv"}
    assert api.patch(address, {"isPublished": True, "publishAnyway": True}).json()["isPublished"]


def test_the_admin_shows_the_same_and_asks_for_the_same_yes(client, draft, host):
    host.is_staff = True
    host.save()
    add(draft, ALIKE["other order.csv"]())
    client.force_login(host)
    page = client.get(f"/admin/competitions/competition/{draft.pk}/change/").content.decode()
    assert "“extra.csv” holds the answers of the solution" in page
    assert 'name="publish_anyway"' in page


def readiness_over_the_api(api, competition):
    return api.get(f"/api/competitions/{competition.slug}/readiness/")


def test_organisers_can_ask_before_they_publish(api, draft, host):
    api.force_authenticate(host)
    told = readiness_over_the_api(api, draft).json()
    assert (told["canBePublished"], {one["weight"] for one in told["findings"]}) == (True, {"notes"})
    add(draft, SOLUTION, "renamed.dat"), add(draft, ALIKE["other order.csv"]())
    told = readiness_over_the_api(api, draft).json()
    assert told["canBePublished"] is False
    assert [(one["code"], one["weight"], one["params"]) for one in told["findings"] if one["weight"] != "notes"] == [
        ("solution_is_data_file", "forbids", {"name": "renamed.dat"}),
        ("solution_in_data_file", "asks", {"name": "extra.csv"}),
    ]
    assert "renamed.dat" in told["findings"][0]["detail"]
    draft.refresh_from_db()
    assert not draft.is_published, "asking changes nothing"


def test_what_only_asks_for_a_yes_lets_it_be_published(api, host):
    draft = CompetitionFactory(is_published=False, hosts=[host])
    api.force_authenticate(host)
    told = readiness_over_the_api(api, draft).json()
    assert (told["canBePublished"], [one["code"] for one in told["findings"]]) == (True, ["no_solution"])


def test_nobody_else_learns_that_there_is_a_draft(api, draft):
    for someone in (None, UserFactory()):
        api.force_authenticate(someone)
        assert readiness_over_the_api(api, draft).status_code == 404


def test_files_are_not_compared_as_often_as_somebody_likes(api, draft, host, monkeypatch):
    monkeypatch.setattr(CostlyThrottle, "THROTTLE_RATES", {"costly": "2/min"})
    api.force_authenticate(host)
    assert [readiness_over_the_api(api, draft).status_code for _ in range(3)] == [200, 200, 429]
