"""What a provider has given out: some of it is over and must stay so, some is good and must stay so too."""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from tests.support.daemon import CLIENT, PATIENCE, REDIRECT_URI, RunningDaemon

DEFINITIONS = """
[[services]]
service_key = "api"
name = "API"
grant_types = ["authorization_code", "client_credentials"]
authorization_code_ttl = 600

[[services]]
service_key = "brief"
name = "Brief API"
grant_types = ["client_credentials"]
access_token_ttl = 1
inactive_retention = 0

[[services]]
service_key = "signed"
name = "Signed API"
grant_types = ["client_credentials"]
access_token_type = "mac"
access_token_ttl = 86400

[[applications]]
client_id = "tkr7f25gd6452zy8rjsf7bwd"
client_secret = "q13rupuifd"
name = "Client"
redirect_uris = ["https://client.example.com/cb"]
services = ["api", "brief", "signed"]

[[callers]]
name = "demo"
api_key = "demo"
secret = "demo-secret"
services = ["*"]
methods = ["*"]
proofs = ["basic"]
mac_keys = true
"""

Tokens = dict[str, Any]


def ask(daemon: RunningDaemon, method: str, service: str, **params: object) -> dict[str, Any]:
    return daemon.call(f"oauth2.{method}", {"service_key": service, "client": CLIENT, **params})


def result(reply: dict[str, Any]) -> Any:
    assert "result" in reply, reply
    return reply["result"]


def error(reply: dict[str, Any]) -> str:
    """The OAuth error of a reply, "" for a result."""
    return "" if "result" in reply else str(reply["error"]["data"]["error"])


def issue(daemon: RunningDaemon, service: str = "api") -> Tokens:
    """Tokens of the application itself."""
    tokens: Tokens = result(ask(daemon, "createAccessToken", service, token_data={"grant_type": "client_credentials"}))
    return tokens


def issue_code(daemon: RunningDaemon, user: str = "user") -> str:
    params = {"uri": {"redirect_uri": REDIRECT_URI}, "user_context": user}
    reply = daemon.call(
        "oauth2.createAuthorizationCode",
        {"service_key": "api", "client": {"client_id": CLIENT["client_id"]}, **params},
    )
    return str(result(reply)["code"])


def redeem(daemon: RunningDaemon, code: str) -> dict[str, Any]:
    data = {"grant_type": "authorization_code", "code": code}
    return ask(daemon, "createAccessToken", "api", token_data=data, uri={"redirect_uri": REDIRECT_URI})


def refresh(daemon: RunningDaemon, token: str) -> dict[str, Any]:
    data = {"grant_type": "refresh_token", "refresh_token": token}
    return ask(daemon, "createAccessToken", "api", token_data=data)


def authorize(daemon: RunningDaemon, user: str = "user") -> Tokens:
    """Tokens of a user."""
    tokens: Tokens = result(redeem(daemon, issue_code(daemon, user)))
    return tokens


def is_live(daemon: RunningDaemon, token: str, service: str = "api") -> bool:
    found = error(daemon.call("oauth2.fetchAccessToken", {"service_key": service, "access_token": token}))
    assert found in ("", "invalid_token")
    return not found


def sign(tokens: Tokens, *, nonce: str, at: int) -> dict[str, Any]:
    """A request of the OAuth client with a MAC token, as its gateway passes it on."""
    text = f"{at}\n{nonce}\nGET\n/\napi.example.com\n443\n\n"
    mac = b64encode(hmac.digest(tokens["extended"]["secret"].encode(), text.encode(), "sha256")).decode()
    header = f'MAC id="{tokens["access_token"]}", ts="{at}", nonce="{nonce}", mac="{mac}"'
    return {"method": "GET", "uri": "https://api.example.com/", "headers": {"Authorization": header}}


def is_served(daemon: RunningDaemon, request: dict[str, Any]) -> bool:
    """Whether a signed request is let through."""
    found = error(daemon.call("oauth2.validateRequest", {"service_key": "signed", "context": request}))
    assert found in ("", "invalid_token")
    return not found


@dataclass(slots=True)
class Over:
    """Credentials that are good no more, each for a reason of its own."""

    codes: list[str]
    refresh_tokens: list[str]
    access_tokens: list[str]
    expired: str
    requests: list[dict[str, Any]]

    def check(self, daemon: RunningDaemon) -> None:
        """None of them is taken."""
        assert [error(redeem(daemon, code)) for code in self.codes] == ["invalid_grant"] * len(self.codes)
        refused = [error(refresh(daemon, token)) for token in self.refresh_tokens]
        assert refused == ["invalid_grant"] * len(refused)
        assert [token for token in self.access_tokens if is_live(daemon, token)] == []
        assert [request for request in self.requests if is_served(daemon, request)] == []

    def check_expired(self, daemon: RunningDaemon) -> None:
        """What had run out is not good again."""
        assert not is_live(daemon, self.expired, "brief")


def use_up(daemon: RunningDaemon, *, signed: Tokens, at: int) -> Over:
    """Spend, refresh, revoke, let expire and sign one of everything."""
    expired = issue(daemon, "brief")["access_token"]
    spent = issue_code(daemon)
    bought = result(redeem(daemon, spent))
    rotated = authorize(daemon)
    second = result(refresh(daemon, rotated["refresh_token"]))
    result(refresh(daemon, second["refresh_token"]))
    revoked = issue(daemon)
    result(ask(daemon, "revokeAccessToken", "api", access_token=revoked["access_token"]))
    ended = authorize(daemon)
    result(ask(daemon, "revokeAccessToken", "api", access_token=ended["refresh_token"]))
    leaving, unspent = authorize(daemon, "leaver"), issue_code(daemon, "leaver")
    result(ask(daemon, "revokeUserApplication", "api", user_context="leaver"))
    request = sign(signed, nonce="n-1", at=at)
    assert is_served(daemon, request)
    deadline = time.monotonic() + PATIENCE
    while is_live(daemon, expired, "brief"):
        assert time.monotonic() < deadline
    assert error(redeem(daemon, spent)) == "invalid_grant"
    return Over(
        codes=[spent, unspent],
        refresh_tokens=[
            bought["refresh_token"],
            rotated["refresh_token"],
            ended["refresh_token"],
            leaving["refresh_token"],
        ],
        access_tokens=[revoked["access_token"], ended["access_token"], leaving["access_token"]],
        expired=expired,
        requests=[request],
    )


@dataclass(slots=True)
class Good:
    """Credentials that are good; `check` uses one of each."""

    access_token: str
    refresh_token: str
    codes: list[str]
    signed: Tokens
    requests: int = 0

    def check(self, daemon: RunningDaemon, *, at: int) -> None:
        assert is_live(daemon, self.access_token)
        self.refresh_token = result(refresh(daemon, self.refresh_token))["refresh_token"]
        assert is_live(daemon, result(redeem(daemon, self.codes.pop()))["access_token"])
        self.requests += 1
        request = sign(self.signed, nonce=f"good-{self.requests}", at=at)
        assert is_served(daemon, request)
        assert not is_served(daemon, request)


def give(daemon: RunningDaemon, *, checks: int) -> Good:
    """Credentials for so many checks."""
    tokens = authorize(daemon)
    codes = [issue_code(daemon) for _ in range(checks)]
    return Good(tokens["access_token"], tokens["refresh_token"], codes, issue(daemon, "signed"))
