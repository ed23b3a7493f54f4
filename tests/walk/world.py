"""A competition whose private truths are those of one world, and everything people may do in it.

Two worlds differ in nothing but the answers of rows that were not public in some version that scored. What is done and
what is answered is written down; a difference between two worlds' books is something of the private side that got out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.test import TestCase
from django.urls import reverse
from factory.django import DjangoModelFactory
from rest_framework.test import APIClient

from competitions import models as tables
from competitions.boards import board_of
from competitions.metrics.sandboxes import Sandboxes
from competitions.metrics.trying import try_out
from competitions.organising.hosts import add_host, remove_host
from competitions.organising.publishing import publish_due
from competitions.phases.entry import decide_entries
from competitions.solution.sealing import commitment
from competitions.solution.services import replace_solution
from foundation.refusals import Refusal
from notifications_api.mail import deliver_due
from notifications_api.models import Mail, Notification
from submissions import analyses, runs
from submissions.models import Exclusion, Receipt, ScoringRun, Submission, Trial
from submissions.runs.reviving import revive_runs
from submissions.services import settle_abandoned, take_over_due
from submissions.services.late import catch_up_with_late
from tests import factories
from tests.factories import ENDS, NOON, STARTS
from tests.matrix import kaggle, scenario as cast
from tests.phases import add, phase_of
from tests.walk import doors
from tests.walk.doors import Door
from tests.walk.metrics import file_of, in_this_process, scoring_by_it

IDS = range(1, 11)
USAGES = {1: "Public", 2: "Public", 3: "Public", 4: "Public", 10: "Ignored"}
REASON = "A mistake."
API = "/api/competitions/cup/"
HOST = "organiser"


# By which a version comes to have scored.
SCORING = {"submits", "replaces_the_solution", "rescores", "scores_privately", "the_worker_works"}
PUBLIC_SCORES = re.compile(r"/leaderboard/(public/csv|history)/")
PROOF = re.compile(r"[0-9a-f]{64}")
# Another one each time: names of uploads and of stored files, beginnings of tokens.
UUID = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])|uzu_\w{6}|(?<=uploads/)[0-9a-f]{2}(?=/)"
)


def without_names_by_chance(text: str) -> str:
    return UUID.sub("<uuid>", doors.RANDOM.sub(r"\1", text))


class Phases(NamedTuple):
    """A competition of two phases: when the second one runs, and the number of the one with a secret.

    The other one is the same in both worlds, with all that is private of it: it may be scored and confirmed at any time.
    """

    starts: Any
    ends: Any
    secret: int


DAY = timedelta(days=1)
PHASES = {
    "the first before the other": Phases(ENDS, ENDS + 10 * DAY, secret=1),
    "the second after the other": Phases(ENDS, ENDS + 10 * DAY, secret=2),
    "the first beside the other": Phases(STARTS, NOON + DAY, secret=1),
    "the second beside the other": Phases(STARTS, ENDS + DAY, secret=2),
}


class Book:
    """What was done and answered, line by line, as it was: `without_names_by_chance` is asked where two differ."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def write(self, what: str, answer: str) -> None:
        self.lines.append((what, answer))


class World:
    """`secret`: what the truths of rows are moved by that were not public in a version that scored. `own`: a metric of
    the organisers scores, and public truths are whole numbers. `phases`: of several; people do what they do in the one
    with the secret, and organisers what they like in the other.
    """

    def __init__(
        self, secret: float, frozen: Any, monkeypatch: Any, *, own: bool = False, phases: Phases | None = None
    ) -> None:
        self.secret, self.frozen, self.own, self.phases = secret, frozen, own, phases
        self.number = phases.secret if phases else 1
        self.begin_anew()
        first = self.solution(USAGES_OF_FIRST, shift=0)
        monkeypatch.setattr(cast, "SOLUTION", first if self.number == 1 else OTHER_SOLUTION)
        monkeypatch.setattr(cast, "PREDICTIONS", predictions(0))
        # Drawn at random, and told: the same in both worlds.
        monkeypatch.setattr("submissions.analyses.starting.secrets.randbits", lambda _bits: 20)
        # Others than the worker of the walk work on nothing.
        monkeypatch.setattr("submissions.runs.starting.hand_out", lambda _pk: None)
        monkeypatch.setattr("submissions.runs.reviving.hand_out", lambda _pk: None)
        monkeypatch.setattr("django.contrib.auth.hashers.BasePasswordHasher.salt", lambda _: "salt" * 6)
        monkeypatch.setattr("submissions.analyses.wobble.RESAMPLES", 20)
        # All mail is delivered and read at the end of a walk.
        monkeypatch.setattr("notifications_api.mail.deliver_if_due", lambda _at: None)
        cache.clear()
        # What a walk deletes is there again for the next one, as its rows are.
        monkeypatch.setattr("foundation.storage.LocalStorage.delete", lambda *_: None)
        for name in ("now", "soon", "alone"):
            monkeypatch.setattr(Sandboxes, name, in_this_process)
        monkeypatch.setattr(cast, "replace_solution", scoring_by_it(replace_solution) if own else replace_solution)
        # Names are numbered: each world begins anew.
        for factory in vars(factories).values():
            if isinstance(factory, type) and issubclass(factory, DjangoModelFactory):
                factory.reset_sequence(0, force=True)
        with TestCase.captureOnCommitCallbacks(execute=True):
            self.scenario = cast.build("running")
            self.pk = tables.Competition.objects.get(slug="cup").pk
            if phases:
                add(self.competition, at=NOON, starts_at=phases.starts, ends_at=phases.ends)
                file = SimpleUploadedFile("s.csv", first if self.number == 2 else OTHER_SOLUTION)
                replace_solution(phase=phase_of(self.competition, 2), file=file, filename="s.csv", by=None, at=NOON)
                self.scenario.ids["phases"] = self.number
        host = self.scenario.people[HOST]
        host.is_staff = True
        host.save()
        host.user_permissions.add(Permission.objects.get(codename="add_competition"))
        self.sessions = {role: session_of(person) for role, person in self.scenario.people.items() if person}
        mail.outbox.clear()

    def begin_anew(self) -> None:
        """As after it was built. What the walk before wrote into the database is rolled back."""
        self.book = Book()
        self.at = NOON if self.number == 1 else max(NOON, self.phases.starts)
        self.may_open = self.was_opened = False
        self.usages: dict[int, dict[int, str]] = {1: USAGES_OF_FIRST}
        self.hidden: set[int] = {one for one in IDS if USAGES.get(one) != "Public"}
        self.sealed: set[str] = set()
        self.clients: dict[tuple[str, bool], APIClient] = {}
        self.proofs: dict[str, str] = {}
        self.no_proofs: set[str] = set()
        # Who has seen a preview.
        self.looked: set[str] = set()
        self.frozen.move_to(self.at if hasattr(self, "pk") else NOON)
        mail.outbox.clear()

    # --- what is sent in ----------------------------------------------------------------------------------------------
    def solution(self, usages: dict[int, str], *, shift: int, weights: int = 0) -> bytes:
        """A file with these usages. `shift` gives the even rows another truth; `weights`: the only public row that counts."""
        lines = ["id,target,Usage" + (",w" if weights else "")]
        for one, usage in usages.items():
            truth = (one if self.own else one / 4) + (shift if one % 2 == 0 else 0)
            if one in self.hidden or usage != "Public":
                truth += self.secret + one * int(self.secret // 100)
            weight = int(usage != "Public" or one == weights)
            cells = [str(one), f"{truth:g}", usage, *([str(weight)] if weights else [])]
            lines.append(",".join(cells))
        self.sealed.update(line for line in lines if "Private" in line)
        return ("\n".join(lines) + "\n").encode()

    def note_what_is_hidden(self) -> None:
        """Rows that are not public in a version that scored stay hidden for good."""
        scored = Submission.objects.filter(solution__phase=self.phase.pk).values_list("solution__version", flat=True)
        ran = ScoringRun.objects.filter(solution__phase=self.phase.pk, total__gt=0)
        for version in {*scored, *ran.values_list("solution__version", flat=True)} & set(self.usages):
            self.hidden |= {one for one, usage in self.usages[version].items() if usage != "Public"}

    # --- asking -------------------------------------------------------------------------------------------------------
    @property
    def competition(self) -> tables.Competition:
        return tables.Competition.objects.get(pk=self.pk)

    @property
    def phase(self) -> tables.Phase:
        """The one with the secret."""
        return phase_of(self.competition, self.number)

    @property
    def here(self) -> str:
        """The address below which it is asked for."""
        return f"{API}phases/{self.number}/" if self.phases else API

    @property
    def query(self) -> dict[str, int]:
        """What names it where an address does not."""
        return {"phase": self.number} if self.phases else {}

    def page(self, name: str) -> str:
        """A page of the admin that is about it."""
        return reverse(name, args=[self.pk]) + (f"?phase={self.number}" if self.phases else "")

    def change(self, **body: Any) -> None:
        """A change of the competition, of the phase, or of both, each at its address."""
        of_phase = {name: value for name, value in body.items() if name in OF_PHASES}
        rest = {name: value for name, value in body.items() if name not in OF_PHASES}
        if not self.phases or not of_phase:
            self.ask(HOST, "patch", API, **body)
            return
        self.ask(HOST, "patch", self.here, **of_phase, **{name: rest[name] for name in {"reason"} & rest.keys()})
        if rest.keys() - {"reason"}:
            self.ask(HOST, "patch", API, **rest)

    def client(self, role: str, *, token: bool = False) -> APIClient:
        if (role, token) not in self.clients:
            client = APIClient(raise_request_exception=False)
            if token and role in self.sessions:
                client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.scenario.things['tokens'][role]}")
            elif role in self.sessions:
                client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
            self.clients[role, token] = client
        return self.clients[role, token]

    def ask(self, role: str, method: str, address: str, *, token: bool = False, **body: Any) -> Any:
        """One request, whose answer goes into the book."""
        cache.clear()  # and with it how often was asked
        files = any(hasattr(value, "read") for value in body.values())
        form = address.startswith("/admin/") or files
        options = {} if method == "get" else {"data": body, "format": "multipart" if form else "json"}
        answer = getattr(self.client(role, token=token), method)(address, **options)
        told = self.told(answer)
        gives = "Private" in told and any(line in told for line in self.sealed)
        assert not gives, f"{address} gives the solution out"
        if doors.PREVIEWS.search(address) and answer.status_code == 200:
            self.looked.add(role)
            told = "what organisers look at"
        elif role in self.looked and doors.FAILURES.search(address):
            told = "what organisers look at"
        # Private scores are open, and may differ. Who may do what is decided by nothing of theirs, nor is a public score.
        # In another phase teams may get on by the result that is open now, and each world has its own.
        elif self.was_opened and self.phases and not address.startswith(self.here):
            told = ""
        elif self.was_opened and not PUBLIC_SCORES.search(address):
            told = str(answer.status_code)
        self.book.write(f"{role} {method} {address}", told)
        assert answer.status_code < 500, f"{role} {method} {address} {body}: {told[:2000]}"
        return answer

    def told(self, answer: Any) -> str:
        body = answer.body = answer.getvalue()
        headers = {name: value for name, value in answer.headers.items() if name not in doors.HEADERS_OF_THE_SESSION}
        text = f"{answer.status_code} {sorted(headers.items())} {body.decode('utf-8', 'replace')}"
        return self.without_proofs(text)

    def without_proofs(self, text: str) -> str:
        """Without what is published to prove later that nothing was changed: of a random salt, or a hash of that."""
        found = set(PROOF.findall(text)) - self.no_proofs
        if not found and "signature" not in text:
            return text
        if "signature" in text or not found <= self.proofs.keys():
            self.proofs = proofs_of(self.competition)
            self.no_proofs |= found - self.proofs.keys()
        for proof, name in self.proofs.items():
            text = text.replace(proof, name)
        return text

    # --- the walk -----------------------------------------------------------------------------------------------------
    def step(self, act: str, a: int, b: int) -> None:
        """One act, and what it leaves behind."""
        cache.clear()
        self.frozen.move_to(self.at)
        self.book.write(f"--- {act} {a} {b}", "")
        with TestCase.captureOnCommitCallbacks(execute=True), suppress(Refusal), transaction.atomic():
            ACTS[act](self, a, b)
        if act in SCORING:
            self.note_what_is_hidden()
        self.frozen.move_to(self.at)
        if self.was_opened:
            self.require_what_was_taken_back_to_be_closed()
        else:
            self.book.write("what is stored", self.state())

    def look_around(self, chance: random.Random, number: int) -> None:
        for place in range(number):
            self.look(chance.choice(doors.BOARDS if place % 2 else doors.ALL_DOORS), chance.choice(doors.ROLES))

    def look_everywhere(self) -> None:
        """Through every door, as everybody to whom the answer may differ."""
        for door in doors.ALL_DOORS:
            for role in ("organiser", "staff") if door.kind in ("admin", "panel") else doors.ROLES:
                self.look(door, role)

    def read_the_mail(self) -> None:
        with TestCase.captureOnCommitCallbacks(execute=True):
            deliver_due(self.at + timedelta(days=2))
        assert not Mail.objects.exclude(last_error="").exists(), "a mail could not be written"
        self.book.write("what is stored", self.state())
        outbox = [f"{one.to} {one.subject} {one.body} {getattr(one, 'alternatives', '')}" for one in mail.outbox]
        self.book.write("mail", self.without_proofs("\n".join(sorted(outbox))))
        mail.outbox.clear()

    def look(self, door: Door, role: str) -> None:
        address = doors.address(door, self.scenario)
        if address is None:
            return
        if door.kind == "kaggle":
            body = kaggle.body_of(door.place, self.scenario)
            self.ask(role, "post", address, token=True, **body)
        else:
            self.ask(role, "get", address, token=doors.is_for_tokens(door))

    def state(self) -> str:
        """Everything stored of which an answer may be made, but the private side and the truths themselves."""
        told = []
        with connection.cursor() as cursor:
            for name, statement in WHAT_IS_STORED.items():
                cursor.execute(statement)
                told += [name, *map(str, cursor.fetchall())]
        return self.without_proofs("\n".join(told))

    # --- after a confirmation -----------------------------------------------------------------------------------------
    def opens(self) -> None:
        """The result is confirmed, if it can be. What that opened may differ from here on."""
        self.may_open = True
        confirms(self)

    def require_what_was_taken_back_to_be_closed(self) -> None:
        """A confirmation that was taken back shows participants no private score any more, but what the log has kept."""
        if self.phase.confirmed_at is not None:
            return
        for role in ("anonymous", "owner"):
            for name in ("private/", "private/csv/"):
                address = f"{self.here}leaderboard/{name}"
                assert self.client(role).get(address).status_code in (403, 404), f"{role} {address}"
        mine = f"/api/teams/{self.scenario.ids['teams']}/submissions/"
        own = self.client("owner").get(mine, self.query).json()
        assert [one["privateScore"] for one in own["results"] if one["privateScore"] is not None] == []

    # --- the public ranking -------------------------------------------------------------------------------------------
    def check_the_board(self) -> None:
        """The public ranking is what anybody makes of the scores as they are shown."""
        competition = self.competition
        if not competition.is_published:
            return
        phase = self.phase
        shown = self.client("staff").get(f"{self.here}leaderboard/public/?pageSize=100").json()["results"]
        ranked = [(row["team"]["id"], row["score"]) for row in shown if row["rank"] is not None]
        best: dict[int, tuple] = {}
        counted = Submission.objects.filter(status="scored", is_late=False, voided_at__isnull=True)
        for one in counted.filter(phase=phase):
            if not board_of(phase).takes(one.created_at):
                continue
            key = (phase.sort_key(one.public_score), one.created_at, one.team_id, one.public_score)
            best[one.team_id] = min(best.get(one.team_id, key), key)
        active = set(tables.Team.objects.competing().filter(competition=competition).values_list("pk", flat=True))
        expected = [(key[2], key[3]) for key in sorted(best.values()) if key[2] in active]
        assert ranked == expected
        assert all(score == phase.shown_score(score) for _team, score in ranked)


FILES = ("file", "aligned")
STORED: dict[type[models.Model], tuple[str, ...]] = {
    tables.Competition: (),
    tables.Phase: (),
    tables.Team: (),
    tables.Membership: (),
    tables.Bracket: (),
    tables.BracketEntry: (),
    tables.Hosting: (),
    tables.Departure: (),
    tables.Standing: ("best_private_score", "private_key", "private_submitted_at"),
    tables.StandingChange: (),
    tables.Solution: ("file", "sha256", "digest", "salt"),
    tables.LogRow: (),
    Submission: ("private_score", "private_numbers", "next_try_at", *FILES),
    ScoringRun: (),
    Notification: (),
    Mail: ("key",),
}


def without_the_private_side(model: type[models.Model], hidden: tuple[str, ...]) -> str:
    """What asks the database for all rows: the models would be most of what a walk takes."""
    columns = [field.column for field in model._meta.concrete_fields if field.attname not in hidden]
    named = ", ".join(map(connection.ops.quote_name, columns))
    pk = connection.ops.quote_name(model._meta.pk.column)
    return f"SELECT {named} FROM {connection.ops.quote_name(model._meta.db_table)} ORDER BY {pk}"


WHAT_IS_STORED = {model.__name__: without_the_private_side(model, hidden) for model, hidden in STORED.items()}
USAGES_OF_FIRST = {one: USAGES.get(one, "Private") for one in IDS}
# Of the phase that is the same in both worlds.
OTHER_SOLUTION = (
    "id,target,Usage\n" + "".join(f"{one},{one},{usage}\n" for one, usage in USAGES_OF_FIRST.items())
).encode()
OF_PHASES = {
    *("metric", "scoreDigits", "startsAt", "endsAt", "dailySubmissionLimit", "selectableSubmissions"),
    *("objectionMinutes", "boardAudience", "boardFreezeMinutes", "boardFreezesAt"),
}


def session_of(person: Any) -> str:
    """The cookie of somebody who has signed in."""
    client = APIClient()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def proofs_of(competition: tables.Competition) -> dict[str, str]:
    """What is published to prove later that nothing was changed, each with a name that is the same in all worlds."""
    found = {commitment(one): f"<commitment {one.version}>" for one in competition.solutions.all()}
    for pk, hash_, facts in tables.LogRow.objects.order_by("sequence").values_list("pk", "hash", "facts"):
        found[hash_] = f"<hash {pk}>"
        found |= {facts[name]: f"<{name} {pk}>" for name in ("root", "boardHash") if name in facts}
        # Of a phase that was confirmed: with the salts the hashes can be made again.
        salted = [facts, *facts.get("solutions", [])] if "board" in facts else []
        found |= {one["salt"]: f"<salt {place} in {pk}>" for place, one in enumerate(salted) if one.get("salt")}
        if "commitment" in facts:  # of a phase that was taken away with its solution, too
            found.setdefault(facts["commitment"], f"<commitment in {pk}>")
    for number, receipt in enumerate(Receipt.objects.order_by("pk")):
        found |= {receipt.signature: f"<signature {number}>", receipt.leaf: f"<leaf {number}>"}
    return found


def predictions(number: int) -> bytes:
    """A file that no other number makes."""
    lines = [f"{one},{one / 4 + (number * one) % 7 / 8 + number / 16}" for one in IDS]
    return ("\n".join(["id,target", *lines]) + "\n").encode()


# --- acts -------------------------------------------------------------------------------------------------------------
Act = Callable[[World, int, int], Any]
ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    ACTS[function.__name__] = function
    return function


def other_usages(world: World, kind: int) -> dict[int, str]:  # noqa: PLR0911 -- one for each kind
    """What an organiser may try to make of the usages of the newest version."""
    usages = dict(world.usages[max(world.usages)])
    public = [one for one, usage in usages.items() if usage == "Public"]
    private = [one for one, usage in usages.items() if usage == "Private"]
    match kind:
        case 1:
            swapped = {"Public": "Private", "Private": "Public"}
            return {one: swapped.get(usage, usage) for one, usage in USAGES_OF_FIRST.items()}
        case 2:
            return {one: "Public" if one != private[0] else "Private" for one in usages}
        case 3:
            return usages | {private[-1]: "Public"}
        case 4 if len(public) > 1:
            return usages | {public[-1]: "Private"}
        case 5:
            return usages | {max(usages) + 1: "Private"}
        case 6 if len(public) > 1:
            return usages | {public[0]: "Ignored"}
        case 7:
            return USAGES_OF_FIRST
    return usages


@act
def replaces_the_solution(world: World, a: int, b: int) -> None:
    usages = other_usages(world, a)
    public = [one for one, usage in usages.items() if usage == "Public"]
    content = world.solution(usages, shift=b % 3, weights=public[0] if b == 3 else 0)
    file = SimpleUploadedFile("solution.csv", content)
    weights = {"weightColumn": "w"} if b == 3 else {}
    before = world.phase.solutions.count()
    if b == 7:
        token = kaggle.sent("solution", content, "solution.csv")
        world.scenario.asking = HOST
        body = {"competitionName": "cup", "blobToken": token(world.scenario)}
        world.ask(
            HOST, "post", "/api/v1/competitions.CompetitionApiService/CreateCompetitionSolution", token=True, **body
        )
    elif b == 6:
        body = {"competition": world.competition.pk, "file": file, "usage_column": "Usage", "reason": REASON}
        world.ask(HOST, "post", reverse("admin:competitions_solution_add"), **body, accept_refusals="on")
    else:
        world.ask(HOST, "put", f"{world.here}solution/", file=file, reason=REASON, acceptRefusals=b != 5, **weights)
    if world.phase.solutions.count() > before:
        world.usages[world.phase.solutions.latest("version").version] = usages


@act
def rescores(world: World, a: int, b: int) -> None:
    if b % 2:
        page = world.page("admin:competitions_competition_scoring_start")
        world.ask(HOST, "post", page, kind="rescore", reason=REASON)
    else:
        world.ask(HOST, "post", f"{world.here}scoring-runs/", kind="rescore", reason=REASON if a else "")
    if a != 1:
        the_worker_works(world, a, b)


@act
def scores_privately(world: World, a: int, b: int) -> None:
    world.ask(HOST, "post", f"{world.here}scoring-runs/", kind="private", reason=REASON if a else "")
    if a != 1:
        the_worker_works(world, a, b)


@act
def the_worker_works(world: World, a: int, b: int) -> None:
    settle_abandoned(world.at)
    revive_runs(world.at)
    catch_up_with_late(world.at)
    decide_entries(world.at)
    take_over_due(world.at)
    publish_due(world.at)
    for pk in list(ScoringRun.objects.filter(status__in=["queued", "running"]).values_list("pk", flat=True)):
        runs.work(pk, now=lambda: world.at)


CHANGES: list[dict[str, Any]] = [
    {"metric": "mae"},
    {"scoreDigits": 9},
    {"startsAt": "2026-06-02T00:00:00Z"},
    {"isPublished": False, "reason": REASON},
    {"isPublished": True},
    {"dailySubmissionLimit": 9, "selectableSubmissions": 3},
    {"selectableSubmissions": 1},
    {"visibility": "unlisted", "objectionMinutes": 0},
]


@act
def edits(world: World, a: int, b: int) -> None:
    world.change(**CHANGES[a])


@act
def moves_the_end(world: World, a: int, b: int) -> None:
    end = world.at + timedelta(minutes=[0, 1, 61, 600, 3000, 9000, -5, 90][a])
    if b == 7:
        body = {
            "competitionName": "cup",
            "settings": {"deadline": f"{end:%Y-%m-%dT%H:%M:%SZ}"},
            "updateMask": "deadline",
        }
        world.ask(
            HOST, "post", "/api/v1/competitions.CompetitionApiService/UpdateCompetitionSettings", token=True, **body
        )
    else:
        world.change(endsAt=f"{end:%Y-%m-%dT%H:%M:%SZ}", reason=REASON if b else "")


@act
def changes_the_hosts(world: World, a: int, b: int) -> None:
    person = world.scenario.people[("other", "outsider", "participant", "other")[a % 4]]
    change = remove_host if b % 2 else add_host
    change(competition=world.competition, user=person, by=world.scenario.people["staff"], at=world.at)


BOARDS: list[dict[str, Any]] = [
    {"boardAudience": "own_row"},
    {"boardAudience": "hosts"},
    {"boardAudience": "everybody"},
    {"boardAudience": "participants"},
    {"boardFreezeMinutes": 60},
    {"boardFreezeMinutes": None, "boardFreezesAt": 0},
    {"boardFreezeMinutes": None, "boardFreezesAt": 30},
    {"boardFreezeMinutes": None, "boardFreezesAt": None},
]


@act
def hides_the_board(world: World, a: int, b: int) -> None:
    """Lets fewer people see the leaderboard, or has it stand still from some minutes from now."""
    body = dict(BOARDS[a])
    if (minutes := body.get("boardFreezesAt")) is not None:
        body["boardFreezesAt"] = f"{world.at + timedelta(minutes=minutes + b):%Y-%m-%dT%H:%M:%SZ}"
    world.change(**body, reason=REASON)


@act
def writes_a_metric(world: World, a: int, b: int) -> None:
    """Keeps a metric of one's own, has it tried out and lets it score; what organisers read of it afterwards."""
    address = f"{world.here}own-metrics/"
    ways = {"direction": "larger_is_better" if b == 7 else "smaller_is_better", "isShown": bool(b % 2)}
    if b == 4:
        world.ask("staff", "post", reverse("admin:competitions_ownmetric_add"), competition=world.pk, file=file_of(a))
    else:
        world.ask("staff", "post", address, file=file_of(a), **ways)
    newest = tables.OwnMetric.objects.filter(phase=world.phase.pk).order_by("-version").first()
    if newest is None:
        return
    # Who did not put the solution in, as the organiser of the walk does, is told by no metric of theirs whether the
    # private rows have a score (`trying._has_the_answers`); who did has them.
    world.ask("staff", "post", f"{address}{newest.version}/trial/")
    try_out(newest.pk, world.at)
    if b != 6:
        world.ask(HOST, "post", f"{address}{newest.version}/use/", reason=REASON if b != 5 else "")
    world.ask(HOST, "get", address)
    world.ask("staff", "get", f"{address}failures/")


@act
def copies_it(world: World, a: int, b: int) -> None:
    """Makes another competition of it, as a bundle or as a copy, with the solution or without, and looks at that.

    And asks for what people did, with every private score in it.
    """
    role = "staff" if b % 2 else HOST
    slug = f"next-{tables.Competition.objects.count()}"
    if a < 3:
        bundle = world.ask(role, "get", f"{API}bundle/")
        file = SimpleUploadedFile("cup.zip", bundle.body if bundle.status_code == 200 else b"")
        world.ask(role, "post", "/api/competition-bundles/", bundle=file, slug=slug)
    else:
        starts = f"{world.at + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
        body = {"title": "Next", "slug": slug, "startsAt": starts, "withSolution": a > 4}
        world.ask(role, "post", f"{API}clone/", **body)
    for place in ("", "solution/", "own-metrics/", "readiness/", "log/"):
        world.ask(role, "get", f"/api/competitions/{slug}/{place}")
    world.ask(role, "get", f"{API}archive/{'?pseudonyms=true' if a % 2 else ''}")


@act
def previews(world: World, a: int, b: int) -> None:
    world.ask(HOST, "get", f"{world.here}leaderboard/private/preview/{'csv/' if b % 2 else ''}")


@act
def deletes_in_the_admin(world: World, a: int, b: int) -> None:
    models_ = ["competition", "solution", "team", "standing", "logrow", "datafile"]
    name = f"admin:competitions_{models_[a % 6]}" if a < 6 else "admin:submissions_submission"
    model = {**{one._meta.model_name: one for one in STORED}, "datafile": tables.DataFile}.get(name.rpartition("_")[2])
    pk = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
    role = "staff" if b % 2 else HOST
    if pk is not None and b < 4:
        world.ask(role, "post", reverse(f"{name}_delete", args=[pk]), post="yes")
    elif pk is not None:
        body = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        world.ask(role, "post", reverse(f"{name}_changelist"), **body)


@act
def unconfirms(world: World, a: int, b: int) -> None:
    world.ask(HOST, "post", f"{world.here}private-leaderboard/unconfirm/", reason=REASON)


@act
def confirms_again(world: World, a: int, b: int) -> None:
    # The first confirmation is the end of what must not differ (`World.opens`).
    if world.may_open:
        confirms(world)


@act
def submits(world: World, a: int, b: int) -> None:
    role = ("owner", "participant", "member")[a % 3]
    team = world.scenario.things["rivals" if role == "participant" else "team"]
    content = predictions(a * 8 + b + 1)
    if b == 7:
        content = b"id,target\n1,1\n"
    if b == 6:
        world.scenario.asking = role
        token = kaggle.sent("submission", content, "submission.csv")(world.scenario)
        body = {"competitionName": "cup", "blobFileTokens": token}
        world.ask(role, "post", "/api/v1/competitions.CompetitionApiService/CreateSubmission", token=True, **body)
        return
    file = SimpleUploadedFile("submission.csv", content)
    address = "/teams/submissions/" if b == 5 else "/api/teams/submissions/"
    world.ask(role, "post", address, token=b == 5, team=team.pk, file=file, **world.query)


@act
def selects(world: World, a: int, b: int) -> None:
    rows = list(Submission.objects.order_by("pk").values_list("pk", flat=True))
    address = f"/api/submissions/{rows[(a * 8 + b) % len(rows)]}/selection/"
    world.ask(("owner", "participant")[a % 2], "delete" if b == 7 else "put", address)


@act
def leaves_or_enters(world: World, a: int, b: int) -> None:
    if a % 2:
        world.ask(("outsider", "participant", "member")[b % 3], "post", f"{API}enter/")
    else:
        world.ask("member" if b % 2 else "participant", "post", f"/api/teams/{world.scenario.ids['teams']}/leave/")


@act
def excludes(world: World, a: int, b: int) -> None:
    """Disqualifies a team, voids a submission, or takes either back."""
    teams = list(tables.Team.objects.filter(competition__slug="cup").order_by("pk").values_list("pk", flat=True))
    sent = list(Submission.objects.order_by("pk").values_list("pk", flat=True))
    said = {"reason": REASON, "isReasonPublic": bool(b % 2)}
    if a < 3:
        world.ask(HOST, "post", f"/api/submissions/{sent[(a * 8 + b) % len(sent)]}/exclusions/", **said)
    elif a < 5:
        world.ask(HOST, "post", f"/api/teams/{teams[b % len(teams)]}/exclusions/", **said)
    else:
        excluded = list(Exclusion.objects.order_by("pk").values_list("pk", flat=True))
        if excluded:
            world.ask(HOST, "post", f"/api/exclusions/{excluded[b % len(excluded)]}/lift/", reason=REASON)


@act
def moves_brackets(world: World, a: int, b: int) -> None:
    """Adds or removes a bracket, or puts a team into others; and what its leaderboards show afterwards."""
    known = list(tables.Bracket.objects.filter(competition=world.pk).order_by("pk").values_list("slug", flat=True))
    teams = list(tables.Team.objects.filter(competition=world.pk).order_by("pk").values_list("pk", flat=True))
    reason = REASON if b else ""
    if a == 0:
        by = "hosts" if b % 2 else "teams"
        body = {"slug": f"new-{len(known)}", "name": "New", "chosenBy": by, "reason": reason}
        world.ask(HOST, "post", f"{API}brackets/", **body)
    elif a == 1 and len(known) > 1:
        world.ask(HOST, "delete", f"{API}brackets/{known[-1]}/", reason=reason)
    else:
        role = HOST if a % 2 else "owner"
        wanted = [slug for place, slug in enumerate(known) if b >> place & 1]
        world.ask(
            role, "put", f"/api/teams/{teams[(a * 8 + b) % len(teams)]}/brackets/", brackets=wanted, reason=reason
        )
    asked = "?bracket=" + (known[b % len(known)] if known else "none")
    for board in ("public/", "history/", "private/", "private/preview/", "public/csv/"):
        world.ask(doors.ROLES[(a + b) % len(doors.ROLES)], "get", f"{world.here}leaderboard/{board}{asked}")


@act
def tries_out(world: World, a: int, b: int) -> None:
    """Tries a file out, and lets it stand on the leaderboard or takes it off."""
    file = SimpleUploadedFile("mean.csv", predictions(a * 8 + b + 1))
    world.ask(HOST, "post", f"{world.here}trials/", file=file)
    newest = Trial.objects.filter(phase=world.phase.pk).order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None and b % 3:
        world.ask(HOST, "put", f"{world.here}trials/{newest}/baseline/", name=f"Line {a}")
    elif newest is not None:
        world.ask(HOST, "delete", f"{world.here}trials/{newest}/baseline/")


@act
def asks_what_a_rescoring_would_do(world: World, a: int, b: int) -> None:
    """Has a dry run made, and reads what it says at once or later, when something else has changed."""
    asked = world.ask(HOST, "post", f"{world.here}dry-runs/")
    if asked.status_code == 201 and b != 7:
        analyses.work(asked.json()["id"], now=lambda: world.at)
    world.ask(HOST, "get", f"{world.here}dry-runs/")


@act
def plans_the_publication(world: World, a: int, b: int) -> None:
    """Takes it off the site, perhaps, and has it published again some time later."""
    if b % 2:
        world.change(isPublished=False, reason=REASON)
    moment = world.at + timedelta(minutes=[1, 10, 60, 90, 600, 1500, -5, 3000][a])
    world.ask(HOST, "put", f"{API}publication/", publishAt=f"{moment:%Y-%m-%dT%H:%M:%SZ}", publishAnyway=True)
    if b == 6:
        world.ask(HOST, "delete", f"{API}publication/")
    world.ask(HOST, "get", f"{API}publication/")


@act
def gives_extra(world: World, a: int, b: int) -> None:
    address = f"/api/teams/{world.scenario.ids['teams']}/extra-submissions/"
    world.ask(HOST, "post", address, count=a + 1, reason=REASON)


@act
def time_passes(world: World, a: int, b: int) -> None:
    world.at += timedelta(minutes=[0, 1, 10, 60, 90, 600, 1500, 3000][a])


@act
def the_end_comes(world: World, a: int, b: int) -> None:
    world.at = max(world.at, world.phase.ends_at + timedelta(seconds=a))


@act
def the_clock_steps_back(world: World, a: int, b: int) -> None:
    world.at -= timedelta(minutes=1 + a)


# What is done of the phase that is the same in both worlds.
ENDS_OF_OTHER = (10, 90, 3000, 30_000)


@act
def acts_in_the_other_phase(world: World, a: int, b: int) -> None:
    """Somebody submits to it, or organisers score, confirm or change it."""
    if world.phases is None:
        return
    other = f"{API}phases/{3 - world.number}/"
    match a:
        case 0 | 1:
            role = ("owner", "participant")[b % 2]
            team = world.scenario.things["rivals" if role == "participant" else "team"]
            file = SimpleUploadedFile("submission.csv", predictions(b))
            body = {"team": team.pk, "file": file, "phase": 3 - world.number}
            world.ask(role, "post", "/api/teams/submissions/", **body)
        case 2:
            end = world.at + timedelta(minutes=ENDS_OF_OTHER[b % 4])
            world.ask(HOST, "patch", other, endsAt=f"{end:%Y-%m-%dT%H:%M:%SZ}", reason=REASON)
        case 3:
            world.ask(HOST, "post", f"{other}scoring-runs/", kind="rescore" if b % 2 else "private", reason=REASON)
            the_worker_works(world, a, b)
        case 4:
            world.ask(HOST, "post", f"{other}private-leaderboard/{'un' if b % 4 == 3 else ''}confirm/", reason=REASON)
        case 5:
            file = SimpleUploadedFile("solution.csv", OTHER_SOLUTION.replace(b"2,2,", f"2,{b},".encode()))
            world.ask(HOST, "put", f"{other}solution/", file=file, reason=REASON, acceptRefusals=True)
        case 6:
            starts = world.at + timedelta(minutes=60 * b)
            body = {"name": "Third", "startsAt": f"{starts:%Y-%m-%dT%H:%M:%SZ}"}
            world.ask(HOST, "post", f"{API}phases/", **body, endsAt=f"{starts + DAY:%Y-%m-%dT%H:%M:%SZ}", reason=REASON)
        case 7:
            newest = tables.Phase.objects.filter(competition=world.pk).latest("number").number
            world.ask(HOST, "delete", f"{API}phases/{newest if b else 3 - world.number}/", reason=REASON)
    for board in ("public/", "history/", "private/", "private/preview/"):
        world.ask(doors.ROLES[(a + b) % len(doors.ROLES)], "get", f"{other}leaderboard/{board}")


RULES: list[dict[str, Any]] = [
    {"entryRule": "best", "entryCount": 1, "entryBoard": "confirmed", "takesOver": "selected"},
    {"entryRule": "best", "entryCount": 1, "entryBoard": "public", "takesOver": "best"},
    {"entryRule": "share", "entryPercent": 50, "entryBoard": "confirmed"},
    {"entryRule": "teams", "takesOver": "best"},
    {"entryRule": "baseline", "entryBaseline": "Line 1", "entryBoard": "confirmed"},
    {"entryRule": "list"},
    {"entryRule": "everybody", "takesOver": "selected"},
]


@act
def lets_phases_go_by_each_other(world: World, a: int, b: int) -> None:
    """Says who gets on from the phase with the secret into the other one, or how both make one ranking."""
    if world.phases is None:
        return
    other = f"{API}phases/{3 - world.number}/"
    if a < len(RULES):
        by = {} if RULES[a]["entryRule"] == "list" else {"entryPhase": world.number}
        world.ask(HOST, "patch", other, **RULES[a], **by, reason=REASON if b else "")
    else:
        rule = ("mean_rank", "points", "weighted_score", "last")[b % 4]
        world.ask(HOST, "patch", API, combinedRule=rule, reason=REASON if b else "")
    the_worker_works(world, a, b)
    for role in doors.ROLES:
        for place in ("phases/", "leaderboard/combined/", "leaderboard/combined/csv/", "log/"):
            world.ask(role, "get", f"{API}{place}")
        world.ask(role, "get", f"{other}leaderboard/public/")
    world.ask(HOST, "get", f"{other}teams/")
    world.ask("owner", "get", f"/api/teams/{world.scenario.ids['teams']}/submissions/?phase={3 - world.number}")


def confirms(world: World) -> None:
    if world.ask(HOST, "post", f"{world.here}private-leaderboard/confirm/").status_code == 200:
        world.was_opened = True
