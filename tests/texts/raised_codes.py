"""Every error code that the source of `evote` and `trustee_cli` can raise, read from its syntax trees.

*Idea*: a code is the first argument of an error's constructor. Where it is built from a parameter of the function
around it (`_refuse("rule", ...)` makes `group.rule`), the calls of that function are looked at in its place, as far as
it takes; where it comes from a record's attribute, the calls that fill that attribute.

*Invariants*: a code that can't be traced to literals is reported in `untraced`, never left out silently; an error that
passes another one's code on (`error.code`) adds none.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from evote import errors

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("evote", "trustee_cli")
CONSTRUCTORS: Final = frozenset(
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.EvoteError)
)
_CODE: Final = re.compile(r"[a-z_]+\.[a-z_0-9]+")
# What an error's constructor takes beside the values.
PARAMETERS: Final = frozenset({"code", "message", "culprits", "first", "second", "rule", "cause"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where a code is chosen: the values that travel with it, and whether its message is a fixed sentence."""

    place: str
    values: frozenset[str]
    is_fixed: bool


@dataclass(slots=True)
class Found:
    """The sites of every code, and places whose code could not be traced."""

    sites: dict[str, list[Site]] = field(default_factory=lambda: defaultdict(list))
    untraced: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Path:
    """What was met between an error's constructor and the literal: prefix of the code, values, calls."""

    prefix: str = ""
    values: frozenset[str] = frozenset()
    is_fixed: bool = True
    calls: tuple[ast.Call, ...] = ()


@dataclass(frozen=True, slots=True)
class _Call:
    """A call with the function around it, None at the top of a module."""

    node: ast.Call
    around: ast.FunctionDef | None
    module: str


@dataclass(slots=True)
class _Source:
    """The calls of all modules by the called name, and module constants."""

    calls: dict[str, list[_Call]] = field(default_factory=lambda: defaultdict(list))
    constants: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    imported: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    classes: dict[ast.FunctionDef, str] = field(default_factory=dict)
    defined_in: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    heads: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def find_codes() -> Found:
    """Read the source of both packages."""
    source = _read_source()
    found = Found()
    for name in CONSTRUCTORS:
        for call in source.calls[name]:
            code = call.node.args[0] if call.node.args else None
            _follow(source, found, call, code, _Path())
    return found


def _read_source() -> _Source:
    source = _Source()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            module = str(path.relative_to(ROOT))
            _collect(source, module, ast.parse(path.read_text()), None)
    return source


def _collect(source: _Source, module: str, node: ast.AST, around: ast.FunctionDef | None) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            source.calls[_called(child)].append(_Call(child, around, module))
        if isinstance(child, ast.ImportFrom):
            source.imported[module].update(alias.name for alias in child.names)
        if isinstance(node, ast.ClassDef) and isinstance(child, ast.FunctionDef):
            source.classes[child] = node.name
        if isinstance(child, ast.Assign | ast.AnnAssign) and around is None:
            _note_constant(source, child)
        if isinstance(child, ast.FunctionDef):
            source.defined_in[child.name].add(module)
        if isinstance(child, ast.Tuple) and child.elts:
            source.heads[module] += [head for head in _literals(child.elts[:1]) if _CODE.fullmatch(head)]
        _collect(source, module, child, child if isinstance(child, ast.FunctionDef) else around)


def _note_constant(source: _Source, node: ast.Assign | ast.AnnAssign) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper():
                source.constants[target.id].add(node.value.value)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _follow(source: _Source, found: Found, call: _Call, code: ast.expr | None, path: _Path) -> None:
    """Take a further call into the path and trace its code."""
    if call.node in path.calls:
        return
    values = {keyword.arg for keyword in call.node.keywords if keyword.arg} - PARAMETERS
    has_hole = any(isinstance(part, ast.JoinedStr) and part is not code for part in call.node.args)
    path = _Path(
        prefix=path.prefix,
        values=path.values | values,
        is_fixed=path.is_fixed and not has_hole,
        calls=(*path.calls, call.node),
    )
    _trace(source, found, call, code, path)


def _trace(source: _Source, found: Found, call: _Call, code: ast.expr | None, path: _Path) -> None:
    """Follow the code of a call to the literals that it can be."""
    place = f"{call.module}:{call.node.lineno}"

    def note(texts: Iterable[str]) -> None:
        for text in texts:
            found.sites[path.prefix + text].append(Site(place=place, values=path.values, is_fixed=path.is_fixed))

    match code:
        case ast.Constant(value=str(text)):
            note([text])
        case ast.IfExp(body=body, orelse=orelse):
            for branch in (body, orelse):
                _trace(source, found, call, branch, path)
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), ast.FormattedValue(value=inner)]):
            _trace(source, found, call, inner, replace(path, prefix=path.prefix + text))
        case ast.Name(id=name) if call.around is not None and _is_parameter(call, code):
            for outer, argument in _arguments(source, call, call.around, name):
                _follow(source, found, outer, argument, path)
        case ast.Name(id=name) if call.around is not None and (looped := _looped_over(call.around, name)):
            note(looped)
        case ast.Name(id=name) if call.around is not None and (unpacked := _unpacked(source, call.around, name)):
            note(unpacked)
        case ast.Name(id=name) if name in source.constants:
            note(sorted(source.constants[name]))
        case ast.Attribute(attr="code"):
            return
        case ast.Attribute(attr=attribute):
            for outer, argument in _fillings(source, call, attribute):
                _follow(source, found, outer, argument, path)
        case _:
            found.untraced.append(place)


def _fillings(source: _Source, call: _Call, attribute: str) -> Iterator[tuple[_Call, ast.expr]]:
    """Yield every call in the same package that fills a record's field, with what it fills it with."""
    package = call.module.rpartition("/")[0]
    for outer in (outer for calls in source.calls.values() for outer in calls):
        for keyword in outer.node.keywords:
            is_near = keyword.arg == attribute and outer.module.rpartition("/")[0] == package
            if is_near and (isinstance(keyword.value, ast.Constant) or _is_parameter(outer, keyword.value)):
                yield outer, keyword.value


def _is_parameter(call: _Call, node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and call.around is not None and node.id in _parameters(call.around)


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def _arguments(
    source: _Source, call: _Call, function: ast.FunctionDef, name: str
) -> Iterator[tuple[_Call, ast.expr | None]]:
    """Yield every call of a function with what it passes for a parameter."""
    names = _parameters(function)
    position = names.index(name) - (names[0] in ("self", "cls"))
    known_as = source.classes.get(function, function.name)
    for outer in source.calls[function.name]:
        if outer.module != call.module and known_as not in source.imported[outer.module]:
            continue
        if isinstance(outer.node.func, ast.Attribute) != (function in source.classes):
            continue
        given = next((keyword.value for keyword in outer.node.keywords if keyword.arg == name), None)
        if given is None and position < len(outer.node.args):
            given = outer.node.args[position]
        yield outer, given


def _looped_over(function: ast.FunctionDef, name: str) -> list[str]:
    """Return the literals that a loop variable runs through: those of a tuple, or the keys of a dict."""
    for loop in (node for node in ast.walk(function) if isinstance(node, ast.For)):
        match loop.target, loop.iter:
            case ast.Name(id=variable), ast.Tuple(elts=items) if variable == name:
                return _literals(items)
            case ast.Tuple(elts=[ast.Name(id=variable), _]), ast.Call(func=ast.Attribute(value=ast.Name(id=mapping))):
                keys = _keys(function, mapping) if variable == name else []
                if keys:
                    return keys
    return []


def _unpacked(source: _Source, function: ast.FunctionDef, name: str) -> list[str]:
    """Return the codes of a variable that is the first of a tuple made elsewhere.

    They are what looks like a code at the head of a tuple, in any module that defines the function.
    """
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=first), *_])], value=ast.Call() as made):
                if first == name:
                    modules = source.defined_in[_called(made)]
                    return [code for module in sorted(modules) for code in source.heads[module]]
    return []


def _keys(function: ast.FunctionDef, name: str) -> list[str]:
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Dict(keys=keys)) if target == name:
                return _literals(keys)
    return []


def _literals(nodes: Sequence[ast.expr | None]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
