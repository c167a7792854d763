"""What goes wrong, as JSON-RPC errors: every exception becomes one Fault here, and one line for the log.

-2001 carries the OAuth detail object {"error", "error_description", "error_response"}; `error_response`, when the
OAuth client is owed an answer, is that answer ready-made (contract §3). What is no error of ours is -32603 with an
incident id and nothing else: no exception text leaves the process, not even into the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rpcauth.errors import (
    CallerRefused,
    ConfigurationInvalid,
    DefinitionsRefused,
    ErrorCode,
    LimitReached,
    OAuthError,
    ParamsInvalid,
    StorageUnavailable,
)
from rpcauth.oauth.redirect_uri import extend_query, with_fragment
from rpcauth.operations.answers import AnsweredError, JsonAnswer, RedirectAnswer
from rpcauth.rpc import writing
from rpcauth.rpc.codes import Code
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.writing import Fault
from rpcauth.web.incidents import describe_defect, new_incident

_log = logging.getLogger(__name__)

_NO_STORE = {
    "Content-Type": "application/json;charset=UTF-8",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
}


class UnknownToken(OAuthError):
    """fetchAccessToken found nothing good: one answer for unknown, expired, revoked and foreign tokens."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.INVALID_TOKEN, "Invalid Access Token", "token.not_live")


@dataclass(frozen=True, slots=True)
class Failure:
    """A fault, and what the log says of it: `detail` is the rule that refused. `retry_after` is in seconds."""

    fault: Fault
    outcome: str
    detail: str | None = None
    incident: str | None = None
    retry_after: int | None = None


def failure_of(error: Exception, dialect: Dialect) -> Failure:
    """The fault and log entry of whatever a method raised."""
    match error:
        case OAuthError():
            return _oauth_failure(error, dialect)
        case ParamsInvalid():
            return _plain(writing.invalid_params(error.path))
        case DefinitionsRefused() | ConfigurationInvalid():
            return _plain(Fault(Code.INVALID_PARAMS, "Invalid params", {"problems": error.problems}))
        case CallerRefused():
            return _refusal(writing.NOT_AUTHORIZED, error.detail)
        case LimitReached():
            return _refusal(writing.rate_limited(error.retry_after), error.detail, error.retry_after)
        case StorageUnavailable():
            return _refusal(writing.unavailable(error.outcome.value), error.detail, retry_after=1)
        case _:
            incident = new_incident()
            what = describe_defect(error)
            _log.error("incident %s: unexpected %s", incident, what)
            fault = writing.internal_error(incident)
            return Failure(fault, str(fault.code), what, incident)


def _plain(fault: Fault) -> Failure:
    return Failure(fault, str(int(fault.code)))


def _refusal(fault: Fault, rule: str, retry_after: int | None = None) -> Failure:
    return Failure(fault, str(int(fault.code)), rule, new_incident(), retry_after)


def _oauth_failure(error: OAuthError, dialect: Dialect) -> Failure:
    word: str | int = dialect.unknown_token_error if isinstance(error, UnknownToken) else error.code.value
    detail = {
        "error": word,
        "error_description": error.description,
        "error_response": _response_of(error) if isinstance(error, AnsweredError) else None,
    }
    fault = writing.oauth_error(detail, error.description)
    return Failure(fault, f"{int(fault.code)}:{error.code}", error.detail, new_incident())


def _response_of(error: AnsweredError) -> Mapping[str, Any]:
    """The ready-made answer for the OAuth client."""
    body = {"error": error.code.value, "error_description": error.description}
    match error.answer:
        case JsonAnswer(status=status, challenge=challenge):
            headers = _NO_STORE if challenge is None else {**_NO_STORE, "WWW-Authenticate": challenge}
            return {"return_type": "json", "status": status, "headers": headers, "response": body, "uri": None}
        case RedirectAnswer() as answer:
            return _redirect_of(answer, body)


def _redirect_of(answer: RedirectAnswer, body: dict[str, str]) -> Mapping[str, Any]:
    """Error in the query for a code, in the fragment for a token (RFC 6749 §4.1.2.1, §4.2.2.1); iss by RFC 9207."""
    pairs = [*body.items(), ("state", answer.state), ("iss", answer.issuer)]
    place = with_fragment if answer.in_fragment else extend_query
    location = place(answer.redirect_uri, pairs)
    return {
        "return_type": "redirect",
        "status": 302,
        "headers": {"Location": location, "Cache-Control": "no-store"},
        "response": body if answer.state is None else {**body, "state": answer.state},
        "uri": {"redirect_uri": location, "state": answer.state},
    }
