"""The admin of a competition of several phases: each page and each act is about one of them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from freezegun import freeze_time

from competitions.models import Competition
from competitions.solution.services import replace_solution
from submissions import runs
from submissions.models import ScoringRun
from tests.competitions.test_admin import form_of
from tests.factories import NOON, STARTS, CompetitionFactory, UserFactory, give_solution
from tests.phases import FINAL, add, phase_of


@pytest.fixture
def two(db):
    """The administrator's client, and a competition of a development phase that is over and a final that runs."""
    host = UserFactory(is_staff=True, is_superuser=True)
    cup = CompetitionFactory(slug="two", hosts=[host])
    give_solution(cup, "id,target,Usage\n1,1,Public\n2,0,Public\n3,1,Private\n4,0,Private\n")
    final = add(cup)
    replace_solution(
        phase=final, file=BytesIO(b"id,target,Usage\n1,1,Public\n2,1,Private\n"), filename="s.csv", by=None, at=STARTS
    )
    client = Client()
    client.force_login(host)
    return client, Competition.objects.get(pk=cup.pk)


def test_the_page_of_a_competition_says_which_phase_it_is_about(two):
    client, cup = two
    page = reverse("admin:competitions_competition_change", args=[cup.pk])
    with freeze_time(FINAL):
        answer = client.get(page)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{page}?phase=2")
        texts = {number: client.get(f"{page}?phase={number}").content.decode() for number in (1, 2)}
    assert "<strong>Final</strong>" in texts[2]
    assert '<a href="?phase=2">Final</a>' in texts[1]
    assert f'action="{reverse("admin:competitions_competition_scoring_start", args=[cup.pk])}?phase=1"' in texts[1]


def test_the_panel_scores_and_confirms_the_phase_of_its_page(two):
    client, cup = two
    with freeze_time(FINAL):
        for number in (1, 2):
            start = reverse("admin:competitions_competition_scoring_start", args=[cup.pk]) + f"?phase={number}"
            client.post(start, {"kind": "private"})
        run = ScoringRun.objects.get(competition=cup)
        assert run.phase.number == 1
        assert runs.work(run.pk, now=lambda: FINAL) is runs.Outcome.DONE
        for number in (2, 1):
            confirm = reverse("admin:competitions_competition_scoring_confirm", args=[cup.pk]) + f"?phase={number}"
            client.post(confirm)
    assert [phase_of(cup, number).confirmed_at is None for number in (1, 2)] == [False, True]


def test_a_form_changes_the_phase_that_it_was_opened_for(two):
    """Also when the clock means another one by the time it is sent."""
    client, cup = two
    page = reverse("admin:competitions_competition_change", args=[cup.pk])
    with freeze_time(NOON):
        body = form_of(Competition.objects.get(pk=cup.pk), allows_late_submissions="")
    with freeze_time(FINAL):
        sent = client.post(f"{page}?phase=1", body)
    assert sent.status_code == 302, sent.context and sent.context["adminform"].form.errors
    assert [phase_of(cup, number).allows_late_submissions for number in (1, 2)] == [False, True]


def test_the_form_sets_the_combined_leaderboard(two):
    client, cup = two
    page = reverse("admin:competitions_competition_change", args=[cup.pk]) + "?phase=2"

    def sends(**fields):
        with freeze_time(NOON):
            return client.post(page, form_of(Competition.objects.get(pk=cup.pk).meaning(phase_of(cup, 2)), **fields))

    refused = sends(combined_rule="points", combined_points="[1, 2]")
    assert refused.context["adminform"].form.errors.keys() == {"combined_points"}
    assert sends(combined_rule="points", combined_points="[3, 2]", combined_weight="2.5").status_code == 302
    found = Competition.objects.get(pk=cup.pk)
    assert (found.combined_rule, found.combined_points) == ("points", [3, 2])
    assert [phase_of(cup, number).combined_weight for number in (1, 2)] == [1.0, 2.5]
    assert cup.log.filter(kind="combined").get().facts["combinedWeight"] == ["1.0", "2.5"]


def test_the_page_leads_to_where_phases_are_added(two):
    client, cup = two
    page = reverse("admin:competitions_competition_change", args=[cup.pk])
    assert f'<a href="/competitions/{cup.slug}/phases">' in client.get(f"{page}?phase=1").content.decode()


SOLUTION = "id,target,Usage\n1,0,Public\n2,0,Private\n"


def solution_form(client: Client, address: str = "", **said: object) -> Any:
    """What the form for a solution answers: as it is opened, or sent with what is said."""
    add_page = reverse("admin:competitions_solution_add")
    if not said:
        return client.get(add_page + address)
    file = SimpleUploadedFile("new.csv", SOLUTION.encode())
    return client.post(add_page + address, {"file": file, "usage_column": "Usage", "accept_refusals": "on", **said})


@pytest.mark.parametrize("number", [1, 2])
def test_a_solution_goes_into_the_phase_of_the_page_it_was_opened_from(two, number):
    """Whichever phase the clock means: here it is the second."""
    client, cup = two
    page = reverse("admin:competitions_competition_change", args=[cup.pk])
    address = f"?competition={cup.pk}&phase={number}"
    with freeze_time(FINAL):
        assert (
            escape(f"{reverse('admin:competitions_solution_add')}{address}")
            in client.get(f"{page}?phase={number}").content.decode()
        )
        form = solution_form(client, address).context["form"]
        assert (form["competition"].value(), form["phase"].value()) == (str(cup.pk), str(number))
        sent = solution_form(client, competition=cup.pk, phase=number, reason="new")
    assert sent.status_code == 302, sent.context["form"].errors
    assert sent.headers["Location"] == f"{page}?phase={number}"
    assert {one: phase_of(cup, one).solutions.count() for one in (1, 2)} == {1: 1, 2: 1, number: 2}


@pytest.mark.parametrize("said", ["", "3", "x", "9" * 40])
def test_a_solution_goes_into_no_phase_that_nobody_named(two, said):
    client, cup = two
    with freeze_time(FINAL):
        sent = solution_form(client, competition=cup.pk, phase=said)
    assert "phase" in sent.context["form"].errors
    assert [phase_of(cup, number).solutions.count() for number in (1, 2)] == [1, 1]


def test_a_competition_in_one_phase_is_asked_for_none(db):
    host = UserFactory(is_staff=True)
    cup = CompetitionFactory(slug="one", hosts=[host])
    client = Client()
    client.force_login(host)
    assert "phase" not in solution_form(client, f"?competition={cup.pk}").context["form"].fields
    sent = solution_form(client, competition=cup.pk)
    assert sent.status_code == 302, sent.context["form"].errors
    assert sent.headers["Location"] == reverse("admin:competitions_competition_change", args=[cup.pk])


@pytest.mark.parametrize("named", ["", "0", "x", "9" * 5000])
def test_a_competition_that_is_none_is_a_fault_of_its_field(two, named):
    client, _cup = two
    assert "competition" in solution_form(client, competition=named).context["form"].errors
