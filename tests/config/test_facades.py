"""[oauth2] and [ym]: what the world calls this daemon, and what the YM services are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from rpcauth.config import Ym
from tests.config.reading import load_text, problems_of

NO_BASE_URL = (
    'is no base URL; write scheme, host in small letters and path, and no "/" at its end: "https://auth.example.com"'
)
IN_THE_CLEAR = "would have secrets cross the network in the clear; write https://"
NO_SERVER_ID = 'is no ServerID; write one such as "WS-6-183-431", or leave it out'
WITH_TLS = 'tls = { certificate = "c", key = "k" }\n'


@pytest.mark.parametrize(
    "url",
    [
        "https://auth.example.com",
        "https://auth.example.com:8443",
        "https://auth.example.com/oauth/v1.0/~a",
        "https://192.0.2.1",
        "https://[2001:db8::1]:65535",
        "http://localhost",
        "http://127.9.9.9:8700",
        "http://[::1]:8700/auth",
    ],
)
def test_a_base_url_is_taken_as_it_is_written(tmp_path: Path, url: str) -> None:
    config = load_text(tmp_path, f'[oauth2]\nbase_url = "{url}"\n[server]\nlisten = ["127.0.0.1:1"]')
    assert config.base_url == config.oauth2.base_url == url


BAD_URLS = {
    "auth.example.com": NO_BASE_URL,
    "ftp://auth.example.com": NO_BASE_URL,
    "https://": NO_BASE_URL,
    "https:///path": NO_BASE_URL,
    "https://auth.example.com/": NO_BASE_URL,
    "https://auth.example.com/a/": NO_BASE_URL,
    "https://auth.example.com//a": NO_BASE_URL,
    "https://auth.example.com/..": NO_BASE_URL,
    "https://auth.example.com?a=b": NO_BASE_URL,
    "https://auth.example.com/a?": NO_BASE_URL,
    "https://auth.example.com#a": NO_BASE_URL,
    "https://user:hunter2@auth.example.com": NO_BASE_URL,
    "https://auth.example.com:": NO_BASE_URL,
    "https://auth.example.com:65536": NO_BASE_URL,
    "https://AUTH.example.com": NO_BASE_URL,
    "HTTPS://auth.example.com": NO_BASE_URL,
    "https://[::1": NO_BASE_URL,
    "https://[:::1]": NO_BASE_URL,
    "https://auth.example.com ": NO_BASE_URL,
    "http://auth.example.com": IN_THE_CLEAR,
    "http://192.0.2.1:8700": IN_THE_CLEAR,
    "http://[2001:db8::1]": IN_THE_CLEAR,
    "http://localhost.example.com": IN_THE_CLEAR,
}


@pytest.mark.parametrize(("url", "problem"), BAD_URLS.items())
def test_a_base_url_that_paths_cannot_be_put_behind_is_refused(tmp_path: Path, url: str, problem: str) -> None:
    text = f'[oauth2]\nbase_url = "{url}"'
    assert problems_of(tmp_path, text) == [f"rpcauth.toml:2: oauth2.base_url: {problem}"]


@pytest.mark.parametrize(
    ("server", "base_url"),
    [
        ("", "http://127.0.0.1:8700"),
        ('listen = ["unix:a", "[::1]:1", "127.0.0.1:2"]\n', "http://[::1]:1"),
        ('listen = ["auth.example.com:443"]\n' + WITH_TLS, "https://auth.example.com:443"),
        ('listen = ["unix:a"]\n', None),
    ],
)
def test_without_a_base_url_it_is_the_first_tcp_address(tmp_path: Path, server: str, base_url: str | None) -> None:
    assert load_text(tmp_path, f"[server]\n{server}").base_url == base_url


def test_the_ym_services_are_off_and_their_settings_the_careful_ones(tmp_path: Path) -> None:
    assert load_text(tmp_path, "").ym == Ym(
        enabled=False,
        service_key=None,
        default_content_type="application/json",
        server_id=None,
        using_redis=False,
        expose_server_info=True,
        oauth_error_fields=True,
        secrets_in_query=False,
        jsonp=False,
    )


def test_the_ym_services_need_a_service_and_an_address(tmp_path: Path) -> None:
    enabled = '[ym]\nenabled = true\nservice_key = "members"\n'
    assert load_text(tmp_path, enabled).ym.service_key == "members"
    behind = '[server]\nlisten = ["unix:a"]\n[oauth2]\nbase_url = "https://auth.example.com"'
    assert load_text(tmp_path, enabled + behind).base_url == "https://auth.example.com"


def test_an_address_that_cannot_be_read_is_not_told_as_missing_too(tmp_path: Path) -> None:
    text = '[ym]\nenabled = true\nservice_key = "members"\n[server]\nlisten = ["unix:a"]\n[oauth2]\nbase_url = "x"'
    assert problems_of(tmp_path, text) == [f"rpcauth.toml:7: oauth2.base_url: {NO_BASE_URL}"]


@pytest.mark.parametrize("server_id", ["WS-6-183-431", "WS-0-0-000", "WS-1234567890-1-001"])
def test_a_server_id_has_the_form_of_the_original(tmp_path: Path, server_id: str) -> None:
    assert load_text(tmp_path, f'[ym]\nserver_id = "{server_id}"').ym.server_id == server_id


@pytest.mark.parametrize(
    "server_id", ["WS-6-183-43", "WS-6-183-4310", "WS--183-431", "ws-6-183-431", "WS-6-183-431x", "WS-٦-183-431"]
)
def test_any_other_server_id_is_refused(tmp_path: Path, server_id: str) -> None:
    text = f'[ym]\nserver_id = "{server_id}"'
    assert problems_of(tmp_path, text) == [f"rpcauth.toml:2: ym.server_id: {NO_SERVER_ID}"]
