"""A daemon that serves the YM services, and its login page: what happens between a client and its token request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.daemon import RunningDaemon

SERVICE_KEY = "members"
MEMBER = "member 4711"
REDIRECT_URI = "https://client.example.com/cb"
AUTHORIZE_URL = "https://login.example.com/lock.aspx"
"""The login page that a client is told of. Nothing is sent there: `Site.authorize` is the page."""

CLIENT_ID, CLIENT_SECRET = "shop", "q13rupuifd"
PUBLIC_ID = "phone"
AUTH_TIME = 1_700_000_000
OIDC_PATH = "/OAuth/OIDC/GetAccessToken"

YM = f"""
[ym]
enabled = true
service_key = "{SERVICE_KEY}"
"""

STANDARD = f"""
[oauth2]
enabled = true

[authz]
enabled = true
service_key = "{SERVICE_KEY}"
"""


def define(*, signing: str = "ES256") -> str:
    """The service with a confidential client and a public one; `signing` is what id_tokens are signed by."""
    return f"""
[[services]]
service_key = "{SERVICE_KEY}"
name = "Members"
scopes = ["openid", "basic_profile", "full_profile"]
id_token_signing_alg = "{signing}"

[[applications]]
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
name = "Shop"
redirect_uris = ["{REDIRECT_URI}"]
services = ["{SERVICE_KEY}"]

[[applications]]
client_id = "{PUBLIC_ID}"
public = true
name = "Phone"
redirect_uris = ["{REDIRECT_URI}"]
services = ["{SERVICE_KEY}"]

[[callers]]
name = "demo"
api_key = "demo"
secret = "demo-secret"
services = ["*"]
methods = ["*"]
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A running daemon with the definitions above."""

    daemon: RunningDaemon

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.daemon.port}"

    @property
    def token_url(self) -> str:
        return self.url + OIDC_PATH

    def endpoint(self, name: str) -> str:
        """The URL of a standard endpoint of the service."""
        return f"{self.url}/services/{SERVICE_KEY}/oauth2/{name}"

    def call(self, method: str, **params: object) -> Any:
        """The result of a JSON-RPC method on the service."""
        reply = self.daemon.call(f"oauth2.{method}", {"service_key": SERVICE_KEY, **params})
        assert "result" in reply, reply
        return reply["result"]

    def refuse(self, method: str, **params: object) -> Any:
        """The OAuth error of a JSON-RPC method that is refused on the service."""
        reply = self.daemon.call(f"oauth2.{method}", {"service_key": SERVICE_KEY, **params})
        assert "error" in reply, reply
        return reply["error"]["data"]["error"]

    def authorize(self, address: str, member: str = MEMBER) -> str:
        """Open an authorization request, and let the member log in and consent: where the browser goes then."""
        asked = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
        kept = ("code_challenge", "code_challenge_method", "nonce")
        made = self.call(
            "createAuthorizationCode",
            client={"client_id": asked["client_id"]},
            uri={name: asked[name] for name in ("redirect_uri", "state") if name in asked},
            scope=asked.get("scope"),
            user_context=member,
            response_type=asked["response_type"],
            authorization_data={name: asked[name] for name in kept if name in asked} | {"auth_time": AUTH_TIME},
        )
        redirect: str = made["uri"]["redirect_uri"]
        return redirect

    def make_code(self, scope: str = "basic_profile", member: str = MEMBER) -> str:
        """A code for the confidential client, bound to its redirect_uri."""
        made = self.call(
            "createAuthorizationCode",
            client={"client_id": CLIENT_ID},
            uri={"redirect_uri": REDIRECT_URI},
            scope=scope,
            user_context=member,
        )
        code: str = made["code"]
        return code

    def fetch(self, access_token: str) -> Any:
        """What fetchAccessToken tells a gateway of a token."""
        return self.call("fetchAccessToken", access_token=access_token)

    def watch(self, session: Any) -> None:
        """Have the daemon remember the tokens in every response to a `requests` session."""
        session.hooks["response"].append(self._remember)

    def _remember(self, response: Any, **_: object) -> None:
        self.daemon.remember(response.content)


def code_request(code: str, /, **changed: str) -> Mapping[str, str]:
    """The members of an OIDCGetAccessToken that redeems a code of the confidential client."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        **changed,
    }
