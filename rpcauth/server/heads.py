"""What the head of every request must be, whatever is spoken at its path."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import hdrs
from aiohttp.http import HttpVersion10, HttpVersion11, RawRequestMessage

from rpcauth.server.refusals import Refusal


def check_version(message: RawRequestMessage) -> None:
    """Raises Refusal(505) for another version than HTTP/1.1 and HTTP/1.0."""
    if message.version not in (HttpVersion11, HttpVersion10):
        raise Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)


def check_encoding(message: RawRequestMessage) -> None:
    """Raises Refusal(415) for a body that is compressed, or encoded in any other way."""
    headers = message.headers
    if hdrs.CONTENT_ENCODING not in headers:
        return
    if any(coding.strip().lower() != "identity" for coding in headers.getall(hdrs.CONTENT_ENCODING)):
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
