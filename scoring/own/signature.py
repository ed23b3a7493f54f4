"""What an organiser's metric takes, read from its source text. Nothing of it is run here."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scoring.errors import InvalidMetricParameters, Problem, ProblemsError, quoted

MOST_BYTES: Final = 256 * 1024
MOST_PARAMETERS: Final = 50
LONGEST_TEXT: Final = 2000
MOST_ITEMS: Final = 10_000
FIXED: Final = ("solution", "submission", "row_id_column_name")
# Of a metric of files: the folders that hold them, in either order.
FOLDERS: Final = ("solution_dir", "submission_dir")
# As annotations and defaults name them; a parameter of another kind is taken as it comes.
KINDS: Final = ("int", "float", "str", "bool", "list")
EXPECTED: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "list": "a list",
    "any": "a number, a text, true, false or a list",
}


class InvalidMetricSource(ProblemsError):
    """A source text that is no metric."""


@dataclass(frozen=True)
class OwnParameter:
    """A parameter of an organiser's metric.

    Attributes:
        kind: one of `KINDS`, or "any".
        default: its default, where that is plain data.
        is_required: there is no default.
        is_optional: None is taken too.
    """

    name: str
    kind: str
    default: Any = None
    is_required: bool = False
    is_optional: bool = False

    def clean(self, value: Any) -> Any:
        """`value` in its kind.

        Raises:
            ValueError: it is none this parameter takes.
        """
        if value is None and self.is_optional:
            return None
        if self.kind == "float" and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.kind == "int" and isinstance(value, float) and value.is_integer():
            value = int(value)
        if not _is_plain(value) or value is None:
            raise ValueError(self.name)
        kind = {"int": int, "float": float, "str": str, "bool": bool, "list": list}.get(self.kind, object)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(self.name)
        return value

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "name": self.name,
            "kind": self.kind,
            "default": self.default,
            "is_required": self.is_required,
            "is_optional": self.is_optional,
        }


@dataclass(frozen=True)
class Signature:
    """What a metric takes beside the two tables and the name of the id column. `description`: its docstring.

    `takes_files`: two folders with files instead.
    """

    parameters: tuple[OwnParameter, ...] = ()
    description: str = ""
    takes_files: bool = False

    def clean(self, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Values for the parameters, each in its kind; those with a default may be left out.

        Raises:
            InvalidMetricParameters: a parameter is unknown or missing, or a value is not one it takes.
        """
        given = given or {}
        known = {parameter.name: parameter for parameter in self.parameters}
        problems = [Problem("unknown_parameter", {"name": quoted(name)}) for name in given if name not in known]
        cleaned: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.name not in given:
                if parameter.is_required:
                    problems.append(_wrong(parameter))
                continue
            try:
                cleaned[parameter.name] = parameter.clean(given[parameter.name])
            except (ValueError, OverflowError):
                problems.append(_wrong(parameter, given[parameter.name]))
        if problems:
            raise InvalidMetricParameters(problems)
        return cleaned


def _wrong(parameter: OwnParameter, value: Any = None) -> Problem:
    return Problem(
        "wrong_parameter",
        {"name": parameter.name},
        expected=EXPECTED[parameter.kind],
        found=None if value is None else quoted(value),
    )


def read_signature(source: str | bytes) -> Signature:
    """The signature of `score` in a source text.

    Raises:
        InvalidMetricSource: it is no Python, or has no `score` that can be called as on Kaggle.
    """
    text = _text(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        raise InvalidMetricSource(Problem("metric_syntax", {"line": error.lineno or 1})) from None
    except (ValueError, RecursionError, MemoryError):
        raise InvalidMetricSource(Problem("metric_syntax", {"line": 1})) from None
    # The last one counts, as where it is run.
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "score"]
    if not found:
        raise InvalidMetricSource(Problem("metric_without_score"))
    function = found[-1]
    takes = function.args
    positional = [*takes.posonlyargs, *takes.args]
    named = [argument.arg for argument in positional]
    takes_files = sorted(named[: len(FOLDERS)]) == sorted(FOLDERS)
    given = len(FOLDERS if takes_files else FIXED)
    is_table = len(named) >= given and named[:2] == list(FIXED[:2])
    # Folders are given by their names.
    most = 0 if takes_files else given
    if not (takes_files or is_table) or takes.vararg or takes.kwarg or len(takes.posonlyargs) > most:
        raise InvalidMetricSource(Problem("metric_signature"))
    rest = positional[given:]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(takes.defaults)) + list(takes.defaults)
    pairs = [*zip(rest, defaults[given:], strict=True), *zip(takes.kwonlyargs, takes.kw_defaults, strict=True)]
    if len(pairs) > MOST_PARAMETERS:
        raise InvalidMetricSource(Problem("metric_signature"))
    try:
        parameters = tuple(_parameter(argument, default) for argument, default in pairs)
    except RecursionError:
        raise InvalidMetricSource(Problem("metric_signature")) from None
    return Signature(parameters, (ast.get_docstring(function) or "")[:LONGEST_TEXT], takes_files)


def _text(source: str | bytes) -> str:
    """UTF-8, with a BOM and any line ends, as files of editors have them."""
    if isinstance(source, str):
        source = source.encode("utf-8", "surrogatepass")
    if len(source) > MOST_BYTES:
        raise InvalidMetricSource(Problem("too_large", {"limit": MOST_BYTES}))
    if not source.strip():
        raise InvalidMetricSource(Problem("empty_file"))
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidMetricSource(Problem("not_utf8")) from None
    if "\0" in text:
        raise InvalidMetricSource(Problem("metric_syntax", {"line": text[: text.index("\0")].count("\n") + 1}))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parameter(argument: ast.arg, default: ast.expr | None) -> OwnParameter:
    kind, optional = _annotated(argument.annotation)
    value: Any = None
    if default is not None:
        try:
            value = ast.literal_eval(default)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            value = None
        else:
            value = list(value) if isinstance(value, tuple | list) else value
            optional = optional or value is None
            if kind == "any" and value is not None:
                kind = next((name for name in KINDS if type(value).__name__ == name), "any")
            value = value if _is_plain(value) else None
    return OwnParameter(argument.arg, kind, value, is_required=default is None, is_optional=optional)


def _annotated(annotation: ast.expr | None) -> tuple[str, bool]:
    """The kind that an annotation names, and whether None is one of what it allows."""
    if annotation is None:
        return "any", False
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return "any", False
    if not isinstance(annotation, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp):
        return "any", False
    text = ast.unparse(annotation).replace("typing.", "").replace(" ", "")
    optional = text.startswith("Optional[") or "|None" in text or "None|" in text
    text = text.removeprefix("Optional[").replace("|None", "").replace("None|", "").rstrip("]")
    name = text.split("[")[0].lower()
    return ("list" if name in ("sequence", "tuple") else name if name in KINDS else "any"), optional


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether a value is a finite number, a short text, a boolean, None, or a flat list of those."""
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) < 2**63
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT and value.isprintable()
    if isinstance(value, list) and depth == 0:
        return len(value) <= MOST_ITEMS and all(_is_plain(item, 1) for item in value)
    return False
