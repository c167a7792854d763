"""The front of the console's listener: the page for anybody on this machine, the methods for whoever shows a key.

A browser sends requests on behalf of every page that it shows, so more is asked here than a key: the request must name
this listener as its host (a name that was rebound to 127.0.0.1 is another one), and a call must come from this
listener's own page.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from time import perf_counter_ns
from typing import Final

from aiohttp import hdrs

from rpcauth.console.page import Page
from rpcauth.log.lines import LineLog
from rpcauth.server.answers import Answer
from rpcauth.server.callers import CallerProof
from rpcauth.server.exchange import Exchange
from rpcauth.server.front import SEC_FETCH_SITE, Front, RpcDispatch
from rpcauth.server.limits import FrontLimits
from rpcauth.server.refusals import Refusal

RPC_PATH: Final = "/rpc"
PAGE_PATH: Final = "/"
HTTP_PORT: Final = 80


class ConsoleFront(Front):
    """Answers one request after the other, for all connections of a listener called `name`: its `host:port`."""

    challenge = 'WWW-Authenticate: Bearer realm="rpcauth console"'

    def __init__(
        self, dispatch: RpcDispatch, *, name: str, prove: CallerProof, limits: FrontLimits, log: LineLog
    ) -> None:
        self._hosts = find_hosts(name)
        super().__init__(
            dispatch,
            facades=[Page()],
            prove=prove,
            limits=limits,
            allowed_origins=[f"http://{host}" for host in self._hosts],
            log=log,
            label="console",
        )

    async def __call__(self, exchange: Exchange) -> Answer:
        """The answer to one request, which is also logged."""
        started = perf_counter_ns()
        try:
            self._check_place(exchange)
        except Refusal as refusal:
            return self._refuse(exchange, started, refusal)
        return await super().__call__(exchange)

    def _check_place(self, exchange: Exchange) -> None:
        headers = exchange.message.headers
        hosts = headers.getall(hdrs.HOST, ())
        # A target in absolute form names a host of its own.
        is_relative = exchange.message.path.startswith("/")
        if not is_relative or len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise Refusal(HTTPStatus.MISDIRECTED_REQUEST)
        path, _ = exchange.split_target()
        if path not in (PAGE_PATH, RPC_PATH):
            raise Refusal(HTTPStatus.NOT_FOUND)
        sites = headers.getall(SEC_FETCH_SITE, ())
        if path == RPC_PATH and sites not in ((), ["same-origin"]):
            raise Refusal(HTTPStatus.FORBIDDEN)


def find_hosts(name: str) -> Sequence[str]:
    """What a browser may call a listener of this machine: by its address, and as localhost."""
    address, _, port = name.rpartition(":")
    hosts = (address, "localhost")
    return [*(f"{host}:{port}" for host in hosts), *(hosts if port == str(HTTP_PORT) else ())]
