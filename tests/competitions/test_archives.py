"""The archive of a competition: what people did, for organisers, once every result is confirmed."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from freezegun import freeze_time

from competitions.bundles.reading import import_bundle
from competitions.bundles.results import TABLES
from competitions.bundles.writing import RESULTS_READMES, archive_chunks, bundle_chunks
from competitions.exceptions import NotHost, PrivateLeaderboardClosed
from competitions.leaderboards.export import FORMULA_STARTS
from competitions.models import Membership
from discussions.models import Comment, Discussion, Recipient
from discussions.services.posts import add_comment, create_discussion
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution, submits
from tests.phases import add

pytestmark = pytest.mark.django_db

CONFIRMED = AFTER + timedelta(hours=1)
SOLUTION = "id,target,Usage\n1,0.25,Public\n2,0.5,Private\n3,0.75,Private\n"
ADDRESS = "/api/competitions/cup/archive/"


@pytest.fixture
def host():
    return UserFactory(username="hanako")


@pytest.fixture
def cup(host):
    made = CompetitionFactory(title="Cup", slug="cup", hosts=[host])
    give_solution(made, SOLUTION)
    return made


@pytest.fixture
def team(cup):
    found = TeamFactory(
        competition=cup, name="=Whirlpool", owner=UserFactory(username="ana"), members=[UserFactory(username="bob")]
    )
    submits(found, 0.5, filename="ana_smith.csv", memo="tried what ana said", sha256="ab" * 32, is_selected=True)
    submits(found, 0.25, private_score=0.125, filename="second.csv")
    return found


def confirmed(*phases):
    for phase in phases:
        phase.confirmed_at = AFTER
        phase.save()


def archive_of(cup, host, *, pseudonyms=False, at=CONFIRMED):
    return b"".join(archive_chunks(competition=cup, pseudonyms=pseudonyms, by=host, at=at))


def files_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tables_of(content):
    """The rows of each table, and every text of `results/` as one."""
    tables = {name: text for name, text in files_of(content).items() if name.endswith(".csv")}
    texts = {name[8:-4]: text.decode("utf-8-sig") for name, text in tables.items() if name.startswith("results/")}
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}, "\n".join(texts.values())


# --- for whom, and when -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", [STARTS - timedelta(days=1), NOON, AFTER, CONFIRMED])
def test_before_the_confirmation_nobody_has_it(cup, host, team, at):
    for user in (host, UserFactory(is_superuser=True), UserFactory(is_superuser=True, is_staff=True)):
        with pytest.raises(PrivateLeaderboardClosed):
            archive_of(cup, user, at=at)


def test_it_is_for_organisers_alone(cup, host, team):
    confirmed(cup.phase)
    for user in (team.owner, UserFactory(), UserFactory(is_staff=True)):
        with pytest.raises(NotHost):
            archive_of(cup, user)
    assert archive_of(cup, host)


def test_one_phase_without_a_confirmation_keeps_it_shut(cup, host, team, client_of):
    """Whatever phase is meant where none is named: the tables have the private scores of all."""
    final = add(cup)
    confirmed(cup.phase)
    with freeze_time(CONFIRMED):
        assert client_of(host).get(ADDRESS).status_code == 403
        assert client_of(host).get(f"{ADDRESS}?phase=1").status_code == 403
    later = final.ends_at + timedelta(hours=1)
    with freeze_time(later):
        final.confirmed_at = later
        final.save()
        assert client_of(host).get(ADDRESS).status_code == 200


def test_a_confirmation_that_is_taken_back_shuts_it_again(cup, host, team, client_of):
    confirmed(cup.phase)
    with freeze_time(CONFIRMED):
        assert client_of(host).get(ADDRESS).status_code == 200
        cup.phase.confirmed_at = None
        cup.phase.save()
        assert client_of(host).get(ADDRESS).status_code == 403


def test_the_command_has_the_same_condition(cup, host, team, tmp_path):
    target = tmp_path / "cup.zip"
    with freeze_time(CONFIRMED):
        with pytest.raises(CommandError, match="not confirmed"):
            call_command("export_competition", "cup", str(target), with_results=True, stdout=io.StringIO())
        assert not target.exists()
        confirmed(cup.phase)
        call_command("export_competition", "cup", str(target), with_results=True, stdout=io.StringIO())
    assert files_of(target.read_bytes()) == files_of(archive_of(cup, host))


# --- what is in it ----------------------------------------------------------------------------------------------------
def test_it_tells_who_took_part_and_how_each_stood(cup, host, client_of):
    first, second = (TeamFactory(competition=cup, name=name) for name in ("First", "Second"))
    for one, score in ((first, 0.5), (second, 0.25)):
        submits(one, score)
    # The other way round on the private side.
    for one, score in ((first, 0.125), (second, 0.375)):
        cup.phase.standings.filter(team=one).update(
            best_private_score=score, private_key=score, private_submitted_at=NOON, final_public_rank=None
        )
    confirmed(cup.phase)
    with freeze_time(CONFIRMED):
        answer = client_of(host).get(ADDRESS)
    assert answer["Content-Disposition"] == 'attachment; filename="cup-archive.zip"'
    assert answer["Cache-Control"] == "private, no-store"
    tables, _ = tables_of(answer.getvalue())
    assert [(row["team"], row["private_rank"], row["private_score"]) for row in tables["standings"]] == [
        (str(first.pk), "1", "0.125"),
        (str(second.pk), "2", "0.375"),
    ]
    assert {row["public_score"] for row in tables["standings"]} == {"0.5", "0.25"}
    assert {row["phase"] for row in tables["standings"]} == {"1"}
    assert {row["name"] for row in tables["teams"]} == {"First", "Second"}
    assert [row["person"] for row in tables["members"]] == [first.owner.username, second.owner.username]


def test_submissions_have_their_scores_and_nothing_that_is_the_teams_alone(cup, host, team):
    confirmed(cup.phase)
    tables, told = tables_of(archive_of(cup, host))
    better, other = tables["submissions"][0], tables["submissions"][1]
    assert (better["public_score"], better["private_score"], better["is_selected"]) == ("0.5", "", "true")
    assert (other["public_score"], other["private_score"], other["is_selected"]) == ("0.25", "0.125", "false")
    assert (better["filename"], better["sha256"], better["person"]) == ("ana_smith.csv", "ab" * 32, "ana")
    assert better["team"] == str(team.pk) == tables["teams"][0]["team"]
    assert "tried what" not in told
    assert "example.org" not in told


def test_no_solution_is_in_it(cup, host, team):
    confirmed(cup.phase)
    files = files_of(archive_of(cup, host))
    assert not [name for name in files if "solution" in name]
    assert not [name for name, text in files.items() if b"0.25,Public" in text]


def test_it_holds_the_bundle_and_can_be_put_in_like_one(cup, host, team):
    confirmed(cup.phase)
    bundle, content = b"".join(bundle_chunks(competition=cup, by=host)), archive_of(cup, host)
    assert files_of(bundle).items() <= files_of(content).items()
    maker = UserFactory(is_staff=True)
    draft = import_bundle(
        file=SimpleUploadedFile("cup.zip", content),
        slug="next",
        starts_at=CONFIRMED + timedelta(days=9),
        by=maker,
        at=CONFIRMED,
    )
    assert (draft.title, draft.teams.count()) == ("Cup", 0)


def test_the_same_competition_gives_the_same_bytes(cup, host, team):
    confirmed(cup.phase)
    for pseudonyms in (False, True):
        first = archive_of(cup, host, pseudonyms=pseudonyms)
        assert first == archive_of(cup, host, pseudonyms=pseudonyms, at=CONFIRMED + timedelta(days=9))


def test_each_room_puts_its_tables_in(cup, host):
    confirmed(cup.phase)
    tables, _ = tables_of(archive_of(cup, host))
    assert set(tables) == {"teams", "members", "standings", "submissions", "discussions", "comments"}


# --- pseudonyms -------------------------------------------------------------------------------------------------------
def test_pseudonyms_name_nobody_and_still_tie_the_tables_together(cup, host, team):
    topic = discuss_in(cup, host, title="Ask @ana", body="She is ana@example.org, or @bob_2.")
    confirmed(cup.phase)
    tables, told = tables_of(archive_of(cup, host, pseudonyms=True))
    for name in ("ana", "bob", "hanako", "Whirlpool", "example.org", "second.csv"):
        assert name not in told, name
    owner, other = (row["person"] for row in tables["members"])
    assert owner.startswith("person-")
    assert owner != other
    assert {row["person"] for row in tables["submissions"]} == {owner}
    assert {row["team"] for name in ("members", "submissions", "standings") for row in tables[name]} == {
        tables["teams"][0]["team"]
    }
    # Nor do numbers that the site shows.
    numbers = {str(team.pk), str(topic.pk)}
    keys = {row[name] for table, name in (("teams", "team"), ("discussions", "discussion")) for row in tables[table]}
    assert not keys & numbers


def test_pseudonyms_are_others_in_another_competition(cup, host, team):
    other = CompetitionFactory(slug="other", hosts=[host])
    TeamFactory(competition=other, owner=team.owner)
    confirmed(cup.phase, other.phase)
    people = [tables_of(archive_of(one, host, pseudonyms=True))[0]["members"][0]["person"] for one in (cup, other)]
    assert people[0] != people[1]


def test_deleted_accounts_have_no_name(cup, host, team):
    confirmed(cup.phase)
    team.owner.deleted_at = NOON
    team.owner.save()
    for pseudonyms in (False, True):
        tables, _ = tables_of(archive_of(cup, host, pseudonyms=pseudonyms))
        assert tables["members"][0]["person"] == ""
        assert tables["submissions"][0]["person"] == ""


# --- discussions ------------------------------------------------------------------------------------------------------
def discuss_in(cup, user, **fields):
    return create_discussion(by=user, competition=cup, at=NOON, **fields)


def test_discussions_without_what_is_gone_or_was_written_to_some(cup, host, team):
    shown, hidden, gone, some = (
        discuss_in(cup, host, title=title, body="Text") for title in ("Shown", "Hidden", "Gone", "To some")
    )
    answer = add_comment(discussion=shown, by=team.owner, body="-1 of that", at=NOON)
    removed = add_comment(discussion=shown, by=host, body="Removed", at=NOON)
    add_comment(discussion=hidden, by=host, body="Below a hidden one", at=NOON)
    Discussion.objects.filter(pk=hidden.pk).update(hidden_at=NOON)
    Discussion.objects.filter(pk=gone.pk).update(deleted_at=NOON)
    Discussion.objects.filter(pk=some.pk).update(audience=Discussion.Audience.NEVER_SUBMITTED, announced_at=NOON)
    Recipient.objects.create(discussion=some, user=team.owner)
    Comment.objects.filter(pk=removed.pk).update(deleted_at=NOON)
    confirmed(cup.phase)
    tables, _ = tables_of(archive_of(cup, host))
    assert [row["title"] for row in tables["discussions"]] == ["Shown"]
    assert [(row["comment"], row["person"], row["text"]) for row in tables["comments"]] == [
        (str(answer.pk), "ana", "'-1 of that")
    ]


# --- all tables -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("readme", RESULTS_READMES.values(), ids=lambda path: path.name)
def test_what_each_column_means_is_told(table, readme):
    text = readme.read_text().split(f"## {table.name}.csv")[1].split("\n## ")[0]
    for column in table.columns:
        assert f"`{column}`" in text, column


@pytest.mark.parametrize("pseudonyms", [False, True])
def test_no_cell_is_a_formula(cup, host, team, pseudonyms):
    discuss_in(cup, host, title="=1+1", body="@ana, +1")
    confirmed(cup.phase)
    Membership.objects.filter(team=team).update(joined_at=NOON)
    tables, _ = tables_of(archive_of(cup, host, pseudonyms=pseudonyms))
    cells = [cell for rows in tables.values() for row in rows for cell in row.values()]
    assert cells
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
