"""What stands at which path: the endpoints of each service, and /authz for gateways."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final
from urllib.parse import unquote

from rpcauth.frozen import dataclass


class Endpoint(StrEnum):
    """The endpoints under a service's issuer; the values are their names in the path."""

    INTROSPECT = "introspect"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRoute:
    endpoint: Endpoint
    service_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthzRoute:
    """A question of a gateway. `tail` is what its path says beyond /authz, from its slash on; None: nothing."""

    service_key: str | None
    tail: str | None


Route = EndpointRoute | AuthzRoute

_ENDPOINTS: Final = "|".join(Endpoint)
_OF_SERVICE: Final = re.compile(
    rf"/services/(?P<key>[^/]+)/(?:oauth2/(?P<endpoint>{_ENDPOINTS})/?|authz(?P<tail>/.*)?)", re.DOTALL
)
_BARE: Final = re.compile(r"/authz(?P<tail>/.*)?", re.DOTALL)


def find_route(path: str) -> Route | None:
    """The route of `path`, as it stands in the request target; None where none of ours stands."""
    bare = _BARE.fullmatch(path)
    if bare is not None:
        return AuthzRoute(service_key=None, tail=bare["tail"])
    found = _OF_SERVICE.fullmatch(path)
    if found is None:
        return None
    service_key = unquote(found["key"])
    if found["endpoint"] is None:
        return AuthzRoute(service_key=service_key, tail=found["tail"])
    return EndpointRoute(endpoint=Endpoint(found["endpoint"]), service_key=service_key)
