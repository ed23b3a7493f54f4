"""Run the installed kaggle command against any Uzu server.

The kaggle package knows only fixed addresses; the one function of its SDK that tells them is replaced in this process,
before its command line starts. Nothing installed is changed.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from uzu.config import Account


class KaggleMissing(Exception):
    """The kaggle package is not installed beside this one."""


def run(account: Account, arguments: list[str]) -> int:
    """Run `kaggle ARGUMENTS` with the account's server and token; returns its exit code.

    Raises:
        KaggleMissing: no kaggle package here.
    """
    os.environ["KAGGLE_API_ENVIRONMENT"] = "LOCALHOST"  # never the real service, even if the replacement fails
    os.environ["KAGGLE_USERNAME"] = account.username
    os.environ["KAGGLE_KEY"] = account.token
    os.environ.pop("KAGGLE_API_TOKEN", None)
    try:
        from kagglesdk import kaggle_env, kaggle_http_client  # noqa: PLC0415 -- optional
    except ImportError as error:
        raise KaggleMissing from error

    def endpoint(_environment: Any) -> str:
        return account.url

    for module in (kaggle_env, kaggle_http_client):
        if hasattr(module, "get_endpoint"):
            module.get_endpoint = endpoint
    sys.argv = ["kaggle", *arguments]
    from kaggle.cli import main  # noqa: PLC0415 -- reads the environment when imported

    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1 if stop.code else 0
    return 0
