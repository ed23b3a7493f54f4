"""Jobs run at once, on commit hooks too: tests look at what people were told."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from notifications_api.models import Mail, Notification
from tests.discussions.conftest import (  # noqa: F401 -- fixtures
    _no_throttle,
    alice,
    answer,
    as_,
    bob,
    cup,
    host,
    post,
    staff,
    topic,
    visitor,
)


@pytest.fixture(autouse=True)
def _jobs_at_once(settings, django_capture_on_commit_callbacks):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default", "scoring"]}
    }


@pytest.fixture
def happens(django_capture_on_commit_callbacks):
    """Runs an act and what its commit causes."""

    def run(act, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return act(*args, **kwargs)

    return run


@pytest.fixture
def signed_in():
    def client(user):
        api = APIClient(raise_request_exception=False)
        api.force_authenticate(user)
        return api

    return client


def told() -> set[tuple[str, str]]:
    """(user name, kind) of every notification."""
    return set(Notification.objects.values_list("recipient__username", "kind"))


def mailed() -> set[tuple[str, str, str]]:
    """(user name, kind, mode) of every email in the outbox."""
    return set(Mail.objects.values_list("recipient__username", "kind", "mode"))
