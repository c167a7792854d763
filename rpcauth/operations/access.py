"""What a proven caller may do: which methods, which services. An unknown service_key is the same answer."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

from rpcauth.errors import CallerRefused
from rpcauth.model import Caller, Definitions, Service


@lru_cache(maxsize=1024)
def _matches(patterns: tuple[str, ...], method: str) -> bool:
    return any(fnmatchcase(method, pattern) for pattern in patterns)


def check_method(caller: Caller, method: str) -> None:
    """Raises CallerRefused unless one of the caller's patterns (`oauth2.fetch*`, `*`) is the method's."""
    if not _matches(caller.methods, method):
        raise CallerRefused("caller.method")


def get_allowed_service(caller: Caller, definitions: Definitions, service_key: str) -> Service:
    """The service. Raises CallerRefused when there is none, or when it is not for this caller."""
    service = definitions.services.get(service_key)
    if service is None or not ("*" in caller.services or service_key in caller.services):
        raise CallerRefused("caller.service")
    return service
