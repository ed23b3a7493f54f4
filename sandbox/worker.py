"""What runs in a sandbox that was made in advance: imports, says that it is ready, does one piece of work, ends.

Called as `worker.py SCRIPT MESSAGE MODULE ...`; MESSAGE is a file, or `-` for standard input. The script defines
`work(call, given, made)`: what is asked for, the folder of the files that came with it, the folder for those to hand
back. What it returns is written as JSON.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, BinaryIO

RESULT = "result.json"
TEXT_AT_MOST = 20_000


def receive(message: BinaryIO, folder: Path) -> Any:
    """Read the call, and the files with it into a folder."""
    header = json.loads(message.readline())
    folder.mkdir()
    for name, size in header["files"]:
        with (folder / name).open("wb") as file:
            left = size
            while left:
                chunk = message.read(min(left, 1 << 20))
                if not chunk:
                    sys.exit(1)
                file.write(chunk)
                left -= len(chunk)
    return header["call"]


def main() -> None:
    script, source, *modules = sys.argv[1:]
    for name in modules:
        importlib.import_module(name)
    program: dict[str, Any] = {"__name__": "__uzu__"}
    exec(compile(Path(script).read_bytes(), script, "exec"), program)  # noqa: S102 - it is what this is for
    with contextlib.suppress(OSError):
        os.write(int(os.environ["UZU_EVENTS_FD"]), json.dumps({"ready": True}).encode() + b"\n")
    given, made = Path(os.environ["TMPDIR"]) / "given", Path.cwd()
    with open(0, "rb") if source == "-" else Path(source).open("rb") as message:
        call = receive(message, given)
    try:
        result = {"value": program["work"](call, given, made)}
        text = json.dumps(result)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        what = {
            "type": type(error).__name__,
            "message": str(error)[:TEXT_AT_MOST],
            "traceback": traceback.format_exc()[-TEXT_AT_MOST:],
        }
        text = json.dumps({"error": what})
    (made / RESULT).write_text(text, encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    # Nothing that was left running, or registered for the end, is waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
