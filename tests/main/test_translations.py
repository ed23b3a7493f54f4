"""Every text for people exists in Japanese, says the same with the same placeholders, and is compiled."""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    *("accounts", "clients", "competitions", "discussions", "foundation", "main", "notifications_api", "sandbox"),
    *("scoring", "studio", "submissions", "templates"),
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def catalogues(root: Path) -> list[Path]:
    return [path for room in ROOMS for path in sorted((root / room).glob("locale/ja/LC_MESSAGES/django.po"))]


def entries(catalogue: Path) -> list[dict[str, str]]:
    """The entries of a .po file; `comment` holds its flags."""
    found = []
    for block in catalogue.read_text(encoding="utf-8").split("\n\n"):
        entry = {"comment": ""}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                entry["comment"] += line
            elif match := re.match(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d\])? "(.*)"$', line):
                name = match.group(1)
                entry[name] = match.group(2)
            elif line.startswith('"'):
                entry[name] += line[1:-1]
        if entry.get("msgid"):
            found.append(entry)
    return found


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    """The catalogues as `make messages` would make them now, in a copy of the rooms."""
    if shutil.which("xgettext") is None:
        pytest.skip("needs gettext: apt-get install gettext")
    copy = tmp_path_factory.mktemp("rooms")
    wanted = (".py", ".html", ".txt", ".po")
    for room in ROOMS:
        for file in (ROOT / room).rglob("*"):
            if file.is_file() and file.suffix in wanted:
                target = copy / file.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
    shutil.copy(ROOT / "manage.py", copy)
    subprocess.run([sys.executable, "manage.py", "messages"], cwd=copy, check=True, capture_output=True)
    return copy


def test_nothing_is_missing(gathered):
    missing = [
        entry["msgid"]
        for catalogue in catalogues(gathered)
        for entry in entries(catalogue)
        if not entry["msgstr"] or "fuzzy" in entry["comment"]
    ]
    assert missing == [], "translate in main/locale, then `make messages`"


@pytest.mark.parametrize("catalogue", catalogues(ROOT), ids=lambda path: path.relative_to(ROOT).parts[0])
def test_placeholders_are_those_of_the_original(catalogue):
    wrong = [
        entry["msgid"]
        for entry in entries(catalogue)
        if entry["msgstr"]
        and "msgid_plural" not in entry
        and sorted(PLACEHOLDER.findall(entry["msgid"])) != sorted(PLACEHOLDER.findall(entry["msgstr"]))
    ]
    assert wrong == []


@pytest.mark.parametrize("catalogue", catalogues(ROOT), ids=lambda path: path.relative_to(ROOT).parts[0])
def test_the_compiled_catalogue_is_up_to_date(catalogue):
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = [
        entry["msgid"]
        for entry in entries(catalogue)
        if entry["msgstr"]
        and "msgctxt" not in entry
        and "msgid_plural" not in entry
        and compiled.gettext(plain(entry["msgid"])) != plain(entry["msgstr"])
    ]
    assert stale == [], "run `make messages`"


def plain(text: str) -> str:
    """A text of a .po file without its escapes."""
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
