"""admin.explainIncident: what was refused, whose request it was, which rule refused it, and what that means."""

from __future__ import annotations

from typing import Any

import pytest

from rpcauth.errors import ParamsInvalid
from rpcauth.explanations import RULES
from rpcauth.model import Millis
from rpcauth.rpc.admin.incidents import IncidentMethods
from rpcauth.rpc.params import Reader
from rpcauth.web.incident_book import IncidentBook
from rpcauth.web.messages import RequestLog


class Call:
    """As much of an invocation as the method looks at."""

    reader = Reader(None)


async def explain(what: RequestLog, incident: Any) -> Any:
    book = IncidentBook(clock=lambda: Millis(1_357_504_962_007))
    book.record(what, caller="gateway", trace="a-b")
    handler = IncidentMethods(book).handlers()["admin.explainIncident"]
    return await handler(Call(), incident)


async def test_an_incident_is_explained() -> None:
    what = RequestLog("oauth2.createAccessToken", "svc", "-2001:invalid_grant", "f00d", "code.spent", client_id="app")
    assert await explain(what, "f00d") == {
        "incident": "f00d",
        "time": "2013-01-06T20:42:42Z",
        "method": "oauth2.createAccessToken",
        "caller": "gateway",
        "service_key": "svc",
        "client_id": "app",
        "outcome": "-2001:invalid_grant",
        "rule": "code.spent",
        "why": RULES["code.spent"],
        "source": None,
        "trace": "a-b",
    }


async def test_what_is_not_remembered_is_null() -> None:
    assert await explain(RequestLog("m", None, "ok"), "f00d") is None


@pytest.mark.parametrize("incident", [None, 7, "", [], "x" * 513])
async def test_a_parameter_that_is_no_text_is_invalid(incident: Any) -> None:
    with pytest.raises(ParamsInvalid):
        await explain(RequestLog("m", None, "ok"), incident)
