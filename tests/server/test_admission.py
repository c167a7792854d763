"""Limits at the front: by address on wrong credentials, by caller on calls; all of them before the body is read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rpcauth.model import Caller, Millis
from rpcauth.operations.throttle import FailureThrottle, RateLimit
from rpcauth.rpc.dialect import Dialect
from rpcauth.rpc.reply import Reply
from rpcauth.server.addresses import Addresses
from rpcauth.server.admission import Admission
from rpcauth.web.incident_book import IncidentBook
from rpcauth.web.messages import HttpReply, HttpRequest, RequestLog
from tests.server.test_rest_front import PLAIN, Shop, build
from tests.server.wire import BASIC, House, Recorder, Response, build_post, serve

WRONG = b"Authorization: Basic eDp5\r\n"
REFUSED = replace(PLAIN, status=401, log=RequestLog("GetToken", "members", "invalid_client", "f00d", "client.unknown"))


def admit(*, failures: int = 0, rate: float = 0, burst: int = 1) -> Admission:
    return Admission(
        addresses=Addresses(trusted=["127.0.0.1", "unix"]),
        failures=FailureThrottle(per_minute=failures),
        callers=RateLimit(per_second=rate, burst=burst),
    )


def sent_by(address: str) -> bytes:
    return f"X-Forwarded-For: 192.0.2.99, {address}\r\n".encode()


async def post(house: House, address: str, proof: bytes = BASIC, path: str = "/rpc") -> Response:
    return await house.send(build_post(path=path, proof=proof, headers=sent_by(address)))


# --- wrong credentials ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "status"), [("/rpc", 401), ("/v2/json-rpc", 403)])
async def test_an_address_that_sends_wrong_credentials_is_not_looked_at_any_more(path: str, status: int) -> None:
    recorder = Recorder()
    async with serve(recorder, admission=admit(failures=3)) as house:
        answers = [(await post(house, "203.0.113.7", WRONG, path)).status for _ in range(3)]
        limited = [await post(house, "203.0.113.7", proof, path) for proof in (WRONG, BASIC)]
        other = await post(house, "203.0.113.8", BASIC, path)
        lines = house.log_lines()
    assert (answers, other.status, len(recorder.calls)) == ([status] * 3, 200, 1)
    for response in limited:
        seconds = int(response.headers["retry-after"])
        error = {"code": -32002, "message": "Rate limit exceeded", "data": {"retry_after": seconds}}
        assert (response.status, json.loads(response.body)) == (429, {"jsonrpc": "2.0", "error": error, "id": None})
        assert 0 < seconds <= 20
    told = [(line["outcome"], line.get("detail"), line.get("source"), line["caller"]) for line in lines]
    assert told == [
        *[("-32001", "caller.wrong_credentials", "203.0.113.7", None)] * 3,
        *[("-32002", "address.too_many_failures", "203.0.113.7", None)] * 2,
        ("ok", None, None, "demo"),
    ]


async def test_the_body_of_an_address_that_is_not_looked_at_is_not_waited_for() -> None:
    async with serve(admission=admit(failures=1)) as house, await house.connect() as client:
        await post(house, "203.0.113.7", WRONG)
        head = b"POST /rpc HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\nExpect: 100-continue\r\n"
        client.send(head, BASIC, sent_by("203.0.113.7"), b"\r\n")
        assert (await client.receive()).status == 429


async def test_a_request_without_credentials_is_no_guess() -> None:
    async with serve(admission=admit(failures=1)) as house:
        answers = [(await post(house, "203.0.113.7", b"")).status for _ in range(5)]
        assert (await post(house, "203.0.113.7")).status == 200
        assert {line.get("detail") for line in house.log_lines()} == {"caller.no_credentials", None}
    assert answers == [401] * 5


async def test_a_wrong_signature_is_a_guess_where_signatures_are_taken() -> None:
    async with serve(admission=admit(failures=1)) as house:
        assert (await post(house, "203.0.113.7", b"", "/rpc?apikey=demo&sig=0")).status == 401
        assert (await post(house, "203.0.113.7", b"", "/v2/json-rpc?apikey=demo&sig=0")).status == 403
        assert (await post(house, "203.0.113.7", b"", "/v2/json-rpc?apikey=demo&sig=0")).status == 429


async def test_nobody_on_this_machine_is_locked_out() -> None:
    addresses = Addresses()
    admission = Admission(
        addresses=addresses, failures=FailureThrottle(per_minute=1), callers=RateLimit(per_second=0, burst=1)
    )
    async with serve(admission=admission) as house:
        assert [(await post(house, "203.0.113.7", WRONG)).status for _ in range(5)] == [401] * 5
        assert (await post(house, "203.0.113.7")).status == 200


async def test_a_client_that_fails_at_a_facade_counts_against_its_address() -> None:
    shop, other = Shop(reply=REFUSED), Shop(folder="/other/")
    async with serve(facades=[shop, other], admission=admit(failures=2)) as house:
        headers = sent_by("203.0.113.7").decode()
        answers = [(await house.send(build(headers=headers))).status for _ in range(4)]
        limited = await house.send(build(path="/other/x", headers=headers))
        callers = await post(house, "203.0.113.7")
        served = await house.send(build(path="/other/x", headers=sent_by("203.0.113.8").decode()))
        lines = house.log_lines()
    assert (answers, len(shop.requests), shop.refused) == ([401, 401, 429, 429], 2, [429, 429])
    assert (limited.status, callers.status, served.status) == (429, 429, 200)
    assert 0 < int(limited.headers["retry-after"]) <= 30
    assert [line.get("source") for line in lines] == ["203.0.113.7"] * 6 + [None]
    assert [line.get("detail") for line in lines[1:3]] == ["client.unknown", "address.too_many_failures"]


async def test_what_a_facade_has_not_is_not_asked_for_again() -> None:
    class Nothing(Shop):
        def refuse(self, request: HttpRequest, status: int) -> HttpReply:
            return replace(super().refuse(request, status), status=404)

    async with serve(facades=[Nothing(reply=REFUSED)], admission=admit(failures=1)) as house:
        headers = sent_by("203.0.113.7").decode()
        await house.send(build(headers=headers))
        response = await house.send(build(headers=headers))
    assert (response.status, response.headers.get("retry-after")) == (404, None)


async def test_a_gateways_question_is_always_answered() -> None:
    shop = Shop(reply=REFUSED)
    async with serve(facades=[shop], admission=admit(failures=1)) as house:
        headers = sent_by("203.0.113.7").decode()
        answers = [(await house.send(build(path="/shop/gate", headers=headers))).status for _ in range(5)]
    assert answers == [401] * 5


# --- calls ------------------------------------------------------------------------------------------------------------


async def test_a_caller_over_its_rate_is_told_when_to_come_again() -> None:
    recorder = Recorder()
    async with serve(recorder, admission=admit(rate=0.01, burst=3)) as house:
        answers = [await house.send(build_post()) for _ in range(5)]
        lines = house.log_lines()
    assert [response.status for response in answers] == [200, 200, 200, 429, 429]
    assert len(recorder.calls) == 3
    assert 0 < int(answers[-1].headers["retry-after"]) <= 100
    told = [(line["outcome"], line.get("detail"), line["caller"]) for line in lines[2:4]]
    assert told == [("ok", None, "demo"), ("-32002", "caller.rate", "demo")]


# --- what is told -----------------------------------------------------------------------------------------------------


async def test_incidents_are_remembered_with_caller_and_trace_and_the_line_has_the_trace() -> None:
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    book = IncidentBook(clock=lambda: Millis(7))
    log = RequestLog("m", "svc", "-2001:invalid_grant", "f00d", "code.spent")
    async with serve(Recorder(Reply(200, b"{}", log)), incidents=book) as house:
        await house.send(build_post(headers=f"traceparent: 00-{trace}-{span}-01\r\n".encode()))
        await house.send(build_post(headers=b"traceparent: nonsense\r\n"))
        first, second = house.log_lines()
    entry = book.find("f00d")
    assert entry is not None
    assert (first["trace"], "trace" in second) == (f"{trace}-{span}", False)
    assert (entry.caller, entry.trace, entry.incident.detail) == ("demo", None, "code.spent")


async def test_a_defect_is_remembered_by_its_place() -> None:
    async def broken(body: bytes, caller: Caller, dialect: Dialect) -> Reply:
        raise KeyError("hunter2")

    book = IncidentBook(clock=lambda: Millis(7))
    async with serve(broken, incidents=book) as house:
        incident = json.loads((await house.send(build_post())).body)["error"]["data"]["incident"]
    entry = book.find(incident)
    assert entry is not None
    assert entry.incident.outcome == "-32603"
    assert str(entry.incident.detail).startswith("KeyError at test_admission.py:")
