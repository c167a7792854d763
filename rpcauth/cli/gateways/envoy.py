"""Envoy, by its filter ext_authz over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from rpcauth.cli.gateways.plan import CLEARED, COPIED, HEAD, Plan, fill
from rpcauth.config import Address, TcpAddress, UnixAddress
from rpcauth.rest.oauth2.gateway_requests import REQUIRE_SCOPE

_BOOTSTRAP: Final = """\
# A bootstrap file: envoy -c FILE
static_resources:
  listeners:
  - name: clients
    address: <<listen>>
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: clients
          use_remote_address: true
          normalize_path: true
          merge_slashes: true
          # Many a server reads underscores as hyphens.
          common_http_protocol_options: {headers_with_underscores_action: DROP_HEADER}
          route_config:
            virtual_hosts:
            - name: upstream
              domains: ["*"]
              routes:
              - match: {prefix: "/"}
                route: {cluster: upstream}
          http_filters:
          # Ahead of ext_authz: what the client sent is gone before the daemon's headers come.
          - name: envoy.filters.http.header_mutation
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
              mutations:
                request_mutations:
<<removed>>
          - name: envoy.filters.http.ext_authz
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
              transport_api_version: V3
              failure_mode_allow: false
              status_on_error: {code: ServiceUnavailable}
              # Beside Authorization and Host, which always go.
              allowed_headers: {patterns: [{exact: x-forwarded-proto}]}
              http_service:
                server_uri: {uri: "http://rpcauth", cluster: rpcauth, timeout: 5s}
                path_prefix: "<<path>>"
<<scope>>
                authorization_response:
                  allowed_upstream_headers:
                    patterns:
<<copied>>
                  allowed_client_headers: {patterns: [{exact: www-authenticate}, {exact: retry-after}]}
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
<<clusters>>
"""

_CLUSTER: Final = """\
  - name: <<name>>
    type: <<type>>
    connect_timeout: 2s
    load_assignment:
      cluster_name: <<name>>
      endpoints: [{lb_endpoints: [{endpoint: {address: <<address>>}}]}]"""


def render(plan: Plan) -> str:
    """A bootstrap file in YAML."""
    scope = {"headers_to_add": [{"key": REQUIRE_SCOPE.lower(), "value": plan.scope}]}
    return fill(
        HEAD + _BOOTSTRAP,
        kind="envoy",
        listen=_flow(_address(plan.listen)),
        path=plan.path,
        scope="" if plan.scope is None else f"                authorization_request: {_flow(scope)}",
        removed="\n".join(f"                - remove: {name.lower()}" for name in (*COPIED, *CLEARED)),
        copied="\n".join(f"                    - {{exact: {name.lower()}}}" for name in COPIED),
        clusters="\n".join((_cluster("rpcauth", plan.daemon), _cluster("upstream", plan.upstream))),
    )


def _cluster(name: str, address: Address) -> str:
    # What is no literal is asked of the resolver, again and again.
    is_name = isinstance(address, TcpAddress) and not address.is_literal
    kind = "STRICT_DNS" if is_name else "STATIC"
    return fill(_CLUSTER, name=name, type=kind, address=_flow(_address(address))).rstrip("\n")


def _address(address: Address) -> Mapping[str, Any]:
    if isinstance(address, UnixAddress):
        return {"pipe": {"path": str(address.path)}}
    return {"socket_address": {"address": address.host, "port_value": address.port}}


def _flow(value: object) -> str:
    # JSON is YAML.
    return json.dumps(value)
