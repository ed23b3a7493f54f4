"""The Python that runs in a sandbox, and what of the host it needs to be seen."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

# Programs and libraries of the system. Nothing else of it is seen; what is not there is left out.
SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/mime.types", "/etc/fonts")


@dataclass(frozen=True)
class Interpreter:
    """A Python, and the folders it lives in.

    bare: the interpreter without installed packages, which starts quickest. with_libraries: the one that imports the
    packages of its environment. folders: what has to be seen, at the same paths, beside the system's own folders.
    """

    bare: Path
    with_libraries: Path
    folders: tuple[Path, ...]

    @classmethod
    def of_this_process(cls) -> Interpreter:
        """The interpreter of the server, with the environment that its packages are installed in."""
        base = Path(sys.base_prefix)
        bare = base / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        folders = [folder for folder in dict.fromkeys([base, Path(sys.prefix)]) if not _belongs_to_the_system(folder)]
        return cls(
            bare=bare if bare.exists() else Path(sys.executable).resolve(),
            with_libraries=Path(sys.prefix) / "bin" / Path(sys.executable).name,
            folders=tuple(folders),
        )


def _belongs_to_the_system(folder: Path) -> bool:
    return any(folder.is_relative_to(shown) for shown in SYSTEM_FOLDERS)
