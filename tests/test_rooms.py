"""The rooms that stand in the repository are those that the import contracts and `docs/house.md` tell of."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# No part of the program: nothing imports them.
OUTSIDE = {"benchmarks", "tests"}


def test_every_room_has_its_place_in_the_order():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - OUTSIDE
    order = next(contract for contract in settings["contracts"] if contract["name"].startswith("Rooms"))

    ordered = {name for layer in order["layers"] for name in re.findall(r"\w+", layer)}

    assert rooms <= ordered
    assert rooms == set(settings["root_packages"])


def test_every_file_that_the_house_page_sends_people_to_is_there():
    page = (ROOT / "docs" / "house.md").read_text()
    named = re.findall(r"`([\w-]+/[\w./-]*)`", page)

    assert [path for path in named if "." in path and not (ROOT / path).exists()] == []
    assert len(named) > 30
