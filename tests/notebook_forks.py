"""Lets the process that converts a notebook be a fork of one that has loaded its libraries: loading them takes a second.

All else is as in `discussions.notebooks`: each notebook has a process of its own, with its limits, arguments and
environment. `python -I tests/notebook_forks.py` is the process that is forked; `Forks` starts and asks it.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any


def serve() -> None:
    """For each line that names a script, its arguments, environment and folder, run it and answer its exit code."""
    import markdown_it  # noqa: F401
    import nbconvert.exporters  # noqa: F401
    import nbformat  # noqa: F401
    import nh3  # noqa: F401
    import PIL.Image

    PIL.Image.init()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(run(**asked))
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def run(script: str, arguments: list[str], env: dict[str, str], folder: str) -> int:
    """What `python -I script arguments` would do, and its exit code."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)
    sys.argv = [script, *arguments]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:  # noqa: BLE001 -- whatever it is, it is the exit code that tells
        return 1
    return 0


class Forks:
    """In the place of the module `subprocess` for `discussions.notebooks`."""

    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None

    def run(
        self, command: list[str], *, env: dict[str, str], cwd: Path, **_: Any
    ) -> subprocess.CompletedProcess[bytes]:
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, "-I", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, **env},
            )
        assert self._server.stdin
        assert self._server.stdout
        _python, _isolated, script, *arguments = command
        asked = {"script": script, "arguments": arguments, "env": env, "folder": str(cwd)}
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        return subprocess.CompletedProcess(command, int(self._server.stdout.readline()), b"", b"")

    def close(self) -> None:
        if self._server is not None:
            self._server.communicate()


if __name__ == "__main__":
    serve()
