"""A day of a competition on the containers of docker-compose.yml, one web and one worker of which die in the middle.

The second web and the second worker, and the proxy, are held as deploy/kubernetes holds them: nothing can be written but
what is a folder of their own, no capability, no way to one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import yaml

from tests.e2e.server import ROOT
from tests.images.conftest import SECRETS
from tests.images.stack import Stack, wait_for

TEAMS, SUBMISSIONS_EACH, ROWS = 6, 12, 20_000
HOST = "uzu.example.org"
SETTINGS = {
    **SECRETS,
    "UZU_COMMIT": "2222222",
    # The one name of the site: not one of those that a container calls itself.
    "UZU_URL": f"http://{HOST}",
    "ALLOWED_HOSTS": HOST,
    "UZU_SITE_NAME": "Day of images",
    "UZU_END_NOTICE_SECONDS": "0",
    "UZU_THROTTLE_SUBMISSIONS": "10000/min",
    "UZU_SCORING_LEASE_SECONDS": "10",
    "UZU_SCORING_WORKERS": "2",
    "WEB_CONCURRENCY": "1",
}
BUILD = f"""
import io, json
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from accounts.tokens import create_token
from competitions.models import Competition
from competitions.solution.services import replace_solution
now = timezone.now()
host = User.objects.create_user("organiser", "organiser@example.org")
cup = Competition.objects.create(title="Day", slug="day", starts_at=now - timedelta(days=1), ends_at=now + timedelta(hours=1),
    is_published=True, rules_required=False, metric="mae", daily_submission_limit=None)
cup.hosts.add(host)
rows = "".join(f"{{n}},0.0,{{'Public' if n < {ROWS} // 2 else 'Private'}}\\n" for n in range({ROWS}))
replace_solution(phase=cup.phase, file=io.BytesIO(("id,target,Usage\\n" + rows).encode()), filename="s.csv", by=host, at=now)
users = [host] + [User.objects.create_user(f"user{{t}}", f"user{{t}}@example.org") for t in range({TEAMS})]
print("TOKENS", json.dumps([create_token(user=user, name="day", at=now)[1] for user in users]))
"""


def held_as_in_the_cluster(component: str) -> list[str]:
    """Options of a container by what the manifest of `component` says of its security and its folders."""
    documents = yaml.safe_load_all((ROOT / "deploy/kubernetes/site" / f"{component}.yaml").read_text())
    (pod,) = (found["spec"]["template"]["spec"] for found in documents if found["kind"] == "Deployment")
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    user = pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]
    empty = {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}
    folders = [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] in empty]
    return [
        *("--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges"),
        "--user={}:{}".format(*user),
        # Folders of its own: in memory, or a volume, which belongs to the user as the cluster's do by `fsGroup`.
        *(
            f"--tmpfs={folder}:rw" if folder == "/tmp" else f"--volume={component}-alone:{folder}:rw"
            for folder in folders
        ),
    ]


@pytest.fixture(scope="module")
def stack(built) -> Iterator[Stack]:
    stack = Stack(built.engine, **SETTINGS)
    try:
        for service in ("postgres", "redis", "s3"):
            stack.start(service, f"{service}-1")
        stack.start("migrate", "migrate-1")
        assert stack.wait_for_end("migrate-1") == 0, stack.log("migrate-1")
        stack.start("web", "web-1")
        stack.start("web", "web-2", *held_as_in_the_cluster("web"))
        stack.start("worker", "worker-1")
        stack.start("worker", "worker-2", *held_as_in_the_cluster("worker"))
        stack.start("nginx", "nginx-1", *held_as_in_the_cluster("proxy"))
        stack.wait_until_healthy("worker")
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def call(stack):
    """`call(method, path, token)` through the proxy, as a participant's program does: what fails passingly is tried again."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{stack.port}", headers={"Host": HOST}, timeout=60)

    def ask(method: str, path: str, token: str = "", **given) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        end = time.monotonic() + 60
        while True:
            try:
                answer = client.request(method, path, headers=headers, **given)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in (429, 502, 503, 504):
                return answer
            assert time.monotonic() < end, answer and answer.text
            time.sleep(0.3)

    with client:
        wait_for(lambda: ask("GET", "/readyz").status_code == 200)
        yield ask


def predictions(team: int, number: int) -> bytes:
    """Public score team + number, private score 1000 + 10 team + number."""
    values = (team + number, 1000 + 10 * team + number)
    return ("id,target\n" + "".join(f"{n},{values[n >= ROWS // 2]}\n" for n in range(ROWS))).encode()


def test_the_settings_of_the_env_file_reach_the_site(stack, call):
    told = stack.manage(
        "web-1",
        "shell",
        "-v",
        "0",
        "-c",
        "from django.conf import settings as s; print(s.SITE_NAME, s.END_NOTICE_SECONDS)",
    )
    assert told.splitlines()[-1] == "Day of images 0"
    assert call("GET", "/").status_code == 200


def test_every_container_is_healthy_under_a_name_of_the_site_alone(stack):
    for name in ("web-1", "web-2", "worker-1", "worker-2"):
        # A single look may come too late on a busy machine: an engine believes the third.
        wait_for(lambda name=name: stack.healthy(name), lambda name=name: stack.log(name), patience=60)
    foreign = httpx.get(f"http://127.0.0.1:{stack.port}/", headers={"Host": "elsewhere.example.org"})
    assert foreign.status_code == 400


@pytest.mark.parametrize("name", ["web-1", "web-2"])
def test_every_web_can_do_its_work(stack, call, name):
    """Asked one by one: the proxy would ask whoever answers."""
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/readyz').read().decode())"
    told = json.loads(stack.engine.podman("exec", name, "python", "-c", ask))
    assert told["status"] == "ok", told


def test_nothing_is_lost_when_a_web_and_a_worker_die(stack, call):
    host, *users = json.loads(stack.manage("web-2", "shell", "-v", "0", "-c", BUILD).rsplit("TOKENS ", 1)[1])
    accepted: list[tuple[int, int, int]] = []
    teams: dict[int, int] = {}
    pool = ThreadPoolExecutor(TEAMS + 1)
    # Its submissions lie in the past: a worker must not take them for abandoned.
    demo: Future[str] = pool.submit(stack.manage, "web-2", "demo", "--password", "a password of the demo")

    def take_part(team: int) -> None:
        token = users[team]
        entered = call("POST", "/api/competitions/day/enter/", token, json={})
        assert entered.status_code == 201, entered.text
        teams[team] = entered.json()["id"]
        for number in range(SUBMISSIONS_EACH):
            answer = call(
                *("POST", "/api/teams/submissions/", token),
                data={"team": teams[team]},
                files={"file": ("predictions.csv", predictions(team, number))},
            )
            assert answer.status_code in (201, 202), answer.text
            accepted.append((answer.json()["submission"]["id"], team, number))

    days = [pool.submit(take_part, team) for team in range(TEAMS)]
    wait_for(lambda: len(accepted) >= TEAMS * SUBMISSIONS_EACH // 3 or any(day.done() for day in days))
    stack.kill("web-1")
    for day in days:
        day.result()
    assert len(accepted) == TEAMS * SUBMISSIONS_EACH

    # What was accepted is there, with its score. What web-1 held when it died, and nobody was told of, a worker has taken
    # up: scored where its file had arrived, given up where it had not.
    everything: dict[int, tuple[int, str, float | None]] = {}

    def settled() -> bool:
        for team, token in enumerate(users):
            mine = call("GET", f"/api/teams/{teams[team]}/submissions/?pageSize=100", token).json()["results"]
            everything.update({one["id"]: (team, one["status"], one["publicScore"]) for one in mine})
        return all(status != "pending" for _, status, _ in everything.values())

    wait_for(settled, lambda: everything)
    assert {key: everything[key] for key, _, _ in accepted} == {
        key: (team, "scored", float(team + number)) for key, team, number in accepted
    }

    scored = sum(status == "scored" for _, status, _ in everything.values())
    end = datetime.now(UTC) + timedelta(seconds=4)
    ended = call("PATCH", "/api/competitions/day/", host, json={"endsAt": end.isoformat()})
    assert ended.status_code == 200, ended.text
    wait_for(lambda: datetime.now(UTC) > end + timedelta(seconds=1))
    started = call("POST", "/api/competitions/day/scoring-runs/", host, json={"kind": "private"})
    assert started.status_code in (201, 202), started.text
    run = f"/api/competitions/day/scoring-runs/{started.json()['id']}/"
    wait_for(lambda: call("GET", run, host).json()["status"] != "queued")
    stack.kill("worker-1")
    finished = wait_for(
        lambda: (now := call("GET", run, host).json())["status"] not in ("queued", "running") and now,
        lambda: (call("GET", run, host).text, stack.log("worker-2")),
    )
    assert (finished["status"], finished["done"], finished["failed"]) == ("complete", scored, 0)

    assert call("POST", "/api/competitions/day/private-leaderboard/confirm/", host).status_code == 200
    board = call("GET", "/api/competitions/day/leaderboard/private/?pageSize=100").json()["results"]
    # Nothing was selected: the two best public submissions count, and the better of their private scores.
    assert [(row["rank"], row["score"]) for row in board] == [(team + 1, 1000.0 + 10 * team) for team in range(TEAMS)]
    demo.result()
    pool.shutdown()
    stack.manage("web-2", "check_standings")
    assert stack.healthy("web-2")
    assert stack.healthy("worker-2")
