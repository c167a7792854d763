"""Replies of the endpoints: JSON objects, and whatever is raised on the way as one (RFC 6749 §5.2)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from rpcauth.errors import CallerRefused, ErrorCode, LimitReached, OAuthError, Outcome, StorageUnavailable
from rpcauth.model import Service
from rpcauth.oauth.client import INVALID_CLIENT
from rpcauth.operations.answers import quoted
from rpcauth.web.incidents import describe_defect, new_incident
from rpcauth.web.messages import HttpReply, RequestLog

_log = logging.getLogger(__name__)

JSON_TYPE: Final = "application/json;charset=UTF-8"
BUSY: Final = "temporarily_unavailable"
DEFECT: Final = "server_error"
RETRY_AFTER: Final = 1
"""Seconds after which a store that could not answer may be asked again."""

_NOT_CACHED: Final = ("Pragma", "no-cache")

_NOT_DONE: Final = "The service cannot answer now. Nothing was changed; try again."
_UNKNOWN: Final = "It is not known whether this request was carried out."
_BODY_REFUSED: Final = {
    HTTPStatus.BAD_REQUEST: "The body did not come in whole",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not come in time",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body must not be compressed",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many wrong credentials came from there; try again later",
}


def reply_json(value: Mapping[str, Any], log: RequestLog) -> HttpReply:
    """200 with a JSON object."""
    return HttpReply(
        status=200, body=msgspec.json.encode(value), log=log, content_type=JSON_TYPE, headers=(_NOT_CACHED,)
    )


def reply_empty(log: RequestLog) -> HttpReply:
    """200 without a body."""
    return HttpReply(status=200, body=b"", log=log, content_type=None, headers=(_NOT_CACHED,))


def reply_failed(error: Exception, method: str, service: Service | None) -> HttpReply:
    """The answer of a token endpoint to whatever was raised; what is no error of ours is logged here."""
    service_key = None if service is None else service.service_key
    match error:
        case OAuthError(code=ErrorCode.INVALID_CLIENT) | CallerRefused():
            log = RequestLog(method, service_key, ErrorCode.INVALID_CLIENT, new_incident(), error.detail)
            # RFC 9110 §15.5.2: a 401 always has a challenge, however the client tried to prove itself.
            realm = "rpcauth" if service is None else service.name
            challenge = ("WWW-Authenticate", f"Basic realm={quoted(realm)}")
            return _reply_error(401, ErrorCode.INVALID_CLIENT, INVALID_CLIENT, log, challenge)
        case OAuthError():
            log = RequestLog(method, service_key, error.code, new_incident(), error.detail)
            return _reply_error(400, error.code, error.description, log)
        case LimitReached():
            log = RequestLog(method, service_key, BUSY, new_incident(), error.detail)
            text = "Too many requests; try again later"
            return _reply_error(429, BUSY, text, log, ("Retry-After", str(error.retry_after)))
        case StorageUnavailable():
            log = RequestLog(method, service_key, BUSY, new_incident(), error.detail)
            text = _UNKNOWN if error.outcome is Outcome.UNKNOWN else _NOT_DONE
            return _reply_error(503, BUSY, text, log, ("Retry-After", str(RETRY_AFTER)))
        case _:
            log = RequestLog(method, service_key, DEFECT, *report_defect(error))
            return _reply_error(500, DEFECT, f"The request failed; incident {log.incident}", log)


def reply_wrong_method(method: str) -> HttpReply:
    """405: the endpoints take POST alone."""
    log = RequestLog(method, None, "405")
    return _reply_error(405, ErrorCode.INVALID_REQUEST, "The endpoint takes POST", log, ("Allow", "POST"))


def reply_body_refused(status: int, method: str) -> HttpReply:
    """The answer to a request whose body was not taken."""
    log = RequestLog(method, None, str(status))
    error = BUSY if status == HTTPStatus.TOO_MANY_REQUESTS else ErrorCode.INVALID_REQUEST
    return _reply_error(status, error, _BODY_REFUSED[HTTPStatus(status)], log)


def report_defect(error: Exception) -> tuple[str, str]:
    """Logs what nobody expected, without its text; its incident id, and its place for the log of the request."""
    incident, place = new_incident(), describe_defect(error)
    _log.error("incident %s: unexpected %s", incident, place)
    return incident, place


def _reply_error(status: int, error: str, description: str, log: RequestLog, *headers: tuple[str, str]) -> HttpReply:
    body = msgspec.json.encode({"error": error, "error_description": description})
    return HttpReply(status=status, body=body, log=log, content_type=JSON_TYPE, headers=(_NOT_CACHED, *headers))
