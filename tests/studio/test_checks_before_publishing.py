"""The studio's checks keep every draft from being published with red findings, whoever made its files."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from competitions.exceptions import NotReadyToPublish
from competitions.files.services import add_data_file, delete_data_file
from competitions.organising.editing import edit_competition
from competitions.organising.readiness import Weight, readiness
from tests.factories import NOON, STARTS, CompetitionFactory, UserFactory, give_solution

pytestmark = pytest.mark.django_db

ROWS = range(1, 41)
TRUTH = {row: (row * 7919) % 101 / 10 for row in ROWS}
SOLUTION = "id,target,Usage\n" + "".join(f"{row},{TRUTH[row]},{'Public' if row % 3 else 'Private'}\n" for row in ROWS)
SAMPLE = "id,target\n" + "".join(f"{row},5\n" for row in ROWS)
TEST = "id,x\n" + "".join(f"{row},{(row * 31) % 17}\n" for row in ROWS)
TRAIN = "id,x,target\n" + "".join(f"{row},{(row * 31) % 17},{(row * 37) % 101 / 10}\n" for row in range(101, 161))


@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def draft(host):
    made = CompetitionFactory(is_published=False, hosts=[host], metric="rmse")
    give_solution(made, SOLUTION)
    for name, content in (("sample_submission.csv", SAMPLE), ("test.csv", TEST), ("train.csv", TRAIN)):
        put(made, name, content)
    return made


def put(competition, name, content):
    file = ContentFile(content.encode(), name=name)
    add_data_file(competition=competition, file=file, name=name, replace=True, by=None, at=STARTS)


def red(competition):
    return [one.code for one in readiness(competition) if one.weight is Weight.FORBIDS]


def publish(competition, host):
    return edit_competition(competition=competition, changes={"is_published": True}, by=host, at=NOON)


def test_a_sound_draft_is_published(draft, host):
    assert red(draft) == []
    publish(draft, host)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("sample_submission.csv", SAMPLE.replace("\n40,5", ""), "ids_differ"),
        ("sample_submission.csv", SAMPLE.replace("id,target", "id,guess"), "sample_refused"),
        ("test.csv", TEST.replace("\n40,", "\n41,"), "ids_differ"),
        ("test.csv", "id,x,target\n" + "".join(f"{row},1,{TRUTH[row]}\n" for row in ROWS), "target_in_test"),
        ("test.csv", "id,y\n" + "".join(f"{row},{TRUTH[row] * 2}\n" for row in ROWS), "nearly_target"),
        ("train.csv", "id,x,target\n" + "".join(f"{row},{(row * 31) % 17},{TRUTH[row]}\n" for row in ROWS), "answers"),
    ],
    ids=["sample lacks a row", "sample of other columns", "test of other rows", "target", "copy", "answers in train"],
)
def test_a_red_finding_forbids_it_and_can_be_mended(draft, host, name, content, code):
    sound = {"sample_submission.csv": SAMPLE, "test.csv": TEST, "train.csv": TRAIN}[name]
    put(draft, name, content)
    assert any(found.startswith(code) for found in red(draft))
    with pytest.raises(NotReadyToPublish):
        edit_competition(competition=draft, changes={"is_published": True}, publish_anyway=True, by=host, at=NOON)
    put(draft, name, sound)
    assert red(draft) == []
    publish(draft, host)


def test_what_is_only_worth_a_look_asks_nothing(draft, host):
    notes = [one.code for one in readiness(draft) if one.weight is Weight.NOTES]
    assert "few_private_rows" in notes
    publish(draft, host)


def test_findings_never_say_what_the_answers_are(draft):
    classes = "id,target,Usage\n" + "".join(
        f"{row},{'secret-label' if row == 40 else 'abc'[row % 3]},{'Public' if row < 30 else 'Private'}\n"
        for row in ROWS
    )
    draft.phase.metric = "accuracy"
    draft.phase.save()
    give_solution(draft, classes)
    assert all("secret-label" not in one.detail for one in readiness(draft))


def test_a_table_that_cannot_be_read_stops_nobody(draft, host):
    delete_data_file(data_file=draft.data_files.get(name="test.csv"), by=host)
    put(draft, "test.csv", '\x00"')
    publish(draft, host)
