"""What can be wrong with a sandbox itself, as opposed to the code in it."""

from __future__ import annotations


class SandboxError(Exception):
    """A sandbox could not be set up or lost: the platform's fault, never that of the code in it."""


class RunnerUnavailableError(SandboxError):
    """This machine can't offer that kind of sandbox; the text says what is missing."""
