"""Clients that are generated from the API's description: they are complete, type-check, and work."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from accounts.tokens import create_token
from main.openapi import METHODS
from main.wsgi import application
from tests.factories import CompetitionFactory, UserFactory

FRONTEND = Path(settings.BASE_DIR) / "frontend"
TOOLS = FRONTEND / "node_modules" / ".bin"


def run(*command: object, cwd: Path) -> str:
    """What the command prints; a failure is the test's, with all it said."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def description() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def folder(description, tmp_path_factory) -> Path:
    """A folder with the description in it."""
    path = tmp_path_factory.mktemp("clients")
    (path / "openapi.json").write_text(json.dumps(description), encoding="utf-8")
    return path


# --- Python -----------------------------------------------------------------------------------------------------------
CALL = """
from uzu_api.api.competitions import get_competition
from uzu_api.api.teams import rename_team
from uzu_api.client import AuthenticatedClient
from uzu_api.models import Competition, PatchedTeamNameRequest, Team


def title(client: AuthenticatedClient) -> str:
    answer = get_competition.sync("cup", client=client)
    assert isinstance(answer, Competition)
    limit: int | None = answer.total_submission_limit
    return f"{answer.title} {limit}"


def rename(client: AuthenticatedClient) -> str:
    answer = rename_team.sync(1, client=client, body=PatchedTeamNameRequest(name="Whales"))
    assert isinstance(answer, Team)
    return answer.name
"""


@pytest.fixture(scope="module")
def python_client(folder):
    """The folder of the generated package, and what the generator said."""
    said = run(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
        *("--path", "openapi.json", "--output-path", "uzu_api"),
        cwd=folder,
    )
    return folder, said


def test_the_python_client_has_every_endpoint(python_client, description):
    folder, said = python_client
    assert "will not be generated" not in said
    made = {path.stem for path in (folder / "uzu_api" / "api").glob("*/*.py")} - {"__init__"}
    wanted = [
        operation["operationId"]
        for item in description["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert len(made) == len(wanted)


def test_calls_of_the_python_client_type_check(python_client):
    folder, _said = python_client
    (folder / "call.py").write_text(CALL, encoding="utf-8")
    # The modules of the calls; a few models of the generator's own making do not pass, whatever they are made from.
    run(
        *(sys.executable, "-m", "mypy", "--config-file=", "--follow-imports=silent", "--cache-dir=cache", "call.py"),
        cwd=folder,
    )


def test_the_python_client_works(python_client, connection_kept, monkeypatch):
    from django.utils import timezone

    folder, _said = python_client
    monkeypatch.syspath_prepend(folder)
    client_module = importlib.import_module("uzu_api.client")
    call = importlib.import_module("uzu_api.api.competitions.get_competition")
    CompetitionFactory(slug="cup", title="Summer Cup")
    _token, secret = create_token(user=UserFactory(), name="laptop", expires_at=None, at=timezone.now())
    client = client_module.AuthenticatedClient(
        base_url="http://testserver", token=secret, httpx_args={"transport": httpx.WSGITransport(app=application)}
    )
    assert call.sync("cup", client=client).title == "Summer Cup"
    missing = call.sync("nothing", client=client)
    assert [error.code for error in missing.errors] == ["not_found"]


# --- TypeScript -------------------------------------------------------------------------------------------------------
TYPED = """
import createClient from 'openapi-fetch'
import type { paths } from './schema'

const client = createClient<paths>({ baseUrl: '/' })

export async function title(): Promise<string> {
  const { data, error } = await client.GET('/api/competitions/{competition}/', {
    params: { path: { competition: 'cup' } },
  })
  if (data === undefined) throw new Error(error.errors[0]?.code)
  const limit: number | null = data.totalSubmissionLimit
  return `${data.title} ${limit}`
}

export async function rename(): Promise<string | undefined> {
  // @ts-expect-error a name is a text
  await client.PATCH('/api/teams/{id}/', { params: { path: { id: 1 } }, body: { name: 1 } })
  const { data } = await client.PATCH('/api/teams/{id}/', { params: { path: { id: 1 } }, body: { name: 'Whales' } })
  return data?.name
}
"""


@pytest.mark.skipif(
    shutil.which("node") is None or not (TOOLS / "openapi-typescript").exists(),
    reason="the packages of the web app are not installed",
)
def test_calls_of_the_typescript_client_type_check(folder):
    run(TOOLS / "openapi-typescript", "openapi.json", "-o", "schema.ts", cwd=folder)
    (folder / "call.ts").write_text(TYPED, encoding="utf-8")
    (folder / "node_modules").symlink_to(FRONTEND / "node_modules")
    run(
        *(TOOLS / "tsc", "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"),
        *("--module", "esnext", "--moduleResolution", "bundler", "call.ts"),
        cwd=folder,
    )
