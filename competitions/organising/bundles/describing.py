"""`uzu-competition.yaml`: where in it each field of a competition stands, and reading it, with the line of each fault.

The published schema, `uzu-competition.schema.json`, says what may stand in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import yaml
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from jsonschema import Draft202012Validator

from competitions.exceptions import BundleRefused
from competitions.models import Competition

FORMAT = "uzu-competition/1"
NAME = "uzu-competition.yaml"
SCHEMA = Path(__file__).with_name("uzu-competition.schema.json")
MOST_PROBLEMS = 20
DEEPEST = 10

# Where in the description each field of a competition stands.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "summary": ("summary",),
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
# What belongs to one server, or to what happened on it, and is in no bundle. The slug and the banner stand apart.
LEFT_BEHIND = {
    *("id", "slug", "banner", "hosts", "is_published", "invitation_code", "storage_quota", "confirmed_at"),
    *("confirmed_by", "ended_at", "objections_until", "leaderboard_version", "created_at"),
    *("board_opened_at", "current_phase", "phase_turns_at", "last_phase_number", "competition", "name", "number"),
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
def description_of(competition: Competition) -> dict[str, Any]:
    """The fields of a competition in the form of the description, without pages and files."""
    zone = ZoneInfo(competition.time_zone)
    described: dict[str, Any] = {"format": FORMAT, "slug": competition.slug}
    for name, path in FIELDS.items():
        value = getattr(competition.bearer_of(name), name)
        if isinstance(value, datetime):
            value = value.astimezone(zone).isoformat()
        elif isinstance(value, time):
            value = value.isoformat()
        elif isinstance(value, str):
            value = str(value)  # a choice is a text of a class of its own
        place = described
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    return described


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

    def fields(self, *, default_zone: str) -> dict[str, Any]:
        """The fields of a competition that the description names, and its time zone.

        Raises:
            BundleRefused: a moment that is none, or a time zone that nobody knows.
        """
        found: dict[str, Any] = {}
        for name, path in FIELDS.items():
            value: Any = self.values
            for step in path:
                value = value.get(step, ...) if isinstance(value, dict) else ...
            if value is not ...:
                found[name] = value
        zone = found.setdefault("time_zone", default_zone)
        if zone not in available_timezones():
            detail = gettext("“%(name)s” is no known time zone.") % {"name": zone}
            raise refused(self.problem("unknown_time_zone", detail, FIELDS["time_zone"]))
        for name in MOMENTS & found.keys():
            if found[name] is not None:
                found[name] = self._moment(found[name], ZoneInfo(zone), FIELDS[name])
        if "limit_resets_at" in found:
            found["limit_resets_at"] = time.fromisoformat(found["limit_resets_at"])
        return found

    def _moment(self, text: str, zone: ZoneInfo, path: tuple[str, ...]) -> datetime:
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
    faults = sorted(_validator().iter_errors(values), key=lambda fault: [str(step) for step in fault.absolute_path])
    if faults:
        problems = [
            description.problem(f"schema_{fault.validator}", fault.message[:300], tuple(fault.absolute_path))
            for fault in faults[:MOST_PROBLEMS]
        ]
        raise refused(*problems)
    return description


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
