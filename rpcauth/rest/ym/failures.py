"""What goes wrong, in the services' words: every exception becomes a status, an ErrorCode and a ResponseStatus here.

Two kinds of body. What a service or its validator refuses is its response DTO with ResponseStatus set; what fails
before there is a request DTO is a bare ErrorResponse. No answer holds an exception text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rpcauth.errors import (
    CallerRefused,
    ErrorCode,
    LimitReached,
    OAuthError,
    Outcome,
    StorageUnavailable,
)
from rpcauth.oauth.client import INVALID_CLIENT
from rpcauth.rest.ym.dto import SECRETS
from rpcauth.rest.ym.reading import Fault, Malformed, Unconvertible
from rpcauth.rest.ym.types import Value, Values
from rpcauth.web.incidents import describe_defect, new_incident

_log = logging.getLogger(__name__)

MAX_ECHO = 64
"""Most characters of a value that an answer shows again."""

_NOT_IN_DESCRIPTION = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
_TOKEN = re.compile(r"rp[afcr]_\w+", re.ASCII)
_SERIALIZATION = "SerializationException"
_NOT_IMPLEMENTED = "NotImplementedException"
_GRANT_TYPES = frozenset({"grant_type", "GrantType"})


class FieldsMissing(Exception):
    """Members that the request must have and has not, by their documented names."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__("fields missing")
        self.fields = tuple(fields)


class NotServed(Exception):
    """A predefined route asked for an operation or a verb that there is not. `message` is the whole answer."""

    def __init__(self, message: str) -> None:
        super().__init__("not served")
        self.message = message


class BodyRefused(Exception):
    """A body that was not taken, by the HTTP status that says why."""

    def __init__(self, status: int) -> None:
        super().__init__("body refused")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An answer to a request that failed. `retry_after` is in seconds.

    `bare`: no request DTO was bound, so the body is an ErrorResponse. `attached`: a CSV answer is sent as a file.
    `oauth_error` is RFC 6749's word for it. `detail` is the rule that refused: it is for the log, under `incident`.
    """

    status: int
    code: str
    message: str
    errors: tuple[Values, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    attached: bool = True
    oauth_error: str = ErrorCode.INVALID_REQUEST.value
    retry_after: int | None = None
    incident: str | None = None
    detail: str | None = None

    @property
    def oauth_description(self) -> str:
        """error_description: the message in the characters of RFC 6749 §5.2."""
        return _NOT_IN_DESCRIPTION.sub("?", self.message)

    @property
    def response_status(self) -> Values:
        """The ResponseStatus. Of a bare answer without field errors, Errors is left out."""
        status: Values = {"ErrorCode": self.code, "Message": self.message}
        if self.errors or not self.bare:
            status["Errors"] = list[Value](self.errors)
        if self.meta:
            status["Meta"] = dict(self.meta)
        return status


def failure_of(error: Exception, dto: str, content_type: str) -> Failure:
    """The failure of whatever was raised while a request for `dto`, sent as `content_type`, was answered."""
    failure = _failure_of(error, dto, content_type)
    if failure.detail is None or failure.incident is not None:
        return failure
    return replace(failure, incident=new_incident())


def _failure_of(error: Exception, dto: str, content_type: str) -> Failure:
    match error:
        case OAuthError():
            return _refused(error)
        case FieldsMissing(fields=fields):
            return _missing(fields)
        case Unconvertible(faults=faults):
            return _unbound(faults, dto)
        case Malformed():
            message = f"Could not deserialize '{content_type}' request using {dto}"
            return Failure(status=400, code=_SERIALIZATION, message=message, bare=True, detail="ym.malformed")
        case NotServed(message=message):
            return Failure(status=405, code=_NOT_IMPLEMENTED, message=message, bare=True, detail="ym.not_served")
        case BodyRefused(status=status):
            return _BODY_REFUSED[status]
        case LimitReached(retry_after=retry_after, detail=detail):
            return replace(_TOO_MANY, retry_after=retry_after, detail=detail)
        case CallerRefused(detail=detail):
            return _refused(OAuthError(ErrorCode.INVALID_CLIENT, INVALID_CLIENT, detail))
        case StorageUnavailable():
            return _unavailable(error)
        case _:
            return _defect(error)


def _refused(error: OAuthError) -> Failure:
    """RFC 6749 §5.2: 401 for a client that failed to prove itself, else 400."""
    return Failure(
        status=401 if error.code is ErrorCode.INVALID_CLIENT else 400,
        code=error.code.value,
        message=error.description if error.description.endswith(".") else f"{error.description}.",
        oauth_error=error.code.value,
        detail=error.detail,
    )


def _missing(fields: Sequence[str]) -> Failure:
    """As FluentValidation answers: the first failure is that of the whole, and each has an entry. XML shows nulls."""
    errors = [
        _field_error("NotEmpty", field, f"'{field}' should not be empty.")
        | {"Meta": {"PropertyName": field, "PropertyValue": None}}
        for field in fields
    ]
    return Failure(
        status=400,
        code="NotEmpty",
        message=f"'{fields[0]}' should not be empty.",
        errors=tuple(errors),
        attached=False,
        detail="ym.fields_missing",
    )


def _unbound(faults: Sequence[Fault], dto: str) -> Failure:
    errors = [
        _field_error(_SERIALIZATION, fault.field, f"'{_shown(fault)}' is an Invalid value for '{fault.field}'")
        for fault in faults
    ]
    only_grant_type = all(fault.field in _GRANT_TYPES for fault in faults)
    return Failure(
        status=400,
        code=_SERIALIZATION,
        message=f"Unable to bind to request '{dto}'",
        errors=tuple(errors),
        bare=True,
        oauth_error=(ErrorCode.UNSUPPORTED_GRANT_TYPE if only_grant_type else ErrorCode.INVALID_REQUEST).value,
        detail="ym.unbound",
    )


def _unavailable(error: StorageUnavailable) -> Failure:
    if error.outcome is Outcome.UNKNOWN:
        message = "It is not known whether this request was carried out."
    else:
        message = "The service cannot answer now. Nothing was changed; try again."
    return Failure(
        status=503,
        code="ServiceUnavailable",
        message=message,
        oauth_error="temporarily_unavailable",
        retry_after=1,
        detail=error.detail,
    )


def _defect(error: Exception) -> Failure:
    incident = new_incident()
    what = describe_defect(error)
    _log.error("incident %s: unexpected %s", incident, what)
    return Failure(
        status=500,
        code="InternalServerError",
        message="The request failed. The incident is in the log.",
        meta=(("Incident", incident),),
        oauth_error="server_error",
        incident=incident,
        detail=what,
    )


def _field_error(code: str, field: str, message: str) -> Values:
    return {"ErrorCode": code, "FieldName": field, "Message": message}


def _shown(fault: Fault) -> str:
    """What stood there, cut; of a secret in the wrong shape, and of our tokens anywhere, nothing (decision 11)."""
    if fault.field in SECRETS:
        return "***"
    text = _TOKEN.sub("***", fault.text)
    return text if len(text) <= MAX_ECHO else f"{text[:MAX_ECHO]}…"


def _body_refused(status: int, code: str, message: str) -> Failure:
    return Failure(status=status, code=code, message=message, bare=True)


_TOO_MANY = Failure(status=429, code="TooManyRequests", message="Too many requests. Try again later.")
_BODY_REFUSED = {
    429: replace(_TOO_MANY, bare=True),
    400: _body_refused(400, _SERIALIZATION, "The body did not come in whole."),
    408: _body_refused(408, "RequestTimeout", "The body did not come in time."),
    413: _body_refused(413, "RequestEntityTooLarge", "The body is larger than this service takes."),
    415: _body_refused(415, "UnsupportedMediaType", "The body must not be compressed."),
}
