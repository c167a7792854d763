"""Exceptions as JSON-RPC errors: code, data, answer, and what the log learns (json-rpc contract §2 and §3)."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from rpcauth.errors import (
    CallerRefused,
    ConfigurationInvalid,
    DefinitionsRefused,
    ErrorCode,
    LimitReached,
    OAuthError,
    Outcome,
    ParamsInvalid,
    StorageUnavailable,
)
from rpcauth.model import Service
from rpcauth.operations.answers import AnsweredError, RedirectAnswer, quoted, token_answer
from rpcauth.rpc.dialect import MASHERY, RPC
from rpcauth.rpc.faults import Failure, UnknownToken, failure_of
from rpcauth.web.incidents import new_incident

SERVICE = Service(service_key="service", name="Test API")
REFUSED = OAuthError(ErrorCode.INVALID_GRANT, "The code is invalid", "code.spent")
INCIDENT = re.compile(r"[0-9a-f]{16}")


def detail_of(failure: Failure) -> dict[str, Any]:
    assert failure.fault.oauth is not None
    return dict(failure.fault.oauth)


@pytest.mark.parametrize(
    ("error", "code", "data", "detail", "retry_after"),
    [
        (ParamsInvalid("$.params.client"), -32602, {"path": "$.params.client"}, None, None),
        (DefinitionsRefused(["one", "two"]), -32602, {"problems": ["one", "two"]}, None, None),
        (ConfigurationInvalid(["one"]), -32602, {"problems": ["one"]}, None, None),
        (CallerRefused("caller.method"), -32001, None, "caller.method", None),
        (LimitReached(7, "client.too_many"), -32002, {"retry_after": 7}, "client.too_many", 7),
        (StorageUnavailable(Outcome.NOT_DONE, "x"), -32003, {"outcome": "not_done"}, "x", 1),
        (StorageUnavailable(Outcome.UNKNOWN, "y"), -32003, {"outcome": "unknown"}, "y", 1),
    ],
)
def test_each_kind_of_error_has_its_code_and_data(
    error: Exception, code: int, data: dict[str, Any] | None, detail: str | None, retry_after: int | None
) -> None:
    failure = failure_of(error, RPC)

    assert (failure.fault.code, failure.fault.data) == (code, data)
    assert (failure.outcome, failure.detail, failure.retry_after) == (str(code), detail, retry_after)


@pytest.mark.parametrize("dialect", [RPC, MASHERY], ids=["rpc", "mashery"])
def test_an_oauth_error_has_its_detail_object_and_an_incident_for_the_log(dialect: Any) -> None:
    failure = failure_of(REFUSED, dialect)

    assert (failure.fault.code, failure.fault.message) == (-2001, "The code is invalid")
    expected = {"error": "invalid_grant", "error_description": "The code is invalid", "error_response": None}
    assert detail_of(failure) == expected
    assert (failure.outcome, failure.detail) == ("-2001:invalid_grant", "code.spent")
    assert failure.incident is not None
    assert INCIDENT.fullmatch(failure.incident)


def test_an_unknown_token_is_a_word_here_and_a_number_there() -> None:
    assert detail_of(failure_of(UnknownToken(), RPC))["error"] == "invalid_token"
    assert detail_of(failure_of(UnknownToken(), MASHERY))["error"] == 404


def test_any_other_exception_is_an_internal_error_whose_text_goes_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        failure = failure_of(KeyError("secret text"), RPC)

    assert failure.incident is not None
    assert (failure.fault.code, failure.fault.message) == (-32603, "Internal error")
    assert failure.fault.data == {"incident": failure.incident}
    assert failure.incident in caplog.text
    assert "secret text" not in caplog.text + str(failure)


def test_incidents_are_told_apart() -> None:
    assert len({new_incident() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("code", "status", "challenge"),
    [
        (ErrorCode.INVALID_GRANT, 400, None),
        (ErrorCode.INVALID_REQUEST, 400, None),
        (ErrorCode.UNAUTHORIZED_CLIENT, 400, None),
        (ErrorCode.INVALID_CLIENT, 401, 'Basic realm="Test API"'),
    ],
)
def test_the_token_endpoints_answer_is_ready_made(code: ErrorCode, status: int, challenge: str | None) -> None:
    answer = detail_of(failure_of(token_answer(OAuthError(code, "Text"), SERVICE), RPC))["error_response"]

    assert (answer["return_type"], answer["status"], answer["uri"]) == ("json", status, None)
    assert answer["response"] == {"error": code.value, "error_description": "Text"}
    assert answer["headers"].get("WWW-Authenticate") == challenge
    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("in_fragment", "state", "issuer", "location"),
    [
        (False, None, None, "https://c.example/cb?x=1&error=invalid_grant&error_description=The%20code%20is%20invalid"),
        (
            False,
            "a b&c",
            "https://i.example",
            "https://c.example/cb?x=1&error=invalid_grant&error_description=The%20code%20is%20invalid"
            "&state=a%20b%26c&iss=https%3A%2F%2Fi.example",
        ),
        (
            True,
            "s",
            None,
            "https://c.example/cb?x=1#error=invalid_grant&error_description=The%20code%20is%20invalid&state=s",
        ),
    ],
)
def test_a_redirect_has_its_location_in_headers_and_uri_and_the_state_unchanged(
    in_fragment: bool, state: str | None, issuer: str | None, location: str
) -> None:
    to = RedirectAnswer(redirect_uri="https://c.example/cb?x=1", state=state, in_fragment=in_fragment, issuer=issuer)

    answer = detail_of(failure_of(AnsweredError(REFUSED, to), RPC))["error_response"]

    body = {"error": "invalid_grant", "error_description": "The code is invalid"}
    assert answer == {
        "return_type": "redirect",
        "status": 302,
        "headers": {"Location": location, "Cache-Control": "no-store"},
        "response": body if state is None else {**body, "state": state},
        "uri": {"redirect_uri": location, "state": state},
    }


@pytest.mark.parametrize(
    ("text", "string"),
    [("a", '"a"'), ('a"b', '"a\\"b"'), ("a\\b", '"a\\\\b"'), ("é\r\nX: 1", '"???X: 1"'), ("", '""')],
)
def test_a_quoted_string_cannot_break_out_of_its_header(text: str, string: str) -> None:
    assert quoted(text) == string
