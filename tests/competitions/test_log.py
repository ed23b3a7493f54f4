"""The competition log: what stands in it, who reads it, and that nobody rewrites it."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from freezegun import freeze_time

from competitions.log.protection import exposed, is_protected, protect
from competitions.log.recording import record
from competitions.models import Competition, LogKind, LogRow, Phase, Solution
from competitions.organising.editing import edit_competition
from competitions.solution.services import replace_solution
from foundation import chain
from submissions import runs
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db

SMALL = "id,target,Usage\n1,0,Public\n2,0,Public\n3,0,Private\n4,0,Private\n5,0,Ignored\n"


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    return CompetitionFactory(slug="cup", hosts=[host])


def put(competition, csv, **fields):
    return replace_solution(
        phase=competition.phase,
        file=BytesIO(csv.encode()),
        filename="s.csv",
        **{"by": None, "at": NOON, "reason": "A mistake.", **fields},
    )


def newest(competition) -> LogRow:
    return competition.log.order_by("-sequence").first()


def work_out(run, moment):
    while runs.work(run.pk, now=lambda: moment) is runs.Outcome.MORE:
        pass
    run.refresh_from_db()
    assert run.status == "complete"


# --- what stands in it ------------------------------------------------------------------------------------------------
def test_a_draft_keeps_none_and_its_publication_begins_with_everything(host):
    draft = CompetitionFactory(is_published=False, hosts=[host])
    give_solution(draft, SMALL)
    edit_competition(competition=draft, changes={"daily_submission_limit": 3}, by=host, at=NOON)
    assert not draft.log.exists()

    edit_competition(competition=draft, changes={"is_published": True}, by=host, at=NOON)
    row = draft.log.get()
    assert (row.kind, row.actor, row.sequence, row.previous) == (LogKind.PUBLISHED, host, 1, chain.BEGINNING)
    assert row.facts["dailySubmissionLimit"] == 3
    assert row.facts["solution"]["publicRows"] == 2


CHANGES = [
    ("clock", {"entry_deadline": ENDS}, {"entryDeadline": [None, "2026-06-11T00:00:00Z"]}),
    ("limits", {"daily_submission_limit": 7}, {"dailySubmissionLimit": [5, 7]}),
    ("rules", {"rules_version": 2}, {"rulesVersion": [1, 2]}),
    ("metric", {"score_digits": 3}, {"scoreDigits": [5, 3]}),
    ("metric", {"metric": "mae"}, {"metric": ["rmse", "mae"]}),
]


@pytest.mark.parametrize(("kind", "changes", "facts"), CHANGES, ids=[kind for kind, _c, _f in CHANGES])
def test_an_edit_tells_old_and_new_value(cup, host, kind, changes, facts):
    edit_competition(competition=cup, changes={"title": "Other", **changes}, by=host, at=NOON, reason=" Why. ")
    row = cup.log.get()
    assert (row.kind, row.facts, row.reason, row.actor) == (kind, facts, "Why.", host)


def test_what_moves_no_ranking_stands_in_no_log(cup, host):
    edit_competition(competition=cup, changes={"title": "Other", "emoji": "🌀"}, by=host, at=NOON)
    assert not cup.log.exists()


def test_what_is_hidden_after_the_publication_is_logged_all_the_same(cup, host):
    edit_competition(competition=cup, changes={"is_published": False}, by=host, at=NOON, reason="Wrong data.")
    edit_competition(competition=cup, changes={"daily_submission_limit": 9}, by=host, at=NOON)
    edit_competition(competition=cup, changes={"is_published": True}, by=host, at=NOON, publish_anyway=True)
    kinds = list(cup.log.order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["unpublished", "limits", "published"]


def test_a_new_version_of_the_solution_tells_numbers_and_no_value(cup):
    """Two private truths, one public weight, one row fewer that is public, one that is new."""
    put(cup, "id,target,w,Usage\n1,0,1,Public\n2,0,1,Public\n3,0,1,Private\n4,0,1,Private\n", weight_column="w")
    first = newest(cup)
    assert first.facts["changed"] is None
    put(
        cup,
        "id,target,w,Usage\n1,0,2,Public\n2,0,1,Ignored\n3,7,1,Private\n4,8,1,Private\n5,0,1,Private\n",
        weight_column="w",
    )
    facts = newest(cup).facts
    assert facts["changed"] == {
        "rowsAdded": 1,
        "rowsRemoved": 0,
        "usage": {"publicToIgnored": 1},
        "truth": {"public": 0, "private": 2},
        "weights": {"public": 1, "private": 0},
    }
    assert (facts["version"], facts["publicRows"], facts["privateRows"], facts["ignoredRows"]) == (2, 1, 3, 1)


@pytest.mark.parametrize(
    ("metric", "before", "after", "expected"),
    [
        ("accuracy", ["cat", "dog", "cat", "dog"], ["cat", "ant", "cat", "dog"], {"public": 1, "private": 0}),
        ("map_at_k", ["a b", "c", "a", "b c"], ["a b", "c", "a d", "c b"], {"public": 0, "private": 2}),
        ("rmse", ["1", "2", "3", "4"], ["1.0", "2", "3", "5"], {"public": 0, "private": 1}),
    ],
)
def test_truth_is_compared_by_what_it_means(cup, metric, before, after, expected):
    """Labels have other codes in the new version; lists are compared by what they hold."""
    Phase.objects.update(metric=metric, metric_params={"k": 3} if metric == "map_at_k" else {})
    cup.refresh_from_db()
    usages = ("Public", "Public", "Private", "Private")
    for values in (before, after):
        rows = "".join(f"{n},{value},{usages[n]}\n" for n, value in enumerate(values))
        put(cup, f"id,target,Usage\n{rows}")
    assert newest(cup).facts["changed"]["truth"] == expected


def test_the_commitment_is_salted_and_follows_from_file_and_version(cup):
    versions = [put(cup, SMALL), put(cup, SMALL)]
    told = [row.facts["commitment"] for row in cup.log.order_by("sequence")]
    assert told[0] != told[1], "each version has its own salt"
    for solution, commitment in zip(versions, told, strict=True):
        solution.refresh_from_db()
        sealed = {
            "file": hashlib.sha256(SMALL.encode()).hexdigest(),
            "version": solution.version,
            "idColumn": "id",
            "targetColumns": ["target"],
            "weightColumn": "",
            "usageColumn": "Usage",
            "metric": "rmse",
            "metricParams": [],
        }
        text = json.dumps(sealed, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256((solution.salt + text).encode()).hexdigest() == commitment


def test_scoring_the_preview_and_the_confirmation(cup, host, api):
    give_solution(cup, solution_csv("rmse"))
    send(TeamFactory(competition=cup), 0.5, 0.25)
    put(cup, solution_csv("rmse", shift=1.0))
    work_out(runs.start_run(phase=cup.phase, kind="rescore", by=host, at=NOON, reason="New truth."), NOON)
    assert (newest(cup).kind, newest(cup).facts["teamsMoved"], newest(cup).reason) == ("rescored", 1, "New truth.")

    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER), AFTER)
    row = newest(cup)
    assert (row.kind, row.facts["submissions"], row.facts["failed"], row.facts["solution"]) == ("private_run", 1, 0, 2)

    api.force_authenticate(host)
    with freeze_time(AFTER):
        for _again in range(2):
            assert api.get("/api/competitions/cup/leaderboard/private/preview/").status_code == 200
        api.get("/api/competitions/cup/leaderboard/private/preview/csv/")
        before = [api.get(f"/api/competitions/cup/log/{form}").getvalue().decode() for form in ("", "jsonl/", "feed/")]
    assert not any("0.25" in text for text in before)
    assert list(cup.log.filter(kind="previewed").values_list("actor", flat=True)) == [host.pk]

    for _again in range(2):
        runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER)
    assert newest(cup).kind == "confirmed"
    runs.unconfirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER, reason="A row was wrong.")
    assert (newest(cup).kind, newest(cup).reason) == ("unconfirmed", "A row was wrong.")
    assert cup.log.filter(kind="confirmed").count() == 1


def test_an_act_that_fails_leaves_no_entry(cup, host):
    with transaction.atomic():
        record(cup, LogKind.RULES, by=host, at=NOON)
        transaction.set_rollback(True)
    assert not cup.log.exists()


# --- who reads it -----------------------------------------------------------------------------------------------------
def test_everybody_can_check_the_chain_from_what_is_on_the_wire(cup, host, api):
    put(cup, SMALL)
    edit_competition(competition=cup, changes={"metric": "mae"}, by=host, at=NOON)
    edit_competition(competition=cup, changes={"rules_version": 2}, by=host, at=NOON, reason="渦")
    rows = api.get("/api/competitions/cup/log/").json()["results"]
    hashed = ("competition", "sequence", "at", "actorId", "subjectId", "kind", "facts", "reason", "previous")
    before = "0" * 64
    for row in reversed(rows):
        text = json.dumps(
            {name: row[name] for name in hashed}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert row["previous"] == before
        assert row["hash"] == hashlib.sha256(text.encode()).hexdigest()
        before = row["hash"]
    assert [row["kind"] for row in rows] == ["rules", "solution", "metric", "solution"]
    assert rows[0]["actor"]["username"] == "host"


def test_it_is_read_in_pages_and_by_kind(cup, host, api):
    for version in (2, 3, 4):
        edit_competition(competition=cup, changes={"rules_version": version}, by=host, at=NOON)
    edit_competition(competition=cup, changes={"max_team_size": 9}, by=host, at=NOON)
    page = api.get("/api/competitions/cup/log/?kind=rules&pageSize=2").json()
    assert (page["count"], [row["sequence"] for row in page["results"]]) == (3, [3, 2])
    assert api.get("/api/competitions/cup/log/?kind=weather").status_code == 400


def test_as_lines_it_is_whole_and_as_it_is_hashed(cup, host, api):
    for version in (2, 3):
        edit_competition(competition=cup, changes={"rules_version": version}, by=host, at=NOON, reason="渦")
    answer = api.get("/api/competitions/cup/log/jsonl/")
    rows = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    assert [row.pop("hash") for row in rows] == [chain.link(row) for row in rows]
    assert [row["sequence"] for row in rows] == [1, 2]
    assert answer["Content-Disposition"] == 'attachment; filename="cup-log.jsonl"'


@pytest.mark.parametrize(("language", "title"), [("en", "2: limits changed"), ("ja", "2: 制限の変更")])
def test_as_a_feed_it_tells_the_newest_in_the_language_of_the_reader(cup, host, api, language, title):
    edit_competition(competition=cup, changes={"rules_version": 2}, by=host, at=NOON)
    edit_competition(competition=cup, changes={"max_team_size": 9}, by=host, at=NOON, reason="<More> & more.")
    atom = "{http://www.w3.org/2005/Atom}"
    root = ET.fromstring(api.get("/api/competitions/cup/log/feed/", headers={"accept-language": language}).content)
    entries = root.findall(f"{atom}entry")
    assert len(entries) == 2
    assert entries[0].find(f"{atom}title").text == title
    told = entries[0].find(f"{atom}summary").text
    assert "<More> & more." in told
    assert newest(cup).hash in told
    assert entries[0].find(f"{atom}link").get("href").endswith("/competitions/cup/log#entry-2")
    of_kind = api.get("/api/competitions/cup/log/feed/?kind=rules")
    assert len(ET.fromstring(of_kind.content).findall(f"{atom}entry")) == 1
    assert api.get("/api/competitions/cup/log/feed/?kind=weather").status_code == 400


def test_which_kinds_there_are_is_told_with_their_numbers(cup, host, api):
    for version in (2, 3):
        edit_competition(competition=cup, changes={"rules_version": version}, by=host, at=NOON)
    edit_competition(competition=cup, changes={"max_team_size": 9}, by=host, at=NOON)
    assert api.get("/api/competitions/cup/log/kinds/").json() == [
        {"kind": "limits", "label": "limits changed", "entries": 1},
        {"kind": "rules", "label": "rules changed", "entries": 2},
    ]


@pytest.mark.parametrize("place", ["", "jsonl/", "feed/", "kinds/"])
def test_a_closed_room_keeps_its_log_to_its_people(api, place):
    cup = CompetitionFactory(slug="closed", visibility="invitation", invitation_code="a long code")
    team = TeamFactory(competition=cup)
    record(cup, LogKind.RULES, by=None, at=NOON)
    address = f"/api/competitions/closed/log/{place}"
    assert api.get(address).status_code == 403
    api.force_authenticate(team.owner)
    assert api.get(address).status_code == 200
    Competition.objects.update(is_published=False)
    assert api.get(address).status_code == 404


# --- that nobody rewrites it ------------------------------------------------------------------------------------------
@pytest.fixture
def kept(cup, host):
    """Three entries."""
    for version in (2, 3, 4):
        edit_competition(competition=cup, changes={"rules_version": version}, by=host, at=NOON)
    return cup


def sql(statement: str, *params) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


REWRITES = {
    "a fact": ("UPDATE competitions_logrow SET reason = 'nothing' WHERE sequence = 2", "entry 2 was changed"),
    "who it was": ("UPDATE competitions_logrow SET actor_id = NULL WHERE sequence = 2", "entry 2 was changed"),
    "a deletion": ("DELETE FROM competitions_logrow WHERE sequence = 2", "entry 2 is missing"),
    "everything before": ("DELETE FROM competitions_logrow WHERE sequence = 1", "entry 1 is missing"),
}


@pytest.mark.parametrize(("statement", "found"), REWRITES.values(), ids=REWRITES)
def test_the_database_refuses_to_rewrite_it_and_the_check_finds_it(kept, statement, found):
    with pytest.raises(DatabaseError, match="append-only"):
        sql(statement)
    assert "3 entries" in verified()
    with exposed(connection):
        sql(statement)
    with pytest.raises(CommandError, match=found):
        verified()


def test_an_entry_rewritten_with_its_hash_breaks_the_next_one(kept):
    row = kept.log.get(sequence=2)
    row.reason = "nothing"
    with exposed(connection):
        sql("UPDATE competitions_logrow SET reason = %s, hash = %s WHERE sequence = 2", row.reason, row.compute_hash())
    with pytest.raises(CommandError, match="entry 3 does not follow"):
        verified()


def test_entries_cut_off_at_the_end_are_found_by_a_head_that_was_known(kept):
    head = newest(kept).hash
    assert "holds" in verified("--known", head)
    with exposed(connection):
        sql("DELETE FROM competitions_logrow WHERE sequence = 3")
    assert "holds" in verified()
    with pytest.raises(CommandError, match=head):
        verified("--known", head)


def test_missing_triggers_are_told_and_put_back(kept):
    name = "competitions_logrow_refuses_update"
    sql(f"DROP TRIGGER {name}" + (" ON competitions_logrow" if connection.vendor == "postgresql" else ""))
    with pytest.raises(CommandError, match="triggers"):
        verified()
    protect(connection)
    assert is_protected(connection)
    assert "holds" in verified()


def test_the_log_outlives_the_competition(kept):
    Competition.objects.get(pk=kept.pk).delete()
    assert "3 entries" in verified()


def verified(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_log", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_emptying_the_whole_database_empties_it_too_and_leaves_it_protected(db):
    with transaction.atomic():
        record(CompetitionFactory(), LogKind.RULES, by=None, at=NOON)
    call_command("flush", interactive=False, verbosity=0)
    assert not LogRow.objects.exists()
    assert is_protected(connection)


def test_neither_salt_nor_digest_of_the_file_is_on_the_wire(cup, host, api):
    put(cup, SMALL)
    api.force_authenticate(host)
    answer = api.get("/api/competitions/cup/solution/").content.decode()
    solution = Solution.objects.get()
    assert solution.salt not in answer
    assert solution.sha256 not in answer
