"""Which file is which and which column does what: guesses, each with the reason for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Any, Final, Generic, TypeVar

import pyarrow.compute as pc

from scoring.joined import joined
from scoring.tables import is_index_name
from studio.tables.describing import Column, Kind, column_of, describe
from studio.tables.table import Table, without_nothing

_I: Final = re.IGNORECASE
T = TypeVar("T")

LOOKED_AT: Final = 20_000
# Whole numbers of so few different values are more often classes than counts.
MOST_CLASSES: Final = 20
# Texts of more different values than this are no classes.
MOST_NAMED_CLASSES: Final = 1000
LONGEST_ID: Final = 64
# Columns tried together as the id.
MOST_PARTS: Final = 3

# A word stands alone, between signs or capitals: "id" is in "user_id" and "PassengerId", not in "humid".
ID_NAME: Final = re.compile(r"(?:^|[_\W])(?:id|key|uuid|guid|index|idx|code|no|番号|識別子)$|^id[_\W]", _I)
CAMEL_ID: Final = re.compile(r"[a-z0-9](?:Id|ID)$")
TARGET_NAME: Final = re.compile(
    r"^(?:target|label|labels|class|y|outcome|response|answer|truth|survived|saleprice|正解|目的変数|ラベル|目標)$",
    _I,
)
TARGET_FAMILY: Final = re.compile(r"^(?:target|label|y|class)[_ ]?\w+$", _I)
DATE_NAME: Final = re.compile(r"date|time|year|month|week|day|年|月|日|時", _I)
YEAR_NAME: Final = re.compile(r"(?:^|[_\W])(?:year|yr|年|年度)$", _I)
GROUP_NAME: Final = re.compile(
    r"group|user|customer|client|patient|subject|person|session|store|shop|site|hospital|school|player|household|family"
    r"|device|clinic|ward|team|driver|speaker|animal|farm|plot|顧客|患者|店舗|会員|病院|学校|地域|グループ",
    _I,
)
POSITIVE: Final = (
    "1",
    "1.0",
    "true",
    "yes",
    "y",
    "t",
    "positive",
    "pos",
    "malignant",
    "fraud",
    "spam",
    "はい",
    "有",
    "+",
)
FILE_NAMES: Final = (
    ("sample", re.compile(r"sample|submission|submit|提出", _I)),
    ("solution", re.compile(r"solution|answer|ground.?truth|正解|解答", _I)),
    ("train", re.compile(r"train|学習|訓練", _I)),
    ("test", re.compile(r"test|テスト|評価", _I)),
)
USAGES: Final = ("public", "private", "ignored", "ignore")


class Role(StrEnum):
    TRAIN = "train"
    TEST = "test"
    SAMPLE = "sample"
    SOLUTION = "solution"
    OTHER = "other"


class Task(StrEnum):
    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    """0 or 1 in each of several target columns."""
    RANKING = "ranking"
    """Relevant labels in one cell, separated by spaces."""
    TEXT = "text"


@dataclass(frozen=True)
class Guess(Generic[T]):
    """A guess.

    Attributes:
        value: what it is; an empty tuple or None where nothing was found.
        reason: a key of `studio.tables.messages.REASONS`; params: what its text names.
        confidence: from 0 to 1; below 0.5 the organiser should be asked.
    """

    value: T
    reason: str
    confidence: float
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Setup:
    """What the columns of a data set are for: what was guessed, or what the organiser says instead. JSON-ready.

    Attributes:
        id_columns: empty: ids are made, and written to a column `id`.
        positive: of a binary task the value that counts as yes.
        date_column, group_column: by which a split can go.
    """

    id_columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    task: Task
    positive: str | None = None
    date_column: str | None = None
    group_column: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        lists = {"id_columns": list(self.id_columns), "target_columns": list(self.target_columns)}
        return {**asdict(self), **lists, "task": self.task.value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Setup:
        """The inverse of `as_dict`."""
        tuples = {name: tuple(values[name]) for name in ("id_columns", "target_columns")}
        return cls(**{**values, **tuples, "task": Task(values["task"])})


@dataclass(frozen=True)
class Recognised:
    """All that was guessed.

    Attributes:
        roles: by the name of the table. At most one of each but `OTHER`.
        ids, targets: columns of train (or of the only table).
        dates, groups: candidates, the best first.
        usage: the column of Public / Private in the solution (or in test), if there is one.
    """

    roles: Mapping[str, Guess[Role]]
    ids: Guess[tuple[str, ...]]
    targets: Guess[tuple[str, ...]]
    task: Guess[Task | None]
    positive: Guess[str | None]
    dates: Guess[tuple[str, ...]]
    groups: Guess[tuple[str, ...]]
    usage: Guess[str | None]

    def setup(self) -> Setup | None:
        """What is proposed; None where no target was found."""
        if not self.targets.value or self.task.value is None:
            return None
        return Setup(
            id_columns=self.ids.value,
            target_columns=self.targets.value,
            task=self.task.value,
            positive=self.positive.value,
            date_column=next(iter(self.dates.value), None),
            group_column=next(iter(self.groups.value), None),
        )


def recognise(tables: Sequence[Table]) -> Recognised:
    """What these files are. Never raises: what can't be told is a guess without a value."""
    roles = _guess_roles(tables)
    of_role: dict[Role, Table] = {
        roles[table.name].value: table for table in tables if roles[table.name].value is not Role.OTHER
    }
    usage = _guess_usage(of_role)
    main = of_role.get(Role.TRAIN) or of_role.get(Role.SOLUTION) or of_role.get(Role.TEST)
    if main is None:
        nothing = Guess[tuple[str, ...]]((), "nothing_found", 0.0)
        none = Guess[Any](None, "nothing_found", 0.0)
        return Recognised(roles, nothing, nothing, none, none, nothing, nothing, usage)
    facts = {column.name: column for column in describe(main)}
    named = _named_targets(main, of_role)
    ids = _guess_ids(main, of_role, facts, set(named))
    targets = _guess_targets(main, of_role, facts, {*ids.value, usage.value or ""})
    task = guess_task(main, targets.value) if targets.value else Guess[Task | None](None, "nothing_found", 0.0)
    positive = Guess[str | None](None, "not_binary_task", 1.0)
    if task.value is Task.BINARY:
        positive = guess_positive(main, targets.value[0])
    roled = {*ids.value, *targets.value, usage.value or ""}
    # Only what the test rows tell as well can part them.
    test = of_role.get(Role.TEST)
    known = [one for name, one in facts.items() if name not in roled and (test is None or name in test.names)]
    parts = [facts[name] for name in ids.value] if len(ids.value) > 1 else []
    dates = _guess_dates([*parts, *known], main)
    groups = _guess_groups([one for one in [*parts, *known] if one.name not in dates.value], main)
    return Recognised(roles, ids, targets, task, positive, dates, groups, usage)


# --- files ------------------------------------------------------------------------------------------------------------
def _guess_roles(tables: Sequence[Table]) -> dict[str, Guess[Role]]:
    if len(tables) == 1:
        return {tables[0].name: Guess(Role.TRAIN, "only_file", 0.8)}
    found: dict[str, Guess[Role]] = {}
    taken: set[Role] = set()
    # By name first: who calls a file train.csv means it.
    for way in (_role_by_usage, _role_by_name, _role_by_columns):
        for table in sorted(tables, key=lambda one: -len(one.names)):
            if table.name in found:
                continue
            others = {guess.value: other for other in tables if (guess := found.get(other.name))}
            guess = way(table, [one for one in tables if one is not table], others)
            if guess is not None and guess.value not in taken:
                found[table.name] = guess
                taken.add(guess.value)
    return {table.name: found.get(table.name, Guess(Role.OTHER, "nothing_fits", 0.3)) for table in tables}


def _role_by_usage(table: Table, _others: Sequence[Table], _found: Mapping[Role, Table]) -> Guess[Role] | None:
    column = _usage_column(table)
    return Guess(Role.SOLUTION, "has_usage", 0.95, {"column": column}) if column else None


def _role_by_name(table: Table, _others: Sequence[Table], _found: Mapping[Role, Table]) -> Guess[Role] | None:
    for role, pattern in FILE_NAMES:
        if pattern.search(table.name):
            return Guess(Role(role), "file_name", 0.9)
    return None


def _role_by_columns(table: Table, others: Sequence[Table], found: Mapping[Role, Table]) -> Guess[Role] | None:
    """What the columns tell: train has the most, test those of train without the answers, a sample few of them."""
    names = set(table.names)
    if Role.TRAIN not in found:
        wider = all(
            len(names) > len(one.names) or (len(names) == len(one.names) and table.rows >= one.rows) for one in others
        )
        return Guess(Role.TRAIN, "most_columns", 0.7) if wider else None
    train = found[Role.TRAIN]
    shared = names & set(train.names)
    if Role.TEST not in found and len(shared) > len(train.names) / 2 and len(names - shared) <= 1:
        reason = "train_without_some" if set(train.names) - names else "same_columns_as_train"
        return Guess(Role.TEST, reason, 0.8, {"columns": sorted(set(train.names) - names)[:5]})
    if len(names) > max(3, len(train.names) / 2):
        return None
    test = found.get(Role.TEST)
    if test is not None and table.rows != test.rows:
        return None
    is_constant = all(pc.count_distinct(table.text(name)).as_py() <= 1 for name in table.names[1:])
    if is_constant:
        return Guess(Role.SAMPLE, "one_value_everywhere", 0.8)
    return Guess(Role.SOLUTION, "answers_by_id", 0.6) if test is not None else None


def _usage_column(table: Table) -> str | None:
    for name in table.names:
        values = pc.unique(table.text(name).slice(0, LOOKED_AT)).drop_null()
        if 0 < len(values) <= 3 and all(str(one).strip().lower() in USAGES for one in values.to_pylist()):
            return name
    return None


def _guess_usage(of_role: Mapping[Role, Table]) -> Guess[str | None]:
    for role in (Role.SOLUTION, Role.TEST, Role.TRAIN):
        column = _usage_column(of_role[role]) if role in of_role else None
        if column is not None:
            return Guess(column, "has_usage", 0.95, {"column": column})
    return Guess(None, "no_usage", 1.0)


# --- ids --------------------------------------------------------------------------------------------------------------
def _guess_ids(
    main: Table, of_role: Mapping[Role, Table], facts: Mapping[str, Column], targets: set[str]
) -> Guess[tuple[str, ...]]:
    """The column that names the rows: it must be in all files, and no value of it twice in any of them."""
    tables = list(of_role.values())
    everywhere = [name for name in main.names if all(name in one.names for one in tables) and name not in targets]
    candidates = [name for name in everywhere if _may_name_rows(facts[name])]
    alone = [name for name in candidates if _tells_rows_apart(tables, [name])]
    short = of_role.get(Role.SAMPLE) or of_role.get(Role.SOLUTION)
    if short is not None and short.names[0] in alone:
        return Guess((short.names[0],), "first_of_sample", 0.95, {"column": short.names[0]})
    for name in alone:
        if _is_id_name(name):
            return Guess((name,), "named_like_an_id", 0.95, {"column": name})
    for name in alone:
        if is_index_name(name):
            return Guess((name,), "written_along_index", 0.8, {"column": name})
    texts = [name for name in alone if not facts[name].is_numeric or facts[name].kind is Kind.INTEGER]
    if texts and texts[0] in main.names[:2]:
        return Guess((texts[0],), "unique_in_front", 0.7, {"column": texts[0]})
    for parts in _pairs(candidates, facts):
        if _tells_rows_apart(tables, parts):
            return Guess(tuple(parts), "unique_together", 0.6, {"columns": list(parts)})
    return Guess((), "no_id", 0.6)


def _is_id_name(name: str) -> bool:
    return bool(ID_NAME.search(name) or CAMEL_ID.search(name))


def _may_name_rows(column: Column) -> bool:
    return column.kind in (Kind.INTEGER, Kind.TEXT, Kind.DATE) and not column.missing


def _tells_rows_apart(tables: Sequence[Table], names: Sequence[str]) -> bool:
    return all(_all_different(table, names) for table in tables)


def _all_different(table: Table, names: Sequence[str]) -> bool:
    # Most columns are found out by their first rows.
    for part in (table.columns.slice(0, 2000), table.columns):
        columns = [part.column(name) for name in names]
        text = columns[0] if len(columns) == 1 else joined(columns)
        if text.null_count or pc.count_distinct(text).as_py() != len(text):
            return False
    longest = pc.max(pc.utf8_length(text)).as_py()
    return longest is not None and longest <= LONGEST_ID * len(names)


def _pairs(candidates: Sequence[str], facts: Mapping[str, Column]) -> Iterator[tuple[str, ...]]:
    """Columns that may name rows together: dates, and those that name what the row is about."""
    good = [
        name
        for name in candidates
        if facts[name].kind is Kind.DATE or _is_id_name(name) or GROUP_NAME.search(name) or DATE_NAME.search(name)
    ][:6]
    for count in range(2, MOST_PARTS + 1):
        yield from combinations(good, count)


# --- targets ----------------------------------------------------------------------------------------------------------
def _named_targets(main: Table, of_role: Mapping[Role, Table]) -> tuple[str, ...]:
    """The columns that test lacks: those at least are no ids."""
    test = of_role.get(Role.TEST)
    return () if test is None or test is main else tuple(name for name in main.names if name not in test.names)


def _guess_targets(
    main: Table, of_role: Mapping[Role, Table], facts: Mapping[str, Column], roled: set[str]
) -> Guess[tuple[str, ...]]:
    free = tuple(name for name in main.names if name not in roled and facts[name].kind is not Kind.EMPTY)
    lacking = tuple(name for name in _named_targets(main, of_role) if name in free)
    asked = _asked_targets(main, of_role, free, lacking)
    if asked is not None:
        return asked
    if main is of_role.get(Role.SOLUTION):
        found = lacking or free
        return Guess(found, "in_solution", 0.8, {"columns": list(found)})
    if lacking:
        sure = 0.95 if len(lacking) == 1 else 0.7
        return Guess(lacking, "missing_in_test", sure, {"columns": list(lacking)})
    return _target_by_name(free)


def _asked_targets(
    main: Table, of_role: Mapping[Role, Table], free: Sequence[str], lacking: Sequence[str]
) -> Guess[tuple[str, ...]] | None:
    """The columns that sample or solution have."""
    for role, reason in ((Role.SAMPLE, "asked_by_sample"), (Role.SOLUTION, "in_solution")):
        table = of_role.get(role)
        if table is None or table is main:
            continue
        asked = tuple(name for name in free if name in table.names)
        if asked and len(asked) < len(free):
            return Guess(asked, reason, 0.95, {"columns": list(asked)})
        if role is Role.SAMPLE and (by_class := _target_of_classes(main, table, lacking or free)):
            return Guess((by_class,), "classes_in_sample", 0.9, {"column": by_class})
    return None


def _target_by_name(free: Sequence[str]) -> Guess[tuple[str, ...]]:
    if named := tuple(name for name in free if TARGET_NAME.match(name)):
        return Guess(named[-1:], "named_like_a_target", 0.8, {"columns": list(named[-1:])})
    if family := tuple(name for name in free if TARGET_FAMILY.match(name)):
        return Guess(family, "named_like_a_target", 0.6, {"columns": list(family)})
    if free:
        return Guess(tuple(free[-1:]), "last_column", 0.4, {"columns": list(free[-1:])})
    return Guess((), "nothing_found", 0.0)


def _target_of_classes(main: Table, sample: Table, names: Sequence[str]) -> str | None:
    """The column whose values are the names of the sample's columns."""
    asked = set(sample.names[1:])
    if len(asked) < 2:
        return None
    for name in names:
        values = pc.unique(main.text(name).slice(0, LOOKED_AT)).drop_null()
        if len(values) <= len(asked) and set(values.to_pylist()) <= asked and len(values) >= 2:
            return name
    return None


def guess_task(table: Table, targets: Sequence[str]) -> Guess[Task | None]:
    """What these columns ask for: for when the organiser names other targets."""
    columns = [column_of(table, name) for name in targets if name in table.names]
    if not columns:
        return Guess(None, "nothing_found", 0.0)
    if len(columns) > 1:
        return _task_of_several(table, columns)
    (column,) = columns
    if column.kind is Kind.EMPTY:
        return Guess(None, "nothing_found", 0.0)
    if column.distinct <= 2:
        return Guess(Task.BINARY, "two_values", 0.95, {"count": column.distinct})
    return _task_of_numbers(table, column) if column.is_numeric else _task_of_texts(table, column)


def _task_of_texts(table: Table, column: Column) -> Guess[Task | None]:
    if _holds_lists(table, column.name):
        return Guess(Task.RANKING, "lists_of_labels", 0.7)
    if column.distinct <= min(MOST_NAMED_CLASSES, max(column.looked_at // 2, 2)):
        return Guess(Task.MULTICLASS, "few_texts", 0.9, {"count": column.distinct})
    return Guess(Task.TEXT, "many_texts", 0.6, {"count": column.distinct})


def _task_of_several(table: Table, columns: Sequence[Column]) -> Guess[Task | None]:
    count = {"count": len(columns)}
    if all(_is_indicator(table, column) for column in columns):
        return Guess(Task.MULTILABEL, "columns_of_yes_and_no", 0.95, count)
    if all(column.is_numeric for column in columns):
        return Guess(Task.REGRESSION, "columns_of_numbers", 0.9, count)
    return Guess(Task.MULTICLASS, "columns_of_texts", 0.6, count)


def _is_indicator(table: Table, column: Column) -> bool:
    values = pc.unique(without_nothing(table.sample(LOOKED_AT).text(column.name)).drop_null()).to_pylist()
    words = {str(one).lower().removesuffix(".0") for one in values}
    return bool(words) and (words <= {"0", "1"} or words <= {"true", "false"})


def _task_of_numbers(table: Table, column: Column) -> Guess[Task | None]:
    numbers = table.sample(LOOKED_AT).numbers(column.name)
    numbers = numbers[numbers == numbers]  # noqa: PLR0124 -- without NaN
    is_whole = bool((numbers == numbers.round()).all())
    count = {"count": column.distinct}
    if not is_whole:
        return Guess(Task.REGRESSION, "decimals", 0.95, count)
    if column.distinct > MOST_CLASSES:
        return Guess(Task.REGRESSION, "many_numbers", 0.9, count)
    span = numbers.max() - numbers.min() + 1
    # Classes are numbered without gaps, from 0 or 1, and many rows have each; counts thin out.
    is_numbered = numbers.min() in (0, 1) and span == column.distinct and column.distinct * 5 <= numbers.size
    return Guess(Task.MULTICLASS, "few_whole_numbers", 0.75 if is_numbered else 0.5, count)


def _holds_lists(table: Table, name: str) -> bool:
    """Whether cells hold labels separated by spaces, each at most once in a cell, and the same ones again and again."""
    text = pc.utf8_trim_whitespace(without_nothing(table.sample(2000).text(name)).drop_null())
    lists = pc.utf8_split_whitespace(text)
    labels = pc.list_flatten(lists)
    if len(labels) < 1.3 * len(text) or pc.any(pc.match_substring_regex(labels, r"[.,;!?。、]$")).as_py():
        return False
    vocabulary = pc.count_distinct(labels).as_py()
    repeated = sum(len(set(one)) < len(one) for one in lists.to_pylist())
    # Words of a language come in upper and lower case; labels do not.
    lower = pc.count_distinct(pc.utf8_lower(labels)).as_py()
    return vocabulary * 2 <= len(labels) and repeated * 50 <= len(text) and lower == vocabulary


def guess_positive(table: Table, target: str) -> Guess[str | None]:
    """Which value of a column of two values means yes."""
    counts = pc.value_counts(without_nothing(table.text(target)).drop_null()).to_pylist()
    values = {str(one["values"]): int(one["counts"]) for one in counts}
    known = [value for value in values if value.strip().lower() in POSITIVE]
    if len(known) == 1:
        return Guess(known[0], "means_yes", 0.95, {"value": known[0]})
    if len(values) < 2:
        return Guess(None, "nothing_found", 0.0)
    rarer = min(values, key=lambda value: (values[value], value))
    return Guess(rarer, "rarer_value", 0.5, {"value": rarer, "count": values[rarer]})


# --- dates and groups -------------------------------------------------------------------------------------------------
def _guess_dates(columns: Sequence[Column], table: Table) -> Guess[tuple[str, ...]]:
    """The columns that hold dates, or years; those with a name that says so first."""
    dates = [one.name for one in columns if one.kind is Kind.DATE]
    years = [one.name for one in columns if one.kind is Kind.INTEGER and _holds_years(table, one)]
    dates.sort(key=lambda name: not DATE_NAME.search(name))
    if dates:
        return Guess((*dates, *years), "looks_like_dates", 0.9, {"columns": dates[:5]})
    if years:
        return Guess(tuple(years), "looks_like_years", 0.6, {"columns": years[:5]})
    return Guess((), "no_dates", 0.9)


def _holds_years(table: Table, column: Column) -> bool:
    if not YEAR_NAME.search(column.name) or column.distinct < 2:
        return False
    numbers = table.sample(LOOKED_AT).numbers(column.name)
    present = numbers[numbers == numbers]  # noqa: PLR0124 -- without NaN
    return bool(((present >= 1800) & (present <= 2200)).all())


def _guess_groups(columns: Sequence[Column], table: Table) -> Guess[tuple[str, ...]]:
    """Columns that name what several rows are about: a customer, a patient, a shop."""
    found = [
        one.name
        for one in columns
        if one.kind in (Kind.TEXT, Kind.INTEGER)
        and (GROUP_NAME.search(one.name) or _is_id_name(one.name))
        and not one.missing
        and one.distinct >= 3
        and _repeats(table, one.name)
    ]
    if not found:
        return Guess((), "no_groups", 0.7)
    found.sort(key=lambda name: not _is_id_name(name))
    return Guess(tuple(found), "repeated_names", 0.7, {"columns": found[:5]})


def _repeats(table: Table, name: str) -> bool:
    """Whether the values of a column come again, in most of them."""
    return bool(pc.count_distinct(table.text(name)).as_py() * 3 <= table.rows * 2)
