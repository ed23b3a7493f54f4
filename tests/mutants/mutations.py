"""Small wrong changes to a Python module, of the kinds that slip into business rules.

Only bodies of functions are changed: they can be exchanged in a running process. Decorators, default values, class
attributes, annotations and log lines stay as they are.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# How each comparison may be got wrong: its boundary, and its opposite.
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
# Calls on a queryset that are dropped as a whole, and those that lose one condition at a time.
NARROWING = {"filter", "exclude", "order_by", "distinct", "reverse"}
CONDITIONS = {"filter", "exclude", "get", "Q", "get_or_create", "update", "aggregate", "Count"}
# Sizes of steps, which change no result.
SIZES = {"chunk_size", "batch_size"}
LOCKS = {"atomic", "lock", "lock_all", "select_for_update", "lock_teams", "lock_account"}
UNTOUCHED_CALLS = {"debug", "info", "warning", "error", "exception"}

Change = Callable[[ast.AST], ast.AST]


@dataclass(frozen=True)
class Mutant:
    """One change. `lines`: those of the changed statement or expression, first and last."""

    module: str
    function: str
    kind: str
    what: str
    lines: tuple[int, int]
    number: int

    @property
    def key(self) -> str:
        """Names it as long as the function does not change, wherever it stands."""
        return f"{self.function}: {self.what}"

    @property
    def is_lock(self) -> bool:
        return self.kind == "lock"


class _Finder:
    """Walks a function in a fixed order; each possible change gets a number."""

    def __init__(self, module: str, wanted: int | None = None) -> None:
        self.module, self.wanted = module, wanted
        self.found: list[Mutant] = []
        self.function = ""

    def offer(self, node: ast.AST, kind: str, what: str, change: Change) -> ast.AST | None:
        """Note the change; where it is the wanted one, make it."""
        number = len(self.found)
        again = sum(one.function == self.function and one.what.split(" #")[0] == what for one in self.found)
        what = f"{what} #{again + 1}" if again else what
        last = getattr(node, "end_lineno", None) or node.lineno
        if isinstance(node, ast.With | ast.If | ast.While | ast.For):
            last = node.lineno
        self.found.append(Mutant(self.module, self.function, kind, what, (node.lineno, last), number))
        return ast.copy_location(change(copy.deepcopy(node)), node) if number == self.wanted else None

    def visit(self, node: ast.AST) -> ast.AST:
        for kind, what, change in _changes(node):
            changed = self.offer(node, kind, what, change)
            if changed is not None:
                return changed
        if isinstance(node, ast.keyword) and node.arg in SIZES:
            return node
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
                continue
            if isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
            elif isinstance(value, list):
                setattr(node, name, [self.visit(one) if isinstance(one, ast.AST) else one for one in value])
        return node

    def search(self, tree: ast.Module) -> ast.Module:
        for owner, node in _functions(tree):
            self.function = f"{owner}{node.name}"
            body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            node.body[len(node.body) - len(body) :] = [self.visit(one) for one in body]
        return tree


def mutants_of(source: str, module: str) -> list[Mutant]:
    """Every change that can be made to `source`."""
    finder = _Finder(module)
    finder.search(ast.parse(source))
    return finder.found


def mutate(source: str, mutant: Mutant) -> ast.Module:
    """The syntax tree of `source` with the one change made."""
    tree = _Finder(mutant.module, wanted=mutant.number).search(ast.parse(source))
    return ast.fix_missing_locations(tree)


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    yield f"{node.name}.", member


def _changes(node: ast.AST) -> Iterator[tuple[str, str, Change]]:  # noqa: C901, PLR0912 -- a table of the kinds
    match node:
        case ast.Compare(ops=[operator]):
            for other in COMPARISONS[type(operator)]:
                yield "comparison", *_rewritten(node, lambda one, other=other: _with(one, ops=[other()]))
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield "and/or", *_rewritten(node, lambda one: _with(one, op=other()))
            for place in range(len(node.values)):
                yield "operand", *_rewritten(node, lambda one, place=place: _without_value(one, place))
        case ast.UnaryOp(op=ast.Not()):
            yield "not", *_rewritten(node, lambda one: one.operand)
        case ast.IfExp():
            yield "condition", *_rewritten(node, lambda one: one.body)
            yield "condition", *_rewritten(node, lambda one: one.orelse)
        case ast.If():
            test = ast.unparse(node.test)
            for value in (True, False):
                yield (
                    "condition",
                    f"if {test} → {value}",
                    lambda one, value=value: _with(one, test=ast.copy_location(ast.Constant(value), one.test)),
                )
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp() | ast.DictComp():
            for place, generator in enumerate(node.generators):
                if generator.ifs:
                    yield "condition", *_rewritten(node, lambda one, place=place: _without_ifs(one, place))
        case ast.BinOp() if type(node.op) in OPERATORS:
            if not (isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)):
                yield "operator", *_rewritten(node, lambda one: _with(one, op=OPERATORS[type(one.op)]()))
        case ast.Constant(value=bool()):
            yield "boolean", f"{node.value} → {not node.value}", lambda one: ast.Constant(not one.value)
        case ast.Constant(value=int()):
            for step in (1, -1):
                yield (
                    "constant",
                    f"{node.value} → {node.value + step}",
                    lambda one, step=step: ast.Constant(one.value + step),
                )
        case ast.Call():
            yield from _of_call(node)
        case ast.With():
            names = {_name(item.context_expr) for item in node.items}
            if "atomic" in names:
                yield (
                    "lock",
                    f"without {ast.unparse(node.items[0])}",
                    lambda one: ast.If(test=ast.Constant(True), body=one.body, orelse=[]),
                )
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield "return", f"{_short(node)} → return None", lambda _one: ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Continue() | ast.Break() | ast.AugAssign() | ast.Delete():
            yield "statement", f"removed: {_short(node)}", lambda _one: ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield "statement", f"removed: {_short(node)}", lambda _one: ast.Pass()
        case ast.Expr(value=ast.Call() as call):
            if _name(call) not in UNTOUCHED_CALLS:
                kind = "lock" if _name(call) in LOCKS else "statement"
                yield kind, f"removed: {_short(node)}", lambda _one: ast.Pass()


def _of_call(node: ast.Call) -> Iterator[tuple[str, str, Change]]:
    name = _name(node)
    if name == "select_for_update":
        yield "lock", *_rewritten(node, lambda one: one.func.value)
    if name == "lock" and len(node.args) == 1 and isinstance(node.func, ast.Attribute):
        yield "lock", *_rewritten(node, _unlocked)
    if name == "lock_account":
        yield "lock", *_rewritten(node, lambda one: one.args[0])
    if name in NARROWING and isinstance(node.func, ast.Attribute):
        yield "filter", *_rewritten(node, lambda one: one.func.value)
    if name in CONDITIONS and len(node.keywords) + len(node.args) > 1:
        for place in range(len(node.keywords)):
            yield "filter", *_rewritten(node, lambda one, place=place: _without_keyword(one, place))


def _rewritten(node: ast.expr, change: Change) -> tuple[str, Change]:
    changed = change(copy.deepcopy(node))
    return f"{_short(node)} → {_short(changed)}", change


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _without_value(node: ast.BoolOp, place: int) -> ast.expr:
    del node.values[place]
    return node.values[0] if len(node.values) == 1 else node


def _without_ifs(node: ast.ListComp, place: int) -> ast.AST:
    node.generators[place].ifs = []
    return node


def _without_keyword(node: ast.Call, place: int) -> ast.Call:
    del node.keywords[place]
    return node


def _unlocked(node: ast.Call) -> ast.Call:
    node.func.attr = "get"
    return _with(node, keywords=[ast.keyword("pk", node.args[0])], args=[])


def _name(node: ast.AST) -> str:
    """The last word of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
