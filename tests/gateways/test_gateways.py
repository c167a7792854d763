"""nginx, Caddy, Envoy and HAProxy themselves, with what `rpcauth gateway` prints for them."""

from __future__ import annotations

import hashlib
import hmac
import signal
import time
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from tests.gateways.scene import Reply, Scene

BEARER = 'Bearer realm="Things"'
PATIENCE = 20.0


def test_a_good_token_passes_with_its_identity(scene: Scene) -> None:
    reply = scene.ask(scene.issue()["access_token"], method="POST", body=b"hello")

    assert reply.status == 200
    assert reply.arrived is not None
    assert (reply.arrived.method, reply.arrived.target, reply.arrived.body) == ("POST", "/v1/things?a=1", "hello")
    told = {
        name: reply.arrived.values(name) for name in ("X-Auth-Subject", "X-Auth-Client", "X-Auth-Scope", "X-Auth-Error")
    }
    assert told == {
        "X-Auth-Subject": ["Zo%C3%AB 100%25"],
        "X-Auth-Client": ["shop"],
        "X-Auth-Scope": ["read"],
        "X-Auth-Error": [],
    }
    (expires,) = reply.arrived.values("X-Auth-Expires")
    assert 3590 < int(expires) - time.time() <= 3600


def test_what_the_service_forwards_arrives_under_the_names_of_mashery(scene: Scene) -> None:
    arrived = scene.ask(scene.issue()["access_token"]).arrived
    assert arrived is not None
    names = ("Client-Id", "Scope", "User-Context", "Access-Token")
    assert [arrived.values(f"X-Mashery-Oauth-{name}") for name in names] == [["shop"], ["read"], [], []]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_without_a_token_nothing_passes(scene: Scene, method: str) -> None:
    reply = scene.ask(None, method=method, body=b"hello" if method in ("POST", "PUT") else b"")
    assert (reply.status, reply.headers["www-authenticate"], reply.arrived) == (401, BEARER, None)


@pytest.mark.parametrize("token", ["made-up", "", "x" * 4000])
def test_an_unknown_token_is_denied(scene: Scene, token: str) -> None:
    reply = scene.ask(token)
    assert (reply.status, reply.arrived) == (401, None)
    assert reply.headers["www-authenticate"].startswith(BEARER)


def test_a_token_without_the_scope_is_denied(scene: Scene) -> None:
    reply = scene.ask(scene.issue("write")["access_token"])
    assert (reply.status, reply.arrived) == (403, None)
    assert reply.headers["www-authenticate"] == f'{BEARER}, error="insufficient_scope", scope="read"'


@pytest.mark.parametrize("target", ["/admin/x", "/admin?a=1", "/%61dmin/x", "//admin/x", "/v1/../admin/x"])
def test_a_path_of_the_table_needs_its_scope_however_it_is_written(scene: Scene, target: str) -> None:
    assert scene.ask(scene.issue("read")["access_token"], target).arrived is None
    assert scene.ask(scene.issue("read admin")["access_token"], target).status == 200


@pytest.mark.parametrize(
    "header",
    [
        ("X-Original-URI", "/v1/things"),
        ("X-Original-URL", "/v1/things"),
        ("X-Forwarded-Uri", "/v1/things"),
        ("X-Auth-Service", "signed"),
        ("X-Auth-Require-Scope", ""),
        ("x-original-uri", "/v1/things"),
    ],
    ids=lambda header: f"{header[0]}={header[1]}",
)
def test_a_client_cannot_speak_for_the_gateway(scene: Scene, header: tuple[str, str]) -> None:
    """Neither does it get past the table, nor does it lose the access that it has."""
    assert scene.ask(scene.issue("read")["access_token"], "/admin/x", headers=[header]).arrived is None
    arrived = scene.ask(scene.issue("read admin")["access_token"], "/admin/x", headers=[header]).arrived
    assert arrived is not None
    assert arrived.values("X-Auth-Service") == arrived.values("X-Auth-Require-Scope") == []


@pytest.mark.parametrize(
    "name",
    [
        "X-Auth-Subject",
        "x-auth-subject",
        "X_Auth_Subject",
        "X-Auth_Subject",
        "X-Auth-Audience",
        "X-Auth-Error",
        "X-Mashery-Oauth-User-Context",
        "X_Mashery_Oauth_User_Context",
        "X-Mashery-Oauth-Access-Token",
    ],
)
def test_what_a_client_says_of_itself_does_not_arrive(scene: Scene, name: str) -> None:
    token = scene.issue(user=None)["access_token"]
    for count in (1, 2):
        reply = scene.ask(token, headers=[(name, "admin")] * count)
        assert reply.status == 200
        assert reply.arrived is not None
        assert [field for field in reply.arrived.headers if "admin" in field[1]] == []
        assert reply.arrived.values("X-Auth-Client") == ["shop"]


def test_a_token_is_denied_once_it_has_expired(scene: Scene) -> None:
    token = scene.issue()["access_token"]
    scene.result(
        "updateAccessToken",
        {"service_key": "things", "client": {"client_id": "shop"}, "access_token": token, "expires_in": 1},
    )
    reply = wait_for(scene, token, 401)
    assert reply.headers["www-authenticate"] == f'{BEARER}, error="invalid_token"'


def test_a_revoked_token_is_denied_at_the_next_request(scene: Scene) -> None:
    for kind in ("access_token", "refresh_token"):
        tokens = scene.issue()
        assert scene.ask(tokens["access_token"]).status == 200
        assert scene.post("revoke", token=tokens[kind]) == (200, None)
        reply = scene.ask(tokens["access_token"])
        assert (reply.status, reply.arrived) == (401, None)


def test_while_the_daemon_is_down_nothing_passes_and_then_all_is_well_again(scene: Scene) -> None:
    token = scene.issue()["access_token"]
    assert scene.ask(token).status == 200
    for number in (signal.SIGTERM, signal.SIGKILL):
        scene.daemon.end(number)
        reply = scene.ask(token)
        assert reply.status >= 400
        assert reply.arrived is None
        scene.daemon.start()
        wait_for(scene, token, 200)


def test_a_signed_request_passes_once_and_as_it_was_signed(signed: Scene) -> None:
    tokens = signed.issue(scope=None, user=None)

    def ask(method: str, target: str, headers: Sequence[tuple[str, str]]) -> Reply:
        return signed.ask(None, target, method=method, headers=headers)

    def prove() -> list[tuple[str, str]]:
        return [("Authorization", sign(tokens, "POST", "/v1/things?a=%7e", signed.port))]

    good = prove()
    assert ask("POST", "/v1/things?a=%7e", good).status == 200
    refused = [
        ask("POST", "/v1/things?a=%7e", good),
        ask("GET", "/v1/things?a=%7e", prove()),
        ask("POST", "/v1/things?a=2", prove()),
        ask("POST", "/v1/things?a=2", [*prove(), ("X-Original-URI", "/v1/things?a=%7e")]),
    ]
    assert [(reply.status, reply.arrived) for reply in refused] == [(401, None)] * 4
    assert refused[0].headers["www-authenticate"] == 'MAC realm="Signed things", error="invalid_token"'
    assert ask("POST", "/v1/things?a=%7e", prove()).status == 200


def sign(tokens: dict[str, Any], method: str, target: str, port: int) -> str:
    """An Authorization header of draft-ietf-oauth-v2-http-mac-01."""
    now, nonce = int(time.time()), f"n{time.monotonic_ns()}"
    text = "".join(f"{line}\n" for line in (now, nonce, method, target, "127.0.0.1", port, ""))
    key = tokens["extended"]["secret"].encode()
    mac = b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()
    return f'MAC id="{tokens["access_token"]}", ts="{now}", nonce="{nonce}", mac="{mac}"'


def wait_for(scene: Scene, token: str, status: int) -> Reply:
    """The first reply of this status."""
    deadline = time.monotonic() + PATIENCE
    while True:
        reply = scene.ask(token)
        if reply.status == status:
            return reply
        assert time.monotonic() < deadline, reply
        time.sleep(0.05)
