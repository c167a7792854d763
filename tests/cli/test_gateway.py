"""`rpcauth gateway`: what it prints, and when it does not. The gateways themselves judge it in tests/gateways."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.cli.gateway import KINDS
from rpcauth.rest.oauth2.identity import AUTH_HEADERS
from tests.cli.commands import run

ON = '[authz]\nenabled = true\nservice_key = "things"\n'


def configure(folder: Path, text: str) -> Path:
    (folder / "rpcauth.toml").write_text(text)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_configuration_names_the_daemon_the_service_the_scope_and_every_header(tmp_path: Path, kind: str) -> None:
    folder = configure(tmp_path, f'[server]\nlisten = ["127.0.0.1:8765"]\n{ON}')
    result = run("gateway", kind, "--scope", "read write", "--upstream", "api.example.com:9123", folder=folder)
    assert (result.exit_code, result.stderr) == (0, "")
    text = result.stdout.lower()
    assert "<<" not in text
    where = {"haproxy": ["api.example.com:9123", "lua-load rpcauth.lua"], "haproxy-lua": ["127.0.0.1:8765"]}
    for word in where.get(kind, ["8765", "api.example.com", "9123"]):
        assert word in text
    if kind != "haproxy":
        for word in ("/services/things/authz", "x-auth-require-scope", "read write", *map(str.lower, AUTH_HEADERS)):
            assert word in text


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_scope_the_gateway_asks_for_none(tmp_path: Path, kind: str) -> None:
    result = run("gateway", kind, folder=configure(tmp_path, ON))
    assert result.exit_code == 0
    told = [line for line in result.stdout.splitlines() if "require-scope" in line.lower()]
    cleared = {"nginx": ['proxy_set_header X-Auth-Require-Scope "";'], "envoy": ["- remove: x-auth-require-scope"]}
    assert [line.strip() for line in told] == cleared.get(kind, [])


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("", "server 127.0.0.1:8700;"),
        ('listen = ["unix:run/a.sock", "127.0.0.1:1"]\n', "server unix:{folder}/run/a.sock;"),
        ('listen = ["127.0.0.1:0", "[::1]:2"]\n', "server [::1]:2;"),
        ('listen = ["0.0.0.0:3"]\nbehind_tls_proxy = true\n', "server 127.0.0.1:3;"),
        ('listen = ["[::]:3"]\nbehind_tls_proxy = true\n', "server [::1]:3;"),
        (
            'listen = ["127.0.0.1:1", "unix:b.sock"]\ntls = { certificate = "c", key = "k" }\n',
            "server unix:{folder}/b.sock;",
        ),
    ],
)
def test_the_gateway_is_told_the_first_address_without_tls(tmp_path: Path, server: str, address: str) -> None:
    result = run("gateway", "nginx", folder=configure(tmp_path, f"[server]\n{server}{ON}"))
    assert result.exit_code == 0, result.stderr
    assert address.format(folder=tmp_path) in result.stdout


def test_a_service_key_of_any_letters_is_a_segment_of_the_path(tmp_path: Path) -> None:
    result = run("gateway", "caddy", "--service", "a b/ü", folder=configure(tmp_path, ON))
    assert "uri /services/a%20b%2F%C3%BC/authz\n" in result.stdout


def test_a_daemon_that_does_not_answer_gateways_is_told_of(tmp_path: Path) -> None:
    result = run("gateway", "caddy", "--service", "things", folder=configure(tmp_path, ""))
    assert result.exit_code == 0
    assert result.stderr.startswith("warning: the daemon does not answer gateways yet: add enabled = true to [authz]")


@pytest.mark.parametrize(
    ("text", "options", "what"),
    [
        ("", [], "which service? name it with --service, or by service_key in [authz]"),
        (ON, ["--upstream", "api"], "--upstream: is no address"),
        (ON, ["--listen", "unix:/a"], "--listen: is no address"),
        (ON, ["--scope", "a$b"], "--scope: holds characters that gateways read as their own"),
        (ON, ["--scope", "a;b"], "--scope: holds characters that gateways read as their own"),
        (ON, ["--scope", ""], "--scope: holds characters that gateways read as their own"),
        (
            '[server]\nlisten = ["127.0.0.1:1"]\ntls = { certificate = "c", key = "k" }\n' + ON,
            [],
            "[server] listen: the daemon has no address that a gateway can be told",
        ),
        ('[server]\nlisten = ["127.0.0.1:0"]\n' + ON, [], "[server] listen: the daemon has no address"),
    ],
)
def test_what_cannot_be_written_is_usage(tmp_path: Path, text: str, options: list[str], what: str) -> None:
    result = run("gateway", "nginx", *options, folder=configure(tmp_path, text))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(what)
