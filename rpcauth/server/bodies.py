"""A request's body, within its limits of size and time (contract §1, §2)."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import hdrs
from aiohttp.http import HttpVersion11
from aiohttp.web import RequestPayloadError

from rpcauth.server.exchange import Exchange
from rpcauth.server.limits import FrontLimits
from rpcauth.server.refusals import CLIENT_GONE, Refusal


async def read_body(exchange: Exchange, limits: FrontLimits) -> bytes:
    """The whole body. Raises Refusal: 413 when over the limit, 408 when not there in time, 400 when badly framed."""
    payload = exchange.payload
    try:
        if not payload.is_eof():
            return await _receive(exchange, limits)
        _check_size(payload.total_bytes, limits)
        return payload.read_nowait()
    except RequestPayloadError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST) from error


async def _receive(exchange: Exchange, limits: FrontLimits) -> bytes:
    headers = exchange.message.headers
    _check_size(int(headers.get(hdrs.CONTENT_LENGTH, "0")), limits)
    if headers.get(hdrs.EXPECT, "").lower() == "100-continue" and exchange.message.version == HttpVersion11:
        exchange.connection.invite_body()
    try:
        async with asyncio.timeout(limits.body_timeout):
            return await _gather(exchange, limits)
    except TimeoutError as error:
        exchange.connection.skip_linger()
        raise Refusal(HTTPStatus.REQUEST_TIMEOUT) from error
    except OSError as error:
        raise _lose_client() from error


async def _gather(exchange: Exchange, limits: FrontLimits) -> bytes:
    payload = exchange.payload
    body = bytearray()
    while not payload.at_eof():
        if not exchange.connection.connected:
            raise _lose_client()
        body += await payload.readany()
        _check_size(len(body), limits)
    return bytes(body)


def _check_size(size: int, limits: FrontLimits) -> None:
    if size > limits.body_limit:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _lose_client() -> Refusal:
    # The status is for the log: there is nobody to send it to.
    return Refusal(HTTPStatus.BAD_REQUEST, outcome=CLIENT_GONE)
