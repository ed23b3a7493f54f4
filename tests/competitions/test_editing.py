"""Changing a competition by the service: what else may happen in the same moment, and who sees the change."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from competitions.exceptions import (
    ChangedMeanwhile,
    ClockFrozen,
    EndInThePast,
    EndTooSoon,
    NotHost,
    PageSlugTaken,
    RulesVersionFalls,
    SelectionFrozen,
    SlugFrozen,
    StartFrozen,
)
from competitions.models import Competition, Page
from competitions.organising import editing
from competitions.organising.creating import create_competition, free_slug
from competitions.organising.editing import edit_competition, save_page
from competitions.solution.services import active_solution, replace_solution
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, overwrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]
CSV = b"id,target,Usage\n1,1.5,Public\n2,2.5,Private\n"
HOUR = timedelta(hours=1)


@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def cup(host):
    return CompetitionFactory(hosts=[host])


def give(cup, content=CSV):
    return replace_solution(phase=cup.phase, file=io.BytesIO(content), filename="s.csv", by=None, at=NOON)


def edit(cup, *, by=None, at=NOON, reason="", **changes):
    return edit_competition(competition=cup, changes=changes, by=by or cup.hosts.get(), at=at, reason=reason)


# --- in the same moment -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("had_one", [True, False])
def test_a_solution_replaced_while_the_new_metric_is_checked_is_not_brought_back(cup, monkeypatch, had_one):
    if had_one:
        give(cup)
    check = editing.check_changes

    def checked_then_replaced(**arguments):
        checked = check(**arguments)
        give(cup, CSV.replace(b"1.5", b"9.5"))
        return checked

    monkeypatch.setattr(editing, "check_changes", checked_then_replaced)
    with pytest.raises(ChangedMeanwhile):
        edit(cup, metric="mae")
    cup.refresh_from_db()
    assert cup.phase.metric == "rmse"
    assert active_solution(cup.phase).version == 1 + had_one


@pytest.mark.parametrize(
    ("meanwhile", "changes", "refusal"),
    [
        ({"ends_at": NOON - HOUR}, {"selectable_submissions": 3}, SelectionFrozen),
        ({"ends_at": NOON - HOUR}, {"ends_at": AFTER}, ClockFrozen),
        ({"rules_version": 5}, {"rules_version": 4}, RulesVersionFalls),
    ],
)
def test_the_rules_are_asked_again_under_the_lock(cup, monkeypatch, meanwhile, changes, refusal):
    def checked_then_changed(**_):
        overwrite(cup, **meanwhile)

    monkeypatch.setattr(editing, "check_changes", checked_then_changed)
    with pytest.raises(refusal):
        edit(cup, **changes)


def test_only_the_given_fields_are_written(cup):
    """Somebody else changed the summary since this one was read."""
    Competition.objects.filter(pk=cup.pk).update(summary="Theirs.")
    edit(cup, title="Ours")
    cup.refresh_from_db()
    assert (cup.title, cup.summary) == ("Ours", "Theirs.")


# --- who sees it ------------------------------------------------------------------------------------------------------
def test_an_edit_makes_the_leaderboard_new(client_of, cup, host):
    """It shows the title and the state: a poll must not get the page of before."""
    address = f"/api/competitions/{cup.slug}/leaderboard/public/"
    before = client_of().get(address)["ETag"]
    edit(cup, score_digits=2)
    assert client_of().get(address, HTTP_IF_NONE_MATCH=before).status_code == 200


# --- what is frozen ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "changes", "refusal"),
    [
        (ENDS - timedelta(seconds=1), {"ends_at": ENDS + HOUR}, None),
        (ENDS, {"ends_at": ENDS + HOUR}, ClockFrozen),
        (NOON, {"ends_at": NOON + HOUR}, None),
        (NOON, {"ends_at": NOON + timedelta(minutes=59)}, EndTooSoon),
        (NOON, {"ends_at": NOON}, EndInThePast),
        (ENDS - timedelta(seconds=1), {"selectable_submissions": 3}, None),
        (ENDS, {"selectable_submissions": 3}, SelectionFrozen),
        (ENDS, {"selectable_submissions": 2, "title": "New"}, None),
        (NOON, {"rules_version": 2}, None),
        (NOON, {"rules_version": 0}, RulesVersionFalls),
        (NOON, {"slug": "other"}, None),
        (NOON, {"starts_at": STARTS - HOUR}, None),
    ],
)
def test_until_when(cup, at, changes, refusal):
    if refusal is None:
        edit(cup, at=at, reason="The power was out.", **changes)
        cup.refresh_from_db()
        assert {name: getattr(cup.bearer_of(name), name) for name in changes} == changes
        return
    with pytest.raises(refusal):
        edit(cup, at=at, **changes)


def test_what_others_have_built_on_is_frozen(cup):
    give(cup)
    team = TeamFactory(competition=cup)
    with pytest.raises(SlugFrozen):
        edit(cup, slug="other")
    edit(cup, starts_at=STARTS - HOUR)
    team.submits(0.5)
    with pytest.raises(StartFrozen):
        edit(cup, starts_at=STARTS)


# --- pages ------------------------------------------------------------------------------------------------------------
def test_a_page_is_saved_for_organisers_under_a_slug_of_its_own(cup, host):
    other = CompetitionFactory()
    Page.objects.create(competition=other, slug="rules", title="Theirs", body="")
    page = save_page(competition=cup, page=Page(slug="rules", title="Rules", body="Fair."), by=host, at=NOON)
    page.title = "The rules"
    assert save_page(competition=cup, page=page, by=host, at=NOON).title == "The rules"
    with pytest.raises(PageSlugTaken):
        save_page(competition=cup, page=Page(slug="rules", title="Again", body=""), by=host, at=NOON)
    with pytest.raises(NotHost):
        save_page(competition=cup, page=Page(slug="more", title="More", body=""), by=UserFactory(), at=NOON)
    assert list(cup.pages.values_list("slug", "title")) == [("rules", "The rules")]


def test_a_page_can_be_moved_to_a_slug_that_is_free(cup, host):
    page = save_page(competition=cup, page=Page(slug="rules", title="Rules", body=""), by=host, at=NOON)
    page.slug = "fairness"
    save_page(competition=cup, page=page, by=host, at=NOON)
    assert list(cup.pages.values_list("slug", flat=True)) == ["fairness"]


def test_another_refusal_of_the_database_is_not_told_as_a_slug_that_is_taken(cup, host):
    save_page(competition=cup, page=Page(slug="rules", title="Rules", body=""), by=host, at=NOON)
    with pytest.raises(IntegrityError):
        save_page(competition=cup, page=Page(slug="more", title=None, body=""), by=host, at=NOON)


# --- moments without an offset ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        ({"endsAt": "2099-12-24T18:00:00"}, datetime(2099, 12, 24, 9, tzinfo=UTC)),
        ({"endsAt": "2099-12-24T18:00:00Z"}, datetime(2099, 12, 24, 18, tzinfo=UTC)),
        ({"endsAt": "2099-12-24T18:00:00+01:00"}, datetime(2099, 12, 24, 17, tzinfo=UTC)),
        ({"endsAt": "2099-12-24T18:00:00", "timeZone": "America/New_York"}, datetime(2099, 12, 24, 23, tzinfo=UTC)),
        ({"endsAt": "2099-12-24T18:00:00", "timeZone": "Nowhere"}, None),
    ],
)
def test_a_moment_without_an_offset_is_of_the_competitions_zone(client_of, sent, moment):
    host = UserFactory(time_zone="Europe/Berlin")
    cup = CompetitionFactory(hosts=[host], time_zone="Asia/Tokyo", is_published=False)
    answer = client_of(host).patch(f"/api/competitions/{cup.slug}/", sent, format="json")
    assert answer.status_code == (400 if moment is None else 200), answer.json()
    cup.refresh_from_db()
    assert cup.phase.ends_at == (moment or ENDS)


@pytest.mark.parametrize(("zone", "expected"), [("Asia/Tokyo", "Asia/Tokyo"), ("", "UTC")])
def test_a_new_competition_has_its_organisers_zone(zone, expected):
    staff = UserFactory(is_staff=True, time_zone=zone)
    assert create_competition(title="Cup", slug="cup", by=staff, at=NOON).time_zone == expected


def test_no_competition_is_named_like_the_page_for_new_ones():
    assert free_slug("New cup") == "new-cup"
    assert re.fullmatch(r"new-[0-9a-f]{6}", free_slug("New"))
