"""The command lines people already have, unmodified, against the real server.

The kaggle package looks for http://localhost; HTTP_PROXY leads that to the server, which takes the absolute addresses a
proxy gets. Versions are in the tests' names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import zipfile

import pytest

from tests.e2e.real_clients import (
    EVERY_KAGGLE,
    GURUGURU,
    KAGGLE_1_7,
    KAGGLE_BEFORE,
    KAGGLE_NOW,
    KAGGLE_OLDEST,
    KAGGLEHUB,
    KAGGLES,
    UZU,
    Client,
    kaggle_client,
)

RUNNING, CONFIRMED, UPCOMING = "demo-diabetes", "demo-breast-cancer", "demo-digits"
NUMBERS = itertools.count()

NEWCOMER = """
from django.utils import timezone
from allauth.account.models import EmailAddress
from accounts.models import User
from accounts.tokens import create_token
from competitions.models import Competition
from competitions.teams.entries import enter
name, slugs = {name!r}, {slugs!r}
user = User.objects.create_user(name, name + "@example.org", "uzu-demo")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
for slug in slugs:
    enter(competition=Competition.objects.get(slug=slug), user=user, accept_rules=True, at=timezone.now())
print("TOKEN " + create_token(user=user, name="e2e", at=timezone.now())[1])
"""

# A competition nobody else looks for: with rules to accept, or over and closed to late files.
CLOSED = """
from datetime import timedelta
from django.utils import timezone
from competitions.models import Competition
at = timezone.now()
if not Competition.objects.filter(slug={slug!r}).exists():
    Competition.objects.create(
        slug={slug!r}, title="Closed", metric="rmse", is_published=True, visibility="unlisted", rules_required={rules},
        allows_late_submissions=False, starts_at=at - timedelta(hours=9), ends_at=at + timedelta(hours={hours}),
    )
"""
TAKES_PART = """
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition, Membership, Standing, Team
cup, user, at = Competition.objects.get(slug={slug!r}), User.objects.get(username={name!r}), timezone.now()
team = Team.objects.create(competition=cup, owner=user, name={name!r}, created_at=at)
Membership.objects.create(team=team, user=user, competition=cup, joined_at=at)
Standing.objects.create(team=team, competition=cup, phase=cup.phase)
"""
STAFF = "from accounts.models import User; User.objects.filter(username={name!r}).update(is_staff=True)"


@pytest.fixture
def newcomer(server):
    """`newcomer("demo-diabetes")`: somebody who takes part there and has not submitted; (user name, token)."""

    def make(*slugs):
        name = f"newcomer{next(NUMBERS)}"
        printed = server.manage("shell", "-v", "0", "-c", NEWCOMER.format(name=name, slugs=list(slugs)))
        return name, printed.rsplit("TOKEN ", 1)[1].strip()

    return make


@pytest.fixture
def kaggle(request, server, newcomer, tmp_path):
    name, token = newcomer(RUNNING)
    return kaggle_client(request.param, tmp_path, server=server.url, username=name, key=token)


def table_in(printed):
    """The rows of a table that was printed as CSV, below whatever stands before it."""
    lines = [line for line in printed.splitlines() if "," in line and not line.startswith("Next Page Token")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def sample(folder):
    """The text of the sample submission that was downloaded into `folder`, and its ids."""
    text = (folder / "sample_submission.csv").read_text()
    return text, [row["id"] for row in csv.DictReader(io.StringIO(text))]


@pytest.mark.parametrize("kaggle", KAGGLES, indirect=True, ids=str)
class TestKaggle:
    def test_lists_competitions(self, kaggle):
        rows = list(csv.DictReader(io.StringIO(kaggle.ok("kaggle", "competitions", "list", "-v"))))

        slugs = {row["ref"].rsplit("/", 1)[-1]: row for row in rows}
        assert set(slugs) >= {RUNNING, CONFIRMED, UPCOMING}
        assert (slugs[RUNNING]["userHasEntered"], slugs[CONFIRMED]["userHasEntered"]) == ("True", "False")

    def test_filters_sorts_and_pages(self, kaggle):
        entered = kaggle.ok("kaggle", "competitions", "list", "--group", "entered", "-v")
        found = kaggle.ok("kaggle", "competitions", "list", "-s", "breast", "-v")
        first = kaggle.ok(
            "kaggle", "competitions", "list", "--sort-by", "latestDeadline", "--page-size", "1", "-v"
        ).splitlines()

        assert (RUNNING in entered, CONFIRMED in entered) == (True, False)
        assert (RUNNING in found, CONFIRMED in found) == (False, True)
        token = next(line for line in first if line.startswith("Next Page Token")).rsplit(" ", 1)[1]
        assert RUNNING in first[-1]
        second = kaggle.ok(
            "kaggle", "competitions", "list", "--sort-by", "latestDeadline", "--page-size", "1",
            "--page-token", token, "-v",
        )  # fmt: skip
        assert UPCOMING in second

    def test_downloads_data_in_one_archive_and_one_by_one(self, kaggle):
        names = kaggle.ok("kaggle", "competitions", "files", RUNNING, "-v")
        kaggle.ok("kaggle", "competitions", "download", RUNNING, "-p", "out", "-q")
        kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "train.csv", "-p", "out", "-q")

        with zipfile.ZipFile(kaggle.home / "out" / f"{RUNNING}.zip") as archive:
            assert archive.testzip() is None
            assert all(name in names for name in archive.namelist())
            assert archive.read("train.csv") == (kaggle.home / "out" / "train.csv").read_bytes()

    def test_submits_and_sees_its_score_its_place_and_what_is_left(self, kaggle):
        kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "sample_submission.csv", "-q")
        printed = kaggle.ok(
            "kaggle", "competitions", "submit", RUNNING, "-f", "sample_submission.csv", "-m", "first try", "-q"
        )

        assert "Successfully submitted to Diabetes Progression Challenge" in printed
        board = kaggle.ok("kaggle", "competitions", "leaderboard", RUNNING, "--show", "-v")
        assert kaggle.environment["KAGGLE_USERNAME"] in board
        kaggle.ok("kaggle", "competitions", "leaderboard", RUNNING, "--download", "-p", "board")
        with zipfile.ZipFile(kaggle.home / "board" / f"{RUNNING}.zip") as archive:
            (name,) = archive.namelist()
            assert kaggle.environment["KAGGLE_USERNAME"] in archive.read(name).decode()

    def test_a_bad_file_is_refused_with_its_places(self, kaggle):
        (kaggle.home / "bad.csv").write_text("id,x\n1,2\n")
        result = kaggle("kaggle", "competitions", "submit", RUNNING, "-f", "bad.csv", "-m", "bad")

        assert result.returncode == 1
        assert "progression" in result.stdout + result.stderr

    def test_the_limit_of_the_day_is_told(self, kaggle):
        kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "sample_submission.csv", "-q")
        command = ["kaggle", "competitions", "submit", RUNNING, "-f", "sample_submission.csv", "-m", "again", "-q"]
        for _ in range(5):
            kaggle.ok(*command)
        result = kaggle(*command)

        assert result.returncode == 1
        assert "5 submissions of the day" in result.stdout + result.stderr

    @pytest.mark.parametrize(
        ("slug", "words"),
        [
            ("nothing-here", "There is no competition"),
            (UPCOMING, "Join the competition first."),
            (CONFIRMED, "Join the competition first."),
        ],
    )
    def test_who_may_not_submit_is_told_why(self, kaggle, slug, words):
        (kaggle.home / "a.csv").write_text("id,x\n1,2\n")
        result = kaggle("kaggle", "competitions", "submit", slug, "-f", "a.csv", "-m", "x")

        assert result.returncode == 1
        assert words in result.stdout + result.stderr

    def test_rules_are_accepted_first(self, kaggle, server):
        server.manage("shell", "-v", "0", "-c", CLOSED.format(slug="strict", rules=True, hours=1))
        self.expect(kaggle, server, "strict", "Accept the rules of the competition first")

    def test_after_the_end_nothing_is_taken_where_late_files_are_not(self, kaggle, server):
        server.manage("shell", "-v", "0", "-c", CLOSED.format(slug="over", rules=False, hours=-1))
        self.expect(kaggle, server, "over", "The competition has ended.")

    def expect(self, kaggle, server, slug, words):
        name = kaggle.environment["KAGGLE_USERNAME"]
        server.manage("shell", "-v", "0", "-c", TAKES_PART.format(slug=slug, name=name))
        (kaggle.home / "a.csv").write_text("id,x\n1,2\n")
        result = kaggle("kaggle", "competitions", "submit", slug, "-f", "a.csv", "-m", "x")

        assert result.returncode == 1
        assert words in result.stdout + result.stderr

    def test_wrong_credentials_end_in_an_error(self, kaggle):
        kaggle.environment["KAGGLE_KEY"] = "uzu_wrong"
        result = kaggle("kaggle", "competitions", "list")

        assert result.returncode == 1
        assert RUNNING not in result.stdout

    def test_a_token_alone_is_enough(self, kaggle):
        kaggle.environment["KAGGLE_API_TOKEN"] = kaggle.environment.pop("KAGGLE_KEY")
        kaggle.environment.pop("KAGGLE_USERNAME")

        assert RUNNING in kaggle.ok("kaggle", "competitions", "list", "-v")

    def test_the_confirmed_private_leaderboard_takes_the_public_ones_place(self, kaggle, server):
        shown = list(
            csv.DictReader(io.StringIO(kaggle.ok("kaggle", "competitions", "leaderboard", CONFIRMED, "--show", "-v")))
        )

        private = server.json(f"/api/competitions/{CONFIRMED}/leaderboard/private/")["results"]
        assert [row["teamName"] for row in shown][:5] == [row["team"]["name"] for row in private][:5]


@pytest.mark.parametrize("kaggle", [KAGGLE_NOW, KAGGLE_BEFORE], indirect=True, ids=str)
class TestKaggleNow:
    """What the release of a year ago can't do, or fails at before it sends anything (its `submissions`)."""

    def test_lists_its_submissions_and_what_is_left(self, kaggle):
        kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "sample_submission.csv", "-q")
        kaggle.ok("kaggle", "competitions", "submit", RUNNING, "-f", "sample_submission.csv", "-m", "first try", "-q")

        (row,) = csv.DictReader(io.StringIO(kaggle.ok("kaggle", "competitions", "submissions", RUNNING, "-v")))
        assert (row["status"], row["description"]) == ("SubmissionStatus.COMPLETE", "first try")
        assert float(row["publicScore"]) > 0
        assert row["privateScore"] == ""
        assert "Remaining today: 4" in kaggle.ok("kaggle", "competitions", "submission-limits", RUNNING)

    def test_reads_pages_topics_and_hosts(self, kaggle):
        assert "rules" in kaggle.ok("kaggle", "competitions", "pages", "-c", RUNNING)
        assert kaggle.ok("kaggle", "competitions", "topics", "list", RUNNING)
        assert "host" in kaggle.ok("kaggle", "competitions", "hosts", RUNNING)

    def test_reads_a_discussion_and_the_forums(self, kaggle):
        listed = list(csv.DictReader(io.StringIO(kaggle.ok("kaggle", "competitions", "topics", "list", RUNNING, "-v"))))
        topic = listed[0]["id"]

        assert listed[0]["title"] in kaggle.ok("kaggle", "competitions", "topics", "show", topic)
        assert kaggle.ok("kaggle", "competitions", "topics", "show", f"{RUNNING}/{topic}", "--page-size", "1")
        assert kaggle.ok("kaggle", "competitions", "topic-messages", RUNNING, topic, "-s", "new", "-n", "10")
        assert "General" in kaggle.ok("kaggle", "forums", "list")
        assert listed[0]["title"] in kaggle.ok("kaggle", "forums", "topics", "list", RUNNING)

    def test_reads_a_teams_place(self, kaggle):
        board = list(
            csv.DictReader(io.StringIO(kaggle.ok("kaggle", "competitions", "leaderboard", RUNNING, "--show", "-v")))
        )

        place = kaggle.ok("kaggle", "competitions", "team-submissions", board[0]["teamId"])

        assert board[0]["score"] in place

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("kernels list", "does not run notebooks"),
            ("kernels status alice/my-notebook", "does not run notebooks"),
            ("quota", "does not run notebooks"),
            ("competitions episodes 991", "no episodes"),
            ("datasets list", "competitions and their discussions only"),
        ],
    )
    def test_is_told_what_is_not_here(self, kaggle, command, words):
        result = kaggle("kaggle", *command.split())

        assert result.returncode == 1
        assert words in result.stdout + result.stderr

    def test_an_organiser_makes_fills_and_launches_a_competition(self, kaggle, server):
        """From an empty folder to a competition that scores, by the commands alone."""
        name, slug = kaggle.environment["KAGGLE_USERNAME"], f"made-by-{kaggle.environment['KAGGLE_USERNAME']}"
        server.manage("shell", "-v", "0", "-c", STAFF.format(name=name))
        folder = kaggle.home / "new"
        (folder / "data" / "images").mkdir(parents=True)
        (folder / "data" / "sample_submission.csv").write_text("id,y\n1,0\n2,0\n")
        (folder / "data" / "images" / "a.bin").write_bytes(bytes(range(256)))
        (folder / "solution.csv").write_text("id,y,Usage\n1,1,Public\n2,2,Private\n")
        kaggle.ok("kaggle", "competitions", "init", "new")
        metadata = json.loads((folder / "competition-metadata.json").read_text())
        metadata |= {"title": "Made here", "slug": slug, "briefDescription": "By commands.", "privacy": "LIMITED"}
        (folder / "competition-metadata.json").write_text(json.dumps(metadata))
        (folder / "settings.json").write_text(json.dumps({"title": "Renamed", "rulesRequired": False}))

        assert "Competition created" in kaggle.ok("kaggle", "competitions", "create", "-p", "new")
        kaggle.ok("kaggle", "competitions", "settings", "update", slug, "-f", "new/settings.json")
        assert "Renamed" in kaggle.ok("kaggle", "competitions", "settings", "get", slug)
        kaggle.ok("kaggle", "competitions", "solution", "create", slug, "-p", "new/solution.csv")
        assert "total=2" in kaggle.ok("kaggle", "competitions", "solution", "status", slug)
        kaggle.ok("kaggle", "competitions", "data", "update", slug, "-p", "new/data", "-m", "v1")
        files = kaggle.ok("kaggle", "competitions", "files", slug, "-v")
        assert ("images/a.bin" in files, "sample_submission.csv" in files) == (True, True)
        kaggle.ok("kaggle", "competitions", "launch", slug, "--at", "2020-01-01T00:00:00Z")
        server.manage("shell", "-v", "0", "-c", TAKES_PART.format(slug=slug, name=name))
        file = "new/data/sample_submission.csv"
        printed = kaggle.ok("kaggle", "competitions", "submit", slug, "-f", file, "-m", "works")
        assert "Successfully submitted to Renamed" in printed


@pytest.mark.parametrize("kaggle", EVERY_KAGGLE, indirect=True, ids=str)
def test_a_day_with_every_release(kaggle):
    """The commands that every release has, as the documentation names them."""
    listed = kaggle.ok("kaggle", "competitions", "list", "-p", "0", "-v")
    assert {RUNNING, CONFIRMED, UPCOMING} <= {row["ref"].rsplit("/", 1)[-1] for row in table_in(listed)}
    assert RUNNING in kaggle.ok("kaggle", "competitions", "list", "--group", "entered", "-v")
    assert "sample_submission.csv" in kaggle.ok("kaggle", "competitions", "files", RUNNING, "-v")
    kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "sample_submission.csv", "-q")
    command = ["kaggle", "competitions", "submit", RUNNING, "-f", "sample_submission.csv", "-m", "same as always", "-q"]
    printed = kaggle.ok(*command)
    for line in ("Successfully submitted to", "Public score: ", "Rank: ", "4 submissions left today."):
        assert line in printed
    if kaggle.package is not KAGGLE_OLDEST:  # it fails in itself, before it sends anything
        (row,) = table_in(kaggle.ok("kaggle", "competitions", "submissions", RUNNING, "-v"))
        assert (row["status"], row["description"]) == ("SubmissionStatus.COMPLETE", "same as always")
    shown = table_in(kaggle.ok("kaggle", "competitions", "leaderboard", RUNNING, "--show", "-v"))
    kaggle.ok("kaggle", "competitions", "leaderboard", RUNNING, "--download", "-p", "board", "-q")
    with zipfile.ZipFile(kaggle.home / "board" / f"{RUNNING}.zip") as archive:
        (name,) = archive.namelist()
        rows = table_in(archive.read(name).decode())
    assert ":" not in name
    assert [(row["TeamId"], row["Score"]) for row in rows][: len(shown)] == [
        (row["teamId"], row["score"]) for row in shown
    ]
    assert kaggle.environment["KAGGLE_USERNAME"] in {row["TeamMemberUserNames"] for row in rows}


@pytest.mark.parametrize("kaggle", [KAGGLE_1_7], indirect=True, ids=str)
@pytest.mark.parametrize(
    "command", ["competitions list", f"competitions files {RUNNING}", f"competitions submit {RUNNING} -f a.csv -m x"]
)
def test_the_release_before_1_8_is_told_what_would_help(kaggle, command):
    (kaggle.home / "a.csv").write_text("id,x\n1,2\n")
    result = kaggle("kaggle", *command.split())

    assert result.returncode != 0
    assert "from version 1.8 on" in result.stdout + result.stderr


@pytest.mark.parametrize("kaggle", [KAGGLE_NOW], indirect=True, ids=str)
def test_what_else_the_documentation_names(kaggle):
    kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "sample_submission.csv", "-q")
    submit = ["kaggle", "competitions", "submit", RUNNING, "-f", "sample_submission.csv", "-m", "x"]

    assert "Public score: " in kaggle.ok(*submit, "--sandbox")
    assert "rules" in kaggle.ok("kaggle", "competitions", "pages", "-c", RUNNING, "--content")
    for command, words in (
        ("models list", "competitions and their discussions only"),
        ("competitions replay 5", "no episodes"),
        ("competitions logs 5 0", "no episodes"),
        (f"competitions submit {RUNNING} -k alice/my-notebook -v 1 -f a.csv -m x", "notebook"),
    ):
        refused = kaggle("kaggle", *command.split())
        assert refused.returncode == 1
        assert words in refused.stdout + refused.stderr


@pytest.mark.parametrize("kaggle", [KAGGLE_NOW], indirect=True, ids=str)
def test_a_category_is_refused_with_the_reason(kaggle):
    result = kaggle("kaggle", "competitions", "list", "--category", "featured")

    assert result.returncode == 1
    assert "no such categories" in result.stdout + result.stderr


@pytest.mark.parametrize("kaggle", [KAGGLE_NOW], indirect=True, ids=str)
def test_the_limit_of_the_day_is_not_called_a_rate_limit(kaggle):
    kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "sample_submission.csv", "-q")
    command = ["kaggle", "competitions", "submit", RUNNING, "-f", "sample_submission.csv", "-m", "again", "-q"]
    for _ in range(5):
        kaggle.ok(*command)
    result = kaggle(*command)

    assert "5 submissions of the day" in result.stdout + result.stderr
    assert "rate limited" not in result.stdout + result.stderr


@pytest.mark.parametrize("kaggle", [KAGGLE_NOW], indirect=True, ids=str)
def test_the_newest_release_shows_and_fetches_one_submission(kaggle):
    kaggle.ok("kaggle", "competitions", "download", RUNNING, "-f", "sample_submission.csv", "-q")
    kaggle.ok("kaggle", "competitions", "submit", RUNNING, "-f", "sample_submission.csv", "-m", "first try", "-q")
    (row,) = csv.DictReader(io.StringIO(kaggle.ok("kaggle", "competitions", "submissions", RUNNING, "-v")))

    assert "first try" in kaggle.ok("kaggle", "competitions", "submission", row["ref"])
    kaggle.ok("kaggle", "competitions", "submission-download", row["ref"], "-p", "again", "-q")
    again, sent = kaggle.home / "again" / "sample_submission.csv", kaggle.home / "sample_submission.csv"
    assert again.read_bytes() == sent.read_bytes()


def test_kagglehub_downloads_and_keeps_what_has_not_changed(server, newcomer, tmp_path):
    name, token = newcomer(RUNNING)
    client = kaggle_client(KAGGLEHUB, tmp_path, server=server.url, username=name, key=token)
    code = f"import kagglehub; print('PATH', kagglehub.competition_download({RUNNING!r}))"

    first, second = client.ok("python", "-c", code), client.ok("python", "-c", code)

    assert first.rsplit("PATH ", 1)[1] == second.rsplit("PATH ", 1)[1]
    folder = tmp_path / ".cache" / "kagglehub" / "competitions" / RUNNING
    assert {file.name for file in folder.glob("*.csv")} == {"train.csv", "test.csv", "sample_submission.csv"}


def test_kagglehub_downloads_one_file_and_says_who_may_not(server, newcomer, tmp_path):
    name, token = newcomer(RUNNING)
    client = kaggle_client(KAGGLEHUB, tmp_path, server=server.url, username=name, key=token)
    code = (
        "import kagglehub; print('PATH', kagglehub.competition_download({!r}, path='train.csv', force_download=True))"
    )

    path = client.ok("python", "-c", code.format(RUNNING)).rsplit("PATH ", 1)[1].strip()
    refused = client("python", "-c", code.format(UPCOMING))

    assert (tmp_path / path).read_bytes() == server.get(
        next(
            one["url"]
            for one in server.json(f"/api/competitions/{RUNNING}/data/", token=token)
            if one["name"] == "train.csv"
        ),
        token=token,
    )
    assert refused.returncode == 1
    assert f"/competitions/{UPCOMING}/rules" in refused.stderr


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_kagglehub_knows_whose_token_it_holds(server, newcomer, tmp_path, scheme):
    name, token = newcomer()
    client = kaggle_client(KAGGLEHUB, tmp_path, server=server.url, username=name, key=token)
    if scheme == "Bearer":
        client.environment["KAGGLE_API_TOKEN"] = client.environment.pop("KAGGLE_KEY")
        client.environment.pop("KAGGLE_USERNAME")
    code = "import kagglehub; print('I AM', kagglehub.whoami()['username'])"

    assert f"I AM {name}" in client.ok("python", "-c", code)
    client.environment["KAGGLE_API_TOKEN" if scheme == "Bearer" else "KAGGLE_KEY"] = "uzu_wrong"
    refused = client("python", "-c", code)
    assert (refused.returncode, "Unauthenticated" in refused.stderr) == (1, True)


@pytest.mark.parametrize(("good", "said"), [(True, "successfully validated"), (False, "Invalid Kaggle credentials")])
def test_kagglehub_login_checks_the_token(server, newcomer, tmp_path, good, said):
    name, token = newcomer()
    client = kaggle_client(KAGGLEHUB, tmp_path, server=server.url, username=name, key="")
    for variable in ("KAGGLE_USERNAME", "KAGGLE_KEY"):
        client.environment.pop(variable)
    token = token if good else "uzu_wrong"
    # The password prompt of the client reads a terminal; what it hands on is the same.
    code = f"import getpass, kagglehub; getpass.getpass = lambda *_: {token!r}; kagglehub.login()"

    result = client("python", "-c", code)

    assert result.returncode == 0
    assert said in result.stdout + result.stderr


class TestGuruguru:
    @pytest.fixture
    def guruguru(self, server, newcomer, tmp_path):
        GURUGURU.install()
        self.name, self.token = newcomer(RUNNING)
        return Client(GURUGURU, tmp_path, {"GURUGURU_BASE_URL": f"{server.url}/"})

    def test_signs_in_submits_and_shows_the_leaderboards(self, guruguru, server):
        assert "Login Success!" in guruguru.ok("guruguru", "auth", "login", stdin=f"{self.name}\nuzu-demo\n")
        text = server.get(f"/api/competitions/{RUNNING}/data/", token=self.token)
        address = next(one["url"] for one in json.loads(text) if one["isSampleSubmission"])
        (guruguru.home / "submission.csv").write_bytes(server.get(address, token=self.token))

        printed = guruguru.ok("guruguru", "submit", "create", "-c", RUNNING, "--file", "submission.csv")

        assert "Submission Success" in printed
        assert "- Public:" in printed
        assert "- Private:" not in printed
        assert self.name in guruguru.ok("guruguru", "competition", "lb", "-c", RUNNING, "--n_top", "50")

    def test_shows_the_confirmed_private_leaderboard_with_all_columns(self, guruguru):
        printed = guruguru.ok("guruguru", "competition", "lb", "-c", CONFIRMED, "--private", "--n_top", "3")

        for column in ("privateRank", "bestPrivateScore", "bestPublicScore", "lastSubmittedAt", "totalSubmissions"):
            assert column in printed

    def test_the_private_leaderboard_stays_closed_while_it_runs(self, guruguru):
        result = guruguru("guruguru", "competition", "lb", "-c", RUNNING, "--private")

        assert result.returncode == 1
        assert "bestPrivateScore" not in result.stdout

    def test_a_wrong_password_is_told(self, guruguru):
        result = guruguru("guruguru", "auth", "login", stdin=f"{self.name}\nwrong\nwrong\nwrong\n")

        assert "[Failed]" in result.stdout
        assert "Login Success!" not in result.stdout

    def test_a_bad_file_carries_our_message(self, guruguru):
        guruguru.ok("guruguru", "auth", "login", stdin=f"{self.name}\nuzu-demo\n")
        (guruguru.home / "bad.csv").write_text("id,x\n1,2\n")
        result = guruguru("guruguru", "submit", "create", "-c", RUNNING, "--file", "bad.csv")

        assert result.returncode == 1
        assert "missing_columns" in result.stderr


class TestUzu:
    @pytest.fixture
    def uzu(self, server, newcomer, tmp_path):
        UZU.install()
        self.name, self.token = newcomer(RUNNING)
        client = Client(UZU, tmp_path, {"UZU_PASSWORD": "uzu-demo"})
        client.ok("uzu", "login", server.url, "-u", self.name)
        return client

    def test_from_download_to_a_place_on_the_leaderboard(self, uzu):
        uzu.ok("uzu", "download", RUNNING, "-o", "data")
        uzu.ok("uzu", "diff", RUNNING)
        answer = json.loads(
            uzu.ok("uzu", "submit", RUNNING, "data/sample_submission.csv", "-m", "hi", "--cv", "3", "--watch", "--json")
        )
        changes = json.loads(uzu.ok("uzu", "diff", RUNNING, "--json"))

        assert (answer["submission"]["memo"], answer["submission"]["cvScore"]) == ("hi", 3.0)
        assert [one["kind"] for one in changes if one["isMine"]] == ["new"]
        rows = json.loads(uzu.ok("uzu", "lb", RUNNING, "--json", "-n", "1"))
        assert any(row["isMine"] for row in rows)
        assert "hi" in uzu.ok("uzu", "submissions", RUNNING)

    def test_a_file_unlike_the_sample_never_leaves_the_machine(self, uzu):
        (uzu.home / "bad.csv").write_text("id,x\n1,2\n")
        result = uzu("uzu", "submit", RUNNING, "bad.csv")

        assert (result.returncode, "the columns differ" in result.stderr) == (1, True)
        assert json.loads(uzu.ok("uzu", "submissions", RUNNING, "--json")) == []

    def test_every_command_of_the_documentation(self, uzu, server):
        assert RUNNING in uzu.ok("uzu", "competitions")
        assert self.name in uzu.ok("uzu", "whoami")
        assert "rules" in uzu.ok("uzu", "pages", RUNNING)
        assert uzu.ok("uzu", "pages", RUNNING, "rules").strip()
        refused = uzu("uzu", "enter", UPCOMING)
        if refused.returncode:
            assert "--accept-rules" in refused.stderr
            uzu.ok("uzu", "enter", UPCOMING, "--accept-rules")
        assert "5 of 5 left today" in uzu.ok("uzu", "limits", RUNNING)
        uzu.ok("uzu", "download", RUNNING, "-o", "data", "-q")
        answer = json.loads(uzu.ok("uzu", "submit", RUNNING, "data/sample_submission.csv", "--watch", "--json"))
        uzu.ok("uzu", "select", str(answer["submission"]["id"]))
        assert "✓" in uzu.ok("uzu", "submissions", RUNNING)
        uzu.ok("uzu", "select", "--off", str(answer["submission"]["id"]))
        assert "_UZU_COMPLETE" in uzu.ok("uzu", "completion", "bash")
        uzu.environment |= {"_UZU_COMPLETE": "bash_complete", "COMP_WORDS": "uzu lb demo-dia", "COMP_CWORD": "2"}
        assert f"plain,{RUNNING}" in uzu.ok("uzu")

    def test_a_refused_transfer_leaves_no_empty_bar(self, uzu):
        (uzu.home / "a.csv").write_text("id\n1\n")
        for command in (["download", UPCOMING], ["push", RUNNING, "a.csv"], ["submit", "nothing", "a.csv"]):
            refused = uzu("uzu", *command)
            assert (refused.returncode, refused.stderr.count("\n"), "0/?" in refused.stderr) == (1, 1, False)

    def test_runs_the_kaggle_command_against_any_server(self, uzu):
        assert RUNNING in uzu.ok("uzu", "kaggle", "competitions", "list", "--group", "entered", "-v")

    def test_an_organiser_publishes_a_large_file_in_parts(self, server, tmp_path):
        UZU.install()
        host = Client(UZU, tmp_path, {"UZU_PASSWORD": server.password})
        host.ok("uzu", "login", server.url, "-u", "host")
        content = bytes(range(256)) * (20 * 2**20 // 256)
        (tmp_path / "images.bin").write_bytes(content)

        host.ok("uzu", "push", UPCOMING, "images.bin", "--replace", "-q")

        listed = json.loads(host.ok("uzu", "files", UPCOMING, "--json"))
        (found,) = [one for one in listed if one["name"] == "images.bin"]
        assert (found["size"], found["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())

    def test_a_notebook_submits_frames(self, uzu):
        uzu.ok("uzu", "download", RUNNING, "-o", "data")
        code = f"""
import pandas, polars, uzu
frame = pandas.read_csv("data/sample_submission.csv")
print("RANK", uzu.submit(frame, {RUNNING!r}, memo="pandas", cv=1.5).rank)
print("SCORE", uzu.submit(polars.from_pandas(frame), {RUNNING!r}).score)
try:
    uzu.submit(frame.head(3), {RUNNING!r})
except uzu.FrameMismatch as mismatch:
    print("MISMATCH", mismatch)
"""
        printed = uzu.ok("python", "-c", code)

        assert int(printed.split("RANK ")[1].split()[0]) > 0
        assert float(printed.split("SCORE ")[1].split()[0]) > 0
        assert "ids are missing" in printed.split("MISMATCH ")[1]
