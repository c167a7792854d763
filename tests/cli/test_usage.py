"""What everybody meets first: help, mistakes in typing, the configuration's verbs, completion."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

import rpcauth
from rpcauth.cli.main import VERBS
from rpcauth.rpc.methods import METHODS
from rpcauth.rpc.openrpc import document
from tests.cli.commands import run

ROOT = Path(__file__).parent.parent.parent
HEAVY = {"aiohttp", "aiosqlite", "argon2", "asyncio", "cryptography", "jsonrpcserver", "msgspec", "pysqlite3"}


def walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    inner = command.commands.items() if isinstance(command, click.Group) else ()
    return [path, *(found for name, one in inner for found in walk(one, (*path, name)))]


COMMANDS = [path for verb in VERBS for path in walk(verb, (verb.name or "",))]


@pytest.mark.parametrize("path", [(), *COMMANDS], ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: rpcauth {' '.join(path)}".rstrip())
    assert len(result.stdout.splitlines()) > 5


def test_the_overview_has_a_whole_sentence_for_every_verb() -> None:
    overview = run("--help").stdout.partition("Commands:")[2]
    for verb in VERBS:
        assert f"  {verb.name} " in overview
    assert "..." not in overview


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("srve",), "serve"),
        (("serve", "--confg", "x"), "--config"),
        (("migrate", "--staus"), "--status"),
        (("keys", "rotat"), "rotate"),
        (("keys", "rotate", "token_digst"), "token_digest"),
        (("completion", "bsh"), "bash"),
    ],
)
def test_a_mistyped_word_is_usage_and_the_answer_knows_what_was_meant(words: tuple[str, ...], meant: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert meant in result.stderr


@pytest.mark.parametrize("verb", ["bench", "import"])
def test_a_verb_of_a_later_version_is_not_there(verb: str) -> None:
    result = run(verb)
    assert result.exit_code == 2
    assert f"No such command '{verb}'" in result.stderr


def test_version_and_help_load_nothing_that_takes_time() -> None:
    for words in ("['version']", "['--help']"):
        script = f"""
import sys
sys.argv = ['rpcauth', *{words}]
from rpcauth.cli.main import main
try:
    main()
finally:
    print({HEAVY} & {{name.partition('.')[0] for name in sys.modules}}, file=sys.stderr)
"""
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stderr == "set()\n"


def test_version_is_told_to_people_and_to_programs() -> None:
    assert run("version").stdout == f"rpcauth {rpcauth.__version__}\n"
    assert json.loads(run("version", "--json").stdout) == {"version": rpcauth.__version__}


@pytest.mark.parametrize(("shell", "word"), [("bash", "complete "), ("zsh", "compdef"), ("fish", "complete ")])
def test_a_completion_script_registers_the_command_with_the_shell(shell: str, word: str) -> None:
    script = run("completion", shell).stdout
    assert word in script
    assert "_RPCAUTH_COMPLETE" in script


def test_the_methods_complete_from_the_own_table_where_no_daemon_answers(tmp_path: Path) -> None:
    words = f"rpcauth call --config {tmp_path / 'rpcauth.toml'} oauth2.revoke"
    env = {"_RPCAUTH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "4"}
    done = subprocess.run(
        [sys.executable, "-m", "rpcauth"], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    expected = sorted(name for name in METHODS if name.startswith("oauth2.revoke"))
    assert done.stdout.split() == [f"plain,{name}" for name in expected]
    assert done.stderr == ""


def test_openrpc_prints_the_document_without_a_daemon_or_a_configuration() -> None:
    assert json.loads(run("openrpc").stdout) == document()


def test_config_default_prints_the_example() -> None:
    assert run("config", "default").stdout == (ROOT / "config.example.toml").read_text("utf-8")


def test_config_show_tells_where_every_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "rpcauth.toml").write_text('[log]\nformat = "text"\n')
    result = run("config", "show", "--json", folder=tmp_path, env={"RPCAUTH_LIMITS__QUEUE": "7"})
    shown = {one["name"]: (one["value"], one["origin"]) for one in json.loads(result.stdout)}
    assert shown["log.format"] == ("text", f"{tmp_path}/rpcauth.toml:2")
    assert shown["limits.queue"] == (7, "RPCAUTH_LIMITS__QUEUE")
    assert shown["log.level"] == ("info", "default")
    assert shown["server.tls.key"] == (None, "default")


@pytest.mark.parametrize("words", [("config", "check"), ("serve",), ("apply", "x.toml")], ids=" ".join)
def test_every_mistake_of_the_configuration_is_told_at_once(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "rpcauth.toml").write_text('[server]\nlissten = ["127.0.0.1:8700"]\nworkers = "two"\n')
    result = run(*words, folder=tmp_path)
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{tmp_path}/rpcauth.toml:2: ")
    assert 'did you mean "listen"?' in first
    assert second.startswith(f"{tmp_path}/rpcauth.toml:3: ")
    assert not (tmp_path / "var").exists()


def test_a_missing_configuration_is_usage_and_the_answer_says_how_to_write_one(tmp_path: Path) -> None:
    result = run("serve", folder=tmp_path)
    assert result.exit_code == 2
    assert "rpcauth config default >" in result.stderr


def test_config_check_warns_of_what_is_allowed_but_ill_advised(tmp_path: Path) -> None:
    (tmp_path / "rpcauth.toml").write_text("")
    result = run("config", "check", "--definitions", ROOT / "definitions.example.toml", folder=tmp_path)
    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path}/rpcauth.toml: good\n"
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["warning"] * 3
    assert not (tmp_path / "var").exists()


def test_config_check_refuses_definitions_that_apply_would_refuse(tmp_path: Path) -> None:
    (tmp_path / "rpcauth.toml").write_text("")
    result = run("config", "check", "--definitions", "-", folder=tmp_path, stdin='[[services]]\nname = "Demo"\n')
    assert result.exit_code == 2
    assert "-:1: service_key: is missing" in result.stderr
