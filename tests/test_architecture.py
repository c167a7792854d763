"""The shape of the source: sizes, names, words and layers. Why each rule stands: CONTRIBUTING.md."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "rpcauth").rglob("*.py"))}
TREES = {name: ast.parse(path.read_text("utf-8"), name) for name, path in SOURCES.items()}
TABLES = {"rpcauth/model.py"}
"""Files that are one long list of like things: read by searching, so their length costs nothing."""

FILE_LINES = 300
FUNCTION_LINES = 40
EMPTY_MODULE_NAMES = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
EMPTY_CLASS_WORDS = ("Helper", "Manager", "Util")
FACADE_WORDS = {"AppId", "ExpiresOnUtc", "package_key", "return_type", "token_data", "uri_object"}
BELOW_THE_FACADES = ("definitions", "errors", "keys", "model", "oauth", "operations", "storage")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def count_lines(function: Function) -> int:
    """Lines from `def` to the end; a docstring is free."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def names_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.keyword(arg=str(name)) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def is_number(node: ast.AST, number: int) -> bool:
    return isinstance(node, ast.expr) and ast.unparse(node) == str(number)


def test_the_source_is_found() -> None:
    assert "rpcauth/errors.py" in SOURCES


def test_every_source_file_that_holds_code_has_a_docstring() -> None:
    assert [name for name, tree in TREES.items() if tree.body and not ast.get_docstring(tree)] == []


def test_no_source_file_is_longer_than_the_limit() -> None:
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in SOURCES.items() if name not in TABLES}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_the_limit() -> None:
    lengths = {
        f"{name}:{function.lineno} {function.name}": count_lines(function)
        for name, tree in TREES.items()
        for function in functions_of(tree)
    }
    assert {place: lines for place, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in SOURCES.values()}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_a_module_is_named_for_what_it_holds() -> None:
    assert [name for name in SOURCES if EMPTY_MODULE_NAMES.intersection(Path(name).with_suffix("").parts)] == []


def test_a_class_is_named_for_what_it_is() -> None:
    classes = {
        node.name: name for name, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }
    assert {found: name for found, name in classes.items() if any(word in found for word in EMPTY_CLASS_WORDS)} == {}


def test_words_of_a_facade_stay_in_it() -> None:
    below = {name: tree for name, tree in TREES.items() if name.split("/")[1].split(".")[0] in BELOW_THE_FACADES}
    strays = {name: FACADE_WORDS.intersection(names_in(tree)) for name, tree in below.items()}
    assert {name: words for name, words in strays.items() if words} == {}


def test_the_number_of_the_oauth_error_is_written_in_one_file() -> None:
    holders = [name for name, tree in TREES.items() if any(is_number(node, -2001) for node in ast.walk(tree))]
    assert len(holders) == 1


def run_import_linter(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("rpc/planted.py", "rpcauth.server", "Imports point down only"),
        ("rpc/planted.py", "rpcauth.rest", "Imports point down only"),
        ("rest/planted.py", "rpcauth.rpc", "Imports point down only"),
        ("wire/planted.py", "rpcauth.rpc", "Imports point down only"),
        ("storage/planted.py", "rpcauth.operations", "Imports point down only"),
        ("server/planted.py", "rpcauth.config", "Imports point down only"),
        ("model.py", "rpcauth.errors", "Imports point down only"),
        ("planted.py", "ast", "Imports point down only"),
        ("operations/planted.py", "rpcauth.storage.engine", "Only app and cli know a storage engine"),
        ("server/planted.py", "rpcauth.storage.engine", "Only app and cli know a storage engine"),
        ("cli/planted.py", "sqlite3", "Only storage knows a database driver"),
        ("operations/planted.py", "asyncpg", "Only storage knows a database driver"),
        ("server/planted.py", "jsonrpcserver", "Only rpc knows jsonrpcserver"),
        ("oauth/planted.py", "time", "Rules and vocabulary are pure"),
        ("oauth/grants/planted.py", "secrets", "Rules and vocabulary are pure"),
        ("errors.py", "socket", "Rules and vocabulary are pure"),
    ],
)
def test_an_import_against_the_layers_breaks_its_contract(
    tmp_path: Path, module: str, imported: str, contract: str
) -> None:
    shutil.copytree(ROOT / "rpcauth", tmp_path / "rpcauth", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    for stand_in in ("config/__init__.py", "rest/__init__.py", "storage/engine.py", module):
        path = tmp_path / "rpcauth" / stand_in
        path.parent.mkdir(exist_ok=True)
        path.touch()
    planted = tmp_path / "rpcauth" / module
    planted.write_text(f"{planted.read_text('utf-8')}\nimport {imported}\n", "utf-8")

    verdict = run_import_linter(tmp_path)

    assert verdict.returncode == 1
    assert [line for line in verdict.stdout.splitlines() if line.startswith(contract) and "BROKEN" in line]
