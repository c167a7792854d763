"""nginx, by its module auth_request."""

from __future__ import annotations

from typing import Final

from rpcauth.cli.gateways.plan import CLEARED, COPIED, HEAD, Plan, fill
from rpcauth.config import UnixAddress
from rpcauth.rest.oauth2.gateway_requests import REQUIRE_SCOPE

_SERVER: Final = """\
# Put it into a file below conf.d, or wherever your http { } block includes files from.
upstream rpcauth {
    server <<daemon>>;
    keepalive 32;
}
upstream rpcauth_upstream {
    server <<upstream>>;
    keepalive 32;
}
server {
    listen <<listen>>;

    location / {
        auth_request /_rpcauth;
<<taken>>
        auth_request_set $rpcauth_challenge $upstream_http_www_authenticate;
        error_page 403 = @rpcauth_forbidden;

<<set>>
        proxy_set_header Host $http_host;
        proxy_set_header Connection "";
        proxy_http_version 1.1;
        proxy_pass http://rpcauth_upstream;
    }

    # The daemon gets these headers alone: nothing that the client could have written but its token.
    location = /_rpcauth {
        internal;
        proxy_pass_request_headers off;
        proxy_pass_request_body off;
        proxy_set_header Authorization $http_authorization;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URI $request_uri;
<<scope>>
        proxy_set_header Content-Length "";
        proxy_set_header Connection "";
        proxy_http_version 1.1;
        proxy_connect_timeout 2s;
        proxy_read_timeout 5s;
        proxy_pass http://rpcauth<<path>>?deny=nginx;
    }

    # nginx keeps WWW-Authenticate of a 401 and drops it of a 403.
    location @rpcauth_forbidden {
        internal;
        add_header WWW-Authenticate $rpcauth_challenge always;
        return 403;
    }
}
"""


def render(plan: Plan) -> str:
    """A file for conf.d."""
    unix = plan.daemon if isinstance(plan.daemon, UnixAddress) else None
    variables = {name: "$rpcauth_" + name.lower().replace("-", "_") for name in COPIED}
    taken = [
        f"        auth_request_set {variable} $upstream_http_{name.lower().replace('-', '_')};"
        for name, variable in variables.items()
    ]
    # nginx sends no header whose value is empty.
    headers = {**variables, **dict.fromkeys(CLEARED, '""')}
    return fill(
        HEAD + _SERVER,
        kind="nginx",
        daemon=str(plan.daemon) if unix is None else f"unix:{unix.path}",
        upstream=str(plan.upstream),
        listen=str(plan.listen),
        path=plan.path,
        taken="\n".join(taken),
        set="\n".join(f"        proxy_set_header {name} {value};" for name, value in headers.items()),
        scope="" if plan.scope is None else f'        proxy_set_header {REQUIRE_SCOPE} "{plan.scope}";',
    )
