"""A daemon, a gateway and an API, and what a client does there."""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.gateways.upstream import Arrived, Upstream
from tests.support.daemon import PATIENCE, RunningDaemon

SERVICE_KEY = "things"
CLIENT = {"client_id": "shop", "client_secret": "secret-of-the-shop"}
USER = "Zoë 100%"

DEFINITIONS = """
[[services]]
service_key = "things"
name = "Things"
grant_types = ["password", "client_credentials"]
forwarded_headers = ["client-id", "scope"]

[[services]]
service_key = "signed"
name = "Signed things"
grant_types = ["client_credentials"]
access_token_type = "mac"

[[applications]]
client_id = "shop"
client_secret = "secret-of-the-shop"
name = "Shop"
redirect_uris = ["https://client.example.com/cb"]
services = ["things", "signed"]

[[callers]]
name = "demo"
api_key = "demo"
secret = "demo-secret"
services = ["*"]
methods = ["*"]
"""

SECTIONS = """
[oauth2]
enabled = true

[authz]
enabled = true
service_key = "things"
scopes = [{prefix = "/admin", scope = "admin"}]
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the gateway. `arrived` is what it let through, None when it kept the request to itself."""

    status: int
    headers: Mapping[str, str]
    arrived: Arrived | None


@dataclass(frozen=True, slots=True)
class Scene:
    """`port` is the gateway's."""

    daemon: RunningDaemon
    upstream: Upstream
    port: int
    service_key: str = SERVICE_KEY
    extra: Sequence[str] = field(default=())

    def ask(
        self,
        token: str | None,
        target: str = "/v1/things?a=1",
        *,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Reply:
        """A request of a client to the API."""
        sent = [*headers, *([("Authorization", f"Bearer {token}")] if token is not None else [])]
        before = len(self.upstream.arrived)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in (*sent, ("Content-Length", str(len(body)))):
                connection.putheader(name, value)
            connection.endheaders(body)
            reply = connection.getresponse()
            reply.read()
        arrived = self.upstream.arrived[before:]
        assert len(arrived) <= 1
        return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, arrived[0] if arrived else None)

    def issue(self, scope: str | None = "read", user: str | None = USER) -> dict[str, Any]:
        """Tokens of the client, for a user or for itself."""
        grant_type = "client_credentials" if user is None else "password"
        params = {
            "service_key": self.service_key,
            "client": CLIENT,
            "token_data": {"grant_type": grant_type, **({} if scope is None else {"scope": scope})},
            "user_context": user,
        }
        return self.result("createAccessToken", params)

    def result(self, method: str, params: object) -> Any:
        """The result of a JSON-RPC method."""
        reply = self.daemon.call(f"oauth2.{method}", params)
        assert "result" in reply, reply
        return reply["result"]

    def post(self, endpoint: str, **form: str) -> tuple[int, Any]:
        """A request of the client to a standard endpoint of the daemon: status, and the JSON if there is any."""
        basic = b64encode(":".join(CLIENT.values()).encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        path = f"/services/{self.service_key}/oauth2/{endpoint}"
        status, _, body = self.daemon.post(urlencode(form).encode(), path, headers)
        return status, json.loads(body) if body else None
