"""`uzu-competition.yaml`: where in it each field of a competition stands, and reading it, with the line of each fault.

The published schema, `uzu-competition.schema.json`, says what may stand in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import yaml
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_lazy
from jsonschema import Draft202012Validator, ValidationError as SchemaFault

from competitions.exceptions import BundleRefused
from competitions.models import PHASE_FIELDS, Competition, Page, Phase
from foundation.languages import LANGUAGES

FORMAT = "uzu-competition/1"
NAME = "uzu-competition.yaml"
SCHEMA = Path(__file__).with_name("uzu-competition.schema.json")
MOST_PROBLEMS = 20
DEEPEST = 10
SHOWN_CHARACTERS = 60
# What a value may be, as people call it.
TYPES = {
    "string": gettext_lazy("a text"),
    "integer": gettext_lazy("a whole number"),
    "number": gettext_lazy("a number"),
    "boolean": gettext_lazy("true or false"),
    "object": gettext_lazy("fields below it"),
    "array": gettext_lazy("a list"),
    "null": gettext_lazy("nothing"),
}

TRANSLATIONS = "translations"
# Where in the description each field of a competition stands.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "summary": ("summary",),
    **{f"{name}_{language}": (TRANSLATIONS, language, name) for language in LANGUAGES for name in ("title", "summary")},
    "emoji": ("emoji",),
    "time_zone": ("timeZone",),
    "visibility": ("visibility",),
    "starts_at": ("clock", "startsAt"),
    "entry_deadline": ("clock", "entryDeadline"),
    "merge_deadline": ("clock", "mergeDeadline"),
    "ends_at": ("clock", "endsAt"),
    "objection_minutes": ("clock", "objectionMinutes"),
    "rules_required": ("rules", "required"),
    "rules_version": ("rules", "version"),
    "metric": ("metric", "name"),
    "metric_params": ("metric", "parameters"),
    "further_metrics": ("metric", "further"),
    "score_digits": ("metric", "digits"),
    "daily_submission_limit": ("limits", "daily"),
    "limit_resets_at": ("limits", "dayBeginsAt"),
    "total_submission_limit": ("limits", "total"),
    "selectable_submissions": ("limits", "selectable"),
    "max_team_size": ("limits", "teamSize"),
    "merge_bound": ("limits", "mergeBound"),
    "allows_late_submissions": ("limits", "late"),
    "board_audience": ("leaderboard", "audience"),
    "board_freezes_at": ("leaderboard", "freezesAt"),
    "board_freeze_minutes": ("leaderboard", "freezeMinutes"),
    "releases_solution": ("releasesSolution",),
    "awards_medals": ("awardsMedals",),
}
# The same in a competition of several phases: what is the competition's, and below `phases` what is of each of them.
OF_COMPETITION: dict[str, tuple[str, ...]] = {
    **{name: path for name, path in FIELDS.items() if name not in PHASE_FIELDS},
    "combined_rule": ("combined", "rule"),
    "combined_points": ("combined", "points"),
}
ENTRY: dict[str, tuple[str, ...]] = {
    "entry_rule": ("entry", "rule"),
    "entry_phase": ("entry", "phase"),
    "entry_board": ("entry", "board"),
    "entry_count": ("entry", "count"),
    "entry_percent": ("entry", "percent"),
    "entry_baseline": ("entry", "baseline"),
    "takes_over": ("entry", "takesOver"),
    "combined_weight": ("combinedWeight",),
}
OF_PHASE: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    **{name: path for name, path in FIELDS.items() if name in PHASE_FIELDS},
    **ENTRY,
}
# What belongs to one server, or to what happened on it, and is in no bundle. The slug and the banner stand apart.
LEFT_BEHIND = {
    *("id", "slug", "banner", "hosts", "is_published", "invitation_code", "storage_quota", "confirmed_at"),
    *("confirmed_by", "ended_at", "objections_until", "leaderboard_version", "created_at"),
    *("board_opened_at", "entry_decided_at", "current_phase", "phase_turns_at", "last_phase_number"),
    *("competition", "number"),
}
MOMENTS = {"starts_at", "entry_deadline", "merge_deadline", "ends_at", "board_freezes_at"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a bundle, and where: `file` in the bundle, `line` from 1 on, `field` as a path with dots."""

    code: str
    detail: str
    file: str = NAME
    line: int | None = None
    field: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "detail": self.detail,
            "params": {"file": self.file, "line": self.line, "field": self.field},
        }


def refused(*problems: Problem) -> BundleRefused:
    return BundleRefused([problem.as_dict() for problem in problems])


# --- a competition as a description -----------------------------------------------------------------------------------
def description_of(competition: Competition, phases: Sequence[Phase]) -> dict[str, Any]:
    """The fields of a competition in the form of the description, without pages and files.

    `phases`: its phases by their numbers. Where there are several, each stands below `phases`.
    """
    described: dict[str, Any] = {"format": FORMAT, "slug": competition.slug}
    if len(phases) == 1:
        _describe(described, competition.meaning(phases[0]), FIELDS)
        return described
    _describe(described, competition, OF_COMPETITION)
    described["phases"] = []
    for phase in phases:
        one: dict[str, Any] = {}
        described["phases"].append(one)
        phase.competition = competition
        _describe(one, phase, OF_PHASE)
        one["entry"]["phase"] = next(
            (place for place, other in enumerate(phases, 1) if other.pk == phase.entry_phase_id), None
        )
    return described


def parts_of(description: Mapping[str, Any]) -> list[tuple[tuple[Any, ...], Any]]:
    """Where in a description the phases stand, by their numbers, each with what is there. In one phase: all of it."""
    if "phases" not in description:
        return [((), description)]
    return [(("phases", place), one) for place, one in enumerate(description["phases"])]


def _describe(described: dict[str, Any], row: Competition | Phase, fields: Mapping[str, tuple[str, ...]]) -> None:
    """Write the fields of a competition or of a phase into the description, each at its path."""
    zone = ZoneInfo(row.time_zone if isinstance(row, Competition) else row.competition.time_zone)
    for name, path in fields.items():
        if name == "entry_phase":  # a number, which the caller knows
            value: Any = None
        else:
            value = getattr(row.bearer_of(name) if isinstance(row, Competition) else row, name)
        if isinstance(value, datetime):
            value = value.astimezone(zone).isoformat()
        elif isinstance(value, time):
            value = value.isoformat()
        elif isinstance(value, str):
            value = str(value)  # a choice is a text of a class of its own
        elif name == "combined_weight":
            value = float(value)  # SQLite answers a new row's 1.0 as 1
        if path[0] == TRANSLATIONS and not value:
            continue  # most competitions speak one language
        place = described
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value


def page_described(page: Page) -> tuple[dict[str, Any], dict[str, str]]:
    """A page in the form of the description, and the texts of its files by their names."""
    name = f"pages/{page.slug}.md"
    entry: dict[str, Any] = {"slug": page.slug, "title": page.title, "file": name}
    texts = {name: page.body}
    for language in LANGUAGES:
        translated: dict[str, str] = {}
        if title := getattr(page, f"title_{language}"):
            translated["title"] = title
        if body := getattr(page, f"body_{language}"):
            translated["file"] = f"pages/{page.slug}.{language}.md"
            texts[translated["file"]] = body
        if translated:
            entry.setdefault(TRANSLATIONS, {})[language] = translated
    return entry, texts


def texts_of_pages(values: Mapping[str, Any]) -> Iterator[tuple[tuple[Any, ...], int, str, str]]:
    """Each file with the text of a page: where it is named, of which page, of which field, and its name."""
    for place, page in enumerate(values.get("pages", [])):
        yield ("pages", place, "file"), place, "body", page["file"]
        for language, translated in page.get(TRANSLATIONS, {}).items():
            if "file" in translated:
                path = ("pages", place, TRANSLATIONS, language, "file")
                yield path, place, f"body_{language}", translated["file"]


def as_yaml(description: Mapping[str, Any]) -> bytes:
    return yaml.safe_dump(dict(description), sort_keys=False, allow_unicode=True, width=110).encode()


# --- a description as the fields of a competition ---------------------------------------------------------------------
class _Loader(yaml.CSafeLoader):
    """Moments stay texts: read by YAML's rules they would lose their offset."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Description:
    """A description that agrees with the schema, and the line of each of its values."""

    values: dict[str, Any]
    lines: dict[tuple[Any, ...], int]

    def problem(self, code: str, detail: str, path: tuple[Any, ...]) -> Problem:
        """A problem with the value at `path`, which may be one that is not there."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        return Problem(code, detail, line=self.lines.get(near), field=".".join(map(str, path)))

    def fields(self, *, default_zone: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The fields of a competition that the description names, with its time zone, and those of each phase.

        Raises:
            BundleRefused: a moment that is none, a time zone that nobody knows, or a phase that is not there.
        """
        found = self._named((), OF_COMPETITION)
        zone = found.setdefault("time_zone", default_zone)
        if zone not in available_timezones():
            detail = gettext("“%(name)s” is no known time zone.") % {"name": zone}
            raise refused(self.problem("unknown_time_zone", detail, FIELDS["time_zone"]))
        self._read_moments((), OF_COMPETITION, found, ZoneInfo(zone))
        phases = []
        for path, _one in parts_of(self.values):
            of_phase = self._named(path, OF_PHASE)
            self._read_moments(path, OF_PHASE, of_phase, ZoneInfo(zone))
            if "limit_resets_at" in of_phase:
                of_phase["limit_resets_at"] = time.fromisoformat(of_phase["limit_resets_at"])
            self._check_phase(of_phase.get("entry_phase"), (*path, *ENTRY["entry_phase"]))
            phases.append(of_phase)
        for place, one in enumerate(self.values.get("data", [])):
            self._check_phase(one.get("phase"), ("data", place, "phase"))
        return found, phases

    def _named(self, path: tuple[Any, ...], fields: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
        """Those of the fields that the description names below `path`."""
        found: dict[str, Any] = {}
        for name, steps in fields.items():
            value: Any = self.values
            for step in (*path, *steps):
                value = (
                    value[step] if isinstance(step, int) else value.get(step, ...) if isinstance(value, dict) else ...
                )
            if value is not ...:
                found[name] = value
        return found

    def _read_moments(
        self, path: tuple[Any, ...], fields: Mapping[str, tuple[str, ...]], found: dict[str, Any], zone: ZoneInfo
    ) -> None:
        for name in sorted(MOMENTS & found.keys()):
            if found[name] is not None:
                found[name] = self._moment(found[name], zone, (*path, *fields[name]))

    def _check_phase(self, number: int | None, path: tuple[Any, ...]) -> None:
        """Whether there is a phase of this number, counted from 1 in the order of the description."""
        if number is not None and number > len(parts_of(self.values)):
            detail = gettext("There is no phase %(number)d.") % {"number": number}
            raise refused(self.problem("no_such_phase", detail, path))

    def _moment(self, text: str, zone: ZoneInfo, path: tuple[Any, ...]) -> datetime:
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            detail = gettext("“%(text)s” is no moment: write 2026-12-01T09:00+09:00.") % {"text": text}
            raise refused(self.problem("invalid_moment", detail, path))
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def read(text: bytes) -> Description:
    """The description in `text`.

    Raises:
        BundleRefused: it is no YAML, or not what the schema asks for; with the line and the field of each fault.
    """
    try:
        values, lines = _parsed(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise refused(Problem("not_utf8", gettext("The file is not UTF-8."))) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = gettext("The file is no YAML: %(problem)s.") % {"problem": getattr(error, "problem", None) or "?"}
        raise refused(Problem("not_yaml", detail, line=mark.line + 1 if mark else None)) from None
    except ValueError:
        raise refused(Problem("not_yaml", gettext("The file is no YAML that can be read."))) from None
    if not isinstance(values, dict):
        raise refused(Problem("not_a_mapping", gettext("The file holds no names with values."), line=1))
    description = Description(values, lines)
    if endless := [path for path, value in _leaves(values, ()) if isinstance(value, float) and not isfinite(value)]:
        detail = gettext("This is no number that can be kept.")
        raise refused(*(description.problem("not_a_number", detail, path) for path in endless[:MOST_PROBLEMS]))
    faults = sorted(_validator().iter_errors(values), key=lambda fault: [str(step) for step in fault.absolute_path])
    if faults:
        problems = [
            description.problem(_code_of(one), _said(one, values), tuple(one.absolute_path))
            for one in faults[:MOST_PROBLEMS]
        ]
        raise refused(*problems)
    return description


def _code_of(fault: SchemaFault) -> str:
    return "schema_place" if fault.validator == "not" else f"schema_{fault.validator}"


def _said(fault: SchemaFault, values: Mapping[str, Any]) -> str:
    """What is wrong. What the schema forbids by itself is something of phases at the wrong place."""
    if fault.validator != "not":
        return (_in_words(fault) or str(fault.message))[:300]
    if "phases" in values:
        return gettext("Where there are “phases”, this is said of each of them.")
    return gettext("This is said only where there are “phases”.")


def _in_words(fault: SchemaFault) -> str:
    """What people get wrong most, in the language of the moment; empty for the rest, of which the library speaks."""
    wanted, found = fault.validator_value, fault.instance
    match str(fault.validator):
        case "required":
            # One fault for each that is missing; its name stands in the library's text alone.
            missing = next((name for name in wanted if f"{name!r} " in fault.message), "")
            return gettext("This is missing: %(names)s.") % {"names": missing}
        case "additionalProperties":
            unknown = ", ".join(sorted(str(name) for name in set(found) - set(fault.schema.get("properties", {}))))
            return gettext("There is nothing of this name: %(names)s.") % {"names": unknown}
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            words = ", ".join(str(TYPES.get(kind, kind)) for kind in kinds)
            return gettext("“%(found)s” can't stand here, but: %(kinds)s.") % {"found": _short(found), "kinds": words}
        case "enum" | "const":
            allowed = ", ".join(map(str, wanted if isinstance(wanted, list) else [wanted]))
            return gettext("“%(found)s” is none of: %(allowed)s.") % {"found": _short(found), "allowed": allowed}
    return ""


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _parsed(text: str) -> tuple[Any, dict[tuple[Any, ...], int]]:
    loader = _Loader(text)
    try:
        _check_plain(text)
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), dict(_lines(node, ()))
    finally:
        loader.dispose()


def _check_plain(text: str) -> None:
    """An alias lets a small file become a huge one, and depth takes time; a description needs neither."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """What stands in a description, with its place."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        yield path, value
        return
    for step, one in inside:
        yield from _leaves(one, (*path, step))


def _lines(node: yaml.Node | None, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], int]]:
    if node is None:
        return
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield from _lines(value, (*path, place))
