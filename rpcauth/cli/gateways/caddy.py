"""Caddy, by its directive forward_auth."""

from __future__ import annotations

from typing import Final

from rpcauth.cli.gateways.plan import COPIED, HEAD, Plan, fill
from rpcauth.config import UnixAddress
from rpcauth.rest.oauth2.gateway_requests import REQUIRE_SCOPE

_SITE: Final = """\
# A Caddyfile. With your host name in place of http://:<<port>>, and without bind, Caddy serves HTTPS.
http://:<<port>> {
	bind <<host>>
	# A proxy drops the headers that Connection names: nobody may have it drop the daemon's.
	@undoing header_regexp Connection (?i)x.(auth|mashery)
	# In this order: what the client sent is gone before the daemon's headers come.
	route {
		respond @undoing 400
		# With underscores too: many a server reads them as hyphens.
		request_header -X-Auth-*
		request_header -X-Auth_*
		request_header -X_Auth*
		request_header -X-Mashery*
		request_header -X_Mashery*
		forward_auth <<daemon>> {
			uri <<path>>
			header_up -X-Original-*
<<scope>>
			copy_headers <<copied>>
			transport http {
				dial_timeout 2s
				response_header_timeout 5s
			}
		}
		reverse_proxy <<upstream>>
	}
}
"""


def render(plan: Plan) -> str:
    """A Caddyfile."""
    daemon = f"unix/{plan.daemon.path}" if isinstance(plan.daemon, UnixAddress) else str(plan.daemon)
    return fill(
        HEAD + _SITE,
        kind="caddy",
        host=plan.listen.host,
        port=str(plan.listen.port),
        daemon=daemon,
        path=plan.path,
        scope="" if plan.scope is None else f'\t\t\theader_up {REQUIRE_SCOPE} "{plan.scope}"',
        copied=" ".join(COPIED),
        upstream=str(plan.upstream),
    )
