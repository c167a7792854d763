"""No secret that was ever issued or presented is found in what a daemon leaves: store, WAL, log, backup.

A real daemon at log level debug goes through all flows and every kind of failure; then its files are searched for all
secrets, as text and in disguise.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3
import pytest

from tests.leaks.trail import Trail, basic, challenge_of
from tests.oauth.mac_signing import sign
from tests.support.daemon import REDIRECT_URI, RunningDaemon, run_daemon
from tests.support.leaks import disguises, find_leaks

HUMAN = "a client's secret / that a human chose"
HUMAN_CLIENT = {"client_id": "human", "client_secret": HUMAN}
CALLER_SECRET = "the caller's secret, which is sealed"
DEFINITIONS = f"""
[[services]]
service_key = "digests"
name = "Only digests are stored"
grant_types = ["authorization_code", "implicit", "password", "client_credentials"]

[[services]]
service_key = "sealed"
name = "Tokens are stored too, sealed"
grant_types = ["authorization_code", "implicit", "password", "client_credentials"]
access_token_type = "mac"
secure_tokens = false
allow_multiple_tokens = false
authorities = ["api.example.com:443"]

[[applications]]
client_id = "human"
client_secret = "{HUMAN}"
name = "Confidential"
redirect_uris = ["{REDIRECT_URI}"]
services = ["digests", "sealed"]

[[applications]]
client_id = "public"
public = true
name = "Public"
redirect_uris = ["{REDIRECT_URI}"]
services = ["digests", "sealed"]

[[callers]]
name = "gateway"
api_key = "gateway"
secret = "{CALLER_SECRET}"
services = ["*"]
methods = ["*"]
proofs = ["basic", "mashery_sig"]
mac_keys = true
"""
LURE = "BAIT0aGF0IG1heSBub3QgYmUgbG9nZ2Vk"
"""What stands where a careless client, or a hostile one, puts a secret: no part of it may be written anywhere."""


@pytest.fixture
def trail(tmp_path: Path) -> Iterator[Trail]:
    with run_daemon(tmp_path, definitions=DEFINITIONS, server='[log]\nlevel = "debug"') as daemon:
        trail = Trail(daemon, basic("gateway", CALLER_SECRET))
        master = (daemon.store.parent / "master.key").read_bytes().strip()
        trail.secrets |= {HUMAN.encode(), CALLER_SECRET.encode(), LURE.encode(), master, bytes.fromhex(master.decode())}
        yield trail


def test_no_secret_of_any_flow_is_found_in_what_the_daemon_leaves(trail: Trail) -> None:
    clients = [HUMAN_CLIENT, make_generated_secret(trail), {"client_id": "public"}]
    go_through_services(trail, clients)
    show_to_operators(trail)
    fail_in_every_way(trail)
    restart(trail.daemon)
    go_through_services(trail, clients)

    backup = trail.daemon.folder / "backup.db"
    assert "result" in trail.administer("admin.backup", {"path": str(backup)})
    trail.daemon.end(signal.SIGKILL)
    files = [*trail.daemon.left_files, backup]
    assert {path.suffix for path in files} >= {".db", ".db-wal", ".db-shm", ".log"}
    assert trail.daemon.audit in files
    assert find_leaks(trail.secrets, files) == []

    trail.daemon.start()
    meet_a_defect(trail)
    trail.daemon.end(signal.SIGTERM)
    assert find_leaks(trail.secrets, trail.daemon.left_files) == []
    log = trail.daemon.log.read_text()
    assert all(word in log for word in ('"-32603"', '"client_gone"', '"malformed_requests"'))
    assert {-2001, -32001, -32002, -32600, -32601, -32602, -32603} <= set(trail.codes)


@pytest.mark.parametrize(
    "form", [pytest.param(form, id=str(number)) for number, form in enumerate(disguises(b"x" * 9))]
)
def test_a_secret_is_found_in_every_disguise(tmp_path: Path, form: bytes) -> None:
    (tmp_path / "log").write_bytes(b'{"text":"before ' + form + b' after"}\n')
    assert ("log", form) in find_leaks([b"x" * 9], [tmp_path / "log"])


# --- the flows -------------------------------------------------------------------------------------------------------


def make_generated_secret(trail: Trail) -> dict[str, str]:
    application = {"client_id": "made", "name": "Generated", "redirect_uris": [REDIRECT_URI]}
    named = {"application": application | {"services": ["digests", "sealed"]}}
    trail.administer("admin.putApplication", named)
    trail.administer("admin.rotateSecret", {"client_id": "made"})
    made = trail.administer("admin.rotateSecret", {"client_id": "made", "revoke_old": True})["result"]["generated"]
    caller = {"name": "other", "api_key": "other", "secret": "another caller's secret", "services": ["*"]}
    assert "result" in trail.administer("admin.putCaller", {"caller": caller})
    return {"client_id": "made", "client_secret": made[0]["client_secret"]}


def go_through_services(trail: Trail, clients: list[dict[str, str]]) -> None:
    for service_key in ("digests", "sealed"):
        for client in clients:
            go_through_grants(trail, service_key, client)


def go_through_grants(trail: Trail, service_key: str, client: dict[str, str]) -> None:
    """Every grant that the client may use, and all that can be done with its tokens."""
    verifier = os.urandom(32).hex()
    code = issue_code(trail, service_key, client, verifier)
    redemption = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    tokens = ask(trail, service_key, client, redemption)["result"]
    assert "error" in ask(trail, service_key, client, redemption)
    refreshing = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refreshed = ask(trail, service_key, client, refreshing)["result"]
    assert ask(trail, service_key, client, refreshing)["result"]["access_token"] == refreshed["access_token"]
    for token_data in ({"grant_type": "password"}, {"grant_type": "implicit"}, {"grant_type": "client_credentials"}):
        ask(trail, service_key, client, token_data)
    ask(trail, service_key, client, {"response_type": "token"})
    use(trail, service_key, client, refreshed)
    spoil(trail, service_key, client, verifier)
    revoking = {"service_key": service_key, "client": client, "access_token": refreshed["refresh_token"]}
    assert trail.call("oauth2.revokeAccessToken", revoking)["result"] is True
    assert "error" in ask(trail, service_key, client, refreshing)


def issue_code(trail: Trail, service_key: str, client: dict[str, str], verifier: str) -> str:
    challenge = {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    named = {"client": {"client_id": client["client_id"]}, "uri": {"redirect_uri": REDIRECT_URI, "state": "s"}}
    params = {"service_key": service_key, "user_context": "user", "authorization_data": challenge, **named}
    code: str = trail.call("oauth2.createAuthorizationCode", params)["result"]["code"]
    return code


def ask(trail: Trail, service_key: str, client: dict[str, str], token_data: dict[str, str]) -> dict[str, Any]:
    named = {"service_key": service_key, "client": client, "token_data": token_data}
    return trail.call(
        "oauth2.createAccessToken", {**named, "uri": {"redirect_uri": REDIRECT_URI}, "user_context": "user"}
    )


def use(trail: Trail, service_key: str, client: dict[str, str], tokens: dict[str, Any]) -> None:
    """Whatever one does with an access token, on both dialects' paths."""
    token = tokens["access_token"]
    for path in ("/rpc", "/v2/json-rpc"):
        for asked in (token, [token, token]):
            named = {"service_key": service_key, "access_token": asked}
            assert "result" in trail.call("oauth2.fetchAccessToken", named, path)
    context = {"method": "GET", "uri": "https://api.example.com/r?a=1", "headers": {"Authorization": header_of(tokens)}}
    assert "result" in trail.call("oauth2.validateRequest", {"service_key": service_key, "context": context})
    trail.call("oauth2.validateRequest", {"service_key": service_key, "context": context})
    updating = {"service_key": service_key, "client": client, "access_token": token, "expires_in": 60}
    assert "result" in trail.call("oauth2.updateAccessToken", updating)
    assert "result" in trail.call("oauth2.fetchUserApplications", {"service_key": service_key, "user_context": "user"})
    assert "result" in trail.administer("admin.inspectToken", {"token": token})


def header_of(tokens: dict[str, Any]) -> str:
    """The Authorization header of a request for /r?a=1 with these tokens."""
    if tokens["extended"] is None:
        return f"Bearer {tokens['access_token']}"
    ts, nonce = str(int(time.time())), os.urandom(8).hex()
    mac = sign([ts, nonce, "GET", "/r?a=1", "api.example.com", "443", ""], tokens["extended"]["secret"])
    return f'MAC id="{tokens["access_token"]}", ts="{ts}", nonce="{nonce}", mac="{mac}"'


def spoil(trail: Trail, service_key: str, client: dict[str, str], verifier: str) -> None:
    """Good credentials beside bad ones: wrong secret, verifier and token, each of which is a secret as well."""
    code = issue_code(trail, service_key, client, verifier)
    redemption = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    wrong = {"client_id": client["client_id"], "client_secret": f"{LURE} is not its secret"}
    assert "error" in ask(trail, service_key, wrong, redemption)
    assert "error" in ask(trail, service_key, client, redemption | {"code_verifier": LURE * 2})
    for member in ("code", "refresh_token", "scope", "grant_type", "response_type"):
        assert "error" in ask(trail, service_key, client, redemption | {member: f"{LURE}\n"})
    context = {
        "method": "GET",
        "uri": f"https://api.example.com/?t={LURE}",
        "headers": {"Authorization": f"MAC {LURE}"},
    }
    assert "error" in trail.call("oauth2.validateRequest", {"service_key": service_key, "context": context})


def show_to_operators(trail: Trail) -> None:
    """What operators ask for, and what they get wrong."""
    for kind in ("services", "applications", "callers"):
        assert "result" in trail.administer("admin.list", {"kind": kind})
    assert "result" in trail.administer("admin.export", {})
    assert "result" in trail.administer("admin.keys", {})
    assert "result" in trail.administer("admin.rotateKey", {"purpose": "token_digest"})
    broken = DEFINITIONS + f'[[applications]]\nclient_id = "x"\nclient_secret = "{LURE}"\n{LURE} = {LURE}'
    assert "error" in trail.administer("admin.apply", {"toml": broken})
    caller = {"name": "x", "api_key": "x", "secret": LURE, LURE: LURE}
    assert "error" in trail.administer("admin.putCaller", {"caller": caller})


# --- the failures ----------------------------------------------------------------------------------------------------


def fail_in_every_way(trail: Trail) -> None:
    for request in malformed_requests(trail.proof):
        trail.send(request)
    for path in (f"/{LURE}", f"/v2/json-rpc/{LURE}", f"/v2/json-rpc?apikey=gateway&sig={LURE}"):
        trail.daemon.post(LURE.encode(), path)
    seconds = str(int(time.time()))
    signature = hashlib.md5(f"gateway{CALLER_SECRET}{seconds}".encode(), usedforsecurity=False).hexdigest()
    trail.secrets.add(signature.encode())
    trail.daemon.post(b"{}", f"/v2/json-rpc?apikey=gateway&sig={signature}", {})
    for method, params in odd_calls():
        assert "error" in trail.call(method, params)
    trail.call("test.hello", {LURE: LURE})
    for number in range(40):
        ask(trail, "digests", {"client_id": "human", "client_secret": f"{LURE} {number}"}, {"grant_type": "password"})
    stranger = Trail(trail.daemon, basic(LURE, LURE), trail.secrets, trail.codes)
    assert "error" in stranger.call("test.hello", {})


def odd_calls() -> Iterator[tuple[str, Any]]:
    """Calls with a secret where none belongs."""
    good: dict[str, Any] = {"service_key": "digests", "client": {"client_id": "human"}}
    yield LURE, {}
    yield "oauth2.createAccessToken", LURE
    yield "oauth2.createAccessToken", good | {LURE: LURE}
    yield "oauth2.createAccessToken", good | {"service_key": LURE, "token_data": {}}
    yield "oauth2.fetchAccessToken", {"service_key": LURE, "access_token": LURE}
    yield "oauth2.createAccessToken", good | {"token_data": LURE}
    yield "oauth2.createAccessToken", good | {"token_data": {"grant_type": LURE}}
    yield "oauth2.createAccessToken", good | {"client": {"client_id": LURE, "client_secret": LURE}}
    yield "oauth2.createAuthorizationCode", good | {"uri": {"redirect_uri": f"https://evil.example/{LURE}"}}
    yield "oauth2.createAuthorizationCode", good | {"scope": f"{LURE}\\"}
    yield "oauth2.fetchAccessToken", {"service_key": "digests", "access_token": LURE * 40}
    yield "oauth2.fetchAccessToken", {"service_key": "digests", "access_token": LURE, "context": {"headers": LURE}}
    yield "oauth2.revokeTokens", {"service_key": "digests", "where": {LURE: LURE}}


def malformed_requests(proof: str) -> Iterator[bytes]:
    """Bytes that are no request, or no JSON, with a secret in the line that is wrong."""
    lure = LURE.encode()
    head = b"POST /rpc HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + proof.encode() + b"\r\n"
    yield b"POST /rpc?token=" + lure + b" HTTP/9.9\r\n\r\n"
    yield lure + b" / HTTP/1.1\r\nHost: x\r\n\r\n"
    yield b"POST /rpc HTTP/1.1\r\nAuthorization Bearer " + lure + b"\r\n\r\n"
    yield b"POST /rpc HTTP/1.1\r\nX-" + lure + b"\x01: 1\r\n\r\n"
    yield b"\x00\xff" + lure + b"\r\n\r\n"
    yield head + b"Content-Length: " + lure + b"\r\n\r\n"
    yield head + b"Transfer-Encoding: chunked\r\n\r\n" + lure + b"\r\n"
    yield head + b"Transfer-Encoding: " + lure + b"\r\n\r\n"
    yield head + b"Content-Encoding: " + lure + b"\r\nContent-Length: 2\r\n\r\n{}"
    yield head + b"Content-Length: 1000\r\n\r\n{" + lure
    yield head + b"Origin: https://" + lure + b"\r\nContent-Length: 2\r\n\r\n{}"
    for body in (lure, b'{"id": "' + lure, b'{"jsonrpc":"' + lure + b'","method":1}', b"[" * 100 + lure, lure * 5000):
        yield head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body


def meet_a_defect(trail: Trail) -> None:
    """A row that was damaged: its seal does not open, which no caller can mend, so it is an internal error."""
    token = ask(trail, "sealed", HUMAN_CLIENT, {"grant_type": "client_credentials"})["result"]["access_token"]
    damage_seals(trail.daemon)
    restart(trail.daemon)
    assert "error" in trail.call("oauth2.fetchAccessToken", {"service_key": "sealed", "access_token": token})
    assert trail.codes[-1] == -32603


def restart(daemon: RunningDaemon) -> None:
    """End the daemon well, which writes all that it still has to log, and start it again."""
    daemon.end(signal.SIGTERM)
    daemon.start()


def damage_seals(daemon: RunningDaemon) -> None:
    with closing(pysqlite3.connect(str(daemon.store))) as store:
        store.execute("UPDATE access_tokens SET sealed_value = randomblob(100), sealed_mac_secret = randomblob(100)")
        store.commit()
