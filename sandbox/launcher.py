"""What runs between a server that is root and a sandbox: shows what is needed, gives up every right, and starts it.

Run by itself, never imported. Folders that only root may enter (a home, a private clone) are covered, in a mount
namespace of this process alone, by empty ones that show nothing but what the sandbox may read, at the same paths.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

NEW_MOUNTS = 0x20000
READ_ONLY, NO_SETUID, NO_DEVICES, REMOUNT, BIND, RECURSIVE, PRIVATE = 0x1, 0x2, 0x4, 0x20, 0x1000, 0x4000, 0x40000


def main() -> None:
    with open(int(sys.argv[1]), "rb") as file:
        plan = json.load(file)
    # Before anything is made: whatever the server does with its own files, the sandbox has to enter these folders.
    os.umask(0o022)
    # Paths of this process that the rest needs, by what is covered.
    covers: dict[str, list[str]] = {}
    for path in plan["shown"]:
        if cover := closed_folder_above(path):
            covers.setdefault(cover, []).append(path)
    if covers:
        show_only(covers)
    os.setgroups([])
    os.setresgid(plan["gid"], plan["gid"], plan["gid"])
    os.setresuid(plan["uid"], plan["uid"], plan["uid"])
    if 0 in {*os.getresuid(), *os.getresgid()}:
        raise SystemExit("still root")
    os.chdir("/")
    os.execve(plan["command"][0], plan["command"], {})  # noqa: S606


def closed_folder_above(path: str) -> str | None:
    """The topmost folder on the way to a path that others can't enter."""
    parts = path.split("/")[1:-1]
    current = ""
    for part in parts:
        current += "/" + part
        if not os.stat(current).st_mode & 0o001:
            return current
    return None


def show_only(covers: dict[str, list[str]]) -> None:
    """Cover each folder, and bring back what is to be seen in it."""
    libc = ctypes.CDLL(None, use_errno=True)

    def call(name: str, *arguments: object) -> None:
        if getattr(libc, name)(*arguments) != 0:
            number = ctypes.get_errno()
            raise SystemExit(f"{name}: {os.strerror(number)}; needed to show a sandbox what only root may enter")

    def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
        call(
            "mount",
            source.encode(),
            target.encode(),
            kind and kind.encode(),
            ctypes.c_ulong(flags),
            data and data.encode(),
        )

    call("unshare", NEW_MOUNTS)
    mount("none", "/", None, RECURSIVE | PRIVATE)
    opened = {path: os.open(path, os.O_PATH) for paths in covers.values() for path in paths}
    for cover, paths in covers.items():
        mount("none", cover, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755,size=1m")
        for path in sorted(paths):
            if os.path.lexists(path):
                continue  # in a folder that is shown already
            is_folder = os.path.isdir(f"/proc/self/fd/{opened[path]}")
            os.makedirs(path if is_folder else os.path.dirname(path), exist_ok=True)
            if not is_folder:
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
            mount(f"/proc/self/fd/{opened[path]}", path, None, BIND | RECURSIVE)
        mount("none", cover, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
    for handle in opened.values():
        os.close(handle)


if __name__ == "__main__":
    main()
