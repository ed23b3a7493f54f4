"""A production server starts with nothing of development in it, or not at all."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import fields, options
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from main.compat import accept_index_together
from main.pagination import PageNumberPagination

ROOT = Path(__file__).resolve().parents[2]
FOR_DEVELOPERS = {"UZU_TEST_DATABASE"}
SAFE = {"UZU_PRODUCTION": "1", "SECRET_KEY": "x" * 20 + "0123456789" * 4, "UZU_URL": "https://uzu.example.org"}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("UZU_", "SECRET", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def ask(expression: str, **environment: str) -> str:
    outcome = manage("shell", "-v", "0", "-c", f"from django.conf import settings; print({expression})", **environment)
    return outcome.stdout.strip().splitlines()[-1]


def test_production_without_a_secret_key_does_not_start():
    outcome = manage("check", UZU_PRODUCTION="1")
    assert outcome.returncode != 0
    assert "needs a SECRET_KEY" in outcome.stderr


def test_a_production_server_passes_djangos_own_look_over_it():
    outcome = manage("check", "--deploy", "--fail-level", "WARNING", **SAFE)
    assert outcome.returncode == 0, outcome.stderr


def test_djangos_own_look_finds_no_more_at_midnight(monkeypatch):
    """It compares the defaults of fields with the time it is."""
    monkeypatch.setattr(fields, "_get_naive_now", lambda: datetime(2026, 6, 5, tzinfo=UTC).replace(tzinfo=None))
    call_command("check", "competitions", fail_level="WARNING")


def test_in_production_cookies_travel_by_tls_and_only_the_own_name_is_served():
    found = ask("settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.ALLOWED_HOSTS", **SAFE)
    assert found == "True True ['uzu.example.org']"


def test_in_production_no_demo_is_loaded_by_itself():
    assert ask("settings.LOADS_DEMO, settings.DEBUG", **SAFE) == "False False"


def test_the_notifications_library_may_name_an_option_that_django_dropped():
    """Without the shim its models do not import on Django 5.1 and later."""
    accept_index_together()
    accept_index_together()
    assert options.DEFAULT_NAMES.count("index_together") == 1


@pytest.mark.parametrize(("asked", "given"), [("", 20), ("5", 5), ("200", 200), ("100000", 200)])
def test_pages_have_any_size_up_to_a_bound(asked, given):
    request = Request(APIRequestFactory().get("/", {"pageSize": asked}))
    assert PageNumberPagination().get_page_size(request) == given


@pytest.mark.parametrize("asked", ["x", "-1", "0"])
def test_a_size_that_is_none_is_refused(asked):
    with pytest.raises(ValidationError):
        PageNumberPagination().get_page_size(Request(APIRequestFactory().get("/", {"pageSize": asked})))


def test_every_setting_is_in_the_operating_guide():
    source = (ROOT / "main" / "settings.py").read_text()
    guide = (ROOT / "docs" / "operating.md").read_text()
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]+)["']""", source))
    assert len(read) > 20
    assert sorted(name for name in read if f"`{name}`" not in guide and name not in FOR_DEVELOPERS) == []
