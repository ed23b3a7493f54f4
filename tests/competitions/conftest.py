"""What the tests of this room lean on."""

from __future__ import annotations

from contextlib import contextmanager

import pandas  # noqa: F401, ICN001 -- pyarrow imports it when first used, and its import breaks under a frozen clock
import pytest
import rest_framework.throttling  # noqa: F401 -- keeps `time.time` as an attribute: import it before the clock freezes
from freezegun import freeze_time

from tests.factories import NOON


@pytest.fixture(autouse=True)
def _noon():
    """It is noon of the fifth day, unless a test says otherwise."""
    with freeze_time(NOON):
        yield


@pytest.fixture
def client_of(api):
    """`client_of(user)`: an API client that `user` (or nobody) is signed in with."""
    from rest_framework.test import APIClient

    def client(user=None):
        client = APIClient()
        if user is not None:
            client.force_authenticate(user)
        return client

    return client


@pytest.fixture
def hears(django_capture_on_commit_callbacks):
    """`with hears("entered", ...) as heard:` the names of the signals sent within, in their order."""
    from competitions import signals

    @contextmanager
    def listen(*names):
        heard = []
        listeners = [(getattr(signals, name), lambda name=name, **_: heard.append(name)) for name in names]
        for signal, listener in listeners:
            signal.connect(listener)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                yield heard
        finally:
            for signal, listener in listeners:
                signal.disconnect(listener)

    return listen
