"""RPCAUTH_SECTION__KEY overrides the file, and is held to the same rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.config import Config, TcpAddress, load
from rpcauth.errors import ConfigurationInvalid

FILE = '[server]\nworkers = 1\nbody_limit = 2048\n[server.tls]\ncertificate = "c"\nkey = "k"\n'
NO_LITERAL = "is no TOML literal; put strings in double quotes inside the shell's quotes"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "rpcauth.toml"
    file.write_text(FILE)
    return file


OVERRIDES = {
    "RPCAUTH_SERVER__BODY_LIMIT": ("4096", lambda config: config.server.body_limit, 4096),
    "RPCAUTH_SERVER__DRAIN_TIMEOUT": ("0.5", lambda config: config.server.drain_timeout, 0.5),
    "RPCAUTH_SERVER__LISTEN": ('["[::1]:1"]', lambda c: c.server.listen, (TcpAddress(host="::1", port=1),)),
    "RPCAUTH_SERVER__TLS__KEY": ('"/k"', lambda config: config.server.tls.key, Path("/k")),
    "RPCAUTH_SERVER__TLS": ("{}", lambda config: config.server.tls.key, None),
    "RPCAUTH_YM__DEFAULT_CONTENT_TYPE": ('"text/html"', lambda config: config.ym.default_content_type, "text/html"),
    "RPCAUTH_YM__EXPOSE_SERVER_INFO": ("false", lambda config: config.ym.expose_server_info, False),
    "RPCAUTH_YM__SERVICE_KEY": ('"a"', lambda config: config.ym.service_key, "a"),
    "RPCAUTH_OAUTH2__BASE_URL": ('"https://a"', lambda config: config.oauth2.base_url, "https://a"),
    "RPCAUTH_LOG__LEVEL": ('"debug" # now', lambda config: config.log.level, "debug"),
}


@pytest.mark.parametrize("variable", OVERRIDES)
def test_a_variable_overrides_the_file(path: Path, variable: str) -> None:
    text, read, value = OVERRIDES[variable]
    assert read(load(path, {variable: text})) == value
    assert read(load(path, {})) != value


@pytest.mark.parametrize("variable", ["RPCAUTH_URL", "RPCAUTH_CALLER", "RPCAUTH_SECRET_FILE", "PATH", "XRPCAUTH_A__B"])
def test_variables_that_name_no_setting_are_left_alone(path: Path, variable: str) -> None:
    assert load(path, {variable: "anything"}) == load(path, {})


PROBLEMS = {
    ("RPCAUTH_LOG__LEVEL", "debug"): NO_LITERAL,
    ("RPCAUTH_LOG__LEVEL", ""): NO_LITERAL,
    ("RPCAUTH_SERVER__WORKERS", "1\nother = 2"): NO_LITERAL,
    ("RPCAUTH_SERVER__WORKERS", "1\n[server]"): NO_LITERAL,
    ("RPCAUTH_SERVER__WORKERS", '"1"'): (
        "expected a whole number from 1 to 1024, got a string of 1 character; change it"
    ),
    ("RPCAUTH_SERVER__WORKERS", "3"): "more than one worker is not available in this version; set it to 1",
    ("RPCAUTH_SERVER__WORKRS", "1"): 'unknown name; did you mean "workers"?',
    ("RPCAUTH_SERVR__WORKERS", "1"): 'unknown name; did you mean "server"?',
    ("RPCAUTH_SERVER_WORKERS", "1"): "names no setting; did you mean RPCAUTH_SERVER__WORKERS?",
    ("RPCAUTH_SERVER_TLS_KEY", "1"): "names no setting; did you mean RPCAUTH_SERVER__TLS__KEY?",
    ("RPCAUTH_YM__ENABLED", "true"): 'needs to know whose applications are served; add service_key = "…" to [ym]',
    ("RPCAUTH_YM_ENABLED", "true"): "names no setting; did you mean RPCAUTH_YM__ENABLED?",
    ("RPCAUTH_METRICS__LISTEN", "1"): 'expected a string, got 1; write it in " "',
    ("RPCAUTH_STORAGE__POOL", "1"): "not available in this version; remove it",
}


@pytest.mark.parametrize(("variable", "text"), list(PROBLEMS))
def test_a_problem_names_the_variable(path: Path, variable: str, text: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        load(path, {variable: text})
    assert caught.value.problems == [f"{variable}: {PROBLEMS[variable, text]}"]


def test_an_override_that_breaks_a_rule_of_the_file_is_told_at_the_line_of_the_rule(path: Path) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        load(path, {"RPCAUTH_SERVER__TLS__KEY": '""'})
    what = 'has no private key with it; add key = "…" to [server.tls]'
    assert caught.value.problems == [f"{path}:5: server.tls.certificate: {what}"]


def test_a_variable_below_what_is_no_table_leaves_the_files_problem(tmp_path: Path) -> None:
    path = tmp_path / "rpcauth.toml"
    path.write_text("server = 1")
    with pytest.raises(ConfigurationInvalid) as caught:
        load(path, {"RPCAUTH_SERVER__WORKERS": "1"})
    assert caught.value.problems == [f"{path}:1: server: expected a table, got 1; write its settings in a table"]


def test_a_configuration_cannot_be_changed(path: Path) -> None:
    config: Config = load(path, {})
    with pytest.raises(AttributeError):
        config.server.workers = 2  # type: ignore[misc]
