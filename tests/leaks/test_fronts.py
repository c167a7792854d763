"""No secret that goes through any front is found in a log: not in ordinary use, not in errors, not in odd inputs.

A real daemon at log level debug with every front that there is: JSON-RPC in both dialects, YM's services in all
formats, introspection, revocation, /authz, the console. Its log is then searched for all that was secret, in every
disguise.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import signal
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.leaks.test_leaks import DEFINITIONS as TWO_SERVICES
from tests.leaks.test_leaks import HUMAN, HUMAN_CLIENT, LURE, ask, header_of
from tests.leaks.trail import SECRET_MEMBERS, Trail, basic
from tests.rest.ym.conversation import type_of, write_body
from tests.support.daemon import PATIENCE, REDIRECT_URI, free_port, run_daemon
from tests.support.leaks import find_leaks, find_tokens

CALLER_SECRET = "the caller's secret, which is sealed"
OIDC, PLAIN_YM = "/OAuth/OIDC/GetAccessToken", "/OAuth/GetAccessToken"
FORM = "application/x-www-form-urlencoded"
DEFINITIONS = TWO_SERVICES.replace("secure_tokens = false\nallow_multiple_tokens = false\n", "")
PROXY = "198.51.100.7"
ANSWERED_TOKEN = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+")


@dataclass(slots=True)
class Fronts:
    """A daemon, and all that was secret on its way there or back. `statuses` are those of all answers."""

    trail: Trail
    console: str
    statuses: set[int] = field(default_factory=set)

    def send(
        self, target: str, body: str | bytes = b"", headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> tuple[int, bytes]:
        """One request, its answer's tokens noted."""
        return self._ask(f"127.0.0.1:{self.trail.daemon.port}", method, target, body, headers or {})

    def send_console(self, body: str, key: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return self._ask(self.console, "POST", "/rpc", body, headers)

    def keep(self, *secrets: str) -> None:
        self.trail.secrets.update(secret.encode() for secret in secrets)

    def _ask(
        self, where: str, method: str, target: str, body: str | bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        content = body.encode() if isinstance(body, str) else body
        with closing(http.client.HTTPConnection(where, timeout=PATIENCE)) as connection:
            connection.request(method, target, content, dict(headers))
            reply = connection.getresponse()
            answer = reply.read()
        self.trail.secrets |= find_tokens(answer) | set(ANSWERED_TOKEN.findall(answer))
        self.statuses.add(reply.status)
        return reply.status, answer


@pytest.fixture
def fronts(tmp_path: Path) -> Iterator[Fronts]:
    console = f"127.0.0.1:{free_port()}"
    sections = [
        '[log]\nlevel = "debug"',
        '[ym]\nenabled = true\nservice_key = "digests"\njsonp = true',
        '[oauth2]\nenabled = true\n[authz]\nenabled = true\nservice_key = "digests"',
        f'[console]\nlisten = "{console}"',
        "[limits]\naddress_failures = 60",
    ]
    server = 'trusted_proxies = ["127.0.0.1"]'
    with run_daemon(tmp_path, definitions=DEFINITIONS, server=server, sections="\n".join(sections)) as daemon:
        trail = Trail(daemon, basic("gateway", CALLER_SECRET))
        running = Fronts(trail, console)
        running.keep(HUMAN, CALLER_SECRET, LURE, b64encode(f"gateway:{CALLER_SECRET}".encode()).decode())
        yield running


def test_no_secret_of_any_front_is_found_in_the_log(fronts: Fronts) -> None:
    redeem_at_ym(fronts)
    use_standard_endpoints(fronts)
    ask_as_gateway(fronts)
    use_console(fronts)
    confuse_every_front(fronts)
    guess_until_refused(fronts)
    fronts.trail.daemon.end(signal.SIGTERM)

    log = fronts.trail.daemon.log
    assert find_leaks(fronts.trail.secrets, [log]) == []
    kinds = ("rpa_", "rpc_", "rpf_", "eyJ", "Bearer ", "MAC id=")
    assert all(any(secret.startswith(kind.encode()) for secret in fronts.trail.secrets) for kind in kinds)
    assert {200, 400, 401, 403, 404, 405, 413, 415, 429} <= fronts.statuses
    told = {line.get("detail") for line in map(json.loads, filter(is_json, log.read_text().splitlines()))}
    assert told >= {
        *("client.wrong_secret", "ym.unbound", "ym.secret_in_query", "form.no_token", "form.in_query"),
        "client.two_methods",
        *("token.unknown_or_wrong_type", "authz.malformed_scope", "address.too_many_failures"),
    }


def is_json(line: str) -> bool:
    return line.startswith("{")


# --- YM ---------------------------------------------------------------------------------------------------------------


def redeem_at_ym(fronts: Fronts) -> None:
    """Codes and refresh tokens at both services, in every format, right and wrong."""
    for kind in ("json", "jsv", "xml", "csv", "form"):
        code = issue(fronts, scope="openid")
        members = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, **HUMAN_CLIENT}
        status, answer = post_ym(fronts, OIDC, kind, members)
        assert (status, bool(ANSWERED_TOKEN.search(answer))) == (200, True), (kind, answer)
        refresh = next(token.decode() for token in find_tokens(answer) if token.startswith(b"rpf_"))
        refreshing = {"grant_type": "refresh_token", "refresh_token": refresh}
        assert post_ym(fronts, OIDC, kind, refreshing, basic("human", quote(HUMAN)))[0] == 200
        assert post_ym(fronts, OIDC, kind, members)[0] == 400
        assert post_ym(fronts, OIDC, kind, members | {"client_secret": f"{LURE} wrong"})[0] == 401
        assert post_ym(fronts, OIDC, kind, members | {"grant_type": LURE})[0] == 400
    own = {"AppId": "human", "AppSecret": HUMAN, "GrantType": "Code", "Code": issue(fronts)}
    assert post_ym(fronts, PLAIN_YM, "json", own)[0] == 200
    assert post_ym(fronts, PLAIN_YM, "json", own | {"AppSecert": LURE})[0] == 400
    assert post_ym(fronts, f"{PLAIN_YM}?AppSecret={LURE}&callback={LURE}.x", "json", own)[0] == 400


def issue(fronts: Fronts, **named: str) -> str:
    code: str = fronts.trail.call(
        "oauth2.createAuthorizationCode",
        {
            "service_key": "digests",
            "client": {"client_id": "human"},
            "uri": {"redirect_uri": REDIRECT_URI},
            "user_context": "user",
            **named,
        },
    )["result"]["code"]
    return code


def post_ym(
    fronts: Fronts, target: str, kind: str, members: Mapping[str, str], proof: str | None = None
) -> tuple[int, bytes]:
    fronts.keep(*(value for name, value in members.items() if name in SECRET_MEMBERS))
    headers = {} if proof is None else {"Authorization": proof}
    if proof is not None:
        fronts.keep(proof.removeprefix("Basic "))
    dto = "OIDCGetAccessToken" if "OIDC" in target else "GetAccessToken"
    return fronts.send(target, write_body(kind, dto, members), headers | {"Content-Type": type_of(kind)})


# --- the standard endpoints, gateways ---------------------------------------------------------------------------------


def use_standard_endpoints(fronts: Fronts) -> None:
    for service_key in ("digests", "sealed"):
        endpoint = f"/services/{service_key}/oauth2"
        tokens = ask(fronts.trail, service_key, HUMAN_CLIENT, {"grant_type": "password"})["result"]
        caller, client = fronts.trail.proof, basic("human", quote(HUMAN))
        proofs: list[dict[str, str]] = [{"Authorization": caller}, {"Authorization": client}, {}]
        for proof, name in itertools.product(proofs, ("access_token", "refresh_token")):
            form = {"token": tokens[name]} | ({} if proof else HUMAN_CLIENT)
            assert post_form(fronts, f"{endpoint}/introspect", form, proof)[0] == 200
        for form in ({}, {"token": LURE, "client_secret": LURE}, {LURE: LURE}, {"token": LURE * 20}):
            post_form(fronts, f"{endpoint}/introspect?token={LURE}", form, proofs[1])
            post_form(fronts, f"{endpoint}/introspect?{LURE}={LURE}", form, proofs[1])
            post_form(fronts, f"{endpoint}/revoke", form | {"client_id": LURE}, {})
        assert post_form(fronts, f"{endpoint}/revoke", {"token": tokens["refresh_token"]}, proofs[1])[0] == 200


def post_form(fronts: Fronts, target: str, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes]:
    if "Authorization" in headers:
        fronts.keep(headers["Authorization"].removeprefix("Basic "))
    return fronts.send(target, urlencode(form), {"Content-Type": FORM, **headers})


def ask_as_gateway(fronts: Fronts) -> None:
    for service_key in ("digests", "sealed"):
        tokens = ask(fronts.trail, service_key, HUMAN_CLIENT, {"grant_type": "client_credentials"})["result"]
        header = header_of(tokens)
        fronts.keep(header)
        told = {"X-Original-Method": "GET", "X-Original-URI": "https://api.example.com/r?a=1"}
        target = f"/services/{service_key}/authz"
        assert fronts.send(target, headers={"Authorization": header, **told}, method="GET")[0] == 200
        for wrong in (f"{header}{LURE}", f"Bearer {LURE}", f"MAC {LURE}", f"Basic {LURE}", LURE, ""):
            status, _ = fronts.send(target, headers={"Authorization": wrong, **told}, method="GET")
            assert status in (400, 401, 403)
        for name in ("X-Original-URI", "X-Auth-Require-Scope", "X-Auth-Service", "X-Forwarded-Uri", "Cookie"):
            odd = {"Authorization": header, name: f'"{LURE}\\'}
            fronts.send(target, headers=odd, method="GET")
        fronts.send(f"{target}/{LURE}?access_token={tokens['access_token']}", method="PURGE")


def use_console(fronts: Fronts) -> None:
    key = urlsplit(fronts.trail.administer("admin.openConsole", {})["result"]["url"]).fragment.removeprefix("key=")
    fronts.keep(key)
    token = ask(fronts.trail, "digests", HUMAN_CLIENT, {"grant_type": "client_credentials"})["result"]["access_token"]
    inspect = {"jsonrpc": "2.0", "method": "admin.inspectToken", "params": {"token": token}, "id": 1}
    assert fronts.send_console(json.dumps(inspect), key)[0] == 200
    assert fronts.send_console(json.dumps(inspect | {"params": {LURE: token}}), key)[0] == 200
    assert fronts.send_console(json.dumps(inspect), f"{key}x")[0] == 401


# --- what goes wrong ------------------------------------------------------------------------------------------------


def confuse_every_front(fronts: Fronts) -> None:
    """A lure wherever a request has a place for one."""
    targets = [
        "/rpc",
        "/v2/json-rpc",
        OIDC,
        PLAIN_YM,
        "/services/digests/oauth2/introspect",
        "/authz",
        "/json/metadata",
    ]
    names = ("User-Agent", "Cookie", "traceparent", "X-Forwarded-For", "Content-Type", "Accept", "Origin", "Referer")
    for target, name in itertools.product(targets, names):
        fronts.send(f"{target}?format={LURE}&x={LURE}", LURE, {name: f"rpa_{LURE}, {LURE}"})
    for target in targets:
        fronts.send(target, LURE, {"Authorization": f"Basic {LURE}"}, method="GET")
        fronts.send(target, LURE, {"Content-Encoding": LURE, "Authorization": fronts.trail.proof})
        fronts.send(target, LURE * 3000, {"Authorization": fronts.trail.proof})
        fronts.send(f"{target}/{LURE}", LURE, {"Authorization": fronts.trail.proof})


def guess_until_refused(fronts: Fronts) -> None:
    for number in range(70):
        guess = basic("gateway", f"{LURE}{number}")
        fronts.keep(guess.removeprefix("Basic "))
        headers = {"Authorization": guess, "X-Forwarded-For": f"{os.urandom(4).hex()}, {PROXY}"}
        if fronts.send("/rpc", b"{}", headers)[0] == 429:
            return
    raise AssertionError("nobody was refused")
