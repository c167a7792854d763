"""[oauth2] enabled and [authz]: the standard endpoints, and whom /authz believes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.app.facades import authz_settings, find_problems
from rpcauth.config import Authz, ScopeRoute, default_text, list_settings, load, read
from rpcauth.model import Definitions, Service
from rpcauth.rest.oauth2.scope_routes import ScopeRoute as Route
from tests.config.reading import load_text, problems_of

NO_SOURCE = 'is no address; write "192.0.2.1", "192.0.2.0/24", "2001:db8::/32" or "unix"'
NO_PREFIX = 'is no path; write how the path begins, decoded: "/v1/"'
NEVER = "is never reached: one before it takes all that it would; put the longer prefix first"


def test_all_is_off_and_this_machine_alone_is_believed(tmp_path: Path) -> None:
    config = load_text(tmp_path, "")
    assert config.oauth2.enabled is False
    assert config.authz == Authz()
    assert (config.authz.enabled, config.authz.service_key, config.authz.scopes) == (False, None, ())
    assert config.authz.trusted == ("127.0.0.1", "::1", "unix")
    assert 'trusted = ["127.0.0.1", "::1", "unix"]\n' in default_text()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1/32", "192.0.2.1"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("unix", "unix"),
    ],
)
def test_a_trusted_source_is_an_address_a_network_or_unix(tmp_path: Path, written: str, meant: str) -> None:
    assert load_text(tmp_path, f'[authz]\ntrusted = ["{written}"]').authz.trusted == (meant,)


@pytest.mark.parametrize(
    "source", ["gateway.example.com", "192.0.2.1/24", "192.0.2.1:80", "UNIX", "unix:/a", "*", "::g"]
)
def test_any_other_source_is_refused(tmp_path: Path, source: str) -> None:
    text = f'[authz]\ntrusted = ["{source}"]'
    assert problems_of(tmp_path, text) == [f"rpcauth.toml:2: authz.trusted[0]: {NO_SOURCE}"]


def test_the_table_of_scopes_is_read_in_both_ways_of_toml(tmp_path: Path) -> None:
    inline = '[authz]\nscopes = [{prefix = "/v1/", methods = ["GET"], scope = "read"}, {prefix = "/"}]'
    tables = '[[authz.scopes]]\nprefix = "/v1/"\nmethods = ["GET"]\nscope = "read"\n[[authz.scopes]]\nprefix = "/"'
    expected = (ScopeRoute(prefix="/v1/", methods=("GET",), scope="read"), ScopeRoute(prefix="/"))
    assert load_text(tmp_path, inline).authz.scopes == load_text(tmp_path, tables).authz.scopes == expected
    settings = authz_settings(load_text(tmp_path, inline))
    assert settings.scopes == (Route(prefix="/v1/", methods=("GET",), scope="read"), Route(prefix="/"))


def test_what_is_shown_of_the_table_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "rpcauth.toml"
    path.write_text('[authz]\nscopes = [{prefix = "/v1/", methods = ["GET", "PUT"], scope = "a b"}, {prefix = "/"}]')
    reading = read(path, {})
    shown = {item.name: item.value for item in list_settings(reading)}["authz.scopes"]
    assert shown == ('[{ prefix = "/v1/", methods = ["GET", "PUT"], scope = "a b" }, { prefix = "/", methods = [] }]')
    path.write_text(f"authz.scopes = {shown}")
    assert load(path, {}) == reading.config


@pytest.mark.parametrize(
    ("route", "problem"),
    [
        ('{scope = "a"}', "prefix: is missing; add it"),
        ('{prefix = "v1"}', f"prefix: {NO_PREFIX}"),
        ('{prefix = "/a%20b"}', f"prefix: {NO_PREFIX}"),
        ('{prefix = "/a?b"}', f"prefix: {NO_PREFIX}"),
        ('{prefix = "/a b"}', f"prefix: {NO_PREFIX}"),
        (
            '{prefix = "/", scope = "a  b"}',
            'scope: is no scope; write scope tokens with single blanks between them: "read write"',
        ),
        ('{prefix = "/", methods = ["get"]}', 'methods[0]: is no method; write it in capitals: "GET"'),
        ('{prefix = "/", method = "GET"}', 'method: unknown name; did you mean "methods"?'),
    ],
)
def test_a_route_that_is_none_is_refused(tmp_path: Path, route: str, problem: str) -> None:
    text = f"[authz]\nscopes = [{route}]"
    assert problems_of(tmp_path, text) == [f"rpcauth.toml:2: {problem}"]


@pytest.mark.parametrize(
    ("first", "second", "reached"),
    [
        ('prefix = "/"', 'prefix = "/v1"', False),
        ('prefix = "/v1"', 'prefix = "/v1-admin", methods = ["GET"]', False),
        ('prefix = "/", methods = ["GET"]', 'prefix = "/v1", methods = ["GET"]', False),
        ('prefix = "/", methods = ["GET"]', 'prefix = "/v1"', True),
        ('prefix = "/", methods = ["GET"]', 'prefix = "/v1", methods = ["GET", "PUT"]', True),
        ('prefix = "/v1"', 'prefix = "/"', True),
    ],
)
def test_a_route_that_is_never_reached_is_refused(tmp_path: Path, first: str, second: str, reached: bool) -> None:
    text = (
        f"[[authz.scopes]]\n{first.replace(', ', chr(10), 1)}\n[[authz.scopes]]\n{second.replace(', m', chr(10) + 'm')}"
    )
    if reached:
        assert len(load_text(tmp_path, text).authz.scopes) == 2
    else:
        (problem,) = problems_of(tmp_path, text)
        assert problem.partition(": ")[2] == f"authz.scopes[1]: {NEVER}"


def test_the_endpoints_need_an_address_that_the_world_reaches(tmp_path: Path) -> None:
    hidden = '[server]\nlisten = ["unix:a"]\n[oauth2]\nenabled = true\n'
    what = "needs an address that the world reaches, and listen has unix sockets alone"
    assert problems_of(tmp_path, hidden) == [
        f'rpcauth.toml:4: oauth2.enabled: {what}; add base_url = "https://…" to [oauth2]'
    ]
    assert load_text(tmp_path, hidden + 'base_url = "https://auth.example.com"').oauth2.enabled


def test_a_service_that_is_not_defined_is_told_of(tmp_path: Path) -> None:
    config = load_text(tmp_path, '[authz]\nenabled = true\nservice_key = "things"')
    what = '[authz] service_key: no service "things" is defined, so every request is denied; apply its definition'
    assert find_problems(config, Definitions()) == [what]
    defined = Definitions(services={"things": Service(service_key="things", name="Things")})
    assert find_problems(config, defined) == []
    assert find_problems(load_text(tmp_path, '[authz]\nservice_key = "things"'), Definitions()) == []
    assert find_problems(load_text(tmp_path, "[authz]\nenabled = true"), Definitions()) == []
