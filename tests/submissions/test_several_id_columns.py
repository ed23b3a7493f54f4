"""A competition whose rows are told apart by two columns, from the solution to the rescoring."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile

from competitions.exceptions import SolutionRefused
from competitions.models import DataFile
from competitions.organising.editing import edit_competition
from competitions.solution.services import _folder, prepared_solution, replace_solution
from submissions import runs
from submissions.exceptions import InvalidFile
from tests.factories import NOON, CompetitionFactory, TeamFactory, UserFactory
from tests.submissions.conftest import send

pytestmark = pytest.mark.django_db
KEYS = [(store, f"2024-01-0{day}") for store in "abcd" for day in (1, 2)]


def rows(shift: float = 0.0, *, usage: bool = False, keys=KEYS) -> io.BytesIO:
    lines = ["store,date,sales,Usage" if usage else "date,store,sales"]
    for place, (store, day) in enumerate(keys):
        value = place + shift
        lines.append(
            f"{store},{day},{value},{'Private' if place % 2 else 'Public'}" if usage else f"{day},{store},{value}"
        )
    return io.BytesIO("\n".join(lines).encode() + b"\n")


def give(cup, shift: float = 0.0, *, id_column: str = "store, date", **fields):
    fields.setdefault("by", cup.hosts.get())
    return replace_solution(
        phase=cup.phase, file=rows(shift, usage=True), filename="s.csv", id_column=id_column, at=NOON, **fields
    )


@pytest.fixture
def cup():
    cup = CompetitionFactory(hosts=[UserFactory()])
    give(cup)
    return cup


def test_files_are_scored_by_both_columns(cup):
    solution = cup.solutions.get()
    assert (solution.id_column, solution.expected_columns) == ("store,date", ["store,date", "sales"])
    assert send(TeamFactory(competition=cup), file=rows(0.5)).submission.public_score == 0.5
    with pytest.raises(InvalidFile) as refused:
        send(TeamFactory(competition=cup), file=rows(0.5, keys=[*KEYS[:-1], ("z", "2024-01-02")]))
    unknown = next(one for one in refused.value.problems if one["code"] == "unknown_ids")
    assert (unknown["row"], unknown["id"]) == (8, "z, 2024-01-02")


def test_another_solution_and_another_metric_keep_them(cup):
    edited = edit_competition(competition=cup, changes={"metric": "mae"}, by=cup.hosts.get(), at=NOON)
    sent = send(TeamFactory(competition=edited), file=rows(0.5)).submission
    give(edited, 0.25, reason="Wrong.")
    with pytest.raises(SolutionRefused) as refused:
        give(edited, 0.25, id_column="date,store", reason="Wrong.")
    assert refused.value.problems[0]["code"] == "id_column_changed"
    run = runs.start_run(phase=edited.phase, kind="rescore", by=None, at=NOON, reason="Wrong.")
    assert runs.work(run.pk, now=lambda: NOON) is runs.Outcome.DONE
    sent.refresh_from_db()
    assert sent.public_score == 0.25


def test_its_arrays_are_built_again_where_they_are_lost(cup, tmp_path, settings):
    solution = cup.solutions.get()
    settings.PREPARED_SOLUTIONS_DIR = tmp_path / "elsewhere"
    assert prepared_solution(solution).layout.id_columns == ("store", "date")
    assert _folder(solution).exists()


def test_a_data_file_with_the_answers_is_still_seen(cup):
    file = DataFile(competition=cup, name="test.csv", size=1, sha256="0" * 64)
    file.file.save("test.csv", ContentFile(rows(0.25).getvalue()))
    with pytest.raises(SolutionRefused) as refused:
        give(cup, 0.25)
    assert refused.value.problems[0]["code"] == "solution_is_known"
