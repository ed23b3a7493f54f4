"""What an organiser decides otherwise than proposed: which fields there are, and what fits the files.

Kept are decisions alone: where nothing was decided, the proposal of the moment stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from scoring import MESSAGES, InvalidMetricParameters, all_metrics
from scoring.metrics.registry import validate_params
from studio.exceptions import InvalidChoices
from studio.models import Workbench
from studio.tables.baselines import Model
from studio.tables.recognising import Role, Task
from studio.tables.splitting import Way

# Of these depends what is proposed for all others: the files are looked at again.
OF_THE_FILES = ("roles", "id_columns", "target_columns", "task")
FIELDS = (
    *OF_THE_FILES,
    *("positive", "date_column", "group_column", "metric", "metric_params"),
    *("test", "public", "usage_column", "shuffle", "new_ids", "baselines", "other_files"),
)
SMALLEST_SHARE, LARGEST_SHARE = 0.01, 0.99
MOST_SEED = 2**31 - 1

MESSAGES_OF = {
    "no_such_file": _("There is no file “%(value)s”."),
    "no_such_column": _("There is no column “%(value)s” in the table with the answers."),
    "no_such_choice": _("“%(value)s” can't be chosen here."),
    "role_taken": _("Two files can't both be this."),
    "share_out_of_bounds": _("A share lies between 1 % and 99 %."),
    "ids_are_targets": _("A column can't be both an id and a target."),
    "no_targets": _("At least one column has to be predicted."),
    "metric_params": "%(text)s",
}


def clean_choices(workbench: Workbench, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The choices with `changes`, of which None takes a decision back.

    Raises:
        InvalidChoices: with a problem for each field that does not fit what was found.
    """
    found = workbench.found or {}
    problems = [problem for name, value in changes.items() for problem in _problems(name, value, found)]
    merged = {**workbench.choices, **changes}
    kept = {name: value for name, value in merged.items() if value is not None}
    effective = {**found.get("proposed", {}), **kept}
    problems += _contradictions(effective)
    if problems:
        raise InvalidChoices(problems)
    if any(name in changes for name in ("target_columns", "task", "roles")):
        # What was decided for other targets says nothing of these.
        later = {"metric", "metric_params", "positive", "task", "usage_column"} - set(changes)
        kept = {name: value for name, value in kept.items() if name not in later}
    return kept


def _problems(name: str, value: Any, found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if value is None:
        return
    columns = {column for table in found.get("tables", []) for column in table["columns"]}
    if name == "roles":
        files = {table["name"] for table in found.get("tables", [])}
        yield from (problem("no_such_file", name, file) for file in value if file not in files)
        yield from (problem("no_such_choice", name, role) for role in value.values() if role not in set(Role))
    elif name in ("id_columns", "target_columns"):
        yield from (problem("no_such_column", name, column) for column in value if column not in columns)
        if name == "target_columns" and not value:
            yield problem("no_targets", name)
    elif name in ("date_column", "group_column", "usage_column"):
        if value and value not in columns:
            yield problem("no_such_column", name, value)
    elif name in ("test", "public"):
        yield from _of_a_cut(name, value, columns)
    elif name in CLOSED:
        values = value if isinstance(value, list) else [value]
        yield from (problem("no_such_choice", name, one) for one in values if one not in CLOSED[name]())


CLOSED: dict[str, Any] = {
    "task": lambda: set(Task),
    "baselines": lambda: set(Model),
    "metric": lambda: {metric.name for metric in all_metrics()},
}


def _of_a_cut(name: str, cut: Mapping[str, Any], columns: set[str]) -> Iterator[dict[str, Any]]:
    if cut["way"] not in set(Way):
        yield problem("no_such_choice", name, cut["way"])
    if not SMALLEST_SHARE <= cut["share"] <= LARGEST_SHARE:
        yield problem("share_out_of_bounds", name)
    if cut.get("column") and cut["column"] not in columns:
        yield problem("no_such_column", name, cut["column"])


def _contradictions(choices: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    roles = [role for role in choices.get("roles", {}).values() if role != Role.OTHER]
    if len(roles) != len(set(roles)):
        yield problem("role_taken", "roles")
    if set(choices.get("id_columns", [])) & set(choices.get("target_columns", [])):
        yield problem("ids_are_targets", "id_columns")
    if choices.get("metric") in CLOSED["metric"]():
        try:
            validate_params(choices["metric"], choices.get("metric_params") or {})
        except InvalidMetricParameters as invalid:
            for one in invalid.problems:
                yield problem("metric_params", "metric_params", text=_(MESSAGES[one.code]) % one.message_params())


def problem(code: str, field: str, value: Any = "", **params: Any) -> dict[str, Any]:
    """A fault of one field of the choices, as an entry of an API error."""
    params = {"value": str(value)[:80], **params}
    return {
        "code": code,
        "attr": field,
        "detail": str(MESSAGES_OF[code]) % params,
        "params": {"value": params["value"]},
    }
