"""Getting the service that a call is about, inside its operation."""

from __future__ import annotations

from rpcauth.errors import CallerRefused
from rpcauth.model import Definitions, Service


def get_service(definitions: Definitions, service_key: str) -> Service:
    """The service. Raises CallerRefused: an unknown service_key is answered like one that is not the caller's."""
    service = definitions.services.get(service_key)
    if service is None:
        raise CallerRefused("service.unknown")
    return service
