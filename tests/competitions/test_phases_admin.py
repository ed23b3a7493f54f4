"""The admin of a competition of several phases: each page and each act is about one of them."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
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
