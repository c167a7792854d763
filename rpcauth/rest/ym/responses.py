"""Responses as values and as bytes: the members that every DTO inherits, and the answer in the format that was chosen.

What UsingRedis, AppInitTime, ServerID and DateCached say: contract, decision 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo

from rpcauth.model import Millis
from rpcauth.rest.ym.dates import DateTime, local_of
from rpcauth.rest.ym.dto import ERROR_RESPONSE
from rpcauth.rest.ym.failures import Failure
from rpcauth.rest.ym.formats import csv, json, jsv, xml
from rpcauth.rest.ym.negotiation import Format
from rpcauth.rest.ym.operations import RESPONSES
from rpcauth.rest.ym.pages.snapshot import snapshot_page
from rpcauth.rest.ym.settings import YmSettings
from rpcauth.rest.ym.types import Dto, Values

_ECHOED = ("ClientID", "BypassCache", "Device")
"""Inherited members that a good answer repeats from its request."""


class ResponseWriter:
    """Completes and prints. `zone` is that of local times; None: the system's."""

    def __init__(self, settings: YmSettings, *, clock: Callable[[], Millis], zone: tzinfo | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._zone = zone
        self._started = self._now()

    def succeed(self, request: Values, members: Values) -> Values:
        """The values of a response: `members` of its own, and what it inherits."""
        echoed = {name: request[name] for name in _ECHOED if name in request}
        return {**members, **self._inherited(), **echoed}

    def fail(self, dto: Dto, failure: Failure) -> tuple[Dto, Values]:
        """The DTO of an error and its values: the response with its defaults, or a bare ErrorResponse."""
        status: Values = {"ResponseStatus": failure.response_status}
        return (ERROR_RESPONSE, status) if failure.bare else (RESPONSES[dto.name], {**self._inherited(), **status})

    def print(
        self, kind: Format, dto: Dto, values: Values, *, pretty: bool = False, extra: Mapping[str, str] | None = None
    ) -> bytes:
        """The bytes of an answer. `extra` members stand in JSON alone, `pretty` counts in JSV alone."""
        match kind:
            case Format.JSON:
                return json.print_values(dto, values, extra=extra or {})
            case Format.JSV:
                return jsv.print_values(dto, values, pretty=pretty, zone=self._zone)
            case Format.CSV:
                return csv.print_values(dto, values, zone=self._zone)
            case Format.XML:
                return xml.print_values(dto, values)
            case Format.HTML:
                return snapshot_page(dto.name, json.print_values(dto, values, extra=extra or {}), self._now())

    def _inherited(self) -> Values:
        settings = self._settings
        shown: Values = {"UsingRedis": settings.using_redis, "DateCached": self._now()}
        if settings.expose_server_info:
            shown |= {"AppInitTime": self._started, "ServerID": settings.server_id}
        return shown

    def _now(self) -> DateTime:
        return local_of(self._clock() * 1_000_000, self._zone)
