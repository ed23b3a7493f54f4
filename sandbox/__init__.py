"""Running code one does not trust: files and limits go in; files, a log, what was used and a reason come out.

Knows no Django. `docs/decisions/0013-running-code-one-does-not-trust.md` says what was decided, and why.
"""

from sandbox.attacks import Finding, self_test
from sandbox.choosing import Choice, choose
from sandbox.errors import RunnerUnavailableError, SandboxError
from sandbox.outcome import Event, Happened, LogLine, Outcome, Reason, RefusedFile
from sandbox.pool import Answer, WarmPool, WarmSpec, work_once
from sandbox.runners.base import Runner
from sandbox.spec import MIB, PYTHON, Input, Limits, Outputs, Spec

__all__ = [
    "MIB",
    "PYTHON",
    "Answer",
    "Choice",
    "Event",
    "Finding",
    "Happened",
    "Input",
    "Limits",
    "LogLine",
    "Outcome",
    "Outputs",
    "Reason",
    "RefusedFile",
    "Runner",
    "RunnerUnavailableError",
    "SandboxError",
    "Spec",
    "WarmPool",
    "WarmSpec",
    "choose",
    "self_test",
    "work_once",
]
