"""Receipts: what they say, that only the site can make them, and that all of them are in the root."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from io import StringIO

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import call_command
from django.db import transaction
from freezegun import freeze_time

from competitions.log.recording import record
from competitions.models import LogKind, Phase
from competitions.solution.sealing import commitment
from foundation import chain, signing
from foundation.models import SigningKey
from submissions import runs
from submissions.models import Receipt, Submission
from submissions.receipts import merkle, path_of, seal_ended
from submissions.services import score_stored
from tests.factories import AFTER, ENDS, NOON, SubmissionFactory, TeamFactory, submits
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import csv_scoring, upload
from tests.submissions.test_races import at_once

pytestmark = pytest.mark.django_db

LATER = ENDS + timedelta(minutes=2)


def public_keys(api) -> dict[str, str]:
    return {one["id"]: one["publicKey"] for one in api.get("/.well-known/uzu-key").json()["keys"]}


def require_signed(envelope: dict, keys: dict[str, str]) -> None:
    text = json.dumps(envelope["receipt"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys[envelope["key"]]))
    key.verify(bytes.fromhex(envelope["signature"]), text.encode())


def envelope_of(receipt: Receipt) -> dict:
    return {"receipt": receipt.body, "key": receipt.key, "signature": receipt.signature}


def work_out(run, moment=AFTER):
    while runs.work(run.pk, now=lambda: moment) is runs.Outcome.MORE:
        pass
    run.refresh_from_db()
    return run


# --- what it says -----------------------------------------------------------------------------------------------------
def test_every_accepted_submission_answers_with_one(team, member):
    Phase.objects.update(score_digits=3)
    with transaction.atomic():
        entry = record(team.competition, LogKind.RULES, by=None, at=NOON)
    content = csv_scoring("rmse", 0.123456, 0.75).encode()
    with freeze_time(NOON):
        answer = member.post("/api/teams/submissions/", {"team": team.pk, "file": upload(content)}, format="multipart")
    envelope = answer.json()["receipt"]
    solution = team.competition.solutions.get()
    assert envelope["receipt"] == {
        "format": "uzu-receipt-1",
        "site": "http://127.0.0.1:8000",
        "key": envelope["key"],
        "competition": team.competition_id,
        "phase": 1,
        "team": team.pk,
        "submission": answer.json()["submission"]["id"],
        "number": 1,
        "isLate": False,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "receivedAt": chain.moment(NOON),
        "issuedAt": chain.moment(NOON),
        "solutionVersion": solution.version,
        "commitment": commitment(solution),
        "score": "0.123",
        "logHead": entry.hash,
    }
    require_signed(envelope, public_keys(member))
    again = member.get(f"/api/submissions/{envelope['receipt']['submission']}/receipt/").json()
    assert again == envelope


@pytest.mark.parametrize("status", ["refused", "pending", "failed"])
def test_what_was_not_accepted_has_none(team, member, status):
    pk = submits(team, 0.5, status=status, scored_at=None).pk
    answer = member.get(f"/api/submissions/{pk}/receipt/")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "no_receipt")


def test_a_refused_file_leaves_none(team, member):
    with freeze_time(NOON):
        member.post("/api/teams/submissions/", {"team": team.pk, "file": upload("id\n1\n")}, format="multipart")
    assert team.submissions.get().status == "refused"
    assert not Receipt.objects.exists()


def test_a_queued_submission_has_it_once_it_is_scored(team, member, settings):
    settings.INLINE_SCORING_BYTES = 0
    with freeze_time(NOON):
        answer = member.post(
            "/api/teams/submissions/", {"team": team.pk, "file": upload(csv_scoring("rmse", 0.5))}, format="multipart"
        ).json()
        assert answer["receipt"] is None
        score_stored(answer["submission"]["id"], NOON + timedelta(minutes=3))
    envelope = member.get(f"/api/submissions/{answer['submission']['id']}/receipt/").json()
    assert envelope["receipt"]["receivedAt"] == chain.moment(NOON)
    assert envelope["receipt"]["issuedAt"] == chain.moment(NOON + timedelta(minutes=3))


def test_a_team_counts_its_own(team):
    other = TeamFactory(competition=team.competition)
    for one in (team, other, team):
        send(one)
    assert [(row.body["team"], row.body["number"]) for row in Receipt.objects.all()] == [
        (team.pk, 1),
        (other.pk, 1),
        (team.pk, 2),
    ]


def test_it_stays_as_it_is_whatever_becomes_of_the_submission(team, api):
    submission = send(team, 0.5).submission
    before = envelope_of(submission.receipt)
    run = runs.start_run(phase=team.competition.phase, kind="rescore", by=None, at=NOON, reason="New.")
    work_out(run, NOON)
    Submission.objects.filter(pk=submission.pk).update(status="refused", public_score=None)
    assert envelope_of(Receipt.objects.get()) == before
    submission.delete()
    assert envelope_of(Receipt.objects.get()) == before
    require_signed(before, public_keys(api))


def test_nothing_of_the_private_side_is_in_it(team):
    for private in (0.125, 8.0):
        send(team, 0.5, private)
    first, second = (row.body for row in Receipt.objects.all())
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"submission", "number", "sha256", "size"} - (
        {"size"} if first["size"] == second["size"] else set()
    )


# --- only the site makes them -----------------------------------------------------------------------------------------
FORGERIES = {
    "a better score": {"score": "0.00001"},
    "an earlier time": {"receivedAt": "2026-01-01T00:00:00.000000Z"},
    "another file": {"sha256": "0" * 64},
    "another team": {"team": 999},
    "not late": {"isLate": True},
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES)
def test_a_changed_one_is_not_signed(team, api, change):
    send(team)
    envelope = envelope_of(Receipt.objects.get())
    envelope["receipt"] = {**envelope["receipt"], **change}
    with pytest.raises(InvalidSignature):
        require_signed(envelope, public_keys(api))


def test_the_signature_of_another_one_does_not_fit(team, api):
    send(team)
    send(team)
    first, second = (envelope_of(row) for row in Receipt.objects.all())
    with pytest.raises(InvalidSignature):
        require_signed({**first, "signature": second["signature"]}, public_keys(api))


def test_rotated_keys_keep_what_they_signed_and_sign_nothing_more(team, api):
    send(team)
    out = StringIO()
    with freeze_time(NOON):
        call_command("rotate_signing_key", stdout=out)
    send(team)
    first, second = (envelope_of(row) for row in Receipt.objects.all())
    keys = api.get("/.well-known/uzu-key").json()["keys"]
    assert [one["id"] for one in keys] == [second["key"], first["key"]]
    assert second["key"] in out.getvalue()
    assert (keys[0]["retiredAt"], keys[1]["retiredAt"][:10]) == (None, "2026-06-05")
    for envelope in (first, second):
        require_signed(envelope, public_keys(api))
    assert SigningKey.objects.get(pk=first["key"]).private == ""


def test_the_private_key_is_neither_readable_nor_on_the_wire(team, api):
    signer = signing.current_signer(NOON)
    raw = signer.private.private_bytes_raw()
    kept = SigningKey.objects.get()
    assert raw.hex() not in kept.private
    answer = api.get("/.well-known/uzu-key").content.decode()
    assert raw.hex() not in answer
    assert kept.private not in answer


def test_another_secret_makes_another_key_and_a_fallback_keeps_it(team, settings):
    before = signing.current_signer(NOON).key_id
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert signing.current_signer(NOON).key_id == before
    settings.SECRET_KEY_FALLBACKS = []
    after = signing.current_signer(NOON).key_id
    assert after != before
    assert signing.current_signer(NOON).key_id == after
    assert SigningKey.objects.filter(is_active=True).count() == 1


# --- all of them are in the root --------------------------------------------------------------------------------------
def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, right = root_by_definition(leaves[:half]), root_by_definition(leaves[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def led_to(leaf: bytes, steps: list[tuple[str, bytes]]) -> bytes:
    """Where a path leads from a leaf."""
    node = leaf
    for side, other in steps:
        node = hashlib.sha256(b"\x01" + (other + node if side == "left" else node + other)).digest()
    return node


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7, 8, 13, 64, 100])
def test_the_tree_is_that_of_the_rfc_and_every_leaf_has_a_path(number):
    leaves = [merkle.leaf(bytes([one])) for one in range(number)]
    root = merkle.root(leaves)
    assert root == root_by_definition(leaves)
    for index, leaf in enumerate(leaves):
        assert led_to(leaf, merkle.path(merkle.tree(leaves), index)) == root


def private_scores(competition) -> list[float | None]:
    return list(competition.submissions.values_list("private_score", flat=True))


def test_the_root_stands_in_the_log_before_any_private_score(team, monkeypatch):
    competition = team.competition
    for _one in range(3):
        send(team)
    seen = []
    original = runs.working.write_chunk

    def watched(*args, **kwargs):
        seen.append((competition.log.filter(kind="receipts_root").count(), private_scores(competition)))
        return original(*args, **kwargs)

    monkeypatch.setattr("submissions.runs.working.write_chunk", watched)
    work_out(runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER))
    assert seen[0] == (1, [None] * 3)
    entry = competition.log.get(kind="receipts_root")
    leaves = [bytes.fromhex(leaf) for leaf in Receipt.objects.values_list("leaf", flat=True)]
    assert entry.facts == {"root": root_by_definition(leaves).hex(), "receipts": 3}
    assert competition.log.order_by("-sequence").values_list("kind", flat=True)[0] == "private_run"


def test_without_the_root_private_scoring_does_not_begin(team, monkeypatch):
    send(team)

    def broken(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("submissions.runs.planning.seal_receipts", broken)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.WAITING
    run.refresh_from_db()
    assert (run.status, run.scores_private, private_scores(team.competition)) == ("queued", False, [None])


def test_they_are_sealed_by_themselves_soon_after_the_end(team, member):
    submission = send(team).submission
    address = f"/api/submissions/{submission.pk}/receipt/path/"
    assert seal_ended(ENDS + timedelta(seconds=59)) == 0
    assert member.get(address).json()["errors"][0]["code"] == "receipt_not_sealed"
    assert seal_ended(ENDS + timedelta(seconds=60)) == 1
    assert seal_ended(ENDS + timedelta(seconds=90)) == 0
    path = member.get(address).json()
    entry = team.competition.log.get(kind="receipts_root")
    assert path == {"root": entry.facts["root"], "receipts": 1, "entry": entry.sequence, "index": 0, "steps": []}


def test_they_wait_for_what_is_still_being_scored(team):
    send(team)
    waiting = SubmissionFactory(team=team, status="pending", public_score=None, scored_at=None)
    assert seal_ended(LATER) == 0
    waiting.delete()
    assert seal_ended(LATER) == 1


def test_what_comes_in_after_the_root_makes_a_second_one(team):
    """Received in time, and in the database only when the others were sealed already."""
    first = send(team).submission
    seal_ended(LATER)
    second = send(team, at=ENDS - timedelta(seconds=1)).submission
    work_out(runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER))
    assert [row.facts["receipts"] for row in team.competition.log.filter(kind="receipts_root").order_by("pk")] == [1, 2]
    for submission in (first, second):
        assert path_of(Receipt.objects.get(submission=submission)).receipts == 2


def test_late_ones_are_signed_and_in_no_root(team, member):
    send(team)
    seal_ended(LATER)
    late = send(team, at=AFTER).submission
    assert late.receipt.body["isLate"]
    assert member.get(f"/api/submissions/{late.pk}/receipt/path/").json()["errors"][0]["code"] == "receipt_not_sealed"
    assert seal_ended(LATER + timedelta(hours=1)) == 0


def test_a_deleted_submission_stays_in_the_root(team):
    gone, left = send(team).submission, send(team).submission
    seal_ended(LATER)
    gone.delete()
    entry = team.competition.log.get(kind="receipts_root")
    path = path_of(Receipt.objects.get(submission=left))
    root = led_to(bytes.fromhex(left.receipt.leaf), [(side, bytes.fromhex(one)) for side, one in path.steps])
    assert root.hex() == path.root == entry.facts["root"]


def test_submissions_of_before_receipts_get_theirs_with_the_root(team, api):
    older = [submits(team, 0.5) for _one in range(2)]
    work_out(runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER))
    made = list(Receipt.objects.all())
    assert [(row.place, row.body["number"], row.body["issuedAt"]) for row in made] == [
        (one.pk, number, chain.moment(AFTER)) for number, one in enumerate(older, start=1)
    ]
    for row in made:
        require_signed(envelope_of(row), public_keys(api))


# --- many at once -----------------------------------------------------------------------------------------------------
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_fifty_threads_get_fifty_receipts_of_one_key_and_the_log_holds(monkeypatch):
    from submissions.services import submitting
    from submissions.services.admission import Turns

    monkeypatch.setattr(submitting, "turns", Turns(slots=100, waiters=0, patience=0))
    competition = competition_with_solution("rmse", daily_submission_limit=None)
    teams = [TeamFactory(competition=competition) for _one in range(10)]

    def act(number):
        if number % 5 == 0:
            with transaction.atomic():
                record(competition, LogKind.RULES, by=None, at=NOON)
        return send(teams[number % 10])

    outcomes = at_once(50, act)
    assert {outcome.submission.status for outcome in outcomes} == {"scored"}
    receipts = list(Receipt.objects.all())
    assert (len(receipts), len({row.key for row in receipts})) == (50, 1)
    assert SigningKey.objects.count() == 1
    key = {row.pk: row.public for row in SigningKey.objects.all()}
    for row in receipts:
        require_signed(envelope_of(row), key)
    for team in teams:
        numbers = sorted(row.body["number"] for row in receipts if row.body["team"] == team.pk)
        assert numbers == [1, 2, 3, 4, 5]
    rows = competition.log.order_by("sequence")
    assert list(chain.faults((row.record, row.hash) for row in rows)) == []
    heads = {row.hash for row in rows} | {None}
    assert {row.body["logHead"] for row in receipts} <= heads

    assert sum(at_once(4, lambda _n: seal_ended(LATER))) == 1
    call_command("verify_log", stdout=StringIO())
