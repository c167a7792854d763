"""The ids of all rules that can refuse something, read off the source: whatever is given to an error as its detail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "rpcauth"

SINKS = {
    "OAuthError": (2, "detail"),
    "CallerRefused": (0, "detail"),
    "LimitReached": (1, "detail"),
    "StorageUnavailable": (1, "detail"),
    "GatewayFault": (0, "word"),
    "Failure": (None, "detail"),
    "_describe_refusal": (2, "rule"),
}
"""Where a rule is handed over: what is called, the place of the rule among its arguments, and its name."""

PREFIXES = {"GatewayFault": "authz."}
UNKNOWN = "*"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class Module:
    path: Path
    functions: dict[str, Function] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    calls: list[tuple[ast.Call, Function | None]] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """The package, as far as rules go."""

    modules: list[Module]

    def find_rules(self) -> Iterator[tuple[str, str]]:
        """Each rule and where it is given; a part that only the run can tell is `*`."""
        for module in self.modules:
            for call, function in module.calls:
                name = _name_of(call.func)
                if name in SINKS and module.path.name != "errors.py":
                    place, keyword = SINKS[name]
                    argument = _argument(call, place, keyword)
                    where = f"{module.path.relative_to(PACKAGE)}:{call.lineno}"
                    if argument is None:
                        assert name == "Failure", f"{where}: {name} without a rule"
                        continue
                    for text in self._evaluate(argument, module, function):
                        yield PREFIXES.get(name, "") + text, where

    def _evaluate(self, node: ast.expr, module: Module, function: Function | None) -> set[str]:
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.Constant():
                return set()
            case ast.IfExp(body=body, orelse=orelse):
                return self._evaluate(body, module, function) | self._evaluate(orelse, module, function)
            case ast.JoinedStr(values=parts):
                texts = {""}
                for part in parts:
                    inner = part.value if isinstance(part, ast.FormattedValue) else part
                    found = self._evaluate(inner, module, function) or {UNKNOWN}
                    texts = {text + each for text in texts for each in found}
                return texts
            case ast.Call(func=ast.Name(id="name_of")):
                return {"SQLITE_*"}
            case ast.Call(func=ast.Name(id=name)) if name in module.functions:
                return self._evaluate_returns(module.functions[name], module)
            case ast.Call(func=ast.Attribute(attr=name)):
                return self._evaluate_methods(name)
            case ast.Name(id=name) if name in module.constants:
                return self._evaluate(module.constants[name], module, None)
            case ast.Name(id=name) if function is not None:
                return self._evaluate_name(name, module, function)
            case _:
                return set()  # a rule that another error brought along

    def _evaluate_returns(self, function: Function, module: Module) -> set[str]:
        returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
        return {text for value in returned for text in self._evaluate(value, module, function)}

    def _evaluate_methods(self, name: str) -> set[str]:
        """Whatever any method of this name returns that is a rule: its own words are `<family>.<rule>`."""
        found = {
            text
            for module in self.modules
            if name in module.functions
            for text in self._evaluate_returns(module.functions[name], module)
        }
        return {text for text in found if "." in text}

    def _evaluate_name(self, name: str, module: Module, function: Function) -> set[str]:
        assigned = [
            node.value
            for node in ast.walk(function)
            if (isinstance(node, ast.Assign) and [_name_of(target) for target in node.targets] == [name])
            or (isinstance(node, ast.NamedExpr) and node.target.id == name)
        ]
        if assigned:
            return {text for value in assigned for text in self._evaluate(value, module, function)}
        names = [argument.arg for argument in function.args.args]
        if name not in names or names[:1] == ["self"]:
            return set()
        among = [module] if function.name.startswith("_") else self.modules
        found: set[str] = set()
        for other in among:
            for call, caller in other.calls:
                if _name_of(call.func) == function.name:
                    argument = _argument(call, names.index(name), name)
                    found |= set() if argument is None else self._evaluate(argument, other, caller)
        return found


def read_source() -> Source:
    return Source([_read(path) for path in sorted(PACKAGE.rglob("*.py"))])


def _read(path: Path) -> Module:
    module, tree = Module(path), ast.parse(path.read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and len(node.targets) == 1:
            module.constants[str(_name_of(node.targets[0]))] = node.value
    _visit(tree, module, None)
    return module


def _visit(node: ast.AST, module: Module, function: Function | None) -> None:
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, Function):
            module.functions[child.name] = inside = child
        if isinstance(child, ast.Call):
            module.calls.append((child, inside))
        if isinstance(child, ast.ClassDef) and [_name_of(base) for base in child.bases] == ["OAuthError"]:
            _visit_error(child, module)
        _visit(child, module, inside)


def _visit_error(node: ast.ClassDef, module: Module) -> None:
    """An error of its own kind hands its rule over to the class above it."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "__init__":
            module.calls.append((ast.copy_location(_renamed(call), call), None))


def _renamed(call: ast.Call) -> ast.Call:
    return ast.Call(func=ast.Name(id="OAuthError", ctx=ast.Load()), args=call.args, keywords=call.keywords)


def _argument(call: ast.Call, place: int | None, keyword: str) -> ast.expr | None:
    if place is not None and len(call.args) > place:
        return call.args[place]
    return next((given.value for given in call.keywords if given.arg == keyword), None)


def _name_of(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
